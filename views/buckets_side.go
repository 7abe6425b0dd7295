package views

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
	"cooper/ui/grid"
)

// Side is what the selected bucket is, in words.
func (v *bucketsView) Side(w, h int) string {
	b, ok := v.current()
	if !ok {
		return ""
	}
	lines := append([]string{v.env.Theme.Paint(ui.RoleTitle, ui.Cut(ui.Clean(b.Name), w)), ""},
		ui.FactLines(v.env.Theme, bucketFacts(v, b), w)...)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

// details shows the same where there is no room for a panel.
func (v *bucketsView) details() tea.Cmd {
	b, ok := v.current()
	if !ok {
		return nil
	}
	var text strings.Builder
	for _, f := range bucketFacts(v, b) {
		text.WriteString(f.Label + ": " + f.Value + "\n")
	}
	return ui.Push(ui.NewText(ui.Clean(b.Name), text.String()))
}

// bucketFacts are all that is known of a bucket; values are clean.
func bucketFacts(v *bucketsView, b buckets.Bucket) []ui.Fact {
	f := v.board.Facts(b.Name)
	public := f.Public()
	out := []ui.Fact{
		{Label: "ARN", Value: ui.Clean(buckets.ARN(v.partition, b.Name))},
		{Label: "region", Value: v.region(b)},
	}
	if !b.Created.IsZero() {
		out = append(out, ui.Fact{Label: "created", Value: ui.Time(b.Created)})
	}
	out = append(out,
		ui.Fact{Label: "owner", Value: factText(f.Owner(), "", func(o buckets.Owner) string { return strings.TrimSpace(o.Name + " " + o.ID) })},
		ui.Fact{Label: "versioning", Value: factText(f.Versioning, "", func(x buckets.Versioning) string { s, _ := versioningCell(x); return s })},
		ui.Fact{Label: "MFA delete", Value: factText(f.Versioning, "", func(x buckets.Versioning) string { s, _ := mfaCell(x); return s })},
		ui.Fact{Label: "encryption", Value: factText(f.Encryption, "none", encryptionText)},
		ui.Fact{Label: "public", Value: public.Exposure.String() + ". " + public.Reason},
		ui.Fact{Label: "bucket block", Value: factText(f.Block, buckets.Block{}.String(), buckets.Block.String)},
		ui.Fact{Label: "account block", Value: factText(f.AccountBlock, buckets.Block{}.String(), buckets.Block.String)},
		ui.Fact{Label: "ownership", Value: factText(f.Ownership, buckets.ObjectWriter+" (not set)", func(s string) string { return s })},
		ui.Fact{Label: "lock", Value: factText(f.Lock, "off", buckets.Lock.String)},
		ui.Fact{Label: "logging", Value: factText(f.Logging, "off", loggingText)},
	)
	return out
}

func encryptionText(e buckets.Encryption) string {
	s := e.String()
	if e.KeyID != "" {
		s += ", key " + e.KeyID
	}
	if e.BucketKey {
		s += ", bucket key"
	}
	if len(e.Blocked) > 0 {
		s += "; refused: " + strings.Join(e.Blocked, ", ")
	}
	return s
}

func loggingText(l buckets.Logging) string {
	if l.Target == "" {
		return "off"
	}
	return "to " + l.Target + "/" + l.Prefix
}

// factText words a Reading in full: a failure brings its reason along.
func factText[T any](r awsops.Reading[T], absent string, known func(T) string) string {
	if r.Err != nil && r.State > awsops.Absent {
		return r.State.String() + ": " + ui.Clean(Explain(r.Err).Sentence)
	}
	s, _ := readingCell(r, absent, func(x T) (string, grid.Style) { return ui.Clean(known(x)), cellText })
	return s
}
