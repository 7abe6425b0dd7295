package versions

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
)

// Bin says which deleted keys are meant: those whose newest row is a delete marker, with a version below.
type Bin struct {
	Bucket, Prefix string
	Text           string    // the key holds it after the prefix, whatever the case of ASCII letters
	From, To       time.Time // when it was deleted, the newest marker's time: from From on, before To; zero: no limit
	Keys           []string  // only these, when there are any
	Copy           bool      // brought back by a copy of the newest version, which takes no code and leaves the markers
	Serial         string    // the MFA device to suggest
}

// Has reports whether a deleted key is meant, Keys aside. deleted is in nanoseconds since 1970.
func (b Bin) Has(key []byte, deleted int64) bool {
	switch {
	case !b.From.IsZero() && deleted < b.From.UnixNano(), !b.To.IsZero() && deleted >= b.To.UnixNano():
		return false
	case b.Text == "":
		return true
	}
	rest := key[min(len(b.Prefix), len(key)):]
	return bytes.Contains(lowered(rest), lowered([]byte(b.Text)))
}

// lowered makes the ASCII letters small and leaves all other bytes.
func lowered(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// choose picks what brings a key back.
func (b Bin) choose(rows []listing.Row) picks {
	h := historyOf(rows)
	markers, below := h.Hidden()
	if markers == 0 || below == nil || !b.Has([]byte(rows[0].Key), h[0].Nanos) {
		return picks{}
	}
	if b.Copy {
		return picks{copy: copied(rows[below.Row])}
	}
	var p picks
	for _, row := range rows[:markers] {
		p.gone = append(p.gone, entryOf(row))
	}
	return p
}

// PlanRecover plans bringing deleted keys back in bulk: by removing the markers that hide them, which takes codes on
// a bucket with MFA delete, or by copying their newest versions.
func PlanRecover(ctx context.Context, r *awsops.Reader, b Bin) (*awsops.Plan, error) {
	s := readState(ctx, r, b.Bucket)
	sc := newScope(b.Bucket, b.Prefix, b.Keys)
	var back int64 // bytes of what comes back
	found, err := sc.survey(ctx, r, func(rows []listing.Row) picks {
		p := b.choose(rows)
		if _, below := historyOf(rows).Hidden(); !p.none() {
			back += below.Size
		}
		return p
	})
	if err != nil {
		return nil, err
	}
	if found.nothing() {
		return nil, nothing(KindRecover, b.Bucket, "no deleted key with a version left is meant by this: there is nothing to bring back")
	}
	p := newPlan(ctx, r, KindRecover, b.Bucket, undeleteTitle(Selection{Under: len(b.Keys) == 0, Prefix: b.Prefix}, &found.count), b, s)
	p.Undo = "Delete the objects again: that adds new delete markers."
	found.effects(p)
	p.Effects.Lines = append(p.Effects.Lines, bytesText(back)+" come back.")
	b.explain(p, s, found)
	unknownState(p, s)
	m := &mender{bucket: b.Bucket}
	if err := found.finish(ctx, r, p, s, sc, b.Serial, m, b.choose, "deleted"); err != nil {
		return nil, err
	}
	return p, nil
}

func (b Bin) explain(p *awsops.Plan, s bucketState, found *survey) {
	if found.markers > found.keys {
		note(p, awsops.Note, "Some keys have several delete markers on top of one another; all of them have to go.")
	}
	switch v, ok := s.versioning.Get(); {
	case !b.Copy:
		note(p, awsops.Note, "The newest version of each key becomes current again, as it was: no copy is made.")
		if s.mfa() {
			note(p, awsops.Note, "Without a code: bring them back by copy, which makes new versions and keeps the markers.")
		}
	case ok && !v.On():
		note(p, awsops.Irreversible, "Versioning is %s: a copy takes the place of the null version or null marker of its key for good.", v.String())
		typeBucket(p)
	}
}

// finish gives a plan its changes, codes, step and read-back.
func (s *survey) finish(ctx context.Context, r *awsops.Reader, p *awsops.Plan, st bucketState, sc scope, serial string, m *mender, choose chooser, filter string) error {
	coded := st.mfa() && s.total() > 0
	if coded {
		needCodes(ctx, r, p, &s.count)
	}
	for _, key := range s.first {
		rows, more, err := listing.Exactly(ctx, r, sc.bucket, key, 100)
		if err != nil {
			return err
		}
		p.Changes = append(p.Changes, changeOf(rows, more, choose(rows)))
	}
	s.more(p)
	m.remove.bucket, m.remove.title, m.remove.serial, m.remove.coded, m.remove.codes = sc.bucket, p.Title, serial, coded, p.Codes
	m.hide.bucket, m.hide.title, m.hide.plain = sc.bucket, p.Title, true
	line := purgeLine{coded: coded, serial: versioning.Serial(r, serial), sel: Selection{Bypass: m.remove.bypass}}
	p.Steps = []awsops.Step{{Title: p.Title, Command: s.lines(p.Target, sc.bucket, line), Source: sc.source(filter, choose),
		Workers: workers(coded), Do: m.do}}
	sc.expectDone(p, &m.failed, choose)
	return nil
}

// changeOf says what becomes of one key.
func changeOf(rows []listing.Row, more bool, p picks) awsops.Change {
	if len(rows) == 0 {
		return awsops.Change{Before: "not there", After: "not there"}
	}
	c := awsops.Change{Field: rows[0].Key, Before: said(rows[0])}
	switch {
	case p.copy != nil:
		c.After = "a new version, copy of " + shortID(p.copy.VersionID) + ", " + bytesText(p.copy.Size)
	case p.hide:
		c.After = "deleted: a new delete marker; the data stays as a noncurrent version"
	default:
		gone := map[string]bool{}
		for _, e := range p.gone {
			gone[e.VersionID] = true
		}
		c.Before, c.After = becomes(rows, func(row listing.Row) bool { return gone[row.VersionID] }, more)
	}
	return c
}

// keptBin is a Bin in a journal, with keys byte for byte.
type keptBin struct {
	Bucket string    `json:"bucket"`
	Prefix exact     `json:"prefix,omitempty"`
	Text   exact     `json:"text,omitempty"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Keys   []exact   `json:"keys,omitempty"`
	Copy   bool      `json:"copy,omitempty"`
	Serial string    `json:"serial,omitempty"`
}

// MarshalJSON keeps keys byte for byte.
func (b Bin) MarshalJSON() ([]byte, error) {
	return json.Marshal(keptBin{b.Bucket, exact(b.Prefix), exact(b.Text), b.From, b.To, exactly(b.Keys), b.Copy, b.Serial})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *Bin) UnmarshalJSON(raw []byte) error {
	var k keptBin
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	*b = Bin{k.Bucket, string(k.Prefix), string(k.Text), k.From, k.To, plainly(k.Keys), k.Copy, k.Serial}
	return nil
}

func exactly(keys []string) []exact {
	var out []exact
	for _, k := range keys {
		out = append(out, exact(k))
	}
	return out
}

func plainly(keys []exact) []string {
	var out []string
	for _, k := range keys {
		out = append(out, string(k))
	}
	return out
}
