package versions

import (
	"context"
	"fmt"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
)

// PlanDelete plans deleting objects, as DELETE without a version id does: the keys of the entries, or
// all objects under a prefix. By the bucket's versioning state that adds delete markers, or destroys
// data for good.
func PlanDelete(ctx context.Context, r *awsops.Reader, sel Selection) (*awsops.Plan, error) {
	s := readState(ctx, r, sel.Bucket)
	for i := range sel.Entries {
		sel.Entries[i].VersionID = ""
	}
	q := listing.Query{Bucket: sel.Bucket, Prefix: sel.Prefix}
	c, err := countSelection(ctx, r, sel, q, filterAll)
	if err != nil {
		return nil, err
	}
	if c.total() == 0 {
		return nil, nothing(KindDelete, sel.Bucket, "there is nothing to delete")
	}
	p := newPlan(ctx, r, KindDelete, sel.Bucket, deleteTitle(sel, &c), sel, s)
	class := meaning(p, s)
	c.effects(p, class)
	for _, key := range c.first {
		if err := objectChange(ctx, r, p, s, key); err != nil {
			return nil, err
		}
	}
	c.more(p)
	if c.atLeast {
		note(p, awsops.Note, "Counting was cut short; everything is deleted nonetheless.")
	}
	d := &remover{bucket: sel.Bucket, title: p.Title, plain: true}
	source := listSource(sel.Bucket, sel.Entries)
	if sel.Under {
		source = prefixSource(q, filterAll)
		expectNone(p, d, q, filterAll)
	} else {
		expectGone(p, d, sel.Entries)
	}
	line := purgeLine{target: p.Target, sel: sel, plain: true, batches: c.batches(), single: c.single}
	p.Steps = []awsops.Step{{Title: p.Title, Command: line.String(), Source: source, Workers: workers(false), Do: d.do}}
	return p, nil
}

func deleteTitle(sel Selection, c *count) string {
	switch {
	case !sel.Under:
		return "Delete " + number(c.total(), "object", "objects")
	case sel.Prefix == "":
		return "Delete all objects in " + sel.Bucket
	}
	return "Delete all objects under " + sel.Prefix
}

// meaning says what a DELETE does in this bucket's state, sets consent and undo, and gives the
// billing class of the requests.
func meaning(p *awsops.Plan, s bucketState) string {
	v, _ := s.versioning.Get()
	switch {
	case unknownState(p, s):
		p.Undo = "Perhaps not at all: the versioning state is not known."
		typeBucket(p)
	case v.On():
		p.Undo = "Undelete: remove the delete markers."
		if v.NeedsCode() {
			p.Undo = "Undelete: remove the delete markers, which takes codes (MFA delete is on), or restore versions by copy."
		}
		note(p, awsops.Note, "Recoverable: versioning is enabled, so each key gets a delete marker and its data stays, and stays billed.")
	case v.Never():
		p.Undo = "It can't be undone: the data is gone for good."
		typeBucket(p)
		note(p, awsops.Irreversible, "Not recoverable: versioning was never enabled on this bucket, so the data is gone for good.")
	case v.Status == versioning.Suspended:
		p.Undo = "Older versions with an id of their own stay and can be restored. Null versions are gone for good."
		typeBucket(p)
		note(p, awsops.Irreversible, "Versioning is suspended: a null version is destroyed for good, then a null delete marker is added. Versions with an id of their own stay.")
	}
	return "DELETE (free)"
}

// objectChange says what becomes of one key, and makes its present state part of what the plan was
// computed from.
func objectChange(ctx context.Context, r *awsops.Reader, p *awsops.Plan, s bucketState, key string) error {
	read := currentText(p.Target.Bucket, key)
	now, err := read(ctx, r)
	if err != nil {
		return err
	}
	p.Basis = append(p.Basis, awsops.Fingerprint{What: "the object " + key, Value: now, Read: read})
	after := "gone for good"
	if v, ok := s.versioning.Get(); !ok {
		after = "deleted; perhaps for good"
	} else if v.On() {
		after = "delete marker; the data stays as a noncurrent version"
	} else if !v.Never() {
		after = "null delete marker; a null version is gone for good"
	}
	p.Changes = append(p.Changes, awsops.Change{Field: key, Before: now, After: after})
	return nil
}

// currentText reads the current object of a key as text, from a listing: it needs no right to read
// the object.
func currentText(bucket, key string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: bucket, Prefix: key, PageSize: 1}) {
			if err != nil {
				return "", err
			}
			if rows[0].Key != key {
				break
			}
			return fmt.Sprintf("%s, %s, ETag %s", bytesText(rows[0].Size), rows[0].Modified.Format("2006-01-02 15:04:05"), rows[0].ETag), nil
		}
		return "not there", nil
	}
}
