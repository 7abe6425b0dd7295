package awsops

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cooper/awsops/sse"
)

func presignSession(t *testing.T, change func(*Options)) *Session {
	t.Helper()
	opt := Options{Isolated: true, Region: "us-east-1", Endpoint: "https://s3.example", Dialect: DialectCompatible,
		Static: &StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret-of-the-key", SessionToken: "token-of-the-session"}}
	if change != nil {
		change(&opt)
	}
	s, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASignedURLAndAFormShowThemselvesToNobodyWhoDoesNotAsk(t *testing.T) {
	s := presignSession(t, nil)
	made, err := s.SignURL(t.Context(), Presigning{Bucket: "b", Key: "k", Method: http.MethodGet, Life: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	form, err := s.SignForm(t.Context(), FormSigning{Bucket: "b", Policy: func([]Pair) ([]byte, error) { return []byte("{}"), nil }})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "url", made.URL, "form", form, "all", made)
	raw, err := json.Marshal(map[string]any{"made": made, "form": form})
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%s %v %+v %#v %v %+v %#v %s %s", made.URL, made, made, made, form, form, &form, log.String(), raw)
	for _, secret := range []string{"X-Amz-", "token-of-the-session", "secret-of-the-key", "signature", "AKIAEXAMPLEEXAMPLE01"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%s is in %s", secret, shown)
		}
	}
	checkRevealed(t, made, form)
}

func checkRevealed(t *testing.T, made Presigned, form SignedForm) {
	t.Helper()
	if u := made.URL.Reveal(); !strings.Contains(u, "X-Amz-Signature=") || !strings.Contains(u, "X-Amz-Expires=3600") || made.URL.Address() != "https://s3.example/b/k" {
		t.Errorf("revealed: %s, address %s", u, made.URL.Address())
	}
	if n := len(form.Reveal()); n != 6 || form.Address != "https://s3.example/b" {
		t.Errorf("%d fields, %s", n, form.Address)
	}
	if (SignedURL{}).Reveal() != "" || (SignedForm{}).Reveal() != nil {
		t.Error("nothing reveals something")
	}
}

func TestWhatMayNotBeSignedIsRefusedWithItsReason(t *testing.T) {
	get := Presigning{Bucket: "b", Key: "k", Method: http.MethodGet, Life: time.Hour}
	with := func(change func(*Presigning)) Presigning { p := get; change(&p); return p }
	for name, c := range map[string]struct {
		open func(*Options)
		p    Presigning
		kind Kind
	}{
		"PUT in a read-only session":    {func(o *Options) { o.ReadOnly = true }, with(func(p *Presigning) { p.Method = http.MethodPut }), KindReadOnly},
		"DELETE in a read-only session": {func(o *Options) { o.ReadOnly = true }, with(func(p *Presigning) { p.Method = http.MethodDelete }), KindReadOnly},
		"a bucket's deletion":           {nil, with(func(p *Presigning) { p.Method, p.Key = http.MethodDelete, "" }), KindInvalid},
		"a POST":                        {nil, with(func(p *Presigning) { p.Method = http.MethodPost }), KindInvalid},
		"no life":                       {nil, with(func(p *Presigning) { p.Life = 0 }), KindInvalid},
		"eight days":                    {nil, with(func(p *Presigning) { p.Life = 8 * 24 * time.Hour }), KindInvalid},
		"dual-stack elsewhere":          {nil, with(func(p *Presigning) { p.Style = AddressDualStack }), KindInvalid},
		"a customer's key over http": {func(o *Options) { o.Endpoint = "http://s3.example" }, with(func(p *Presigning) {
			p.Customer, _ = sse.NewKey(make([]byte, 32))
		}), KindInvalid},
	} {
		_, err := presignSession(t, c.open).SignURL(t.Context(), c.p)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	readOnly := presignSession(t, func(o *Options) { o.ReadOnly = true })
	if _, err := readOnly.SignURL(t.Context(), get); err != nil {
		t.Errorf("GET in a read-only session: %v", err)
	}
	if _, err := readOnly.SignForm(t.Context(), FormSigning{Bucket: "b"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a form in a read-only session: %v", err)
	}
	nobody := presignSession(t, nil)
	nobody.cfg.Credentials = nil
	if _, err := nobody.SignURL(t.Context(), get); err == nil || !strings.Contains(err.Error(), "without keys nothing can be signed") {
		t.Errorf("without credentials: %v", err)
	}
}

func TestTryingAURLNeverQuotesIt(t *testing.T) {
	s := presignSession(t, func(o *Options) {
		o.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no way there") })
	})
	u := NewSignedURL("https://s3.example/b/k?X-Amz-Signature=abcdef")
	_, err := s.TrySigned(t.Context(), u, Presigning{Method: http.MethodGet, Bucket: "b", Key: "k"})
	e, ok := errors.AsType[*Error](err)
	if !ok || strings.Contains(fmt.Sprintf("%v %+v %#v %v", err, err, e, e.Err), "abcdef") {
		t.Errorf("%v", err)
	}
	if _, quotes := errors.AsType[*url.Error](err); quotes {
		t.Error("the error holds another that quotes the URL")
	}
	calls, _ := s.Calls()
	if len(calls) != 1 || calls[0].Key != "k" || strings.Contains(fmt.Sprintf("%+v", calls), "abcdef") {
		t.Errorf("%+v", calls)
	}
	if _, err := s.TrySigned(t.Context(), u, Presigning{Method: http.MethodPut, Bucket: "b", Key: "k"}); err == nil {
		t.Error("a PUT was sent")
	}
}

// TestTheDocumentedURLIsSignedToTheByte is the example of "Authenticating Requests: Using Query Parameters".
func TestTheDocumentedURLIsSignedToTheByte(t *testing.T) {
	s := presignSession(t, func(o *Options) {
		o.Endpoint, o.PathStyle = "https://s3.amazonaws.com", PathStyleNever
		o.Static = &StaticCredentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	})
	made, err := s.SignURL(t.Context(), Presigning{Bucket: "examplebucket", Key: "test.txt", Method: http.MethodGet, Life: 24 * time.Hour,
		At: time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	const want = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if !strings.HasSuffix(made.URL.Reveal(), "&X-Amz-Signature="+want) {
		t.Error(made.URL.Reveal())
	}
}

// TestTheDocumentedFormIsSignedToTheByte is the example of "Browser-Based Upload using HTTP POST (Using SigV4)".
func TestTheDocumentedFormIsSignedToTheByte(t *testing.T) {
	const policy = "{ \"expiration\": \"2015-12-30T12:00:00.000Z\",\r\n  \"conditions\": [\r\n    {\"bucket\": \"sigv4examplebucket\"},\r\n    [\"starts-with\", \"$key\", \"user/user1/\"],\r\n    {\"acl\": \"public-read\"},\r\n    {\"success_action_redirect\": \"http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html\"},\r\n    [\"starts-with\", \"$Content-Type\", \"image/\"],\r\n    {\"x-amz-meta-uuid\": \"14365123651274\"},\r\n    {\"x-amz-server-side-encryption\": \"AES256\"},\r\n    [\"starts-with\", \"$x-amz-meta-tag\", \"\"],\r\n\r\n    {\"x-amz-credential\": \"AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request\"},\r\n    {\"x-amz-algorithm\": \"AWS4-HMAC-SHA256\"},\r\n    {\"x-amz-date\": \"20151229T000000Z\" }\r\n  ]\r\n}"
	s := presignSession(t, func(o *Options) {
		o.Static = &StaticCredentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	})
	form, err := s.SignForm(t.Context(), FormSigning{Bucket: "sigv4examplebucket", At: time.Date(2015, 12, 29, 0, 0, 0, 0, time.UTC),
		Policy: func([]Pair) ([]byte, error) { return []byte(policy), nil }})
	if err != nil {
		t.Fatal(err)
	}
	fields := form.Reveal()
	const want = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
	if got := fields[len(fields)-1]; got.Value != want {
		t.Error(got)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
