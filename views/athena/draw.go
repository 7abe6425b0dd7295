package athena

import (
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/athena"
	"cooper/ui"
	"cooper/views"
)

func (v *screen) asking() athena.Question { return athena.Questions()[v.question] }

// statements are the table's and the question's SQL; ok is false while it isn't known where the logs lie.
func (v *screen) statements() (table, query string, ok bool) {
	p, known := v.place.Get()
	if !known || p.Check() != "" {
		return "", "", false
	}
	return athena.CreateTable(v.database, p), v.asking().SQL(v.database, p, v.time), true
}

// Render draws what is asked above what it gives.
func (v *screen) Render(w, h int) string {
	head := v.head(w, h)
	if h < 12 {
		head = head[:min(len(head), 3)]
	}
	body := v.body(w, max(h-len(head)-1, 1))
	return strings.Join(head, "\n") + "\n\n" + body
}

const typedTime = "2006-01-02 15:04"

// head says what is asked, of what, where, and how far it is.
func (v *screen) head(w, h int) []string {
	q := v.asking()
	title := q.Title
	if q.Keyed {
		if v.time.Key != "" {
			title += " " + ui.Clean(v.time.Key)
		} else {
			title += " anything"
		}
	}
	lines := []string{v.line("question", title, ui.RoleText, w),
		v.line("time", v.time.From.Format(typedTime)+" to "+v.time.To.Format(typedTime)+" UTC", ui.RoleText, w)}
	lines = append(lines, v.reads(w))
	if e, ok := v.estimate.Get(); ok && h >= 16 {
		lines = append(lines, v.line("costs", v.env.Prices.Scan(e.Counted(), e.AtLeast, v.region), ui.RoleText, w))
	}
	lines = append(lines, v.runs(w))
	if v.run != nil && (v.job() != nil || v.failed != nil || v.run.execution().State != "") {
		lines = append(lines, v.state(w))
	}
	return lines
}

func (v *screen) line(label, text string, role ui.Role, w int) string {
	t := v.env.Theme
	return t.Paint(ui.RoleMuted, ui.Pad(" "+label, 12)) + t.Paint(role, ui.Cut(text, max(w-12, 1)))
}

// reads says what the question will read.
func (v *screen) reads(w int) string {
	p, ok := v.place.Get()
	switch {
	case v.place.State == awsops.Loading:
		return v.line("reads", "looking where the logs lie", ui.RoleInfo, w)
	case !ok:
		return v.line("reads", v.place.State.String()+": "+views.Explain(v.place.Err).Sentence, ui.RoleBad, w)
	case p.Check() != "":
		return v.line("reads", "nothing: "+p.Check(), ui.RoleWarn, w)
	}
	e, ok := v.estimate.Get()
	switch {
	case v.estimate.State == awsops.Loading || v.estimate.State == awsops.Unread:
		return v.line("reads", "counting log files", ui.RoleInfo, w)
	case !ok:
		return v.line("reads", v.estimate.State.String()+": "+views.Explain(v.estimate.Err).Sentence, ui.RoleBad, w)
	}
	why := ""
	if !p.Partitioned {
		why = ", all there are: their keys are not partitioned"
	}
	return v.line("reads", e.Found()+why+"; "+e.Billed(), ui.RoleText, w)
}

// runs says where the query would run.
func (v *screen) runs(w int) string {
	if why := v.whyNotAsk(); why != "" && v.groups.State > awsops.Absent {
		return v.line("runs", why+" The SQL can be copied.", ui.RoleWarn, w)
	}
	where, known := v.output, true
	if where == "" {
		where, known = v.location()
	}
	if !known {
		where = "where the workgroup says, unread: o sets it"
	}
	unlisted := ""
	if v.groups.State == awsops.Denied {
		unlisted = " (the list of workgroups is denied to you)"
	}
	if where == "" {
		return v.line("runs", ui.Clean("nowhere yet: o says where the result goes; in workgroup "+v.group+unlisted+", database "+v.database), ui.RoleWarn, w)
	}
	return v.line("runs", ui.Clean("in workgroup "+v.group+unlisted+", database "+v.database+"; the result goes to "+where), ui.RoleText, w)
}

// location is where the workgroup puts results by itself, "" for nowhere, and whether that is known.
func (v *screen) location() (to string, known bool) {
	for _, g := range v.groups.Value {
		if g.Name == v.group {
			return g.Output, g.Err == nil
		}
	}
	return "", false
}

func (v *screen) state(w int) string {
	e := v.run.execution()
	if v.failed != nil && e.State != athena.Cancelled {
		return v.line("state", ui.Clean(views.Explain(v.failed).Sentence), ui.RoleBad, w)
	}
	role := map[string]ui.Role{athena.Succeeded: ui.RoleGood, athena.Failed: ui.RoleBad, athena.Cancelled: ui.RoleWarn}[e.State]
	if role == "" {
		role = ui.RoleInfo
	}
	text := e.State
	switch {
	case e.State == "":
		text = "making the table"
	case e.State == athena.Succeeded:
		text = fmt.Sprintf("%s: %s read in %d ms", e.State, ui.Bytes(e.Scanned), e.Millis)
		if v.result.Value.More {
			text += fmt.Sprintf("; the first %d rows", resultRows)
		}
	case e.State == athena.Failed:
	case e.State == athena.Cancelled:
		text += fmt.Sprintf(" after %d s; at least %s were read and are billed", e.Millis/1000, ui.Bytes(e.Scanned))
	default:
		text += fmt.Sprintf(" for %d s, %s read so far; X stops it", e.Millis/1000, ui.Bytes(e.Scanned))
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return v.line("state", ui.Clean(text), role, w)
}

// body is the result, or the SQL.
func (v *screen) body(w, h int) string {
	if !v.sql {
		return v.table.Render(w, h)
	}
	table, query, ok := v.statements()
	if !ok {
		return ""
	}
	var lines []string
	for _, l := range strings.Split(query+"\n\n"+table, "\n") {
		for _, part := range ui.HardWrap(ui.Clean(l), max(w-1, 1)) {
			lines = append(lines, " "+paintSQL(v.env.Theme, part))
		}
	}
	return strings.Join(v.scroll.Window(v.env.Theme, lines, w, h), "\n")
}

var keywords = strings.Fields(`SELECT FROM WHERE AND OR NOT IN LIKE BETWEEN GROUP ORDER BY DESC LIMIT AS CREATE EXTERNAL TABLE IF EXISTS PARTITIONED ROW FORMAT
	SERDE WITH SERDEPROPERTIES STORED INPUTFORMAT OUTPUTFORMAT LOCATION TBLPROPERTIES`)

// paintSQL colours keywords and strings of one line.
func paintSQL(t *ui.Theme, line string) string {
	var b strings.Builder
	for i, part := range strings.Split(line, "'") {
		if i > 0 {
			b.WriteString(t.Paint(ui.RoleString, "'"))
		}
		if i%2 == 1 {
			b.WriteString(t.Paint(ui.RoleString, part))
			continue
		}
		for j, word := range strings.Split(part, " ") {
			if j > 0 {
				b.WriteByte(' ')
			}
			if isKeyword(word) {
				word = t.Paint(ui.RoleKeyword, word)
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

func isKeyword(word string) bool {
	for _, k := range keywords {
		if word == k {
			return true
		}
	}
	return false
}
