package athena

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Estimate is what a question will read: counted now, by listing.
type Estimate struct {
	Files, Bytes int64
	AtLeast      bool  // counting was cut short
	Lists        int64 // requests that the counting took
}

const (
	countLimit = 200_000
	// leastScanned is what Athena counts for a query that reads less, in bytes ("Amazon Athena pricing").
	leastScanned = 10_000_000
)

// Counted is how many bytes Athena will count: at least ten megabytes a query.
func (e Estimate) Counted() int64 { return max(e.Bytes, leastScanned) }

// Measure lists the log files that a question about a range of time reads: those of its days under partitioned keys, all
// of them under simple ones. It stops counting at 200,000 files.
func Measure(ctx context.Context, r *awsops.Reader, p Place, q Range) (Estimate, error) {
	var e Estimate
	for _, prefix := range p.prefixes(q) {
		for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: p.Target, Prefix: prefix}) {
			if err != nil {
				return e, err
			}
			e.Lists++
			for _, row := range rows {
				e.Files++
				e.Bytes += row.Size
			}
			if e.Files >= countLimit {
				e.AtLeast = true
				return e, nil
			}
		}
	}
	return e, nil
}

// prefixes are those of the keys that a question reads.
func (p Place) prefixes(q Range) []string {
	if !p.Partitioned {
		return []string{p.Folder()}
	}
	var out []string
	first, last := p.Days(q.From, q.To)
	for day := q.From.UTC().Truncate(24 * time.Hour); ; day = day.Add(24 * time.Hour) {
		name := day.Format("2006/01/02")
		if strings.Compare(name, last) > 0 {
			return out
		}
		if name >= first {
			out = append(out, p.Folder()+name+"/")
		}
	}
}

// Words says what will be read.
func (e Estimate) Words() string {
	least := ""
	if e.AtLeast {
		least = "at least "
	}
	return fmt.Sprintf("It reads %s%d log files with %s%d bytes; Athena counts %d bytes, no query less than %d.", least, e.Files, least, e.Bytes, e.Counted(), leastScanned)
}
