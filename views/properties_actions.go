package views

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
)

func (v *propertiesView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "properties.edit", Keys: []string{"e", "enter"}, Help: "edit", Why: v.whyNotEdit, Run: v.edit},
		{ID: "properties.add", Keys: []string{"n"}, Help: "add tag or rule", Run: v.add},
		{ID: "properties.remove", Keys: []string{"d"}, Help: "remove", Why: v.whyNotRemove, Run: v.remove},
		{ID: "uploads.abort", Keys: []string{"A"}, Help: "abort old uploads", Why: v.whyNotAbort, Run: v.abortOld},
		{ID: "uploads.goon", Keys: []string{"c"}, Help: "go on with an upload", Why: v.whyNotGoOn, Run: v.goOn},
		{ID: "bucket.empty", Keys: []string{"E"}, Help: "empty the bucket", Run: func() tea.Cmd {
			return proposeEmpty(v.env, v.life, v.bucket)
		}},
		{ID: "bucket.delete", Keys: []string{"X"}, Help: "delete the bucket", Run: func() tea.Cmd {
			return proposeDelete(v.env, v.life, v.bucket, v.board, nil)
		}},
		{ID: "properties.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
	}
	return append(own, withoutMarks(v.table.actions())...)
}

// offered is why a setting can't be changed: what is there isn't known.
func offered[T any](r awsops.Reading[T]) string {
	switch r.State {
	case awsops.Known, awsops.Absent:
		return ""
	case awsops.Denied:
		return "the present setting is denied to you, and the change replaces it as a whole"
	case awsops.Unsupported:
		return "the server doesn't answer " + r.Source + " as S3 does"
	case awsops.Failed:
		return "the present setting could not be read"
	}
	return "the present setting is not read yet"
}

func (v *propertiesView) whyNotEdit() string {
	f := v.board.Facts(v.bucket)
	switch p := v.current(); p.kind {
	case propBlock:
		return offered(f.Block)
	case propAccountBlock:
		return offered(f.AccountBlock)
	case propOwnership:
		return offered(f.Ownership)
	case propTag:
		if p.tag.System() {
			return "tags that begin with aws: belong to AWS"
		}
		return offered(f.Tags)
	case propRule:
		return "a rule is removed and added anew"
	}
	return "this is not edited here: stand on a block, the ownership or a tag"
}

func (v *propertiesView) whyNotRemove() string {
	f := v.board.Facts(v.bucket)
	switch p := v.current(); p.kind {
	case propTag:
		return v.whyNotEdit()
	case propRule:
		return offered(f.Lifecycle)
	case propAccountBlock:
		return whyNotRemoveAccountBlock(f.AccountBlock)
	case propUpload:
		return ""
	}
	return "stand on a tag, a lifecycle rule, an upload or the account block"
}

func (v *propertiesView) whyNotAbort() string {
	if list, ok := v.uploads.Get(); !ok || len(list.uploads) == 0 {
		return "no incomplete upload is known"
	}
	return ""
}

func (v *propertiesView) edit() tea.Cmd {
	f := v.board.Facts(v.bucket)
	switch p := v.current(); p.kind {
	case propBlock:
		return editBlock(v.env, v.life, v.bucket, f.Block.Value)
	case propAccountBlock:
		return editAccountBlock(v.env, v.life, f.AccountBlock.Value)
	case propOwnership:
		return v.editOwnership(f.Ownership.Value)
	case propTag:
		return v.editTag(p.tag)
	}
	return nil
}

func (v *propertiesView) editOwnership(now string) tea.Cmd {
	all := []string{buckets.OwnerEnforced, buckets.OwnerPreferred, buckets.ObjectWriter}
	details := []string{"ACLs are off; the bucket's owner owns every object", "ACLs are on; objects uploaded with full control for the owner become the owner's",
		"ACLs are on; whoever uploads an object owns it"}
	items := make([]ui.Choice, len(all))
	for i, o := range all {
		items[i] = ui.Choice{Title: o, Detail: details[i]}
		if o == now {
			items[i].Why = "it is set already"
		}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Object ownership of " + ui.Clean(v.bucket), Items: items, At: max(slices.Index(all, now), 0), OK: func(i int) tea.Cmd {
		spec := buckets.OwnershipSpec{Bucket: v.bucket, Ownership: all[i]}
		return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return buckets.PlanOwnership(ctx, r, spec)
		})
	}}))
}

// editTag changes a tag, or makes a new one of the zero Tag.
func (v *propertiesView) editTag(was buckets.Tag) tea.Cmd {
	title := "Change a tag"
	if was.Key == "" {
		title = "Add a tag"
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: title, Submit: "show the plan", Fields: []ui.FormField{
		{ID: "key", Label: "key", Value: was.Key, Check: func(s string) string {
			switch {
			case s == "":
				return "a tag needs a key"
			case strings.HasPrefix(s, "aws:"):
				return "keys that begin with aws: belong to AWS"
			case len([]rune(s)) > 128:
				return "a key has at most 128 characters"
			}
			return ""
		}},
		{ID: "value", Label: "value", Value: was.Value, Check: func(s string) string {
			if len([]rune(s)) > 256 {
				return "a value has at most 256 characters"
			}
			return ""
		}},
	}, OK: func(x ui.Values) (tea.Cmd, string) {
		tags := v.ownTags(was.Key)
		if slices.ContainsFunc(tags, func(t buckets.Tag) bool { return t.Key == x["key"] }) {
			return nil, "there is a tag with this key already"
		}
		return v.proposeTags(append(tags, buckets.Tag{Key: x["key"], Value: x["value"]})), ""
	}}))
}

// ownTags are the bucket's tags without AWS's own and without one.
func (v *propertiesView) ownTags(without string) []buckets.Tag {
	return slices.DeleteFunc(slices.Clone(v.board.Facts(v.bucket).Tags.Value), func(t buckets.Tag) bool { return t.System() || t.Key == without })
}

func (v *propertiesView) proposeTags(tags []buckets.Tag) tea.Cmd {
	spec := buckets.TagsSpec{Bucket: v.bucket, Tags: tags}
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return buckets.PlanTags(ctx, r, spec)
	})
}

func (v *propertiesView) remove() tea.Cmd {
	switch p := v.current(); p.kind {
	case propTag:
		return v.proposeTags(v.ownTags(p.tag.Key))
	case propRule:
		return v.proposeRules(buckets.LifecycleSpec{Bucket: v.bucket, Remove: []string{p.rule.ID}})
	case propAccountBlock:
		return removeAccountBlock(v.env, v.life)
	case propUpload:
		return v.proposeAbort(buckets.AbortSpec{Bucket: v.bucket, Only: []awsops.Entry{{Key: p.upload.Key, UploadID: p.upload.ID}}})
	}
	return nil
}

func (v *propertiesView) proposeAbort(spec buckets.AbortSpec) tea.Cmd {
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return buckets.PlanAbort(ctx, r, spec)
	})
}

func (v *propertiesView) abortOld() tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Abort incomplete uploads", Label: "older than (days)", Value: "7",
		Text: "0 aborts all of them, also those that run now.",
		Check: func(s string) string {
			if n, err := strconv.Atoi(strings.TrimSpace(s)); err != nil || n < 0 || n > 36500 {
				return "a number of days"
			}
			return ""
		},
		OK: func(s string) tea.Cmd {
			n, err := strconv.Atoi(strings.TrimSpace(s))
			if err != nil {
				return ui.Status(fmt.Sprintf("%q is no number of days", ui.Clean(s)), ui.Warn)
			}
			spec := buckets.AbortSpec{Bucket: v.bucket}
			if n > 0 {
				spec.Before = v.env.Session.ServerNow().Add(-time.Duration(n) * 24 * time.Hour).UTC().Truncate(time.Second)
			}
			return v.proposeAbort(spec)
		}}))
}
