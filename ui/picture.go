package ui

import "strings"

// PictureKind is why a part of the screen shows a sentence and no content.
type PictureKind int

// The kinds of pictures. Each has a sign and a word of its own, so that an
// error never looks like emptiness.
const (
	Empty PictureKind = iota
	Loading
	Partial
	Denied
	Unsupported
	Failed
	LoggedOut
)

// Picture draws a sentence in the middle of w columns and h rows, under the
// kind's word. More lines of text stand below it.
func Picture(t *Theme, kind PictureKind, text string, w, h int) string {
	g := t.Glyph()
	look := map[PictureKind]struct {
		sign, word string
		role       Role
	}{
		Empty:       {g.Off, "nothing here", RoleMuted},
		Loading:     {g.Ellipsis, "loading", RoleInfo},
		Partial:     {g.Ellipsis, "not all of it", RoleWarn},
		Denied:      {g.Cross, "access denied", RoleBad},
		Unsupported: {g.Unknown, "not offered by this server", RoleMuted},
		Failed:      {g.Cross, "failed", RoleBad},
		LoggedOut:   {g.Warn, "not logged in", RoleWarn},
	}[kind]
	lines := []string{t.Paint(look.role, look.sign+" "+look.word)}
	lines = append(lines, paragraphs(text, max(min(w-4, 72), 1))...)
	lines = lines[:min(len(lines), max(h, 0))]
	var b strings.Builder
	b.WriteString(strings.Repeat("\n", max((h-len(lines))/3, 0)))
	for i, l := range lines {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.Repeat(" ", max((w-Width(l))/2, 0)) + l)
	}
	return b.String()
}
