package versions

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/sse"
)

// copyLimit is the largest version that one CopyObject takes, in bytes.
const copyLimit = 5 << 30

// Restoration names the version that shall be current again.
type Restoration struct {
	Bucket    string
	Key       string
	VersionID string
}

type keptRestoration struct {
	Bucket  string `json:"bucket"`
	Key     exact  `json:"key"`
	Version string `json:"version"`
}

// MarshalJSON keeps the key byte for byte.
func (r Restoration) MarshalJSON() ([]byte, error) {
	return json.Marshal(keptRestoration{r.Bucket, exact(r.Key), r.VersionID})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Restoration) UnmarshalJSON(b []byte) error {
	var k keptRestoration
	if err := json.Unmarshal(b, &k); err != nil {
		return err
	}
	*r = Restoration{k.Bucket, string(k.Key), k.Version}
	return nil
}

// PlanRestoreByCopy plans making a version current again by copying it onto its key. All versions
// stay, no code is needed, and what CopyObject doesn't carry over is said.
func PlanRestoreByCopy(ctx context.Context, r *awsops.Reader, in Restoration) (*awsops.Plan, error) {
	rows, _, err := listing.Exactly(ctx, r, in.Bucket, in.Key, countLimit)
	if err != nil {
		return nil, err
	}
	if err := restorable(in, rows); err != nil {
		return nil, err
	}
	head, err := headVersion(ctx, r, in)
	if err != nil {
		return nil, err
	}
	class := string(head.StorageClass)
	if archived(class) && !strings.Contains(aws.ToString(head.Restore), `ongoing-request="false"`) {
		return nil, &awsops.Error{Op: KindRestore, Bucket: in.Bucket, Key: in.Key, Kind: awsops.KindConflict,
			Message: "this version is archived in " + class, Hint: "Restore it from the archive first; it can be copied then."}
	}
	s := readState(ctx, r, in.Bucket)
	p := newPlan(ctx, r, KindRestore, in.Bucket, "Restore a version by copy", in, s)
	p.Undo = "Delete the new version for good, or restore another one: all versions stay."
	if v, ok := s.versioning.Get(); ok && !v.On() {
		note(p, awsops.Irreversible, "Versioning is %s: the copy overwrites the null version of the key for good.", v.String())
		p.Undo = "The null version that is overwritten can't be brought back."
		typeBucket(p)
	}
	p.Changes = []awsops.Change{{Field: in.Key, Before: said(rows[0]), After: "a new version, copy of " + shortID(in.VersionID) + ", " + bytesText(aws.ToInt64(head.ContentLength))}}
	p.Effects = awsops.Effects{Objects: 1, Bytes: aws.ToInt64(head.ContentLength), Counted: "one version",
		Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: 1}},
		Lines:    []string{"The copy is a version of its own and is stored, and billed, besides the old one."}}
	carried(p, head, s)
	latest := latestText(in)
	now, err := latest(ctx, r)
	if err != nil {
		return nil, err
	}
	p.Basis = append(p.Basis, awsops.Fingerprint{What: "the key's current version", Value: now, Read: latest})
	c := &copier{in: in, class: class, size: aws.ToInt64(head.ContentLength), key: ownKey(head)}
	p.Expect = []awsops.Expectation{{What: "the current version", Want: "the copy", Read: c.check}}
	p.Steps = []awsops.Step{{Title: p.Title, Command: c.line(p.Target, r.Session().Keys().File(c.key.Fingerprint)), Do: c.do}}
	return p, nil
}

// restorable makes sure that the version is one, and not current already.
func restorable(in Restoration, rows []listing.Row) error {
	conflict := func(message, hint string) error {
		return &awsops.Error{Op: KindRestore, Bucket: in.Bucket, Key: in.Key, Kind: awsops.KindConflict, Message: message, Hint: hint}
	}
	for _, row := range rows {
		if row.VersionID != in.VersionID {
			continue
		}
		switch {
		case row.Marker:
			return conflict("a delete marker has no data to restore", "To bring the object back, undelete it, or restore a version below the marker.")
		case row.Latest:
			return conflict("this version is the current one already", "")
		case row.Size > copyLimit:
			return conflict("this version is "+bytesText(row.Size)+", and one copy takes 5 GiB at most", "Download the version and upload it again; or delete the newer versions.")
		}
		return nil
	}
	return &awsops.Error{Op: KindRestore, Bucket: in.Bucket, Key: in.Key, Kind: awsops.KindNotFound, Message: "this version is not there any more", Hint: "Refresh and look again."}
}

func headVersion(ctx context.Context, r *awsops.Reader, in Restoration) (*s3.HeadObjectOutput, error) {
	api, err := r.S3(ctx, in.Bucket)
	if err != nil {
		return nil, err
	}
	out, err := api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &in.Bucket, Key: &in.Key, VersionId: &in.VersionID})
	if err != nil {
		return nil, awsops.Wrap("HeadObject", in.Bucket, in.Key, err)
	}
	return out, nil
}

// ownKey is the encryption of a version under a key of the customer's: its copy keeps it. Others get the bucket's default.
func ownKey(head *s3.HeadObjectOutput) sse.Choice {
	if print := aws.ToString(head.SSECustomerKeyMD5); print != "" {
		return sse.Choice{Kind: sse.Customer, Fingerprint: print}
	}
	return sse.Choice{}
}

func archived(class string) bool { return class == "GLACIER" || class == "DEEP_ARCHIVE" }

// carried says what the copy doesn't keep.
func carried(p *awsops.Plan, head *s3.HeadObjectOutput, s bucketState) {
	encryption := "the bucket's default encryption applies"
	if head.SSECustomerKeyMD5 != nil {
		encryption = "it is encrypted with the same key of your own"
	}
	note(p, awsops.Note, "Kept: data, metadata, tags and the storage class. Reset: the ACL becomes private, the date is new, and %s.", encryption)
	if head.WebsiteRedirectLocation != nil {
		note(p, awsops.Risk, "The website redirect is not copied.")
	}
	if head.ObjectLockMode != "" || head.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn {
		note(p, awsops.Risk, "Retention and legal hold of the old version are not copied; it keeps them itself. The bucket's default retention applies to the copy.")
	} else if s.locked() {
		note(p, awsops.Note, "The bucket's default retention, if there is one, applies to the copy.")
	}
	if strings.Contains(aws.ToString(head.ETag), "-") {
		note(p, awsops.Note, "The version was uploaded in parts; the copy is one part, so its ETag differs.")
	}
	if head.ServerSideEncryption == types.ServerSideEncryptionAwsKms || head.ServerSideEncryption == types.ServerSideEncryptionAwsKmsDsse {
		note(p, awsops.Note, "The version is encrypted with AWS KMS: the copy needs kms:Decrypt on its key, and counts as KMS calls.")
	}
}

// latestText reads the id of a key's current version or marker.
func latestText(in Restoration) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		rows, _, err := listing.Exactly(ctx, r, in.Bucket, in.Key, 1)
		if err != nil || len(rows) == 0 {
			return "", err
		}
		return rows[0].VersionID + " " + rows[0].ETag, nil
	}
}

// copier makes the copy and looks whether it is there.
type copier struct {
	in    Restoration
	class string // sent along, or the copy would become STANDARD
	key   sse.Choice
	size  int64
	made  string // the new version's id
}

func (c *copier) source() string {
	return c.in.Bucket + "/" + escapeKey(c.in.Key) + "?versionId=" + url.QueryEscape(c.in.VersionID)
}

// escapeKey encodes every byte of a key that isn't plain, and leaves the slashes.
func escapeKey(key string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/"
	var b strings.Builder
	for i := range len(key) {
		if strings.IndexByte(plain, key[i]) >= 0 {
			b.WriteByte(key[i])
			continue
		}
		fmt.Fprintf(&b, "%%%02X", key[i])
	}
	return b.String()
}

func (c *copier) do(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
	api, err := w.S3(ctx, c.in.Bucket)
	if err != nil {
		return awsops.Receipt{}, err
	}
	ready, err := w.Session().Keys().Ready(c.key)
	if err != nil {
		return awsops.Receipt{}, awsops.NoKey("CopyObject", c.in.Bucket, c.in.Key, err)
	}
	in := &s3.CopyObjectInput{Bucket: &c.in.Bucket, Key: &c.in.Key, CopySource: aws.String(c.source()), StorageClass: types.StorageClass(c.kept())}
	ready.Copy(in)
	out, err := api.CopyObject(ctx, in)
	if err != nil {
		return awsops.Receipt{}, awsops.Wrap("CopyObject", c.in.Bucket, c.in.Key, err)
	}
	c.made = aws.ToString(out.VersionId)
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	receipt := awsops.Receipt{RequestID: id, Done: 1, Bytes: c.size}
	if c.made != "" {
		receipt.Note = "The new version is " + c.made + "."
	}
	return receipt, nil
}

// kept is the storage class to send: that of the version, unless it is the default or an archive.
func (c *copier) kept() string {
	if c.class == "STANDARD" || archived(c.class) {
		return ""
	}
	return c.class
}

func (c *copier) check(ctx context.Context, r *awsops.Reader) (string, error) {
	rows, _, err := listing.Exactly(ctx, r, c.in.Bucket, c.in.Key, 1)
	switch {
	case err != nil:
		return "", err
	case len(rows) == 0 || rows[0].Marker:
		return "not there", nil
	case c.made != "" && rows[0].VersionID != c.made:
		return "version " + rows[0].VersionID, nil
	case rows[0].Size != c.size:
		return bytesText(rows[0].Size), nil
	}
	return "the copy", nil
}

// line names the source unescaped: the AWS CLI escapes the key itself, and would do it twice.
func (c *copier) line(t awsops.Target, keyFile string) string {
	line := awsops.Command(t, "s3api", "copy-object").Flag("--bucket", c.in.Bucket).Flag("--key", c.in.Key).
		Flag("--copy-source", c.in.Bucket+"/"+c.in.Key+"?versionId="+c.in.VersionID).FlagIf("--storage-class", c.kept())
	if c.key.Kind == sse.Customer {
		line.Flag("--copy-source-sse-customer-algorithm", "AES256").Flag("--copy-source-sse-customer-key", sse.KeyArgument(keyFile)).
			Flag("--sse-customer-algorithm", "AES256").Flag("--sse-customer-key", sse.KeyArgument(keyFile))
	}
	return line.String()
}
