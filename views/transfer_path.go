package views

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// pathOptions describe a question for a local path.
type pathOptions struct {
	title, text, label, value string
	ok                        func(path string) tea.Cmd
	panes                     func() tea.Cmd // opens the screen of two panes in place of the question; nil: it is not offered
}

// pathDialog asks for a local path; tab completes it from what is on the disk.
type pathDialog struct {
	o       pathOptions
	env     *Env
	life    *ui.Life
	field   *ui.Field
	matches []string // candidates, as they were found
	problem string
	decided bool
}

func newPathDialog(env *Env, life *ui.Life, o pathOptions) ui.Dialog {
	return &pathDialog{o: o, env: env, life: life, field: ui.NewField(ui.FieldOptions{Value: o.value, Placeholder: "such as ~/photos; tab completes"})}
}

func (d *pathDialog) Title() string { return d.o.title }
func (d *pathDialog) Typing() bool  { return true }
func (d *pathDialog) Cancel()       { d.life.Cancel("path") }

func (d *pathDialog) Actions() []ui.Action {
	all := []ui.Action{{ID: "path.complete", Keys: []string{"tab"}, Help: "complete", Run: d.complete},
		{ID: "path.ok", Keys: []string{"enter"}, Help: "go on", Run: d.submit}}
	if d.o.panes != nil {
		all = append(all, ui.Action{ID: "path.panes", Keys: []string{"ctrl+o"}, Help: "two panes", Run: func() tea.Cmd {
			d.decided = true
			return tea.Batch(ui.Drop(d), d.o.panes())
		}})
	}
	return all
}

func (d *pathDialog) Update(msg tea.Msg) (tea.Cmd, bool) {
	if d.decided {
		return nil, true
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "enter":
			cmd := d.submit()
			return cmd, d.decided
		case "tab":
			return d.complete(), false
		}
	}
	if d.field.Update(msg) {
		d.matches, d.problem = nil, ""
	}
	return nil, false
}

func (d *pathDialog) submit() tea.Cmd {
	path := expandHome(d.field.Value(), d.env.Home)
	if strings.TrimSpace(path) == "" {
		d.problem = "type a path"
		return nil
	}
	d.decided = true
	return tea.Batch(ui.Drop(d), d.o.ok(path))
}

// complete looks at the disk off the loop: a folder may be on a network.
func (d *pathDialog) complete() tea.Cmd {
	typed := d.field.Value()
	return ui.Do(d.life, "path", func(context.Context) ([]string, error) {
		return pathMatches(typed, d.env.Home)
	}, func(found []string, err error) tea.Cmd {
		if d.field.Value() != typed {
			return nil
		}
		d.matches, d.problem = found, ""
		switch {
		case err != nil:
			d.problem = "the folder can't be read"
		case len(found) == 0:
			d.problem = "nothing begins with this"
		default:
			d.field.SetValue(commonBeginning(found))
		}
		if len(found) == 1 {
			d.matches = nil
		}
		return nil
	})
}

// pathsShown is how many candidates are drawn.
const pathsShown = 6

func (d *pathDialog) Render(w, h int) string {
	th := d.env.Theme
	lines := ui.Wrap(d.o.text, w)
	lines = append(lines, "", th.Paint(ui.RoleMuted, d.o.label+" ")+d.field.Render(th, max(w-len(d.o.label)-1, 1), true))
	if d.problem != "" {
		lines = append(lines, th.Paint(ui.RoleWarn, th.Glyph().Warn+" "+d.problem))
	}
	for i, m := range d.matches {
		if i == pathsShown {
			lines = append(lines, th.Paint(ui.RoleMuted, "  and "+ui.Plural(int64(len(d.matches)-i), "other", "others")))
			break
		}
		lines = append(lines, "  "+ui.CutLeft(ui.Clean(m), max(w-2, 1)))
	}
	sep := " " + th.Glyph().Sep + " "
	lines = append(lines, "", th.Paint(ui.RoleFaint, ui.Cut("enter go on"+sep+"tab completes"+sep+"esc cancel", w)))
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

// pathMatches are the paths that begin with what was typed, folders with a slash at their end.
func pathMatches(typed, home string) ([]string, error) {
	path := expandHome(typed, home)
	dir, base := filepath.Split(path)
	look := dir
	if look == "" {
		look = "."
	}
	entries, err := os.ReadDir(look)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), base) || base == "" && strings.HasPrefix(e.Name(), ".") {
			continue
		}
		full := dir + e.Name()
		if info, err := os.Stat(full); err == nil && info.IsDir() {
			full += string(filepath.Separator)
		}
		out = append(out, full)
	}
	slices.Sort(out)
	return out, nil
}

// commonBeginning is what all of the paths begin with.
func commonBeginning(all []string) string {
	out := all[0]
	for _, s := range all[1:] {
		n := 0
		for n < len(out) && n < len(s) && out[n] == s[n] {
			n++
		}
		out = out[:n]
	}
	return strings.ToValidUTF8(out, "")
}

func expandHome(path, home string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		return filepath.Join(home, rest) + trailingSlash(rest)
	}
	return path
}

func trailingSlash(s string) string {
	if s == "" || strings.HasSuffix(s, "/") {
		return "/"
	}
	return ""
}
