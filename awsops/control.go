package awsops

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// emptyHash is the SHA-256 of no bytes.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// controlPath begins every path of Amazon S3 Control.
const controlPath = "/v20180820/"

// Control asks Amazon S3 Control for something by GET, such as "configuration/publicAccessBlock" of
// the caller's account, and decodes its XML answer into out. op is the operation's name. A
// compatible endpoint has no such service: KindUnsupported. Errors are *Error.
func (r *Reader) Control(ctx context.Context, op, path string, out any) error {
	_, err := r.s.control(ctx, op, http.MethodGet, path, nil, out)
	return err
}

// Control changes something by Amazon S3 Control: it sends body, an XML document or nothing, by method and gives the
// request's id. It sends once and does not retry. Errors are *Error.
func (w *Writer) Control(ctx context.Context, op, method, path string, body []byte) (requestID string, err error) {
	return w.s.control(ctx, op, method, path, body, nil)
}

// control sends one request and decodes the answer into out, which is nil where an answer holds nothing.
func (s *Session) control(ctx context.Context, op, method, path string, sent []byte, out any) (string, error) {
	if s.opt.Dialect == DialectCompatible {
		return "", &Error{Op: op, Kind: KindUnsupported, Message: "this endpoint has no Amazon S3 Control to ask"}
	}
	identity := s.Identity(ctx)
	id, ok := identity.Get()
	if !ok {
		return "", identity.Err
	}
	requestID := ""
	err := s.renewed(ctx, func() error {
		var err error
		requestID, err = s.sendControl(ctx, id, op, method, path, sent, out)
		return err
	})
	return requestID, err
}

func (s *Session) sendControl(ctx context.Context, id Identity, op, method, path string, sent []byte, out any) (string, error) {
	req, err := s.controlRequest(ctx, id, method, path, sent)
	if err != nil {
		return "", Wrap(op, "", "", err)
	}
	start, began := s.opt.Clock.Now(), time.Now()
	status, header, body, err := s.send(req)
	entry := Call{At: start, Op: op, Method: method, Status: status, Took: time.Since(began), Sent: int64(len(sent)), Received: int64(len(body)), Attempt: 1}
	var failed *Error
	if err != nil {
		failed = Wrap(op, "", "", err)
	} else {
		entry.RequestID = requestID(header)
		s.noteDate(header.Get("Date"))
		failed = controlError(op, status, entry.RequestID, body, out)
	}
	if failed != nil {
		entry.Code = failed.shortCode()
	}
	s.calls.add(entry)
	if failed != nil {
		return entry.RequestID, failed
	}
	return entry.RequestID, nil
}

func (s *Session) controlRequest(ctx context.Context, id Identity, method, path string, body []byte) (*http.Request, error) {
	if s.cfg.Credentials == nil {
		return nil, &Error{Op: path, Kind: KindCredentials, Message: "no credentials were found"}
	}
	creds, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(s.opt.Endpoint, "/")
	if s.opt.Dialect != DialectSandbox {
		base = "https://" + id.Account + "." + s.controlHost(id.Partition)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+controlPath+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	hash := emptyHash
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		hash = hex.EncodeToString(sum[:])
		digest := md5.Sum(body) // S3 Control demands Content-MD5 of documents that it stores
		req.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(digest[:]))
		req.Header.Set("Content-Type", "application/xml")
	}
	req.Header.Set("X-Amz-Account-Id", id.Account)
	req.Header.Set("X-Amz-Content-Sha256", hash)
	return req, s.signer().SignHTTP(ctx, creds, req, hash, "s3", s.cfg.Region, s.ServerNow())
}

// controlHost is the address of S3 Control, with FIPS and dual-stack where they are asked for ("Amazon S3 endpoints and
// quotas").
func (s *Session) controlHost(partition string) string {
	host := "s3-control"
	if s.fips {
		host += "-fips"
	}
	if s.dualStack {
		host += ".dualstack"
	}
	return host + "." + s.cfg.Region + "." + dnsSuffix(partition)
}

// dnsSuffix is the domain of a partition's services.
func dnsSuffix(partition string) string {
	switch partition {
	case "aws-cn":
		return "amazonaws.com.cn"
	case "aws-eusc":
		return "amazonaws.eu"
	}
	return "amazonaws.com"
}

// controlError decodes an answer of S3 Control, whose error document is either S3's or IAM's.
func controlError(op string, status int, id string, body []byte, out any) *Error {
	if out == nil && status >= 200 && status < 300 {
		return nil
	}
	if status == http.StatusOK && out != nil {
		if err := xml.Unmarshal(body, out); err != nil {
			return &Error{Op: op, Kind: KindUnsupported, Status: status, RequestID: id, Message: "the answer can't be read", Err: err}
		}
		return nil
	}
	var doc struct {
		Code, Message string
		Error         struct{ Code, Message string }
	}
	e := &Error{Op: op, Status: status, RequestID: id}
	if err := xml.Unmarshal(body, &doc); err == nil {
		e.Code, e.Message = doc.Code+doc.Error.Code, doc.Message+doc.Error.Message
	}
	if e.Code == "" {
		e.Code = strings.ReplaceAll(http.StatusText(status), " ", "")
	}
	explain(e)
	return e
}
