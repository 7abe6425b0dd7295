package encryption

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	defaults "cooper/awsops/encryption"
	"cooper/ui"
	"cooper/views"
)

// Actions are the keys of the tab. Enter does what the row under the cursor is about.
func (v *tab) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "encryption.row", Keys: []string{"enter", "t"}, Help: v.rowHelp(), Why: v.whyNotRow, Run: v.rowAction},
		{ID: "encryption.edit", Keys: []string{"e"}, Help: "change the default", Why: v.whyNotEdit, Run: v.edit},
		{ID: "encryption.key", Keys: []string{"K"}, Help: "choose a KMS key", Why: v.whyNotKey, Run: v.pickKey},
		{ID: "encryption.usage", Keys: []string{"w"}, Help: "who used the key", Why: v.whyNotUsage, Run: v.openUsage},
		{ID: "encryption.ssec", Keys: []string{"b"}, Help: v.ssecHelp(), Why: v.whyNotEdit, Run: v.turnSSEC},
		{ID: "encryption.reset", Keys: []string{"R"}, Help: "reset to SSE-S3", Why: v.whyNotReset, Run: func() tea.Cmd {
			return v.propose(defaults.PutSpec{Algorithm: defaults.SSES3})
		}},
		{ID: "encryption.revert", Keys: []string{"z"}, Help: "put back the default before", Why: v.whyNotRevert, Run: v.revert},
		{ID: "encryption.usage.other", Keys: []string{"W"}, Help: "who used another key", Why: v.whyNotHistory, Run: v.pickUsage},
		{ID: "encryption.objects", Keys: []string{"E"}, Help: "encryption of the objects", Run: func() tea.Cmd {
			return ui.Open(ui.Place{Screen: "kinds", Bucket: v.bucket})
		}},
		{ID: "encryption.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
	}
	return append(own, v.table.Keys()...)
}

func (v *tab) rowHelp() string {
	switch id := v.current(); id {
	case rowKey:
		return "who used it"
	case rowSSEC:
		return v.ssecHelp()
	case rowDefault, "":
		return "change"
	default:
		if s, ok := v.findToggle(id); ok && v.ours(s) {
			return "turn off"
		}
		return "turn on"
	}
}

func (v *tab) whyNotRow() string {
	switch id := v.current(); id {
	case "":
		return "nothing can be changed on this row"
	case rowKey:
		return v.whyNotUsage()
	case rowDefault, rowSSEC:
		return v.whyNotEdit()
	default:
		s, _ := v.findToggle(id)
		return v.whyNotToggle(s)
	}
}

func (v *tab) rowAction() tea.Cmd {
	switch id := v.current(); id {
	case rowKey:
		return v.openUsage()
	case rowSSEC:
		return v.turnSSEC()
	case rowDefault:
		return v.edit()
	default:
		s, _ := v.findToggle(id)
		return v.turn(s)
	}
}

func (v *tab) whyNotEdit() string { return views.Offered(v.byDefault) }

func (v *tab) whyNotKey() string {
	if v.env.Session.Dialect() == awsops.DialectCompatible {
		return "this endpoint has no AWS KMS to list keys of: e takes a key's name"
	}
	return v.whyNotEdit()
}

func (v *tab) whyNotHistory() string {
	if v.env.Session.Dialect() == awsops.DialectCompatible {
		return "this endpoint has no AWS CloudTrail to ask"
	}
	return ""
}

func (v *tab) whyNotUsage() string {
	e, ok := v.byDefault.Get()
	switch {
	case v.whyNotHistory() != "":
		return v.whyNotHistory()
	case !ok || !defaults.UsesKMS(e.Algorithm):
		return "the default names no KMS key"
	case v.key.key.State == awsops.Known:
		return ""
	case v.key.key.Settled() && e.KeyID != "":
		return "" // the history knows keys by their ARN, whatever KMS says of them now
	case v.key.key.Settled():
		return "the key's ARN is not known"
	}
	return "the key is not read yet"
}

func (v *tab) openUsage() tea.Cmd {
	key := v.byDefault.Value.KeyID
	if k, ok := v.key.key.Get(); ok {
		key = k.ARN
	}
	return v.usageOf(key)
}

func (v *tab) usageOf(key string) tea.Cmd {
	return ui.Open(ui.Place{Screen: UsageScreen, Bucket: v.bucket, Focus: key})
}

func (v *tab) ssecHelp() string {
	if blocked, _ := defaults.Blocks(v.byDefault.Value); blocked {
		return "allow SSE-C"
	}
	return "block SSE-C"
}

// same is a spec that leaves the default as it is.
func (v *tab) same() defaults.PutSpec {
	e := v.byDefault.Value
	if e.Algorithm == "" {
		e.Algorithm = defaults.SSES3
	}
	return defaults.PutSpec{Algorithm: e.Algorithm, Key: e.KeyID, BucketKey: e.BucketKey && e.Algorithm == defaults.KMS}
}

func (v *tab) turnSSEC() tea.Cmd {
	spec := v.same()
	spec.SSEC = defaults.BlockSSEC
	if blocked, _ := defaults.Blocks(v.byDefault.Value); blocked {
		spec.SSEC = defaults.BlockNone
	}
	return v.propose(spec)
}

func (v *tab) whyNotReset() string {
	if v.byDefault.State == awsops.Known && v.byDefault.Value.Algorithm == defaults.SSES3 {
		return "the default is SSE-S3"
	}
	return v.whyNotEdit()
}

func (v *tab) whyNotRevert() string {
	if v.previous == nil {
		return "the default was not changed while this tab was open"
	}
	return v.whyNotEdit()
}

func (v *tab) revert() tea.Cmd {
	e := *v.previous
	spec := defaults.PutSpec{Algorithm: e.Algorithm, Key: e.KeyID, BucketKey: e.BucketKey && e.Algorithm == defaults.KMS, SSEC: defaults.BlockNone}
	if blocked, known := defaults.Blocks(e); blocked {
		spec.SSEC = defaults.BlockSSEC
	} else if !known {
		spec.SSEC = ""
	}
	return v.propose(spec)
}

func (v *tab) propose(spec defaults.PutSpec) tea.Cmd {
	spec.Bucket = v.bucket
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return defaults.PlanPut(ctx, r, spec)
	})
}
