package buckets

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/lifecycle"
)

// LifecycleSpec says which lifecycle rules are to be added and which, by ID, removed.
type LifecycleSpec struct {
	Bucket string           `json:"bucket"`
	Add    []lifecycle.Rule `json:"add,omitempty"`
	Remove []string         `json:"remove,omitempty"`
}

// PlanLifecycle plans adding and removing lifecycle rules. The configuration is replaced as a whole: all other
// rules are sent back as they are, with the bucket's default for the smallest object that transitions. A configuration with
// elements unknown to this program, or one that can't be read, is not changed.
func PlanLifecycle(ctx context.Context, r *awsops.Reader, spec LifecycleSpec) (*awsops.Plan, error) {
	now := reading(ctx, r, "GetBucketLifecycleConfiguration", spec.Bucket, lifecycle.Read, lifecycle.CodeNone)
	if err := gate(now); err != nil {
		return nil, err
	}
	if len(now.Value.Unknown) > 0 && len(spec.Add)+len(spec.Remove) > 0 {
		return nil, &awsops.Error{Op: "PutBucketLifecycleConfiguration", Bucket: spec.Bucket, Kind: awsops.KindUnsupported,
			Message: "the rules hold elements that this program doesn't know and would lose: " + strings.Join(now.Value.Unknown, ", "),
			Hint:    "Change this configuration with a newer client."}
	}
	if err := lifecycleConflict(ctx, r, spec); err != nil {
		return nil, err
	}
	after, err := spec.apply(now.Value.Rules)
	if err != nil {
		return nil, awsops.Invalid("PutBucketLifecycleConfiguration", err.Error(), "")
	}
	p := newPlan(ctx, r, "bucket.lifecycle", "Change the lifecycle rules of "+spec.Bucket, spec.Bucket, spec)
	if _, err := basis(ctx, r, p, "the lifecycle rules", rulesState(spec.Bucket)); err != nil {
		return nil, err
	}
	spec.describe(p, now.Value.Rules, after)
	p.Steps = []awsops.Step{rulesStep(p.Target, spec.Bucket, after, now.Value.MinimumSize)}
	requests(p, classPut, 1)
	expect(p, "the lifecycle rules", rulesText(after), textOf("GetBucketLifecycleConfiguration", spec.Bucket, lifecycle.Read,
		func(c lifecycle.Config) string { return rulesText(c.Rules) }, "none", lifecycle.CodeNone))
	return p, nil
}

// lifecycleConflict refuses new rules where MFA delete is on: S3 doesn't have both on one bucket.
func lifecycleConflict(ctx context.Context, r *awsops.Reader, spec LifecycleSpec) error {
	if len(spec.Add) == 0 {
		return nil
	}
	v, err := ReadVersioning(ctx, r, spec.Bucket)
	if err == nil && v.MFADelete == string(types.MFADeleteStatusEnabled) {
		return &awsops.Error{Op: "PutBucketLifecycleConfiguration", Bucket: spec.Bucket, Kind: awsops.KindConflict,
			Message: "MFA delete is on, and S3 has no lifecycle rules on such a bucket",
			Hint:    "A rule would delete versions without a code. Delete versions by hand with codes, or disable MFA delete first."}
	}
	return nil
}

func (spec LifecycleSpec) apply(rules []lifecycle.Rule) ([]lifecycle.Rule, error) {
	after, err := lifecycle.Remove(rules, spec.Remove...)
	if err != nil {
		return nil, err
	}
	for _, rule := range spec.Add {
		if after, err = lifecycle.Add(after, rule); err != nil {
			return nil, err
		}
	}
	if len(spec.Add)+len(spec.Remove) == 0 {
		return nil, fmt.Errorf("nothing would change")
	}
	return after, nil
}

func (spec LifecycleSpec) describe(p *awsops.Plan, before, after []lifecycle.Rule) {
	deletes := false
	for _, rule := range before {
		if slices.Contains(spec.Remove, rule.ID) {
			p.Changes = append(p.Changes, awsops.Change{Field: "rule " + rule.ID, Before: rule.Summary(), After: "(removed)"})
		}
	}
	for _, rule := range after[len(after)-len(spec.Add):] {
		p.Changes = append(p.Changes, awsops.Change{Field: "rule " + rule.ID, Before: "(none)", After: rule.Summary()})
		deletes = deletes || rule.Noncurrent != nil || rule.Expiration != nil && rule.Expiration.Marker == nil
	}
	if n := len(after) - len(spec.Add); n > 0 {
		warn(p, awsops.Note, number(n, "other rule is", "other rules are")+" sent back unchanged.")
	}
	if deletes {
		warn(p, awsops.Irreversible, "What a rule has deleted is gone for good. The first run comes within about a day, over everything that is old enough then.")
		confirmByName(p, spec.Bucket)
	}
	if len(spec.Remove) > 0 {
		warn(p, awsops.Note, "What the removed rules would have cleaned up stays, and goes on being billed.")
	}
	warn(p, awsops.Note, "Days are counted to the next midnight UTC, and rules act some time after that.")
	p.Undo = "Add or remove the rules again; what they did meanwhile stays done."
}

func rulesStep(t awsops.Target, bucket string, rules []lifecycle.Rule, minimum string) awsops.Step {
	if len(rules) == 0 {
		return awsops.Step{Title: "remove the lifecycle configuration",
			Command: command(t, "delete-bucket-lifecycle", "--bucket", bucket),
			Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
				api, err := w.S3(ctx, bucket)
				if err != nil {
					return awsops.Receipt{}, err
				}
				out, err := api.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: &bucket})
				if err != nil {
					return awsops.Receipt{}, wrapped("DeleteBucketLifecycle", bucket, err)
				}
				return receipt(out.ResultMetadata), nil
			}}
	}
	sent := make([]types.LifecycleRule, 0, len(rules))
	for _, rule := range rules {
		sent = append(sent, rule.ToSDK())
	}
	args := []string{"--bucket", bucket, "--lifecycle-configuration", rulesJSON(sent)}
	if minimum != "" {
		args = append(args, "--transition-default-minimum-object-size", minimum)
	}
	return awsops.Step{Title: "replace the lifecycle configuration", Command: command(t, "put-bucket-lifecycle-configuration", args...),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: &bucket,
				LifecycleConfiguration:             &types.BucketLifecycleConfiguration{Rules: sent},
				TransitionDefaultMinimumObjectSize: types.TransitionDefaultMinimumObjectSize(minimum)})
			if err != nil {
				return awsops.Receipt{}, wrapped("PutBucketLifecycleConfiguration", bucket, err)
			}
			return receipt(out.ResultMetadata), nil
		}}
}

// rulesJSON writes the rules as the AWS CLI takes them: the SDK's field names, without what isn't set.
func rulesJSON(rules []types.LifecycleRule) string {
	var doc any
	raw, err := json.Marshal(struct{ Rules []types.LifecycleRule }{rules})
	if err == nil {
		err = json.Unmarshal(raw, &doc)
	}
	if err != nil {
		return "" // only pointers to plain values are in there
	}
	return jsonArg(withoutNulls(doc))
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if x == nil {
				delete(v, k)
				continue
			}
			v[k] = withoutNulls(x)
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

// rulesText writes a configuration in full, so that any change to it shows. Servers may return
// rules in another order than they were sent in, and a filter in another of the forms that mean the same.
func rulesText(rules []lifecycle.Rule) string {
	lines := make([]string, 0, len(rules))
	for _, rule := range rules {
		lines = append(lines, rulesJSON([]types.LifecycleRule{lifecycle.Normal(rule).ToSDK()}))
	}
	if len(lines) == 0 {
		return "none"
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func rulesState(bucket string) stateText {
	return textOf("GetBucketLifecycleConfiguration", bucket, lifecycle.Read,
		func(c lifecycle.Config) string { return rulesText(c.Rules) + "\n" + c.MinimumSize }, "none", lifecycle.CodeNone)
}
