// Package preview reads the beginning of an object, never more than it was asked for, and tells what it is: text in
// which encoding, JSON, a picture and its size, something compressed, or bytes.
package preview

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/objects"
)

// How much is read.
const (
	First = 64 << 10 // at first
	Most  = 1 << 20  // in all: who wants more downloads the object
)

// Place names what is looked at; Version is "" for the current object.
type Place struct{ Bucket, Key, Version string }

// Piece is the beginning of an object.
type Piece struct {
	At   Place
	Head objects.Head
	Data []byte
}

// Whole reports whether all of the object is there.
func (p Piece) Whole() bool { return int64(len(p.Data)) >= p.Head.Size }

// Said tells how much was read, such as "first 64 KiB of 3.2 GiB" in exact numbers of bytes.
func (p Piece) Said(size func(int64) string) string {
	if p.Whole() {
		return "all of it, " + size(p.Head.Size)
	}
	return fmt.Sprintf("first %s of %s", size(int64(len(p.Data))), size(p.Head.Size))
}

// Why says why an object's content can't be read for looking at it, "" when it can. It knows only what HEAD tells.
func Why(h objects.Head) string {
	switch {
	case h.Archive().State == objects.Archived:
		return "It is archived in " + h.Archive().Tier + " and must be restored before it can be read."
	case h.Archive().State == objects.Restoring:
		return "It was archived in " + h.Archive().Tier + " and is being restored: it can't be read yet."
	case ClientSide(h):
		return "It was encrypted before it was sent, so S3 holds only ciphertext. A download with its key decrypts it; the details tell more of that key."
	}
	return ""
}

// ClientSide reports whether the metadata holds the envelope of the Amazon S3 Encryption Client, in any of its versions.
func ClientSide(h objects.Head) bool {
	for _, m := range h.Metadata {
		switch strings.ToLower(m.Name) {
		case "x-amz-key", "x-amz-key-v2", "x-amz-3", "x-amz-cek-alg", "x-amz-c":
			return true
		}
	}
	return false
}

// Read reads the head of an object and its first bytes, at most want of them. What Why has something to say about
// comes without content. Errors are *awsops.Error.
func Read(ctx context.Context, r *awsops.Reader, at Place, want int64) (Piece, error) {
	head, err := objects.ReadHead(ctx, r, at.Bucket, at.Key, at.Version)
	if err != nil {
		return Piece{At: at}, err
	}
	p := Piece{At: at, Head: head}
	if Why(head) != "" || head.Size == 0 {
		return p, nil
	}
	return More(ctx, r, p, want)
}

// More reads on where a piece ends, so that it holds at most want bytes. The object is pinned: one that was replaced
// meanwhile is KindChanged.
func More(ctx context.Context, r *awsops.Reader, p Piece, want int64) (Piece, error) {
	from := int64(len(p.Data))
	want = min(want, Most, p.Head.Size)
	if from >= want {
		return p, nil
	}
	api, err := r.S3(ctx, p.At.Bucket)
	if err != nil {
		return p, err
	}
	in := &s3.GetObjectInput{Bucket: &p.At.Bucket, Key: &p.At.Key, Range: aws.String(fmt.Sprintf("bytes=%d-%d", from, want-1)), IfMatch: optional(p.Head.ETag)}
	if version := p.At.Version; version != "" {
		in.VersionId = &version
	}
	out, err := api.GetObject(ctx, in)
	if err != nil {
		e := awsops.Wrap("GetObject", p.At.Bucket, p.At.Key, err)
		if e.Kind == awsops.KindPrecondition {
			e.Kind, e.Message, e.Hint = awsops.KindChanged, "the object was replaced while it was looked at", "Refresh and look again."
		}
		return p, e
	}
	data, err := pieceOf(out, from, want-from)
	if err != nil {
		return p, &awsops.Error{Op: "GetObject", Bucket: p.At.Bucket, Key: p.At.Key, Kind: awsops.KindNetwork, Err: err, Message: err.Error(), Hint: "Refresh and look again."}
	}
	p.Data = append(p.Data[:from:from], data...)
	return p, nil
}

// pieceOf reads n bytes of an answer. A server that doesn't know ranges answers the whole object: what lies before is
// skipped, and what comes after isn't read.
func pieceOf(out *s3.GetObjectOutput, from, n int64) ([]byte, error) {
	defer func() { _ = out.Body.Close() }()
	if out.ContentRange == nil && from > 0 {
		if _, err := io.CopyN(io.Discard, out.Body, from); err != nil {
			return nil, fmt.Errorf("the answer ended early: %w", err)
		}
	}
	data := make([]byte, n)
	got, err := io.ReadFull(out.Body, data)
	if err != nil {
		return nil, fmt.Errorf("%d bytes came of %d: %w", got, n, err)
	}
	return data, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
