package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/awsops/sso"
	"cooper/ui"
	"cooper/ui/grid"
)

// roleWorkers is how many accounts are asked for their roles at once.
const roleWorkers = 4

// accountsView lists the accounts and roles of IAM Identity Center that a login may use, and signs in as one of them.
type accountsView struct {
	env    *Env
	life   *ui.Life
	table  *table
	entry  ProfileEntry    // the sso-session
	way    *awsops.Session // signs nothing: to log in and to list
	portal *sso.Portal
	list   []accountRoles
	asked  int // how many of list have been asked for
	turn   int // of the listing: answers of one before count no more
	failed error
	read   bool
	rows   []accountRow
}

type accountRoles struct {
	sso.Account
	roles []string
	read  bool
	err   error
}

// accountRow is one role; role is "" for an account whose roles are not known, or that has none.
type accountRow struct {
	in   int
	role string
}

// NewAccounts makes the screen of the accounts and roles of an sso-session, which the place's Key names.
func NewAccounts(env *Env, p ui.Place) ui.View {
	v := &accountsView{env: env, life: env.Life(), entry: ProfileEntry{Label: p.Key}}
	v.entry.Profile.Kind = profiles.Portal
	v.table = newTable(env.Theme, v, grid.Column{Title: "account", Width: 12}, grid.Column{Title: "name", Width: 12, Flex: 1, Max: 40},
		grid.Column{Title: "role", Width: 20, Flex: 2, Max: 64}, grid.Column{Title: "email", Width: 16, Flex: 1, Max: 40, Drop: 1})
	v.table.SetNoun("role", "roles")
	v.table.onFilter = func(string) tea.Cmd { v.arrange(); return nil }
	return v
}

func (v *accountsView) Title() string { return "accounts" }
func (v *accountsView) Close()        { v.life.Close() }
func (v *accountsView) Typing() bool  { return v.table.Typing() }
func (v *accountsView) Init() tea.Cmd { return v.load() }

func (v *accountsView) Update(msg tea.Msg) tea.Cmd { return v.table.Update(msg) }

// portalLook is what one look at the portal gives before the roles.
type portalLook struct {
	entry    ProfileEntry
	way      *awsops.Session
	portal   *sso.Portal
	accounts []sso.Account
}

// load lists the accounts; their roles are asked for after that.
func (v *accountsView) load() tea.Cmd {
	v.turn++
	v.read, v.failed, v.list, v.asked = false, nil, nil, 0
	v.arrange()
	name := v.entry.Label
	return ui.Do(v.life, "accounts", func(ctx context.Context) (portalLook, error) { return v.env.listAccounts(ctx, name) },
		func(got portalLook, err error) tea.Cmd {
			v.read, v.failed = true, err
			if got.way != nil {
				v.entry, v.way, v.portal = got.entry, got.way, got.portal
				v.entry.Label = name
			}
			if loginOver(err) {
				got.accounts = nil // their roles would not be told
			}
			for _, a := range got.accounts {
				v.list = append(v.list, accountRoles{Account: a})
			}
			v.arrange()
			var cmds []tea.Cmd
			for n := range roleWorkers {
				cmds = append(cmds, v.next("roles "+string(rune('1'+n)), v.turn))
			}
			return tea.Batch(cmds...)
		})
}

func (e *Env) listAccounts(ctx context.Context, name string) (portalLook, error) {
	var out portalLook
	if e.Profiles == nil {
		return out, awsops.Invalid("ListAccounts", "this run has but one way to sign in", "")
	}
	entries := e.Profiles.List().Entries
	at := slices.IndexFunc(entries, func(p ProfileEntry) bool { return p.Kind == profiles.Portal && p.SSO.Session == name })
	if at < 0 {
		return out, awsops.Invalid("ListAccounts", "there is no [sso-session "+name+"] any more", "Go back to the profiles.")
	}
	way, err := e.Profiles.OpenRole(ctx, *entries[at].SSO)
	if err != nil {
		return out, err
	}
	on := entries[at].SSO
	out.entry, out.way = entries[at], way
	if out.portal, err = sso.NewPortal(way.Portal(on.Region), way.OIDC(on.Region), on.Key()); err != nil {
		return out, err
	}
	for page, err := range out.portal.Accounts(ctx) {
		if err != nil {
			return out, err
		}
		out.accounts = append(out.accounts, page...)
	}
	slices.SortStableFunc(out.accounts, func(a, b sso.Account) int {
		return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID)
	})
	return out, nil
}

// next asks for the roles of the next account, and so on until there is none.
func (v *accountsView) next(slot string, turn int) tea.Cmd {
	if v.asked >= len(v.list) || turn != v.turn {
		return nil
	}
	at := v.asked
	v.asked++
	id, portal := v.list[at].ID, v.portal
	return ui.Do(v.life, slot, func(ctx context.Context) ([]string, error) { return portal.Roles(ctx, id) },
		func(roles []string, err error) tea.Cmd {
			if turn != v.turn {
				return nil
			}
			v.list[at].roles, v.list[at].err, v.list[at].read = roles, err, true
			if loginOver(err) { // the others would say the same
				v.failed, v.list, v.asked = err, nil, 0
			}
			v.arrange()
			return v.next(slot, turn)
		})
}

func loginOver(err error) bool {
	e, ok := asError(err)
	return ok && e.Kind == awsops.KindExpired
}

// arrange makes the rows that the filter lets through, and what is said where there is none. The cursor stays on its
// role.
func (v *accountsView) arrange() {
	at, stay := v.selected()
	v.rows = v.rows[:0]
	want := strings.ToLower(v.table.text)
	add := func(i int, role string) {
		a := v.list[i]
		if strings.Contains(strings.ToLower(a.ID+"\x00"+a.Name+"\x00"+a.Email+"\x00"+role), want) {
			v.rows = append(v.rows, accountRow{i, role})
		}
	}
	for i, a := range v.list {
		for _, role := range a.roles {
			add(i, role)
		}
		if len(a.roles) == 0 {
			add(i, "")
		}
	}
	if i := slices.Index(v.rows, at); stay && i >= 0 {
		v.table.SelectRow(i)
	}
	switch {
	case !v.read:
		v.table.showPicture(ui.Loading, "Asking IAM Identity Center for accounts.")
	case loginOver(v.failed):
		v.table.showPicture(ui.LoggedOut, "Nobody is logged in to "+v.entry.Label+", or the login is over: L logs in.")
	case v.failed != nil:
		v.table.showError(v.failed)
	case len(v.list) == 0:
		v.table.showPicture(ui.Empty, "No account is assigned to you: whoever runs IAM Identity Center assigns them.")
	default:
		v.table.showPicture(ui.Empty, "No account and no role matches.")
	}
}

// Len, Want and Cell make the view its table's source.
func (v *accountsView) Len() (int, bool) { return len(v.rows), v.read }

// Want has nothing to fetch: the list is in memory.
func (v *accountsView) Want(int, int) {}

// Cell writes one cell of a role.
func (v *accountsView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if row < 0 || row >= len(v.rows) {
		return buf, cellText
	}
	r := v.rows[row]
	a := v.list[r.in]
	switch col {
	case 0:
		return append(buf, ui.Clean(a.ID)...), cellText
	case 1:
		return append(buf, ui.Clean(a.Name)...), cellText
	case 3:
		return append(buf, ui.Clean(a.Email)...), cellMuted
	}
	if r.role != "" {
		return append(buf, ui.Clean(r.role)...), cellAccent
	}
	words, style := a.state()
	return append(buf, ui.Clean(words)...), style
}

// state says why an account has no role to choose.
func (a accountRoles) state() (string, grid.Style) {
	e, ok := asError(a.err)
	switch {
	case !a.read:
		return "asking…", cellMuted
	case ok && e.Kind == awsops.KindDenied:
		return "denied", cellBad
	case a.err != nil:
		return "unknown: " + shortError(a.err), cellWarn
	}
	return "no role", cellMuted
}

// Render draws the list below a line on the login.
func (v *accountsView) Render(w, h int) string {
	line := "[sso-session " + v.entry.Label + "]  the role you take is remembered; i shows its lines"
	role := ui.RoleMuted
	if v.failed != nil && len(v.list) > 0 {
		role, line = ui.RoleWarn, v.env.Theme.Glyph().Warn+" not all accounts: "+shortError(v.failed)
	}
	return v.env.Theme.Paint(role, ui.Cut(ui.Clean(line), w)) + "\n" + v.table.Render(w, max(h-1, 0))
}

func (v *accountsView) selected() (accountRow, bool) {
	row, ok := v.table.Selected()
	if !ok || row >= len(v.rows) {
		return accountRow{}, false
	}
	return v.rows[row], true
}
