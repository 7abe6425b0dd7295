package awsops

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire answers requests in place of a network and keeps what was sent.
type wire struct {
	mu     sync.Mutex
	sent   []sentRequest
	answer func(n int, r *http.Request, body string) (*answered, error)
}

type sentRequest struct {
	Method, Host, Path, Query string
	Header                    http.Header
	Body                      string
	At                        time.Time
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	w.sent = append(w.sent, sentRequest{r.Method, r.URL.Host, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body, time.Now()})
	n := len(w.sent)
	w.mu.Unlock()
	a, err := w.answer(n, r, body)
	if a == nil {
		return nil, err
	}
	header := a.header.Clone()
	if header.Get("Date") == "" {
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), Header: header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r}, err
}

// answered is what the wire answers.
type answered struct {
	status int
	body   string
	header http.Header
}

func (w *wire) requests() []sentRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]sentRequest(nil), w.sent...)
}

func reply(status int, body string, header ...string) *answered {
	h := http.Header{"X-Amz-Request-Id": {"REQ1"}, "X-Amz-Id-2": {"HOST1"}, "Content-Type": {"application/xml"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &answered{status, body, h}
}

func failure(status int, code, message string) *answered {
	return reply(status, "<Error><Code>"+code+"</Code><Message>"+message+"</Message></Error>")
}

const callerAnswer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:root</Arn><UserId>111122223333</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`

// isolated opens a session on w that looks at nothing outside the test.
func isolated(t *testing.T, w *wire, change ...func(*Options)) *Session {
	t.Helper()
	opt := Options{
		Region: "eu-west-1", Isolated: true, Transport: w,
		Static: &StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"},
	}
	for _, f := range change {
		f(&opt)
	}
	s, err := Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
