package copies

import (
	"context"
	"iter"
	"net/url"

	"cooper/awsops"
	"cooper/awsops/existing"
	"cooper/awsops/listing"
	"cooper/awsops/objectset"
)

// source feeds one object after the other; of a prefix, but for those that are left.
func (s Spec) source() *awsops.Source {
	const kind = "objects.copied"
	if !s.Under {
		return objectset.Set{Bucket: s.From, Entries: s.Entries}.Source(kind, nil)
	}
	return &awsops.Source{Kind: kind, Bucket: s.From, Prefix: s.Prefix,
		Open: func(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
			return func(yield func(awsops.Item, error) bool) {
				after, err := url.QueryUnescape(cursor)
				if err != nil {
					yield(awsops.Item{}, awsops.Invalid("resume", "the journal's place can't be read", "Plan the copy again."))
					return
				}
				s.under(ctx, r, after, yield)
			}
		}}
}

// under gives the objects under the prefix after a key, each with what is there in its place.
func (s Spec) under(ctx context.Context, r *awsops.Reader, after string, yield func(awsops.Item, error) bool) {
	to := listing.Query{Bucket: s.To, Prefix: s.Target(s.Prefix)}
	if after != "" {
		to.After = s.Target(after)
	}
	there := existing.Open(ctx, r, to)
	defer there.Close()
	for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: s.From, Prefix: s.Prefix, After: after}) {
		if err != nil {
			yield(awsops.Item{}, err)
			return
		}
		for _, row := range rows {
			item, skip, err := s.item(row, there)
			if err != nil {
				yield(awsops.Item{}, err)
				return
			}
			if !skip && !yield(item, nil) {
				return
			}
		}
	}
}

func (s Spec) item(row listing.Row, there *existing.Keys) (item awsops.Item, skip bool, err error) {
	item = awsops.Item{Entries: []awsops.Entry{{Key: row.Key, ETag: row.ETag, Size: row.Size}}, Cursor: url.QueryEscape(row.Key)}
	has, ok, err := there.Find(s.Target(row.Key))
	if err != nil || !ok {
		return item, false, err
	}
	switch s.fate(stateOf(row), stateOf(has)) {
	case left:
		return item, true, nil
	case over:
		item.There = quoted(has.ETag)
	}
	return item, false, nil
}
