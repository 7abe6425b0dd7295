package transfer

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Unsealing says what becomes of objects that are client-side encrypted.
type Unsealing struct {
	// AsStored copies the ciphertext. Else an object is decrypted, or not copied at all.
	AsStored bool `json:"as_stored,omitempty"`
	// Client names the KMS key for those that one wrapped; a raw key is found in the session by what the object says. An
	// object without an envelope must have an instruction file then.
	Client *sse.Client `json:"client,omitempty"`
	// Beside says that there is an object with the name of an instruction file, so that an object without an envelope may
	// be encrypted all the same.
	Beside bool `json:"beside,omitempty"`
}

// unlock unwraps the object's data key, before its content is asked for.
func (f *fetch) unlock(ctx context.Context, metadata []objects.Pair) (err error) {
	if f.how.AsStored || f.opener != nil || f.many && !f.how.Beside && !clientside.Marked(metadata) {
		return nil
	}
	o := clientside.Object{Bucket: f.bucket, Key: f.key, Version: f.version, Metadata: metadata, Beside: f.how.Beside}
	f.opener, f.told, err = clientside.Open(ctx, f.r, o, f.how.Client)
	if err != nil || f.opener == nil {
		return err
	}
	_, err = f.opener.Length(f.size)
	return clientside.Explain("decrypt", f.bucket, f.key, err)
}

func pairsOf(m map[string]string) []objects.Pair {
	var out []objects.Pair
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, objects.Pair{Name: name, Value: m[name]})
	}
	return out
}

// decrypted says by what the content was decrypted.
func (f *fetch) decrypted() string {
	if f.opener == nil {
		return ""
	}
	s := " Decrypted, and its tag verified: " + f.told.Format
	if f.told.Fingerprint != "" {
		s += ", key " + f.told.Fingerprint
	}
	return s + "."
}

// unproven is a plaintext whose tag was not verified yet: a file beside the destination, which only its owner may read.
type unproven struct {
	f    *fetch
	file *os.File
	temp string
}

// Write implements io.Writer.
func (u *unproven) Write(b []byte) (int, error) {
	n, err := u.file.Write(b)
	if err != nil {
		return n, localError("the file can't be written", err)
	}
	return n, nil
}

// Commit gives the file its name.
func (u *unproven) Commit() error { return u.f.arrive(u.file, u.temp) }

// Discard leaves nothing of it.
func (u *unproven) Discard() error {
	return errors.Join(u.file.Truncate(0), u.file.Close(), ignoreGone(u.f.root.Remove(u.temp)))
}

// reveal decrypts what was copied into a file of its own, and gives that its name once the tag was verified. The
// ciphertext goes in the end.
func (f *fetch) reveal(file *os.File, temp string) error {
	plain, err := f.open(temp + ".plain")
	if err != nil {
		return errors.Join(err, file.Close())
	}
	sink := &unproven{f, plain, temp + ".plain"}
	_, serr := file.Seek(0, io.SeekStart)
	if err := errors.Join(serr, plain.Truncate(0)); err != nil { // a killed run may have left something
		return errors.Join(localError("the file can't be written", err), sink.Discard(), file.Close())
	}
	if err := f.opener.Decrypt(sink, file, f.size); err != nil {
		return errors.Join(clientside.Explain("decrypt", f.bucket, f.key, err), file.Close())
	}
	return errors.Join(file.Close(), ignoreGone(f.root.Remove(temp)))
}

// look opens a client-side encrypted object's envelope for a plan: so a key that is missing or wrong is known before.
func look(ctx context.Context, r *awsops.Reader, o clientside.Object, size int64, how Unsealing) (clientside.Told, bool, error) {
	told, marked := clientside.Look(o.Metadata)
	if how.AsStored || !marked && how.Client == nil && !how.Beside {
		return told, marked, nil
	}
	o.Beside = how.Beside
	opener, told, err := clientside.Open(ctx, r, o, how.Client)
	if err == nil && opener != nil {
		_, err = opener.Length(size)
		err = clientside.Explain("decrypt", o.Bucket, o.Key, err)
	}
	return told, opener != nil, err
}
