package versions

import (
	"context"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
)

func nothing(kind, bucket, message string) error {
	return &awsops.Error{Op: kind, Bucket: bucket, Kind: awsops.KindConflict, Message: message}
}

// PlanPurge plans deleting versions and delete markers for good: the entries named, everything under
// a prefix, or what is noncurrent under it.
func PlanPurge(ctx context.Context, r *awsops.Reader, sel Selection) (*awsops.Plan, error) {
	for _, e := range sel.Entries {
		if e.VersionID == "" && !sel.Under {
			return nil, awsops.Invalid(KindPurge, "a permanent deletion must name its versions", "")
		}
	}
	s := readState(ctx, r, sel.Bucket)
	if sel.Bypass && !s.locked() {
		return nil, awsops.Invalid(KindPurge, "retention can only be bypassed on a bucket with Object Lock", "Plan it without the bypass.")
	}
	q := listing.Query{Bucket: sel.Bucket, Prefix: sel.Prefix, Versions: true}
	filter := filterAll
	if sel.Noncurrent {
		filter = filterNoncurrent
	}
	c, err := countSelection(ctx, r, sel, q, filter)
	if err != nil {
		return nil, err
	}
	if c.total() == 0 {
		return nil, nothing(KindPurge, sel.Bucket, "there is nothing to delete")
	}
	p := newPlan(ctx, r, KindPurge, sel.Bucket, purgeTitle(sel, &c), sel, s)
	p.Undo = "It can't be undone: the data is gone for good."
	typeBucket(p)
	c.effects(p, "DELETE (free)")
	note(p, awsops.Irreversible, "Versions that are deleted by their id can't be brought back by anybody.")
	purgeNotes(p, sel, &c)
	lockNote(p, s, sel.Bypass)
	unknownState(p, s)
	if s.mfa() {
		needCodes(ctx, r, p, &c)
	}
	if err := c.changes(ctx, r, p, taken(sel)); err != nil {
		return nil, err
	}
	d := &remover{bucket: sel.Bucket, title: p.Title, serial: sel.Serial, coded: s.mfa(), bypass: sel.Bypass, codes: p.Codes}
	source := listSource(sel.Bucket, sel.Entries)
	if sel.Under {
		source = prefixSource(q, filter)
		expectNone(p, d, q, filter)
	} else {
		expectGone(p, d, sel.Entries)
	}
	line := purgeLine{target: p.Target, sel: sel, filter: filter, coded: d.coded, serial: versioning.Serial(r, sel.Serial), batches: c.batches(), single: c.single}
	p.Steps = []awsops.Step{{Title: p.Title, Command: line.String(), Source: source, Workers: workers(d.coded), Do: d.do}}
	return p, nil
}

func countSelection(ctx context.Context, r *awsops.Reader, sel Selection, q listing.Query, filter string) (count, error) {
	if sel.Under {
		return countPrefix(ctx, r, q, filter)
	}
	return countEntries(sel.Entries), nil
}

// taken tells which rows of a key a purge takes away.
func taken(sel Selection) func(listing.Row) bool {
	if sel.Under {
		return func(row listing.Row) bool { return !sel.Noncurrent || !row.Latest }
	}
	set := map[place]bool{}
	for _, e := range sel.Entries {
		set[place{e.Key, e.VersionID}] = true
	}
	return func(row listing.Row) bool { return set[place{row.Key, row.VersionID}] }
}

func purgeTitle(sel Selection, c *count) string {
	what := "versions and delete markers"
	switch {
	case sel.Noncurrent:
		what = "noncurrent versions"
	case !sel.Under && c.total() == 1 && c.markers == 1:
		what = "one delete marker"
	case !sel.Under && c.total() == 1:
		what = "one version"
	case !sel.Under:
		what = number(c.total(), "version", "versions")
	}
	switch {
	case !sel.Under:
		return "Delete " + what + " for good"
	case sel.Prefix == "":
		return "Delete all " + what + " in " + sel.Bucket + " for good"
	}
	return "Delete all " + what + " under " + sel.Prefix + " for good"
}

func purgeNotes(p *awsops.Plan, sel Selection, c *count) {
	if c.markers > 0 && !sel.Under {
		note(p, awsops.Risk, "Deleting a delete marker makes the version below it current again: that is how an object is undeleted.")
	}
	if sel.Noncurrent && p.Codes == 0 {
		note(p, awsops.Note, "A lifecycle rule can do the same every day by itself: expire noncurrent versions (Properties, lifecycle).")
	}
	if c.atLeast {
		note(p, awsops.Note, "Counting was cut short; everything is deleted nonetheless.")
	}
}

// PlanUndelete plans bringing deleted objects back by removing the delete markers that hide them: of
// the keys named by the entries, or of all under a prefix.
func PlanUndelete(ctx context.Context, r *awsops.Reader, sel Selection) (*awsops.Plan, error) {
	s := readState(ctx, r, sel.Bucket)
	q := listing.Query{Bucket: sel.Bucket, Prefix: sel.Prefix, Versions: true}
	var markers []awsops.Entry
	var c count
	var err error
	if sel.Under {
		c, err = countPrefix(ctx, r, q, filterMarkers)
	} else {
		markers, err = hiding(ctx, r, sel)
		c = countEntries(markers)
		c.counted = "listed now"
	}
	switch {
	case err != nil:
		return nil, err
	case c.total() == 0:
		return nil, nothing(KindUndelete, sel.Bucket, "no delete marker hides a version here: there is nothing to bring back")
	}
	p := newPlan(ctx, r, KindUndelete, sel.Bucket, undeleteTitle(sel, &c), sel, s)
	p.Undo = "Delete the objects again: that adds new delete markers."
	c.effects(p, "DELETE (free)")
	if c.markers > c.keys {
		note(p, awsops.Note, "Some keys have several delete markers on top of one another; all of them have to go.")
	}
	note(p, awsops.Note, "The newest version of each key becomes current again, as it was: no copy is made.")
	unknownState(p, s)
	if s.mfa() {
		needCodes(ctx, r, p, &c)
		note(p, awsops.Note, "Without a code: restore a version by copy, which makes a new version and keeps the marker.")
	}
	if err := c.changes(ctx, r, p, func(row listing.Row) bool { return row.Marker }); err != nil {
		return nil, err
	}
	d := &remover{bucket: sel.Bucket, title: p.Title, serial: sel.Serial, coded: s.mfa(), codes: p.Codes}
	source := anew(listSource(sel.Bucket, markers))
	if sel.Under {
		source = prefixSource(q, filterMarkers)
		expectNone(p, d, q, filterMarkers)
	} else {
		expectGone(p, d, markers)
	}
	line := purgeLine{target: p.Target, sel: sel, filter: filterMarkers, coded: d.coded, serial: versioning.Serial(r, sel.Serial), batches: c.batches(), single: c.single}
	line.sel.Entries = markers
	p.Steps = []awsops.Step{{Title: p.Title, Command: line.String(), Source: source, Workers: workers(d.coded), Do: d.do}}
	return p, nil
}

func undeleteTitle(sel Selection, c *count) string {
	title := "Undelete " + number(c.keys, "object", "objects")
	if sel.Under && sel.Prefix != "" {
		title += " under " + sel.Prefix
	}
	return title
}

// hiding gives the markers that hide the newest versions of the selection's keys.
func hiding(ctx context.Context, r *awsops.Reader, sel Selection) ([]awsops.Entry, error) {
	var out []awsops.Entry
	seen := map[string]bool{}
	for _, e := range sel.Entries {
		if seen[e.Key] {
			continue
		}
		seen[e.Key] = true
		t, err := ReadTimeline(ctx, r, sel.Bucket, e.Key, countLimit)
		if err != nil {
			return nil, err
		}
		if markers, _, ok := t.Stacked(); ok {
			for _, row := range markers {
				out = append(out, entryOf(row))
			}
		}
	}
	return out, nil
}
