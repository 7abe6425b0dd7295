package versions

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Prune is a purge by rule of everything under a prefix.
type Prune struct {
	Bucket, Prefix string
	Rule           Rule
	At             time.Time // when ages are counted; zero: now, by the server's clock
	Bypass         bool      // versions under governance retention, too
	Serial         string    // the MFA device to suggest
}

// PlanPrune plans deleting for good what a rule takes: noncurrent versions by age and number, and expired markers.
func PlanPrune(ctx context.Context, r *awsops.Reader, in Prune) (*awsops.Plan, error) {
	if text := in.Rule.Problem(); text != "" {
		return nil, awsops.Invalid(KindPrune, text, "")
	}
	if in.At.IsZero() {
		in.At = r.Session().ServerNow()
	}
	s := readState(ctx, r, in.Bucket)
	if in.Bypass && !s.locked() {
		return nil, awsops.Invalid(KindPrune, "retention can only be bypassed on a bucket with Object Lock", "Plan it without the bypass.")
	}
	choose := func(rows []listing.Row) picks {
		var p picks
		for _, i := range in.Rule.Takes(historyOf(rows), in.At) {
			p.gone = append(p.gone, entryOf(rows[i]))
		}
		return p
	}
	sc := newScope(in.Bucket, in.Prefix, nil)
	found, err := sc.survey(ctx, r, choose)
	if err != nil {
		return nil, err
	}
	if found.nothing() {
		return nil, nothing(KindPrune, in.Bucket, "the rule takes nothing here: "+in.Rule.String())
	}
	p := newPlan(ctx, r, KindPrune, in.Bucket, in.title(), in, s)
	p.Undo = "It can't be undone: the data is gone for good."
	typeBucket(p)
	found.effects(p)
	p.Effects.Lines = append(p.Effects.Lines, found.storage()...)
	for class, n := range found.classes {
		p.Effects.Storage = append(p.Effects.Storage, awsops.Storage{Class: cmp.Or(class, "STANDARD"), Bytes: -n})
	}
	note(p, awsops.Irreversible, "Versions that are deleted by their id can't be brought back by anybody.")
	if in.Rule.Noncurrent {
		note(p, awsops.Note, "A version is noncurrent since the next newer one was written. Those newer than the rule's limits, and every current version, stay.")
		note(p, awsops.Risk, "A key that is deleted has only noncurrent versions: those that the rule takes can't be brought back from the recycle bin.")
	}
	lockNote(p, s, in.Bypass)
	unknownState(p, s)
	m := &mender{bucket: in.Bucket}
	m.remove.bypass = in.Bypass
	if err := found.finish(ctx, r, p, s, sc, in.Serial, m, choose, "rule"); err != nil {
		return nil, err
	}
	return p, nil
}

func (in Prune) title() string {
	title := "Purge " + in.Rule.String()
	if in.Prefix != "" {
		title += " under " + in.Prefix
	}
	return title
}

// storage says what is no longer stored, by class, in the unit that storage is billed in.
func (s *survey) storage() []string {
	var parts []string
	for _, class := range slices.Sorted(maps.Keys(s.classes)) {
		if n := s.classes[class]; n > 0 {
			name := class
			if name == "" {
				name = "STANDARD"
			}
			parts = append(parts, name+" "+gbMonths(n))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"Storage no longer billed, every month: " + strings.Join(parts, ", ") + ". Classes with a minimum age are billed up to it."}
}

// gbMonths gives bytes as GB-months, which S3 counts as 2^30 bytes for a month.
func gbMonths(n int64) string {
	if f := float64(n) / (1 << 30); f >= 0.01 {
		return fmt.Sprintf("%.2f GB-months", f)
	}
	return "less than 0.01 GB-months"
}

// keptPrune is a Prune in a journal.
type keptPrune struct {
	Bucket string    `json:"bucket"`
	Prefix exact     `json:"prefix,omitempty"`
	Rule   Rule      `json:"rule"`
	At     time.Time `json:"at"`
	Bypass bool      `json:"bypass,omitempty"`
	Serial string    `json:"serial,omitempty"`
}

// MarshalJSON keeps the prefix byte for byte.
func (in Prune) MarshalJSON() ([]byte, error) {
	return json.Marshal(keptPrune{in.Bucket, exact(in.Prefix), in.Rule, in.At, in.Bypass, in.Serial})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (in *Prune) UnmarshalJSON(raw []byte) error {
	var k keptPrune
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	*in = Prune{k.Bucket, string(k.Prefix), k.Rule, k.At, k.Bypass, k.Serial}
	return nil
}
