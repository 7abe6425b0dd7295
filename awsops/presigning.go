package awsops

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops/sse"
)

const unsignedPayload = "UNSIGNED-PAYLOAD"

// SignURL signs a URL. Nothing is sent but, for a bucket's first time, a HeadBucket for its region: that the request
// will be allowed is not proven by it. Errors are *Error: KindReadOnly for a URL that changes something in a read-only
// session, KindCredentials without keys, KindInvalid for a life or a method that can't be.
func (s *Session) SignURL(ctx context.Context, p Presigning) (Presigned, error) {
	const op = "SignURL"
	if err := s.maySign(p); err != nil {
		return Presigned{}, err
	}
	creds, err := s.signingKeys(ctx, op)
	if err != nil {
		return Presigned{}, err
	}
	at, region, err := s.addressOf(ctx, p.Bucket, p.Key, p.Style)
	if err != nil {
		return Presigned{}, err
	}
	query := url.Values{"X-Amz-Expires": {strconv.FormatInt(int64(p.Life/time.Second), 10)}}
	for name, values := range p.Query {
		query[name] = values
	}
	at.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, p.Method, at.String(), nil)
	if err != nil {
		return Presigned{}, &Error{Op: op, Bucket: p.Bucket, Key: p.Key, Kind: KindInvalid, Message: "no URL can be made of this"}
	}
	req.ContentLength = p.Length
	for name, values := range p.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	addCustomer(req.Header, p.Customer)
	when := s.signingTime(p.At)
	signer := v4.NewSigner(func(o *v4.SignerOptions) {
		// S3 signs the path as it is sent, and a header that moved into the query would be no header of the object.
		o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true
	})
	signed, headers, err := signer.PresignHTTP(ctx, creds, req, unsignedPayload, "s3", region, when)
	if err != nil {
		return Presigned{}, Wrap(op, p.Bucket, p.Key, err)
	}
	return Presigned{URL: NewSignedURL(signed), Method: p.Method, Headers: signedHeaders(headers), At: when,
		Ends: when.Add(p.Life.Truncate(time.Second)), Region: region, Key: keyInfo(creds)}, nil
}

// signingTime is a time as signatures carry it; zero stands for now by the server's clock.
func (s *Session) signingTime(at time.Time) time.Time {
	if at.IsZero() {
		at = s.ServerNow()
	}
	return at.UTC().Truncate(time.Second)
}

// addCustomer adds the three headers of a customer-provided key, none for no key.
func addCustomer(h http.Header, key sse.CustomerKey) {
	if key.IsZero() {
		return
	}
	algorithm, value, sum := key.Triple()
	const name = "X-Amz-Server-Side-Encryption-Customer-"
	h.Set(name+"Algorithm", *algorithm)
	h.Set(name+"Key", *value)
	h.Set(name+"Key-Md5", *sum)
}

func (s *Session) maySign(p Presigning) error {
	refuse := func(kind Kind, message, hint string) error {
		return &Error{Op: "SignURL", Bucket: p.Bucket, Key: p.Key, Kind: kind, Message: message, Hint: hint}
	}
	switch p.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPut, http.MethodDelete:
		if p.Key == "" {
			return refuse(KindInvalid, "a URL that makes or deletes a bucket is not signed here", "")
		}
		if s.opt.ReadOnly {
			return readOnlySigning("SignURL", p.Bucket, p.Key)
		}
	default:
		return refuse(KindInvalid, "no URL can be signed for "+p.Method, "GET, HEAD, PUT and DELETE can.")
	}
	if p.Life < time.Second || p.Life > MaxPresigned {
		return refuse(KindInvalid, "a presigned URL lives from 1 second to 7 days", "")
	}
	if !p.Customer.IsZero() && !s.Secure() {
		return refuse(KindInvalid, "a customer-provided key is sent over https only", "Use the endpoint's https address.")
	}
	return nil
}

func readOnlySigning(op, bucket, key string) error {
	return &Error{Op: op, Bucket: bucket, Key: key, Kind: KindReadOnly, Err: ErrReadOnly,
		Message: "this session is read-only, and whoever holds such a URL could change something", Hint: "Start without --read-only."}
}

// signingKeys fetches the credentials that sign.
func (s *Session) signingKeys(ctx context.Context, op string) (aws.Credentials, error) {
	none := &Error{Op: op, Kind: KindCredentials, Message: "no credentials were found, and without keys nothing can be signed",
		Hint: "Sign in: an anonymous request has no signature to lend."}
	if s.cfg.Credentials == nil {
		return aws.Credentials{}, none
	}
	creds, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		e := Wrap(op, "", "", err)
		if e.Kind == KindBug {
			e.Kind, e.Message = KindCredentials, "the credentials could not be fetched"
		}
		return aws.Credentials{}, e
	}
	if !creds.HasKeys() {
		return aws.Credentials{}, none
	}
	return creds, nil
}

// addressOf gives the URL of a bucket, or of an object in it, and the region to sign for.
func (s *Session) addressOf(ctx context.Context, bucket, key string, style AddressStyle) (*url.URL, string, error) {
	const op = "SignURL"
	client, err := s.clientFor(ctx, bucket, false)
	if err != nil {
		return nil, "", err
	}
	if style == AddressDualStack && s.opt.Endpoint != "" {
		return nil, "", invalid(op, "dual-stack addresses are AWS's own", "Take another kind of address.")
	}
	region, err := s.bucketRegion(ctx, bucket)
	if err != nil {
		return nil, "", err
	}
	// The SDK knows the rules of endpoints; of what it signs, only the address is wanted.
	maker := s3.NewPresignClient(client, s3.WithPresignClientFromClientOptions(func(o *s3.Options) {
		switch style {
		case AddressVirtualHost:
			o.UsePathStyle = false
		case AddressPath:
			o.UsePathStyle = true
		case AddressDualStack:
			o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
		}
	}))
	var made *v4.PresignedHTTPRequest
	if key == "" {
		made, err = maker.PresignHeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	} else {
		made, err = maker.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	}
	if err != nil {
		return nil, "", Wrap(op, bucket, key, err)
	}
	at, err := url.Parse(made.URL)
	if err != nil {
		return nil, "", &Error{Op: op, Bucket: bucket, Key: key, Kind: KindInvalid, Message: "no URL can be made of this"}
	}
	at.RawQuery = ""
	// The signature is over the host without the scheme's own port, so the URL must not tempt a client to send it.
	if port := map[string]string{"https": ":443", "http": ":80"}[at.Scheme]; port != "" {
		at.Host = strings.TrimSuffix(at.Host, port)
	}
	return at, region, nil
}

// SignForm signs a form for uploads by POST. Errors are those of SignURL.
func (s *Session) SignForm(ctx context.Context, f FormSigning) (SignedForm, error) {
	const op = "SignForm"
	if s.opt.ReadOnly {
		return SignedForm{}, readOnlySigning(op, f.Bucket, "")
	}
	creds, err := s.signingKeys(ctx, op)
	if err != nil {
		return SignedForm{}, err
	}
	at, region, err := s.addressOf(ctx, f.Bucket, "", f.Style)
	if err != nil {
		return SignedForm{}, err
	}
	when := s.signingTime(f.At)
	day := when.Format("20060102")
	fields := []Pair{{"x-amz-algorithm", "AWS4-HMAC-SHA256"},
		{"x-amz-credential", creds.AccessKeyID + "/" + day + "/" + region + "/s3/aws4_request"},
		{"x-amz-date", when.Format("20060102T150405Z")}}
	if creds.SessionToken != "" {
		fields = append(fields, Pair{"x-amz-security-token", creds.SessionToken})
	}
	document, err := f.Policy(fields)
	if err != nil {
		return SignedForm{}, Wrap(op, f.Bucket, "", err)
	}
	policy := base64.StdEncoding.EncodeToString(document)
	key := []byte("AWS4" + creds.SecretAccessKey)
	for _, part := range []string{day, region, "s3", "aws4_request", policy} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	made := NewSignedForm(at.String(), append(fields, Pair{"policy", policy}, Pair{"x-amz-signature", hex.EncodeToString(key)}))
	made.At, made.Region, made.Key = when, region, keyInfo(creds)
	return made, nil
}

// Trial is what a server answered to a presigned URL.
type Trial struct {
	Method        string
	Status        int
	Code, Message string // of an error document
	Length        int64  // of what the URL leads to, -1 when the answer doesn't tell
	Type          string
}

// TrySigned sends what a presigned URL of GET or HEAD is for, without credentials as anybody would: of a GET, the
// first byte is asked for. p is what it was signed for. Others would change something and are refused. The URL is in no
// error and in no log.
func (s *Session) TrySigned(ctx context.Context, u SignedURL, p Presigning) (Trial, error) {
	method, bucket, key := p.Method, p.Bucket, p.Key
	const op = "TrySigned"
	if method != http.MethodGet && method != http.MethodHead {
		return Trial{}, &Error{Op: op, Bucket: bucket, Key: key, Kind: KindBug, Message: method + " may change something, so it is not sent"}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.Reveal(), nil)
	if err != nil {
		return Trial{}, &Error{Op: op, Bucket: bucket, Key: key, Kind: KindInvalid, Message: "this is no URL"}
	}
	for name, values := range p.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	addCustomer(req.Header, p.Customer)
	if method == http.MethodGet && key != "" {
		req.Header.Set("Range", "bytes=0-0")
	}
	start, began := s.opt.Clock.Now(), time.Now()
	status, got, body, err := s.send(req)
	entry := Call{At: start, Op: op, Bucket: bucket, Key: key, Method: method, Status: status, Took: time.Since(began), Received: int64(len(body)), Attempt: 1}
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // it quotes the whole URL
		}
		failed := Wrap(op, bucket, key, err)
		entry.Code = failed.shortCode()
		s.calls.add(entry)
		return Trial{}, failed
	}
	out := Trial{Method: method, Status: status, Length: lengthOf(got, status), Type: got.Get("Content-Type")}
	s.noteDate(got.Get("Date"))
	if status >= http.StatusMultipleChoices {
		var doc struct{ Code, Message string }
		if xml.Unmarshal(body, &doc) == nil { // a HEAD has none, and a proxy's page is no document
			out.Code, out.Message = doc.Code, doc.Message
		}
		out.Length = -1
	}
	entry.Code, entry.RequestID = out.Code, requestID(got)
	s.calls.add(entry)
	return out, nil
}

// lengthOf is the size of the whole object, also of an answer that holds a part of it.
func lengthOf(h http.Header, status int) int64 {
	text := h.Get("Content-Length")
	if status == http.StatusPartialContent {
		for i := len(h.Get("Content-Range")) - 1; i >= 0; i-- {
			if h.Get("Content-Range")[i] == '/' {
				text = h.Get("Content-Range")[i+1:]
				break
			}
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// Journalled runs what is no change of S3 but belongs into the journal all the same, such as making a presigned URL:
// the journal has its line before anything is made, and then how it ended. Params must hold no secret.
func (s *Session) Journalled(ctx context.Context, kind, title, bucket string, params any, do func() error) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return &Error{Op: kind, Bucket: bucket, Kind: KindBug, Message: "this can't be written down", Err: err}
	}
	id := s.NewID()
	start := JournalStart{ID: id, Kind: kind, Title: title, At: s.opt.Clock.Now(), Target: s.Reader().Target(ctx, bucket), Params: raw}
	if err := s.opt.Journal.Start(start); err != nil {
		return &Error{Op: kind, Bucket: bucket, Kind: KindInvalid, Err: err, Message: "the journal can't be written, so nothing was made",
			Hint: "Check the state folder: is it full or read-only?"}
	}
	end := JournalEnd{ID: id, State: JobDone.String(), Done: 1}
	err = do()
	if err != nil {
		end.State, end.Done, end.Failures, end.Error = JobFailed.String(), 0, 1, Wrap(kind, bucket, "", err).Error()
	}
	end.At = s.opt.Clock.Now()
	return errors.Join(err, s.opt.Journal.End(end))
}
