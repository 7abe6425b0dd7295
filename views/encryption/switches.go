package encryption

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	defaults "cooper/awsops/encryption"
	"cooper/awsops/kms"
	"cooper/awsops/policy"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// toggle is a switch: statements of our own in the bucket's policy, known by their Sids.
type toggle struct {
	id, label string
	sids      []string // the first is the one that decides
	finding   func(policy.Forced) policy.Finding
	on, off   string // what it means, in words; DETAIL stands for the finding's
}

var toggles = []toggle{
	{id: "tls", label: "  TLS only", sids: []string{"CooperDenyInsecureTransport"}, finding: func(f policy.Forced) policy.Finding { return f.TLS },
		on: "requests without TLS are refused", off: "requests without TLS are not refused"},
	{id: "mintls", label: "  minimum TLS", sids: []string{"CooperDenyOldTls"}, finding: func(f policy.Forced) policy.Finding { return f.MinTLS },
		on: "TLS DETAIL or newer", off: "whatever version S3 speaks"},
	{id: "kind", label: "  only this kind", sids: []string{"CooperDenyOtherSse"}, finding: func(f policy.Forced) policy.Finding { return f.Encryption },
		on: "uploads may only ask for DETAIL", off: "uploads may ask for any kind"},
	{id: "onekey", label: "  only this key", sids: []string{"CooperDenyOtherKmsKey", "CooperDenyKmsWithoutKeyId"}, finding: func(f policy.Forced) policy.Finding { return f.Key },
		on: "uploads may only name DETAIL", off: "uploads may name any key"},
	{id: "nossec", label: "  no SSE-C", sids: []string{"CooperDenySseC"}, finding: func(f policy.Forced) policy.Finding { return f.NoSSEC },
		on: "uploads under a customer's key are refused by the policy, too", off: "left to the bucket's own setting above"},
}

// switchRows say what the policy forces, as evaluating it shows.
func (v *tab) switchRows() []item {
	head := item{label: "Forced by the policy", heading: true, text: " "}
	if v.policy.State != awsops.Absent {
		if it, none := trouble("", "  policy", v.policy, ""); none {
			return []item{head, it}
		}
		if v.doc == nil {
			return []item{head, row("", "  policy", "it can't be read as JSON: see the Policy tab", views.CellBad)}
		}
	}
	out := []item{head}
	for _, s := range toggles {
		out = append(out, row(s.id, s.label, v.switchWords(s), v.switchStyle(s)))
	}
	return out
}

// ours reports whether the switch's own statement is in the policy.
func (v *tab) ours(s toggle) bool { return v.doc != nil && v.doc.Find(s.sids[0]) >= 0 }

func (v *tab) switchWords(s toggle) string {
	f := s.finding(v.forced)
	words := "[off] " + s.off
	switch {
	case f.Yes && v.ours(s):
		words = "[on] " + s.on
	case f.Yes:
		words = "[on] " + s.on + " (by " + v.statement(f.Statement) + ", which is not cooper's)"
	case v.ours(s):
		words = "[?] cooper's statement " + s.sids[0] + " is there, but does not force it on everybody"
	}
	return strings.ReplaceAll(words, "DETAIL", v.detail(f)) + v.conflict(s, f)
}

// detail shortens a key to its id where the account is the bucket's own.
func (v *tab) detail(f policy.Finding) string {
	if n, err := kms.ParseName(f.Detail); err == nil && n.ID != "" {
		return n.ID
	}
	return f.Detail
}

// conflict says where the default and what the policy forces don't go together.
func (v *tab) conflict(s toggle, f policy.Finding) string {
	e, ok := v.byDefault.Get()
	if !ok || !f.Yes {
		return ""
	}
	kinds, _, _ := strings.Cut(f.Detail, " (")
	if s.id == "kind" && !slices.Contains(strings.Split(kinds, " or "), e.Algorithm) {
		return "; the default is another kind"
	}
	if s.id == "onekey" && defaults.UsesKMS(e.Algorithm) && e.KeyID != f.Detail {
		return "; the default names another key"
	}
	if s.id == "onekey" && !v.forced.NamedKey.Yes {
		return "; uploads that ask for SSE-KMS and name no key still get aws/s3"
	}
	return ""
}

func (v *tab) switchStyle(s toggle) grid.Style {
	switch f := s.finding(v.forced); {
	case f.Yes && v.conflict(s, f) == "":
		return views.CellGood
	case f.Yes, v.ours(s):
		return views.CellWarn
	case s.id == "tls":
		return views.CellWarn
	}
	return views.CellMuted
}

// statement names a statement of the policy.
func (v *tab) statement(i int) string {
	if v.doc == nil || i < 0 || i >= len(v.doc.Statements) {
		return "the policy"
	}
	if sid := v.doc.Statements[i].Sid; sid != "" {
		return "the statement " + ui.Clean(sid)
	}
	return "a statement without a Sid"
}

func (v *tab) findToggle(id string) (toggle, bool) {
	i := slices.IndexFunc(toggles, func(s toggle) bool { return s.id == id })
	if i < 0 {
		return toggle{}, false
	}
	return toggles[i], true
}

// whyNotToggle says why a switch can't be turned now.
func (v *tab) whyNotToggle(s toggle) string {
	if why := views.Offered(v.policy); why != "" {
		return why
	}
	if v.policy.State == awsops.Known && v.doc == nil {
		return "the policy can't be read: see the Policy tab"
	}
	if f := s.finding(v.forced); f.Yes && !v.ours(s) {
		return v.statement(f.Statement) + " forces it, which is not cooper's: change it in the Policy tab"
	}
	return ""
}

// turn turns a switch: off by taking our statements out, on by adding them, after asking what they need.
func (v *tab) turn(s toggle) tea.Cmd {
	name := strings.TrimSpace(s.label)
	if v.ours(s) {
		return v.proposePolicy(bucketpolicy.StatementSpec{Drop: s.sids, Title: "Turn off “" + name + "” for " + v.bucket})
	}
	add := func(answer string) tea.Cmd {
		spec := bucketpolicy.StatementSpec{Title: "Turn on “" + name + "” for " + v.bucket}
		sids := s.sids
		if s.id == "mintls" && !v.forced.TLS.Yes {
			sids = append(slices.Clone(sids), toggles[0].sids...) // plain HTTP has no TLS version that would be too old
		}
		for i, sid := range sids {
			if i > 0 {
				answer = "" // only the first asks for something
			}
			text, ok := policy.Make(sid, v.arn, answer)
			if !ok {
				return ui.Status("this answer makes no statement", ui.Warn)
			}
			spec.Add = append(spec.Add, string(text))
		}
		return v.proposePolicy(spec)
	}
	switch s.id {
	case "mintls":
		return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Minimum TLS version", Text: "S3 itself speaks 1.2 and newer. Plain HTTP, which has no version to be too old, is refused with it.", Items: []ui.Choice{{Title: "1.2"},
			{Title: "1.3", Detail: "gateways and private endpoints that don't speak it are shut out"}}, OK: func(i int) tea.Cmd { return add([]string{"1.2", "1.3"}[i]) }}))
	case "kind":
		return v.askKind(add)
	case "onekey":
		return v.askForcedKey(add)
	}
	return add("")
}

func (v *tab) askKind(add func(string) tea.Cmd) tea.Cmd {
	kinds := []string{defaults.SSES3, defaults.KMS, defaults.DSSE}
	items := []ui.Choice{{Title: "SSE-S3 (AES256)"}, {Title: "SSE-KMS (aws:kms)"}, {Title: "DSSE-KMS (aws:kms:dsse)"}}
	at := max(slices.Index(kinds, v.byDefault.Value.Algorithm), 0)
	items[at].Detail = "as the bucket's default"
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Only this kind of encryption", At: at, Items: items,
		Text: "Uploads that ask for another kind are refused; those that ask for none take the bucket's default.",
		OK:   func(i int) tea.Cmd { return add(kinds[i]) }}))
}

func (v *tab) askForcedKey(add func(string) tea.Cmd) tea.Cmd {
	value := v.byDefault.Value.KeyID
	if !kms.IsKeyARN(value) {
		value = ""
	}
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Only this KMS key", Label: "ARN of the key", Value: value,
		Text:  "Uploads that name another key are refused, and so are those that ask for SSE-KMS without naming one, which S3 would encrypt with aws/s3. Those without headers take the bucket's default.",
		Check: arnProblem, OK: func(text string) tea.Cmd { return add(strings.TrimSpace(text)) }}))
}

// proposePolicy plans a change of the policy that is on the screen.
func (v *tab) proposePolicy(spec bucketpolicy.StatementSpec) tea.Cmd {
	spec.Bucket, spec.Base = v.bucket, bucketpolicy.Hash(v.policy.Value)
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return bucketpolicy.PlanStatement(ctx, r, spec)
	})
}
