package corsplan

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"cooper/awsops"
	"cooper/awsops/cors"
)

// The kinds of plans.
const (
	KindPut    = "cors.put"
	KindRemove = "cors.remove"
)

// Document is what the journal calls a bucket's CORS rules among the documents that a change replaced: the AWS CLI's JSON.
const Document = "cors"

// PutSpec is what a bucket's rules are to be, all of them.
type PutSpec struct {
	Bucket string      `json:"bucket"`
	Rules  []cors.Rule `json:"rules"`
	Title  string      `json:"title,omitempty"` // "": one that says what happens to the rules
}

// RemoveSpec names the bucket that is to have no configuration.
type RemoveSpec struct {
	Bucket string `json:"bucket"`
	Title  string `json:"title,omitempty"` // as in PutSpec
}

// Planners are the planners by kind, for resuming.
func Planners() awsops.Planners {
	return awsops.Planners{KindPut: parsed(PlanPut), KindRemove: parsed(PlanRemove)}
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

// PlanPut plans replacing a bucket's rules: PutBucketCors always sends the whole document. Rules that S3 would refuse
// are refused here, with their place.
func PlanPut(ctx context.Context, r *awsops.Reader, spec PutSpec) (*awsops.Plan, error) {
	if bad := cors.Check(spec.Rules); len(bad) > 0 {
		return nil, awsops.Invalid("PutBucketCors", bad[0].At+": "+bad[0].Text, "")
	}
	now, err := look(ctx, r, spec.Bucket)
	if err != nil {
		return nil, err
	}
	p := newPlan(ctx, r, KindPut, cmp.Or(spec.Title, "Change the CORS rules of "+spec.Bucket), spec.Bucket, spec, now)
	p.Changes = changes(now.Value, spec.Rules)
	if len(p.Changes) == 0 {
		return nil, awsops.Unchanged("PutBucketCors")
	}
	note(p, awsops.Note, kept(now.Value, spec.Rules))
	for _, w := range cors.Lint(spec.Rules) {
		if !has(now.Value, spec.Rules[w.Rule]) {
			note(p, awsops.Note, fmt.Sprintf("Rule %d: %s", w.Rule+1, w.Text))
		}
	}
	common(p)
	if p.Effects.Lines, err = checkLines(ctx, r, spec, now.Value); err != nil {
		return nil, err
	}
	p.Effects.Requests = []awsops.RequestCount{{Class: "LIST/PUT", N: 1}}
	p.Expect = []awsops.Expectation{{What: "CORS rules", Want: canonical(spec.Rules), Read: state(spec.Bucket)}}
	p.Steps = []awsops.Step{{Title: "replace the CORS rules",
		Command: awsops.Command(p.Target, "s3api", "put-bucket-cors").Flag("--bucket", spec.Bucket).Flag("--cors-configuration", cors.CompactJSON(spec.Rules)).String(),
		Do:      put(spec)}}
	return p, nil
}

// PlanRemove plans removing a bucket's configuration: every preflight is then refused.
func PlanRemove(ctx context.Context, r *awsops.Reader, spec RemoveSpec) (*awsops.Plan, error) {
	now, err := look(ctx, r, spec.Bucket)
	if err != nil {
		return nil, err
	}
	if now.State == awsops.Absent {
		return nil, awsops.Invalid("DeleteBucketCors", "the bucket has no CORS rules", "")
	}
	p := newPlan(ctx, r, KindRemove, cmp.Or(spec.Title, "Remove all CORS rules of "+spec.Bucket), spec.Bucket, spec, now)
	p.Changes = changes(now.Value, nil)
	note(p, awsops.Risk, "Every preflight is refused then, and no page of another origin can read anything from this bucket.")
	common(p)
	p.Effects.Requests = []awsops.RequestCount{{Class: "DELETE (free)", N: 1}}
	p.Expect = []awsops.Expectation{{What: "CORS rules", Want: none, Read: state(spec.Bucket)}}
	p.Steps = []awsops.Step{{Title: "remove the CORS rules",
		Command: awsops.Command(p.Target, "s3api", "delete-bucket-cors").Flag("--bucket", spec.Bucket).String(), Do: remove(spec)}}
	return p, nil
}

// look reads the rules, and refuses where they can't be read: a change replaces them all.
func look(ctx context.Context, r *awsops.Reader, bucket string) (awsops.Reading[[]cors.Rule], error) {
	now := Reading(ctx, r, bucket)
	if err := awsops.Offered(r.Session(), now); err != nil {
		return now, err
	}
	if now.State == awsops.Denied {
		e := *now.Err
		e.Hint = "The change replaces all rules, so the present ones must be readable first."
		return now, &e
	}
	if now.State != awsops.Known && now.State != awsops.Absent {
		return now, now.Err
	}
	return now, nil
}

func newPlan(ctx context.Context, r *awsops.Reader, kind, title, bucket string, spec any, now awsops.Reading[[]cors.Rule]) *awsops.Plan {
	raw, err := json.Marshal(spec)
	if err != nil {
		raw = nil // strings, numbers and lists of them always marshal
	}
	basis, undo := none, awsops.Command(r.Target(ctx, bucket), "s3api", "delete-bucket-cors").Flag("--bucket", bucket).String()
	if now.State == awsops.Known {
		basis = canonical(now.Value)
		undo = awsops.Command(r.Target(ctx, bucket), "s3api", "put-bucket-cors").Flag("--bucket", bucket).Flag("--cors-configuration", cors.CompactJSON(now.Value)).String()
	}
	before := awsops.Document{What: Document, Bucket: bucket}
	if len(now.Value) > 0 {
		before.Text = cors.CompactJSON(now.Value)
	}
	return &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: r.Target(ctx, bucket), Params: raw,
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Undo: "Put the rules back as they were: " + undo,
		Effects: awsops.Effects{Counted: "one bucket"}, Replaces: []awsops.Document{before},
		Basis: []awsops.Fingerprint{{What: "the CORS rules", Value: basis, Read: state(bucket)}}}
}

func note(p *awsops.Plan, level awsops.Level, text string) {
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
}

func common(p *awsops.Plan) {
	note(p, awsops.Note, "CORS decides what a browser lets scripts of other origins read. It neither gives nor takes anybody's access.")
	note(p, awsops.Note, "Browsers keep the answer to a preflight for MaxAgeSeconds, and caches on the way keep answers: a change can seem to have no effect until then.")
}

func has(rules []cors.Rule, r cors.Rule) bool {
	return slices.ContainsFunc(rules, func(o cors.Rule) bool { return cors.Equal(o, r) })
}

// kept says what becomes of the rules as a whole.
func kept(before, after []cors.Rule) string {
	same := 0
	for _, r := range after {
		if has(before, r) {
			same++
		}
	}
	return fmt.Sprintf("The call replaces the whole document: of %d before, %d stay as they are, and %d are there afterwards.", len(before), same, len(after))
}

func changes(before, after []cors.Rule) []awsops.Change {
	var out []awsops.Change
	for _, c := range cors.Diff(before, after) {
		out = append(out, awsops.Change{Field: c.Field, Before: orNone(c.Before), After: orNone(c.After)})
	}
	return out
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func put(spec PutSpec) func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
	conf := &types.CORSConfiguration{}
	for _, r := range cors.CloneAll(spec.Rules) {
		rule := types.CORSRule{AllowedOrigins: r.AllowedOrigins, AllowedMethods: r.AllowedMethods, AllowedHeaders: r.AllowedHeaders,
			ExposeHeaders: r.ExposeHeaders, MaxAgeSeconds: r.MaxAgeSeconds}
		if r.ID != "" {
			rule.ID = &r.ID
		}
		conf.CORSRules = append(conf.CORSRules, rule)
	}
	return func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
		api, err := w.S3(ctx, spec.Bucket)
		if err != nil {
			return awsops.Receipt{}, err
		}
		out, err := api.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: &spec.Bucket, CORSConfiguration: conf})
		if err != nil {
			return awsops.Receipt{}, awsops.Wrap("PutBucketCors", spec.Bucket, "", err)
		}
		return receipt(out.ResultMetadata), nil
	}
}

func remove(spec RemoveSpec) func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
	return func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
		api, err := w.S3(ctx, spec.Bucket)
		if err != nil {
			return awsops.Receipt{}, err
		}
		out, err := api.DeleteBucketCors(ctx, &s3.DeleteBucketCorsInput{Bucket: &spec.Bucket})
		if err != nil {
			return awsops.Receipt{}, awsops.Wrap("DeleteBucketCors", spec.Bucket, "", err)
		}
		return receipt(out.ResultMetadata), nil
	}
}

func receipt(md middleware.Metadata) awsops.Receipt {
	id, _ := awsmiddleware.GetRequestIDMetadata(md)
	return awsops.Receipt{RequestID: id, Done: 1}
}
