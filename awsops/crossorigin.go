package awsops

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// CrossRequest is a request as a browser sends it for a page of another origin.
type CrossRequest struct {
	Bucket, Key string
	Verb        string // OPTIONS, which is sent without a signature, or GET or HEAD of the object's first byte, signed
	Origin      string // Origin, "" leaves it out; so with the next two
	Method      string // Access-Control-Request-Method
	Headers     string // Access-Control-Request-Headers
}

// CrossAnswer is what a server answered to a CrossRequest, an error among the answers.
type CrossAnswer struct {
	Status        int
	Header        http.Header
	Code, Message string // of an error document
}

// CrossOrigin sends a cross-origin request and gives the answer as it came, without retries. It fails with an *Error
// when there is no answer.
func (r *Reader) CrossOrigin(ctx context.Context, q CrossRequest) (CrossAnswer, error) {
	const op = "CrossOrigin"
	if q.Verb != http.MethodOptions && q.Verb != http.MethodGet && q.Verb != http.MethodHead {
		return CrossAnswer{}, &Error{Op: op, Bucket: q.Bucket, Key: q.Key, Kind: KindBug, Message: q.Verb + " may change something, so it is not sent"}
	}
	req, err := r.crossRequest(ctx, q)
	if err != nil {
		return CrossAnswer{}, Wrap(op, q.Bucket, q.Key, err)
	}
	start, began := r.s.opt.Clock.Now(), time.Now()
	status, header, body, err := r.s.send(req)
	out := CrossAnswer{Status: status, Header: header}
	entry := Call{At: start, Op: op, Bucket: q.Bucket, Key: q.Key, Method: q.Verb, Status: status, Took: time.Since(began), Received: int64(len(body)), Attempt: 1}
	if err != nil {
		failed := Wrap(op, q.Bucket, q.Key, err)
		entry.Code = failed.shortCode()
		r.s.calls.add(entry)
		return CrossAnswer{}, failed
	}
	entry.RequestID = requestID(header)
	r.s.noteDate(header.Get("Date"))
	if status >= http.StatusMultipleChoices {
		var doc struct{ Code, Message string }
		if xml.Unmarshal(body, &doc) == nil { // a HEAD has none, and a proxy's page is no document
			out.Code, out.Message = doc.Code, doc.Message
		}
		entry.Code = out.Code
	}
	r.s.calls.add(entry)
	return out, nil
}

func (r *Reader) crossRequest(ctx context.Context, q CrossRequest) (*http.Request, error) {
	at, err := r.ObjectURL(ctx, q.Bucket, q.Key)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, q.Verb, at, nil)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"Origin": q.Origin, "Access-Control-Request-Method": q.Method, "Access-Control-Request-Headers": q.Headers} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if q.Verb == http.MethodOptions {
		return req, nil // a browser signs no preflight
	}
	req.Header.Set("Range", "bytes=0-0")
	if r.s.cfg.Credentials == nil {
		return nil, &Error{Op: "CrossOrigin", Kind: KindCredentials, Message: "no credentials were found"}
	}
	creds, err := r.s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	region, err := r.s.bucketRegion(ctx, q.Bucket)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Amz-Content-Sha256", emptyHash)
	return req, r.s.signer().SignHTTP(ctx, creds, req, emptyHash, "s3", region, r.s.ServerNow())
}

// ObjectURL gives the address of an object at the endpoint that the session uses, without a signature. Nothing is sent
// but, for a bucket's first time, a HeadBucket for its region. Errors are *Error.
func (r *Reader) ObjectURL(ctx context.Context, bucket, key string) (string, error) {
	const op = "ObjectURL"
	client, err := r.s.clientFor(ctx, bucket, false)
	if err != nil {
		return "", err
	}
	// The SDK knows the rules of endpoints; of what it signs, only the address is wanted.
	signed, err := s3.NewPresignClient(client).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return "", Wrap(op, bucket, key, err)
	}
	at, err := url.Parse(signed.URL)
	if err != nil {
		return "", Wrap(op, bucket, key, err)
	}
	at.RawQuery = ""
	return at.String(), nil
}
