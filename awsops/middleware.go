package awsops

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// outgoing is what the middleware knows of the call that it belongs to.
type outgoing struct {
	op, bucket, key string
	attempt         int
	began           time.Time
	login           int64 // which login it was sent with
}

type outgoingKey struct{}

// guard is the middleware of one client. It refuses what may not leave, fills in the expected
// owner, and observes what comes back.
type guard struct {
	s     *Session
	write bool // may send other methods than GET and HEAD
	once  bool // never retries, so one-time codes may pass
	// anyMethod is for the query services, whose reading calls are POSTs.
	anyMethod bool
	unsigned  bool // sends no credentials, so it waits for no login
}

// add puts the guard's parts into an operation's stack.
func (g *guard) add(stack *middleware.Stack) error {
	first := middleware.InitializeMiddlewareFunc("cooper.Check", g.check)
	if err := stack.Initialize.Add(first, middleware.Before); err != nil {
		return err
	}
	// A presigned request is not sent, so its stack has no retries and nothing waits for a login.
	if _, sends := stack.Finalize.Get("Retry"); sends {
		if err := stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("cooper.Login", g.awaitLogin), "Retry", middleware.Before); err != nil {
			return err
		}
	}
	last := middleware.FinalizeMiddlewareFunc("cooper.Method", g.method)
	if err := stack.Finalize.Add(last, middleware.After); err != nil {
		return err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("cooper.Observe", g.observe), middleware.Before)
}

// check looks at the input before it is turned into a request.
func (g *guard) check(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	out middleware.InitializeOutput, md middleware.Metadata, err error,
) {
	call := &outgoing{op: awsmiddleware.GetOperationName(ctx), began: time.Now(), login: g.s.logins.Load()}
	v := reflect.Indirect(reflect.ValueOf(in.Parameters))
	if v.Kind() != reflect.Struct {
		return next.HandleInitialize(context.WithValue(ctx, outgoingKey{}, call), in)
	}
	call.bucket, call.key = stringField(v, "Bucket"), stringField(v, "Key")
	if err := g.checkOperation(call); err != nil {
		return out, md, err
	}
	if err := g.checkSecrets(call, v); err != nil {
		return out, md, err
	}
	// The input belongs to the caller: leave it as it was.
	defer g.expect(v, "ExpectedBucketOwner", call.bucket)()
	defer g.expect(v, "ExpectedSourceBucketOwner", copiedFrom(v))()
	h := g.lend(ctx, call, v, func() (h handled) {
		h.out, h.md, h.err = next.HandleInitialize(context.WithValue(ctx, outgoingKey{}, call), in)
		return h
	})
	return h.out, h.md, h.err
}

// expect fills the field in with the bucket's owner, where it is proven and the caller left it open,
// and gives what undoes that.
func (g *guard) expect(v reflect.Value, field, bucket string) (undo func()) {
	owner := g.s.places.owner(bucket)
	f := v.FieldByName(field)
	if bucket == "" || owner == "" || !f.IsValid() || !f.CanSet() || f.Kind() != reflect.Pointer || !f.IsNil() {
		return func() {}
	}
	f.Set(reflect.ValueOf(&owner))
	return f.SetZero
}

// copiedFrom gives the bucket that a copy reads from, "" for other calls.
func copiedFrom(v reflect.Value) string {
	source, err := url.PathUnescape(stringField(v, "CopySource"))
	if err != nil || strings.HasPrefix(source, "arn:") {
		return ""
	}
	bucket, _, _ := strings.Cut(strings.TrimPrefix(source, "/"), "/")
	return bucket
}

// onlyAWS are operations that a server which doesn't know them takes for a plain PUT or DELETE of
// the object: it would replace the content with the request's document, or delete the object.
var onlyAWS = map[string]bool{
	"UpdateObjectEncryption": true, "RenameObject": true, "PutObjectAnnotation": true, "DeleteObjectAnnotation": true,
}

func (g *guard) checkOperation(call *outgoing) error {
	if g.s.opt.Dialect != DialectCompatible || !onlyAWS[call.op] {
		return nil
	}
	return &Error{Op: call.op, Bucket: call.bucket, Key: call.key, Kind: KindUnsupported,
		Message: "an S3-compatible server may take this for a plain write and destroy the object, so it is not sent"}
}

// checkSecrets refuses one-time codes and customer keys where they may not go.
func (g *guard) checkSecrets(call *outgoing, v reflect.Value) error {
	code := stringField(v, "MFA") != ""
	customerKey := stringField(v, "SSECustomerKey") != "" || stringField(v, "CopySourceSSECustomerKey") != ""
	refuse := func(message, hint string) error {
		return &Error{Op: call.op, Bucket: call.bucket, Key: call.key, Kind: KindInvalid, Message: message, Hint: hint}
	}
	switch {
	case code && !g.s.Secure():
		return refuse("a one-time code is sent over https only", "Use the endpoint's https address.")
	case customerKey && !g.s.Secure():
		return refuse("a customer-provided key is sent over https only", "Use the endpoint's https address.")
	case usesKMS(v) && !g.s.Secure():
		return refuse("encryption with a KMS key is asked for over https only", "Use the endpoint's https address.")
	case code && !g.once:
		return &Error{Op: call.op, Bucket: call.bucket, Key: call.key, Kind: KindBug,
			Message: "a one-time code may only be sent inside Writer.Coded"}
	}
	return nil
}

// method is the last thing before the signature is sent: a reading client changes nothing, whatever
// it was asked.
func (g *guard) method(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	out middleware.FinalizeOutput, md middleware.Metadata, err error,
) {
	req, ok := in.Request.(*smithyhttp.Request)
	if !g.write && !g.anyMethod && (!ok || req.Method != http.MethodGet && req.Method != http.MethodHead) {
		return out, md, &Error{Op: awsmiddleware.GetOperationName(ctx), Kind: KindReadOnly, Err: ErrReadOnly,
			Message: "a reading client does not send changes"}
	}
	return next.HandleFinalize(ctx, in)
}

// observe runs once for each attempt: command log, clock skew, moved buckets.
func (g *guard) observe(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	call, _ := ctx.Value(outgoingKey{}).(*outgoing)
	if call == nil {
		call = &outgoing{op: awsmiddleware.GetOperationName(ctx)}
	}
	call.attempt++
	clock := g.s.opt.Clock
	start, began := clock.Now(), time.Now()
	out, md, err := next.HandleDeserialize(ctx, in)
	entry := Call{At: start, Op: call.op, Bucket: call.bucket, Key: call.key, Took: time.Since(began), Attempt: call.attempt}
	if req, ok := in.Request.(*smithyhttp.Request); ok {
		entry.Method, entry.Sent = req.Method, req.ContentLength
	}
	if resp, ok := out.RawResponse.(*smithyhttp.Response); ok && resp != nil && resp.Response != nil {
		entry.Status, entry.Received = resp.StatusCode, resp.ContentLength
		entry.RequestID = requestID(resp.Header)
		g.s.noteDate(resp.Header.Get("Date"))
		g.s.noteMoved(call.bucket, resp.StatusCode, resp.Header.Get("X-Amz-Bucket-Region"))
	}
	if err != nil {
		entry.Code = Wrap(call.op, call.bucket, call.key, err).shortCode()
	}
	g.s.calls.add(entry)
	return out, md, err
}

func requestID(h http.Header) string {
	for _, name := range []string{"X-Amz-Request-Id", "X-Amzn-Requestid"} {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// noteDate takes the server's clock from an answer. The header counts whole seconds, so a
// difference of less than two is no difference.
func (s *Session) noteDate(date string) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	skew := at.Sub(s.opt.Clock.Now()).Round(time.Second)
	if skew.Abs() < 2*time.Second {
		skew = 0
	}
	s.skewNS.Store(int64(skew))
	s.skewed.Store(true)
}

// usesKMS reports whether a call names SSE-KMS or DSSE-KMS.
func usesKMS(v reflect.Value) bool {
	f := v.FieldByName("ServerSideEncryption")
	return f.IsValid() && f.Kind() == reflect.String && strings.HasPrefix(f.String(), "aws:kms")
}

func stringField(v reflect.Value, name string) string {
	f := v.FieldByName(name)
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
		return ""
	}
	return f.Elem().String()
}

// shortCode is the error in one word, for the command log.
func (e *Error) shortCode() string {
	switch {
	case e.Code != "":
		return e.Code
	case e.Status != 0:
		return strconv.Itoa(e.Status)
	}
	return strings.ReplaceAll(e.Kind.String(), " ", "-")
}
