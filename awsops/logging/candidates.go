package logging

import (
	"context"

	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/buckets"
)

// Candidate is a bucket of the account as a target of logs.
type Candidate struct {
	Bucket string
	Why    string // why it can't be the target, "" when it can as far as is known
	Note   string // what else is to be known of it
}

// candidateReaders is how many buckets are asked at once.
const candidateReaders = 16

// Candidates are all buckets of the account with what speaks against each as the target for a bucket's logs: another
// region, itself, a way back through where each of them logs to. Limits of the one that is chosen are for the plan.
func Candidates(ctx context.Context, r *awsops.Reader, source string) ([]Candidate, error) {
	region, err := r.Region(ctx, source)
	if err != nil {
		return nil, err
	}
	var all []buckets.Bucket
	for page, err := range buckets.List(ctx, r) {
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
	out, places, targets := make([]Candidate, len(all)), make([]string, len(all)), make([]awsops.Reading[Config], len(all))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(candidateReaders)
	for i, b := range all {
		group.Go(func() error {
			if places[i] = b.Region; places[i] == "" {
				places[i], _ = r.Region(inner, b.Name) // not known: the plan looks again
			}
			if places[i] == "" || places[i] == region {
				targets[i] = Reading(inner, r, b.Name)
			}
			return context.Cause(inner)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	known := map[string]awsops.Reading[Config]{}
	for i, b := range all {
		known[b.Name] = targets[i]
	}
	for i, b := range all {
		out[i] = judge(source, region, b.Name, places[i], known)
	}
	return out, nil
}

// judge says what speaks against a bucket as the target.
func judge(source, region, bucket, place string, known map[string]awsops.Reading[Config]) Candidate {
	c := Candidate{Bucket: bucket}
	switch {
	case bucket == source:
		c.Why = "never itself: every delivery would be logged, for ever"
		return c
	case place != "" && place != region:
		c.Why = "in " + place + ", not in " + region
		return c
	}
	chain := follow(source, bucket, func(name string) (string, error) {
		r, found := known[name]
		if found && r.State == awsops.Known {
			return r.Value.Target, nil
		}
		if r.Err != nil {
			return "", r.Err
		}
		return "", awsops.Invalid(opGet, "it is no bucket of this account and region", "")
	})
	switch {
	case chain.Ring:
		c.Why = "a ring: " + chain.Path(source)
	case chain.Err != nil:
		c.Note = "where " + chain.Buckets[len(chain.Buckets)-1] + " logs to can't be read"
	case len(chain.Buckets) > 1:
		c.Note = "is logged itself: " + chain.Path(source)
	}
	return c
}
