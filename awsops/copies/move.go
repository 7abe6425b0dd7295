package copies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
}

func (m *mover) do(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	e := item.Entries[0]
	made, err := m.copy(ctx, w, e)
	switch {
	case err == nil && m.spec.Move:
		err = m.drop(ctx, w, e, made)
	case err != nil && m.spec.Move && m.moved(ctx, w, e):
		return awsops.Receipt{Done: 1}, nil
	}
	if err == nil {
		m.made.Add(e)
		return awsops.Receipt{RequestID: made.RequestID, Done: 1, Bytes: made.Size}, nil
	}
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

// copy makes the copy, or finds that it was made already: a job that goes on meets its own copies.
func (m *mover) copy(ctx context.Context, w *awsops.Writer, e awsops.Entry) (Made, error) {
	from := Place{Bucket: m.spec.From, Key: e.Key}
	to := Place{Bucket: m.spec.To, Key: m.spec.Target(e.Key)}
	opt := Options{Key: true, Encryption: m.spec.Encryption, Lock: m.lock, New: !m.spec.Replace}
	if n := len(to.Key); n == 0 || n > 1024 {
		return Made{}, awsops.Invalid(Kind, fmt.Sprintf("the key would have %d bytes; a key has 1 to 1,024", n), "")
	}
	if opt.New && m.check {
		if made, err := same(ctx, w, from, to); !gone(err) {
			return made, err
		}
	}
	made, err := One(ctx, w, from, to, opt)
	if e := awsops.Wrap("CopyObject", to.Bucket, to.Key, err); e != nil && opt.New && e.Kind == awsops.KindPrecondition {
		if there, serr := same(ctx, w, from, to); serr == nil {
			return there, nil
		}
	}
	return made, err
}

// same gives the copy that is there, KindConflict when something else is, KindNotFound when nothing is. An object of the
// same bytes with other headers or tags is something else.
func same(ctx context.Context, w *awsops.Writer, from, to Place) (Made, error) {
	there, err := objects.ReadHead(ctx, &w.Reader, to.Bucket, to.Key, "")
	if err != nil {
		return Made{}, err
	}
	source, err := objects.ReadHead(ctx, &w.Reader, from.Bucket, from.Key, "")
	if err != nil {
		return Made{}, err
	}
	if !alike(there, source) || !SameHeaders(there, source) || !sameTags(ctx, &w.Reader, from, to) {
		return Made{}, occupied(to)
	}
	return Made{Version: there.VersionID, Size: there.Size, Source: source}, nil
}

// sameTags compares what is known of the tags of two objects: a move would lose what the one that is there doesn't have.
func sameTags(ctx context.Context, r *awsops.Reader, from, to Place) bool {
	a, b := objects.ReadTags(ctx, r, from.Bucket, from.Key, ""), objects.ReadTags(ctx, r, to.Bucket, to.Key, "")
	return a.State == b.State && Tagging(a.Value) == Tagging(b.Value)
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
func (m *mover) there(first []awsops.Entry) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		for _, e := range first {
			if !m.made.Has(e) {
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

// lines are the command lines. A prefix takes the high-level commands, which set one class for all.
func (s Spec) lines(to, from awsops.Target, heads []objects.Head, file func(string) string) string {
	if s.Under {
		verb := "cp"
		if s.Move {
			verb = "mv"
		}
		c := awsops.Command(to, "s3", verb).Arg("s3://"+s.From+"/"+s.Prefix, "s3://"+s.To+"/"+s.Target(s.Prefix)).
			Switch("--recursive").FlagIf("--source-region", otherRegion(from, to))
		if s.Encryption != nil {
			c = options(c, s.Encryption.CopyOptions(file(s.Encryption.Fingerprint)))
		}
		return "# this makes every copy STANDARD, and replaces what is there\n" + c.String()
	}
	var out []string
	for i, e := range s.Entries {
		if i == lineEntries {
			out = append(out, fmt.Sprintf("# and so on for %d more", len(s.Entries)-i))
			break
		}
		head := objects.Head{Size: e.Size}
		if i < len(heads) {
			head = heads[i]
		}
		line := s.line(to, from, e.Key, head, file)
		if s.Move {
			line += " && " + awsops.Command(from, "s3api", "delete-object").Flag("--bucket", s.From).Flag("--key", e.Key).String()
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

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
func (s Spec) line(to, from awsops.Target, key string, head objects.Head, file func(string) string) string {
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
	if !s.Replace {
		line.Flag("--if-none-match", "*")
	}
	return line.String()
}
