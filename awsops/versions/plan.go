package versions

import (
	"context"
	"encoding/json"
	"fmt"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
)

// The kinds of plans.
const (
	KindPurge    = "versions.purge"
	KindUndelete = "versions.undelete"
	KindRestore  = "versions.restore"
	KindDelete   = "objects.delete"
	KindRecover  = "versions.recover"
	KindPrune    = "versions.prune"
	KindRewind   = "versions.rewind"
)

// Planners are the planners by kind, for resuming.
func Planners() awsops.Planners {
	return awsops.Planners{KindPurge: parsed(PlanPurge), KindUndelete: parsed(PlanUndelete),
		KindRestore: parsed(PlanRestoreByCopy), KindDelete: parsed(PlanDelete),
		KindRecover: parsed(PlanRecover), KindPrune: parsed(PlanPrune), KindRewind: parsed(PlanRewind)}
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

// bucketState is what the planners need to know of a bucket. A state that can't be read is said and
// treated as the worse case.
type bucketState struct {
	versioning awsops.Reading[versioning.State]
	lock       awsops.Reading[bool]
}

func readState(ctx context.Context, r *awsops.Reader, bucket string) bucketState {
	return bucketState{versioning: versioning.Reading(ctx, r, bucket), lock: versioning.ReadLock(ctx, r, bucket)}
}

// mfa reports whether permanent deletes take codes, as far as it is known.
func (s bucketState) mfa() bool {
	v, ok := s.versioning.Get()
	return ok && v.NeedsCode()
}

func (s bucketState) locked() bool {
	v, ok := s.lock.Get()
	return ok && v
}

// newPlan makes the plan that all planners begin with.
func newPlan(ctx context.Context, r *awsops.Reader, kind, bucket, title string, params any, s bucketState) *awsops.Plan {
	raw, err := json.Marshal(params)
	if err != nil {
		raw = nil // without parameters there is just no resume
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: r.Target(ctx, bucket), Params: raw,
		Consent: awsops.Consent{Kind: awsops.ConsentYes}}
	if v, ok := s.versioning.Get(); ok {
		p.Basis = append(p.Basis, v.Fingerprint(bucket))
	}
	return p
}

func note(p *awsops.Plan, level awsops.Level, format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
}

func typeBucket(p *awsops.Plan) {
	p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: p.Target.Bucket}
}

// needCodes sets the number of codes and runs the preflight. The plan shows every check; one that
// failed keeps it from being applied.
func needCodes(ctx context.Context, r *awsops.Reader, p *awsops.Plan, c *count) {
	p.Codes = int(c.batches())
	for _, check := range awsops.Preflight(ctx, r, p.Target.Bucket, false) {
		// Object Lock stands in the way of changing the state, not of deleting a version with a code.
		if check.Name != "no Object Lock" {
			p.Checks = append(p.Checks, check)
		}
	}
	atLeast := ""
	if c.atLeast {
		atLeast = "at least "
	}
	note(p, awsops.Note, "MFA delete is on: this takes %s%s, one for each request, at most one every 30 seconds of a device.",
		atLeast, number(int64(p.Codes), "code", "codes"))
	if p.Codes > 10 {
		note(p, awsops.Risk, "%d codes take about %d minutes of typing. Disabling MFA delete takes one code, and leaves the versions unprotected meanwhile.",
			p.Codes, (p.Codes+1)/2)
	}
}

// lockNote says what Object Lock means for permanent deletes.
func lockNote(p *awsops.Plan, s bucketState, bypass bool) {
	switch {
	case s.locked() && bypass:
		note(p, awsops.Irreversible, "Governance retention is bypassed: versions that it protects are deleted too. Compliance mode and legal holds still protect theirs.")
	case s.locked():
		note(p, awsops.Risk, "The bucket has Object Lock: versions under retention or a legal hold stay, and are listed as failures. Delete markers are never locked.")
	case s.lock.State == awsops.Denied || s.lock.State == awsops.Failed:
		note(p, awsops.Note, "It could not be read whether the bucket has Object Lock: versions that it protects would stay, and be listed as failures.")
	}
}

// unknownState says that the versioning state could not be read.
func unknownState(p *awsops.Plan, s bucketState) bool {
	if _, ok := s.versioning.Get(); ok {
		return false
	}
	why := ""
	if s.versioning.Err != nil {
		why = ": " + s.versioning.Err.Error()
	}
	note(p, awsops.Risk, "The versioning state could not be read%s. What is deleted may be gone for good.", why)
	return true
}

// workers is how many batches are in flight. Codes go one after the other.
func workers(coded bool) int {
	if coded {
		return 1
	}
	return 8
}

// expectGone makes the read-back look that nothing is left but what failed.
func expectGone(p *awsops.Plan, d *remover, entries []awsops.Entry) {
	sample := entries
	if len(sample) > apart {
		sample = sample[:apart]
	}
	p.Expect = append(p.Expect, awsops.Expectation{What: "the deleted entries", Want: "gone",
		Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
			left, err := remaining(ctx, r, p.Target.Bucket, sample, d.plain)
			if err != nil {
				return "", err
			}
			return goneText(int64(len(left)), d.failed.Load()), nil
		}})
}

func goneText(left, failed int64) string {
	if left <= failed {
		return "gone"
	}
	return fmt.Sprintf("%d still there", left-failed)
}

// expectNone makes the read-back look that a prefix holds nothing that the filter picks, but what
// failed.
func expectNone(p *awsops.Plan, d *remover, q listing.Query, filter string) {
	p.Expect = append(p.Expect, awsops.Expectation{What: "what was to be deleted", Want: "gone",
		Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
			failed := d.failed.Load()
			left, pages := int64(0), 0
			pick := &picker{filter: filter}
			for rows, err := range listing.Pages(ctx, r, q) {
				if err != nil {
					return "", err
				}
				for _, row := range rows {
					left += int64(len(pick.pick(row)))
				}
				if pages++; left > failed || pages == 20 {
					break // enough to tell, or to be sure enough
				}
			}
			return goneText(left, failed), nil
		}})
}
