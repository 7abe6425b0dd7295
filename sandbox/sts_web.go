package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Tokens of the web identity that AssumeRoleWithWebIdentity knows: one that is good, and one whose time is over.
const (
	WebIdentityToken        = "sandbox.web.identity"
	ExpiredWebIdentityToken = "sandbox.expired.identity"
)

// unsignedForm tells a call of STS that goes without a signature: a form for the service itself. S3 has no such.
func unsignedForm(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/" && r.Header.Get("Authorization") == "" && r.URL.RawQuery == "" &&
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// assumeRoleWithWebIdentity gives whoever has a token of the identity provider the credentials of a role.
func assumeRoleWithWebIdentity(c *call, form url.Values) error {
	switch form.Get("WebIdentityToken") {
	case WebIdentityToken:
	case ExpiredWebIdentityToken:
		return newError(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")
	default:
		return newError(400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for this token")
	}
	session := form.Get("RoleSessionName")
	if !sessionName.MatchString(session) {
		return newError(400, "ValidationError", "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint")
	}
	life, err := duration(form, time.Hour, 12*time.Hour)
	if err != nil {
		return err
	}
	name, ours := strings.CutPrefix(form.Get("RoleArn"), "arn:aws:iam::"+c.server.account+":role/")
	if r, known := roles()[name]; !ours || !known || r.needsMFA {
		return errAccessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	p := c.server.leaseRole(name, session, life)
	return c.answerQuery(stsNamespace, "AssumeRoleWithWebIdentity", func(w *xmlWriter) {
		writeSession(w, p)
		w.open("AssumedRoleUser")
		w.text("AssumedRoleId", p.UserID)
		w.text("Arn", p.ARN)
		w.close("AssumedRoleUser")
	})
}
