package reencrypt

import (
	"context"
	"fmt"
	"io"
	"net/http"
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

const keyARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// wire answers requests in place of a network.
type wire struct {
	mu      sync.Mutex
	objects map[string]string // by key: "STATUS header=value …" of a HEAD
	denied  bool
	sent    []string
}

// RoundTrip answers listings, HEADs and the bucket's default.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	header := http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Amz-Request-Id": {"REQ1"}}
	status, text := w.answer(r, header)
	if r.Method == http.MethodHead && header.Get("ETag") != "" {
		header.Set("Content-Length", "1234")
	}
	return &http.Response{StatusCode: status, Header: header, Request: r, ContentLength: int64(len(text)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func (w *wire) answer(r *http.Request, header http.Header) (int, string) {
	key := strings.TrimPrefix(r.URL.Path, "/b/")
	switch {
	case r.Method == http.MethodPost:
		return 200, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn><UserId>1</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	case r.Method == http.MethodPut:
		w.sent = append(w.sent, r.URL.RequestURI())
		w.objects[key] = "200 X-Amz-Server-Side-Encryption=aws:kms X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id=" + keyARN + " X-Amz-Server-Side-Encryption-Bucket-Key-Enabled=true"
		return 200, ""
	case r.URL.Query().Has("encryption"):
		return 200, `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>` + keyARN +
			`</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`
	case r.URL.Query().Has("versioning"):
		return 200, `<VersioningConfiguration/>`
	case r.URL.Query().Has("list-type"):
		return w.list()
	case strings.TrimSuffix(r.URL.Path, "/") == "/b":
		return 200, ""
	}
	said, ok := w.objects[key]
	if !ok {
		return 404, ""
	}
	words := strings.Fields(said)
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		header.Set(name, value)
	}
	header.Set("ETag", `"e"`)
	header.Set("Last-Modified", "Sun, 01 Mar 2026 12:00:00 GMT")
	if words[0] == "400" && r.Method == http.MethodGet {
		return 400, `<Error><Code>InvalidRequest</Code><Message>The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.</Message></Error>`
	}
	status := 200
	if words[0] != "200" {
		status = map[string]int{"400": 400, "403": 403}[words[0]]
	}
	return status, ""
}

func (w *wire) list() (int, string) {
	if w.denied {
		return 403, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
	}
	var b strings.Builder
	b.WriteString(`<ListBucketResult><IsTruncated>false</IsTruncated>`)
	for i := range 9 {
		key := fmt.Sprintf("k%d", i)
		if _, ok := w.objects[key]; ok {
			fmt.Fprintf(&b, `<Contents><Key>%s</Key><Size>%d</Size><ETag>"e"</ETag><LastModified>2026-03-01T12:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents>`, key, 1000*i)
		}
	}
	return 200, b.String() + `</ListBucketResult>`
}

func mixed() *wire {
	kms := "200 X-Amz-Server-Side-Encryption=aws:kms X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id=" + keyARN
	return &wire{objects: map[string]string{"k0": kms + " X-Amz-Server-Side-Encryption-Bucket-Key-Enabled=true", "k1": kms,
		"k2": "200 X-Amz-Server-Side-Encryption=AES256", "k3": "200 X-Amz-Server-Side-Encryption=AES256 X-Amz-Storage-Class=GLACIER",
		"k4": "400", "k5": "403", "k6": "200"}}
}

func on(t *testing.T, w, h int, s *wire, script func(*uitest.Program)) {
	t.Helper()
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		session, err := awsops.Open(ctx, awsops.Options{Region: "eu-west-1", Isolated: true, Transport: s, Journal: record.To(journal.Memory()), Rand: &counter{},
			Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
			Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}})
		if err != nil {
			t.Fatal(err)
		}
		env := &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Environ: func(string) string { return "" }}
		return ui.New(ui.Options{Name: "cooper", Theme: env.Theme, KeepDark: true, Home: ui.Place{Screen: Screen, Bucket: "b"}, Explain: views.Explain, Works: env.Works,
			Screens:  map[string]func(ui.Place) ui.View{Screen: func(p ui.Place) ui.View { return New(env, p) }},
			Identity: func() ui.Identity { return ui.Identity{Profile: "demo", Region: "eu-west-1", Scheme: "https"} }})
	}, func(_ *testing.T, p *uitest.Program) { script(p) })
}

// counter makes ids that differ.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	c.n++
	for i := range b {
		b[i] = c.n
	}
	return len(b), nil
}

// goldens draws the screen at every size once counting has ended.
func goldens(t *testing.T, name string, s func() *wire, script func(*uitest.Program)) {
	t.Helper()
	for _, size := range []struct{ w, h int }{{80, 24}, {120, 40}, {40, 10}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			on(t, size.w, size.h, s(), func(p *uitest.Program) {
				p.Sleep(time.Minute)
				if script != nil {
					script(p)
				}
				uitest.Golden(t, fmt.Sprintf("%s-%dx%d", name, size.w, size.h), p.Text())
			})
		})
	}
}

func TestTheKindsOfABucketAreCounted(t *testing.T) { goldens(t, "kinds", mixed, nil) }

func TestWhatDiffersFromTheDefaultIsListed(t *testing.T) {
	goldens(t, "differs", mixed, func(p *uitest.Program) {
		p.Press("f")
		p.Sleep(time.Second)
	})
}

func TestAnEmptyBucketAndADeniedListingAreTwoPictures(t *testing.T) {
	goldens(t, "empty", func() *wire { return &wire{objects: map[string]string{}} }, nil)
	goldens(t, "denied", func() *wire { return &wire{denied: true} }, nil)
}

func TestThoseOfAKindAreEncryptedAnewByAPlan(t *testing.T) {
	s := mixed()
	on(t, 110, 60, s, func(p *uitest.Program) {
		p.Sleep(time.Minute)
		p.Sees("HEADs sent for 7 objects, all there are")
		p.Press("enter") // the largest group: SSE-S3
		p.Sees("encrypt these anew")
		p.Press("e")
		p.Sees("x-amz-server-side-encryption-aws-kms-key-id: "+keyARN[:20], "all versions")
		p.Press("enter")
		p.Sees("2 by UpdateObjectEncryption", "no prices are set")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sleep(time.Second)
		p.Type("b")
		p.Press("enter")
		p.Sleep(time.Minute)
		if len(s.sent) != 2 || !strings.Contains(strings.Join(s.sent, " "), "/b/k2?encryption") {
			t.Errorf("sent %q\n%s", s.sent, p.Text())
		}
	})
}
