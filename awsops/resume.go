package awsops

import (
	"context"
	"encoding/json"
	"fmt"
)

// Planner makes a plan of one kind from what it was asked, as Plan.Params holds it.
type Planner func(ctx context.Context, r *Reader, params json.RawMessage) (*Plan, error)

// Planners are the planners by Plan.Kind; main fills the table from the areas.
type Planners map[string]Planner

// Unfinished is a job that a journal started and never ended, or that failed or was cancelled, with
// the place it had come to.
type Unfinished struct {
	Start JournalStart
	At    Checkpoint
}

// Resume makes a new plan that goes on where a job stopped. It changes nothing: show the plan, get
// consent, then Apply it. Errors: KindUnsupported for a kind that has no planner, KindInvalid for a
// job of another account or endpoint, and what the planner says.
func (s *Session) Resume(ctx context.Context, planners Planners, u Unfinished) (*Plan, error) {
	planner, ok := planners[u.Start.Kind]
	if !ok || len(u.Start.Params) == 0 {
		return nil, &Error{Op: "resume", Bucket: u.Start.Target.Bucket, Kind: KindUnsupported,
			Message: fmt.Sprintf("a job of kind %s can't go on by itself", u.Start.Kind), Hint: "Look at the bucket and plan the change again."}
	}
	if u.Start.Target.Endpoint != s.Endpoint() {
		return nil, invalid("resume", "that job ran against another endpoint", "Start with the endpoint and profile it ran with.")
	}
	if id, ok := s.Identity(ctx).Get(); ok && u.Start.Target.Account != "" && u.Start.Target.Account != id.Account {
		return nil, invalid("resume", "that job ran in account "+u.Start.Target.Account, "Start with the profile it ran with.")
	}
	p, err := planner(ctx, s.Reader(), u.Start.Params)
	if err != nil {
		return nil, Wrap("resume", u.Start.Target.Bucket, "", err)
	}
	if u.At.Step > len(p.Steps) {
		return nil, invalid("resume", "the state moved so far that the job can't go on", "Plan the change again.")
	}
	p.From, p.Resumes = u.At, u.Start.ID
	return p, nil
}

// Target describes on whose behalf a plan for bucket acts. It asks for the caller and the bucket's
// region and owner; what can't be known stays empty.
func (r *Reader) Target(ctx context.Context, bucket string) Target {
	t := Target{Profile: r.s.Profile(), Bucket: bucket, Region: r.s.Region(), Endpoint: r.s.Endpoint(), CABundle: r.s.opt.CABundle}
	if id, ok := r.s.Identity(ctx).Get(); ok {
		t.Account, t.Caller, t.Root = id.Account, id.ARN, id.Root
	}
	if bucket == "" {
		return t
	}
	if region, err := r.Region(ctx, bucket); err == nil {
		t.Region = region
	}
	t.Owner = r.Owner(ctx, bucket)
	return t
}
