package views

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/journal"
	"cooper/awsops/policy"
	"cooper/ui"
)

func (v *policyView) Actions() []ui.Action {
	words := "show as JSON"
	if v.json {
		words = "show in words"
	}
	own := []ui.Action{
		{ID: "policy.add", Keys: []string{"n"}, Help: "add a ready statement", Why: v.whyNotChange, Run: v.addReady},
		{ID: "policy.edit", Keys: []string{"e"}, Help: "edit", Why: v.whyNotChange, Run: func() tea.Cmd { return v.edit(v.builtIn) }},
		{ID: "policy.statement.remove", Keys: []string{"d"}, Help: "remove the statement", Why: v.whyNotRemove, Run: v.removeStatement},
		{ID: "policy.try", Keys: []string{"t"}, Help: "try a request", Why: v.whyNotTry, Run: v.try},
		{ID: "policy.json", Keys: []string{"v"}, Help: words, Why: v.whyNotShow, Run: v.toggle},
		{ID: "policy.revert", Keys: []string{"z"}, Help: "revert to the policy before", Why: v.whyNotRevert, Run: v.revert},
		{ID: "policy.earlier", Keys: []string{"Z"}, Help: "earlier policies", Why: v.whyNotRevert, Run: v.chooseEarlier},
		{ID: "policy.delete", Keys: []string{"X"}, Help: "delete the policy", Why: v.whyNotShow, Run: func() tea.Cmd {
			return v.propose(func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
				return bucketpolicy.PlanRemove(ctx, r, bucketpolicy.RemoveSpec{Bucket: v.bucket})
			})
		}},
		{ID: "policy.external", Keys: []string{"E"}, Help: "edit in $EDITOR", Why: v.whyNotChange, Run: func() tea.Cmd { return v.edit(v.outside) }},
		{ID: "policy.drop", Keys: []string{"U"}, Help: "drop the draft", Why: v.whyNotDrop, Run: v.drop},
		{ID: "policy.block", Keys: []string{"b"}, Help: "public access block", Why: func() string { return offered(v.facts().Block) }, Run: func() tea.Cmd {
			return editBlock(v.env, v.life, v.bucket, v.facts().Block.Value)
		}},
		{ID: "policy.account", Keys: []string{"B"}, Help: "the account's block", Why: func() string { return offered(v.facts().AccountBlock) }, Run: func() tea.Cmd {
			return editAccountBlock(v.env, v.life, v.facts().AccountBlock.Value)
		}},
		{ID: "policy.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
	}
	if v.json {
		return append(own, v.scroll.actions()...)
	}
	return append(own, withoutMarks(v.table.actions())...)
}

func (v *policyView) facts() buckets.Facts { return v.board.Facts(v.bucket) }

func (v *policyView) propose(plan Planner) tea.Cmd { return v.env.Propose(v.life, plan) }

func (v *policyView) whyNotChange() string { return offered(v.text) }

func (v *policyView) whyNotShow() string {
	if v.text.State == awsops.Absent {
		return "the bucket has no policy"
	}
	return offered(v.text)
}

func (v *policyView) whyNotTry() string {
	if v.text.State == awsops.Known && v.doc == nil {
		return "the policy can't be read"
	}
	return offered(v.text)
}

func (v *policyView) whyNotRemove() string {
	if v.doc == nil || v.current() < 0 {
		return "stand on a statement"
	}
	return offered(v.text)
}

func (v *policyView) whyNotRevert() string {
	if why := offered(v.text); why != "" {
		return why
	}
	return v.past.whyNot()
}

func (v *policyView) toggle() tea.Cmd {
	v.json = !v.json
	v.scroll = scroll{}
	return nil
}

// base names the policy that is on the screen, so that somebody else's change is not overwritten.
func (v *policyView) base() string { return bucketpolicy.Hash(v.text.Value) }

func (v *policyView) addReady() tea.Cmd {
	all := policy.Library()
	items := make([]ui.Choice, len(all))
	for i, r := range all {
		items[i] = ui.Choice{Title: r.Title, Detail: r.Warning}
		if v.doc != nil && v.doc.Find(r.Sid) >= 0 {
			items[i].Detail = "is there already; choosing it replaces it"
			if r.Asks == "" {
				items[i].Why = "is there already"
			}
		}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Add a ready statement to the policy of " + ui.Clean(v.bucket), Items: items, OK: func(i int) tea.Cmd {
		if all[i].Asks == "" {
			return v.proposeReady(all[i].Sid, "")
		}
		return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: all[i].Title, Text: all[i].Warning, Label: all[i].Asks, Check: all[i].Check,
			OK: func(answer string) tea.Cmd { return v.proposeReady(all[i].Sid, answer) }}))
	}}))
}

func (v *policyView) proposeReady(sid, answer string) tea.Cmd {
	text, ok := policy.Make(sid, v.arn, answer)
	if !ok {
		return ui.Status("this answer makes no statement", ui.Warn)
	}
	spec := bucketpolicy.StatementSpec{Bucket: v.bucket, Base: v.base(), Add: []string{string(text)}}
	return v.propose(func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return bucketpolicy.PlanStatement(ctx, r, spec)
	})
}

func (v *policyView) removeStatement() tea.Cmd {
	at := v.current()
	spec := bucketpolicy.StatementSpec{Bucket: v.bucket, Base: v.base(), Remove: &at}
	return v.propose(func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return bucketpolicy.PlanStatement(ctx, r, spec)
	})
}

// revert plans the policy from before the last change.
func (v *policyView) revert() tea.Cmd {
	was, _ := v.past.last()
	return v.putBack(was)
}

func (v *policyView) chooseEarlier() tea.Cmd {
	return v.past.choose("Put back the policy of "+ui.Clean(v.bucket)+" from before …", policySize, v.putBack)
}

func (v *policyView) putBack(was journal.Earlier) tea.Cmd {
	title, base := back("policy", v.bucket, was.Until), v.base()
	return v.propose(func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		if was.Text == "" {
			return bucketpolicy.PlanRemove(ctx, r, bucketpolicy.RemoveSpec{Bucket: v.bucket, Base: base, Title: title + " had none"})
		}
		return bucketpolicy.PlanPut(ctx, r, bucketpolicy.PutSpec{Bucket: v.bucket, Policy: was.Text, Base: base, Title: title})
	})
}

// policySize says what an earlier policy held.
func policySize(text string) string {
	if text == "" {
		return "no policy"
	}
	out := fmt.Sprintf("%d bytes", len(policy.Compact([]byte(text))))
	if d, err := policy.Parse([]byte(text)); err == nil {
		out = ui.Plural(int64(len(d.Statements)), "statement", "statements") + ", " + out
	}
	return out
}
