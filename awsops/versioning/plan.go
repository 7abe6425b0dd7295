package versioning

import (
	"context"
	"encoding/json"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/lifecycle"
)

// The kinds of plans.
const (
	KindEnable     = "versioning.enable"
	KindSuspend    = "versioning.suspend"
	KindMFAEnable  = "versioning.mfa-enable"
	KindMFADisable = "versioning.mfa-disable"
)

// Params is what the planners are asked.
type Params struct {
	Bucket string `json:"bucket"`
	Serial string `json:"serial,omitempty"` // the MFA device to suggest
}

// Planners are the planners by kind, for resuming.
func Planners() awsops.Planners {
	parse := func(plan func(context.Context, *awsops.Reader, Params) (*awsops.Plan, error)) awsops.Planner {
		return func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
			var in Params
			if err := json.Unmarshal(raw, &in); err != nil {
				return nil, awsops.Invalid("plan", "the job's parameters can't be read", "Plan the change again.")
			}
			return plan(ctx, r, in)
		}
	}
	return awsops.Planners{KindEnable: parse(PlanEnable), KindSuspend: parse(PlanSuspend),
		KindMFAEnable: parse(PlanMFAEnable), KindMFADisable: parse(PlanMFADisable)}
}

// situation is what the planners look at.
type situation struct {
	bucket    string
	state     State
	lock      awsops.Reading[bool]
	lifecycle awsops.Reading[lifecycle.Config]
}

func look(ctx context.Context, r *awsops.Reader, bucket string) (situation, error) {
	s := situation{bucket: bucket}
	reading := Reading(ctx, r, bucket)
	state, ok := reading.Get()
	if !ok {
		if err := awsops.Offered(r.Session(), reading); err != nil {
			return s, err
		}
		return s, reading.Err
	}
	s.state = state
	s.lock = ReadLock(ctx, r, bucket)
	rules, err := lifecycle.Read(ctx, r, bucket)
	s.lifecycle = awsops.Read("GetBucketLifecycleConfiguration", r.Now(), rules, err, lifecycle.CodeNone)
	return s, nil
}

// ReadLock asks whether a bucket has Object Lock (GetObjectLockConfiguration).
func ReadLock(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[bool] {
	const op = "GetObjectLockConfiguration"
	api, err := r.S3(ctx, bucket)
	locked := false
	if err == nil {
		var out *s3.GetObjectLockConfigurationOutput
		out, err = api.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &bucket})
		if err != nil {
			err = awsops.Wrap(op, bucket, "", err)
		} else {
			locked = out.ObjectLockConfiguration != nil && out.ObjectLockConfiguration.ObjectLockEnabled != ""
		}
	}
	return awsops.Read(op, r.Now(), locked, err, "ObjectLockConfigurationNotFoundError")
}

// locked reports that the bucket has Object Lock for certain.
func (s situation) locked() bool {
	v, ok := s.lock.Get()
	return ok && v
}

func conflict(op, bucket, message, hint string) *awsops.Error {
	return &awsops.Error{Op: op, Bucket: bucket, Kind: awsops.KindConflict, Message: message, Hint: hint}
}

// newPlan makes the plan that all four have in common: one PutBucketVersioning that sends status and
// MFA delete together, and a read-back of both.
func newPlan(ctx context.Context, r *awsops.Reader, in Params, kind, title string, s situation, want State) *awsops.Plan {
	raw, err := json.Marshal(in)
	if err != nil {
		raw = nil // two strings always marshal
	}
	t := r.Target(ctx, in.Bucket)
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: t, Params: raw,
		Consent: awsops.Consent{Kind: awsops.ConsentYes},
		Basis:   []awsops.Fingerprint{s.state.Fingerprint(in.Bucket)},
		Expect:  []awsops.Expectation{{What: "versioning", Want: want.proof(), Read: readProof(in.Bucket)}},
	}
	if s.state.Status != want.Status {
		p.Changes = append(p.Changes, awsops.Change{Field: "versioning", Before: s.state.status(), After: want.status()})
	}
	if s.state.MFADelete != want.MFADelete {
		p.Changes = append(p.Changes, awsops.Change{Field: "MFA delete", Before: s.state.mfa(), After: want.mfa()})
	}
	p.Effects = awsops.Effects{Counted: "one bucket", Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: 1}}}
	coded := s.state.NeedsCode() || want.NeedsCode()
	if coded {
		p.Codes = 1
	}
	p.Steps = []awsops.Step{{Title: title, Command: commandLine(r, t, in, want, coded), Do: put(in, title, want, coded)}}
	return p
}

// sent gives what goes into the request. MFADelete goes along wherever the call could change or need it.
func (s State) sent(coded bool) *types.VersioningConfiguration {
	c := &types.VersioningConfiguration{Status: types.BucketVersioningStatus(s.Status)}
	if coded {
		c.MFADelete = types.MFADelete(s.MFADelete)
	}
	return c
}

func put(in Params, title string, want State, coded bool) func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
	return func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
		var receipt awsops.Receipt
		call := func(ctx context.Context, code string) error {
			api, err := w.S3(ctx, in.Bucket)
			if err != nil {
				return err
			}
			req := &s3.PutBucketVersioningInput{Bucket: &in.Bucket, VersioningConfiguration: want.sent(coded)}
			if code != "" {
				req.MFA = &code
			}
			out, err := api.PutBucketVersioning(ctx, req)
			if err != nil {
				return awsops.Wrap("PutBucketVersioning", in.Bucket, "", err)
			}
			receipt.RequestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
			receipt.Done = 1
			return nil
		}
		if !coded {
			return receipt, call(ctx, "")
		}
		err := w.Coded(ctx, awsops.Challenge{Bucket: in.Bucket, Action: title, Serial: in.Serial, Batch: 1, Batches: 1}, call)
		return receipt, lookInstead(ctx, w, in.Bucket, want, err, &receipt)
	}
}

func commandLine(r *awsops.Reader, t awsops.Target, in Params, want State, coded bool) string {
	setting := "Status=" + want.Status
	if coded {
		setting += ",MFADelete=" + want.MFADelete
	}
	c := awsops.Command(t, "s3api", "put-bucket-versioning").Flag("--bucket", in.Bucket).Flag("--versioning-configuration", setting)
	if coded {
		c.MFA(Serial(r, in.Serial))
	}
	return c.String()
}

// Serial gives the MFA device to name on a command line: the one asked for, or the only one known.
func Serial(r *awsops.Reader, asked string) string {
	if asked != "" {
		return asked
	}
	if d := r.Session().Devices(); len(d) == 1 {
		return d[0]
	}
	return ""
}
