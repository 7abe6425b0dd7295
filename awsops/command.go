package awsops

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CommandLine is an aws command line under construction. It can be pasted into any POSIX shell,
// whatever bytes the names in it hold.
type CommandLine struct {
	target Target
	words  []string
	nul    bool
}

// Command begins a command line that does for t what a step does: Command(t, "s3api",
// "delete-object"). Profile, region, endpoint and CA bundle of the target are added at the end.
func Command(t Target, service, operation string) *CommandLine {
	return &CommandLine{target: t, words: []string{"aws", service, operation}}
}

// Arg adds positional arguments, quoted.
func (c *CommandLine) Arg(values ...string) *CommandLine {
	for _, v := range values {
		c.words = append(c.words, c.quote(v))
	}
	return c
}

// Flag adds an option and its value, quoted. A value that begins with a hyphen is joined to its
// option, or the aws command line would take it for another option.
func (c *CommandLine) Flag(name, value string) *CommandLine {
	if strings.HasPrefix(value, "-") {
		c.words = append(c.words, name+"="+c.quote(value))
		return c
	}
	c.words = append(c.words, name, c.quote(value))
	return c
}

// FlagIf is Flag when value isn't empty.
func (c *CommandLine) FlagIf(name, value string) *CommandLine {
	if value == "" {
		return c
	}
	return c.Flag(name, value)
}

// Switch adds options without a value.
func (c *CommandLine) Switch(names ...string) *CommandLine {
	c.words = append(c.words, names...)
	return c
}

// MFA adds the option for a one-time code. The code itself is a shell variable that the person sets.
func (c *CommandLine) MFA(serial string) *CommandLine {
	if !ValidSerial(serial) {
		serial = "SERIAL"
	}
	c.words = append(c.words, "--mfa", `"`+serial+` $MFA"`)
	return c
}

// String gives the whole line. A name with a NUL byte can't be an argument of any program: the line
// is then a shell comment that says so.
func (c *CommandLine) String() string {
	end := &CommandLine{}
	end.FlagIf("--profile", c.target.Profile).FlagIf("--region", c.target.Region).
		FlagIf("--endpoint-url", c.target.Endpoint).FlagIf("--ca-bundle", c.target.CABundle)
	if c.nul {
		return "# " + c.words[1] + " " + c.words[2] + ": a name holds a NUL byte, which no command line can carry"
	}
	return strings.Join(append(c.words, end.words...), " ")
}

func (c *CommandLine) quote(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		c.nul = true
	}
	return Quote(s)
}

// Quote makes s one word of a POSIX shell's command line. Text that a terminal shows as it is goes
// into single quotes; control characters, invisible ones and bytes that are not UTF-8 are made by
// printf, so that pasting never sends them to the terminal. A NUL byte is dropped: no argument can
// hold one.
func Quote(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	switch {
	case s == "":
		return "''"
	case strings.Trim(s, plainBytes) == "":
		return s
	case isShown(s):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	// A command substitution drops line feeds at its end: those stand in quotes of their own.
	body := strings.TrimRight(s, "\n")
	end := ""
	if n := len(s) - len(body); n > 0 {
		end = "'" + strings.Repeat("\n", n) + "'"
	}
	if body == "" {
		return end
	}
	return `"$(printf '` + printfFormat(body) + `')"` + end
}

// plainBytes need no quotes in any shell.
const plainBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"

// isShown reports whether a terminal shows every character of s as itself.
func isShown(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// printfFormat writes s as a format of printf that makes s.
func printfFormat(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, !unicode.IsPrint(r), r == '\'', i == 0 && r == '-':
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		case r == '%':
			b.WriteString("%%")
		case r == '\\':
			b.WriteString(`\\`)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}
