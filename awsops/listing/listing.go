package listing

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// DefaultWorkers is how many requests of one listing are on their way at once, at most.
const DefaultWorkers = 32

// Query says what is listed.
type Query struct {
	Bucket    string
	Prefix    string
	Delimiter string // "/" makes common prefixes
	Versions  bool   // all versions and delete markers, not the current objects
	After     string // lists keys above this one only
	Workers   int    // requests at once; 0 is DefaultWorkers, 1 lists page by page
	PageSize  int32  // keys an answer, at most 1,000; 0 is 1,000
}

// Listing is a listing under way or done. Its rows are in the Store.
type Listing struct {
	Store
	Query Query

	cancel  context.CancelCauseFunc
	done    chan struct{}
	started time.Time

	mu       sync.Mutex
	err      *awsops.Error
	crew     *crew
	requests int
	took     time.Duration
}

// errStopped is the cause when a person stops a listing.
var errStopped = errors.New("stopped")

// Start begins a listing (ListObjectsV2, or ListObjectVersions) and returns at once. It ends when
// everything is listed, with ctx, at Stop, or at the first error that the SDK's retries and a
// slower pace don't get over.
func Start(ctx context.Context, r *awsops.Reader, q Query) *Listing {
	l := &Listing{Query: q, done: make(chan struct{}), started: r.Now()}
	ctx, l.cancel = context.WithCancelCause(ctx)
	go func() {
		defer close(l.done)
		defer l.cancel(nil)
		api, err := r.S3(ctx, q.Bucket)
		if err == nil {
			err = l.list(ctx, newFetcher(r, api, q))
		}
		l.end(err, r.Now())
	}()
	return l
}

// list runs crews until one comes to the end. A server that lists in no order is listed again by
// one worker, since its key ranges mean nothing.
func (l *Listing) list(ctx context.Context, f fetcher) error {
	workers := l.Query.Workers
	if workers == 0 {
		workers = DefaultWorkers
	}
	if !splits(l.Query.Delimiter) {
		workers = 1
	}
	c := l.newCrew(f, workers)
	err := c.list(ctx)
	if errors.Is(err, errDisorder) {
		l.reset()
		c = l.newCrew(f, 1)
		err = c.list(ctx)
	}
	return err
}

func (l *Listing) newCrew(f fetcher, workers int) *crew {
	c := newCrew(f, &l.Store, workers, l.Query.Prefix, l.Query.Versions)
	c.delimiter = l.Query.Delimiter
	if l.Query.After != "" {
		c.front.start, c.front.cur = []byte(l.Query.After), []byte(l.Query.After)
		c.front.at = place{after: c.front.cur}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.crew != nil {
		l.requests += l.crew.made()
	}
	l.crew = c
	return c
}

func (c *crew) made() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.requests
}

func (l *Listing) end(err error, now time.Time) {
	l.mu.Lock()
	l.took = now.Sub(l.started)
	if err != nil {
		l.err = awsops.Wrap(l.op(), l.Query.Bucket, "", err)
	}
	l.mu.Unlock()
	if err == nil {
		l.finish()
		return
	}
	l.bump()
}

func (l *Listing) op() string {
	if l.Query.Versions {
		return "ListObjectVersions"
	}
	return "ListObjectsV2"
}

// Stop ends the listing. The rows that are there stay.
func (l *Listing) Stop() { l.cancel(errStopped) }

// Done is closed when nothing more will come: complete, failed or stopped.
func (l *Listing) Done() <-chan struct{} { return l.done }

// Ended reports whether nothing more will come.
func (l *Listing) Ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// Err gives why the listing ended before everything was listed; KindCancelled when it was stopped,
// nil while it goes on and when it is complete.
func (l *Listing) Err() *awsops.Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Requests gives how many requests were made so far; the SDK's own retries are not counted.
func (l *Listing) Requests() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.crew == nil {
		return 0
	}
	return l.requests + l.crew.made()
}

// Wait returns when the listing has ended, with Err as an error; or with ctx's cause.
func (l *Listing) Wait(ctx context.Context) error {
	select {
	case <-l.done:
		if e := l.Err(); e != nil {
			return e
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// s3Fetcher makes the requests.
type s3Fetcher struct {
	api  awsops.ReadAPI
	q    Query
	also []types.OptionalObjectAttributes
}

func newFetcher(r *awsops.Reader, api awsops.ReadAPI, q Query) *s3Fetcher {
	f := &s3Fetcher{api: api, q: q}
	if r.Session().Dialect() != awsops.DialectCompatible {
		f.also = []types.OptionalObjectAttributes{types.OptionalObjectAttributesRestoreStatus}
	}
	return f
}

func (f *s3Fetcher) fetch(ctx context.Context, at place) (*page, error) {
	if f.q.Versions {
		return f.fetchVersions(ctx, at)
	}
	return f.fetchObjects(ctx, at)
}

// under puts a scanClient under one call of the SDK.
func under(scan *scanClient) func(*s3.Options) {
	return func(o *s3.Options) {
		scan.next = o.HTTPClient
		o.HTTPClient = scan
	}
}

func (f *s3Fetcher) fetchObjects(ctx context.Context, at place) (*page, error) {
	in := &s3.ListObjectsV2Input{Bucket: &f.q.Bucket, OptionalObjectAttributes: f.also, EncodingType: types.EncodingTypeUrl,
		Prefix: optional(f.q.Prefix), Delimiter: optional(f.q.Delimiter),
		ContinuationToken: optional(at.token), StartAfter: optional(string(at.after))}
	if f.q.PageSize > 0 {
		in.MaxKeys = aws.Int32(f.q.PageSize)
	}
	var scan scanClient
	out, err := f.api.ListObjectsV2(ctx, in, under(&scan))
	if err != nil {
		return nil, awsops.Wrap("ListObjectsV2", f.q.Bucket, "", err)
	}
	if scan.page != nil {
		return scan.page, nil
	}
	return objectsPage(out), nil
}

func (f *s3Fetcher) fetchVersions(ctx context.Context, at place) (*page, error) {
	in := &s3.ListObjectVersionsInput{Bucket: &f.q.Bucket, OptionalObjectAttributes: f.also, EncodingType: types.EncodingTypeUrl,
		Prefix: optional(f.q.Prefix), Delimiter: optional(f.q.Delimiter),
		KeyMarker: optional(string(at.after)), VersionIdMarker: optional(at.version)}
	if f.q.PageSize > 0 {
		in.MaxKeys = aws.Int32(f.q.PageSize)
	}
	var scan scanClient
	out, err := f.api.ListObjectVersions(ctx, in, under(&scan))
	if err != nil {
		return nil, awsops.Wrap("ListObjectVersions", f.q.Bucket, "", err)
	}
	if scan.page != nil {
		return scan.page, nil
	}
	return versionsPage(out), nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
