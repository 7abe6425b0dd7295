package logging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/policy"
)

// The kinds of plans.
const (
	KindPut = "logging.put"
	KindOff = "logging.off"
)

// PutSpec says where the access logs of a bucket are to go.
type PutSpec struct {
	Bucket string `json:"bucket"`
	Target string `json:"target"`
	Prefix string `json:"prefix"`
	Keys   Keys   `json:"keys"`
	// Policy is set by the planner where the target's policy has to be changed first, so that a job that goes on
	// later has the same steps.
	Policy bool `json:"policy,omitempty"`
}

// OffSpec names the bucket that is to keep no access logs.
type OffSpec struct {
	Bucket string `json:"bucket"`
}

// Planners are the planners by kind, for resuming.
func Planners() awsops.Planners {
	return awsops.Planners{KindPut: parsed(PlanPut), KindOff: parsed(PlanOff)}
}

func parsed[T any](plan func(context.Context, *awsops.Reader, T) (*awsops.Plan, error)) awsops.Planner {
	return func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
		var in T
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, awsops.Invalid("plan", "the job's parameters can't be read", "Plan the change again.")
		}
		return plan(ctx, r, in)
	}
}

// PrefixProblem says what is wrong with a prefix for log files, "" for nothing.
func PrefixProblem(prefix string) string {
	if len(prefix) > 800 {
		return "a prefix has at most 800 bytes, so that the keys stay below 1,024"
	}
	return ""
}

// PlanPut plans sending a bucket's access logs to another bucket: a statement in the target's policy, where it is
// missing, and the configuration, which replaces the one before. Errors: KindInvalid for a target that can't or must not
// take the logs, with the reason.
func PlanPut(ctx context.Context, r *awsops.Reader, spec PutSpec) (*awsops.Plan, error) {
	now, err := look(ctx, r, spec.Bucket)
	if err != nil {
		return nil, err
	}
	if bad := PrefixProblem(spec.Prefix); bad != "" {
		return nil, awsops.Invalid(opPut, bad, "")
	}
	if spec.Keys != ByEvent && spec.Keys != ByDelivery {
		spec.Keys = Simple
	}
	next := Config{Target: spec.Target, Prefix: spec.Prefix, Keys: spec.Keys}
	target := r.Target(ctx, spec.Bucket)
	t, obstacles, err := checkTarget(ctx, r, spec, target.Region)
	if err != nil {
		return nil, err
	}
	p := newPlan(ctx, r, KindPut, "Send the access logs of "+spec.Bucket+" to "+spec.Target, spec.Bucket, now)
	p.Changes = changes(now, next)
	for _, o := range obstacles {
		note(p, awsops.Risk, o.Text)
	}
	if err := addPolicy(ctx, r, p, &spec, t); err != nil {
		return nil, err
	}
	if now.text() == next.text() && !spec.Policy {
		return nil, awsops.Unchanged(opPut)
	}
	warnPut(p, t, next)
	addStep(p, spec.Bucket, "set where the access logs go", next)
	p.Params, err = json.Marshal(spec)
	return p, err
}

// PlanOff plans to keep no more access logs.
func PlanOff(ctx context.Context, r *awsops.Reader, spec OffSpec) (*awsops.Plan, error) {
	now, err := look(ctx, r, spec.Bucket)
	if err != nil {
		return nil, err
	}
	if !now.On() {
		return nil, awsops.Invalid(opPut, "the bucket keeps no access logs", "")
	}
	p := newPlan(ctx, r, KindOff, "Keep no more access logs of "+spec.Bucket, spec.Bucket, now)
	p.Changes = changes(now, Config{})
	note(p, awsops.Risk, "Who reads, writes and deletes in this bucket is no longer written down.")
	note(p, awsops.Note, "Log files that are there stay, and so does the statement of "+now.Target+"'s policy that lets the log service write. Some more may arrive for about an hour.")
	addStep(p, spec.Bucket, "keep no more access logs", Config{})
	p.Params, err = json.Marshal(spec)
	return p, err
}

// look reads the configuration, and refuses where it can't be read: a change replaces it.
func look(ctx context.Context, r *awsops.Reader, bucket string) (Config, error) {
	now := Reading(ctx, r, bucket)
	if err := awsops.Offered(r.Session(), now); err != nil {
		return Config{}, err
	}
	if now.State != awsops.Known {
		e := *now.Err
		if now.State == awsops.Denied {
			e.Hint = "The change replaces the whole configuration, so the present one must be readable first."
		}
		return Config{}, &e
	}
	return now.Value, nil
}

// checkTarget reads the target and refuses one that logs can't or must not go to. What isn't known is given back.
func checkTarget(ctx context.Context, r *awsops.Reader, spec PutSpec, region string) (Target, []Obstacle, error) {
	if spec.Target == "" {
		return Target{}, nil, awsops.Invalid(opPut, "no target bucket is named", "")
	}
	var t Target
	var open []Obstacle
	if spec.Target == spec.Bucket {
		t = Target{Bucket: spec.Target}
	} else {
		owned, err := ownedBuckets(ctx, r)
		if err == nil && !owned[spec.Target] {
			return Target{}, nil, awsops.Invalid(opPut, spec.Target+" isn't a bucket of this account: S3 delivers within an account only", "Choose a bucket of this account, or make one.")
		}
		if err != nil {
			open = append(open, Obstacle{Text: "Whether " + spec.Target + " is a bucket of this account can't be told: the list of buckets can't be read."})
		}
		t = ReadTarget(ctx, r, spec.Bucket, spec.Target)
	}
	for _, o := range t.Obstacles(spec.Bucket, region) {
		if o.Refused {
			return t, nil, awsops.Invalid(opPut, o.Text, o.Do)
		}
		open = append(open, o)
	}
	return t, open, nil
}

// ownedBuckets are the names of all buckets of the account.
func ownedBuckets(ctx context.Context, r *awsops.Reader) (map[string]bool, error) {
	owned := map[string]bool{}
	for page, err := range buckets.List(ctx, r) {
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			owned[b.Name] = true
		}
	}
	return owned, nil
}

// addPolicy puts the change of the target's policy in front, unless the log service may write already. A policy that
// denies it in spite of any statement is refused.
func addPolicy(ctx context.Context, r *awsops.Reader, p *awsops.Plan, spec *PutSpec, t Target) error {
	account, partition := first(p.Target.Owner, p.Target.Account), r.Session().Partition(ctx)
	before := t.Delivery(spec.Bucket, account, partition, spec.Prefix)
	if before.Verdict == policy.Allowed && !spec.Policy {
		note(p, awsops.Note, "The target's policy lets the log service write already: "+before.Reason)
		return nil
	}
	if before.Verdict == policy.Refused && before.By == "policy" {
		return awsops.Invalid(opPut, "the log service may not write to "+spec.Target+": "+before.Reason+" Logs would never arrive, and S3 would not say so", "Change that statement of the target's policy first.")
	}
	if account == "" {
		return awsops.Invalid(opPut, "the account isn't known, so the statement for the target's policy can't be written", "Add the statement by hand.")
	}
	spec.Policy = true
	change, err := bucketpolicy.PlanStatement(ctx, r, bucketpolicy.StatementSpec{Bucket: spec.Target,
		Add: []string{Statement(partition, spec.Target, spec.Prefix, spec.Bucket, account)}})
	if errors.Is(err, awsops.ErrUnchanged) {
		p.Steps = append(p.Steps, doneAlready(spec.Target))
		return nil
	}
	if err != nil {
		return err
	}
	merge(p, change, spec.Target)
	return nil
}

// merge puts the plan of the target's policy in front of a plan.
func merge(p, change *awsops.Plan, target string) {
	for _, c := range change.Changes {
		c.Field = "policy of " + target
		p.Changes = append(p.Changes, c)
	}
	for i := range change.Basis {
		change.Basis[i].What = "the policy of " + target
	}
	for i := range change.Steps {
		change.Steps[i].Title = "let the log service write to " + target
		change.Steps[i].Left = "The policy of " + target + " lets the log service write there already, which harms nothing: z on its Policy tab takes that back."
	}
	p.Diff, p.Steps, p.Basis, p.Expect = change.Diff, append(p.Steps, change.Steps...), append(p.Basis, change.Basis...), append(p.Expect, change.Expect...)
	p.Warnings, p.Replaces = append(p.Warnings, change.Warnings...), append(p.Replaces, change.Replaces...)
	if change.Consent.Kind == awsops.ConsentType {
		p.Consent = change.Consent
	}
	p.Effects.Requests[0].N += int64(len(change.Steps))
	p.Undo += " The statement in the target's policy is removed on its Policy tab."
}

// doneAlready stands for the policy's step of a job that had done it.
func doneAlready(target string) awsops.Step {
	return awsops.Step{Title: "the policy of " + target + " has the statement already",
		Do: func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
			return awsops.Receipt{Done: 1}, nil
		}}
}

func newPlan(ctx context.Context, r *awsops.Reader, kind, title, bucket string, now Config) *awsops.Plan {
	t := r.Target(ctx, bucket)
	undo := awsops.Command(t, "s3api", "put-bucket-logging").Flag("--bucket", bucket).Flag("--bucket-logging-status", now.commandJSON()).String()
	return &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: t, Consent: awsops.Consent{Kind: awsops.ConsentYes},
		Undo:    "Put the configuration back as it was: " + undo,
		Effects: awsops.Effects{Counted: "one bucket", Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: 1}}},
		Basis:   []awsops.Fingerprint{{What: "where the access logs of " + bucket + " go", Value: now.text(), Read: state(bucket)}}}
}

func addStep(p *awsops.Plan, bucket, title string, next Config) {
	p.Expect = append(p.Expect, awsops.Expectation{What: "where the access logs go", Want: next.text(), Read: state(bucket)})
	p.Steps = append(p.Steps, awsops.Step{Title: title,
		Command: awsops.Command(p.Target, "s3api", "put-bucket-logging").Flag("--bucket", bucket).Flag("--bucket-logging-status", next.commandJSON()).String(),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{Bucket: &bucket, BucketLoggingStatus: next.status()})
			if err != nil {
				return awsops.Receipt{}, explained(bucket, err)
			}
			id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
			return awsops.Receipt{RequestID: id, Done: 1}, nil
		}})
}

// explained gives S3's refusals their reasons. The service writes the code of a target in another region with two t.
func explained(bucket string, err error) error {
	e := awsops.Wrap(opPut, bucket, "", err)
	switch {
	case strings.HasPrefix(e.Code, "CrossLocationLoggingProhi"):
		e.Hint = "The target must be in the bucket's own region."
	case e.Code == "InvalidTargetBucketForLogging":
		e.Hint = "The target must be a bucket of the same account, in the same region, without a default retention and without requester pays."
	}
	return e
}

func warnPut(p *awsops.Plan, t Target, next Config) {
	if days, ok := t.Expires(next.Prefix); ok {
		note(p, awsops.Note, fmt.Sprintf("Log files below %s%s expire after %d days by a lifecycle rule.", t.Bucket, slash(next.Prefix), days))
	} else if t.Lifecycle.State == awsops.Known || t.Lifecycle.State == awsops.Absent {
		note(p, awsops.Note, "No lifecycle rule lets the log files expire: they pile up. Add one to "+t.Bucket+" on its Properties tab.")
	}
	note(p, awsops.Note, "S3 accepts the configuration even where it can't deliver, and never says so. Whether files arrive shows on the Logs tab, hours later.")
	note(p, awsops.Note, "Delivery takes hours, and S3 doesn't promise that it is complete. For evidence use data events of CloudTrail.")
	p.Effects.Lines = append(p.Effects.Lines, "Each log file is stored and billed like any object; the deliveries themselves cost nothing, reading them does.")
}

// changes lists the fields that differ, and what is lost because the call replaces the configuration.
func changes(now, next Config) []awsops.Change {
	var out []awsops.Change
	add := func(field, before, after string) {
		if before != after {
			out = append(out, awsops.Change{Field: field, Before: before, After: after})
		}
	}
	add("access logs go to", orNone(now.Target), orNone(next.Target))
	if now.On() || next.On() {
		add("prefix", now.shownPrefix(), next.shownPrefix())
		add("keys of the log files", now.shownKeys(), next.shownKeys())
	}
	if now.Grants > 0 {
		out = append(out, awsops.Change{Field: "grants on the log files", Before: fmt.Sprint(now.Grants), After: "(none)", Reset: true})
	}
	for _, name := range now.Unknown {
		out = append(out, awsops.Change{Field: name, Before: "set", After: "(none)", Reset: true})
	}
	return out
}

func (c Config) shownPrefix() string { return orNone(c.Prefix) }

func (c Config) shownKeys() string {
	if !c.On() {
		return "(none)"
	}
	return c.Keys.String()
}

func slash(prefix string) string { return "/" + prefix }

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func note(p *awsops.Plan, level awsops.Level, text string) {
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
}
