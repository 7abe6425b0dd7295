package versions

import (
	"context"
	"encoding/json"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Rewind brings keys back to what they were at a moment.
type Rewind struct {
	Bucket, Prefix string
	Keys           []string  // only these, when there are any
	Moment         time.Time // the end of its second
	Hide           bool      // what was not there then gets a delete marker; else it stays
	Copy           bool      // no marker is removed: everything comes back by copy, which takes no code
	Begun          time.Time // when it was planned first; zero: now. Copies made since need not be made again
	Serial         string    // the MFA device to suggest
}

// choose picks what brings a key back to the moment.
func (w Rewind) choose(rows []listing.Row) picks {
	h := historyOf(rows)
	past := h.At(w.Moment)
	switch h.Back(past) {
	case Hide:
		return picks{hide: w.Hide}
	case Copy:
		return w.again(rows, past)
	case Uncover:
		if w.Copy {
			return w.again(rows, past)
		}
		var p picks
		for _, row := range rows[:past.At] {
			p.gone = append(p.gone, entryOf(row))
		}
		return p
	}
	return picks{}
}

// again picks the copy, unless it was made since the plan was.
func (w Rewind) again(rows []listing.Row, past Past) picks {
	row, now := rows[past.At], rows[0]
	if !now.Marker && now.Size == row.Size && !now.Modified.Before(w.Begun) {
		return picks{}
	}
	return picks{copy: copied(row)}
}

// PlanRewind plans bringing keys back to what they were at a moment: by removing the delete markers that came since,
// by copying versions that newer ones hide, and, when it is asked for, by deleting what was not there.
func PlanRewind(ctx context.Context, r *awsops.Reader, in Rewind) (*awsops.Plan, error) {
	now := r.Session().ServerNow()
	if in.Begun.IsZero() {
		in.Begun = now.Truncate(time.Second)
	}
	s := readState(ctx, r, in.Bucket)
	if err := in.refused(s, now); err != nil {
		return nil, err
	}
	sc := newScope(in.Bucket, in.Prefix, in.Keys)
	var tied, began int64
	found, err := sc.survey(ctx, r, func(rows []listing.Row) picks {
		p := in.choose(rows)
		if past := historyOf(rows).At(in.Moment); !p.none() && past.Tied {
			tied++
		} else if !p.none() && past.Began {
			began++
		}
		return p
	})
	if err != nil {
		return nil, err
	}
	if found.nothing() {
		return nil, nothing(KindRewind, in.Bucket, "these keys are as they were then: there is nothing to do")
	}
	p := newPlan(ctx, r, KindRewind, in.Bucket, in.title(found.keys), in, s)
	found.effects(p)
	in.explain(p, s, found, tied, began)
	m := &mender{bucket: in.Bucket}
	if err := found.finish(ctx, r, p, s, sc, in.Serial, m, in.choose, "moment"); err != nil {
		return nil, err
	}
	return p, nil
}

// refused says why the plan can't be made.
func (w Rewind) refused(s bucketState, now time.Time) error {
	if w.Moment.After(now) {
		return awsops.Invalid(KindRewind, "this moment has not come yet", "Choose one that is past.")
	}
	if v, ok := s.versioning.Get(); w.Hide && (!ok || !v.On()) {
		return awsops.Invalid(KindRewind, "versioning is not enabled, or can't be read: deleting what is new might be for good", "Leave what is new where it is.")
	}
	return nil
}

func (w Rewind) title(keys int64) string {
	title := "Bring " + number(keys, "key", "keys")
	if len(w.Keys) == 0 && w.Prefix != "" {
		title += " under " + w.Prefix
	}
	return title + " back to " + w.Moment.UTC().Format(time.DateTime) + " UTC"
}

func (w Rewind) explain(p *awsops.Plan, s bucketState, found *survey, tied, began int64) {
	p.Undo = "Bring the keys back to the moment before this: all versions stay. Delete markers that go are the only thing lost."
	note(p, awsops.Risk, "What was deleted for good since then, or overwritten while versioning was not enabled, is no longer there and can't come back.")
	if found.markers > 0 {
		note(p, awsops.Note, "%s removed, so that the version below is current again, as it was.", number(found.markers, "delete marker is", "delete markers are"))
	}
	if tied > 0 {
		note(p, awsops.Risk, "%s had several versions or markers within one second then: which was the last is the server's order, not told by the times.", number(tied, "key", "keys"))
	}
	if began > 0 {
		note(p, awsops.Risk, "%s uploaded in parts then: such a version's time is when its upload began, so it may have come after this moment.", number(began, "key was", "keys were"))
	}
	if s.mfa() && found.markers > 0 {
		note(p, awsops.Note, "Without a code: bring everything back by copy, which makes new versions and keeps the markers.")
	}
	if v, ok := s.versioning.Get(); ok && !v.On() {
		note(p, awsops.Irreversible, "Versioning is %s: copies take the place of null versions for good.", v.String())
		p.Undo = "Null versions that are overwritten can't be brought back."
		typeBucket(p)
	}
	if unknownState(p, s) {
		typeBucket(p)
	}
}

// keptRewind is a Rewind in a journal.
type keptRewind struct {
	Bucket string    `json:"bucket"`
	Prefix exact     `json:"prefix,omitempty"`
	Keys   []exact   `json:"keys,omitempty"`
	Moment time.Time `json:"moment"`
	Hide   bool      `json:"hide,omitempty"`
	Copy   bool      `json:"copy,omitempty"`
	Begun  time.Time `json:"begun"`
	Serial string    `json:"serial,omitempty"`
}

// MarshalJSON keeps keys byte for byte.
func (w Rewind) MarshalJSON() ([]byte, error) {
	return json.Marshal(keptRewind{w.Bucket, exact(w.Prefix), exactly(w.Keys), w.Moment, w.Hide, w.Copy, w.Begun, w.Serial})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Rewind) UnmarshalJSON(raw []byte) error {
	var k keptRewind
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	*w = Rewind{k.Bucket, string(k.Prefix), plainly(k.Keys), k.Moment, k.Hide, k.Copy, k.Begun, k.Serial}
	return nil
}
