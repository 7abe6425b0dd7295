package sandbox

import (
	"net"
	"strconv"
	"strings"
	"time"

	"cooper/sandbox/policy"
)

// authorizeByPolicy decides as IAM and S3 do together: an explicit Deny anywhere refuses; inside the owner's
// account the identity's policy or the bucket's may allow; a caller of another account needs the bucket's
// policy too, and the anonymous have nothing else. Root users need no identity policy.
func authorizeByPolicy(c *call, action, resource string) error {
	d := decision{c: c, action: action, resource: resource, who: c.id.who}
	// The name of a bucket that is to be made may be taken by another account, which is no question of rights.
	if name, ok := strings.CutPrefix(resource, "arn:aws:s3:::"); ok && action != "s3:CreateBucket" {
		name, _, _ = strings.Cut(name, "/")
		d.bucket = c.server.findBucket(name)
	}
	return d.decide()
}

type decision struct {
	c                *call
	action, resource string
	who              *principal
	bucket           *bucket // nil for what is not a bucket's
	request          *policy.Request
}

// evaluate asks a document. The condition keys are gathered when the first one is asked: root in a bucket
// without a policy never needs them.
func (d *decision) evaluate(doc *policy.Document) policy.Effect {
	if d.request == nil {
		d.request = &policy.Request{Caller: d.caller(), Action: d.action, Resource: d.resource, Context: d.c.conditionKeys()}
		d.c.existingTags(d.bucket, d.resource, d.request.Context)
	}
	verdict, _ := doc.Evaluate(*d.request)
	return verdict
}

func (d *decision) decide() error {
	identity := d.byIdentity()
	if identity == policy.Deny {
		return d.refuse("with an explicit deny in an identity-based policy")
	}
	if d.bucket == nil {
		if identity == policy.Allow {
			return nil
		}
		return d.refuse("because no identity-based policy allows the " + d.action + " action")
	}
	resource := d.byBucket()
	if resource == policy.Deny {
		return d.refuse("with an explicit deny in a resource-based policy")
	}
	if d.who.Account == d.bucket.owner {
		if identity == policy.Allow || resource == policy.Allow {
			return nil
		}
		return d.refuse("because no identity-based policy allows the " + d.action + " action")
	}
	if resource == policy.Allow && (identity == policy.Allow || d.who.Kind == anonymousPrincipal) {
		return nil
	}
	return errAccessDenied("Access Denied")
}

// byIdentity is the verdict of the caller's own policies.
func (d *decision) byIdentity() policy.Effect {
	switch {
	case d.who.Kind == anonymousPrincipal:
		return policy.None
	case d.who.Kind == rootPrincipal:
		return policy.Allow
	case d.who.identity == nil:
		return policy.None
	}
	return d.evaluate(d.who.identity)
}

// policyActions are what the owner account's root may do whatever the bucket's policy says: without them a
// policy could lock everybody out for good.
var policyActions = map[string]bool{"s3:GetBucketPolicy": true, "s3:PutBucketPolicy": true, "s3:DeleteBucketPolicy": true}

// byBucket is the verdict of the bucket's policy, after public access is blocked.
func (d *decision) byBucket() policy.Effect {
	stored, ok := setting[*bucketPolicy](d.bucket, "policy")
	if !ok || policyActions[d.action] && d.who.Kind == rootPrincipal && d.who.Account == d.bucket.owner {
		return policy.None
	}
	verdict := d.evaluate(stored.parsed)
	if verdict == policy.Allow && d.who.Account != d.bucket.owner && stored.parsed.IsPublic() &&
		d.c.server.effectiveBlock(d.bucket).RestrictPublicBuckets {
		return policy.None
	}
	return verdict
}

func (d *decision) refuse(why string) error {
	if d.who.Kind == anonymousPrincipal {
		return errAccessDenied("Access Denied")
	}
	return errAccessDenied("User: " + d.who.ARN + " is not authorized to perform: " + d.action +
		" on resource: \"" + d.resource + "\" " + why)
}

func (d *decision) caller() policy.Caller {
	p := d.who
	caller := policy.Caller{ARN: p.ARN, Account: p.Account}
	switch p.Kind {
	case rootPrincipal:
		caller.CanonicalID = canonicalID(p.Account)
	case rolePrincipal:
		caller.RoleARN = roleARN(p)
	}
	return caller
}

func roleARN(p *principal) string { return "arn:aws:iam::" + p.Account + ":role/" + p.Name }

// conditionKeys gathers what policies may ask about a request. A key that the request doesn't have is absent,
// which is not the same as empty.
func (c *call) conditionKeys() policy.Context {
	keys := policy.Context{}
	keys.Set("aws:SecureTransport", strconv.FormatBool(c.tls))
	keys.Set("aws:CurrentTime", c.now.UTC().Format(time.RFC3339))
	keys.Set("aws:EpochTime", strconv.FormatInt(c.now.Unix(), 10))
	keys.Set("aws:RequestedRegion", c.region())
	if host, _, err := net.SplitHostPort(c.r.RemoteAddr); err == nil {
		keys.Set("aws:SourceIp", host)
	}
	if c.bucket != nil {
		keys.Set("aws:ResourceAccount", c.bucket.owner)
		keys.Set("s3:ResourceAccount", c.bucket.owner)
	}
	c.callerKeys(keys)
	c.transportKeys(keys)
	c.headerKeys(keys)
	return keys
}

func (c *call) callerKeys(keys policy.Context) {
	p := c.id.who
	if p.Kind == anonymousPrincipal {
		keys.Set("aws:PrincipalType", "Anonymous")
		keys.Set("aws:userid", "anonymous")
		return
	}
	keys.Set("aws:PrincipalArn", p.ARN)
	if p.Kind == rolePrincipal {
		keys.Set("aws:PrincipalArn", roleARN(p)) // policies name the role, not the session
	}
	keys.Set("aws:PrincipalAccount", p.Account)
	keys.Set("aws:PrincipalIsAWSService", "false")
	keys.Set("aws:userid", p.UserID)
	keys.Set("aws:PrincipalType", [...]string{rootPrincipal: "Account", userPrincipal: "User", rolePrincipal: "AssumedRole"}[p.Kind])
	if p.Kind == userPrincipal {
		keys.Set("aws:username", p.Name)
	}
	if p.SessionToken != "" {
		keys.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(p.MFA))
	}
}

func (c *call) transportKeys(keys policy.Context) {
	if c.r.TLS != nil {
		keys.Set("s3:TlsVersion", "1."+strconv.Itoa(int(c.r.TLS.Version)-0x0301))
	}
	if c.id.scheme == unsigned {
		return
	}
	keys.Set("s3:authType", [...]string{headerSigned: "REST-HEADER", querySigned: "REST-QUERY-STRING", formSigned: "POST"}[c.id.scheme])
	keys.Set("s3:signatureversion", "AWS4-HMAC-SHA256")
	keys.Set("s3:signatureAge", strconv.FormatInt(c.now.UnixMilli()-c.id.signed*1000, 10))
}

// headerCondition are the request headers that S3 turns into condition keys of the same name.
var headerCondition = strings.Fields(`x-amz-acl x-amz-content-sha256 x-amz-copy-source x-amz-metadata-directive
	x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id
	x-amz-server-side-encryption-customer-algorithm x-amz-storage-class x-amz-website-redirect-location
	x-amz-object-ownership x-amz-bucket-namespace x-amz-grant-read x-amz-grant-write x-amz-grant-full-control`)

func (c *call) headerKeys(keys policy.Context) {
	for _, name := range headerCondition {
		if v := c.header(name); v != "" {
			keys.Set("s3:"+name, v)
		}
	}
	renamed := map[string]string{"User-Agent": "aws:UserAgent", "Referer": "aws:Referer", "If-None-Match": "s3:if-none-match",
		"If-Match": "s3:if-match", "X-Amz-Object-Lock-Mode": "s3:object-lock-mode",
		"X-Amz-Object-Lock-Retain-Until-Date": "s3:object-lock-retain-until-date",
		"X-Amz-Object-Lock-Legal-Hold":        "s3:object-lock-legal-hold"}
	for name, key := range renamed {
		if v := c.header(name); v != "" {
			keys.Set(key, v)
		}
	}
	for query, key := range map[string]string{"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys", "versionId": "s3:VersionId"} {
		if c.query.Has(query) {
			keys.Set(key, c.query.Get(query))
		}
	}
	if tags, err := parseTagging(c.header("X-Amz-Tagging")); err == nil && len(tags) > 0 {
		var names []string
		for _, t := range tags {
			names = append(names, t.Key)
			keys.Set("s3:RequestObjectTag/"+t.Key, t.Value)
		}
		keys.Set("s3:RequestObjectTagKeys", names...)
	}
}

// existingTags adds the tags of the object that the request works on, as policies ask for them.
func (c *call) existingTags(b *bucket, resource string, keys policy.Context) {
	_, key, object := strings.Cut(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/")
	if b == nil || !object {
		return
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	v := b.live(key)
	if id := c.query.Get("versionId"); id != "" {
		v = b.versionOf(key, id)
	}
	if v == nil || v.attrs == nil {
		return
	}
	for _, t := range v.attrs.tags {
		keys.Set("s3:ExistingObjectTag/"+t.Key, t.Value)
	}
}
