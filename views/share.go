package views

import (
	"errors"
	"fmt"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
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

// FailKey asks for the customer's key that an error wants, and goes on with retry; other errors are shown.
func FailKey(env *Env, life *ui.Life, err error, retry func() tea.Cmd) tea.Cmd {
	return failKey(env, life, err, retry)
}

// WantsKey reports whether an error is for want of a customer's key (SSE-C).
func WantsKey(err error) bool {
	_, ok := errors.AsType[*sse.MissingKey](err)
	return ok
}

// DetailsDialog shows all that is known of an object.
func DetailsDialog(key string, d objects.Details) tea.Cmd { return detailsDialog(key, d) }

// EncryptionFields ask how objects are encrypted on the server, WithChoice reads them back and gets the key of one's own,
// and Refill puts what was typed before into a form that opens again.
func EncryptionFields(env *Env) []ui.FormField { return encryptionFields(env) }

// WithChoice goes on with what was chosen in EncryptionFields, or opens the form again where the key can't be had.
func WithChoice(env *Env, life *ui.Life, bucket string, v ui.Values, again func(ui.Values) tea.Cmd, then func(sse.Choice) tea.Cmd) tea.Cmd {
	return withChoice(env, life, bucket, v, again, then)
}

// Refill puts what was typed before back into a form's fields.
func Refill(fields []ui.FormField, v ui.Values) []ui.FormField { return refill(fields, v) }

// Keep holds keys for a screen that is opened next, and gives what to put into Place.Focus for them.
func (e *Env) Keep(keys []string) string {
	if e.kept == nil {
		e.kept = map[string][]string{}
	}
	token := fmt.Sprintf("kept-%d", len(e.kept)+1)
	e.kept[token] = keys
	return token
}

// Kept gives the keys that Keep holds.
func (e *Env) Kept(token string) []string { return e.kept[token] }

// Offered says why a setting can't be changed, given what reading it answered; "" when it can.
func Offered[T any](r awsops.Reading[T]) string { return offered(r) }
