package copies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/sse"
)

// mover copies objects one by one and, when they are moved, deletes each after its copy was looked at.
type mover struct {
	spec  Spec
	lock  bool // the destination has Object Lock
	check bool // the server may ignore conditions: what is there is looked at first
	made  *objectset.Changed
	skip  map[string]bool // keys, of those that are named, that the plan leaves
	left  atomic.Int64    // whose place was taken when their turn came
	told  sync.Once
}

func (m *mover) do(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	e := item.Entries[0]
	if m.skip[e.Key] {
		return awsops.Receipt{}, nil
	}
	made, err := m.place(ctx, w, item)
	switch {
	case errors.Is(err, errOccupied):
		m.left.Add(1)
		return awsops.Receipt{}, nil
	case err == nil && m.spec.Move:
		err = m.drop(ctx, w, e, made)
	case err != nil && m.spec.Move && m.moved(ctx, w, e):
		return awsops.Receipt{Done: 1}, nil
	}
	if err == nil {
		m.made.Add(e)
		return awsops.Receipt{RequestID: made.RequestID, Done: 1, Bytes: made.Size}, nil
	}
	return m.failed(e, err)
}

// place copies an object to where there is room for it, or where something may be replaced.
func (m *mover) place(ctx context.Context, w *awsops.Writer, item awsops.Item) (Made, error) {
	e := item.Entries[0]
	if m.spec.Under {
		return m.copy(ctx, w, e, item.There, nil)
	}
	f, etag, source, err := m.spec.meet(ctx, &w.Reader, e.Key)
	switch {
	case err != nil:
		return Made{}, err
	case f == left:
		return Made{}, errOccupied
	case f == over:
		return m.copy(ctx, w, e, etag, source)
	}
	return m.copy(ctx, w, e, "", source)
}

// failed books what only this object meets as its failure, and lets the job go on.
func (m *mover) failed(e awsops.Entry, err error) (awsops.Receipt, error) {
	x, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return awsops.Receipt{}, err
	}
	switch x.Kind {
	case awsops.KindConflict, awsops.KindDenied, awsops.KindNotFound, awsops.KindPrecondition, awsops.KindInvalid, awsops.KindChanged:
		return awsops.Receipt{RequestID: x.RequestID, Failures: []awsops.Failure{{Entry: e, Err: x}}}, nil
	}
	return awsops.Receipt{}, err
}

// moved reports whether a job that goes on has moved an object already: it is gone from the source, and there.
func (m *mover) moved(ctx context.Context, w *awsops.Writer, e awsops.Entry) bool {
	if _, err := objects.ReadHead(ctx, &w.Reader, m.spec.From, e.Key, ""); !gone(err) {
		return false
	}
	there, err := objects.ReadHead(ctx, &w.Reader, m.spec.To, m.spec.Target(e.Key), "")
	return err == nil && there.Size == e.Size
}

// copy makes the copy in the place of there, an ETag, "" for nothing; or it finds that it was made already: a job that
// goes on meets its own copies. source may be nil.
func (m *mover) copy(ctx context.Context, w *awsops.Writer, e awsops.Entry, there string, source *objects.Head) (Made, error) {
	from := Place{Bucket: m.spec.From, Key: e.Key}
	to := Place{Bucket: m.spec.To, Key: m.spec.Target(e.Key)}
	opt := Options{Key: true, Encryption: m.spec.Encryption, Lock: m.lock, New: there == "", Over: there, Head: source}
	if n := len(to.Key); n == 0 || n > 1024 {
		return Made{}, awsops.Invalid(Kind, fmt.Sprintf("the key would have %d bytes; a key has 1 to 1,024", n), "")
	}
	if m.check {
		if made, done, err := m.look(ctx, w, from, to, there); done || err != nil {
			return made, err
		}
	}
	made, err := One(ctx, w, from, to, opt)
	if e := awsops.Wrap("CopyObject", to.Bucket, to.Key, err); e != nil && opt.New && e.Kind == awsops.KindPrecondition {
		if own, serr := m.same(ctx, w, from, to); serr == nil || errors.Is(serr, errOccupied) {
			return own, serr
		}
	}
	return made, err
}

// look is what a condition would tell on a server that may ignore it: done when the copy is there already, an error when
// what is there is not what was seen.
func (m *mover) look(ctx context.Context, w *awsops.Writer, from, to Place, there string) (made Made, done bool, err error) {
	if there == "" {
		made, err = m.same(ctx, w, from, to)
		if gone(err) {
			return Made{}, false, nil
		}
		return made, err == nil, err
	}
	now, err := state(to.Bucket, to.Key)(ctx, &w.Reader)
	if err == nil && now != there {
		err = moved(to)
	}
	return Made{}, false, err
}

// same gives the copy that is there, KindConflict when something else is, KindNotFound when nothing is. An object of the
// same bytes with other headers or tags is something else.
func (m *mover) same(ctx context.Context, w *awsops.Writer, from, to Place) (Made, error) {
	there, err := objects.ReadHead(ctx, &w.Reader, to.Bucket, to.Key, "")
	if err != nil {
		return Made{}, err
	}
	source, err := objects.ReadHead(ctx, &w.Reader, from.Bucket, from.Key, "")
	if err != nil {
		return Made{}, err
	}
	if !own(ctx, &w.Reader, from, to, there, source) {
		return Made{}, occupied(to)
	}
	return Made{Version: there.VersionID, Size: there.Size, Source: source}, nil
}

// moved is the error of an object at the destination that is no longer the one that was seen.
func moved(to Place) error {
	return &awsops.Error{Op: Kind, Bucket: to.Bucket, Key: to.Key, Kind: awsops.KindChanged, Err: awsops.ErrChanged,
		Message: "the object at the destination changed since it was seen", Hint: "It was left as it is. Plan the copy again."}
}

// alike reports whether two objects hold the same bytes. Under a KMS key or a customer's key the ETag tells nothing of
// them, and the checksum does.
func alike(a, b objects.Head) bool {
	if a.Size != b.Size {
		return false
	}
	for _, x := range a.Checksums {
		if a.ChecksumFor == b.ChecksumFor && slices.Contains(b.Checksums, x) {
			return true
		}
	}
	return a.ETag == b.ETag
}

// drop deletes the source once the copy is seen to be whole, and only if it is still what was copied.
func (m *mover) drop(ctx context.Context, w *awsops.Writer, e awsops.Entry, made Made) error {
	key := m.spec.Target(e.Key)
	copied, err := objects.ReadHead(ctx, &w.Reader, m.spec.To, key, made.Version)
	if err != nil {
		return err
	}
	if copied.Size != made.Source.Size {
		return &awsops.Error{Op: Kind, Bucket: m.spec.To, Key: key, Kind: awsops.KindConflict,
			Message: fmt.Sprintf("the copy has %d bytes and the source %d: the source was not deleted", copied.Size, made.Source.Size)}
	}
	now, err := objects.ReadHead(ctx, &w.Reader, m.spec.From, e.Key, "")
	if err != nil {
		return err
	}
	if now.ETag != made.Source.ETag || now.VersionID != made.Source.VersionID {
		return &awsops.Error{Op: Kind, Bucket: m.spec.From, Key: e.Key, Kind: awsops.KindChanged, Message: "the source changed while it was copied: it was not deleted"}
	}
	api, err := w.S3(ctx, m.spec.From)
	if err != nil {
		return err
	}
	// Sent once: a second DELETE would add a second marker.
	_, err = api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &m.spec.From, Key: &e.Key}, func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return awsops.Wrap("DeleteObject", m.spec.From, e.Key, err)
	}
	return nil
}

// there is the read-back: the first copies that were made are looked at.
func (m *mover) there(first []seen) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		m.told.Do(func() {
			if n := m.left.Load(); n > 0 {
				awsops.Progress(ctx).Note(fmt.Sprintf("%d had their place taken by another object when their turn came, and were left as they are.", n))
			}
		})
		for _, e := range first {
			if !m.made.Has(e.Entry) {
				continue
			}
			got, err := state(m.spec.To, m.spec.Target(e.Key))(ctx, r)
			if err != nil {
				return "", err
			}
			if got == noObject {
				return "not there: " + m.spec.Target(e.Key), nil
			}
		}
		return "there", nil
	}
}

// lineEntries is how many objects a command line names at most.
const lineEntries = 400

func otherRegion(from, to awsops.Target) string {
	if from.Region == to.Region {
		return ""
	}
	return from.Region
}

func options(c *awsops.CommandLine, all []sse.Option) *awsops.CommandLine {
	for _, o := range all {
		if o.Value == "" {
			c.Switch(o.Name)
		} else {
			c.Flag(o.Name, o.Value)
		}
	}
	return c
}

// line copies one object. The AWS CLI escapes the source itself.
func (s Spec) line(to, from awsops.Target, e seen, head objects.Head, file func(string) string) string {
	key := e.Key
	c := &copying{from: Place{Bucket: s.From, Key: key}, head: head, opt: Options{Key: true, Encryption: s.Encryption}, sameArea: from.Region == to.Region}
	choice, source := c.choice(), head.Encryption.CustomerKey
	class := string(c.class())
	if head.Size > Most {
		line := options(awsops.Command(to, "s3", "cp").Arg("s3://"+s.From+"/"+key, "s3://"+s.To+"/"+s.Target(key)).
			FlagIf("--storage-class", class).FlagIf("--source-region", otherRegion(from, to)), choice.CopyOptions(file(choice.Fingerprint)))
		if source != "" {
			line.Flag("--sse-c-copy-source", "AES256").Flag("--sse-c-copy-source-key", sse.KeyArgument(file(source)))
		}
		return line.String()
	}
	line := awsops.Command(to, "s3api", "copy-object").Flag("--bucket", s.To).Flag("--key", s.Target(key)).Flag("--copy-source", s.From+"/"+key).
		FlagIf("--storage-class", class).FlagIf("--website-redirect-location", head.Redirect)
	options(line, choice.APIOptions(file(choice.Fingerprint)))
	if source != "" {
		line.Flag("--copy-source-sse-customer-algorithm", "AES256").Flag("--copy-source-sse-customer-key", sse.KeyArgument(file(source)))
	}
	if e.over {
		return line.Flag("--if-match", e.there).String()
	}
	return line.Flag("--if-none-match", "*").String()
}
