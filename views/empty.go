package views

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
)

// How far other buckets are asked what they log and replicate to, before one is deleted.
const (
	referencesAsked = 200
	referencesTime  = 5 * time.Second
)

// proposeDelete plans deleting a bucket with everything that is in it. others are the account's other
// buckets, as far as they are known: what still names the bucket is found out from them.
func proposeDelete(env *Env, life *ui.Life, bucket string, board *buckets.Board, others []string) tea.Cmd {
	return env.propose(life, counting(bucket), func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		spec := buckets.DeleteSpec{Bucket: bucket, References: references(ctx, board, bucket, others)}
		return buckets.PlanDelete(ctx, r, spec)
	})
}

func references(ctx context.Context, board *buckets.Board, bucket string, others []string) []string {
	ask := append([]string{bucket}, others[:min(len(others), referencesAsked)]...)
	board.Want(ask, []buckets.Fact{buckets.FactLogging, buckets.FactReplication})
	ctx, cancel := context.WithTimeout(ctx, referencesTime)
	defer cancel()
	_ = board.Wait(ctx) // what did not arrive in time is said to be unknown
	known := map[string]buckets.Facts{bucket: board.Facts(bucket)}
	for _, name := range others {
		known[name] = board.Facts(name)
	}
	refs := buckets.References(bucket, known)
	if len(others) == 0 {
		refs = append(refs, "Whether other buckets log or replicate to here was not looked at.")
	}
	return refs
}

// proposeEmpty plans deleting everything in a bucket and keeping the bucket.
func proposeEmpty(env *Env, life *ui.Life, bucket string) tea.Cmd {
	return env.propose(life, counting(bucket), func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return buckets.PlanEmpty(ctx, r, buckets.EmptySpec{Bucket: bucket})
	})
}

func counting(bucket string) string { return "Counting what is in " + ui.Clean(bucket) + "…" }
