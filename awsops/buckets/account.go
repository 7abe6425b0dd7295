package buckets

import (
	"context"
	"encoding/xml"
	"sync"

	"cooper/awsops"
)

// accountCache holds the account's public access block, which is one for all its buckets.
type accountCache struct {
	once  sync.Once
	block awsops.Reading[Block]
}

// accountBlock reads the public access block of the account that owns bucket. Only the caller's own account can be asked;
// for another's bucket the reading is Denied, since such a block may well be there.
func (b *Board) accountBlock(ctx context.Context, bucket string) awsops.Reading[Block] {
	const op = "GetAccountPublicAccessBlock"
	s := b.read.Session()
	if s.Dialect() == awsops.DialectCompatible {
		return awsops.Reading[Block]{State: awsops.Unsupported, At: b.read.Now(), Source: op,
			Err: &awsops.Error{Op: op, Kind: awsops.KindUnsupported, Message: "an S3-compatible endpoint has no account-level block"}}
	}
	if b.read.Owner(ctx, bucket) == "" {
		return awsops.Reading[Block]{State: awsops.Denied, At: b.read.Now(), Source: op,
			Err: &awsops.Error{Op: op, Bucket: bucket, Kind: awsops.KindDenied,
				Message: "the bucket is not known to belong to your account, and only your account's block can be read"}}
	}
	b.mu.Lock()
	cache := b.account
	b.mu.Unlock()
	cache.once.Do(func() { cache.block = ReadAccountBlock(ctx, b.read) })
	return cache.block
}

// ReadAccountBlock reads the public access block of the caller's account (S3 Control
// GetPublicAccessBlock, permission s3:GetAccountPublicAccessBlock). Absent means that none of the
// four is on.
func ReadAccountBlock(ctx context.Context, r *awsops.Reader) awsops.Reading[Block] {
	const op = "GetAccountPublicAccessBlock"
	var doc blockDocument
	err := r.Control(ctx, op, controlBlock, &doc)
	return awsops.Read(op, r.Now(), doc.Block, err, codeNoBlock)
}

// blockDocument is a public access block as S3 Control reads and writes it.
type blockDocument struct {
	XMLName   xml.Name `xml:"PublicAccessBlockConfiguration"`
	Namespace string   `xml:"xmlns,attr"`
	Block
}
