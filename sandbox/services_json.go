package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"cooper/sandbox/kms"
)

// jsonService is a neighbour of S3 that speaks AWS's JSON protocol: the action stands behind the target's last dot.
type jsonService struct {
	target  string // what X-Amz-Target begins with
	version string
	actions map[string]func(c *call, body []byte) (any, error)
}

// jsonServices are the services of the JSON protocol, by the name that requests sign for.
func jsonServices() map[string]jsonService {
	return map[string]jsonService{
		"kms":           {target: "TrentService", version: "1.1", actions: kmsActions()},
		"cloudtrail":    {target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", version: "1.1", actions: trailActions()},
		"athena":        {target: "AmazonAthena", version: "1.1", actions: athenaActions()},
		"servicequotas": {target: "ServiceQuotasV20190624", version: "1.1", actions: quotaActions()},
	}
}

// serve answers one request.
func (s jsonService) serve(c *call) error {
	prefix, action, _ := cutLast(c.header("X-Amz-Target"), ".")
	handle := s.actions[action]
	if handle == nil || prefix != s.target || c.r.Method != http.MethodPost {
		return newError(400, "UnknownOperationException", "")
	}
	if c.id.who.Kind == anonymousPrincipal {
		return newError(400, "MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	body, err := c.readConfig()
	if err != nil {
		return err
	}
	out, err := handle(c, body)
	if err != nil {
		return err
	}
	answer, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return c.writeJSON(http.StatusOK, s.version, answer)
}

// writeJSON answers with the header names of these services.
func (c *call) writeJSON(status int, version string, body []byte) error {
	c.w.Header().Set("X-Amzn-Requestid", c.requestID)
	return c.writeBody(status, "application/x-amz-json-"+version, body)
}

// take decodes a request's document. Members that the operation doesn't know are ignored, as AWS ignores them.
func take[T any](body []byte) (T, error) {
	var in T
	if err := json.Unmarshal(body, &in); err != nil {
		return in, newError(400, "SerializationException", "")
	}
	return in, nil
}

// jsonCodes are what the services of the JSON protocol call S3's refusals of a signature.
var jsonCodes = map[string]*apiError{
	"InvalidAccessKeyId":   newError(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
	"InvalidToken":         newError(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
	"ExpiredToken":         newError(400, "ExpiredTokenException", "The security token included in the request is expired"),
	"RequestTimeTooSkewed": newError(400, "InvalidSignatureException", "Signature expired: the signature's time is too far from the service's."),
	"SignatureDoesNotMatch": newError(400, "InvalidSignatureException", "The request signature we calculated does not match the signature you "+
		"provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."),
	"AccessDenied": newError(400, "AccessDeniedException", ""),
}

// failJSON answers an error the way of a service of the JSON protocol; false for other services.
func (c *call) failJSON(service string, e *apiError) bool {
	s, known := c.server.json[service]
	if !known {
		return false
	}
	if other := jsonCodes[e.code]; other != nil {
		message := e.message
		if other.message != "" {
			message = other.message
		}
		e = newError(other.status, other.code, message)
	}
	doc := map[string]string{"__type": e.code}
	if e.message != "" {
		doc["message"] = e.message
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return false // two strings always marshal
	}
	_ = c.writeJSON(e.status, s.version, body)
	return true
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// kmsError makes an answer of what the store refuses: these services answer nearly everything with 400.
func kmsError(err error) error {
	if refusal, ok := errors.AsType[*kms.Error](err); ok {
		return newError(400, refusal.Code, refusal.Message)
	}
	return err
}
