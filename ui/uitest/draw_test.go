package uitest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// complaints is a test that only notes what it is told.
type complaints struct {
	testing.TB
	said []string
}

func (c *complaints) Helper() {}

func (c *complaints) Errorf(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

func TestARenderingLargerThanItsScreenIsReported(t *testing.T) {
	for _, c := range []struct {
		text string
		said string
	}{
		{"abcd\n\x1b[1mef\x1b[0m", ""},
		{"abcde\nf", "line 1 is 5 columns wide, more than 4"},
		{"a\n木木木", "line 2 is 6 columns wide"},
		{"a\nb\nc", "3 lines do not fit into 2 rows"},
	} {
		rec := &complaints{TB: t}
		s := Draw(rec, c.text, 4, 2)
		got := strings.Join(rec.said, "; ")
		if (c.said == "") != (got == "") || !strings.Contains(got, c.said) {
			t.Errorf("%q: %q, want %q", c.text, got, c.said)
		}
		if first := strings.Split(c.text, "\n")[0]; !strings.HasPrefix(s.Line(0), first[:1]) {
			t.Errorf("%q was drawn as %q", c.text, s.Text())
		}
	}
}

func TestStylesAreListedByStretch(t *testing.T) {
	s := Draw(t, "a\x1b[1mbc\x1b[0md\n\x1b[38;2;1;2;3;48;2;4;5;6;4mx木\x1b[0m\x1b[31;7;9;3;2m!\x1b[0m", 10, 2)
	want := "0:1 +2 bold\n1:0 +3 #010203 on #040506 underline\n1:3 +1 #e0707a faint italic reverse struck\n"
	if d := cmp.Diff(want, s.Styles()); d != "" {
		t.Error(d)
	}
}
