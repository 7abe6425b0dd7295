package sandbox

import (
	"strconv"
	"strings"
	"time"
)

func logTo(bucket, prefix string, format *loggingKeyStyle) *bucketLogging {
	return &bucketLogging{XMLName: named("BucketLoggingStatus"), Enabled: &loggingEnabled{TargetBucket: bucket, TargetPrefix: &prefix, Format: format}}
}

// partitionedByDay is the layout with account, region, bucket and the day of the requests in the keys.
func partitionedByDay() *loggingKeyStyle {
	day := "EventTime"
	return &loggingKeyStyle{Partitioned: &partitionedPrefix{DateSource: &day}}
}

// Of the demo's logs: how many days there are, and how many files a day and lines a file for invoices-2026.
const (
	demoLogDays  = 14
	demoLogFiles = 6
	demoLogLines = 30
)

// accessLogs is where the log service delivers: for invoices-2026 under simple keys, for web-uploads under those with
// the day in them.
func (d *seeder) accessLogs() error {
	b, err := d.bucket("access-logs", demoHome, 329, func(b *bucket) {
		b.settings["lifecycle"] = &lifecycleConfiguration{XMLName: named("LifecycleConfiguration"), minimum: "all_storage_classes_128K",
			Rules: []lifecycleRule{expireRule("expire-logs", "", 365)}}
	})
	if err != nil {
		return err
	}
	l := &demoLog{account: d.s.account, owner: canonicalID(d.s.account), special: d.demoDeletions()}
	for file := range demoLogDays * demoLogFiles {
		from := d.today.Add(time.Duration(file-demoLogDays*demoLogFiles) * 24 / demoLogFiles * time.Hour)
		to := from.Add(24 / demoLogFiles * time.Hour)
		at := to.Add(-9 * time.Minute)
		key := "invoices-2026/" + at.Format("2006-01-02-15-04-05") + "-" + strings.ToUpper(derived(16, "log", itoa(file)))
		d.put(b, key, textContent(l.invoices(from, to.Add(-10*time.Minute))), at, nil)
	}
	uploads := logTo(b.name, "web-uploads/", partitionedByDay()).Enabled
	for day := range demoLogDays {
		at := d.ago(demoLogDays-day, 0, 0)
		key := uploads.fileName(d.s.findBucket("web-uploads"), at, at, strings.ToUpper(derived(16, "uploads", itoa(day))))
		d.put(b, key, textContent(l.uploads(at)), at.Add(23*time.Hour+50*time.Minute), nil)
	}
	return d.policy(b, `{"Version":"2012-10-17","Statement":[{"Sid":"AllowLogDelivery","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},`+
		`"Action":"s3:PutObject","Resource":"arn:aws:s3:::access-logs/*","Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:s3:::invoices-2026","arn:aws:s3:::web-uploads"]},`+
		`"StringEquals":{"aws:SourceAccount":"`+d.s.account+`"}}}]}`)
}

// demoDeletions are the requests that made the delete markers of invoices-2026, and some that removed versions for good.
func (d *seeder) demoDeletions() []demoRequest {
	job, person, contractor := "role/retention-job/i-07c1f0e5", "user/mlindqvist", "user/contractor-04"
	var out []demoRequest
	for i, key := range []string{"2026/03/INV-202603-1008.pdf", "2026/03/INV-202603-1015.pdf", "2026/05/summary.csv", "2026/08/INV-202608-1001.pdf"} {
		out = append(out, demoRequest{at: d.ago(9-2*i, 18, 41), who: job, method: "DELETE", key: key, status: 204, agent: "Boto3/1.40.61 md/Botocore#1.40.61 lang/python#3.12"})
	}
	out = append(out, demoRequest{at: d.ago(4, 16, 20), who: person, method: "DELETE", key: "2026/03/notes.txt", status: 204, agent: "S3Console/0.4, aws-internal/3"})
	for i := range 9 {
		out = append(out, demoRequest{at: d.ago(2, 3, 12).Add(time.Duration(i) * 4 * time.Second), who: contractor, method: "DELETE", status: 204,
			key: "2026/02/scan-" + itoa(i+1) + ".tif", version: derived(32, "gone", itoa(i)), batch: i > 3, agent: "rclone/v1.71.2"})
	}
	return out
}

// demoRequest is a request of the demo's logs.
type demoRequest struct {
	at            time.Time
	who           string // below the account: user/NAME, role/ROLE/SESSION, root, "" for nobody
	ip, agent     string
	method, key   string
	version, code string
	status, size  int
	batch         bool // one key of a DeleteObjects request
	presigned     bool
	plain         bool // without TLS
}

// demoLog writes the demo's logs.
type demoLog struct {
	account, owner string
	special        []demoRequest
	n              uint64 // lines written so far
	buf            []byte
}

// roll gives a number below most that follows from how many were given before.
func (l *demoLog) roll(most int) int {
	l.n++
	return int(pattern{seed: 0x106}.word(int64(l.n)*8) % uint64(most))
}

// invoices is a file of invoices-2026: jobs that read and write at all hours, people in the day, what scans the
// internet, and a program that has never heard of TLS.
func (l *demoLog) invoices(from, to time.Time) []byte {
	l.buf = make([]byte, 0, demoLogLines*600)
	step := to.Sub(from) / demoLogLines
	for i := range demoLogLines {
		at := from.Add(time.Duration(i) * step)
		for _, s := range l.special {
			if !s.at.Before(at) && s.at.Before(at.Add(step)) {
				l.write("invoices-2026", s)
			}
		}
		r := l.request(at.Hour())
		r.at = at.Add(time.Duration(l.roll(int(step/time.Second))) * time.Second)
		l.write("invoices-2026", r)
	}
	return l.buf
}

func (l *demoLog) request(hour int) demoRequest {
	month := 1 + l.roll(10)
	folder := "2026/" + string([]byte{byte('0' + month/10), byte('0' + month%10)}) + "/"
	invoice := folder + "INV-" + strings.ReplaceAll(folder, "/", "") + "-" + itoa(1001+7*l.roll(9)) + ".pdf"
	r := demoRequest{method: "GET", key: folder + "summary.csv", status: 200, size: 412, who: "role/billing-job/i-0f3a9c21", agent: "aws-sdk-java/2.34.5 md/io#sync ua/2.1 os/Linux#6.1 lang/java#21", ip: "10.0.3." + itoa(20+l.roll(6))}
	people := hour >= 7 && hour < 19
	switch dice := l.roll(100); {
	case dice < 6:
		r.who, r.ip, r.plain, r.agent, r.key, r.size = "user/legacy-erp", "10.4.0.17", true, "ERP-Connector/4.2 (WinNT 6.1)", invoice, 38_400+1_733*l.roll(40)
	case dice < 10:
		r.who, r.ip, r.agent, r.status, r.code, r.size = "", "198.51.100."+itoa(1+l.roll(200)), "Mozilla/5.0 (compatible; \"Scanner\"/1.1; +http://scan.example/?a=1 b=2)", 403, "AccessDenied", 0
		r.key = []string{".env", "backup.sql", "wp-config.php", "2026/"}[l.roll(4)]
	case dice < 14:
		r.key, r.status, r.code, r.size = "2026/11/summary.csv", 404, "NoSuchKey", 0
	case dice < 17:
		r.who, r.ip, r.agent, r.status, r.code, r.key, r.size = "user/contractor-04", "203.0.113.77", "rclone/v1.71.2", 403, "AccessDenied", invoice, 0
	case dice < 25:
		r.method, r.key = "PUT", invoice
		r.size = 38_400 + 1_733*l.roll(40)
	case dice < 32:
		r.key, r.presigned, r.size, r.agent, r.ip = invoice, true, 38_400+1_733*l.roll(40), "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "203.0.113."+itoa(10+l.roll(60))
	case dice < 40:
		r.method = "HEAD"
	case dice < 60 && people:
		r.who, r.ip, r.agent = []string{"user/mlindqvist", "user/auditor", "root"}[l.roll(3)], "192.0.2."+itoa(30+l.roll(4)), "S3Console/0.4, aws-internal/3"
		r.key = []string{invoice, "", "README.txt"}[l.roll(3)]
	}
	return r
}

// uploads is a day of web-uploads: browsers that ask first and then send by presigned URL.
func (l *demoLog) uploads(day time.Time) []byte {
	l.buf = make([]byte, 0, 24*600)
	for hour := range 24 {
		at := day.Add(time.Duration(hour)*time.Hour + time.Duration(l.roll(3000))*time.Second)
		r := demoRequest{at: at, method: "PUT", key: "avatars/user-" + itoa(1000+l.roll(400)) + ".png", status: 200, size: 120_000 + l.roll(900_000), presigned: true,
			who: "role/web-backend/prod", ip: "203.0.113." + itoa(1+l.roll(250)), agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15"}
		if l.roll(5) == 0 {
			r.status, r.code, r.size = 403, "AccessDenied", 0 // the link was too old
		}
		l.write("web-uploads", r)
	}
	return l.buf
}

func (l *demoLog) requester(who string) string {
	switch kind, name, _ := strings.Cut(who, "/"); kind {
	case "":
		return "-"
	case "root":
		return l.owner
	case "role":
		return "arn:aws:sts::" + l.account + ":assumed-role/" + name
	}
	return "arn:aws:iam::" + l.account + ":" + who
}

// put appends fields with a space behind each.
func (l *demoLog) put(fields ...string) {
	for _, f := range fields {
		l.buf = append(append(l.buf, orDash(f)...), ' ')
	}
}

// random appends n of some digits that look as if nothing led to them.
func (l *demoLog) random(digits string, n int) {
	for word := uint64(0); n > 0; n-- {
		if word == 0 {
			l.n++
			word = pattern{seed: 0x1D}.word(int64(l.n) * 8)
		}
		l.buf = append(l.buf, digits[int(word&63)%len(digits)])
		word >>= 6
	}
}

// write appends a record of 27 fields.
func (l *demoLog) write(bucket string, r demoRequest) {
	const base64Digits, hexDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "0123456789ABCDEF"
	if r.ip == "" {
		r.ip = "10.0.9.31"
	}
	l.put(l.owner, bucket)
	l.buf = append(r.at.AppendFormat(append(l.buf, '['), "02/Jan/2006:15:04:05 -0700"), "] "...)
	l.put(r.ip, l.requester(r.who))
	l.random(hexDigits, 16)
	l.buf = append(l.buf, ' ')
	sent := r.size
	switch {
	case r.status >= 400:
		sent = 243
	case r.method == "PUT":
		sent = 0
	}
	operation, uri := r.asked()
	l.put(operation, r.key, uri, strconv.Itoa(r.status), r.code, countOrDash(int64(sent)), countOrDash(int64(r.size)), itoa(12+l.roll(60)), itoa(5+l.roll(7)), `"-"`, `"`+r.agent+`"`, r.version)
	l.random(base64Digits, 75)
	l.buf = append(l.buf, "= "...)
	l.put(r.connection(bucket)...)
	l.buf = append(append(l.buf, demoHome...), '\n')
}

// asked gives the operation and the request with its quotes, "" for none.
func (r demoRequest) asked() (operation, uri string) {
	path := "/" + r.key
	switch {
	case r.batch:
		return "BATCH.DELETE.OBJECT", ""
	case r.key == "":
		return "REST.GET.BUCKET", `"GET /?list-type=2&prefix=2026%2F HTTP/1.1"`
	case r.version != "":
		path += "?versionId=" + r.version
	case r.presigned:
		path += "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
	}
	return "REST." + r.method + ".OBJECT", `"` + r.method + " " + path + ` HTTP/1.1"`
}

// connection gives the fields from the signature version to what needed an ACL.
func (r demoRequest) connection(bucket string) []string {
	signature, cipher, kind, version := "SigV4", "TLS_AES_128_GCM_SHA256", "AuthHeader", "TLSv1.3"
	if r.plain {
		cipher, version = "-", "-"
	}
	if r.presigned {
		kind = "QueryString"
	}
	if r.who == "" {
		signature, kind = "-", "-"
	}
	return []string{signature, cipher, kind, bucket + ".s3." + demoHome + ".amazonaws.com", version, "-", "-"}
}
