package awsops

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

// clientKey says which client is wanted. Clients are made once each: a client shares its signer,
// whose derived keys are cached by access key id, so a session with other credentials makes its own.
type clientKey struct {
	region    string
	pathStyle bool
	write     bool
	once      bool // no retries, for one-time codes
}

type s3Client = s3.Client

// place is what is known of a bucket: where it is and whose it is.
type place struct {
	region string
	owner  string // account id, "" while it is not proven
	asked  bool   // the owner was asked for with the caller's account
}

// places caches regions and owners by bucket.
type places struct {
	mu sync.Mutex
	m  map[string]place
}

func (p *places) get(bucket string) (place, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.m[bucket]
	return v, ok
}

func (p *places) set(bucket string, change func(*place)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.m == nil {
		p.m = map[string]place{}
	}
	v := p.m[bucket]
	change(&v)
	p.m[bucket] = v
}

func (p *places) forget(bucket string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.m, bucket)
}

// settled reports whether the bucket's owner was asked for, whatever came of it.
func (p *places) settled(bucket string) bool {
	v, ok := p.get(bucket)
	return ok && (v.owner != "" || v.asked)
}

func (p *places) owner(bucket string) string {
	v, _ := p.get(bucket)
	return v.owner
}

// S3 gives a client for bucket in the bucket's own region; "" is the session's region. The first
// call for a bucket sends a HeadBucket to find the region. Errors are *Error.
func (r *Reader) S3(ctx context.Context, bucket string) (ReadAPI, error) {
	c, err := r.s.clientFor(ctx, bucket, false)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// S3 gives a client that may change things, with the bucket's owner proven where that is possible.
// Inside Coded it never retries.
func (w *Writer) S3(ctx context.Context, bucket string) (WriteAPI, error) {
	if bucket != "" {
		w.s.proveOwner(ctx, bucket)
	}
	c, err := w.s.clientFor(ctx, bucket, true)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// S3In gives a client for a region by name, for CreateBucket.
func (w *Writer) S3In(region string) WriteAPI {
	return w.s.client(clientKey{region: region, pathStyle: w.s.pathStyle(""), write: true})
}

func (s *Session) clientFor(ctx context.Context, bucket string, write bool) (*s3Client, error) {
	region := s.cfg.Region
	if bucket != "" && !strings.HasPrefix(bucket, "arn:") {
		var err error
		if region, err = s.bucketRegion(ctx, bucket); err != nil {
			return nil, err
		}
	}
	once := write && ctx.Value(codedKey{}) != nil
	return s.client(clientKey{region: region, pathStyle: s.pathStyle(bucket), write: write, once: once}), nil
}

// pathStyle decides for one bucket. An access point's ARN has no path style at all.
func (s *Session) pathStyle(bucket string) bool {
	switch {
	case strings.HasPrefix(bucket, "arn:"):
		return false
	case s.opt.PathStyle == PathStyleAuto:
		return s.opt.Endpoint != ""
	}
	return s.opt.PathStyle == PathStyleAlways
}

func (s *Session) client(key clientKey) *s3Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.clients[key]; ok {
		return c
	}
	g := &guard{s: s, write: key.write, once: key.once}
	c := s3.NewFromConfig(s.cfg, func(o *s3.Options) {
		o.Region = key.region
		o.UsePathStyle = key.pathStyle
		if s.opt.Endpoint != "" {
			o.BaseEndpoint = aws.String(s.opt.Endpoint)
		}
		if s.opt.Dialect == DialectCompatible {
			// Not every server reads checksum trailers.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
		o.Retryer = s.retryer()
		if key.once {
			o.Retryer, o.RetryMaxAttempts = aws.NopRetryer{}, 0
		}
		o.HTTPSignerV4 = s.signer()
		o.DisableLogOutputChecksumValidationSkipped = true
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return g.add(stack) })
	})
	s.clients[key] = c
	return c
}

// clockSigner signs by the session's clock, corrected by what the server showed, where that is not
// the machine's: a frozen demo would else be refused as skewed.
type clockSigner struct {
	*v4.Signer
	s *Session
}

func (c clockSigner) SignHTTP(ctx context.Context, creds aws.Credentials, r *http.Request, hash, service, region string,
	_ time.Time, opts ...func(*v4.SignerOptions),
) error {
	return c.Signer.SignHTTP(ctx, creds, r, hash, service, region, c.s.ServerNow(), opts...)
}

func (s *Session) signer() s3.HTTPSignerV4 {
	// S3 signs the path as it is sent: escaping it again would break keys that hold a percent sign.
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if _, machine := s.opt.Clock.(machineClock); machine {
		return signer
	}
	return clockSigner{signer, s}
}
