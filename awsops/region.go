package awsops

import (
	"context"
	"errors"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucketRegion finds a bucket's region: HeadBucket answers x-amz-bucket-region with every status,
// whatever the permissions. Only an answer without the header is an error.
func (s *Session) bucketRegion(ctx context.Context, bucket string) (string, error) {
	if p, ok := s.places.get(bucket); ok && p.region != "" {
		return p.region, nil
	}
	if s.opt.Dialect == DialectCompatible {
		return s.cfg.Region, nil // one endpoint, one region
	}
	account := ""
	if id, ok := s.identity.known(); ok {
		account = id.Account
	}
	region, owned, err := s.headBucket(ctx, bucket, s.cfg.Region, account)
	if e := Wrap("HeadBucket", bucket, "", err); e != nil && (e.Status == 0 || e.Kind == KindNotFound) {
		return "", e
	}
	if region == "" {
		region = s.cfg.Region // a server that names none has one; the next call tells what is wrong
	}
	s.places.set(bucket, func(p *place) {
		p.region = region
		p.asked = p.asked || account != "" && region == s.cfg.Region // another region's answer tells nothing of the owner
		if owned {
			p.owner = account
		}
	})
	return region, nil
}

// headBucket asks for the region, and with an account whether the bucket is that account's.
func (s *Session) headBucket(ctx context.Context, bucket, region, account string) (found string, owned bool, err error) {
	in := &s3.HeadBucketInput{Bucket: &bucket}
	if account != "" {
		in.ExpectedBucketOwner = &account
	}
	c := s.client(clientKey{region: region, pathStyle: s.pathStyle(bucket)})
	out, err := c.HeadBucket(ctx, in)
	if err == nil {
		if out.BucketRegion != nil {
			found = *out.BucketRegion
		}
		return found, account != "", nil
	}
	var re *awshttp.ResponseError
	if errors.As(err, &re) && re.Response != nil {
		found = re.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return found, false, err
}

// proveOwner finds out once whether bucket belongs to the caller's account: HeadBucket with the
// expected owner succeeds. From then on every call carries the expected owner, so that a name which
// a stranger took over is refused and not written to.
func (s *Session) proveOwner(ctx context.Context, bucket string) {
	if s.opt.Dialect == DialectCompatible || s.places.settled(bucket) {
		return
	}
	id, ok := s.Identity(ctx).Get()
	if !ok || id.Account == "" {
		return
	}
	region, err := s.bucketRegion(ctx, bucket)
	if err != nil || s.places.settled(bucket) { // finding the region may have told the owner
		return
	}
	_, owned, err := s.headBucket(ctx, bucket, region, id.Account)
	if err != nil && ctx.Err() != nil {
		return // given up, not answered: ask again next time
	}
	s.places.set(bucket, func(p *place) {
		p.asked = true
		if owned {
			p.owner = id.Account
		}
	})
}

// noteMoved drops what is known of a bucket when a server says it is elsewhere.
func (s *Session) noteMoved(bucket string, status int, region string) {
	if p, ok := s.places.get(bucket); !ok || status < 300 || status == http.StatusNotModified {
		return
	} else if status < 400 || region != "" && region != p.region {
		s.places.forget(bucket)
	}
}

// NoteListed records what a ListBuckets answer says of a bucket, so that it needs no HeadBucket:
// its region, and that it is the caller's own, since ListBuckets lists no others.
func (r *Reader) NoteListed(bucket, region string) {
	if region == "" {
		return
	}
	account := ""
	if id, ok := r.s.identity.known(); ok {
		account = id.Account
	}
	r.s.places.set(bucket, func(p *place) {
		p.region = region
		if account != "" {
			p.owner, p.asked = account, true
		}
	})
}

// Forget drops the cached region and owner of a bucket that was created or deleted.
func (r *Reader) Forget(bucket string) { r.s.places.forget(bucket) }

// Region gives the bucket's region, asking once.
func (r *Reader) Region(ctx context.Context, bucket string) (string, error) {
	return r.s.bucketRegion(ctx, bucket)
}

// Owner gives the account that is proven to own the bucket, "" when that is not known.
func (r *Reader) Owner(ctx context.Context, bucket string) string {
	r.s.proveOwner(ctx, bucket)
	return r.s.places.owner(bucket)
}
