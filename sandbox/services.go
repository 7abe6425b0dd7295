package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// The services beside S3 speak the query protocol (STS, IAM) or S3 Control's XML; all of them wrap an error in
// ErrorResponse and have their own codes for a bad signature.

const (
	iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
)

// queryActions are the operations of the query services: service, action, handler.
func queryActions() map[string]map[string]func(*call, url.Values) error {
	return map[string]map[string]func(*call, url.Values) error{
		"sts": {"GetCallerIdentity": getCallerIdentity, "AssumeRole": assumeRole, "GetSessionToken": getSessionToken,
			"AssumeRoleWithWebIdentity": assumeRoleWithWebIdentity},
		"iam": {"ListVirtualMFADevices": listVirtualMFADevices, "ListMFADevices": listMFADevices},
	}
}

// queryService answers one request of a query service.
func queryService(service string, actions map[string]func(*call, url.Values) error) func(*call) error {
	return func(c *call) error {
		form, err := c.readForm()
		if err != nil {
			return err
		}
		handle := actions[form.Get("Action")]
		if handle == nil {
			return newError(400, "InvalidAction", "Could not find operation "+form.Get("Action")+" for version "+form.Get("Version"))
		}
		if c.id.who.Kind == anonymousPrincipal && form.Get("Action") != "AssumeRoleWithWebIdentity" {
			return newError(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
		}
		if service == "iam" {
			if err := c.server.hooks.authorize(c, service+":"+form.Get("Action"), "*"); err != nil {
				return err
			}
		}
		return handle(c, form)
	}
}

func (c *call) readForm() (url.Values, error) {
	if c.r.Method != http.MethodPost {
		return c.query, nil
	}
	body, err := c.readConfig()
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, newError(400, "MalformedInput", "The request body is not a form.")
	}
	return form, nil
}

// answerQuery sends the result of an action in its two wrappers.
func (c *call) answerQuery(ns, action string, write func(*xmlWriter)) error {
	w := &xmlWriter{buf: []byte("<" + action + `Response xmlns="` + ns + `">`)}
	w.open(action + "Result")
	write(w)
	w.close(action + "Result")
	w.open("ResponseMetadata")
	w.text("RequestId", c.requestID)
	w.close("ResponseMetadata")
	w.close(action + "Response")
	return c.writeBody(http.StatusOK, "text/xml", w.buf)
}

// claimedService is the service whose name stands in the signature, right or wrong.
func claimedService(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		return "s3-control"
	}
	if unsignedForm(r) {
		return "sts"
	}
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	credential, _, _ := strings.Cut(rest, ",")
	if scope := strings.Split(credential, "/"); len(scope) == 5 {
		return scope[3]
	}
	return "s3"
}

// queryCodes are what the query services call S3's refusals of a signature.
var queryCodes = map[string]*apiError{
	"InvalidAccessKeyId": newError(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
	"InvalidToken":       newError(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
	"ExpiredToken":       newError(403, "ExpiredToken", "The security token included in the request is expired"),
	"RequestTimeTooSkewed": newError(403, "SignatureDoesNotMatch",
		"Signature expired: the signature's time is too far from the service's."),
}

// failService answers an error the way of the service that was called; false for S3 itself.
func (c *call) failService(e *apiError) bool {
	service := claimedService(c.r)
	_, known := c.server.services[service]
	if !known {
		return false
	}
	if c.failJSON(service, e) {
		return true
	}
	if other := queryCodes[e.code]; other != nil && service != "s3-control" {
		e = other
	}
	ns := map[string]string{"iam": iamNamespace, "sts": stsNamespace, "s3-control": controlNamespace}[service]
	w := &xmlWriter{buf: []byte(`<ErrorResponse xmlns="` + ns + `">`)}
	w.open("Error")
	w.optional("Type", map[bool]string{true: "Sender", false: "Receiver"}[e.status < 500])
	w.text("Code", e.code)
	w.text("Message", e.message)
	w.close("Error")
	w.text("RequestId", c.requestID)
	w.close("ErrorResponse")
	_ = c.writeBody(e.status, "text/xml", w.buf)
	return true
}

// asAPIError makes of any error one that can be answered.
func asAPIError(err error) *apiError {
	if api, ok := errors.AsType[*apiError](err); ok {
		return api
	}
	return errInternal()
}
