package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// stored is how long an object of size bytes gets: encryption on the client's side adds a tag.
func (a Attributes) stored(size int64) int64 {
	if a.Encryption.Client != nil {
		return size + s3ec.TagSize
	}
	return size
}

// checkClient says what is wrong with the choice of client-side encryption.
func (a Attributes) checkClient() string {
	if a.Encryption.Client == nil {
		return ""
	}
	for _, p := range a.Metadata {
		if strings.HasPrefix(strings.ToLower(p.Name), "x-amz-") {
			return "metadata " + p.Name + " is not possible with client-side encryption: names with x-amz- are the envelope's"
		}
	}
	return clientside.Check(*a.Encryption.Client)
}

// seal makes what is sent of what the file holds: its encrypted form under a new data key, or, with the envelope of an
// upload that was cut off, under that one's.
func (u *upload) seal(ctx context.Context, envelope string) error {
	c := u.spec.With.Encryption.Client
	if c == nil || u.env != nil && u.sealed == nil { // a stream is encrypted as it comes
		return nil
	}
	ring, err := clientside.RingFor(ctx, u.r, *c)
	if err != nil {
		return err
	}
	if envelope == "" {
		u.sealed, err = s3ec.NewSealer(ctx, ring, clientside.SuiteOf(*c), u.file, u.fileSize)
	} else {
		u.sealed, err = resume(ctx, ring, u, envelope)
	}
	if err != nil {
		return clientside.Explain("encrypt", u.spec.Bucket, u.spec.Key, err)
	}
	u.env = u.sealed.Envelope()
	return u.fits()
}

// fits refuses an envelope for which there is no room beside the object's own metadata.
func (u *upload) fits() error {
	if why := checkMetadata(append(slices.Clone(u.spec.With.Metadata), envelopePairs(u.env)...)); why != "" {
		return awsops.Invalid("PutObject", "with the envelope of client-side encryption "+why, "Give less metadata or a shorter encryption context.")
	}
	return nil
}

func resume(ctx context.Context, ring s3ec.Keyring, u *upload, envelope string) (*s3ec.Sealer, error) {
	var m map[string]string
	if err := json.Unmarshal([]byte(envelope), &m); err != nil {
		return nil, awsops.Invalid("encrypt", "what was kept of the upload can't be read", "Abort it and upload the file again.")
	}
	e, err := s3ec.Parse(m)
	if err != nil {
		return nil, err
	}
	return s3ec.GoOn(ctx, ring, e, u.file, u.fileSize)
}

func envelopePairs(e *s3ec.Envelope) []objects.Pair {
	m := e.Metadata()
	var out []objects.Pair
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, objects.Pair{Name: name, Value: m[name]})
	}
	return out
}

// envelope is what has to be kept of a sealed upload to go on with it: nothing of it is secret.
func (u *upload) envelope() string {
	if u.sealed == nil {
		return ""
	}
	text, err := json.Marshal(u.sealed.Envelope().Metadata())
	if err != nil {
		return ""
	}
	return string(text)
}

// metadata adds the envelope to an object's metadata.
func (u *upload) metadata(m map[string]string) map[string]string {
	if u.env == nil {
		return m
	}
	out := u.env.Metadata()
	maps.Copy(out, m)
	return out
}

// section is a piece of what is sent: of the file, or of its encrypted form.
func (u *upload) section(from, size int64) io.ReadSeeker {
	if u.sealed != nil {
		return u.sealed.Section(from, size)
	}
	return io.NewSectionReader(u.content, from, size)
}

// unreadable gives the reason of a call that failed because its body couldn't be made: the SDK takes it for a broken
// connection, and would try again.
func (u *upload) unreadable(err error) error {
	if err == nil || u.sealed == nil || u.sealed.Err() == nil {
		return err
	}
	cause := u.sealed.Err()
	if _, ok := errors.AsType[*s3ec.Error](cause); !ok {
		return localError("the file can't be read", cause)
	}
	return clientside.Explain("encrypt", u.spec.Bucket, u.spec.Key, cause)
}

// encryptable refuses a choice of encryption that can't be carried out here, before anything is sent.
func encryptable(ctx context.Context, r *awsops.Reader, bucket string, c sse.Choice) error {
	if err := r.Session().CheckEncryption("PutObject", bucket, c); err != nil || c.Client == nil {
		return err
	}
	_, err := clientside.RingFor(ctx, r, *c.Client)
	return err
}

// mixed is the failure of a sealed upload of which a part is there that the file doesn't hold any more. Sending it
// again, changed, would be a second plaintext under the same key.
func (u *upload) mixed() error {
	return &awsops.Error{Op: "UploadPart", Bucket: u.spec.Bucket, Key: u.spec.Key, Kind: awsops.KindChanged,
		Message: "the file isn't the one any more of which parts were sent", Hint: "Upload it again: it is then encrypted under a new key."}
}

// describeServer says in a plan what the server's encryption of n objects costs and risks, of parts parts each, 1 for one
// that is sent whole ("Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
func describeServer(p *awsops.Plan, c sse.Choice, n, parts int64) {
	switch {
	case (c.Kind == sse.KMS || c.Kind == sse.DSSE) && !c.BucketKey:
		if parts > 1 {
			n *= 1 + parts // the data key is opened again for each
		}
		p.Effects.Requests = append(p.Effects.Requests, awsops.RequestCount{Class: "KMS", N: n})
	case c.Kind == sse.Customer:
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: "S3 keeps no copy of the key " + c.Fingerprint + ": whoever loses it loses the content. " +
			"Each read needs it."})
	}
}

// describeClient says in a plan what client-side encryption does to the objects.
func describeClient(p *awsops.Plan, c *sse.Client, n int64) {
	if c == nil {
		return
	}
	suite := clientside.SuiteOf(*c)
	if c.KeyID != "" {
		p.Effects.Requests = append(p.Effects.Requests, awsops.RequestCount{Class: "KMS GenerateDataKey", N: n})
	}
	p.Changes = append(p.Changes, awsops.Change{Field: "sent as", After: suite.String()})
	if c.Context != "" {
		p.Changes = append(p.Changes, awsops.Change{Field: "encryption context", After: c.Context})
	}
	lost := "Whoever loses the key file loses the content: nobody can help, AWS included. Keep a copy elsewhere."
	if c.KeyID != "" {
		lost = "When the KMS key is deleted the content is lost. Reading it needs kms:Decrypt and the key's ARN."
	}
	p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: lost},
		awsops.Warning{Text: "It can be read by the " + suite.Readers() + ". A copy that replaces the metadata loses the object; ranges, S3 Select and previews see ciphertext."})
}

// noCommand stands where a command line would: aws has no client-side encryption.
func noCommand(t awsops.Target, key string) string {
	return "# aws has no client-side encryption. It can show the envelope afterwards:\n" +
		awsops.Command(t, "s3api", "head-object").Flag("--bucket", t.Bucket).Flag("--key", key).Flag("--query", "Metadata").String()
}

func sizeOf(n int64, c *sse.Client) string {
	if c == nil {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d bytes, %d when encrypted,", n, n+s3ec.TagSize)
}
