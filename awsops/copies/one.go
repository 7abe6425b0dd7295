package copies

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Most is the largest object that one CopyObject takes, in bytes.
const Most = 5 << 30

// Place names an object, or one of its versions.
type Place struct {
	Bucket, Key string
	Version     string // of a source; "" is the current one
}

// Source gives the place as x-amz-copy-source wants it: every byte that isn't plain is percent-encoded.
func (p Place) Source() string {
	source := p.Bucket + "/" + escape(p.Key)
	if p.Version != "" {
		source += "?versionId=" + url.QueryEscape(p.Version)
	}
	return source
}

// escape encodes every byte of a key that isn't plain, and leaves the slashes.
func escape(key string) string {
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

// Options say how a copy is made.
type Options struct {
	// Key keeps the source's KMS key within a region where Encryption is nil; else the default of the destination's
	// bucket holds. A customer's key is kept in any case.
	Key bool
	// Encryption is how the copy is encrypted; nil: Key says so.
	Encryption *sse.Choice
	Lock       bool // retention that still runs and a legal hold are set on the copy; its bucket needs Object Lock
	New        bool // there must be no object at the destination (If-None-Match)
	// Onto replaces the very version that was read: source and destination are one key (If-Match, where the server
	// knows it).
	Onto  bool
	Parts int64 // larger objects are copied by parts, bytes; 0 is Most
}

// Made is a copy that was made.
type Made struct {
	Version   string // "" where the bucket never had versioning
	RequestID string
	Size      int64
	Source    objects.Head // what was copied
}

// Archived reports whether an object of this class must be restored before it can be read, and isn't.
func Archived(class, restore string) bool {
	return (class == "GLACIER" || class == "DEEP_ARCHIVE") && !strings.Contains(restore, `ongoing-request="false"`)
}

// copying is one copy under way.
type copying struct {
	w        *awsops.Writer
	api      awsops.WriteAPI // of the destination's region
	from, to Place
	opt      Options
	head     objects.Head
	sameArea bool // both buckets are in one region
	ready    sse.Ready
}

// One copies an object or a version. It fails with KindConflict for what a copy can't read: archived objects. The source
// is pinned: one that changes meanwhile is KindPrecondition. A key of the customer's (SSE-C) that isn't held is a
// *sse.MissingKey inside the error.
func One(ctx context.Context, w *awsops.Writer, from, to Place, opt Options) (Made, error) {
	head, err := objects.ReadHead(ctx, &w.Reader, from.Bucket, from.Key, from.Version)
	if err != nil {
		return Made{}, err
	}
	if err := readable(from, head); err != nil {
		return Made{}, err
	}
	if opt.Parts == 0 {
		opt.Parts = Most
	}
	if from.Version == "" {
		from.Version = head.VersionID
	}
	c := &copying{w: w, from: from, to: to, opt: opt, head: head, sameArea: from.Bucket == to.Bucket}
	if opt.Key && !c.sameArea {
		if c.sameArea, err = c.oneRegion(ctx); err != nil {
			return Made{}, err
		}
	}
	if c.api, err = w.S3(ctx, to.Bucket); err != nil {
		return Made{}, err
	}
	if c.ready, err = w.Session().Keys().Ready(c.choice()); err != nil {
		return Made{}, awsops.NoKey("CopyObject", to.Bucket, to.Key, err)
	}
	if head.Size > opt.Parts {
		return c.byParts(ctx)
	}
	return c.whole(ctx)
}

// readable says why an object can't be the source of a copy.
func readable(from Place, head objects.Head) error {
	if !Archived(head.StorageClass, head.Restore) {
		return nil
	}
	return &awsops.Error{Op: "CopyObject", Bucket: from.Bucket, Key: from.Key, Kind: awsops.KindConflict,
		Message: "it is archived in " + head.StorageClass, Hint: "Restore it from the archive first; it can be copied then."}
}

func (c *copying) oneRegion(ctx context.Context) (bool, error) {
	a, err := c.w.Region(ctx, c.from.Bucket)
	if err != nil {
		return false, err
	}
	b, err := c.w.Region(ctx, c.to.Bucket)
	return a == b, err
}

// class is the storage class to send: without one a copy becomes STANDARD.
func (c *copying) class() types.StorageClass {
	switch c.head.StorageClass {
	case "STANDARD", "GLACIER", "DEEP_ARCHIVE": // what was restored from an archive is copied to be used
		return ""
	}
	return types.StorageClass(c.head.StorageClass)
}

// choice is how the copy is encrypted. A KMS key is of one region; without it the destination's default holds.
func (c *copying) choice() sse.Choice {
	if c.opt.Encryption != nil {
		return *c.opt.Encryption
	}
	e := c.head.Encryption
	switch {
	case e.CustomerKey != "": // whoever encrypted with a key of their own wants no copy without it
		return sse.Choice{Kind: sse.Customer, Fingerprint: e.CustomerKey}
	case !c.opt.Key:
	case c.sameArea && e.KeyID != "" && e.Algorithm == "aws:kms":
		return sse.Choice{Kind: sse.KMS, KeyID: e.KeyID, BucketKey: e.BucketKey}
	case c.sameArea && e.KeyID != "" && e.Algorithm == "aws:kms:dsse":
		return sse.Choice{Kind: sse.DSSE, KeyID: e.KeyID}
	}
	return sse.Choice{}
}

// onto gives the condition that a copy of an object onto itself replaces what was read. A compatible server may not
// know it.
func (c *copying) onto() *string {
	if !c.opt.Onto || c.w.Session().Dialect() == awsops.DialectCompatible {
		return nil
	}
	return optional(c.head.ETag)
}

// lock gives the retention and the hold to set. Retention that has run out isn't set again.
func (c *copying) lock() (types.ObjectLockMode, *time.Time, types.ObjectLockLegalHoldStatus) {
	if !c.opt.Lock {
		return "", nil, ""
	}
	var hold types.ObjectLockLegalHoldStatus
	if c.head.LegalHold == "ON" {
		hold = types.ObjectLockLegalHoldStatusOn
	}
	if c.head.LockMode == "" || !c.head.LockUntil.After(c.w.Session().ServerNow()) {
		return "", nil, hold
	}
	return types.ObjectLockMode(c.head.LockMode), &c.head.LockUntil, hold
}

// whole copies by one CopyObject, which takes metadata, headers and tags along.
func (c *copying) whole(ctx context.Context) (Made, error) {
	in := &s3.CopyObjectInput{Bucket: &c.to.Bucket, Key: &c.to.Key, CopySource: aws.String(c.from.Source()), StorageClass: c.class(),
		CopySourceIfMatch: optional(c.head.ETag), WebsiteRedirectLocation: optional(c.head.Redirect)}
	c.ready.Copy(in)
	in.IfMatch = c.onto()
	in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus = c.lock()
	if c.opt.New {
		in.IfNoneMatch = aws.String("*")
	}
	out, err := c.api.CopyObject(ctx, in)
	if err != nil {
		return Made{}, c.failed("CopyObject", err)
	}
	told := sse.Told{Algorithm: string(out.ServerSideEncryption), KeyID: aws.ToString(out.SSEKMSKeyId), Fingerprint: aws.ToString(out.SSECustomerKeyMD5)}
	if err := c.heeded(told); err != nil {
		return Made{}, err
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return Made{Version: aws.ToString(out.VersionId), RequestID: id, Size: c.head.Size, Source: c.head}, nil
}

// heeded compares what an answer says of the encryption with what was asked for: some servers ignore it and answer with
// success.
func (c *copying) heeded(t sse.Told) error {
	why := c.ready.Choice().Ignored(t)
	if why == "" {
		return nil
	}
	return &awsops.Error{Op: "CopyObject", Bucket: c.to.Bucket, Key: c.to.Key, Kind: awsops.KindUnsupported, Message: why,
		Hint: "Look at the copy, and delete it if it was stored without that encryption."}
}

// failed words an error of the destination.
func (c *copying) failed(op string, err error) error {
	e := awsops.Wrap(op, c.to.Bucket, c.to.Key, err)
	if e.Kind == awsops.KindPrecondition {
		e.Hint = "The source changed while it was read."
		if c.opt.New {
			e.Hint = "Either there is an object with this key at the destination already, or the source changed while it was read."
		}
	}
	return e
}

// expires reads the Expires header, which a copy by parts must send again.
func expires(head objects.Head) *time.Time {
	t, err := http.ParseTime(head.Expires)
	if err != nil {
		return nil
	}
	return &t
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
