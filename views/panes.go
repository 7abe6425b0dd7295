package views

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/listing"
	"cooper/awsops/transfer"
	"cooper/ui"
	"cooper/ui/grid"
)

// transferView is two panes: files of this machine on the left, objects on the right. What is marked in one is copied
// to where the other is.
type transferView struct {
	env    *Env
	life   *ui.Life
	local  *pane
	remote *pane
	here   *pane // has the keyboard
}

// pane is one level of a tree: a folder, the buckets, or a prefix.
type pane struct {
	env   *Env
	table *table
	title func() string
	load  func(ctx context.Context) ([]paneRow, error)
	slot  string
	rows  []paneRow
	more  bool

	dir            string // of the local pane
	bucket, prefix string // of the remote one; bucket "" shows the buckets
}

// paneRow is a file, a folder, a bucket, a prefix or an object.
type paneRow struct {
	name   string // true bytes
	folder bool
	size   int64
	object listing.Row // of the remote pane
}

// paneMost is how many rows a pane shows: who has more of them in one level looks at the Objects tab.
const paneMost = 20_000

// NewTransfer makes the screen of two panes, at place.Bucket and place.Prefix on the right; without a bucket it shows
// the buckets there.
func NewTransfer(env *Env, place ui.Place) ui.View {
	v := &transferView{env: env, life: env.Life()}
	dir := env.Home
	if dir == "" {
		dir = "."
	}
	v.local = newPane(env, "local", func(p *pane) string { return p.dir })
	v.local.dir = dir
	v.local.load = v.local.readFolder
	v.remote = newPane(env, "remote", func(p *pane) string {
		if p.bucket == "" {
			return "buckets"
		}
		return "s3://" + p.bucket + "/" + p.prefix
	})
	v.remote.bucket, v.remote.prefix = place.Bucket, place.Prefix
	v.remote.load = v.remote.readKeys
	v.focus(v.remote)
	if place.Bucket != "" {
		v.focus(v.local)
	}
	return v
}

func newPane(env *Env, slot string, title func(*pane) string) *pane {
	p := &pane{env: env, slot: slot}
	p.title = func() string { return title(p) }
	p.table = newTable(env.Theme, p, grid.Column{Title: "name", Width: 12, Flex: 1, Cut: grid.CutMiddle}, grid.Column{Title: "size", Width: 9, Align: grid.Right})
	return p
}

// Len, Want and Cell make a pane its table's source.
func (p *pane) Len() (int, bool) { return len(p.rows), true }

// Want does nothing: a level is read at once.
func (p *pane) Want(int, int) {}

func (p *pane) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	r := p.rows[row]
	switch {
	case col == 1 && r.folder:
		return buf, cellFaint
	case col == 1:
		return append(buf, ui.Bytes(r.size)...), cellMuted
	case r.folder:
		return append(append(buf, ui.Clean(r.name)...), '/'), cellAccent
	}
	return append(buf, ui.Clean(r.name)...), cellText
}

// read fills the pane off the loop.
func (p *pane) read(life *ui.Life) tea.Cmd {
	p.table.showPicture(ui.Loading, "Reading…")
	return ui.Do(life, p.slot, p.load, func(rows []paneRow, err error) tea.Cmd {
		p.more = len(rows) >= paneMost
		p.rows = rows
		p.table.Unmark()
		p.table.SetSource(p)
		p.table.SelectRow(0)
		if err != nil {
			p.table.showError(err)
		} else {
			p.table.showPicture(ui.Empty, "There is nothing on this level.")
		}
		return nil
	})
}

func (p *pane) readFolder(context.Context) ([]paneRow, error) {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil, err
	}
	var folders, files []paneRow
	for _, e := range entries[:min(len(entries), paneMost)] {
		info, err := os.Stat(filepath.Join(p.dir, e.Name())) // a link is what it leads to, as for what a person names
		switch {
		case err != nil:
			files = append(files, paneRow{name: e.Name()})
		case info.IsDir():
			folders = append(folders, paneRow{name: e.Name(), folder: true})
		default:
			files = append(files, paneRow{name: e.Name(), size: info.Size()})
		}
	}
	return append(folders, files...), nil
}

func (p *pane) readKeys(ctx context.Context) ([]paneRow, error) {
	var out []paneRow
	r := p.env.Session.Reader()
	if p.bucket == "" {
		for page, err := range buckets.List(ctx, r) {
			if err != nil {
				return out, err
			}
			for _, b := range page {
				out = append(out, paneRow{name: b.Name, folder: true})
			}
		}
		return out, nil
	}
	for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: p.bucket, Prefix: p.prefix, Delimiter: "/"}) {
		if err != nil {
			return out, err
		}
		for _, row := range rows {
			name := strings.TrimPrefix(row.Key, p.prefix)
			if name != "" {
				out = append(out, paneRow{name: strings.TrimSuffix(name, "/"), folder: row.Prefix, size: row.Size, object: row})
			}
		}
		if len(out) >= paneMost {
			break
		}
	}
	return out, nil
}

func (p *pane) current() (paneRow, bool) {
	if i, ok := p.table.Selected(); ok && i < len(p.rows) {
		return p.rows[i], true
	}
	return paneRow{}, false
}

// chosen gives the marked rows, or the one under the cursor.
func (p *pane) chosen() []paneRow {
	var out []paneRow
	for i := range p.table.Chosen() {
		if i < len(p.rows) {
			out = append(out, p.rows[i])
		}
	}
	return out
}

func (v *transferView) Title() string { return "transfer" }
func (v *transferView) Close()        { v.life.Close() }

func (v *transferView) Init() tea.Cmd { return v.refresh() }

func (v *transferView) refresh() tea.Cmd {
	return tea.Batch(v.local.read(v.life), v.remote.read(v.life))
}

func (v *transferView) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(JobEnded); ok {
		if m.Bucket == v.remote.bucket {
			return v.refresh()
		}
		return nil
	}
	return v.here.table.Update(msg)
}

func (v *transferView) focus(p *pane) {
	v.here = p
	v.local.table.SetFocus(p == v.local)
	v.remote.table.SetFocus(p == v.remote)
}

func (v *transferView) other() *pane {
	if v.here == v.local {
		return v.remote
	}
	return v.local
}

// twoPanes is from how many columns on both panes are drawn; below it only the one with the keyboard is.
const twoPanes = 60

func (v *transferView) Render(w, h int) string {
	if w < twoPanes {
		return strings.Join(v.draw(v.here, w, h), "\n")
	}
	left := (w - 3) / 2
	a, b := v.draw(v.local, left, h), v.draw(v.remote, w-3-left, h)
	bar := v.env.Theme.Paint(ui.RoleFaint, v.env.Theme.Glyph().Sep)
	out := make([]string, h)
	for i := range out {
		out[i] = ui.Pad(a[i], left) + " " + bar + " " + b[i]
	}
	return strings.Join(out, "\n")
}

// draw gives exactly h lines.
func (v *transferView) draw(p *pane, w, h int) []string {
	role := ui.RoleMuted
	if p == v.here {
		role = ui.RoleTitle
	}
	title := ui.CutLeft(ui.Clean(p.title()), w)
	if p.more {
		title = ui.Cut("the first "+ui.Thousands(paneMost)+" of "+title, w)
	}
	lines := append([]string{v.env.Theme.Paint(role, title)}, strings.Split(p.table.Render(w, max(h-1, 0)), "\n")...)
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:h]
}

func (v *transferView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "transfer.copy", Keys: []string{"c"}, Help: v.copyHelp(), Why: v.whyNotCopy, Run: v.copy},
		{ID: "transfer.pane", Keys: []string{"tab", "shift+tab"}, Help: "other pane", Run: func() tea.Cmd { v.focus(v.other()); return nil }},
		{ID: "transfer.open", Keys: []string{"enter"}, Help: "open", Why: v.whyNotOpen, Run: v.open},
		{ID: "transfer.up", Keys: []string{"backspace"}, Help: "one level up", Why: v.whyNotUp, Run: v.up},
		{ID: "transfer.goto", Keys: []string{"o"}, Help: "go to", Run: v.askPlace},
		{ID: "transfer.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
	}
	return append(own, v.here.table.actions()...)
}

func (v *transferView) copyHelp() string {
	if v.here == v.local {
		return "upload"
	}
	return "download"
}

func (v *transferView) whyNotCopy() string {
	switch {
	case v.remote.bucket == "":
		return "open a bucket on the right first"
	case len(v.here.chosen()) == 0:
		return "there is nothing here"
	}
	return ""
}

func (v *transferView) whyNotOpen() string {
	row, ok := v.here.current()
	switch {
	case !ok:
		return "there is nothing here"
	case !row.folder:
		return "this is no folder: c copies it"
	}
	return ""
}

func (v *transferView) whyNotUp() string {
	if v.here == v.remote && v.remote.bucket == "" || v.here == v.local && filepath.Dir(absolute(v.local.dir)) == absolute(v.local.dir) {
		return "this is the top"
	}
	return ""
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func (v *transferView) open() tea.Cmd {
	row, _ := v.here.current()
	switch {
	case v.here == v.local:
		v.local.dir = filepath.Join(v.local.dir, row.name)
	case v.remote.bucket == "":
		v.remote.bucket = row.name
	default:
		v.remote.prefix = row.object.Key
	}
	return v.here.read(v.life)
}

func (v *transferView) up() tea.Cmd {
	p := v.here
	switch {
	case p == v.local:
		p.dir = filepath.Dir(absolute(p.dir))
	case p.prefix == "":
		p.bucket = ""
	default:
		parent := strings.TrimSuffix(p.prefix, "/")
		p.prefix = parent[:strings.LastIndexByte(parent, '/')+1]
	}
	return p.read(v.life)
}

// askPlace goes to a path, completed by tab, or to an address.
func (v *transferView) askPlace() tea.Cmd {
	if v.here == v.local {
		return ui.Push(newPathDialog(v.env, v.life, pathOptions{title: "Go to a folder", text: "A folder of this machine.", label: "folder", value: v.local.dir,
			ok: func(path string) tea.Cmd {
				v.local.dir = filepath.Clean(path)
				return v.local.read(v.life)
			}}))
	}
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Go to a bucket or prefix", Label: "address", Value: v.remote.title(), Placeholder: "s3://bucket/prefix/",
		Check: func(s string) string {
			if name, _ := bucketAndPrefix(s); name == "" {
				return "an address looks like s3://bucket/prefix/"
			}
			return ""
		},
		OK: func(s string) tea.Cmd {
			v.remote.bucket, v.remote.prefix = bucketAndPrefix(s)
			return v.remote.read(v.life)
		}}))
}

// copy plans copying what is chosen to where the other pane is.
func (v *transferView) copy() tea.Cmd {
	rows := v.here.chosen()
	if v.here == v.remote {
		objects := make([]listing.Row, len(rows))
		for i, r := range rows {
			objects[i] = r.object
		}
		return askExisting(v.env, v.life, v.remote.bucket, v.local.dir, transfer.PicksOf(objects), nil)
	}
	roots := make([]transfer.Root, len(rows))
	for i, r := range rows {
		roots[i] = transfer.Root{Path: filepath.Join(v.local.dir, r.name), Key: v.remote.prefix + r.name}
		if r.folder {
			roots[i].Key += "/"
		}
	}
	return openPutForm(v.env, v.life, v.remote.bucket, roots, nil)
}

// Copies offers the places of the row under the cursor.
func (v *transferView) Copies() []ui.CopyItem {
	row, ok := v.here.current()
	switch {
	case !ok:
		return nil
	case v.here == v.local:
		return []ui.CopyItem{{Label: "path", Value: filepath.Join(v.local.dir, row.name)}}
	case v.remote.bucket == "":
		return []ui.CopyItem{{Label: "bucket", Value: row.name}}
	}
	t := awsops.Target{Profile: v.env.Session.Profile(), Region: v.env.Session.Region(), Endpoint: v.env.Session.Endpoint()}
	uri := "s3://" + v.remote.bucket + "/" + row.object.Key
	return []ui.CopyItem{{Label: "key", Value: row.object.Key}, {Label: "s3:// URI", Value: uri},
		{Label: "command line", Value: awsops.Command(t, "s3", "ls").Arg(uri).String()}}
}
