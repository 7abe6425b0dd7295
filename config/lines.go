package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines knows on which line of a TOML document each key stands.
type lines map[string]int

func joined(path []string) string { return strings.Join(path, "\x00") }

// of returns the line of the key, or of the closest table around it.
func (l lines) of(path []string) int {
	for n := len(path); n > 0; n-- {
		if line, ok := l[joined(path[:n])]; ok {
			return line
		}
	}
	return 1
}

func (l lines) note(path []string, line int) {
	if _, known := l[joined(path)]; !known {
		l[joined(path)] = line
	}
}

// linesOf walks over a document that is known to be valid TOML.
func linesOf(data []byte) lines {
	l := lines{}
	p := &unstable.Parser{}
	p.Reset(data)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = l.key(p, e.Key(), nil)
		case unstable.KeyValue:
			l.keyValue(p, e, table)
		}
	}
	return l
}

func (l lines) keyValue(p *unstable.Parser, e *unstable.Node, table []string) {
	path := l.key(p, e.Key(), table)
	if e.Value().Kind != unstable.InlineTable {
		return
	}
	for it := e.Value().Children(); it.Next(); {
		l.keyValue(p, it.Node(), path)
	}
}

// key notes the line of every part of a dotted key below table and returns the whole path.
func (l lines) key(p *unstable.Parser, it unstable.Iterator, table []string) []string {
	path := append([]string(nil), table...)
	for it.Next() {
		path = append(path, string(it.Node().Data))
		l.note(path, p.Shape(it.Node().Raw).Start.Line)
	}
	return path
}
