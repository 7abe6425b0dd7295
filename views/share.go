package views

import (
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/ui"
	"cooper/ui/grid"
)

// What the screens here share with areas that have a package of their own.

// Table is a grid with the theme's look.
type Table struct{ *table }

// NewTable makes a table of what src holds.
func NewTable(t *ui.Theme, src grid.Source, columns ...grid.Column) Table {
	return Table{newTable(t, src, columns...)}
}

// Picture is what stands where there are no rows.
func (t Table) Picture(kind ui.PictureKind, lines ...string) { t.showPicture(kind, lines...) }

// Trouble is the picture of a failure.
func (t Table) Trouble(err error) { t.showError(err) }

// Keys are the motions, without marking.
func (t Table) Keys() []ui.Action { return t.withoutMarks() }

// The styles of a table's cells.
const (
	CellText   = cellText
	CellMuted  = cellMuted
	CellGood   = cellGood
	CellWarn   = cellWarn
	CellBad    = cellBad
	CellInfo   = cellInfo
	CellAccent = cellAccent
)

// Scroll is a window on lines that are longer than the screen.
type Scroll struct{ s scroll }

// Window gives h of the lines, the last of them telling where the window stands when not all fit.
func (s *Scroll) Window(t *ui.Theme, lines []string, w, h int) []string {
	return s.s.window(t, lines, w, h)
}

// Actions move the window.
func (s *Scroll) Actions() []ui.Action { return s.s.actions() }

// PaintJSON colours one line of JSON.
func PaintJSON(t *ui.Theme, line string) string { return paintJSON(t, line) }

// EditorCommand is what $VISUAL or $EDITOR names, with its own arguments, on a file; vi where neither is set.
func EditorCommand(environ func(string) string, path string) *exec.Cmd {
	name := environ("VISUAL")
	if name == "" {
		name = environ("EDITOR")
	}
	if name == "" {
		name = "vi"
	}
	return exec.Command("sh", "-c", name+` "$1"`, "sh", path) //nolint:gosec,noctx // the person's own editor, which ends when they end it
}

// DetailsDialog shows all that is known of an object.
func DetailsDialog(key string, d objects.Details) tea.Cmd { return detailsDialog(key, d) }

// Offered says why a setting can't be changed, given what reading it answered; "" when it can.
func Offered[T any](r awsops.Reading[T]) string { return offered(r) }
