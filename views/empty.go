package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
)

// proposeDelete plans deleting a bucket with everything that is in it. known are the facts of the
// account's buckets, which tell what still names it.
func proposeDelete(env *Env, life *ui.Life, bucket string, known map[string]buckets.Facts) tea.Cmd {
	spec := buckets.DeleteSpec{Bucket: bucket, References: buckets.References(bucket, known)}
	return tea.Batch(ui.Status("Counting what is in "+ui.Clean(bucket)+"…", ui.Info),
		env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return buckets.PlanDelete(ctx, r, spec)
		}))
}

// proposeEmpty plans deleting everything in a bucket and keeping the bucket.
func proposeEmpty(env *Env, life *ui.Life, bucket string) tea.Cmd {
	return tea.Batch(ui.Status("Counting what is in "+ui.Clean(bucket)+"…", ui.Info),
		env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return buckets.PlanEmpty(ctx, r, buckets.EmptySpec{Bucket: bucket})
		}))
}
