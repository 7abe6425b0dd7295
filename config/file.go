package config

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// file is a document while it is read. Everything that can't be used goes to errs; reading goes on.
type file struct {
	name  string
	home  string
	lines lines
	errs  []*Error
	path  []string // of the table that is read
}

// field reads the value of one key.
type field func(f *file, v any)

// readFile fills c and returns the faults in the order of their lines.
func readFile(c *Config, in Input) []error {
	var doc map[string]any
	if err := toml.Unmarshal(in.Data, &doc); err != nil {
		return []error{syntaxError(in.File, err)}
	}
	f := &file{name: in.File, home: in.Env("HOME"), lines: linesOf(in.Data)}
	f.fields(doc, map[string]field{
		"read_only": boolean(&c.ReadOnly),
		"theme":     theme(&c.Theme),
		"profile":   func(f *file, v any) { f.each(v, func(name string, v any) { c.Profiles[name] = f.profile(name, v) }) },
		"endpoint":  func(f *file, v any) { f.each(v, func(name string, v any) { c.Endpoints[name] = f.endpoint(name, v) }) },
		"keys":      func(f *file, v any) { f.keys(c, v) },
		"prices":    func(f *file, v any) { c.Prices = f.prices(v) },
	})
	f.references(c)
	slices.SortStableFunc(f.errs, func(a, b *Error) int { return a.Line - b.Line })
	out := make([]error, len(f.errs))
	for i, e := range f.errs {
		out[i] = e
	}
	return out
}

func syntaxError(name string, err error) *Error {
	e := &Error{File: name, Line: 1, Sentence: "this is no TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
	if at, ok := errors.AsType[*toml.DecodeError](err); ok {
		e.Line, _ = at.Position()
		e.Line = max(1, e.Line)
	}
	return e
}

// refuse notes a fault of the table that is read, or of a key in it.
func (f *file) refuse(key, format string, args ...any) {
	path := f.path
	if key != "" {
		path = append(slices.Clone(path), key)
	}
	f.errs = append(f.errs, &Error{File: f.name, Line: f.lines.of(path), Sentence: fmt.Sprintf(format, args...)})
}

// inside reads something with key as the place where faults are.
func (f *file) inside(key string, read func()) {
	was := f.path
	f.path = append(slices.Clone(was), key)
	read()
	f.path = was
}

// fields reads a table whose keys are known.
func (f *file) fields(t map[string]any, known map[string]field) {
	for _, key := range slices.Sorted(maps.Keys(t)) {
		read, ok := known[key]
		if !ok {
			f.refuse(key, "%s has no key %q, only %s", f.tableName(), key, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			continue
		}
		f.inside(key, func() { read(f, t[key]) })
	}
}

func (f *file) tableName() string {
	if len(f.path) == 0 {
		return "the configuration"
	}
	return fmt.Sprintf("[%s]", strings.Join(f.path, "."))
}

// each reads a table of tables whose names the operator chose.
func (f *file) each(v any, read func(name string, v any)) {
	t, ok := f.table(v)
	if !ok {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		f.inside(name, func() { read(name, t[name]) })
	}
}

func (f *file) table(v any) (map[string]any, bool) {
	t, ok := v.(map[string]any)
	if !ok {
		f.refuse("", "%s must be a table, this is %s", f.last(), kindOf(v))
	}
	return t, ok
}

func (f *file) last() string { return f.path[len(f.path)-1] }

func theme(t *Theme) field {
	return func(f *file, v any) {
		m, ok := f.table(v)
		if !ok {
			return
		}
		redraw := "auto"
		f.fields(m, map[string]field{
			"mode":   oneOf(&t.Mode, Auto, Dark, Light, Mono),
			"ascii":  boolean(&t.ASCII),
			"redraw": oneOf(&redraw, "auto", "full"),
		})
		t.FullRedraw = redraw == "full"
	}
}

func (f *file) profile(name string, v any) Profile {
	var p Profile
	m, ok := f.table(v)
	if !ok {
		return p
	}
	if name == "" {
		f.refuse("", "a profile needs a name")
	}
	f.fields(m, map[string]field{
		"read_only":  boolean(&p.ReadOnly),
		"endpoint":   text(&p.Endpoint),
		"dialect":    oneOf(&p.Dialect, AWS, Sandbox, Compatible),
		"path_style": oneOf(&p.PathStyle, PathAuto, PathAlways, PathNever),
		"ca_bundle":  filePath(&p.CABundle),
		"region":     checked(&p.Region, checkRegion),
	})
	return p
}

func (f *file) endpoint(name string, v any) Endpoint {
	var e Endpoint
	m, ok := f.table(v)
	if !ok {
		return e
	}
	if name == "" || strings.Contains(name, "://") {
		f.refuse("", "an endpoint needs a name that is not empty and not a URL")
	}
	f.fields(m, map[string]field{
		"url":        checked(&e.URL, checkURL),
		"dialect":    oneOf(&e.Dialect, AWS, Sandbox, Compatible),
		"path_style": oneOf(&e.PathStyle, PathAuto, PathAlways, PathNever),
		"ca_bundle":  filePath(&e.CABundle),
		"region":     checked(&e.Region, checkRegion),
	})
	if _, has := m["url"]; !has {
		f.refuse("", "%s needs a url", f.tableName())
	}
	return e
}

// references looks at what one table says about another.
func (f *file) references(c *Config) {
	for name, p := range c.Profiles {
		_, named := c.Endpoints[p.Endpoint]
		if p.Endpoint == "" || named {
			continue
		}
		f.path = []string{"profile", name}
		if !strings.Contains(p.Endpoint, "://") {
			f.refuse("endpoint", "there is no [endpoint.%s], and %q is no URL", p.Endpoint, p.Endpoint)
		} else if why := checkURL(p.Endpoint); why != "" {
			f.refuse("endpoint", "endpoint %q %s", withoutUser(p.Endpoint), why)
		}
	}
}

// resolve makes a path of the file absolute: ~/ is the home folder, anything relative begins beside the file.
func (f *file) resolve(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && f.home != "" {
		return filepath.Join(f.home, rest)
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(f.name), path)
}
