package awsops

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// jsonService is a service that speaks AWS's JSON protocol: a POST that names its action in X-Amz-Target.
type jsonService struct {
	id      string // as AWS_ENDPOINT_URL_… and the profile's services section name it
	target  string // what stands before the action in X-Amz-Target
	version string // of the JSON protocol
	// reading are actions, besides those that begin with Get, List, Describe or Lookup, that change nothing.
	reading []string
	// secret are actions whose request or answer holds key material: they go over https only.
	secret []string
}

// jsonServices are the services that can be asked, by the name that they sign for.
var jsonServices = map[string]jsonService{
	"kms": {id: "KMS", target: "TrentService", version: "1.1",
		reading: []string{"GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Encrypt", "Decrypt", "ReEncrypt"},
		secret:  []string{"GenerateDataKey", "Encrypt", "Decrypt"}},
	"cloudtrail":    {id: "CloudTrail", target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", version: "1.1"},
	"athena":        {id: "Athena", target: "AmazonAthena", version: "1.1", reading: []string{"BatchGetQueryExecution"}},
	"glue":          {id: "Glue", target: "AWSGlue", version: "1.1"},
	"servicequotas": {id: "Service Quotas", target: "ServiceQuotasV20190624", version: "1.1"},
}

// JSONCall names one action of a service that speaks AWS's JSON protocol.
type JSONCall struct {
	Service string // kms, cloudtrail, athena, glue, servicequotas
	Region  string // "" is the session's region
	Action  string // such as DescribeKey
}

// JSON asks a service for something by an action that changes nothing: in is sent, out receives the answer; both are
// for encoding/json, with times as seconds since 1970 and bytes in base64. It retries as the AWS SDK does. A compatible
// endpoint has no such service, unless AWS_ENDPOINT_URL_<SERVICE> names one: KindUnsupported. Actions whose request or
// answer holds key material are refused on an http endpoint before anything is sent. Errors are *Error.
func (r *Reader) JSON(ctx context.Context, c JSONCall, in, out any) error {
	service, ok := jsonServices[c.Service]
	if !ok || !service.reads(c.Action) {
		return &Error{Op: c.Action, Kind: KindBug, Message: "a reading client does not send this action"}
	}
	retryer := r.s.retryer()
	ctx = context.WithValue(ctx, outgoingKey{}, &outgoing{op: c.Action, began: time.Now(), login: r.s.logins.Load()})
	for attempt := 1; ; attempt++ {
		err := r.s.sendJSON(ctx, service, c, attempt, in, out)
		if err == nil {
			return nil
		}
		if !r.s.again(ctx, retryer, attempt, err) {
			return err
		}
	}
}

// CanAsk reports why an action of a service could not even be sent from here, as JSON would: nil when it could.
func (r *Reader) CanAsk(ctx context.Context, c JSONCall) error {
	service, ok := jsonServices[c.Service]
	if !ok {
		return &Error{Op: c.Action, Kind: KindBug, Message: "there is no such service here"}
	}
	_, err := r.s.jsonEndpoint(ctx, service, c)
	return err
}

// JSON sends any action of a service, once: what came of a change whose answer is missing is for the caller to find out.
func (w *Writer) JSON(ctx context.Context, c JSONCall, in, out any) error {
	service, ok := jsonServices[c.Service]
	if !ok {
		return &Error{Op: c.Action, Kind: KindBug, Message: "there is no such service here"}
	}
	if err := w.s.sendJSON(ctx, service, c, 1, in, out); err != nil {
		return err
	}
	return nil
}

func (j jsonService) reads(action string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Lookup"} {
		if strings.HasPrefix(action, verb) {
			return true
		}
	}
	return slices.Contains(j.reading, action)
}

// answeredError lets the SDK's retryer see what it looks for in an *Error.
type answeredError struct{ of *Error }

func (e answeredError) Error() string                 { return e.of.Error() }
func (e answeredError) Unwrap() error                 { return e.of }
func (e answeredError) ErrorCode() string             { return e.of.Code }
func (e answeredError) ErrorMessage() string          { return e.of.Message }
func (e answeredError) ErrorFault() smithy.ErrorFault { return smithy.FaultUnknown }
func (e answeredError) HTTPStatusCode() int           { return e.of.Status }

// again waits for another try where one is worth it, and for a login that is over.
func (s *Session) again(ctx context.Context, retryer aws.Retryer, attempt int, e *Error) bool {
	var err error = e
	if e.Status != 0 {
		err = answeredError{e}
	}
	if attempt >= retryer.MaxAttempts() || e.Kind == KindCancelled || !retryer.IsErrorRetryable(err) {
		return false
	}
	if _, refused := retryer.GetRetryToken(ctx, err); refused != nil {
		return false
	}
	delay, err := retryer.RetryDelay(attempt, err)
	return err == nil && sleep(ctx, delay) == nil
}

func (s *Session) sendJSON(ctx context.Context, service jsonService, c JSONCall, attempt int, in, out any) *Error {
	if c.Region == "" {
		c.Region = s.cfg.Region
	}
	req, err := s.jsonRequest(ctx, service, c, in)
	if err != nil {
		return Wrap(c.Action, "", "", err)
	}
	start, began := s.opt.Clock.Now(), time.Now()
	status, header, body, err := s.send(req)
	entry := Call{At: start, Op: c.Action, Method: req.Method, Status: status, Took: time.Since(began),
		Sent: req.ContentLength, Received: int64(len(body)), Attempt: attempt}
	var failed *Error
	if err != nil {
		failed = Wrap(c.Action, "", "", err)
	} else {
		entry.RequestID = requestID(header)
		s.noteDate(header.Get("Date"))
		failed = jsonAnswer(c.Action, status, header, body, out)
	}
	if failed != nil {
		entry.Code = failed.shortCode()
	}
	s.calls.add(entry)
	return failed
}

func (s *Session) jsonRequest(ctx context.Context, service jsonService, c JSONCall, in any) (*http.Request, error) {
	base, err := s.jsonEndpoint(ctx, service, c)
	if err != nil {
		return nil, err
	}
	if s.cfg.Credentials == nil {
		return nil, &Error{Op: c.Action, Kind: KindCredentials, Message: "no credentials were found"}
	}
	creds, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, &Error{Op: c.Action, Kind: KindBug, Message: "the request could not be built", Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("Content-Type", "application/x-amz-json-"+service.version)
	req.Header.Set("X-Amz-Target", service.target+"."+c.Action)
	hash := sha256.Sum256(body)
	return req, s.signer().SignHTTP(ctx, creds, req, hex.EncodeToString(hash[:]), c.Service, c.Region, s.ServerNow())
}

// jsonEndpoint is where a service of a region is asked, as the SDK's endpoint rules have it.
func (s *Session) jsonEndpoint(ctx context.Context, service jsonService, c JSONCall) (string, error) {
	base := ""
	if !endpointsIgnored(ctx, s.cfg) {
		base = aws.ToString(serviceEndpoint(ctx, s.cfg, service.id))
	}
	switch {
	case s.opt.Dialect == DialectSandbox:
		base = s.opt.Endpoint
	case base != "":
	case s.opt.Dialect == DialectCompatible:
		return "", &Error{Op: c.Action, Kind: KindUnsupported, Message: "this endpoint has no AWS " + service.id + " to ask",
			Hint: "It is configured as S3-compatible. Where there is such a service, AWS_ENDPOINT_URL_" +
				strings.ToUpper(strings.ReplaceAll(service.id, " ", "_")) + " names it."}
	default:
		base = "https://" + s.jsonHost(c.Service, c.Region) + "/"
	}
	if strings.HasPrefix(base, "http://") && slices.Contains(service.secret, c.Action) {
		return "", invalid(c.Action, "key material is sent and taken over https only", "Use the endpoint's https address.")
	}
	return base, nil
}

// jsonHost is a service's address in a region, with FIPS and dual-stack where they are asked for.
func (s *Session) jsonHost(service, region string) string {
	partition := partitionOf(region)
	host := service
	// CloudTrail's plain addresses in GovCloud are the FIPS ones ("AWS CloudTrail endpoints and quotas").
	if s.fips && (s.dualStack || service != "cloudtrail" || partition != "aws-us-gov") {
		host += "-fips"
	}
	if s.dualStack {
		return host + "." + region + "." + dualStackSuffix(partition)
	}
	return host + "." + region + "." + dnsSuffix(partition)
}

// partitionOf tells a region's partition by its name.
func partitionOf(region string) string {
	for prefix, partition := range map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"} {
		if strings.HasPrefix(region, prefix) {
			return partition
		}
	}
	return "aws"
}

// dualStackSuffix is the domain of a partition's services over IPv4 and IPv6.
func dualStackSuffix(partition string) string {
	switch partition {
	case "aws-cn":
		return "api.amazonwebservices.com.cn"
	case "aws-eusc":
		return "api.amazonwebservices.eu"
	}
	return "api.aws"
}

// jsonAnswer decodes an answer into out, or makes an error of it: its code stands in a header or in the document, with a
// namespace before it or an address behind it.
func jsonAnswer(action string, status int, header http.Header, body []byte, out any) *Error {
	e := &Error{Op: action, Status: status, RequestID: requestID(header)}
	if status == http.StatusOK {
		if out == nil {
			return nil
		}
		err := json.Unmarshal(body, out)
		if err == nil {
			return nil
		}
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			e.Err = syntax // other errors may quote a value, which can be a key
		}
		e.Kind, e.Message = KindUnsupported, "the answer can't be read"
		return e
	}
	var doc struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"` // some services write it Message; the match takes no notice of case
	}
	_ = json.Unmarshal(body, &doc) // an answer that is no such document has its status
	for _, code := range []string{header.Get("X-Amzn-Errortype"), doc.Type, doc.Code, strings.ReplaceAll(http.StatusText(status), " ", "")} {
		code, _, _ = strings.Cut(code, ":")
		if e.Code = code[strings.LastIndex(code, "#")+1:]; e.Code != "" {
			break
		}
	}
	e.Message = doc.Message
	explain(e)
	return e
}
