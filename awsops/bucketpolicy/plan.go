package bucketpolicy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"cooper/awsops"
	"cooper/awsops/policy"
)

// The kinds of this package's plans.
const (
	KindPut       = "policy.put"
	KindRemove    = "policy.remove"
	KindStatement = "policy.statement"
)

// PutSpec is a whole policy for a bucket.
type PutSpec struct {
	Bucket string `json:"bucket"`
	Policy string `json:"policy"`
	// Base is the Hash of the policy that the text was made from, "" when it doesn't matter. Another one at the server
	// is somebody else's change, which the plan refuses to overwrite.
	Base  string `json:"base,omitempty"`
	Title string `json:"title,omitempty"` // "": one that says what happens to the policy
}

// StatementSpec adds statements to a bucket's policy, or removes some.
type StatementSpec struct {
	Bucket string   `json:"bucket"`
	Add    []string `json:"add,omitempty"`    // texts of statements; one whose Sid is there already takes its place
	Remove *int     `json:"remove,omitempty"` // index of the statement that goes; it needs Base
	Drop   []string `json:"drop,omitempty"`   // Sids of statements that go, where they are there
	Title  string   `json:"title,omitempty"`  // "": one that says what happens to the policy
	Base   string   `json:"base,omitempty"`   // as in PutSpec
}

// RemoveSpec names the bucket whose policy is deleted.
type RemoveSpec struct {
	Bucket string `json:"bucket"`
	Base   string `json:"base,omitempty"`  // as in PutSpec
	Title  string `json:"title,omitempty"` // as in PutSpec
}

// Planners make this package's plans again from what the journal keeps.
func Planners() awsops.Planners {
	return awsops.Planners{KindPut: parsed(PlanPut), KindRemove: parsed(PlanRemove), KindStatement: parsed(PlanStatement)}
}

func parsed[T any](plan func(context.Context, *awsops.Reader, T) (*awsops.Plan, error)) awsops.Planner {
	return func(ctx context.Context, r *awsops.Reader, params json.RawMessage) (*awsops.Plan, error) {
		var in T
		if err := json.Unmarshal(params, &in); err != nil {
			return nil, awsops.Invalid("plan", "the job's parameters can't be read", "Plan the change again.")
		}
		return plan(ctx, r, in)
	}
}

// PlanPut plans a whole policy for a bucket (PutBucketPolicy, which replaces the one that is there). What S3 would
// refuse is refused here, with its place. Would the caller lose the right to change the policy again, or is that not
// known, the bucket's name must be typed. Errors: KindChanged when the policy isn't the one of Base any more.
func PlanPut(ctx context.Context, r *awsops.Reader, spec PutSpec) (*awsops.Plan, error) {
	now, err := present(ctx, r, spec.Bucket, spec.Base)
	if err != nil {
		return nil, err
	}
	return put(ctx, r, spec.Bucket, now, spec.Policy, KindPut, cmp.Or(spec.Title, "Change the policy of "+spec.Bucket), spec)
}

// PlanStatement plans adding statements to a bucket's policy or removing one; every other statement stays as it is.
// Removing the last one is deleting the policy. Errors are those of PlanPut.
func PlanStatement(ctx context.Context, r *awsops.Reader, spec StatementSpec) (*awsops.Plan, error) {
	now, err := present(ctx, r, spec.Bucket, spec.Base)
	if err != nil {
		return nil, err
	}
	text := now
	if text == "" {
		text = policy.Empty
	}
	d, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, awsops.Invalid("PutBucketPolicy", "the present policy can't be read: "+err.Error(), "Edit it as a whole.")
	}
	d, title, err := edited(d, spec)
	switch {
	case err != nil:
		return nil, awsops.Invalid("PutBucketPolicy", err.Error(), "")
	case d == nil:
		return PlanRemove(ctx, r, RemoveSpec{Bucket: spec.Bucket})
	case spec.Title != "":
		title = spec.Title
	}
	p, err := put(ctx, r, spec.Bucket, now, string(d.Bytes()), KindStatement, title, spec)
	if err != nil {
		return nil, err
	}
	warnReady(p, spec.Add)
	return p, nil
}

// edited gives the policy with what spec adds and without what it removes, nil when no statement is left.
func edited(d *policy.Document, spec StatementSpec) (_ *policy.Document, title string, err error) {
	title = "Add to the policy of " + spec.Bucket
	for _, s := range spec.Add {
		if d, err = d.Add([]byte(s)); err != nil {
			return nil, "", err
		}
	}
	if spec.Remove != nil {
		title = "Remove a statement from the policy of " + spec.Bucket
		if *spec.Remove < 0 || *spec.Remove >= len(d.Statements) || spec.Base == "" {
			return nil, "", errors.New("there is no such statement")
		}
		if d, err = without(d, *spec.Remove); d == nil {
			return nil, title, err
		}
	}
	for _, sid := range spec.Drop {
		i := d.Find(sid)
		if i < 0 {
			continue
		}
		title = "Take statements out of the policy of " + spec.Bucket
		if d, err = without(d, i); d == nil {
			return nil, title, err
		}
	}
	return d, title, nil
}

// without gives the policy without a statement, nil when that was the last one.
func without(d *policy.Document, i int) (*policy.Document, error) {
	if len(d.Statements) == 1 {
		return nil, nil
	}
	return d.Remove(i)
}

// warnReady says whom a ready statement hits besides those it is meant for.
func warnReady(p *awsops.Plan, added []string) {
	for _, text := range added {
		for _, ready := range policy.Library() {
			if ready.Warning != "" && strings.Contains(text, strconv.Quote(ready.Sid)) {
				p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: ready.Warning})
			}
		}
	}
}

// PlanRemove plans deleting a bucket's policy.
func PlanRemove(ctx context.Context, r *awsops.Reader, spec RemoveSpec) (*awsops.Plan, error) {
	now, err := present(ctx, r, spec.Bucket, spec.Base)
	switch {
	case err != nil:
		return nil, err
	case now == "":
		return nil, awsops.Invalid("DeleteBucketPolicy", "the bucket has no policy", "")
	}
	p := begin(ctx, r, spec.Bucket, KindRemove, cmp.Or(spec.Title, "Delete the policy of "+spec.Bucket), now, "", spec)
	p.Changes = []awsops.Change{{Field: "policy", Before: size(now), After: ""}}
	if d, err := policy.Parse([]byte(now)); err == nil {
		warnLoss(p, policy.Judge(d, ARN(ctx, r, spec.Bucket), p.Target.Owner), policy.Judge(nil, "", ""))
	}
	p.Effects.Requests = []awsops.RequestCount{{Class: "DELETE (free)", N: 1}}
	p.Steps = []awsops.Step{{Title: "delete the policy",
		Command: awsops.Command(p.Target, "s3api", "delete-bucket-policy").Flag("--bucket", spec.Bucket).String(),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, spec.Bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &spec.Bucket})
			if err != nil {
				return awsops.Receipt{}, awsops.Wrap("DeleteBucketPolicy", spec.Bucket, "", err)
			}
			return receipt(out.ResultMetadata), nil
		}}}
	return p, nil
}

// present is the policy now, "" for none. base guards against somebody else's change.
func present(ctx context.Context, r *awsops.Reader, bucket, base string) (string, error) {
	now := Read(ctx, r, bucket)
	switch now.State {
	case awsops.Known, awsops.Absent:
	case awsops.Denied, awsops.Unsupported:
		e := *now.Err
		e.Hint = "The change replaces the whole policy, so the present one must be readable first."
		return "", &e
	default:
		return "", now.Err
	}
	if base != "" && Hash(now.Value) != base {
		return "", &awsops.Error{Op: "PutBucketPolicy", Bucket: bucket, Kind: awsops.KindChanged, Err: awsops.ErrChanged,
			Message: "somebody else changed the policy meanwhile", Hint: "Look at the policy as it is now, then change it again."}
	}
	return now.Value, nil
}

// put is the plan of a policy's new text.
func put(ctx context.Context, r *awsops.Reader, bucket, now, text, kind, title string, spec any) (*awsops.Plan, error) {
	arn := ARN(ctx, r, bucket)
	if err := acceptable(text, arn); err != nil {
		return nil, err
	}
	sent := string(policy.Compact([]byte(text)))
	if now != "" && policy.Same([]byte(now), []byte(sent)) {
		return nil, awsops.Unchanged("PutBucketPolicy")
	}
	d, err := policy.Parse([]byte(sent))
	if err != nil {
		return nil, awsops.Invalid("PutBucketPolicy", err.Error(), "")
	}
	p := begin(ctx, r, bucket, kind, title, now, sent, spec)
	p.Changes = []awsops.Change{{Field: "policy", Before: size(now), After: size(sent)}}
	old, err := policy.Parse([]byte(now))
	if err != nil {
		old = nil // there is none, or none that can be read
	}
	warnLoss(p, policy.Judge(old, arn, p.Target.Owner), policy.Judge(d, arn, p.Target.Owner))
	warnPlain(ctx, r, p, old, d, arn)
	confirm := warnLockOut(ctx, r, p, old, d, arn)
	for _, f := range policy.Lint([]byte(sent), arn) {
		if f.Statement >= 0 {
			p.Warnings = append(p.Warnings, awsops.Warning{Text: fmt.Sprintf("statement %d: %s", f.Statement+1, f.Text)})
		}
	}
	p.Effects.Requests = []awsops.RequestCount{{Class: "LIST/PUT", N: 1}}
	p.Steps = []awsops.Step{putStep(p.Target, bucket, sent, confirm)}
	return p, nil
}

func putStep(target awsops.Target, bucket, sent string, confirm bool) awsops.Step {
	line := awsops.Command(target, "s3api", "put-bucket-policy").Flag("--bucket", bucket).Flag("--policy", sent)
	in := &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &sent}
	if confirm {
		line.Switch("--confirm-remove-self-bucket-access")
		in.ConfirmRemoveSelfBucketAccess = &confirm
	}
	return awsops.Step{Title: "put the policy", Command: line.String(),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.PutBucketPolicy(ctx, in)
			if err != nil {
				return awsops.Receipt{}, refused(bucket, err)
			}
			return receipt(out.ResultMetadata), nil
		}}
}

// refused explains S3's answer to a policy that is public where such are blocked: it isn't the caller who lacks a right.
func refused(bucket string, err error) error {
	e := awsops.Wrap("PutBucketPolicy", bucket, "", err)
	if e.Kind == awsops.KindDenied && containsAny(e.Message, "BlockPublicPolicy", "public policies are blocked") {
		e.Hint = "BlockPublicPolicy of the bucket or the account refuses public policies: it is no permission of yours that is missing."
	}
	return e
}

func receipt(md middleware.Metadata) awsops.Receipt {
	id, _ := awsmiddleware.GetRequestIDMetadata(md)
	return awsops.Receipt{RequestID: id, Done: 1}
}

// acceptable refuses what S3 would refuse, in our words and with the place.
func acceptable(text string, bucket policy.ARN) error {
	for _, p := range policy.Lint([]byte(text), bucket) {
		if p.Serious {
			return &awsops.Error{Op: "PutBucketPolicy", Bucket: bucket.Bucket(), Kind: awsops.KindInvalid, Err: errors.New(p.String()), Message: p.String()}
		}
	}
	return nil
}
