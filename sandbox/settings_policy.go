package sandbox

import (
	"net/http"
	"strings"

	"cooper/sandbox/policy"
)

// bucketPolicy keeps the text as it was sent beside its meaning.
type bucketPolicy struct {
	text   string
	parsed *policy.Document
}

// newBucketPolicy reads a bucket's policy; its error is the text of MalformedPolicy.
func newBucketPolicy(text []byte, bucket string) (*bucketPolicy, error) {
	parsed, err := policy.ParseBucket(text, bucket)
	if err != nil {
		return nil, err
	}
	return &bucketPolicy{string(text), parsed}, nil
}

func policyRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "policy", handle: getPolicy, action: "s3:GetBucketPolicy"},
		{level: bucketLevel, method: http.MethodPut, sub: "policy", handle: putPolicy, action: "s3:PutBucketPolicy"},
		{level: bucketLevel, method: http.MethodDelete, sub: "policy", handle: deletePolicy, action: "s3:DeleteBucketPolicy"},
		{level: bucketLevel, method: http.MethodGet, sub: "policyStatus", handle: getPolicyStatus, action: "s3:GetBucketPolicyStatus"},
	}
}

func errNoPolicy(name string) error {
	return newError(404, "NoSuchBucketPolicy", "The bucket policy does not exist", field{"BucketName", name})
}

// ownAccount refuses a caller of another account, whom no policy can let near a bucket's policy.
func (c *call) ownAccount(method string) error {
	if c.id.who.Account != c.bucket.owner {
		return errMethodNotAllowed(method, "BUCKETPOLICY")
	}
	return nil
}

func getPolicy(c *call) error {
	if err := c.ownAccount(http.MethodGet); err != nil {
		return err
	}
	p, ok := setting[*bucketPolicy](c.bucket, "policy")
	if !ok {
		return errNoPolicy(c.bucket.name)
	}
	return c.writeBody(http.StatusOK, "application/json", []byte(p.text))
}

func putPolicy(c *call) error {
	if err := c.ownAccount(http.MethodPut); err != nil {
		return err
	}
	text, err := c.readConfig()
	if err != nil {
		return err
	}
	if len(text) > policy.MaxSize {
		return newError(400, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.")
	}
	stored, err := newBucketPolicy(text, c.bucket.name)
	if err != nil {
		return newError(400, "MalformedPolicy", err.Error())
	}
	parsed := stored.parsed
	if detail, ok := c.server.unknownPrincipal(parsed); ok {
		return newError(400, "MalformedPolicy", "Invalid principal in policy", field{"Detail", detail})
	}
	if parsed.IsPublic() && c.server.effectiveBlock(c.bucket).BlockPublicPolicy {
		return errAccessDenied("User: " + c.id.who.ARN + " is not authorized to perform: s3:PutBucketPolicy on resource: \"" +
			c.resource() + "\" because public policies are blocked by the BlockPublicPolicy block public access setting.")
	}
	if err := c.checkSelfRemoval(parsed); err != nil {
		return err
	}
	c.bucket.setSetting("policy", stored)
	return c.writeStatus(http.StatusNoContent)
}

// checkSelfRemoval refuses a policy that takes its writer the right to write the next one, unless the writer
// said that this is meant. Root keeps that right whatever the policy says.
func (c *call) checkSelfRemoval(parsed *policy.Document) error {
	if strings.EqualFold(c.header("X-Amz-Confirm-Remove-Self-Bucket-Access"), "true") || c.id.who.Kind == rootPrincipal {
		return nil
	}
	d := decision{c: c, action: "s3:PutBucketPolicy", resource: c.resource(), who: c.id.who, bucket: c.bucket}
	if d.evaluate(parsed) == policy.Deny {
		return errAccessDenied("The new bucket policy would deny the caller's future s3:PutBucketPolicy requests")
	}
	return nil
}

// unknownPrincipal finds a user of the sandbox's own account that does not exist.
func (s *Server) unknownPrincipal(d *policy.Document) (string, bool) {
	users := map[string]bool{}
	s.mu.RLock()
	for _, p := range s.principals {
		users[p.ARN] = true
	}
	s.mu.RUnlock()
	for _, statement := range d.Statements {
		for _, p := range []*policy.Principals{statement.Principals, statement.NotPrincipals} {
			if p == nil {
				continue
			}
			for _, arn := range p.AWS {
				if strings.HasPrefix(arn, "arn:aws:iam::"+s.account+":user/") && !users[arn] {
					return `"AWS" : "` + arn + `"`, true
				}
			}
		}
	}
	return "", false
}

func deletePolicy(c *call) error {
	if err := c.ownAccount(http.MethodDelete); err != nil {
		return err
	}
	return dropSetting("policy")(c)
}

func getPolicyStatus(c *call) error {
	p, ok := setting[*bucketPolicy](c.bucket, "policy")
	if !ok {
		return errNoPolicy(c.bucket.name)
	}
	w := newXMLWriter("PolicyStatus", 128)
	w.flag("IsPublic", p.parsed.IsPublic())
	return c.writeXML(w, "PolicyStatus")
}
