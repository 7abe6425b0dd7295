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

// megabytes writes bytes in the unit that Athena bills by: a million.
func megabytes(n int64) string {
	if n < 10_000_000 && n%1_000_000 != 0 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

// Words says what will be read and what of that is billed.
func (e Estimate) Words() string { return e.Found() + "; " + e.Billed() }

// Found says what will be read.
func (e Estimate) Found() string {
	least := ""
	if e.AtLeast {
		least = "at least "
	}
	return fmt.Sprintf("%s%d log files, %s", least, e.Files, megabytes(e.Bytes))
}

// Billed says what Athena counts.
func (e Estimate) Billed() string {
	if e.Bytes < leastScanned {
		return "Athena counts no query less than " + megabytes(leastScanned)
	}
	return "Athena counts as much"
}
