// Package preview shows what an object holds without taking it away: text, JSON, what a picture is, bytes. It says how
// much of the object was read, and reads on when it is asked to.
package preview

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objectedit"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/preview"
	"cooper/ui"
	"cooper/views"
	"cooper/views/edit"
)

// screen is one object or version, looked at.
type screen struct {
	env   *views.Env
	life  *ui.Life
	place ui.Place

	piece preview.Piece
	look  preview.Look
	err   error
	read  bool // the head is known

	hex    bool // asked for, whatever it is
	scroll views.Scroll
	lines  []string // as wide as laid; clean, without colours
	laid   int
	json   bool // lines are coloured as JSON
}

// New makes the screen of place.Key in place.Bucket; place.Version is "" for the current object.
func New(env *views.Env, place ui.Place) ui.View {
	return &screen{env: env, life: env.Life(), place: place}
}

func (v *screen) Title() string { return "view" }
func (v *screen) Close()        { v.life.Close() }

// Crumbs shows the key, and the version where one is named.
func (v *screen) Crumbs() []string {
	crumbs := []string{ui.Clean(v.place.Key), "view"}
	if v.place.Version != "" {
		crumbs = append(crumbs, "version "+ui.Clean(v.place.Version))
	}
	return crumbs
}

func (v *screen) Init() tea.Cmd { return v.refresh() }

// refresh reads from the beginning, as much as is there now.
func (v *screen) refresh() tea.Cmd {
	want := max(int64(len(v.piece.Data)), preview.First)
	at := preview.Place{Bucket: v.place.Bucket, Key: v.place.Key, Version: v.place.Version}
	v.err = nil
	return ui.Do(v.life, "read", func(ctx context.Context) (preview.Piece, error) {
		return preview.Read(ctx, v.env.Session.Reader(), at, want)
	}, v.took)
}

// more reads four times as much as is there.
func (v *screen) more() tea.Cmd {
	want := 4 * int64(len(v.piece.Data))
	piece := v.piece
	return ui.Do(v.life, "read", func(ctx context.Context) (preview.Piece, error) {
		return preview.More(ctx, v.env.Session.Reader(), piece, want)
	}, v.took)
}

// took takes in what was read. What is there stays when reading on fails.
func (v *screen) took(p preview.Piece, err error) tea.Cmd {
	if err != nil {
		if len(v.piece.Data) > 0 {
			return ui.Fail(err, v.refresh)
		}
		v.err = err
		v.read = p.Head.ETag != ""
		return nil
	}
	v.piece, v.err, v.read = p, nil, true
	v.look = preview.Of(p.Data, p.Whole())
	v.laid = 0
	return nil
}

func (v *screen) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(views.JobEnded); ok && m.Bucket == v.place.Bucket && v.place.Version == "" {
		return v.refresh()
	}
	return nil
}

func (v *screen) Render(w, h int) string {
	if s, ok := v.sign(); ok {
		return s.draw(v.env.Theme, w, h)
	}
	v.lay(w)
	head := v.head(w)
	body := v.scroll.Window(v.env.Theme, v.lines, w, max(h-len(head), 1))
	paint := len(body)
	if len(v.lines) > max(h-len(head), 1) {
		paint-- // the last line tells where the window stands
	}
	out := append(head, body...)
	for i := range out[len(head) : len(head)+paint] {
		if v.json {
			out[len(head)+i] = views.PaintJSON(v.env.Theme, out[len(head)+i])
		}
	}
	return strings.Join(out, "\n")
}

// sign is what is shown in place of content: each reason has words of its own.
type sign struct {
	title, text string
	role        ui.Role
	kind        ui.PictureKind
	plain       bool // ui has a picture of this kind
}

func (s sign) draw(t *ui.Theme, w, h int) string {
	if s.plain {
		return ui.Picture(t, s.kind, s.text, w, h)
	}
	lines := []string{t.Paint(s.role, t.Glyph().Warn+" "+s.title)}
	for l := range strings.SplitSeq(s.text, "\n") {
		lines = append(lines, ui.Wrap(l, max(min(w-4, 72), 1))...)
	}
	lines = lines[:min(len(lines), max(h, 0))]
	for i, l := range lines {
		lines[i] = strings.Repeat(" ", max((w-ui.Width(l))/2, 0)) + l
	}
	return strings.Repeat("\n", max((h-len(lines))/3, 0)) + strings.Join(lines, "\n")
}

// sign gives it; ok is false when there is content.
func (v *screen) sign() (s sign, ok bool) {
	h := v.piece.Head
	switch {
	case v.err != nil:
		return v.trouble(), true
	case !v.read && v.life.Busy("read"):
		return sign{kind: ui.Loading, text: "Reading the first " + ui.Bytes(preview.First) + "… X stops.", plain: true}, true
	case !v.read:
		return sign{kind: ui.Partial, text: "Nothing was read. r reads.", plain: true}, true
	case preview.Why(h) != "":
		s = sign{title: "encrypted by the client", role: ui.RoleWarn, text: preview.Why(h)}
		switch h.Archive().State {
		case objects.Archived:
			s.title, s.text = "archived", s.text+"\nR asks for it."
		case objects.Restoring:
			s.title, s.text = "on its way from the archive", s.text+"\nr looks again."
		}
		s.text += "\n" + ui.Bytes(h.Size) + ", " + ui.Clean(orNone(h.ContentType))
		return s, true
	case h.Size == 0:
		return sign{kind: ui.Empty, text: "The object is empty: 0 bytes. Its type is " + ui.Clean(orNone(h.ContentType)) + ".", plain: true}, true
	}
	return sign{}, false
}

func orNone(s string) string {
	if s == "" {
		return "not told"
	}
	return s
}

// trouble is the sign of a failure.
func (v *screen) trouble() sign {
	e := awsops.Wrap("GetObject", v.place.Bucket, v.place.Key, v.err)
	text := ui.Clean(views.Explain(v.err).Sentence)
	switch {
	case views.WantsKey(v.err):
		return sign{title: "needs your key", role: ui.RoleWarn, text: text + "\nK gives the key."}
	case e.Code == objects.CodeMarker:
		return sign{title: "deleted", role: ui.RoleWarn, text: text}
	case e.Kind == awsops.KindDenied:
		return sign{kind: ui.Denied, text: text, plain: true}
	case e.Kind == awsops.KindCancelled:
		return sign{kind: ui.Partial, text: "Reading was stopped. r reads again.", plain: true}
	}
	return sign{kind: ui.Failed, text: text, plain: true}
}

// head says what the content is and how much of it is here.
func (v *screen) head(w int) []string {
	t := v.env.Theme
	facts := v.look.Facts
	if v.bytes() && len(facts) == 0 {
		facts = []string{"no text: bytes"}
	}
	parts := append([]string{v.piece.Said(ui.Bytes)}, facts...)
	if typ := v.piece.Head.ContentType; typ != "" {
		parts = append(parts, typ)
	}
	if v.life.Busy("read") {
		parts = append([]string{"reading on, X stops"}, parts...)
	}
	line := ui.Clean(strings.Join(parts, " "+t.Glyph().Sep+" "))
	role := ui.RoleMuted
	if !v.piece.Whole() {
		role = ui.RoleWarn
	}
	return []string{t.Paint(role, ui.Cut(line, w)), ""}
}

// bytes says whether the content is drawn as bytes.
func (v *screen) bytes() bool { return v.hex || v.look.Kind == preview.Bytes }

// lay makes the lines for a width, once.
func (v *screen) lay(w int) {
	if v.laid == w {
		return
	}
	v.laid, v.json = w, v.look.Kind == preview.JSON && !v.hex
	if v.bytes() {
		v.lines = preview.Hex(v.piece.Data, 0)
		return
	}
	v.lines = nil
	text := strings.TrimSuffix(strings.ReplaceAll(v.look.Text, "\r\n", "\n"), "\n")
	for l := range strings.SplitSeq(ui.CleanLines(text), "\n") {
		v.lines = append(v.lines, ui.HardWrap(l, max(w, 1))...)
	}
}

// Actions are what can be done with what is looked at.
func (v *screen) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "preview.more", Keys: []string{"+", "m"}, Help: "read more", Why: v.whyNotMore, Run: v.more},
		{ID: "preview.hex", Keys: []string{"x"}, Help: "bytes or text", Why: v.whyNotHex, Run: func() tea.Cmd {
			v.hex, v.laid = !v.hex, 0
			return nil
		}},
		{ID: "object.edit", Keys: []string{"e"}, Help: "edit", Why: v.whyNotEdit, Run: func() tea.Cmd {
			return edit.Choose(v.env, v.life, v.set())
		}},
		{ID: "preview.key", Keys: []string{"K"}, Help: "give the key", Why: v.whyNoKey, Run: func() tea.Cmd {
			return views.FailKey(v.env, v.life, v.err, v.refresh)
		}},
		{ID: "object.details", Keys: []string{"i"}, Help: "details", Run: v.details},
		{ID: "preview.restore", Keys: []string{"R"}, Help: "restore from archive", Why: v.whyNotRestore, Run: func() tea.Cmd {
			return edit.Restore(v.env, v.life, v.set())
		}},
		{ID: "preview.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
		{ID: "preview.stop", Keys: []string{"X"}, Help: "stop reading", Why: v.whyNotStop, Run: func() tea.Cmd {
			v.life.Cancel("read")
			return nil
		}},
	}
	return append(own, v.scroll.Actions()...)
}

func (v *screen) set() objectset.Set {
	return objectset.One(v.place.Bucket, v.place.Key, v.place.Version, "", v.piece.Head.Size)
}

func (v *screen) whyNotMore() string {
	switch {
	case len(v.piece.Data) == 0:
		return "nothing is read"
	case v.piece.Whole():
		return "this is all of it"
	case len(v.piece.Data) >= preview.Most:
		return "no more than " + ui.Bytes(preview.Most) + " are read to look at; download the object for the rest"
	}
	return ""
}

func (v *screen) whyNotHex() string {
	switch {
	case len(v.piece.Data) == 0:
		return "nothing is read"
	case v.look.Kind == preview.Bytes:
		return "there is no text in it"
	}
	return ""
}

func (v *screen) whyNotEdit() string {
	if !v.read {
		return "the object isn't read"
	}
	return ""
}

func (v *screen) whyNotRestore() string {
	if why := v.whyNotEdit(); why != "" {
		return why
	}
	if v.piece.Head.Archive().State == objects.AtHand {
		return "it is in " + v.piece.Head.StorageClass + ", which needs no restore"
	}
	return ""
}

func (v *screen) whyNoKey() string {
	if !views.WantsKey(v.err) {
		return "no key is wanted"
	}
	return ""
}

func (v *screen) whyNotStop() string {
	if !v.life.Busy("read") {
		return "nothing is being read"
	}
	return ""
}

// details reads everything there is to know of the object.
func (v *screen) details() tea.Cmd {
	p := v.place
	return ui.Do(v.life, "details", func(ctx context.Context) (objects.Details, error) {
		return objects.ReadDetails(ctx, v.env.Session.Reader(), p.Bucket, p.Key, p.Version), nil
	}, func(d objects.Details, _ error) tea.Cmd { return views.DetailsDialog(p.Key, d) })
}

// Progress tells the terminal how much of what was asked for is here.
func (v *screen) Progress() (done, total int64, ok bool) {
	return 0, 0, v.life.Busy("read")
}

// Copies offers the place, and the text as far as it was read.
func (v *screen) Copies() []ui.CopyItem {
	items := []ui.CopyItem{{Label: "key", Value: v.place.Key}, {Label: "s3:// URI", Value: "s3://" + v.place.Bucket + "/" + v.place.Key}}
	if v.look.Text != "" && len(v.look.Text) <= objectedit.MaxText/16 {
		items = append(items, ui.CopyItem{Label: "text (" + v.piece.Said(ui.Bytes) + ")", Value: v.look.Text})
	}
	return items
}
