package buckets

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"cooper/awsops"
)

// server answers requests from a table of "METHOD path?first-parameter" to an answer; it keeps what it was asked.
type server struct {
	mu      sync.Mutex
	answers map[string]reply
	asked   []string
	bodies  map[string]string
	headers map[string]http.Header
	before  func(*http.Request)
}

type reply struct {
	status int
	body   string
	header map[string]string
}

func xmlError(status int, code string) reply {
	return reply{status: status, body: "<Error><Code>" + code + "</Code><Message>said by the test</Message></Error>"}
}

// line names a request without the parameters that don't tell the operation.
func line(r *http.Request) string {
	s := r.Method + " " + r.URL.Path
	for _, p := range strings.Split(r.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(p, "=")
		if name != "" && name != "x-id" && name != "max-buckets" && name != "encoding-type" {
			return s + "?" + strings.TrimSuffix(p, "=")
		}
	}
	return s
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.before != nil {
		s.before(r)
	}
	if err := context.Cause(r.Context()); err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	l := line(r)
	if r.Header.Get("X-Amz-Account-Id") == "" && r.Method == http.MethodPost && r.URL.Path == "/" {
		l = "sts"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, l)
	if s.bodies == nil {
		s.bodies, s.headers = map[string]string{}, map[string]http.Header{}
	}
	s.bodies[l], s.headers[l] = string(body), r.Header.Clone()
	a := s.answer(l, r.Method)
	h := http.Header{"Content-Type": {"application/xml"}}
	for k, v := range a.header {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), Header: h, Request: r,
		Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body))}, nil
}

// answer gives the table's answer, or one that any server gives.
func (s *server) answer(l, method string) reply {
	if a, ok := s.answers[l]; ok {
		return a
	}
	switch {
	case l == "sts":
		return reply{200, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn><UserId>x</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, nil}
	case method == http.MethodHead:
		return reply{200, "", map[string]string{"X-Amz-Bucket-Region": "eu-west-1"}}
	}
	return xmlError(501, "NotImplemented")
}

func (s *server) count(prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, l := range s.asked {
		if strings.HasPrefix(l, prefix) {
			n++
		}
	}
	return n
}

func session(t *testing.T, s http.RoundTripper, change ...func(*awsops.Options)) *awsops.Session {
	t.Helper()
	opt := awsops.Options{Region: "eu-west-1", Endpoint: "https://sandbox.example", Dialect: awsops.DialectSandbox, Isolated: true, Transport: s,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "none"}}
	for _, c := range change {
		c(&opt)
	}
	out, err := awsops.Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
