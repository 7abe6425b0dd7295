package sandbox

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// role is what a caller may become for a while.
type role struct {
	name     string
	policy   string
	needsMFA bool   // its trust policy wants aws:MultiFactorAuthPresent
	external string // its trust policy wants this sts:ExternalId, "" for none
}

// roles of the account, by name.
func roles() map[string]role {
	return map[string]role{
		AdminUser:      {name: AdminUser, policy: adminPolicy},
		MaintainerRole: {name: MaintainerRole, policy: adminPolicy, needsMFA: true},
		PartnerRole:    {name: PartnerRole, policy: adminPolicy, external: PartnerExternalID},
	}
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// assumeRole gives an IAM user, or a session, the credentials of a role.
func assumeRole(c *call, form url.Values) error {
	if c.id.who.Kind == rootPrincipal {
		return errAccessDenied("Roles may not be assumed by root accounts.")
	}
	session := form.Get("RoleSessionName")
	if !sessionName.MatchString(session) {
		return newError(400, "ValidationError", "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [\\w+=,.@-]*")
	}
	most := 12 * time.Hour
	if c.id.who.SessionToken != "" {
		most = time.Hour // role chaining
	}
	life, err := duration(form, time.Hour, most)
	if err != nil {
		return err
	}
	r, err := c.trustedRole(form)
	if err != nil {
		return err
	}
	unique, _ := accessKeyFor("AROA", c.server.account, "role/"+r.name+"/unique")
	p := &principal{
		Kind: rolePrincipal, Account: c.server.account, Name: r.name, UserID: unique + ":" + session, Policy: r.policy,
		ARN: "arn:aws:sts::" + c.server.account + ":assumed-role/" + r.name + "/" + session, MFA: form.Has("TokenCode"),
	}
	c.beginSession(p, life)
	return c.answerQuery(stsNamespace, "AssumeRole", func(w *xmlWriter) {
		writeSession(w, p)
		w.open("AssumedRoleUser")
		w.text("AssumedRoleId", p.UserID)
		w.text("Arn", p.ARN)
		w.close("AssumedRoleUser")
	})
}

// trustedRole finds the role that is asked for and checks that the caller may have it, spending the code.
func (c *call) trustedRole(form url.Values) (role, error) {
	arn := form.Get("RoleArn")
	denied := errAccessDenied("User: " + c.id.who.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + arn)
	name, ours := strings.CutPrefix(arn, "arn:aws:iam::"+c.server.account+":role/")
	r, known := roles()[name]
	if !ours || !known || c.id.who.Account != c.server.account || c.server.hooks.authorize(c, "sts:AssumeRole", arn) != nil {
		return role{}, denied
	}
	if err := c.checkToken(form); err != nil {
		return role{}, err
	}
	if r.needsMFA && !form.Has("TokenCode") || r.external != "" && form.Get("ExternalId") != r.external {
		return role{}, denied
	}
	return r, nil
}

// checkToken judges SerialNumber and TokenCode when they are there. A code that STS took is spent for S3 too.
func (c *call) checkToken(form url.Values) error {
	if !form.Has("SerialNumber") && !form.Has("TokenCode") {
		return nil
	}
	d, found := c.server.devices.find(form.Get("SerialNumber"))
	if !found || d.Owner != c.id.who.ARN {
		return errAccessDenied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial " +
			"number is valid and associated with this user.")
	}
	if !c.server.devices.spend(d, form.Get("TokenCode"), c.now) {
		return errAccessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	return nil
}

// getSessionToken gives a user, or root, temporary credentials of their own.
func getSessionToken(c *call, form url.Values) error {
	who := c.id.who
	if who.SessionToken != "" {
		return errAccessDenied("Cannot call GetSessionToken with session credentials")
	}
	usual, most := 12*time.Hour, 36*time.Hour
	if who.Kind == rootPrincipal {
		usual, most = time.Hour, time.Hour
	}
	life, err := duration(form, usual, most)
	if err != nil {
		return err
	}
	if err := c.checkToken(form); err != nil {
		return err
	}
	p := *who
	p.MFA = form.Has("TokenCode")
	c.beginSession(&p, life)
	return c.answerQuery(stsNamespace, "GetSessionToken", func(w *xmlWriter) { writeSession(w, &p) })
}

func duration(form url.Values, usual, most time.Duration) (time.Duration, error) {
	text := form.Get("DurationSeconds")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	life := time.Duration(n) * time.Second
	if err != nil || life < 15*time.Minute || life > most {
		return 0, newError(400, "ValidationError", "The requested DurationSeconds is not between 900 seconds and the "+
			"maximum session duration of "+strconv.Itoa(int(most/time.Second))+" seconds.")
	}
	return life, nil
}

// beginSession gives a principal keys that end; they follow from the request's id, so from the seed.
func (c *call) beginSession(p *principal, life time.Duration) {
	p.AccessKeyID, p.SecretAccessKey = accessKeyFor("ASIA", p.Account, "session/"+c.requestID)
	p.SessionToken = "FwoGZXIvYXdz" + derived(96, p.Account, c.requestID, "token")
	p.Expires = c.now.Add(life).Unix()
	c.server.addPrincipal(p)
}

func writeSession(w *xmlWriter, p *principal) {
	w.open("Credentials")
	w.text("AccessKeyId", p.AccessKeyID)
	w.text("SecretAccessKey", p.SecretAccessKey)
	w.text("SessionToken", p.SessionToken)
	w.text("Expiration", time.Unix(p.Expires, 0).UTC().Format(iamTime))
	w.close("Credentials")
}
