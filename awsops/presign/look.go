package presign

import (
	"context"
	"errors"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/encryption"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Look reads what stands at the key of a URL now (HeadObject), and for an upload under a customer's key whether the
// bucket takes such (GetBucketEncryption), and says in sentences what that means for its use. It asks nothing for a
// bucket or a prefix.
func Look(ctx context.Context, r *awsops.Reader, s Spec) []string {
	if s.Key == "" {
		return nil
	}
	head, err := objects.ReadHead(ctx, r, s.Bucket, s.Key, s.Version)
	return append(blocked(ctx, r, s), s.notes(head, err)...)
}

// blocked says that a bucket refuses what an upload must be encrypted with.
func blocked(ctx context.Context, r *awsops.Reader, s Spec) []string {
	if s.Method != Put || s.Upload.Encryption.Kind != sse.Customer {
		return nil
	}
	e, err := encryption.Read(ctx, r, s.Bucket)
	switch off, known := encryption.Blocks(e); {
	case err == nil && off:
		return []string{"The bucket blocks SSE-C: the upload will be refused until its default encryption allows it (Encryption tab, b)."}
	case err != nil || !known:
		return []string{"Whether the bucket blocks SSE-C isn't known: many do since 2026, and then the upload is refused."}
	}
	return nil
}

func (s Spec) notes(head objects.Head, err error) []string {
	if err != nil {
		return s.unseen(err)
	}
	switch s.Method {
	case Get, Head:
		return s.readNotes(head)
	case Delete:
		var out []string
		if head.LegalHold == "ON" || head.LockMode != "" {
			out = append(out, "Object Lock protects the version that is there: deleting it by its id is refused.")
		}
		return out
	}
	if s.Upload.NewOnly {
		return []string{"There is an object at this key now: for new keys only, the upload is refused."}
	}
	return []string{"There is an object at this key now: an upload takes its place" + staying(head) + "."}
}

// staying says whether the old content stays.
func staying(head objects.Head) string {
	if head.VersionID != "" && head.VersionID != "null" {
		return ", and the old version stays"
	}
	return ""
}

func (s Spec) readNotes(head objects.Head) []string {
	var out []string
	if a := head.Archive(); s.Method == Get && !a.Readable() {
		out = append(out, "The object is in "+head.StorageClass+": a GET is refused until it is restored.")
	} else if !a.Until.IsZero() && a.Until.Before(s.Until) {
		out = append(out, "The restored copy is there until "+a.Until.UTC().Format(time.DateOnly)+": after that a GET is refused.")
	}
	switch e := head.Encryption; {
	case strings.HasPrefix(e.Algorithm, "aws:kms"):
		out = append(out, "The object is encrypted with a KMS key: the signer needs kms:Decrypt on it, and the user of the URL nothing.")
	case e.CustomerKey != "" && s.Customer == "":
		out = append(out, "The object is encrypted with a customer-provided key: without that key in the signature the URL is refused.")
	}
	if s.Version == "" && head.VersionID != "" {
		out = append(out, "It gives what is current when it is used: pin a version to give this one only.")
	}
	return out
}

// unseen says what a HEAD that failed means.
func (s Spec) unseen(err error) []string {
	e := awsops.Wrap("HeadObject", s.Bucket, s.Key, err)
	if _, missing := errors.AsType[*sse.MissingKey](err); missing {
		return []string{"The object is encrypted with a customer-provided key that isn't at hand: load it, and sign with it."}
	}
	reads := s.Method == Get || s.Method == Head
	switch {
	case e.Kind == awsops.KindNotFound && reads:
		return []string{"There is nothing at this key now: the URL answers 404 until there is."}
	case e.Kind == awsops.KindNotFound:
		return nil
	case e.Kind == awsops.KindDenied && reads:
		return []string{"The signer is refused a HEAD of the object (or it isn't there): the URL will be refused, too."}
	}
	return []string{"What is at this key now could not be read: " + e.Error() + "."}
}
