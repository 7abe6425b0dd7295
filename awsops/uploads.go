package awsops

import "time"

// UploadRecord is a multipart upload that was begun and has not ended: what it takes to go on with it in another run.
type UploadRecord struct {
	Endpoint, Bucket, Key, UploadID string
	File                            string // absolute local path
	Size                            int64
	Modified                        time.Time // the file's
	PartSize                        int64
	Options                         string // what the object was to be, to tell uploads with other options apart
	Envelope                        string // of client-side encryption, as JSON of the object's metadata; "" without
	Begun                           time.Time
}

// UploadLedger keeps records of multipart uploads on their way. Several programs may use one at a time. It is safe for
// use by several goroutines.
type UploadLedger interface {
	// Keep writes a record, before the first part is sent.
	Keep(UploadRecord) error
	// Forget removes the record of an upload that was completed or aborted.
	Forget(UploadRecord) error
	// Kept gives all records.
	Kept() ([]UploadRecord, error)
}

// Uploads gives the session's ledger of multipart uploads.
func (s *Session) Uploads() UploadLedger { return s.opt.Uploads }

// noUploads serves sessions that keep none.
type noUploads struct{}

func (noUploads) Keep(UploadRecord) error       { return nil }
func (noUploads) Forget(UploadRecord) error     { return nil }
func (noUploads) Kept() ([]UploadRecord, error) { return nil, nil }
