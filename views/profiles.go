package views

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/awsops/sso"
	"cooper/ui"
	"cooper/ui/grid"
)

// profilesView lists the ways to sign in and switches among them.
type profilesView struct {
	env   *Env
	life  *ui.Life
	table *table
	list  ProfileList
	read  bool
	id    awsops.Identity // of the session in force, once it is known
	// logins say until when IAM Identity Center's logins are good, by the key of their file.
	logins map[string]time.Time
}

// NewProfiles makes the screen of profiles.
func NewProfiles(env *Env, _ ui.Place) ui.View {
	v := &profilesView{env: env, life: env.Life()}
	v.table = newTable(env.Theme, v,
		grid.Column{Title: "profile", Width: 14, Flex: 1, Max: 30}, grid.Column{Title: "kind", Width: 15, Drop: 1},
		grid.Column{Title: "account", Width: 12, Drop: 2}, grid.Column{Title: "region", Width: 12, Drop: 3},
		grid.Column{Title: "where", Width: 8, Flex: 1, Max: 34, Cut: grid.CutMiddle, Drop: 4}, grid.Column{Title: "note", Width: 22, Flex: 1, Max: 44})
	return v
}

func (v *profilesView) Title() string { return "profiles" }
func (v *profilesView) Close()        { v.life.Close() }
func (v *profilesView) Init() tea.Cmd { return v.load() }

func (v *profilesView) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(ui.Resumed); ok {
		return v.load()
	}
	return v.table.Update(msg)
}

// load reads the files again, without losing the entry the cursor is on.
func (v *profilesView) load() tea.Cmd {
	if v.env.Profiles == nil {
		v.read = true
		return nil
	}
	return ui.Do(v.life, "profiles", v.env.readProfiles,
		func(got profilesRead, _ error) tea.Cmd {
			l := got.list
			v.logins = got.logins
			on, stay := v.selected()
			v.list, v.read = l, true
			v.id, _ = v.env.Session.KnownIdentity()
			at := slices.IndexFunc(l.Entries, func(e ProfileEntry) bool {
				return stay && e.title() == on.title() && e.Kind == on.Kind || !stay && e.Present
			})
			v.table.SelectRow(max(at, 0))
			return nil
		})
}

type profilesRead struct {
	list   ProfileList
	logins map[string]time.Time
}

func (e *Env) readProfiles(context.Context) (profilesRead, error) {
	out := profilesRead{list: e.Profiles.List(), logins: map[string]time.Time{}}
	for _, p := range out.list.Entries {
		if p.SSO == nil {
			continue
		}
		if until, ok := sso.Until(p.SSO.Key()); ok {
			out.logins[p.SSO.Key()] = until
		}
	}
	return out, nil
}

// Len, Want and Cell make the view its table's source.
func (v *profilesView) Len() (int, bool) { return len(v.list.Entries), v.read }

// Want has nothing to fetch: the list is in memory.
func (v *profilesView) Want(int, int) {}

// Cell writes one cell of a profile.
func (v *profilesView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if row < 0 || row >= len(v.list.Entries) {
		return buf, cellText
	}
	e := v.list.Entries[row]
	switch col {
	case 0:
		if e.Present {
			buf = append(buf, v.env.Theme.Glyph().Check+" "...)
			return append(buf, ui.Clean(e.title())...), cellAccent
		}
		return append(append(buf, "  "...), ui.Clean(e.title())...), cellText
	case 1:
		if e.Kind == profiles.Broken {
			return append(buf, e.Kind...), cellBad
		}
		return append(buf, e.Kind...), cellText
	case 2:
		return append(buf, v.account(e)...), cellMuted
	case 3:
		return append(buf, ui.Clean(e.Region)...), cellMuted
	case 4:
		return append(buf, ui.Clean(first(e.Endpoint, "AWS"))...), cellMuted
	}
	words, style := profileNote(e)
	return append(buf, words...), style
}

// account is the profile's account as far as it is known: from the files, or because the session in force was told.
func (v *profilesView) account(e ProfileEntry) string {
	if e.Present && v.id.Account != "" {
		return v.id.Account
	}
	return ui.Clean(e.Account)
}

// profileNote is what should be known before the profile is chosen.
func profileNote(e ProfileEntry) (string, grid.Style) {
	if len(e.Troubles) > 0 {
		style := cellWarn
		if e.Kind == profiles.Broken {
			style = cellBad
		}
		return ui.Clean(e.Troubles[0].Sentence), style
	}
	var words []string
	if e.Kind == profiles.Portal {
		return "enter: accounts and roles", cellInfo
	}
	if e.Kept {
		words = append(words, "no profile, d forgets it")
	}
	if e.ReadOnly {
		words = append(words, "read-only")
	}
	if e.NeedsCode() {
		words = append(words, "asks for a code")
	}
	if n := len(e.Chain); n > 1 {
		words = append(words, ui.Plural(int64(n), "role", "roles")+" in a row")
	}
	if e.source() == profiles.Static && e.KeyTail != "" {
		words = append(words, "long-term key")
	}
	return strings.Join(words, ", "), cellMuted
}

// Render draws the list and what is to be said of it.
func (v *profilesView) Render(w, h int) string {
	t := v.env.Theme
	if !v.read {
		return ui.Picture(t, ui.Loading, "Reading the shared AWS files.", w, h)
	}
	var head []string
	note := func(role ui.Role, text string) {
		for _, l := range ui.Wrap(ui.Clean(text), w) {
			head = append(head, t.Paint(role, l))
		}
	}
	if v.list.Notice != "" {
		note(ui.RoleWarn, t.Glyph().Warn+" "+v.list.Notice)
	}
	for i, tr := range v.list.Troubles {
		if i == 2 {
			note(ui.RoleWarn, t.Glyph().Warn+" "+ui.Plural(int64(len(v.list.Troubles)-2), "more fault", "more faults")+" in the shared AWS files")
			break
		}
		note(ui.RoleWarn, t.Glyph().Warn+" "+tr.String())
	}
	head = head[:min(len(head), max(h-4, 0))]
	if len(v.list.Entries) == 0 {
		return strings.Join(append(head, ui.Picture(t, ui.Empty, "There is no profile: neither the config nor the credentials file has one.", w, h-len(head))), "\n")
	}
	return strings.Join(append(head, v.table.Render(w, h-len(head))), "\n")
}

func (v *profilesView) selected() (ProfileEntry, bool) {
	row, ok := v.table.Selected()
	if !ok || row >= len(v.list.Entries) {
		return ProfileEntry{}, false
	}
	return v.list.Entries[row], true
}

// Side is what the selected profile is, in words.
func (v *profilesView) Side(w, h int) string {
	e, ok := v.selected()
	if !ok {
		return ""
	}
	lines := append([]string{v.env.Theme.Paint(ui.RoleTitle, ui.Cut(ui.Clean(e.title()), w)), ""},
		ui.FactLines(v.env.Theme, v.facts(e), w)...)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

// Copies offers the profile's name and the roles on its way.
func (v *profilesView) Copies() []ui.CopyItem {
	e, ok := v.selected()
	if !ok {
		return nil
	}
	var out []ui.CopyItem
	if e.Name != "" {
		out = append(out, ui.CopyItem{Label: "profile", Value: e.Name})
	}
	for _, hop := range e.Chain {
		out = append(out, ui.CopyItem{Label: "role", Value: hop.RoleARN})
	}
	return out
}
