package record

import (
	"cooper/awsops"
	"cooper/awsops/journal"
)

// Uploads returns the ledger that awsops.Options takes and that keeps its records with u.
func Uploads(u *journal.Uploads) awsops.UploadLedger { return ledger{u} }

type ledger struct{ u *journal.Uploads }

func (l ledger) Keep(r awsops.UploadRecord) error   { return l.u.Keep(upload(r)) }
func (l ledger) Forget(r awsops.UploadRecord) error { return l.u.Forget(upload(r)) }

func (l ledger) Kept() ([]awsops.UploadRecord, error) {
	all, err := l.u.All()
	out := make([]awsops.UploadRecord, len(all))
	for i, r := range all {
		out[i] = awsops.UploadRecord{Endpoint: r.Endpoint, Bucket: r.Bucket, Key: string(r.Key), UploadID: r.UploadID, File: string(r.File),
			Size: r.Size, Modified: r.Modified, PartSize: r.PartSize, Options: r.Options, Envelope: r.Envelope, Begun: r.Begun}
	}
	return out, err
}

func upload(r awsops.UploadRecord) journal.Upload {
	return journal.Upload{Endpoint: r.Endpoint, Bucket: r.Bucket, Key: journal.Text(r.Key), UploadID: r.UploadID, File: journal.Text(r.File),
		Size: r.Size, Modified: r.Modified, PartSize: r.PartSize, Options: r.Options, Envelope: r.Envelope, Begun: r.Begun}
}
