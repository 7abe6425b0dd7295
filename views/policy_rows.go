package views

import (
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/policy"
	"cooper/ui"
	"cooper/ui/grid"
)

// rows are what the tab says, in words.
func (v *policyView) rows() []policyItem {
	row := func(label, text string, style grid.Style) policyItem {
		return policyItem{label: label, text: ui.Clean(text), style: style, statement: -1}
	}
	head := func(label string) policyItem { return policyItem{label: label, heading: true, statement: -1} }
	f := v.facts()
	public := f.Public()
	access := public.Exposure.String()
	if public.Level != "" {
		access += " (" + public.Level + "): " + public.Reason
	}
	notSet := buckets.Block{}.String() + " (not set)"
	out := []policyItem{row("public", access, exposureStyle(access)),
		row("block", "bucket: "+factText(f.Block, notSet, buckets.Block.String)+"; account: "+factText(f.AccountBlock, notSet, buckets.Block.String), cellMuted)}
	if v.draft.text != "" {
		out = append(out, row("not saved", "There is a draft: e goes on with it, U drops it.", cellInfo))
	}
	if was, ok := v.past.last(); ok && known(v.text.State) {
		out = append(out, row("before", policySize(was.Text)+", until "+ui.Time(was.Until)+": z puts it back", cellMuted))
	}
	switch v.text.State {
	case awsops.Known:
	case awsops.Absent:
		return append(out, row("policy", "There is none: nothing is denied, and only the account's own policies and ACLs allow. n adds a ready statement.", cellText))
	case awsops.Unread, awsops.Loading:
		return append(out, row("policy", "loading", cellInfo))
	default:
		return append(out, row("policy", v.text.State.String()+": "+Explain(v.text.Err).Sentence, cellBad))
	}
	out = append(out, row("size", fmt.Sprintf("%d of %d bytes", len(policy.Compact([]byte(v.text.Value))), policy.MaxSize), cellText))
	out = append(out, v.verdicts(row)...)
	out = append(out, v.statements(head)...)
	if len(v.lint) > 0 {
		out = append(out, head("Findings"))
	}
	for _, p := range v.lint {
		style := cellWarn
		if p.Serious {
			style = cellBad
		}
		out = append(out, policyItem{label: fmt.Sprintf("  line %d:%d", p.Line, p.Column), text: ui.Clean(p.Text), style: style, statement: p.Statement})
	}
	return out
}

// statements are the policy's, each in a sentence.
func (v *policyView) statements(head func(string) policyItem) []policyItem {
	if v.doc == nil {
		return nil
	}
	out := []policyItem{head("Statements")}
	for i := range v.doc.Statements {
		s := &v.doc.Statements[i]
		label, style := s.Sid, cellText
		if label == "" {
			label = fmt.Sprintf("statement %d", i+1)
		}
		if s.Effect == policy.Deny {
			style = cellWarn
		}
		out = append(out, policyItem{label: "  " + ui.Cut(ui.Clean(label), 17), text: ui.Clean(s.Effect.String() + ": " + s.Words()), style: style, statement: i})
	}
	return out
}

func exposureStyle(text string) grid.Style {
	switch {
	case strings.HasPrefix(text, "PUBLIC"):
		return cellBad
	case strings.HasPrefix(text, "not public"):
		return cellGood
	}
	return cellWarn
}

// verdicts are what the policy achieves as a whole, with the statement that does.
func (v *policyView) verdicts(row func(string, string, grid.Style) policyItem) []policyItem {
	j := policy.Judge(v.doc, v.arn, v.owner)
	by := func(f policy.Finding) string {
		if f.Statement < 0 || v.doc == nil {
			return ""
		}
		if sid := v.doc.Statements[f.Statement].Sid; sid != "" {
			return " (" + sid + ")"
		}
		return fmt.Sprintf(" (statement %d)", f.Statement+1)
	}
	say := func(label string, f policy.Finding, yes, no string, good, bad grid.Style) policyItem {
		if f.Yes {
			return row(label, yes+by(f), good)
		}
		return row(label, no, bad)
	}
	return []policyItem{
		say("TLS", j.TLS, "connections without TLS are refused", "connections without TLS are not refused", cellGood, cellWarn),
		say("encryption", j.Encryption, "uploads may only ask for "+j.Encryption.Detail, "no kind of encryption is forced", cellGood, cellMuted),
		say("versions", j.MFABypass, "deleting versions is allowed to others: some S3-compatible servers then ask for no MFA code", "no statement allows deleting versions", cellBad, cellMuted),
		say("other accounts", j.Accounts, "let in: "+j.Accounts.Detail, "none is let in by name", cellWarn, cellMuted),
	}
}
