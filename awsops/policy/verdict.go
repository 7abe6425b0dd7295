package policy

import (
	"slices"
	"strings"
)

// Public says whether S3 counts the policy as public: an Allow that reaches everyone, unless a condition pins one of a
// few keys to fixed values. Denies don't count.
// Source: Amazon S3 User Guide, "Blocking public access", "The meaning of public".
func (d *Document) Public() bool { return d.publicStatement() >= 0 }

func (d *Document) publicStatement() int {
	return slices.IndexFunc(d.Statements, func(s Statement) bool {
		if s.Effect != Allow || s.broken || s.NotPrincipals == nil && !s.Principals.Everyone {
			return false
		}
		return !slices.ContainsFunc(s.Conditions, Condition.pins)
	})
}

var pinning = strings.Fields(`aws:sourcearn aws:sourcevpc aws:sourcevpce aws:sourceowner aws:sourceaccount aws:userid
	aws:principalorgid aws:principalorgpaths aws:principalaccount aws:principalarn aws:sourceip s3:dataaccesspointarn
	s3:dataaccesspointaccount s3:x-amz-server-side-encryption-aws-kms-key-id`)

// pins says whether the condition lets only fixed values through. What is also met without the key fixes nothing.
func (c Condition) pins() bool {
	key := strings.ToLower(c.Key)
	if c.op.base == "null" || c.op.negated || c.op.ifExists || c.op.set == "forallvalues" || !slices.Contains(pinning, key) {
		return false
	}
	return len(c.Values) > 0 && !slices.ContainsFunc(c.Values, func(v string) bool { return !fixed(key, v) })
}

func fixed(key, v string) bool {
	switch key {
	case "aws:sourceip":
		p, ok := network(v)
		return ok && (p.Addr().Is4() && p.Bits() >= 8 || !p.Addr().Is4() && p.Bits() >= 32)
	case "s3:dataaccesspointarn":
		parts := strings.SplitN(v, ":", 6)
		return len(parts) == 6 && parts[4] != "" && !strings.ContainsAny(parts[4], "*?$")
	}
	return !strings.ContainsAny(v, "*?") && !strings.Contains(v, "${")
}

// Finding is a property of a policy with the statement that makes it so.
type Finding struct {
	Yes       bool
	Statement int    // -1 when there is none
	Detail    string // which encryption, which accounts
}

// Judgement is what a policy achieves as a whole.
type Judgement struct {
	TLS        Finding // everyone is refused without TLS, for bucket and objects
	Encryption Finding // uploads with another encryption than Detail are refused
	Public     Finding
	MFABypass  Finding // s3:DeleteObjectVersion is allowed to someone: some servers then ask for no code
	Accounts   Finding // other accounts are let in: Detail names them
}

// Judge gives a policy's judgement for a bucket. d is nil for a bucket without a policy. owner is the bucket's
// account, "" when it is not known.
func Judge(d *Document, bucket ARN, owner string) Judgement {
	none := Finding{Statement: -1}
	j := Judgement{none, none, none, none, none}
	if d == nil {
		return j
	}
	j.TLS = d.tls(bucket)
	j.Encryption = d.encryption(bucket)
	if i := d.publicStatement(); i >= 0 {
		j.Public = Finding{Yes: true, Statement: i}
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Effect == Allow && !s.broken && s.action("s3:DeleteObjectVersion") == yes {
			j.MFABypass = Finding{Yes: true, Statement: i}
			break
		}
	}
	j.Accounts = d.foreign(owner)
	return j
}

// probe asks whether strangers and the owner alike are denied an action under facts, in any bucket's every object.
func (d *Document) denied(bucket ARN, action, key string, f map[string][]string) int {
	arn := string(bucket)
	if key != "" {
		arn += "/" + key
	}
	r := Request{Action: action, Resource: arn, Facts: f}
	got := d.seek(Deny, r)
	if got.truth != yes || !d.Statements[got.statement].forEveryone() {
		return -1
	}
	return got.statement
}

func (s *Statement) forEveryone() bool { return s.Principals != nil && s.Principals.Everyone }

// somewhere is a key that no sensible pattern but * names.
const somewhere = "\uE000/\uE001"

func (d *Document) tls(bucket ARN) Finding {
	plain := map[string][]string{"aws:SecureTransport": {"false"}}
	at := -1
	for _, probe := range [][2]string{{"s3:GetObject", somewhere}, {"s3:PutObject", somewhere}, {"s3:ListBucket", ""}} {
		if at = d.denied(bucket, probe[0], probe[1], plain); at < 0 {
			return Finding{Statement: -1}
		}
	}
	return Finding{Yes: true, Statement: at}
}

const (
	sseKey  = "s3:x-amz-server-side-encryption"
	kmsKey  = "s3:x-amz-server-side-encryption-aws-kms-key-id"
	sseCKey = "s3:x-amz-server-side-encryption-customer-algorithm"
)

// encryption tries every kind of header: the kinds that aren't refused are what is forced.
func (d *Document) encryption(bucket ARN) Finding {
	var free []string
	at := -1
	for _, kind := range []string{"AES256", "aws:kms", "aws:kms:dsse"} {
		i := d.denied(bucket, "s3:PutObject", somewhere, map[string][]string{sseKey: {kind}, "aws:SecureTransport": {"true"}, kmsKey: d.keyNamed()})
		if i < 0 {
			free = append(free, kind)
		} else {
			at = i
		}
	}
	if at < 0 || len(free) == 0 {
		return Finding{Statement: -1}
	}
	detail := strings.Join(free, " or ")
	if d.denied(bucket, "s3:PutObject", somewhere, map[string][]string{"aws:SecureTransport": {"true"}}) < 0 {
		detail += " (uploads without a header take the bucket's default)"
	}
	return Finding{Yes: true, Statement: at, Detail: detail}
}

// keyNamed is a KMS key that the policy names, so that a demand for it doesn't hide which kinds are refused.
func (d *Document) keyNamed() []string {
	for _, s := range d.Statements {
		for _, c := range s.Conditions {
			if strings.EqualFold(c.Key, kmsKey) && c.op.base != "null" && len(c.Values) > 0 {
				return c.Values[:1]
			}
		}
	}
	return nil
}

// foreign lists the accounts besides the owner's that are let in.
func (d *Document) foreign(owner string) Finding {
	f := Finding{Statement: -1}
	var accounts []string
	for i, s := range d.Statements {
		if s.Effect != Allow || s.broken || s.Principals == nil {
			continue
		}
		for _, p := range s.Principals.AWS {
			id := account(p)
			if parts := strings.Split(p, ":"); id == "" && len(parts) > 4 {
				id = parts[4]
			}
			if id != "" && id != owner && !slices.Contains(accounts, id) {
				accounts = append(accounts, id)
				if f.Statement < 0 {
					f.Statement = i
				}
			}
		}
	}
	f.Yes, f.Detail = len(accounts) > 0, strings.Join(accounts, ", ")
	return f
}
