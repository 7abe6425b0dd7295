package cors

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is why S3 would refuse a configuration, or would keep one that can't work.
type Problem struct {
	At   string // where: a path as in the AWS CLI's JSON, such as CORSRules[0].AllowedMethods[1]
	Rule int    // the rule it is in, from 0; -1 for the configuration as a whole
	Text string // a sentence
}

// Check gives all problems of a configuration, none when S3 takes it. Empty strings, which S3 takes and which then match
// nothing, are problems too.
func Check(rules []Rule) []Problem {
	var out []Problem
	if len(rules) == 0 {
		out = append(out, Problem{"CORSRules", -1, "A configuration needs at least one rule: to have none, remove the configuration."})
	}
	if len(rules) > MaxRules {
		out = append(out, Problem{"CORSRules", -1, fmt.Sprintf("%d rules are more than the %d that S3 takes.", len(rules), MaxRules)})
	}
	for i, r := range rules {
		c := checker{at: fmt.Sprintf("CORSRules[%d]", i), rule: i}
		c.check(r)
		out = append(out, c.found...)
		if j := slices.IndexFunc(rules[:i], func(o Rule) bool { return r.ID != "" && o.ID == r.ID }); j >= 0 {
			out = append(out, Problem{c.at + ".ID", i, fmt.Sprintf("The ID is that of rule %d, too.", j+1)})
		}
	}
	if doc := len(FormatXML(rules)); len(out) == 0 && doc > MaxDocument {
		out = append(out, Problem{"CORSRules", -1, fmt.Sprintf("The document has %d bytes, more than the %d that S3 takes.", doc, MaxDocument)})
	}
	return out
}

type checker struct {
	at    string
	rule  int
	found []Problem
}

func (c *checker) add(at, text string) {
	c.found = append(c.found, Problem{At: c.at + "." + at, Rule: c.rule, Text: text})
}

func (c *checker) check(r Rule) {
	if n := utf8.RuneCountInString(r.ID); n > MaxID {
		c.add("ID", fmt.Sprintf("The ID has %d characters, more than the %d that S3 takes.", n, MaxID))
	}
	if len(r.AllowedOrigins) == 0 {
		c.add("AllowedOrigins", "A rule needs at least one origin.")
	}
	if len(r.AllowedMethods) == 0 {
		c.add("AllowedMethods", "A rule needs at least one method.")
	}
	c.each("AllowedOrigins", r.AllowedOrigins, wrongOrigin)
	c.each("AllowedMethods", r.AllowedMethods, wrongMethod)
	c.each("AllowedHeaders", r.AllowedHeaders, func(s string) string { return wrongHeader(s, 1) })
	c.each("ExposeHeaders", r.ExposeHeaders, func(s string) string { return wrongHeader(s, 0) })
	if r.MaxAgeSeconds != nil && *r.MaxAgeSeconds < 0 {
		c.add("MaxAgeSeconds", "A number of seconds can't be negative.")
	}
}

func (c *checker) each(field string, list []string, wrong func(string) string) {
	for i, s := range list {
		text := wrong(s)
		switch {
		case s == "":
			text = "It is empty, which matches nothing."
		case text == "" && slices.Contains(list[:i], s):
			text = s + " is there twice."
		}
		if text != "" {
			c.add(fmt.Sprintf("%s[%d]", field, i), text)
		}
	}
}

func wrongOrigin(s string) string {
	if strings.Count(s, "*") > 1 {
		return s + " has more than one star."
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "An origin has no spaces."
	}
	return ""
}

func wrongMethod(s string) string {
	switch up := strings.ToUpper(s); {
	case slices.Contains(Methods, s):
		return ""
	case up == "OPTIONS":
		return "OPTIONS is not a method to allow: S3 answers preflights by itself. Name the methods that come after it."
	case slices.Contains(Methods, up):
		return s + " must be written in capitals."
	}
	return s + " is not a method that S3 takes: " + strings.Join(Methods, ", ") + "."
}

func wrongHeader(s string, stars int) string {
	switch n := strings.Count(s, "*"); {
	case n > stars && stars == 0:
		return s + ": exposed headers are named one by one, without a star."
	case n > stars:
		return s + " has more than one star."
	}
	for i := range len(s) {
		if !tokenByte(s[i]) {
			return fmt.Sprintf("%s is not a header's name: %q can't stand in one.", s, s[i])
		}
	}
	return ""
}

// tokenByte says whether a byte may stand in a header's name (RFC 9110, "Tokens"); the star is among them.
func tokenByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}
