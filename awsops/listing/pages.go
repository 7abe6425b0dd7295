package listing

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"cooper/awsops"
)

// Pages lists q page by page, one request after the other, and gives the rows of each answer: the
// source of a bulk change, which deals with a page while the next is fetched. Empty answers are not
// given. Errors are *awsops.Error.
func Pages(ctx context.Context, r *awsops.Reader, q Query) iter.Seq2[[]Row, error] {
	return func(yield func([]Row, error) bool) {
		api, err := r.S3(ctx, q.Bucket)
		if err != nil {
			yield(nil, awsops.Wrap("list", q.Bucket, "", err))
			return
		}
		f := newFetcher(r, api, q)
		c := &run{at: place{after: []byte(q.After)}}
		for !c.done {
			p, err := f.fetch(ctx, c.at)
			if err == nil {
				err = advance(c, p, q.Versions)
			}
			if err != nil {
				yield(nil, awsops.Wrap("list", q.Bucket, "", err))
				return
			}
			if p.len() > 0 && !yield(p.allRows(), nil) {
				return
			}
		}
	}
}

func (p *page) allRows() []Row {
	rows := make([]Row, p.len())
	for i := range rows {
		rows[i] = p.row(i)
	}
	return rows
}

// Exactly lists the versions of one key, newest first as the server orders them. It stops at most
// after limit rows; more says that there may be further ones.
func Exactly(ctx context.Context, r *awsops.Reader, bucket, key string, limit int) (rows []Row, more bool, err error) {
	q := Query{Bucket: bucket, Prefix: key, Versions: true}
	for page, err := range Pages(ctx, r, q) {
		if err != nil {
			return rows, true, err
		}
		for _, row := range page {
			// A longer key can't come before this one has ended; servers without order are read to the end.
			if row.Key == key {
				if len(rows) == limit {
					return rows, true, nil
				}
				rows = append(rows, row)
			}
		}
		if last := page[len(page)-1].Key; bytes.Compare([]byte(last), []byte(key)) > 0 && len(rows) > 0 {
			return rows, false, nil
		}
	}
	return rows, false, nil
}

// Settle waits until a listing has ended, has found limit rows, or ctx has ended, and reports
// whether it is complete. It stops the listing in every case but the first.
func (l *Listing) Settle(ctx context.Context, limit int) (complete bool, err error) {
	for {
		seen := l.version.Load()
		if l.Ended() || l.Found() >= limit {
			break
		}
		select {
		case <-l.done:
		case <-l.changed(seen):
		case <-ctx.Done():
			l.Stop()
			return false, context.Cause(ctx)
		}
	}
	if !l.Ended() {
		l.Stop()
		return false, nil
	}
	if e := l.Err(); e != nil && !errors.Is(e, errStopped) {
		return false, e
	}
	return l.Complete(), nil
}
