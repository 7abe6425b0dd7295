package versions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/listing"
)

// mender does what a chooser picked: deletes versions and markers for good, copies versions onto their keys, adds
// delete markers.
type mender struct {
	bucket string
	remove remover // versions and markers, with codes where they are needed
	hide   remover
	failed atomic.Int64
	asked  int // batches that took a code
}

// do deals with one batch, whose entries are of one kind.
func (m *mender) do(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	var receipt awsops.Receipt
	var err error
	switch e := item.Entries[0]; {
	case e.UploadID == copyMark:
		return m.copy(ctx, w, e)
	case e.VersionID == "":
		receipt, err = m.hide.do(ctx, w, item)
	default:
		if m.remove.coded { // one after the other, and batches of other kinds take no code
			m.asked++
			item.Batch = m.asked
		}
		receipt, err = m.remove.do(ctx, w, item)
	}
	m.failed.Add(int64(len(receipt.Failures)))
	return receipt, err
}

// copyMark tells an entry to be copied from one to be deleted.
const copyMark = "copy"

// copied makes the entry of a version that is to be copied onto its key.
func copied(row listing.Row) *awsops.Entry {
	e := entryOf(row)
	e.UploadID = copyMark
	return &e
}

// copy makes one version current again. One that can't be copied is a failure of its own; the rest goes on.
func (m *mender) copy(ctx context.Context, w *awsops.Writer, e awsops.Entry) (awsops.Receipt, error) {
	made, err := copies.One(ctx, w, copies.Place{Bucket: m.bucket, Key: e.Key, Version: e.VersionID},
		copies.Place{Bucket: m.bucket, Key: e.Key}, copies.Options{})
	if err == nil {
		return awsops.Receipt{RequestID: made.RequestID, Done: 1, Bytes: made.Size}, nil
	}
	x, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return awsops.Receipt{}, err
	}
	switch x.Kind {
	case awsops.KindConflict, awsops.KindDenied, awsops.KindNotFound, awsops.KindPrecondition, awsops.KindInvalid:
		m.failed.Add(1)
		e.UploadID = ""
		return awsops.Receipt{RequestID: x.RequestID, Failures: []awsops.Failure{{Entry: e, Err: x}}}, nil
	}
	return awsops.Receipt{}, err
}

// survey is what a chooser picks in a whole scope.
type survey struct {
	count                    // what goes for good
	copies, copyBytes, hides int64
	larger, archived         int64 // of the copies: more than one request each; in an archive
	classes                  map[string]int64
	gone, hidden             []awsops.Entry // the first, for the command lines
	copied                   []listing.Row
	entries                  int64
}

// take counts what is picked of one key.
func (s *survey) take(rows []listing.Row, p picks) {
	if p.none() {
		return
	}
	s.see([]byte(rows[0].Key))
	for _, e := range p.gone {
		s.add([]byte(e.Key), e.Size, true, e.Marker)
		s.note(&s.gone, e)
	}
	if p.hide {
		s.hides++
		s.note(&s.hidden, awsops.Entry{Key: rows[0].Key})
	}
	if p.copy != nil {
		s.takeCopy(rows, p.copy.VersionID)
	}
}

func (s *survey) takeCopy(rows []listing.Row, version string) {
	for _, row := range rows {
		if row.VersionID != version {
			continue
		}
		s.copies, s.copyBytes, s.entries = s.copies+1, s.copyBytes+row.Size, s.entries+1
		if row.Size > copies.Most {
			s.larger++
		}
		if archived(row.Class) {
			s.archived++
		}
		if len(s.gone)+len(s.hidden)+len(s.copied) < lineEntries {
			s.copied = append(s.copied, row)
		}
	}
}

func (s *survey) note(list *[]awsops.Entry, e awsops.Entry) {
	s.entries++
	if len(s.gone)+len(s.hidden)+len(s.copied) < lineEntries {
		*list = append(*list, e)
	}
}

// look goes through a scope once, all of it or the first countLimit rows.
func (s scope) look(ctx context.Context, r *awsops.Reader, see func(rows []listing.Row)) (atLeast bool, counted string, err error) {
	counted = "listed " + r.Now().UTC().Format("15:04:05") + " UTC"
	if len(s.keys) > 0 {
		for rows, err := range s.each(ctx, r, "") {
			if err != nil {
				return false, "", err
			}
			see(rows)
		}
		return false, counted, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := listing.Start(ctx, r, listing.Query{Bucket: s.bucket, Prefix: s.prefix, Versions: true})
	complete, err := l.Settle(ctx, countLimit)
	if err != nil {
		return false, "", err
	}
	v := l.View()
	for _, h := range Histories(v) {
		rows := make([]listing.Row, len(h))
		for i, e := range h {
			rows[i] = v.Row(e.Row)
		}
		see(rows)
	}
	return !complete, counted, nil
}

// survey counts what the chooser picks.
func (s scope) survey(ctx context.Context, r *awsops.Reader, choose chooser) (*survey, error) {
	out := &survey{classes: map[string]int64{}}
	var err error
	out.atLeast, out.counted, err = s.look(ctx, r, func(rows []listing.Row) {
		p := choose(rows)
		out.take(rows, p)
		out.class(rows, p)
	})
	return out, err
}

// class adds up what goes for good by storage class.
func (s *survey) class(rows []listing.Row, p picks) {
	if len(p.gone) == 0 {
		return
	}
	byID := make(map[string]string, len(rows))
	for _, row := range rows {
		byID[row.VersionID] = row.Class
	}
	for _, e := range p.gone {
		if !e.Marker {
			s.classes[byID[e.VersionID]] += e.Size
		}
	}
}

// nothing reports whether there is nothing to do.
func (s *survey) nothing() bool { return s.entries == 0 }

// effects puts the counts into a plan.
func (s *survey) effects(p *awsops.Plan) {
	e := awsops.Effects{Objects: s.copies + s.hides, Versions: s.versions, Markers: s.markers, Bytes: s.bytes + s.copyBytes,
		AtLeast: s.atLeast, Counted: s.counted}
	if n := s.batches() + (s.hides+batchSize-1)/batchSize; n > 0 {
		e.Requests = append(e.Requests, awsops.RequestCount{Class: "DELETE (free)", N: n})
	}
	if s.copies > 0 {
		e.Requests = append(e.Requests, awsops.RequestCount{Class: "LIST/PUT", N: s.copies}, awsops.RequestCount{Class: "GET", N: s.copies})
		e.Lines = append(e.Lines, fmt.Sprintf("%s with %s %s stored once more, and billed: a copy is a version of its own.",
			number(s.copies, "copy", "copies"), bytesText(s.copyBytes), are(s.copies)))
	}
	if s.larger > 0 {
		e.Lines = append(e.Lines, number(s.larger, "copy is", "copies are")+" larger than 5 GiB and made by parts, each a request more.")
	}
	if s.single > 0 {
		e.Lines = append(e.Lines, fmt.Sprintf("%s with characters that XML can't carry %s deleted by a request each.", number(s.single, "key", "keys"), are(s.single)))
	}
	p.Effects = e
	if s.atLeast {
		note(p, awsops.Note, "Counting was cut short at %d rows; all of it is done nonetheless.", countLimit)
	}
	if s.archived > 0 {
		note(p, awsops.Risk, "%s in an archive: copying fails until it is restored from there, and is listed as a failure.",
			number(s.archived, "version to be copied is", "versions to be copied are"))
	}
	if s.copies > 0 {
		note(p, awsops.Note, "A copy keeps data, metadata, tags, headers and the storage class. Its ACL is private, its date is new, the bucket's default encryption and default retention apply, and what was in parts is one part.")
	}
}

// lines are the command lines of the first entries.
func (s *survey) lines(t awsops.Target, bucket string, l purgeLine) string {
	var out []string
	l.target = t
	add := func(entries []awsops.Entry, plain bool) {
		if len(entries) > 0 {
			l.sel = Selection{Bucket: bucket, Entries: entries, Bypass: l.sel.Bypass}
			l.plain, l.coded = plain, l.coded && !plain
			out = append(out, l.String())
		}
	}
	add(s.gone, false)
	for _, row := range s.copied {
		c := copier{in: Restoration{bucket, row.Key, row.VersionID}, class: row.Class}
		out = append(out, c.line(t, ""))
	}
	add(s.hidden, true)
	if n := s.entries - int64(len(s.gone)+len(s.hidden)+len(s.copied)); n > 0 {
		out = append(out, "# and so on for "+number(n, "more entry", "more entries"))
	}
	return strings.Join(out, "\n")
}
