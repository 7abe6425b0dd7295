package encryption

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/buckets"
)

// KindPut is the kind of a plan that sets the default encryption.
const KindPut = "encryption.put"

// PutSpec is what a bucket's default encryption is to be.
type PutSpec struct {
	Bucket    string `json:"bucket"`
	Algorithm string `json:"algorithm"`     // AES256, aws:kms, aws:kms:dsse
	Key       string `json:"key,omitempty"` // of KMS: an ARN, id or alias; "" is aws/s3
	BucketKey bool   `json:"bucketKey,omitempty"`
	SSEC      string `json:"ssec,omitempty"` // BlockSSEC, BlockNone; "" leaves it as it is
}

// Planners are the planners by kind, for resuming.
func Planners() awsops.Planners {
	return awsops.Planners{KindPut: func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
		var spec PutSpec
		if err := json.Unmarshal(raw, &spec); err != nil {
			return nil, awsops.Invalid("plan", "the job's parameters can't be read", "Plan the change again.")
		}
		return PlanPut(ctx, r, spec)
	}}
}

// Check says what is wrong with a spec by itself, "" when nothing is.
func (s PutSpec) Check() string {
	switch {
	case !slices.Contains([]string{SSES3, KMS, DSSE}, s.Algorithm):
		return "the algorithm is AES256, aws:kms or aws:kms:dsse"
	case s.Key != "" && !UsesKMS(s.Algorithm):
		return "SSE-S3 takes no KMS key"
	case s.BucketKey && s.Algorithm != KMS:
		return "a Bucket Key goes with SSE-KMS only"
	case !slices.Contains([]string{"", BlockSSEC, BlockNone}, s.SSEC):
		return "SSE-C is blocked or allowed"
	}
	return ""
}

// PlanPut plans a bucket's default encryption (PutBucketEncryption, which replaces the whole rule: what is blocked and
// the Bucket Key are sent again). A key is looked at first; one that can't be used keeps the plan from being applied.
// Going back to SSE-S3 is such a plan, too: DeleteBucketEncryption leaves open what becomes of blocked types.
func PlanPut(ctx context.Context, r *awsops.Reader, spec PutSpec) (*awsops.Plan, error) {
	if why := spec.Check(); why != "" {
		return nil, awsops.Invalid("PutBucketEncryption", why, "")
	}
	now, err := look(ctx, r, spec.Bucket)
	if err != nil {
		return nil, err
	}
	next := buckets.Encryption{Algorithm: spec.Algorithm, BucketKey: spec.BucketKey, Blocked: slices.Clone(now.Value.Blocked), Rules: 1}
	if spec.SSEC != "" {
		next.Blocked = []string{spec.SSEC}
	}
	var report KeyReport
	if UsesKMS(spec.Algorithm) {
		if report, err = CheckKey(ctx, r, spec.Bucket, spec.Key); err != nil {
			return nil, err
		}
		next.KeyID = report.Set
	}
	if now.State == awsops.Known && canonical(now.Value) == canonical(next) {
		return nil, awsops.Unchanged("PutBucketEncryption")
	}
	p := newPlan(ctx, r, spec, now, next)
	p.Checks = report.Checks
	p.Warnings = append(p.Warnings, report.Notes...)
	explain(ctx, r, p, now.Value, next)
	p.Steps = []awsops.Step{{Title: "set the default encryption", Command: putCommand(p.Target, spec.Bucket, next), Do: put(spec.Bucket, next)}}
	return p, nil
}

// look reads the default, and refuses where it can't be read: a change replaces all of it.
func look(ctx context.Context, r *awsops.Reader, bucket string) (awsops.Reading[buckets.Encryption], error) {
	now := Reading(ctx, r, bucket)
	if err := awsops.Offered(r.Session(), now); err != nil {
		return now, err
	}
	switch now.State {
	case awsops.Known, awsops.Absent:
		return now, nil
	case awsops.Denied:
		e := *now.Err
		e.Hint = "The change replaces the whole configuration, so the present one must be readable first."
		return now, &e
	}
	return now, now.Err
}

func newPlan(ctx context.Context, r *awsops.Reader, spec PutSpec, now awsops.Reading[buckets.Encryption], next buckets.Encryption) *awsops.Plan {
	raw, err := json.Marshal(spec)
	if err != nil {
		raw = nil // texts always marshal
	}
	target := r.Target(ctx, spec.Bucket)
	basis, undo := none, awsops.Command(target, "s3api", "delete-bucket-encryption").Flag("--bucket", spec.Bucket).String()
	if now.State == awsops.Known {
		basis, undo = canonical(now.Value), putCommand(target, spec.Bucket, now.Value)
	}
	title := "Encrypt what is new in " + spec.Bucket + " with " + next.String()
	if next.Algorithm == SSES3 && UsesKMS(now.Value.Algorithm) {
		title = "Reset " + spec.Bucket + " to SSE-S3"
	} else if next.Algorithm == now.Value.Algorithm && next.KeyID == now.Value.KeyID {
		title = "Change the default encryption of " + spec.Bucket
	}
	return &awsops.Plan{ID: r.Session().NewID(), Kind: KindPut, Title: title, Target: target, Params: raw,
		Changes: changes(now, next), Consent: awsops.Consent{Kind: awsops.ConsentYes},
		Undo:    "Put the default back as it was: " + undo,
		Effects: awsops.Effects{Counted: "one bucket", Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: 1}}},
		Basis:   []awsops.Fingerprint{{What: "the default encryption", Value: basis, Read: state(spec.Bucket)}},
		Expect:  []awsops.Expectation{{What: "the default encryption", Want: canonical(next), Read: state(spec.Bucket)}}}
}

func putCommand(target awsops.Target, bucket string, e buckets.Encryption) string {
	return awsops.Command(target, "s3api", "put-bucket-encryption").Flag("--bucket", bucket).
		Flag("--server-side-encryption-configuration", CompactJSON(e)).String()
}

// fields are those of a default as a person reads them.
func fields(e buckets.Encryption) [][2]string {
	key := e.KeyID
	switch {
	case !UsesKMS(e.Algorithm):
		key = ""
	case key == "":
		key = "aws/s3 (AWS managed)"
	}
	bucketKey := "off"
	if e.BucketKey {
		bucketKey = "on"
	}
	ssec := "not said"
	if blocked, known := Blocks(e); blocked {
		ssec = "blocked"
	} else if known {
		ssec = "allowed"
	}
	return [][2]string{{"default encryption", e.String()}, {"KMS key", key}, {"Bucket Key", bucketKey}, {"SSE-C uploads", ssec}}
}

// changes lists every field that the replacement touches, those that stay the same among them.
func changes(now awsops.Reading[buckets.Encryption], next buckets.Encryption) []awsops.Change {
	var out []awsops.Change
	before, after := fields(now.Value), fields(next)
	for i, f := range after {
		was := before[i][1]
		if now.State == awsops.Absent {
			was = ""
		}
		if was == "" && f[1] == "" {
			continue
		}
		out = append(out, awsops.Change{Field: f[0], Before: was, After: f[1]})
		if was == f[1] {
			out[len(out)-1].After += " (sent again)"
		}
	}
	return out
}

func put(bucket string, e buckets.Encryption) func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
	byDefault := &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryption(e.Algorithm)}
	if e.KeyID != "" {
		byDefault.KMSMasterKeyID = &e.KeyID
	}
	rule := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: &e.BucketKey}
	if len(e.Blocked) > 0 {
		rule.BlockedEncryptionTypes = &types.BlockedEncryptionTypes{}
		for _, t := range e.Blocked {
			rule.BlockedEncryptionTypes.EncryptionType = append(rule.BlockedEncryptionTypes.EncryptionType, types.EncryptionType(t))
		}
	}
	return func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
		api, err := w.S3(ctx, bucket)
		if err != nil {
			return awsops.Receipt{}, err
		}
		out, err := api.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: &bucket,
			ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}}})
		if err != nil {
			return awsops.Receipt{}, awsops.Wrap("PutBucketEncryption", bucket, "", err)
		}
		id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		return awsops.Receipt{RequestID: id, Done: 1}, nil
	}
}

func note(p *awsops.Plan, level awsops.Level, words ...string) {
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: strings.Join(words, " ")})
}
