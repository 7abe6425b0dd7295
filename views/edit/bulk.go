package edit

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/archive"
	"cooper/awsops/objectedit"
	"cooper/awsops/objectset"
	"cooper/awsops/transfer"
	"cooper/ui"
	"cooper/views"
)

// The ways in which what is typed is laid over what an object has.
const (
	merge = "keep the others"
	only  = "nothing else"
)

// askTags asks for tags to set and to take away.
func askTags(env *views.Env, life *ui.Life, set objectset.Set) tea.Cmd {
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Tags of " + many(set), Submit: "show the plan",
		Text: "Tags change in place: no copy is made, and nothing else of the objects changes.",
		Fields: []ui.FormField{
			{ID: "set", Label: "set", Placeholder: "team=a, stage=prod", Check: checkPairs, Help: "name=value, separated by commas. Those that are there get the new value."},
			{ID: "rest", Label: "and", Kind: ui.ChoiceField, Options: []string{merge, only}, Help: "Whether the tags that an object has besides stay."},
			{ID: "remove", Label: "take away", Placeholder: "draft, owner", Help: "Names of tags, separated by commas.", Hidden: replaces},
		},
		OK: func(v ui.Values) (tea.Cmd, string) {
			pairs, why := pairsOf(v, "set")
			if why != "" {
				return nil, why
			}
			if pairs.None() {
				return nil, "nothing would change"
			}
			return propose(env, life, objectedit.PlanTags, objectedit.TagSpec{Set: set, Tags: pairs}), ""
		}}))
}

func replaces(v ui.Values) bool { return v["rest"] == only }

// pairsOf reads what was typed about pairs.
func pairsOf(v ui.Values, field string) (objectedit.Pairs, string) {
	pairs, err := transfer.Pairs(v[field])
	if err != nil {
		return objectedit.Pairs{}, err.Error()
	}
	return objectedit.Pairs{Set: pairs, Remove: names(v["remove"]), Only: v["rest"] == only}, ""
}

func names(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func checkPairs(text string) string {
	if _, err := transfer.Pairs(text); err != nil {
		return err.Error()
	}
	return ""
}

// askClass asks for a storage class.
func askClass(env *views.Env, life *ui.Life, set objectset.Set) tea.Cmd {
	return chooseClass("Storage class of "+many(set), "", func(class string) tea.Cmd {
		return propose(env, life, objectedit.PlanEdit, objectedit.Spec{Set: set, Change: objectedit.Change{Class: class}})
	})
}

// classWords say what a class is for, in few words.
var classWords = map[string]string{
	"STANDARD": "at hand, in three zones or more", "STANDARD_IA": "seldom read: a fee for reading, 30 days at least",
	"ONEZONE_IA": "seldom read, in one zone only", "INTELLIGENT_TIERING": "moves by itself between tiers",
	"GLACIER_IR": "read once a quarter, at once; 90 days at least", "GLACIER": "archived: minutes to hours; 90 days at least",
	"DEEP_ARCHIVE": "archived: up to two days; 180 days at least", "REDUCED_REDUNDANCY": "not recommended any more",
}

func chooseClass(title, now string, then func(string) tea.Cmd) tea.Cmd {
	all := transfer.Classes()
	choices, at := make([]ui.Choice, len(all)), 0
	for i, class := range all {
		choices[i] = ui.Choice{Title: class, Detail: classWords[class]}
		if class == now {
			at = i
		}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: title, Items: choices, At: at, OK: func(i int) tea.Cmd { return then(all[i]) }}))
}

// none takes a header away, where an empty field keeps it.
const none = "-"

// askHeaders asks for headers and metadata of many objects.
func askHeaders(env *views.Env, life *ui.Life, set objectset.Set) tea.Cmd {
	var fields []ui.FormField
	for _, h := range objectedit.Headers() {
		fields = append(fields, ui.FormField{ID: string(h), Label: label(h), Placeholder: "as it is",
			Help: "Empty keeps what each object has. A hyphen takes the header away. " + helps[h]})
	}
	fields = append(fields,
		ui.FormField{ID: "set", Label: "metadata", Placeholder: "owner=finance", Check: checkPairs, Help: "name=value, separated by commas."},
		ui.FormField{ID: "rest", Label: "and", Kind: ui.ChoiceField, Options: []string{merge, only}, Help: "Whether the metadata that an object has besides stays."},
		ui.FormField{ID: "remove", Label: "take away", Help: "Names of metadata, separated by commas.", Hidden: replaces})
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Headers and metadata of " + many(set), Submit: "show the plan", Fields: fields,
		OK: func(v ui.Values) (tea.Cmd, string) {
			change := objectedit.Change{Headers: map[objectedit.Header]string{}}
			var why string
			if change.Metadata, why = pairsOf(v, "set"); why != "" {
				return nil, why
			}
			for _, h := range objectedit.Headers() {
				switch value := strings.TrimSpace(v[string(h)]); value {
				case "":
				case none:
					change.Headers[h] = ""
				default:
					change.Headers[h] = value
				}
			}
			if why := change.Problem(); why != "" {
				return nil, why
			}
			if change.None() {
				return nil, "nothing would change"
			}
			return propose(env, life, objectedit.PlanEdit, objectedit.Spec{Set: set, Change: change}), ""
		}}))
}

// Restore asks for how long and how fast objects are to be restored from an archive.
func Restore(env *views.Env, life *ui.Life, set objectset.Set) tea.Cmd {
	title := many(set)
	if e, one := set.Single(); one {
		title = name(e.Key)
	}
	var tiers []string
	for _, t := range []archive.Tier{archive.Standard, archive.Bulk, archive.Expedited} {
		tiers = append(tiers, string(t))
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Restore " + title + " from archive", Submit: "show the plan",
		Text: "Expedited: 1 to 5 minutes, not from the deep archives. Standard: 3 to 5 hours, deep up to 12. Bulk: 5 to 12 hours, deep up to 48, and the cheapest.",
		Fields: []ui.FormField{
			{ID: "tier", Label: "tier", Kind: ui.ChoiceField, Options: tiers, Value: string(archive.Standard), Help: "How fast, and at what price."},
			{ID: "days", Label: "days", Value: "7", Check: checkDays, Help: "How long the copy stays, counted from now to midnight UTC. Objects of Intelligent-Tiering come back for good."},
		},
		OK: func(v ui.Values) (tea.Cmd, string) {
			days, err := strconv.Atoi(strings.TrimSpace(v["days"]))
			if err != nil {
				return nil, checkDays(v["days"])
			}
			return propose(env, life, archive.PlanRestore, archive.Spec{Set: set, Days: days, Tier: archive.Tier(v["tier"])}), ""
		}}))
}

func checkDays(text string) string {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err != nil || n < 1 || n > archive.MaxDays {
		return "a number of days, 1 to 3650"
	}
	return ""
}
