package logging

import (
	"context"
	"iter"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Place is where the log files of a bucket lie.
type Place struct {
	Source  string // the bucket whose requests they tell of
	Account string // that owns it; with Region, part of partitioned keys
	Region  string
	Config
}

// PlaceOf says where a bucket's log files lie by its configuration now.
func PlaceOf(ctx context.Context, r *awsops.Reader, bucket string, c Config) Place {
	t := r.Target(ctx, bucket)
	return Place{Source: bucket, Account: first(t.Owner, t.Account), Region: t.Region, Config: c}
}

// File is a log file.
type File struct {
	Key      string
	Size     int64
	Modified time.Time // when it was delivered
}

// Lateness is how long after a request a file with its record is looked for. S3 delivers within hours as a rule, and
// promises nothing.
const Lateness = 48 * time.Hour

const nameLayout = "2006-01-02-15-04-05"

// nameLength is the least length of a name without its prefix: date, time, and an id.
const nameLength = len(nameLayout) + 2

// folder is where the files of a day lie under partitioned keys; without a day, those of all days.
func (p Place) folder(day time.Time) string {
	out := p.Prefix + p.Account + "/" + p.Region + "/" + p.Source + "/"
	if !day.IsZero() {
		out += day.UTC().Format("2006/01/02") + "/"
	}
	return out
}

// Files gives the log files that can hold records of requests at from or later and before to, both kinds of keys, since
// the kind may have been changed. Files that were delivered more than two days after a request are missed. It lists by the
// days and times in the keys and ends with the first error.
func (p Place) Files(ctx context.Context, r *awsops.Reader, from, to time.Time) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for _, files := range []iter.Seq2[File, error]{p.simple(ctx, r, from, to), p.partitioned(ctx, r, from, to)} {
			for f, err := range files {
				if !yield(f, err) || err != nil {
					return
				}
			}
		}
	}
}

// simple lists the files of simple keys: their names begin with the time of the delivery.
func (p Place) simple(ctx context.Context, r *awsops.Reader, from, to time.Time) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		last := p.Prefix + to.Add(Lateness).UTC().Format(nameLayout)
		for f, err := range p.list(ctx, r, p.Prefix, p.Prefix+from.UTC().Format(nameLayout)) {
			if err != nil {
				yield(f, err)
				return
			}
			if f.Key > last {
				return
			}
			if isName(strings.TrimPrefix(f.Key, p.Prefix)) && !yield(f, nil) {
				return
			}
		}
	}
}

// isName reports whether a file's name is one that the log service gives.
func isName(s string) bool {
	if len(s) < nameLength || s[len(nameLayout)] != '-' || strings.Contains(s, "/") {
		return false
	}
	_, err := time.Parse(nameLayout, s[:len(nameLayout)])
	return err == nil
}

// partitioned lists the files of each day. Where there are none at all, that costs one request.
func (p Place) partitioned(ctx context.Context, r *awsops.Reader, from, to time.Time) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		if p.Account == "" || p.Keys == Simple && !p.any(ctx, r) {
			return
		}
		end := to.Add(Lateness) // by the day of the delivery
		if p.Keys == ByEvent {
			end = to
		}
		for day := from.UTC().Truncate(24 * time.Hour); day.Before(end); day = day.Add(24 * time.Hour) {
			if day.After(r.Now().Add(24 * time.Hour)) {
				return
			}
			for f, err := range p.list(ctx, r, p.folder(day), "") {
				if !yield(f, err) || err != nil {
					return
				}
			}
		}
	}
}

// any reports whether there is a file of partitioned keys.
func (p Place) any(ctx context.Context, r *awsops.Reader) bool {
	for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: p.Target, Prefix: p.folder(time.Time{}), PageSize: 1}) {
		return err == nil && len(rows) > 0
	}
	return false
}

func (p Place) list(ctx context.Context, r *awsops.Reader, prefix, after string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: p.Target, Prefix: prefix, After: after}) {
			if err != nil {
				yield(File{}, err)
				return
			}
			for _, row := range rows {
				if !yield(File{Key: row.Key, Size: row.Size, Modified: row.Modified}, nil) {
					return
				}
			}
		}
	}
}

// lookBack are the times in which the last file is looked for, one after the other.
var lookBack = []time.Duration{48 * time.Hour, 14 * 24 * time.Hour}

// Latest finds the log file that was delivered last, within two weeks: absent means that none was.
func (p Place) Latest(ctx context.Context, r *awsops.Reader) awsops.Reading[File] {
	now := r.Now()
	for _, back := range lookBack {
		var last File
		for f, err := range p.Files(ctx, r, now.Add(-back), now) {
			if err != nil {
				return awsops.Read("ListObjectsV2", now, File{}, err)
			}
			if f.Modified.After(last.Modified) {
				last = f
			}
		}
		if last.Key != "" {
			return awsops.Read("ListObjectsV2", now, last, nil)
		}
	}
	return awsops.Reading[File]{State: awsops.Absent, At: now, Source: "ListObjectsV2"}
}
