package versioning

import (
	"context"
	"errors"

	"cooper/awsops"
)

const (
	undoMFA     = "Disable MFA delete: the root user of the account, with long-term keys and a code. "
	neverReturn = "It can be suspended, but a bucket never returns to \"never enabled\"."
)

// PlanEnable plans turning versioning on.
func PlanEnable(ctx context.Context, r *awsops.Reader, in Params) (*awsops.Plan, error) {
	s, err := look(ctx, r, in.Bucket)
	if err != nil {
		return nil, err
	}
	if s.state.On() {
		return nil, conflict(KindEnable, in.Bucket, "versioning is enabled already", "")
	}
	want := State{Status: Enabled, MFADelete: s.state.MFADelete}
	p := newPlan(ctx, r, in, KindEnable, "Enable versioning on "+in.Bucket, s, want)
	p.Undo = neverReturn
	note(p, awsops.Note, "Objects that exist keep the version id null; every PUT from now on makes a new version, and a DELETE adds a delete marker.")
	note(p, awsops.Note, "Every version is billed as an object of its own until it is deleted or a lifecycle rule expires it.")
	if s.state.Never() {
		note(p, awsops.Note, "On AWS the first enabling can take up to 15 minutes to reach every server: wait before you rely on it.")
	}
	noncurrentGrowth(p, s)
	withCode(ctx, r, p, s, false)
	return p, nil
}

// PlanSuspend plans suspending versioning, and says what suspended means.
func PlanSuspend(ctx context.Context, r *awsops.Reader, in Params) (*awsops.Plan, error) {
	s, err := look(ctx, r, in.Bucket)
	switch {
	case err != nil:
		return nil, err
	case s.state.Status == Suspended:
		return nil, conflict(KindSuspend, in.Bucket, "versioning is suspended already", "")
	case s.state.Never():
		return nil, conflict(KindSuspend, in.Bucket, "versioning was never enabled, so there is nothing to suspend", "")
	case s.locked():
		return nil, conflict(KindSuspend, in.Bucket, "the bucket has Object Lock, so its versioning can never be suspended",
			"This is how Object Lock protects versions; S3 would answer InvalidBucketState.")
	}
	want := State{Status: Suspended, MFADelete: s.state.MFADelete}
	p := newPlan(ctx, r, in, KindSuspend, "Suspend versioning on "+in.Bucket, s, want)
	p.Undo = "Enable versioning again. What PUT and DELETE destroyed in the meantime stays lost."
	p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: in.Bucket}
	note(p, awsops.Risk, "While suspended, a PUT overwrites the null version of its key for good.")
	note(p, awsops.Risk, "While suspended, a DELETE removes the null version for good and then adds a null delete marker.")
	note(p, awsops.Note, "Versions with an id of their own stay, and stay billed: suspending deletes nothing.")
	replicationNote(p)
	lockUnknown(p, s)
	withCode(ctx, r, p, s, false)
	return p, nil
}

// PlanMFAEnable plans turning MFA delete on. Versioning is enabled with the same request where it
// isn't yet.
func PlanMFAEnable(ctx context.Context, r *awsops.Reader, in Params) (*awsops.Plan, error) {
	s, err := look(ctx, r, in.Bucket)
	if err != nil {
		return nil, err
	}
	if s.state.NeedsCode() {
		return nil, conflict(KindMFAEnable, in.Bucket, "MFA delete is on already", "")
	}
	want := State{Status: Enabled, MFADelete: Enabled}
	p := newPlan(ctx, r, in, KindMFAEnable, "Enable MFA delete on "+in.Bucket, s, want)
	p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: in.Bucket}
	p.Undo = undoMFA + "If the root user's device or keys are lost, it can't be undone by anybody else."
	note(p, awsops.Risk, "From then on only the root user"+ofAccount(p.Target.Account)+" with a code can delete a version for good, remove a delete marker, or change the versioning state.")
	note(p, awsops.Risk, "One code is good for one request of at most 1,000 versions: a million versions take about 1,000 codes and more than eight hours.")
	note(p, awsops.Risk, "Lifecycle rules are excluded while it is on: noncurrent versions then grow without bound, and are billed.")
	note(p, awsops.Note, "It does not protect against overwriting (that makes versions), against a KMS key being deleted, or against changes of policy and public access.")
	note(p, awsops.Note, "A root access key is a finding in every audit: create it for this, use it, delete it. Object Lock in compliance mode protects without one.")
	withCode(ctx, r, p, s, true)
	return p, nil
}

// PlanMFADisable plans turning MFA delete off. The versioning state stays.
func PlanMFADisable(ctx context.Context, r *awsops.Reader, in Params) (*awsops.Plan, error) {
	s, err := look(ctx, r, in.Bucket)
	if err != nil {
		return nil, err
	}
	if !s.state.NeedsCode() {
		return nil, conflict(KindMFADisable, in.Bucket, "MFA delete is not on", "")
	}
	want := State{Status: s.state.Status, MFADelete: Disabled}
	p := newPlan(ctx, r, in, KindMFADisable, "Disable MFA delete on "+in.Bucket, s, want)
	p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: in.Bucket}
	p.Undo = "Enable MFA delete again, with a code."
	note(p, awsops.Risk, "From then on everybody who may delete versions can do so for good, without a code.")
	note(p, awsops.Note, "Lifecycle rules can be added again once it is off.")
	withCode(ctx, r, p, s, false)
	return p, nil
}

func note(p *awsops.Plan, level awsops.Level, text string) {
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
}

func ofAccount(account string) string {
	if account == "" {
		return " of the owning account"
	}
	return " of account " + account
}

func replicationNote(p *awsops.Plan) {
	note(p, awsops.Note, "S3 refuses to suspend a bucket that replication reads from or writes to: remove the replication first.")
}

// lockUnknown says that Object Lock may forbid the change where it could not be read.
func lockUnknown(p *awsops.Plan, s situation) {
	if s.lock.State == awsops.Denied || s.lock.State == awsops.Failed {
		note(p, awsops.Risk, "It could not be read whether the bucket has Object Lock, which would forbid this: "+s.lock.Err.Error())
	}
}

// noncurrentGrowth says whether anything will expire the versions to come.
func noncurrentGrowth(p *awsops.Plan, s situation) {
	switch s.lifecycle.State {
	case awsops.Known:
		for _, rule := range s.lifecycle.Value.Rules {
			if rule.Status == Enabled && rule.Noncurrent != nil {
				return
			}
		}
		note(p, awsops.Note, "No lifecycle rule expires noncurrent versions here, so they will grow without bound.")
	case awsops.Absent:
		note(p, awsops.Note, "There are no lifecycle rules, so noncurrent versions will grow without bound.")
	}
}

// withCode runs the preflight for a plan that asks for a code. The plan shows every check; one that
// failed keeps it from being applied.
func withCode(ctx context.Context, r *awsops.Reader, p *awsops.Plan, s situation, enabling bool) {
	if p.Codes > 0 {
		p.Checks = awsops.Preflight(ctx, r, s.bucket, enabling)
	}
}

// lookInstead asks for the state when it isn't known whether a request with a code was carried out.
func lookInstead(ctx context.Context, w *awsops.Writer, bucket string, want State, err error, receipt *awsops.Receipt) error {
	if !errors.Is(err, awsops.ErrOutcomeUnknown) || ctx.Err() != nil {
		return err
	}
	now, rerr := Read(ctx, &w.Reader, bucket)
	if rerr != nil || now.proof() != want.proof() {
		return err
	}
	receipt.Done = 1
	receipt.Note = "No answer came, but the state is as wanted: the request was carried out."
	return nil
}
