package logs

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/record"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
)

// wire plays an account with a logged bucket, "scratch", in place of a network.
type wire struct {
	mu       sync.Mutex
	logging  string            // the document, or STATUS CODE
	policy   string            // of the target, or STATUS CODE
	files    map[string]string // of the target, by key
	refuse   string            // a key that can't be read
	put      []string          // bodies of PUTs with their addresses
	requests int
}

const rootCaller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn>
<UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

const loggingOn = `<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>in/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`

const loggingOff = `<BucketLoggingStatus/>`

const logPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"Delivery","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/*"}]}`

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	status, text := w.answer(r, body)
	header := http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Amz-Request-Id": {"REQ1"}}
	return &http.Response{StatusCode: status, Header: header, Request: r, ContentLength: int64(len(text)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(text))}, nil
}

// asked is how many requests there were.
func (w *wire) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// sent are the PUTs.
func (w *wire) sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.put)
}

func reply(doc string) (int, string) {
	status, code := 0, ""
	if n, _ := fmt.Sscanf(doc, "%d %s", &status, &code); n == 2 {
		return status, "<Error><Code>" + code + "</Code><Message>no</Message></Error>"
	}
	return 200, doc
}

func (w *wire) answer(r *http.Request, body string) (int, string) {
	q := r.URL.Query()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch r.Method {
	case http.MethodPost:
		return 200, rootCaller
	case http.MethodPut:
		return w.take(r, body)
	case http.MethodHead:
		return 200, ""
	}
	for sub := range q {
		if doc := w.setting(bucket, sub); doc != "" {
			return reply(doc)
		}
	}
	switch {
	case bucket == "":
		return 200, `<ListAllMyBucketsResult><Buckets>` + listed("logs", "eu-west-1") + listed("far", "us-east-1") + listed("ring", "eu-west-1") + listed("scratch", "eu-west-1") + `</Buckets></ListAllMyBucketsResult>`
	case q.Get("list-type") == "2":
		return 200, w.list(q.Get("prefix"), q.Get("start-after"))
	case key == w.refuse:
		return reply("403 AccessDenied")
	case w.files[key] != "":
		return 200, w.files[key]
	}
	return reply("501 NotImplemented")
}

// take keeps what is put.
func (w *wire) take(r *http.Request, body string) (int, string) {
	w.put = append(w.put, r.URL.RequestURI()+" "+body)
	if r.URL.Query().Has("logging") {
		w.logging = body
	} else {
		w.policy = body
	}
	return 200, ""
}

// setting is the document of a sub-resource, or STATUS CODE; "" for what is none.
func (w *wire) setting(bucket, sub string) string {
	switch sub {
	case "logging":
		return map[string]string{"scratch": w.logging, "ring": strings.Replace(loggingOn, "logs", "scratch", 1), "logs": loggingOff, "far": loggingOff}[bucket]
	case "policy":
		return w.policy
	}
	return map[string]string{
		"encryption":        `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
		"requestPayment":    `<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>`,
		"object-lock":       "404 ObjectLockConfigurationNotFoundError",
		"ownershipControls": `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`,
		"lifecycle":         "404 NoSuchLifecycleConfiguration",
	}[sub]
}

func listed(name, region string) string {
	return "<Bucket><Name>" + name + "</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>" + region + "</BucketRegion></Bucket>"
}

func (w *wire) list(prefix, after string) string {
	var keys []string
	for k := range w.files {
		if strings.HasPrefix(k, prefix) && k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>logs</Name><Prefix>%s</Prefix><KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>`, prefix, len(keys))
	for _, k := range keys {
		fmt.Fprintf(&b, `<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;e&quot;</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>`, k, fileTime(k).Format("2006-01-02T15:04:05.000Z"), len(w.files[k]))
	}
	return b.String() + "</ListBucketResult>"
}

func fileTime(key string) time.Time {
	t, err := time.Parse("2006-01-02-15-04-05", key[3:22])
	if err != nil {
		return time.Time{}
	}
	return t
}

// deliver writes lines as a file that came so long before now.
func (w *wire) deliver(ago time.Duration, lines ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Now().UTC().Add(-ago)
	w.files["in/"+at.Format("2006-01-02-15-04-05")+fmt.Sprintf("-%016X", len(w.files))] = strings.Join(lines, "\n") + "\n"
}

// logLine is the record of a request so long before now.
func logLine(ago time.Duration, who, operation, key, rest string) string {
	if rest == "" {
		rest = `200 - 120 120 9 8 "-" "curl/8.5.0" - aG9zdA== SigV4 TLS_AES_128_GCM_SHA256 AuthHeader scratch.s3.eu-west-1.amazonaws.com TLSv1.3 - - eu-west-1`
	}
	return fmt.Sprintf(`OWNER scratch [%s] 203.0.113.9 %s 3E57427F33A59F07 %s %s "GET /%s HTTP/1.1" %s`, time.Now().UTC().Add(-ago).Format("02/Jan/2006:15:04:05 -0700"), who, operation, key, strings.ReplaceAll(key, "%25", "%"), rest)
}

const (
	dev   = "arn:aws:iam::111122223333:user/dev"
	plain = `200 - 120 120 9 8 "-" "old-backup/1.0" - aG9zdA== SigV4 - AuthHeader scratch.s3.eu-west-1.amazonaws.com - - - eu-west-1`
	gone  = `204 - - - 9 8 "-" "Boto3/1.40" v1 aG9zdA== SigV4 TLS_AES_128_GCM_SHA256 AuthHeader scratch.s3.eu-west-1.amazonaws.com TLSv1.3 - - eu-west-1`
	lost  = `403 AccessDenied 243 - 9 8 "-" "x" - aG9zdA== - TLS_AES_128_GCM_SHA256 - scratch.s3.eu-west-1.amazonaws.com TLSv1.3 - - -`
)

// traffic is what most tests begin with.
func traffic(w *wire) {
	w.deliver(2*time.Hour, logLine(3*time.Hour, dev, "REST.GET.OBJECT", "a.txt", ""), logLine(170*time.Minute, "arn:aws:sts::111122223333:assumed-role/job/run", "REST.DELETE.OBJECT", "b%2520c.txt", gone), "broken \x1b[31mline")
	w.deliver(time.Hour, logLine(90*time.Minute, "arn:aws:iam::111122223333:user/legacy", "REST.GET.OBJECT", "a.txt", plain), logLine(80*time.Minute, "-", "REST.GET.OBJECT", "evil\u202ekey", lost))
}

type stage struct {
	*views.Env
	wire *wire
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// on runs a script on the screen of a place, in virtual time.
func on(t *testing.T, w, h int, place ui.Place, setup func(*wire), script func(*stage, *uitest.Program)) {
	t.Helper()
	var s *stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		s = &stage{wire: &wire{logging: loggingOn, policy: logPolicy, files: map[string]string{}}}
		if setup != nil {
			setup(s.wire)
		}
		session, err := awsops.Open(ctx, awsops.Options{Region: "eu-west-1", Isolated: true, Transport: s.wire, Journal: record.To(journal.Memory()), Rand: zeroes{},
			Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox, PathStyle: awsops.PathStyleAlways,
			Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}})
		if err != nil {
			t.Fatal(err)
		}
		s.Env = &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Home: t.TempDir(), Environ: func(string) string { return "" }}
		screens := map[string]func(ui.Place) ui.View{"logs": func(p ui.Place) ui.View { return NewTab(s.Env, p) }, ReaderScreen: func(p ui.Place) ui.View { return NewReader(s.Env, p) }}
		return ui.New(ui.Options{Name: "cooper", Theme: s.Theme, KeepDark: true, Home: place, Explain: views.Explain, Screens: screens, Works: s.Works,
			Identity: func() ui.Identity { return ui.Identity{Profile: "demo", Region: "eu-west-1", Scheme: "https"} }})
	}, func(_ *testing.T, p *uitest.Program) {
		p.Sleep(2 * time.Second)
		script(s, p)
	})
}

var sizes = []struct{ w, h int }{{80, 24}, {120, 40}, {40, 10}}

func goldens(t *testing.T, name string, place ui.Place, setup func(*wire), script func(*stage, *uitest.Program)) {
	t.Helper()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			on(t, size.w, size.h, place, setup, func(s *stage, p *uitest.Program) {
				if script != nil {
					script(s, p)
				}
				uitest.Golden(t, fmt.Sprintf("%s-%dx%d", name, size.w, size.h), p.Text())
			})
		})
	}
}

var (
	tabPlace  = ui.Place{Screen: "logs", Bucket: "scratch"}
	readPlace = ui.Place{Screen: ReaderScreen, Bucket: "scratch"}
)
