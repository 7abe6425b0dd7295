package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// The buckets of the demo that show settings, scale and odd content.

// exports encrypts with a KMS key by default.
func (d *seeder) exports() error {
	b, err := d.bucket("customer-exports", demoOther, 210, func(b *bucket) {
		b.encryption = sseState{algorithm: "aws:kms", keyID: DemoKMSKey(d.s.account, demoOther), bucketKey: true}
		b.tags = []tag{{"team", "data"}, {"data-class", "personal"}}
	})
	if err != nil {
		return err
	}
	for i := range 40 {
		key := fmt.Sprintf("weekly/%s/part-%02d.parquet", d.ago(7*(i/4)+3, 0, 0).Format("2006-01-02"), i%4)
		d.put(b, key, d.size(int64(64_000+5_119*(i%11))), d.ago(7*(i/4)+3, 1, i%4), nil)
	}
	d.put(b, "weekly/before-the-key.csv", d.size(9_182), d.ago(205, 6, 0), func(a *attributes) { a.sse = sseState{algorithm: "AES256"} })
	return nil
}

func expireRule(id, prefix string, days int) lifecycleRule {
	return lifecycleRule{ID: &id, Status: "Enabled", Filter: &lifecycleFilter{Prefix: &prefix}, Expiration: &lifecycleExpiration{Days: &days}}
}

// buildCache has lifecycle rules of each kind.
func (d *seeder) buildCache() error {
	week, month, keep, archive := 7, 30, 3, 60
	abort, old, prefix, whole, class := "abort-uploads", "old-versions", "releases/", "", "GLACIER_IR"
	b, err := d.bucket("build-cache", demoAbroad, 880, func(b *bucket) {
		versioned(b)
		b.settings["lifecycle"] = &lifecycleConfiguration{XMLName: named("LifecycleConfiguration"), minimum: "all_storage_classes_128K", Rules: []lifecycleRule{
			expireRule("expire-cache", "cache/", 30),
			{ID: &abort, Status: "Enabled", Filter: &lifecycleFilter{Prefix: &whole}, AbortUploads: &lifecycleAbort{Days: &week}},
			{ID: &old, Status: "Enabled", Filter: &lifecycleFilter{Prefix: &prefix}, NoncurrentExpiration: &lifecycleNoncurrent{Days: &month, Newer: &keep},
				Transitions: []lifecycleTransition{{Days: &archive, Class: class}}},
		}}
	})
	if err != nil {
		return err
	}
	for i := range 180 {
		d.put(b, "cache/"+derived(2, "cache", itoa(i))+"/"+derived(40, "cache", itoa(i)), d.size(int64(4_096*(1+i%25))), d.ago(1+i%29, i%24, i%60), nil)
	}
	for i := range 14 {
		key := fmt.Sprintf("releases/1.%d.0/cooper_linux_amd64.tar.gz", i)
		d.put(b, key, d.size(1_480_000), d.ago(800-i*50, 13, 0), func(a *attributes) {
			if i < 12 {
				a.class = class
			}
		})
	}
	return d.s.PutLarge(b.name, "images/base-rootfs.img", 12, d.ago(33, 3, 3), "")
}

// pressKit is public: its policy allows everyone to read, and nothing blocks that.
func (d *seeder) pressKit() error {
	b, err := d.bucket("press-kit", demoAbroad, 1100, func(b *bucket) {
		b.settings["publicAccessBlock"] = publicAccessBlock{}
		b.ownership = "ObjectWriter"
	})
	if err != nil {
		return err
	}
	for i, name := range []string{"index.html", "logo/cooper-dark.png", "logo/cooper-light.png", "photos/workshop.jpg", "photos/team.jpg", "releases/2026-02.pdf", "releases/2026-09.pdf"} {
		d.put(b, name, d.size(int64(12_000+47_011*i)), d.ago(1000-90*i, 16, i), func(a *attributes) { a.headers = append(a.headers, field{"Cache-Control", "max-age=3600"}) })
	}
	return d.policy(b, `{"Version":"2012-10-17","Statement":[{"Sid":"PublicRead","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::press-kit/*"}]}`)
}

// telemetryObjects is how many objects telemetry-raw holds.
const telemetryObjects = 100_000

// telemetry is the bucket of many objects: a thousand devices, a hundred files each.
func (d *seeder) telemetry() error {
	b, err := d.bucket("telemetry-raw", demoAbroad, 60, nil)
	if err != nil {
		return err
	}
	key := []byte("2026/10/01/device-0000/000000.json.gz")
	return d.s.Fill(b.name, telemetryObjects, func(i int) string {
		day, device, file := i/20_000+1, i/20%1000, i%20
		digits(key[8:10], day)
		digits(key[18:22], device)
		digits(key[23:29], file*4231+day)
		return string(key)
	}, FillOptions{ContentType: "application/json", Modified: func(i int) time.Time {
		return d.ago(50-i/20_000, 0, 0).Add(time.Duration(i%20_000) * 4 * time.Second)
	}})
}

// digits writes a number with leading zeros over all of b.
func digits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// hostileKeys are names that break terminals, parsers and file systems. All of them are legal in S3.
func hostileKeys() []string {
	return []string{
		"..", "../../etc/passwd", "./here", "/leading-slash", "double//slash///es", "trailing-slash/", "dir", "dir/file", "~/home", "-rf",
		"\x1b[31mred\x1b[0m.txt", "\x1b]0;new title\x07.txt", "\x1b[2J\x1b[Hclear", "bell\x07", "backspace\b\b\b", "ctl-\x01\x02\x1f\x7f", "c1-\u009b31m",
		"new\nline", "carriage\rreturn", "tab\tbed", "  spaces  ", "nbsp\u00a0here", "line\u2028separator",
		"rtl-\u202egnp.exe", "isolate-\u2067abc\u2069", "zero\u200bwidth\u200d", "e\u0301 decomposed", "é composed", "Z\u0351\u036b\u0343a\u0363\u0308lgo",
		"日本語/資料.txt", "مرحبا.txt", "👩\u200d👩\u200d👧.png", "wide-\uff21\uff22", "\ufeffbom", "private-\ue000",
		"invalid-\xff\xfe.bin", "overlong-\xc0\xaf", "surrogate-\xed\xa0\x80", "half-\xe6\x97",
		"a b+c%20d&e=f?g#h.txt", "quote'\"`$(id)`.txt", "back\\slash", "semi;colon|pipe", "<script>alert(1)</script>.html", "%2e%2e%2f", "=cmd()", "*?[glob]",
		"CON", "aux.txt", "name.", strings.Repeat("long-", 204) + "1024",
	}
}

// oddNames holds a small object under each hostile key.
func (d *seeder) oddNames() error {
	b, err := d.bucket("odd-names", demoHome, 90, nil)
	if err != nil {
		return err
	}
	for i, key := range hostileKeys() {
		d.put(b, key, d.text(fmt.Sprintf("object %d\n", i+1)), d.ago(80-i, 7, i), func(a *attributes) {
			a.metadata = []field{{"origin", "import"}}
			if i%4 == 0 {
				a.tags = []tag{{"reversed\u202egnp", "<b>&amp;"}}
			}
		})
	}
	return nil
}

// videoIngest has uploads that were never finished.
func (d *seeder) videoIngest() error {
	b, err := d.bucket("video-ingest", demoOther, 150, nil)
	if err != nil {
		return err
	}
	for i := range 9 {
		d.put(b, fmt.Sprintf("done/take-%02d.mov", i+1), d.size(int64(700_000+1_024*(i%2))), d.ago(100-9*i, 19, 30), nil)
	}
	const five = 5 << 20
	for i, days := range []int{1, 2, 6, 8, 31, 90, 149} {
		d.begun(b, fmt.Sprintf("incoming/take-%02d.mov", 20+i), d.ago(days, 20, i), []int64{five, five, five, 812_000}[:1+i%4]...)
	}
	d.begun(b, "incoming/take-20.mov", d.ago(12, 6, 6), five)
	d.begun(b, "incoming/nothing-sent.mov", d.ago(3, 6, 6))
	return nil
}

// fresh is empty.
func (d *seeder) fresh() error {
	_, err := d.bucket("fresh-start", demoAbroad, 1, nil)
	return err
}

// payroll denies several reads to everyone, root included.
func (d *seeder) payroll() error {
	b, err := d.bucket("payroll-restricted", demoHome, 420, versioned)
	if err != nil {
		return err
	}
	for month := 1; month <= 10; month++ {
		d.put(b, fmt.Sprintf("2026-%02d/payroll.csv", month), d.size(int64(52_000+month*611)), d.ago((11-month)*30, 22, 0), nil)
	}
	return d.policy(b, `{"Version":"2012-10-17","Statement":[`+
		`{"Sid":"HideSettings","Effect":"Deny","Principal":"*","Action":["s3:GetEncryptionConfiguration","s3:GetBucketLogging","s3:GetLifecycleConfiguration","s3:GetBucketTagging"],"Resource":"arn:aws:s3:::payroll-restricted"},`+
		`{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::payroll-restricted","arn:aws:s3:::payroll-restricted/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`)
}

// partner belongs to another account, which lets this one read.
func (d *seeder) partner() error {
	b := newBucket("partner-dropbox-444455556666", demoAbroad, OtherAccount, d.ago(260, 9, 0))
	if err := d.s.addBucket(b); err != nil {
		return err
	}
	for i := range 5 {
		d.put(b, fmt.Sprintf("handover/batch-%d.csv", i+1), d.size(int64(7_700+i*333)), d.ago(50-i*7, 12, 0), nil)
	}
	return d.policy(b, `{"Version":"2012-10-17","Statement":[{"Sid":"PartnerRead","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+d.s.account+`:root"},`+
		`"Action":["s3:GetObject","s3:ListBucket","s3:GetBucketLocation"],"Resource":["arn:aws:s3:::partner-dropbox-444455556666","arn:aws:s3:::partner-dropbox-444455556666/*"]}]}`)
}
