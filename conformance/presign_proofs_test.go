package conformance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/policy"
	"cooper/awsops/presign"
	"cooper/awsops/sse"
	"cooper/sandbox"
)

func TestAURLSignedWithACustomersKeyNeedsTheKeyAndShowsItToNobody(t *testing.T) {
	w, ca := openSockets(t)
	if w.differs(t, "customer-provided keys are ignored, and the content is stored in the clear", serverVersityGW) {
		return
	}
	b, choice := w.keyed(t, "", 7)
	c, print := stranger(t, ca), choice.Fingerprint
	key, _ := w.session.Keys().Get(print)
	put := w.sign(t, presign.Spec{Bucket: b, Key: "k", Method: presign.Put, Upload: presign.Upload{Encryption: choice}}, false)
	get := w.sign(t, presign.Spec{Bucket: b, Key: "k", Method: presign.Get, Customer: print}, false)
	_, value, _ := key.Triple()
	with := func(r *http.Request) { r.Header.Set("X-Amz-Server-Side-Encryption-Customer-Key", *value) }
	if status, body, _ := use(t, c, put, "content", nil); status < 400 {
		t.Errorf("PUT without the key: %d %s", status, body)
	}
	if status, body, _ := use(t, c, put, "content", with); status != 200 {
		t.Fatalf("PUT: %d %s", status, body)
	}
	if status, body, _ := use(t, c, get, "", nil); status < 400 {
		t.Errorf("GET without the key: %d %s", status, body)
	}
	if status, body, _ := use(t, c, get, "", with); status != 200 || body != "content" {
		t.Errorf("GET: %d %s", status, body)
	}
	if got, err := presign.Try(t.Context(), w.session, get); err != nil || !got.Works {
		t.Errorf("a test: %+v %v", got, err)
	}
	keepsTheKey(t, *value, put, get)
	unknown := presign.Spec{Bucket: b, Key: "k", Method: presign.Get, Customer: "bm8gc3VjaCBrZXkgaGVyZQ==", Until: w.session.ServerNow().Add(time.Hour)}
	if _, err := presign.Make(t.Context(), w.session, unknown, presign.Surroundings{}); err == nil || !strings.Contains(err.Error(), "isn't at hand") {
		t.Errorf("a key that isn't there: %v", err)
	}
}

// keepsTheKey sees to it that the lines of URLs name a key's place and not the key.
func keepsTheKey(t *testing.T, key string, all ...*presign.Made) {
	t.Helper()
	for _, m := range all {
		if line := m.Curl(); strings.Contains(line, key) || !strings.Contains(line, `"x-amz-server-side-encryption-customer-key: $KEY"`) {
			t.Errorf("the key is in the line, or has no place in it: %v", m)
		}
	}
}

func TestTestingAURLTellsTheTruth(t *testing.T) {
	w, _ := openSockets(t)
	b := w.bucket(t, "")
	w.put(t, b, "k", "the content")
	w.put(t, b, "empty", "")
	for _, c := range []struct {
		spec   presign.Spec
		over   bool
		status int
		works  bool
		says   string
	}{
		{presign.Spec{Bucket: b, Key: "k", Method: presign.Get}, false, 206, true, "It works now"},
		{presign.Spec{Bucket: b, Key: "k", Method: presign.Head}, false, 200, true, "It works now"},
		{presign.Spec{Bucket: b, Method: presign.Get}, false, 200, true, "It works now"},
		{presign.Spec{Bucket: b, Key: "k", Method: presign.Get}, true, 403, false, "It is refused"},
		{presign.Spec{Bucket: b, Key: "missing", Method: presign.Get}, false, 404, false, "nothing at that key"},
		{presign.Spec{Bucket: b, Key: "new", Method: presign.Put}, false, 404, false, "isn't proven"},
		{presign.Spec{Bucket: b, Prefix: "in/", Method: presign.Form}, false, 200, false, "isn't proven"},
		{presign.Spec{Bucket: b, Key: "k", Method: presign.Delete}, false, 200, false, "isn't proven"},
	} {
		got, err := presign.Try(t.Context(), w.session, w.sign(t, c.spec, c.over))
		if err != nil || got.Trial.Status != c.status || got.Works != c.works || !strings.Contains(got.Verdict, c.says) {
			t.Errorf("%s: %+v %v", c.spec.Title(), got, err)
		}
	}
	if got, err := presign.Try(t.Context(), w.session, w.sign(t, presign.Spec{Bucket: b, Key: "empty", Method: presign.Get}, false)); err != nil ||
		!strings.Contains(got.Verdict, "It works now") {
		t.Errorf("an empty object: %+v %v", got, err)
	}
	if _, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &b, Key: aws.String("k")}); err != nil {
		t.Errorf("testing a DELETE deleted: %v", err)
	}
}

// TestWhatThePolicyWillSayIsWhatItSays holds the forecast and the moment of death to the sandbox, whose engine is another.
func TestWhatThePolicyWillSayIsWhatItSays(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.named(t, "policies", "")
	w.put(t, b, "k", "the content")
	c := &http.Client{Transport: w.server.Transport()}
	statement := func(condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Sid":"Rule","Effect":"Deny","Principal":"*","Action":"s3:*Object","Resource":"arn:aws:s3:::policies/*","Condition":` + condition + `}]}`
	}
	for _, x := range []struct {
		condition string
		upload    presign.Upload
		method    presign.Method
		want      policy.Verdict
		dies      time.Duration
	}{
		{`{"NumericGreaterThan":{"s3:signatureAge":"600000"}}`, presign.Upload{}, presign.Get, policy.Allowed, 10 * time.Minute},
		{`{"DateGreaterThan":{"aws:CurrentTime":"2026-03-01T12:30:00Z"}}`, presign.Upload{}, presign.Get, policy.Allowed, 0},
		{`{"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`, presign.Upload{}, presign.Get, policy.Refused, time.Hour},
		{`{"StringEquals":{"s3:authType":"POST"}}`, presign.Upload{}, presign.Form, policy.Refused, time.Hour},
		{`{"StringEquals":{"s3:authType":"POST"}}`, presign.Upload{}, presign.Get, policy.Allowed, time.Hour},
		{`{"Bool":{"aws:SecureTransport":"false"}}`, presign.Upload{}, presign.Get, policy.Allowed, time.Hour},
		{`{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`, presign.Upload{}, presign.Put, policy.Refused, time.Hour},
		{`{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`, presign.Upload{Encryption: sse.Choice{Kind: sse.S3}}, presign.Put, policy.Allowed, time.Hour},
		{`{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`, presign.Upload{Encryption: sse.Choice{Kind: sse.S3}}, presign.Form, policy.Allowed, time.Hour},
		{`{"Null":{"s3:if-none-match":"true"}}`, presign.Upload{}, presign.Put, policy.Refused, time.Hour},
	} {
		if _, err := w.fixture.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &b, Policy: aws.String(statement(x.condition))}); err != nil {
			t.Fatal(err)
		}
		around := presign.Survey(t.Context(), w.reader(), b)
		at := w.session.ServerNow()
		spec := presign.Spec{Bucket: b, Key: "k", Method: x.method, Until: at.Add(time.Hour), Upload: x.upload}
		m, err := presign.Make(t.Context(), w.session, spec, around)
		if err != nil {
			t.Fatal(err)
		}
		got := around.Foretell(spec, m.At)
		dies := m.At.Add(x.dies)
		if x.dies == 0 {
			dies = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
		}
		if got.Verdict != x.want || !m.Death.At.Equal(dies) {
			t.Errorf("%s: %v %q, dies %v, want %v, %v", x.condition, got.Verdict, got.Text, m.Death.At, x.want, dies)
		}
		if allowed := w.passes(t, c, m); allowed != (x.want == policy.Allowed) {
			t.Errorf("%s: the server lets it pass: %v", x.condition, allowed)
		}
		if x.want == policy.Allowed {
			w.dies(t, c, m)
		}
	}
}

// passes uses what was made and says whether the server let it.
func (w *world) passes(t *testing.T, c *http.Client, m *presign.Made) bool {
	t.Helper()
	if m.Spec.Method == presign.Form {
		status, _, _ := fill(t, c, m, "f", "content", nil)
		return status < 300
	}
	body := ""
	if m.Spec.Method == presign.Put {
		body = "content"
	}
	status, _, _ := use(t, c, m, body, nil)
	return status < 300
}

// dies goes to the last second of a URL's life, in which it works, and to the one after the next, in which it doesn't.
func (w *world) dies(t *testing.T, c *http.Client, m *presign.Made) {
	t.Helper()
	began := w.clock.Now()
	w.clock.add(m.Death.At.Sub(began) - time.Second)
	if !w.passes(t, c, m) {
		t.Errorf("%v is dead in its last second", m)
	}
	w.clock.add(2 * time.Second)
	if w.passes(t, c, m) {
		t.Errorf("%v lives on", m)
	}
	w.clock.add(began.Sub(w.clock.Now()))
}

func TestAURLOfASessionDiesWithTheSession(t *testing.T) {
	b := onBastion(t)
	b.keys("keys", sandbox.AdminUser)
	b.profile("profile partner", "role_arn = "+sandboxRole+sandbox.PartnerRole, "source_profile = keys",
		"external_id = "+sandbox.PartnerExternalID, "role_session_name = evening", "duration_seconds = 900")
	s, root := b.open("partner"), b.server.Root()
	w := &world{name: serverSandbox, server: b.server,
		fixture: fixtureClient(sandboxURL, "eu-west-1", root.AccessKeyID, root.SecretAccessKey, &http.Client{Transport: b.server.Transport()})}
	now := s.ServerNow()
	spec := presign.Spec{Bucket: w.bucket(t, ""), Key: "k", Method: presign.Get, Until: now.Add(12 * time.Hour)}
	m, err := presign.Make(t.Context(), s, spec, presign.Surroundings{})
	if err != nil {
		t.Fatal(err)
	}
	if life := m.Death.At.Sub(m.At); m.Death.By != presign.ByCredentials || life > 15*time.Minute || life < 14*time.Minute || len(m.Death.Doubts) != 0 {
		t.Errorf("%+v after %v", m.Death, life)
	}
	ask := func() awsops.Trial {
		t.Helper()
		got, err := presign.Try(t.Context(), s, m)
		if err != nil {
			t.Fatal(err)
		}
		return got.Trial
	}
	if got := ask(); got.Code != "NoSuchKey" {
		t.Errorf("while the session lasts: %+v", got)
	}
	b.clock.add(16 * time.Minute)
	if got := ask(); got.Status != 400 || got.Code != "ExpiredToken" {
		t.Errorf("after its end: %+v", got)
	}
	if text := strings.Join(m.Revocation(), " "); !strings.Contains(text, "aws:TokenIssueTime") {
		t.Error(text)
	}
}
