package awsops

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// queryVersions are the API versions of the query services that are asked.
var queryVersions = map[string]string{"iam": "2010-05-08"}

// iamHosts are AWS IAM's global endpoints and the regions they sign for, by partition.
var iamHosts = map[string][2]string{
	"aws":        {"https://iam.amazonaws.com/", "us-east-1"},
	"aws-cn":     {"https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1"},
	"aws-us-gov": {"https://iam.us-gov.amazonaws.com/", "us-gov-west-1"},
	"aws-eusc":   {"https://iam.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1"},
}

// answerLimit bounds an answer of a query service, in bytes.
const answerLimit = 4 << 20

// Query asks an AWS query service (only "iam") for something and decodes its XML answer into out.
// Only actions that List or Get are sent. It does not retry. Errors are *Error.
func (r *Reader) Query(ctx context.Context, service, action string, params url.Values, out any) error {
	s := r.s
	version, ok := queryVersions[service]
	if !ok || !strings.HasPrefix(action, "List") && !strings.HasPrefix(action, "Get") {
		return &Error{Op: action, Kind: KindBug, Message: "only listing and getting from AWS IAM is possible here"}
	}
	if s.opt.Dialect == DialectCompatible {
		return &Error{Op: action, Kind: KindUnsupported, Message: "this endpoint has no AWS IAM to ask"}
	}
	form := url.Values{"Action": {action}, "Version": {version}}
	for k, v := range params {
		form[k] = v
	}
	return s.renewed(ctx, func() error { return s.query(ctx, service, action, form, out) })
}

func (s *Session) query(ctx context.Context, service, action string, form url.Values, out any) error {
	base, region := s.queryEndpoint(ctx)
	req, err := s.signedForm(ctx, base, service, region, form)
	if err != nil {
		return Wrap(action, "", "", err)
	}
	start, began := s.opt.Clock.Now(), time.Now()
	status, header, body, err := s.send(req)
	entry := Call{At: start, Op: action, Method: req.Method, Status: status, Took: time.Since(began),
		Sent: req.ContentLength, Received: int64(len(body)), Attempt: 1}
	if err == nil {
		entry.RequestID = requestID(header)
		s.noteDate(header.Get("Date"))
		err = queryError(action, status, requestID(header), body)
	} else {
		err = Wrap(action, "", "", err)
	}
	if e, ok := errors.AsType[*Error](err); ok {
		entry.Code = e.shortCode()
	}
	s.calls.add(entry)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(body, out); err != nil {
		return &Error{Op: action, Kind: KindUnsupported, Status: status, Message: "the answer can't be read", Err: err}
	}
	return nil
}

func (s *Session) queryEndpoint(ctx context.Context) (base, region string) {
	if s.opt.Dialect == DialectSandbox {
		return s.opt.Endpoint, "us-east-1"
	}
	partition := "aws"
	if id, ok := s.Identity(ctx).Get(); ok {
		partition = id.Partition
	}
	host, ok := iamHosts[partition]
	if !ok {
		host = iamHosts["aws"]
	}
	if s.fips && host == iamHosts["aws"] {
		host[0] = "https://iam-fips.amazonaws.com/"
	}
	return host[0], host[1]
}

func (s *Session) signedForm(ctx context.Context, base, service, region string, form url.Values) (*http.Request, error) {
	if s.cfg.Credentials == nil {
		return nil, &Error{Op: form.Get("Action"), Kind: KindCredentials, Message: "no credentials were found"}
	}
	creds, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	body := []byte(form.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	hash := sha256.Sum256(body)
	return req, s.signer().SignHTTP(ctx, creds, req, hex.EncodeToString(hash[:]), service, region, s.opt.Clock.Now())
}

func (s *Session) send(req *http.Request) (int, http.Header, []byte, error) {
	resp, err := s.http.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	return resp.StatusCode, resp.Header, body, err
}

// queryError reads a query service's error document; nil for 200.
func queryError(action string, status int, id string, body []byte) error {
	if status == http.StatusOK {
		return nil
	}
	var doc struct {
		Error struct {
			Code    string
			Message string
		}
	}
	e := &Error{Op: action, Status: status, RequestID: id}
	if err := xml.Unmarshal(body, &doc); err == nil {
		e.Code, e.Message = doc.Error.Code, doc.Error.Message
	}
	if e.Code == "" {
		e.Code = strings.ReplaceAll(http.StatusText(status), " ", "")
	}
	if e.Code == "" {
		e.Code = fmt.Sprintf("HTTP%d", status)
	}
	explain(e)
	return e
}
