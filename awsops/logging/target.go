package logging

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/document"
	"cooper/awsops/lifecycle"
	"cooper/awsops/policy"
)

// Service is the principal that delivers access logs.
const Service = "logging.s3.amazonaws.com"

// Target is what counts of a bucket that access logs go to.
type Target struct {
	Bucket     string
	Region     awsops.Reading[string]
	Encryption awsops.Reading[buckets.Encryption]
	Lock       awsops.Reading[buckets.Lock]
	Payer      awsops.Reading[string] // BucketOwner or Requester
	Ownership  awsops.Reading[string]
	Policy     awsops.Reading[string]
	Lifecycle  awsops.Reading[[]lifecycle.Rule]
	Chain      Chain
}

// ReadTarget reads what counts of a target for the logs of source.
func ReadTarget(ctx context.Context, r *awsops.Reader, source, target string) Target {
	t := Target{Bucket: target, Chain: Follow(ctx, r, source, target), Policy: bucketpolicy.Read(ctx, r, target)}
	region, err := r.Region(ctx, target)
	t.Region = awsops.Read("HeadBucket", r.Now(), region, err)
	encryption, err := buckets.ReadEncryption(ctx, r, target)
	t.Encryption = awsops.Read("GetBucketEncryption", r.Now(), encryption, err, "ServerSideEncryptionConfigurationNotFoundError")
	lock, err := buckets.ReadLock(ctx, r, target)
	t.Lock = awsops.Read("GetObjectLockConfiguration", r.Now(), lock, err, "ObjectLockConfigurationNotFoundError")
	payer, err := readPayer(ctx, r, target)
	t.Payer = awsops.Read("GetBucketRequestPayment", r.Now(), payer, err)
	ownership, err := buckets.ReadOwnership(ctx, r, target)
	t.Ownership = awsops.Read("GetBucketOwnershipControls", r.Now(), ownership, err, "OwnershipControlsNotFoundError")
	rules, err := lifecycle.Read(ctx, r, target)
	t.Lifecycle = awsops.Read("GetBucketLifecycleConfiguration", r.Now(), rules.Rules, err, lifecycle.CodeNone)
	return t
}

func readPayer(ctx context.Context, r *awsops.Reader, bucket string) (string, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return "", err
	}
	out, err := api.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: &bucket}, document.Expect("RequestPaymentConfiguration"))
	if err != nil {
		return "", awsops.Wrap("GetBucketRequestPayment", bucket, "", err)
	}
	return string(out.Payer), nil
}

// Delivery says whether the target's policy lets the log service write the logs of source below a prefix. It is Unsure
// when the policy can't be read.
func (t Target) Delivery(source, account, partition, prefix string) policy.Decision {
	if t.Policy.State != awsops.Known && t.Policy.State != awsops.Absent {
		return policy.Decision{Verdict: policy.Unsure, Statement: -1, Missing: []string{"the target's policy"}, Reason: "The target's policy can't be read."}
	}
	var d *policy.Document
	if t.Policy.State == awsops.Known {
		var err error
		if d, err = policy.Parse([]byte(t.Policy.Value)); err != nil {
			return policy.Decision{Verdict: policy.Unsure, Statement: -1, Missing: []string{"the target's policy"}, Reason: "The target's policy can't be understood."}
		}
	}
	return policy.Evaluate(d, policy.Bucket{Owner: account, Ownership: t.Ownership.Value}, policy.Request{
		Caller: policy.Caller{Service: Service}, Action: "s3:PutObject",
		Resource: string(policy.BucketARN(partition, t.Bucket)) + "/" + prefix + "2026-01-01-00-00-00-0123456789ABCDEF", ObjectOwner: account,
		Facts: map[string][]string{"aws:SourceArn": {string(policy.BucketARN(partition, source))}, "aws:SourceAccount": {account},
			"aws:PrincipalIsAWSService": {"true"}, "aws:PrincipalServiceName": {Service}, "aws:SecureTransport": {"true"}},
		// The service sends no headers of encryption and comes from no VPC; only the clock and its address aren't known.
		Unknown: func(key string) bool {
			return strings.EqualFold(key, "aws:SourceIp") || strings.EqualFold(key, "aws:CurrentTime") || strings.EqualFold(key, "aws:EpochTime")
		}})
}

// Statement is the statement that lets the log service write the logs of source below a prefix of a target ("Permissions
// for log delivery" in the S3 User Guide).
func Statement(partition, target, prefix, source, account string) string {
	type condition struct {
		ArnLike      map[string]string
		StringEquals map[string]string
	}
	raw, err := json.Marshal(struct {
		Sid, Effect      string
		Principal        map[string]string
		Action, Resource string
		Condition        condition
	}{sid(source), "Allow", map[string]string{"Service": Service}, "s3:PutObject", string(policy.BucketARN(partition, target)) + "/" + wildless(prefix) + "*",
		condition{map[string]string{"aws:SourceArn": string(policy.BucketARN(partition, source))}, map[string]string{"aws:SourceAccount": account}}})
	if err != nil {
		return "" // strings always marshal
	}
	return string(raw)
}

// wildless keeps the characters that policies read as wild from being that.
func wildless(s string) string {
	return strings.NewReplacer("$", "${$}", "*", "${*}", "?", "${?}").Replace(s)
}

// sid names the statement for a source: the logs of several buckets may go to one, with a statement each. Only letters
// and digits may be in it, so that two names could look alike without the digits at the end.
func sid(source string) string {
	out := []rune("CooperLogDelivery")
	upper := true
	for _, c := range source {
		switch {
		case c == '-' || c == '.' || c == '_':
			upper = true
		case upper:
			out, upper = append(out, unicode.ToUpper(c)), false
		default:
			out = append(out, c)
		}
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(source)) // a hash takes everything
	return string(out) + hex.EncodeToString(sum.Sum(nil))
}

// Obstacle is something about a target.
type Obstacle struct {
	Refused bool   // logs don't arrive, or must not be sent there
	Text    string // a sentence
	Do      string
}

// Obstacles are what is in the way of logs from source, which lies in a region, or what isn't known of that. The policy
// is left out: the plan sees to it.
func (t Target) Obstacles(source, region string) []Obstacle {
	if t.Bucket == source {
		return []Obstacle{{true, "A bucket must not log to itself: every delivery would be a request that is logged, for ever.", "Choose another bucket."}}
	}
	var out []Obstacle
	add := func(refused bool, text, do string) { out = append(out, Obstacle{refused, text, do}) }
	if place, ok := t.Region.Get(); ok && place != region {
		add(true, t.Bucket+" is in "+place+" and "+source+" in "+region+": S3 delivers within a region only.", "Choose a bucket in "+region+".")
	}
	switch {
	case t.Chain.Ring:
		add(true, "The logs would run in a ring: "+t.Chain.Path(source)+". Every delivery would be logged, for ever.", "Choose a bucket that isn't logged itself.")
	case t.Chain.Err != nil:
		add(false, "Whether the logs run in a ring can't be told: where "+t.Chain.Buckets[len(t.Chain.Buckets)-1]+" logs to couldn't be read ("+t.Chain.Err.Error()+").", "")
	case len(t.Chain.Buckets) > 1:
		add(false, t.Bucket+" is logged itself ("+t.Chain.Path(source)+"): every delivery makes a record there.", "")
	}
	out = append(out, t.limits()...)
	return out
}

// limits are those of the User Guide for targets: no KMS key by default, no default retention, no requester who pays.
func (t Target) limits() []Obstacle {
	var out []Obstacle
	e, l, p := t.Encryption, t.Lock, t.Payer
	if e.State == awsops.Known && strings.HasPrefix(e.Value.Algorithm, "aws:kms") {
		out = append(out, Obstacle{true, t.Bucket + " encrypts with a KMS key by default (" + e.Value.String() + "), which the log service can't use: nothing would arrive.",
			"Set its default encryption to SSE-S3, or choose another bucket."})
	}
	if l.State == awsops.Known && l.Value.Mode != "" {
		out = append(out, Obstacle{true, t.Bucket + " retains every object by default (" + l.Value.String() + "), which S3 doesn't allow for a target of logs.",
			"Remove the default retention, or choose another bucket."})
	}
	if p.State == awsops.Known && p.Value == "Requester" {
		out = append(out, Obstacle{true, t.Bucket + " lets requesters pay, which S3 doesn't allow for a target of logs.", "Choose another bucket."})
	}
	for _, open := range []struct {
		state awsops.State
		text  string
	}{
		{e.State, "The target's default encryption can't be read. With a KMS key nothing would arrive."},
		{l.State, "Whether the target retains objects by default can't be read. With a default retention nothing would arrive."},
		{p.State, "Whether requesters pay for the target can't be read. If they do, nothing arrives."},
	} {
		if open.state == awsops.Denied || open.state == awsops.Failed {
			out = append(out, Obstacle{Text: open.text})
		}
	}
	return out
}

// Expires reports whether a lifecycle rule ends the life of all log files below a prefix, and after how many days at the
// earliest. It is false when the rules aren't known.
func (t Target) Expires(prefix string) (days int, ok bool) {
	for _, rule := range t.Lifecycle.Value {
		f := rule.Filter
		if rule.Status != lifecycle.Enabled || rule.Expiration == nil || rule.Expiration.Days == nil || len(f.Tags) > 0 || f.LargerThan != nil || f.SmallerThan != nil {
			continue
		}
		if f.Prefix != nil && !strings.HasPrefix(prefix, *f.Prefix) {
			continue
		}
		if n := int(*rule.Expiration.Days); !ok || n < days {
			days, ok = n, true
		}
	}
	return days, ok
}
