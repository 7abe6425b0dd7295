package logs

import (
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/accesslog"
	"cooper/awsops/logging"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// columns are those of records, or of the groups that are shown.
func (v *reader) columns() []grid.Column {
	if v.shown.preset < 0 {
		return []grid.Column{{Title: "time (UTC)", Width: 14, Drop: 1}, {Title: "status", Width: 6}, {Title: "operation", Width: 12, Flex: 2, Max: 28, Drop: 2},
			{Title: "requester", Width: 14, Flex: 3, Max: 44, Cut: grid.CutMiddle}, {Title: "key", Width: 12, Flex: 4, Cut: grid.CutMiddle},
			{Title: "remote IP", Width: 15, Drop: 3}, {Title: "sent", Width: 9, Align: grid.Right, Drop: 4}}
	}
	out := []grid.Column{{Title: "requests", Width: 9, Align: grid.Right}}
	for i, by := range accesslog.Presets()[v.shown.preset].By {
		out = append(out, grid.Column{Title: by.String(), Width: 10, Flex: 3 - min(i, 2), Cut: grid.CutMiddle})
	}
	return append(out, grid.Column{Title: "errors", Width: 7, Align: grid.Right, Drop: 2}, grid.Column{Title: "sent", Width: 9, Align: grid.Right, Drop: 3},
		grid.Column{Title: "last", Width: 14, Drop: 1})
}

const (
	shortTime = "01-02 15:04:05"
	shortDay  = "01-02 15:04"
)

func (v *reader) recordCell(at, col int, buf []byte) ([]byte, grid.Style) {
	r := v.shown.rows.Record(v.shown.places[at])
	if r.Broken != "" {
		switch col {
		case 1:
			return append(buf, "broken"...), views.CellBad
		case 4:
			return append(buf, ui.Clean(ui.Cut(r.Broken, 300))...), views.CellMuted
		}
		return buf, views.CellMuted
	}
	value := func(f accesslog.Field) []byte {
		s, _ := r.Get(f)
		return append(buf, ui.Clean(s)...)
	}
	switch col {
	case 0:
		return r.At.AppendFormat(buf, shortTime), views.CellMuted
	case 1:
		return value(accesslog.Status), statusStyle(r.Value[accesslog.Status])
	case 2:
		return append(buf, ui.Clean(strings.TrimPrefix(r.Value[accesslog.Operation], "REST."))...), operationStyle(&r)
	case 3:
		return append(buf, ui.Clean(caller(&r))...), callerStyle(&r)
	case 4:
		return append(buf, ui.Clean(r.Key)...), views.CellText
	case 5:
		return value(accesslog.RemoteIP), views.CellMuted
	}
	if s, ok := r.Get(accesslog.BytesSent); ok {
		var n int64
		_, _ = fmt.Sscan(s, &n) // the parser takes nothing but digits
		return append(buf, ui.Bytes(n)...), views.CellMuted
	}
	return buf, views.CellMuted
}

func statusStyle(status string) grid.Style {
	switch {
	case status == "403":
		return views.CellBad
	case strings.HasPrefix(status, "4"), strings.HasPrefix(status, "5"):
		return views.CellWarn
	}
	return views.CellGood
}

func operationStyle(r *accesslog.Record) grid.Style {
	if strings.Contains(r.Value[accesslog.Operation], "DELETE") {
		if _, version := r.Get(accesslog.VersionID); version {
			return views.CellBad
		}
		return views.CellWarn
	}
	return views.CellText
}

// caller says who sent a request in few words, and how it came where that is unusual.
func caller(r *accesslog.Record) string {
	who := shortName(r.Value[accesslog.Requester])
	if who == r.Value[accesslog.BucketOwner] {
		who = "root"
	}
	if r.TLS == accesslog.TLSNo && !strings.HasPrefix(r.Value[accesslog.Operation], "S3.") {
		who = "http! " + who
	}
	if r.Auth == accesslog.AuthPresigned {
		who += " (URL)"
	}
	return who
}

func callerStyle(r *accesslog.Record) grid.Style {
	switch {
	case r.Value[accesslog.Requester] == "-", r.TLS == accesslog.TLSNo && !strings.HasPrefix(r.Value[accesslog.Operation], "S3."):
		return views.CellWarn
	}
	return views.CellText
}

// shortName leaves the account out of an ARN, and says what a dash means.
func shortName(requester string) string {
	if requester == "-" || requester == "" {
		return "nobody"
	}
	if strings.HasPrefix(requester, "arn:") {
		if i := strings.LastIndexByte(requester, ':'); i >= 0 {
			return strings.TrimPrefix(requester[i+1:], "assumed-role/")
		}
	}
	return requester
}

func (v *reader) groupCell(at, col int, buf []byte) ([]byte, grid.Style) {
	g, by := v.shown.groups.Groups[at], accesslog.Presets()[v.shown.preset].By
	switch i := col - 1; {
	case i < 0:
		return append(buf, ui.Thousands(int64(g.Count))...), views.CellAccent
	case i < len(by):
		return append(buf, ui.Clean(groupValue(by[i], g.Values[i]))...), views.CellText
	case i == len(by):
		if g.Errors == 0 {
			return buf, views.CellMuted
		}
		return append(buf, ui.Thousands(int64(g.Errors))...), views.CellWarn
	case i == len(by)+1:
		return append(buf, ui.Bytes(g.Sent)...), views.CellMuted
	}
	return g.Last.AppendFormat(buf, shortTime), views.CellMuted
}

func groupValue(by accesslog.By, value string) string {
	if by == accesslog.ByRequester {
		return shortName(value)
	}
	if value == "" {
		return "(none)"
	}
	return value
}

// Render draws three lines above the table: the time and what was read of it, the question, and when it happened.
func (v *reader) Render(w, h int) string {
	v.width = w
	lines := []string{ui.Cut(v.timeLine(), w), ui.Cut(v.questionLine(), w)}
	if h > 8 {
		lines = append(lines, v.bars(w))
	}
	return strings.Join(append(lines, v.table.Render(w, max(h-len(lines), 0))), "\n")
}

// timeLine says which time is shown, and honestly how much of its logs was read.
func (v *reader) timeLine() string {
	t := v.env.Theme
	out := t.Paint(ui.RoleTitle, v.title)
	if v.scan == nil {
		return out
	}
	p, c := v.scan.Progress(), v.scan.Table.Counts()
	out += t.Paint(ui.RoleMuted, fmt.Sprintf("  %s of %s, %s, %s", ui.Thousands(p.Read), ui.Plural(p.Found, "file", "files"), ui.Bytes(p.Bytes), ui.Plural(int64(c.Records), "record", "records")))
	if c.Broken > 0 {
		out += t.Paint(ui.RoleWarn, "  "+ui.Plural(int64(c.Broken), "broken line", "broken lines"))
	}
	switch {
	case p.Failed > 0:
		out += t.Paint(ui.RoleBad, "  "+ui.Plural(p.Failed, "file", "files")+" can't be read (!)")
	case p.Left:
		out += t.Paint(ui.RoleWarn, "  the rest was left out: more than "+ui.Bytes(logging.MostBytes)+"; take a shorter time")
	}
	switch {
	case v.follow:
		out += t.Paint(ui.RoleGood, "  following")
	case !p.Done:
		out += t.Paint(ui.RoleInfo, "  reading"+t.Glyph().Ellipsis)
	case p.Err != nil && p.Err.Kind == awsops.KindCancelled:
		out += t.Paint(ui.RoleWarn, "  stopped")
	case p.Err != nil:
		out += t.Paint(ui.RoleBad, "  ended early (!)")
	}
	return out + t.Paint(ui.RoleMuted, v.lookedAt())
}

// lookedAt says until when the files of a time that has ended were delivered: later ones were not looked for.
func (v *reader) lookedAt() string {
	if v.live || v.scan.Place.Keys == logging.ByEvent {
		return ""
	}
	until := v.to.Add(logging.Lateness)
	if until.After(v.env.Now()) {
		return "  files delivered until now; more may come"
	}
	return "  files delivered by " + until.UTC().Format(shortDay)
}

// lookedWords is lookedAt as a sentence.
func (v *reader) lookedWords() string {
	if s := strings.TrimSpace(v.lookedAt()); s != "" {
		return " Looked at: " + s + "."
	}
	return ""
}

// questionLine says how much answers what is asked, and what that is: a long filter is cut, the count never.
func (v *reader) questionLine() string {
	t := v.env.Theme
	found := ui.Plural(int64(len(v.shown.places)), "record", "records")
	if v.shown.preset >= 0 {
		found += " in " + ui.Plural(int64(v.shown.groups.Total), "group", "groups")
		if v.shown.groups.Total > len(v.shown.groups.Groups) {
			found += ", the largest " + ui.Thousands(int64(len(v.shown.groups.Groups))) + " shown"
		}
	}
	what := ""
	if v.preset >= 0 {
		what = ": " + accesslog.Presets()[v.preset].Title
	}
	if f := filterWords(v.filter); f != "" {
		what += " with " + f
	}
	return t.Paint(ui.RoleMuted, found) + t.Paint(ui.RoleText, ui.Clean(what))
}

// bars draws how many records there were over the time; where an error is among them, in another colour and form.
func (v *reader) bars(w int) string {
	t := v.env.Theme
	width := max(min(w-2, slots), 1)
	counts, failed := make([]int64, width), make([]int64, width)
	most := int64(0)
	for i, s := range v.shown.slots {
		at := i * width / len(v.shown.slots)
		counts[at] += s.Records
		failed[at] += s.Errors
		most = max(most, counts[at])
	}
	levels := []rune(" ▁▂▃▄▅▆▇█")
	if t.ASCII() {
		levels = []rune(" .:-=+*#@")
	}
	var b strings.Builder
	for i, n := range counts {
		level := 0
		if n > 0 {
			level = 1 + int((n-1)*int64(len(levels)-2)/max(most-1, 1))
		}
		role := ui.RoleBar
		if failed[i]*2 > n {
			role = ui.RoleBad
		}
		b.WriteString(t.Paint(role, string(levels[min(level, len(levels)-1)])))
	}
	return b.String()
}

// picture says what stands where there are no rows.
func (v *reader) picture() {
	switch {
	case v.conf.State <= awsops.Loading:
		v.table.Picture(ui.Loading, "Reading where the access logs lie…")
	case v.conf.State != awsops.Known:
		v.table.Trouble(v.conf.Err)
	case !v.conf.Value.On():
		v.table.Picture(ui.Empty, "This bucket keeps no access logs: e on its Logs tab sets where they go.")
	case v.scan == nil || !v.scan.Complete():
		v.table.Picture(ui.Loading, "Reading the log files…")
	case v.scan.Progress().Err != nil:
		v.table.Trouble(v.scan.Progress().Err)
	case v.scan.Progress().Found == 0:
		v.table.Picture(ui.Empty, "There is no log file of this time. S3 delivers hours late; w takes another time.")
	case v.place.Focus == FocusDeleted && v.filter.Deletes:
		v.table.Picture(ui.Empty, "No record of this time tells of a deletion of "+v.place.Key+". Delivery is late and not promised to be complete."+v.lookedWords()+" w takes a longer time.")
	default:
		v.table.Picture(ui.Empty, "No record fits. c clears the filter, w takes another time.")
	}
}
