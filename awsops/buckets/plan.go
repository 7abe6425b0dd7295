package buckets

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"cooper/awsops"
)

// newPlan makes a plan for bucket that has no changes and steps yet. spec is what the planner was
// asked, so that it can be asked again.
func newPlan(ctx context.Context, r *awsops.Reader, kind, title, bucket string, spec any) *awsops.Plan {
	return &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: r.Target(ctx, bucket), Params: params(spec),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}}
}

// params writes what a planner was asked, for the journal.
func params(spec any) json.RawMessage {
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil // specs are plain structs of strings and numbers; without them there is just no resume
	}
	return raw
}

// stateText reads one setting as text, for fingerprints and read-backs.
type stateText func(context.Context, *awsops.Reader) (string, error)

// basis reads a setting now and makes it part of what the plan was computed from.
func basis(ctx context.Context, r *awsops.Reader, p *awsops.Plan, what string, read stateText) (string, error) {
	now, err := read(ctx, r)
	if err != nil {
		return "", err
	}
	p.Basis = append(p.Basis, awsops.Fingerprint{What: what, Value: now, Read: read})
	return now, nil
}

func expect(p *awsops.Plan, what, want string, read stateText) {
	p.Expect = append(p.Expect, awsops.Expectation{What: what, Want: want, Read: read})
}

func warn(p *awsops.Plan, level awsops.Level, text string) {
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
}

func confirmByName(p *awsops.Plan, bucket string) {
	p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: bucket}
}

func requests(p *awsops.Plan, class string, n int64) {
	for i := range p.Effects.Requests {
		if p.Effects.Requests[i].Class == class {
			p.Effects.Requests[i].N += n
			return
		}
	}
	p.Effects.Requests = append(p.Effects.Requests, awsops.RequestCount{Class: class, N: n})
}

// The billing classes of requests.
const (
	classPut    = "LIST/PUT"
	classDelete = "DELETE (free)"
)

// gate turns a reading that failed into the reason why a setting can't be changed: a change replaces
// the whole setting, so what is there must be known, and a server that doesn't answer the GET as S3 does may
// take the change for something else.
func gate[T any](r awsops.Reading[T]) error {
	switch r.State {
	case awsops.Known, awsops.Absent:
		return nil
	case awsops.Denied:
		e := *r.Err
		e.Hint = "The change replaces the whole setting, so the present one must be readable first."
		return &e
	case awsops.Unsupported:
		e := *r.Err
		e.Hint = "This server doesn't answer " + r.Source + " as S3 does, so the change is not offered: it might do something else."
		return &e
	}
	if r.Err != nil {
		return r.Err
	}
	return &awsops.Error{Op: r.Source, Kind: awsops.KindBug, Message: "the setting was not read"}
}

// reading makes a Reading of a call.
func reading[T any](ctx context.Context, r *awsops.Reader, source, bucket string,
	call func(context.Context, *awsops.Reader, string) (T, error), absent ...string,
) awsops.Reading[T] {
	v, err := call(ctx, r, bucket)
	return awsops.Read(source, r.Now(), v, err, absent...)
}

// textOf gives a state function for a setting: format for a value, none for an absent one.
func textOf[T any](source, bucket string, call func(context.Context, *awsops.Reader, string) (T, error), format func(T) string, none string, absent ...string) stateText {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		v, err := call(ctx, r, bucket)
		if err == nil {
			return format(v), nil
		}
		if e := awsops.Wrap(source, bucket, "", err); slices.Contains(absent, e.Code) {
			return none, nil
		}
		return "", err
	}
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

// command writes a call of "aws s3api" with options in pairs of name and value; a value of "" is an
// option without one.
func command(t awsops.Target, operation string, pairs ...string) string {
	c := awsops.Command(t, "s3api", operation)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			c.Switch(pairs[i])
			continue
		}
		c.Flag(pairs[i], pairs[i+1])
	}
	return c.String()
}

// number says how many of something there are, with the verb that goes with it.
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
