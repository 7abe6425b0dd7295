package sandbox

import (
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5
	"slices"
	"time"
)

// Regions of the demo account.
const (
	demoHome   = "eu-west-1"
	demoOther  = "eu-central-1"
	demoAbroad = "us-east-1"
)

// demoKeyID is the id of the customer managed key that every region of the account has.
const demoKeyID = "7d9f3c1e-5b2a-4c86-9e0d-1f6a8b3c5d7e"

// DemoKMSKey is the ARN of the customer managed key that every region of the account has; its alias is
// alias/customer-data.
func DemoKMSKey(account, region string) string {
	return "arn:aws:kms:" + region + ":" + account + ":key/" + demoKeyID
}

// SeedDemo fills the account of the demo: names, sizes and contents are the same in every run, and every time
// lies before the midnight (UTC) that the server's clock saw last. It is for a server that was just made: it
// panics when a bucket's name is taken.
func (s *Server) SeedDemo() {
	d := &seeder{s: s, today: s.Now().UTC().Truncate(24 * time.Hour), sized: map[int64]*content{}}
	for _, plant := range []func() error{
		d.invoices, d.ledger, d.exports, d.buildCache, d.pressKit, d.contracts,
		d.drafts, d.telemetry, d.oddNames, d.videoIngest, d.fresh, d.payroll, d.partner, d.uploads, d.accessLogs,
		d.masters,
		d.keys, d.payments, d.mixed, d.doomed, d.keyUses,
	} {
		if err := plant(); err != nil {
			panic("sandbox: seeding the demo: " + err.Error())
		}
	}
}

// seeder plants buckets and objects without going through requests: it may write in the past.
type seeder struct {
	s     *Server
	today time.Time
	sized map[int64]*content // generated contents by size
}

// ago is a time of day, n days before today.
func (d *seeder) ago(days, hour, minute int) time.Time {
	return d.today.AddDate(0, 0, -days).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// bucket makes a bucket of the account that is some days old; shape may change it before anybody sees it.
func (d *seeder) bucket(name, region string, days int, shape func(*bucket)) (*bucket, error) {
	b := newBucket(name, region, d.s.account, d.ago(days, 9, 12))
	if shape != nil {
		shape(b)
	}
	return b, d.s.addBucket(b)
}

// put writes an object at a time. Versions of a key are put from the oldest on.
func (d *seeder) put(b *bucket, key string, c *content, at time.Time, change func(*attributes)) *version {
	b.mu.Lock()
	defer b.mu.Unlock()
	attrs := &attributes{headers: []field{{"Content-Type", contentType(key)}}, sse: b.encryption}
	if change != nil {
		change(attrs)
	}
	if !attrs.sse.etagIsMD5() {
		other := *c
		other.etag = etagFor(md5.Sum([]byte(c.etag)), attrs.sse) //nolint:gosec // see the import
		c = &other
	}
	v := &version{modified: at.Unix(), content: c, attrs: attrs}
	b.put(key, v, d.s.nextVersion)
	return v
}

// remove deletes a key at a time, as a plain DELETE does.
func (d *seeder) remove(b *bucket, key string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deletePlain(key, at, d.s.nextVersion)
}

// size is content of a size, the same for all that ask for it.
func (d *seeder) size(n int64) *content {
	if d.sized[n] == nil {
		d.sized[n] = generate(uint64(n), n, defaultSum)
	}
	return d.sized[n]
}

// text is content that can be read.
func (d *seeder) text(s string) *content { return textContent([]byte(s)) }

// policy hangs a policy on a bucket.
func (d *seeder) policy(b *bucket, text string) error {
	stored, err := newBucketPolicy([]byte(text), b.name)
	if err != nil {
		return err
	}
	b.setSetting("policy", stored)
	return nil
}

// contentTypes are the media types of the demo's files, by the end of their names.
var contentTypes = []struct{ suffix, mime string }{
	{".pdf", "application/pdf"}, {".csv", "text/csv"}, {".json", "application/json"}, {".json.gz", "application/json"},
	{".txt", "text/plain"}, {".log", "text/plain"}, {".html", "text/html"}, {".png", "image/png"}, {".jpg", "image/jpeg"},
	{".mp4", "video/mp4"}, {".mov", "video/quicktime"}, {".tar.gz", "application/gzip"}, {".parquet", "application/vnd.apache.parquet"},
}

func contentType(key string) string {
	for _, t := range contentTypes {
		if len(key) > len(t.suffix) && key[len(key)-len(t.suffix):] == t.suffix {
			return t.mime
		}
	}
	return "binary/octet-stream"
}

// begun enters an incomplete multipart upload that was started at a time.
func (d *seeder) begun(b *bucket, key string, at time.Time, parts ...int64) {
	u := &upload{
		key: key, id: d.s.newUploadID(), started: at, initiator: d.s.findPrincipal(d.s.Root().AccessKeyID),
		attrs: &attributes{headers: []field{{"Content-Type", contentType(key)}}, sse: b.encryption},
		sum:   checksum{algorithm: defaultSum, kind: fullObjectSum}, parts: map[int]*uploadedPart{},
	}
	for i, size := range parts {
		u.parts[i+1] = &uploadedPart{number: i + 1, modified: at.Add(time.Duration(i+1) * time.Minute), content: d.size(size)}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	place, _ := slices.BinarySearchFunc(b.uploads, u, compareUploads)
	b.uploads = slices.Insert(b.uploads, place, u)
}
