package views

import (
	"strings"

	"cooper/ui"
)

// codeLines lays a foreign text out in lines no wider than w and colours each.
func codeLines(t *ui.Theme, text string, w int, paint func(*ui.Theme, string) string) []string {
	var out []string
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for _, part := range ui.HardWrap(ui.Clean(l), max(w, 1)) {
			out = append(out, paint(t, part))
		}
	}
	return out
}

// paintJSON colours one line: a text before a colon is a name.
func paintJSON(t *ui.Theme, line string) string {
	var b strings.Builder
	for line != "" {
		open := strings.IndexByte(line, '"')
		if open < 0 {
			b.WriteString(t.Paint(ui.RoleNumber, line))
			break
		}
		if open > 0 {
			b.WriteString(t.Paint(ui.RoleNumber, line[:open]))
		}
		end := closing(line[open:]) + open
		role := ui.RoleString
		switch rest := strings.TrimSpace(line[end:]); {
		case strings.HasPrefix(rest, ":"):
			role = ui.RoleKeyword
		case line[open:end] == `"Deny"`:
			role = ui.RoleWarn
		}
		b.WriteString(t.Paint(role, line[open:end]))
		line = line[end:]
	}
	return b.String()
}

// closing is the length of the quoted text that s begins with; all of s when its end is on the next line.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// paintXML colours one line: what is in angle brackets is a name, the rest is text.
func paintXML(t *ui.Theme, line string) string {
	var b strings.Builder
	for line != "" {
		open := strings.IndexByte(line, '<')
		if open < 0 {
			open = len(line)
		}
		if open > 0 {
			b.WriteString(t.Paint(ui.RoleString, line[:open]))
		}
		end := len(line)
		if i := strings.IndexByte(line[open:], '>'); i >= 0 {
			end = open + i + 1
		}
		if end > open {
			b.WriteString(t.Paint(ui.RoleKeyword, line[open:end]))
		}
		line = line[end:]
	}
	return b.String()
}
