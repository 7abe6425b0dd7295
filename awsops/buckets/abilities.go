package buckets

import (
	"context"

	"cooper/awsops"
)

// Ability is what a server made of one reading call.
type Ability struct {
	Call  string // the operation's name as in the API
	State awsops.State
	Err   *awsops.Error // for Denied, Unsupported and Failed
}

// Abilities asks a server for every setting of a bucket that cooper reads and says which of the calls it answered as S3
// does: with the setting, or with S3's own words for "not set". Nothing is changed.
func Abilities(ctx context.Context, r *awsops.Reader, bucket string) []Ability {
	var f Facts
	board := &Board{read: r}
	for _, fact := range Everything {
		if fact != FactAccountBlock { // a setting of AWS accounts, not of a bucket
			readers[fact].read(ctx, board, bucket)(&f)
		}
	}
	return []Ability{
		ability(f.Versioning), ability(f.Encryption), ability(f.PolicyPublic), ability(f.ACL), ability(f.Block), ability(f.Ownership),
		ability(f.Lock), ability(f.Logging), ability(f.Tags), ability(f.Lifecycle), ability(f.Replication),
	}
}

func ability[T any](r awsops.Reading[T]) Ability { return Ability{r.Source, r.State, r.Err} }
