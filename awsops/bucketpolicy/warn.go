package bucketpolicy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/policy"
)

// Document is what the journal calls a bucket's policy among the documents that a change replaced.
const Document = "policy"

// begin makes a plan with what all plans of a policy have: the difference, the basis and what must be read back.
func begin(ctx context.Context, r *awsops.Reader, bucket, kind, title, now, next string, spec any) *awsops.Plan {
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: r.Target(ctx, bucket), Consent: awsops.Consent{Kind: awsops.ConsentYes}}
	if raw, err := json.Marshal(spec); err == nil {
		p.Params = raw
	}
	p.Basis = []awsops.Fingerprint{{What: "the policy", Value: Hash(now), Read: state(bucket, Hash)}}
	p.Expect = []awsops.Expectation{{What: "the policy", Want: meaning(next), Read: state(bucket, meaning)}}
	for _, l := range policy.Diff(policy.Pretty([]byte(now)), policy.Pretty([]byte(next))) {
		p.Diff = append(p.Diff, l.String())
	}
	p.Replaces = []awsops.Document{{What: Document, Bucket: bucket, Text: now}}
	p.Undo = "Put back the policy that is there now: the journal keeps it, and z on the Policy tab reverts to it."
	if now == "" {
		p.Undo = "Delete the policy."
	}
	return p
}

func size(text string) string {
	if text == "" {
		return ""
	}
	n := 0
	if d, err := policy.Parse([]byte(text)); err == nil {
		n = len(d.Statements)
	}
	word := "statements"
	if n == 1 {
		word = "statement"
	}
	return fmt.Sprintf("%d %s, %d of %d bytes", n, word, len(policy.Compact([]byte(text))), policy.MaxSize)
}

// warnLoss says which verdicts the change turns for the worse.
func warnLoss(p *awsops.Plan, before, after policy.Judgement) {
	risk := func(on bool, text string) {
		if on {
			p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: text})
		}
	}
	risk(before.TLS.Yes && !after.TLS.Yes, "Connections without TLS are no longer refused.")
	risk(before.Encryption.Yes && !after.Encryption.Yes, "The kind of encryption is no longer forced.")
	risk(!before.Public.Yes && after.Public.Yes, "The policy becomes public: S3 refuses it where BlockPublicPolicy is on, and else strangers get in.")
	risk(!before.MFABypass.Yes && after.MFABypass.Yes, "It allows s3:DeleteObjectVersion: some S3-compatible servers then delete versions without a code in spite of MFA delete.")
	risk(after.Accounts.Yes && after.Accounts.Detail != before.Accounts.Detail, "Other accounts are let in: "+after.Accounts.Detail+".")
}

// warnLockOut says which rights over the policy itself and over the objects the caller loses or may lose, and what only
// root could do afterwards; each wants the bucket's name typed. It reports whether the loss of the right to put the next
// policy is certain, so that S3 must be told that it is meant.
func warnLockOut(ctx context.Context, r *awsops.Reader, p *awsops.Plan, before, d *policy.Document, bucket policy.ARN) (confirm bool) {
	c, facts := Caller(ctx, r)
	owner := p.Target.Owner
	if owner == "" {
		owner = c.Account // only the owner's account can change a policy at all
	}
	warn := func(what string, list []policy.Danger) {
		if len(list) == 0 {
			return
		}
		p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: bucket.Bucket()}
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: what + " " + actions(list) + ". " + list[len(list)-1].Decision.Reason})
	}
	lost, unsure := split(policy.LockOut(d, bucket, owner, c, facts))
	warn("You lock yourself out: you could no longer do", lost)
	warn("You may lock yourself out of", unsure)
	for _, x := range lost {
		confirm = confirm || x.Action == "s3:PutBucketPolicy"
	}
	if len(lost)+len(unsure) > 0 {
		p.Undo = "The way out, once you are locked out: " + policy.WayOut
	}
	if c.Root {
		only := policy.OnlyRoot(before, d, bucket, owner, facts)
		warn("You lock everybody but root out: nobody else in the account could do", only)
		if len(only) > 0 {
			p.Undo = "Only root can undo this: " + policy.WayOut
		}
	}
	lost, unsure = split(policy.Losses(before, d, bucket, owner, c, facts))
	warn("You lose the objects: you could no longer do", lost)
	warn("You may lose", unsure)
	return confirm
}

// split parts what is surely lost from what may be.
func split(all []policy.Danger) (lost, unsure []policy.Danger) {
	for _, x := range all {
		if x.Decision.Verdict == policy.Refused {
			lost = append(lost, x)
		} else {
			unsure = append(unsure, x)
		}
	}
	return lost, unsure
}

func actions(list []policy.Danger) string {
	var out []string
	for _, x := range list {
		out = append(out, x.Action)
	}
	return strings.Join(out, ", ")
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
