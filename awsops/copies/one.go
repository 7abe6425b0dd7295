package copies

import (
	"context"
	"fmt"
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
	// Class keeps an archive class, too; else what was restored from one is copied to be used.
	Class bool
	Lock  bool // retention that still runs and a legal hold are set on the copy; its bucket needs Object Lock
	New   bool // there must be no object at the destination (If-None-Match)
	// Onto replaces the very version that was read: source and destination are one key (If-Match, where the server
	// knows it).
	Onto bool
	Over string // ETag, with its quotes, of the object at the destination that is replaced (If-Match, as with Onto)
	// Head is the source as it was read just now; nil: it is read.
	Head  *objects.Head
	Parts int64 // larger objects are copied by parts, bytes; 0 is Most
	Edit  *Edit // nil: the copy is as its source
}

// Made is a copy that was made.
type Made struct {
	Version   string // "" where the bucket never had versioning
	ETag      string
	RequestID string
	Size      int64
	Source    objects.Head // what was copied
}

// copying is one copy under way.
type copying struct {
	w        *awsops.Writer
	api      awsops.WriteAPI // of the destination's region
	from, to Place
	opt      Options
	head     objects.Head // of the source
	want     objects.Head // what the copy shall have
	sameArea bool         // both buckets are in one region
	ready    sse.Ready
	tags     awsops.Reading[[]objects.Pair] // that the copy shall have, where an edit looked at them
}

// One copies an object or a version. It fails with KindConflict for what a copy can't read: archived objects. The source
// is pinned: one that changes meanwhile is KindPrecondition. A key of the customer's (SSE-C) that isn't held is a
// *sse.MissingKey inside the error.
func One(ctx context.Context, w *awsops.Writer, from, to Place, opt Options) (Made, error) {
	head, err := opt.source(ctx, w, from)
	if err != nil {
		return Made{}, err
	}
	if err := Readable(from, head); err != nil {
		return Made{}, err
	}
	if opt.Parts == 0 {
		opt.Parts = Most
	}
	c := &copying{w: w, from: from, to: to, opt: opt, head: head, want: head}
	if opt.Edit != nil {
		if c.want, err = opt.Edit.of(head); err != nil {
			return Made{}, err
		}
	}
	// An object that is edited in place is pinned by its ETag alone: by its version, a newer one would be buried.
	if from.Version == "" && from != to {
		c.from.Version = head.VersionID
	}
	return c.make(ctx)
}

// make copies whole, or by parts.
func (c *copying) make(ctx context.Context) (made Made, err error) {
	if c.sameArea, err = c.oneRegion(ctx); err != nil {
		return Made{}, err
	}
	if c.api, err = c.w.S3(ctx, c.to.Bucket); err != nil {
		return Made{}, err
	}
	if c.ready, err = c.w.Session().Keys().Ready(c.choice()); err != nil {
		return Made{}, awsops.NoKey("CopyObject", c.to.Bucket, c.to.Key, err)
	}
	if c.head.Size > c.opt.Parts {
		return c.byParts(ctx)
	}
	return c.whole(ctx)
}

func (o Options) source(ctx context.Context, w *awsops.Writer, from Place) (objects.Head, error) {
	if o.Head != nil {
		return *o.Head, nil
	}
	return objects.ReadHead(ctx, &w.Reader, from.Bucket, from.Key, from.Version)
}

// Readable says why an object can't be the source of a copy: KindConflict, or nil when it can.
func Readable(from Place, head objects.Head) error {
	if head.Archive().Readable() {
		return nil
	}
	return &awsops.Error{Op: "CopyObject", Bucket: from.Bucket, Key: from.Key, Kind: awsops.KindConflict,
		Message: "it is archived in " + head.Archive().Tier, Hint: "Restore it from the archive first; it can be copied then."}
}

// oneRegion reports whether the KMS key of the source can encrypt the copy. It isn't asked where no key is carried over.
func (c *copying) oneRegion(ctx context.Context) (bool, error) {
	if c.from.Bucket == c.to.Bucket || !c.opt.Key {
		return c.from.Bucket == c.to.Bucket, nil
	}
	a, err := c.w.Region(ctx, c.from.Bucket)
	if err != nil {
		return false, err
	}
	b, err := c.w.Region(ctx, c.to.Bucket)
	return a == b, err
}

// class is the storage class to send: without one a copy becomes STANDARD.
func (c *copying) class() types.StorageClass {
	if c.opt.Edit != nil {
		return types.StorageClass(c.want.StorageClass)
	}
	switch c.head.StorageClass {
	case "STANDARD":
		return ""
	case "GLACIER", "DEEP_ARCHIVE": // what was restored from an archive is copied to be used
		if !c.opt.Class {
			return ""
		}
	}
	return types.StorageClass(c.head.StorageClass)
}

// choice is how the copy is encrypted. A KMS key is of one region; without it the destination's default holds.
func (c *copying) choice() sse.Choice {
	if c.opt.Encryption != nil {
		return *c.opt.Encryption
	}
	e := c.head.Encryption
	if c.opt.Edit != nil {
		return Encryption(c.head)
	}
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

// onto gives the condition that a copy replaces what was seen. A compatible server may not know it.
func (c *copying) onto() *string {
	switch {
	case c.w.Session().Dialect() == awsops.DialectCompatible:
		return nil
	case c.opt.Onto:
		return optional(c.head.ETag)
	}
	return optional(c.opt.Over)
}

// lock gives the retention and the hold to set.
func (c *copying) lock() (types.ObjectLockMode, *time.Time, types.ObjectLockLegalHoldStatus) {
	if !c.opt.Lock {
		return "", nil, ""
	}
	return lockOf(c.head, c.w.Session().ServerNow())
}

// lockOf gives what is set again of an object's lock. Retention that has run out isn't.
func lockOf(h objects.Head, now time.Time) (types.ObjectLockMode, *time.Time, types.ObjectLockLegalHoldStatus) {
	var hold types.ObjectLockLegalHoldStatus
	if h.LegalHold == "ON" {
		hold = types.ObjectLockLegalHoldStatusOn
	}
	if h.LockMode == "" || !h.LockUntil.After(now) {
		return "", nil, hold
	}
	return types.ObjectLockMode(h.LockMode), &h.LockUntil, hold
}

// whole copies by one CopyObject, which takes metadata, headers and tags along.
func (c *copying) whole(ctx context.Context) (Made, error) {
	in := &s3.CopyObjectInput{Bucket: &c.to.Bucket, Key: &c.to.Key, CopySource: aws.String(c.from.Source()), StorageClass: c.class(),
		CopySourceIfMatch: optional(c.head.ETag), WebsiteRedirectLocation: optional(c.want.Redirect)}
	options, err := c.edit(ctx, in)
	if err != nil {
		return Made{}, err
	}
	c.ready.Copy(in)
	in.IfMatch = c.onto()
	in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus = c.lock()
	if c.opt.New {
		in.IfNoneMatch = aws.String("*")
	}
	out, err := c.api.CopyObject(ctx, in, options...)
	if err != nil {
		return Made{}, c.failed("CopyObject", err)
	}
	told := sse.Told{Algorithm: string(out.ServerSideEncryption), KeyID: aws.ToString(out.SSEKMSKeyId), Fingerprint: aws.ToString(out.SSECustomerKeyMD5)}
	if err := c.heeded(told); err != nil {
		return Made{}, err
	}
	if err := c.keepTags(ctx, out.VersionId); err != nil {
		return Made{}, err
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	made := Made{Version: aws.ToString(out.VersionId), RequestID: id, Size: c.head.Size, Source: c.head}
	if out.CopyObjectResult != nil {
		made.ETag = aws.ToString(out.CopyObjectResult.ETag)
	}
	return made, nil
}

// heeded compares what an answer says of the encryption with what was asked for: some servers ignore it and answer with
// success.
func (c *copying) heeded(t sse.Told) error {
	why := c.ready.Choice().Ignored(t)
	if why == "" {
		return nil
	}
	hint := "Look at the copy, and delete it if it was stored without that encryption."
	if c.opt.Onto { // what would be deleted is the object
		hint = "The object is there, without that encryption. Download it and upload it again with it: an upload is refused beforehand where the server ignores it."
	}
	return &awsops.Error{Op: "CopyObject", Bucket: c.to.Bucket, Key: c.to.Key, Kind: awsops.KindUnsupported, Message: why, Hint: hint}
}

// failed words an error of the destination.
func (c *copying) failed(op string, err error) error {
	e := awsops.Wrap(op, c.to.Bucket, c.to.Key, err)
	c.explain(e)
	if e.Kind == awsops.KindPrecondition {
		e.Hint = "The source changed while it was read."
		if c.opt.Over != "" {
			e.Hint = "Either the object at the destination changed since it was seen, or the source changed while it was read."
		}
		if c.opt.New {
			e.Hint = "Either there is an object with this key at the destination already, or the source changed while it was read."
		}
	}
	return e
}

// explain words what a server says that doesn't know encryption in copies: Ceph RGW answers 501 where one is encrypted, and
// to a copy of an object onto itself that nothing is changed by it.
func (c *copying) explain(e *awsops.Error) {
	const advice = "Download the object, and upload it again with the encryption that it shall have."
	s, chosen := c.head.Encryption, !c.ready.Choice().IsZero()
	switch {
	case e.Kind == awsops.KindUnsupported && (s.Algorithm != "" || s.CustomerKey != "" || chosen):
		e.Message, e.Hint = "the server can't copy what is encrypted, nor encrypt a copy", advice
	case c.opt.Onto && chosen && c.w.Session().Dialect() == awsops.DialectCompatible && strings.Contains(e.Message, "copy an object to itself without changing"):
		e.Kind, e.Message, e.Hint = awsops.KindUnsupported, "the server sees no change in another encryption: it can't encrypt anew what it has", advice
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
