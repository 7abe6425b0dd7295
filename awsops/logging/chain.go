package logging

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cooper/awsops"
)

// Chain is where the logs of a bucket would go on to: its target, the target's own target, and so on. A bucket has one
// target at most, so this is all of the account's graph that can lead back.
type Chain struct {
	Buckets []string      // from the target on
	Ring    bool          // the last one logs to one before it, or to the source
	Err     *awsops.Error // why the last one's own configuration couldn't be read; nil when it could
}

// longestChain is how far a chain is followed.
const longestChain = 50

// Follow walks from a target along the logging configurations of the buckets, for a source that is to log there.
func Follow(ctx context.Context, r *awsops.Reader, source, target string) Chain {
	return follow(source, target, func(bucket string) (string, error) {
		c, err := Read(ctx, r, bucket)
		return c.Target, err
	})
}

func follow(source, target string, next func(string) (string, error)) Chain {
	c := Chain{Buckets: []string{target}}
	for at := target; len(c.Buckets) < longestChain; {
		if at == source {
			c.Ring = true
			return c
		}
		to, err := next(at)
		if err != nil {
			e, ok := errors.AsType[*awsops.Error](err)
			if !ok {
				e = awsops.Wrap(opGet, at, "", err)
			}
			c.Err = e
			return c
		}
		if to == "" {
			return c
		}
		c.Ring = to == source || slices.Contains(c.Buckets, to)
		c.Buckets = append(c.Buckets, to)
		if c.Ring {
			return c
		}
		at = to
	}
	return c
}

// Path writes the way as source → target → ….
func (c Chain) Path(source string) string { return source + " → " + strings.Join(c.Buckets, " → ") }
