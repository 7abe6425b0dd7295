package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/grid"
)

// callsView is the command log: the last requests as they were made.
type callsView struct {
	env   *Env
	life  *ui.Life
	table *table
	calls []awsops.Call
	total int64
}

// NewCalls makes the screen of the requests that were sent.
func NewCalls(env *Env, _ ui.Place) ui.View {
	v := &callsView{env: env, life: env.Life()}
	v.table = newTable(env.Theme, v,
		grid.Column{Title: "time", Width: 8, Drop: 4}, grid.Column{Title: "operation", Width: 23, Flex: 1, Max: 34},
		grid.Column{Title: "status", Width: 6, Align: grid.Right}, grid.Column{Title: "took", Width: 8, Align: grid.Right, Drop: 1},
		grid.Column{Title: "bytes", Width: 9, Align: grid.Right, Drop: 3}, grid.Column{Title: "on", Width: 10, Flex: 1, Cut: grid.CutMiddle},
		grid.Column{Title: "error", Width: 14, Drop: 2})
	return v
}

func (v *callsView) Title() string { return "command log" }
func (v *callsView) Close()        { v.life.Close() }

func (v *callsView) Init() tea.Cmd {
	v.take()
	return ui.Watch(v.life, "calls", v)
}

// Version and Complete let the screen follow the log.
func (v *callsView) Version() uint64 { return uint64(v.env.Session.CallCount()) }

// Complete is never true: there is always a next call.
func (v *callsView) Complete() bool { return false }

// take copies the log, the newest call first.
func (v *callsView) take() {
	on, stay := v.selected()
	stay = stay && v.table.Cursor() > 0 // on the first row the cursor follows the newest call
	v.calls, v.total = v.env.Session.Calls()
	slices.Reverse(v.calls)
	if !stay {
		return
	}
	if at := slices.IndexFunc(v.calls, func(c awsops.Call) bool { return c.N == on.N }); at >= 0 {
		v.table.SelectRow(at)
	}
}

func (v *callsView) Update(msg tea.Msg) tea.Cmd {
	if g, ok := msg.(ui.Grew); ok {
		if g.Life == v.life {
			v.take()
		}
		return nil
	}
	return v.table.Update(msg)
}

// Typing says whether the filter is being typed.
func (v *callsView) Typing() bool { return v.table.Typing() }

func (v *callsView) Render(w, h int) string {
	t := v.env.Theme
	if len(v.calls) == 0 {
		return ui.Picture(t, ui.Empty, "No request has been sent yet.", w, h)
	}
	head := fmt.Sprintf("%s sent", ui.Plural(v.total, "request", "requests"))
	if v.total > int64(len(v.calls)) {
		head += fmt.Sprintf(", the last %d are here", len(v.calls))
	}
	return t.Paint(ui.RoleMuted, ui.Cut(head, w)) + "\n" + v.table.Render(w, h-1)
}

// Len, Want and Cell make the view its table's source.
func (v *callsView) Len() (int, bool) { return len(v.calls), true }

// Want has nothing to fetch: the log is in memory.
func (v *callsView) Want(int, int) {}

// Cell writes one cell of a call.
func (v *callsView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if row < 0 || row >= len(v.calls) {
		return buf, cellText
	}
	c := v.calls[row]
	switch col {
	case 0:
		return append(buf, c.At.UTC().Format("15:04:05")...), cellMuted
	case 1:
		buf = append(buf, c.Op...)
		if c.Attempt > 1 {
			buf = fmt.Appendf(buf, " (try %d)", c.Attempt)
		}
		return buf, cellText
	case 2:
		return append(buf, callStatus(c)...), callStyle(c)
	case 3:
		return append(buf, milliseconds(c.Took)...), cellMuted
	case 4:
		return append(buf, ui.Bytes(max(c.Received, 0)+max(c.Sent, 0))...), cellMuted
	case 5:
		return append(buf, ui.Clean(callTarget(c))...), cellText
	}
	return append(buf, ui.Clean(c.Code)...), callStyle(c)
}

func callStatus(c awsops.Call) string {
	if c.Status == 0 {
		return "none"
	}
	return fmt.Sprint(c.Status)
}

func callStyle(c awsops.Call) grid.Style {
	switch {
	case c.Status == 0 || c.Status >= 500:
		return cellBad
	case c.Status >= 300:
		return cellWarn
	}
	return cellGood
}

func callTarget(c awsops.Call) string {
	if c.Key == "" {
		return c.Bucket
	}
	return c.Bucket + "/" + c.Key
}

func milliseconds(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d ms", d/time.Millisecond)
}

func (v *callsView) Actions() []ui.Action {
	return append([]ui.Action{
		{ID: "calls.details", Keys: []string{"enter", "i"}, Help: "details", Why: v.whyNone, Run: v.details},
	}, v.table.withoutMarks()...)
}

func (v *callsView) selected() (awsops.Call, bool) {
	row, ok := v.table.Selected()
	if !ok || row >= len(v.calls) {
		return awsops.Call{}, false
	}
	return v.calls[row], true
}

func (v *callsView) whyNone() string {
	if _, ok := v.selected(); !ok {
		return "no request has been sent yet"
	}
	return ""
}

func (v *callsView) details() tea.Cmd {
	c, _ := v.selected()
	lines := []string{
		"operation   " + c.Op, "method      " + c.Method, "at          " + ui.Time(c.At), "took        " + milliseconds(c.Took),
		"status      " + callStatus(c), "attempt     " + fmt.Sprint(c.Attempt), "sent        " + ui.Bytes(max(c.Sent, 0)), "received    " + ui.Bytes(max(c.Received, 0)),
	}
	for _, x := range [][2]string{{"bucket", c.Bucket}, {"key", c.Key}, {"error", c.Code}, {"request id", c.RequestID}} {
		if x[1] != "" {
			lines = append(lines, ui.Pad(x[0], 12)+ui.Clean(x[1]))
		}
	}
	return ui.Push(ui.NewText("Request "+ui.Thousands(c.N), strings.Join(lines, "\n")))
}

// Copies offers what AWS Support asks for.
func (v *callsView) Copies() []ui.CopyItem {
	c, ok := v.selected()
	if !ok || c.RequestID == "" {
		return nil
	}
	return []ui.CopyItem{{Label: "request id", Value: c.RequestID}}
}
