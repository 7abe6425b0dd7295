package awsops

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Wrap turns what a call of the SDK returned into an *Error with a kind, a sentence and a hint. It
// gives nil for nil, and an *Error inside err as it is. op is the operation's name as in the API.
func Wrap(op, bucket, key string, err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := &Error{Op: op, Bucket: bucket, Key: key, Err: safeCause(err)}
	if isCancelled(err) {
		e.Kind, e.Message = KindCancelled, "cancelled"
		return e
	}
	fillResponse(e, err)
	if e.Status == 0 && e.Code == "" {
		clientSide(e, err)
		return e
	}
	if name := behind(err); name != "" && name != op {
		e.Op, e.Bucket, e.Key = name, "", ""
	}
	if e.Status == http.StatusNotFound && e.Code == "NotFound" && op == "HeadBucket" {
		e.Code = "NoSuchBucket" // HEAD has no body to say it
	}
	if unreadable(e, err) {
		return e
	}
	explain(e)
	return e
}

// unreadable explains a success whose body can't be read as S3's: it broke off, or something else answers there, such
// as a web server or a login page.
func unreadable(e *Error, err error) bool {
	var api smithy.APIError
	if e.Status < 200 || e.Status > 299 || errors.As(err, &api) {
		return false
	}
	e.Code = ""
	if text := err.Error(); strings.Contains(text, "EOF") && !strings.Contains(text, "XML syntax error") || errors.Is(err, syscall.ECONNRESET) {
		return connectionTrouble(e, err)
	}
	if strings.Contains(err.Error(), "illegal character code") {
		e.Kind, e.Message, e.Hint = KindUnsupported, "the answer holds a character that XML can't carry", "The server should not send it so; nothing of it can be shown."
		return true
	}
	e.Kind, e.Message = KindNetwork, "the answer is not S3's"
	e.Hint = "Check the endpoint's address and port: something else answers there."
	return true
}

// behind names the call that was made to fetch credentials, such as AssumeRole, when that is what
// failed: its error says nothing about the call that needed them.
func behind(err error) string {
	name, depth := "", 0
	var op *smithy.OperationError
	for e := err; errors.As(e, &op); e = op.Err {
		name, depth = op.OperationName, depth+1
	}
	if depth < 2 {
		return ""
	}
	return name
}

// cause keeps an error's identity for errors.Is and errors.As without its text: the SDK's texts can
// hold whole URLs.
type cause struct {
	error
	text string
}

func (c cause) Error() string { return c.text }
func (c cause) Unwrap() error { return c.error }

// safeCause drops the text of an error that quotes a query, which may be signed.
func safeCause(err error) error {
	text := err.Error()
	if !strings.Contains(text, "X-Amz-Signature") && !strings.Contains(text, "X-Amz-Security-Token") && !strings.Contains(text, "?") {
		return err
	}
	words := strings.Fields(text)
	for i, w := range words {
		if at := strings.IndexByte(w, '?'); at >= 0 && strings.Contains(w, "://") {
			words[i] = w[:at] + "?…"
		}
	}
	return cause{err, strings.Join(words, " ")}
}

func isCancelled(err error) bool {
	var cancelled *smithy.CanceledError
	return errors.Is(err, context.Canceled) || errors.As(err, &cancelled) && !errors.Is(err, context.DeadlineExceeded)
}

func fillResponse(e *Error, err error) {
	var api smithy.APIError
	if errors.As(err, &api) {
		e.Code, e.Message = api.ErrorCode(), api.ErrorMessage()
	}
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil && resp.Response.Response != nil {
		e.Status = resp.HTTPStatusCode()
		e.RequestID = requestID(resp.Response.Header)
		e.HostID = resp.Response.Header.Get("X-Amz-Id-2")
	}
	var hosted s3.ResponseError
	if errors.As(err, &hosted) {
		e.RequestID, e.HostID = hosted.ServiceRequestID(), hosted.ServiceHostID()
	}
	var aws *awshttp.ResponseError
	if errors.As(err, &aws) && e.RequestID == "" {
		e.RequestID = aws.ServiceRequestID()
	}
	plainCode(e)
}

// plainCode takes out what the SDK makes up where the body has no message, or where there is none:
// code and status must do then.
func plainCode(e *Error) {
	if e.Message == "UnknownError" || e.Message == e.Code || e.Message == http.StatusText(e.Status) {
		e.Message = ""
	}
	if e.Code == "UnknownError" || e.Code == "" && e.Status != 0 {
		e.Code = strings.ReplaceAll(http.StatusText(e.Status), " ", "")
	}
}

// clientSide explains an error that came up before an answer was there.
func clientSide(e *Error, err error) {
	for _, try := range []func(*Error, error) bool{credentialTrouble, tlsTrouble, nameTrouble, connectionTrouble} {
		if try(e, err) {
			return
		}
	}
	var serial *smithy.SerializationError
	var params interface{ Len() int }
	switch {
	case errors.As(err, &serial), errors.As(err, &params) && strings.Contains(err.Error(), "validation"):
		e.Kind, e.Message = KindBug, "the request could not be built"
	default:
		e.Kind = KindBug
	}
}

func credentialTrouble(e *Error, err error) bool {
	text := err.Error()
	switch {
	case strings.Contains(text, "no EC2 IMDS role found"):
		e.Kind, e.Message = KindCredentials, "no credentials were found"
		e.Hint = "Choose a profile with --profile, log in, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
	case strings.Contains(text, "token file not found") || strings.Contains(text, "please reauthenticate"),
		strings.Contains(text, "SSO") && strings.Contains(text, "expired"), strings.Contains(text, "cached SSO token"):
		e.Kind, e.Message = KindExpired, "the login has expired or was never made"
		e.Hint = "Log in again with aws sso login or aws login, then retry."
	case strings.Contains(text, "get identity") || strings.Contains(text, "refresh cached credentials"),
		strings.Contains(text, "get credentials"):
		e.Kind, e.Message = KindCredentials, "the credentials could not be fetched"
		e.Hint = credentialSource(text)
	default:
		return false
	}
	return true
}

// credentialSource names the kind of source that failed, as far as the SDK's text tells it.
func credentialSource(text string) string {
	for _, source := range [...][2]string{
		{"process", "The profile's credential_process failed: run it by hand."},
		{"AssumeRole", "The role could not be assumed: check role_arn, source_profile and the one-time code."},
		{"WebIdentity", "The web identity token was not accepted."},
		{"IMDS", "The instance's metadata service gave none."},
		{"static credentials are empty", "Access key or secret is empty."},
	} {
		if strings.Contains(text, source[0]) {
			return source[1]
		}
	}
	return "Check the profile."
}

func tlsTrouble(e *Error, err error) bool {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalidCert x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	e.Kind = KindNetwork
	switch {
	case errors.As(err, &unknown):
		e.Message, e.Hint = "the server's certificate is signed by an unknown authority", "Give the authority's PEM file with --ca-bundle or AWS_CA_BUNDLE."
	case errors.As(err, &name):
		e.Message, e.Hint = "the server's certificate is for another name", "A bucket name with dots needs path style; else check the endpoint."
	case errors.As(err, &invalidCert):
		e.Message, e.Hint = "the server's certificate is not valid now", "Check this machine's clock and the certificate's dates."
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Message, e.Hint = "the server does not speak TLS there", "Use an http:// endpoint, or the port that speaks TLS."
	case errors.As(err, &verify):
		e.Message, e.Hint = "the server's certificate was not accepted", "Give the authority's PEM file with --ca-bundle or AWS_CA_BUNDLE."
	default:
		return false
	}
	return true
}

func nameTrouble(e *Error, err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	if !ok {
		return false
	}
	e.Kind, e.Message = KindNetwork, fmt.Sprintf("the name %s is not known", dns.Name)
	e.Hint = "Check the network, the region's name and the endpoint; a private endpoint resolves only inside its network."
	if dns.IsTimeout {
		e.Message = "the name server did not answer"
	}
	return true
}

func connectionTrouble(e *Error, err error) bool {
	e.Kind = KindNetwork
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Message, e.Hint = "no answer in time", "Check the network, then retry."
	case strings.Contains(err.Error(), "Proxy Authentication Required"):
		e.Message, e.Hint = "the proxy wants a login", "Put user and password into HTTPS_PROXY."
	case errors.As(err, &op) && op.Op == "proxyconnect":
		e.Message, e.Hint = "the proxy could not be reached", "Check HTTPS_PROXY."
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message, e.Hint = "nothing listens at the endpoint", "Check the endpoint's address and port."
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), strings.Contains(err.Error(), "EOF"),
		errors.Is(err, net.ErrClosed):
		e.Message, e.Hint = "the connection was cut", "Retry; a change may have been made all the same."
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e.Message, e.Hint = "there is no route to the endpoint", "Check the network."
	default:
		var send *smithyhttp.RequestSendError
		if !errors.As(err, &send) && op == nil {
			return false
		}
		e.Message, e.Hint = "the request could not be sent", "Check the network and the endpoint."
	}
	return true
}
