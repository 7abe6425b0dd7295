package cors

import (
	"fmt"
	"slices"
	"strings"
)

// Change is one difference between two configurations.
type Change struct {
	Field         string // such as "rule 2 (app): AllowedOrigins"
	Before, After string // "" where there is nothing
}

// Diff says what changes from one configuration to another, rule by rule. Rules are the same when they are equal, have
// the same ID, or stand in the same place without another partner.
func Diff(before, after []Rule) []Change {
	was := partners(before, after)
	var out []Change
	for i, r := range before {
		if !slices.Contains(was, i) {
			out = append(out, Change{Field: name(i, r), Before: r.String()})
		}
	}
	for j, r := range after {
		if was[j] < 0 {
			out = append(out, Change{Field: name(j, r), After: r.String()})
			continue
		}
		out = append(out, fields(name(j, r), before[was[j]], r)...)
	}
	kept := slices.DeleteFunc(slices.Clone(was), func(i int) bool { return i < 0 })
	if !slices.IsSorted(kept) {
		out = append(out, Change{Field: "order of the rules", Before: order(before), After: order(after)})
	}
	return out
}

// partners gives for each rule of after the index of the one in before that it came from, -1 for a new one.
func partners(before, after []Rule) []int {
	was, taken := make([]int, len(after)), make([]bool, len(before))
	for j := range was {
		was[j] = -1
	}
	pair := func(same func(i, j int) bool) {
		for j := range after {
			for i := range before {
				if was[j] < 0 && !taken[i] && same(i, j) {
					was[j], taken[i] = i, true
				}
			}
		}
	}
	pair(func(i, j int) bool { return i == j && Equal(before[i], after[j]) })
	pair(func(i, j int) bool { return Equal(before[i], after[j]) })
	pair(func(i, j int) bool { return before[i].ID != "" && before[i].ID == after[j].ID })
	pair(func(i, j int) bool { return i == j })
	return was
}

func name(i int, r Rule) string {
	if r.ID == "" {
		return fmt.Sprintf("rule %d", i+1)
	}
	return fmt.Sprintf("rule %d (%s)", i+1, r.ID)
}

func order(rules []Rule) string {
	parts := make([]string, len(rules))
	for i, r := range rules {
		parts[i] = r.ID
		if r.ID == "" {
			parts[i] = strings.Join(r.AllowedMethods, "+") + " from " + strings.Join(r.AllowedOrigins, ", ")
		}
	}
	return strings.Join(parts, "; ")
}

func fields(at string, a, b Rule) []Change {
	var out []Change
	add := func(field, before, after string) {
		if before != after {
			out = append(out, Change{Field: at + ": " + field, Before: before, After: after})
		}
	}
	add("ID", a.ID, b.ID)
	add("AllowedOrigins", strings.Join(a.AllowedOrigins, ", "), strings.Join(b.AllowedOrigins, ", "))
	add("AllowedMethods", strings.Join(a.AllowedMethods, ", "), strings.Join(b.AllowedMethods, ", "))
	add("AllowedHeaders", strings.Join(a.AllowedHeaders, ", "), strings.Join(b.AllowedHeaders, ", "))
	add("ExposeHeaders", strings.Join(a.ExposeHeaders, ", "), strings.Join(b.ExposeHeaders, ", "))
	add("MaxAgeSeconds", age(a), age(b))
	return out
}

func age(r Rule) string {
	if r.MaxAgeSeconds == nil {
		return ""
	}
	return fmt.Sprint(*r.MaxAgeSeconds)
}

// String gives a rule in one line.
func (r Rule) String() string {
	out := words(r.AllowedMethods) + " from " + words(r.AllowedOrigins)
	if len(r.AllowedHeaders) > 0 {
		out += "; headers " + words(r.AllowedHeaders)
	}
	if len(r.ExposeHeaders) > 0 {
		out += "; exposes " + words(r.ExposeHeaders)
	}
	if r.MaxAgeSeconds != nil {
		out += "; " + age(r) + " s"
	}
	return out
}
