package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// unseen reports that c draws nothing and may do something instead.
func unseen(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Bidi_Control) || strings.ContainsRune("\u200b\ufeff\u2028", c)
}

// rawness says what on the screen or in the bytes to the terminal a stranger's key put there.
func (r *rig) rawness() string {
	for _, line := range r.Screen().Lines() {
		if !utf8.ValidString(line) {
			return "invalid UTF-8: " + line
		}
		if strings.ContainsFunc(line, unseen) {
			return "a control character: " + strconv.Quote(line)
		}
	}
	for _, bad := range []string{"\x1b[31mred", "\x1b]0;new title", "\x1b[2J\x1b[Hclear", "\u202e"} {
		if strings.Contains(r.Screen().Raw(), bad) {
			return "raw " + strings.ToValidUTF8(bad, "?")
		}
	}
	r.Mark()
	if r.Screen().Title() == "new title" || r.Screen().Bells() > 0 {
		return "a title or a bell"
	}
	return ""
}

func TestHostileKeysReachNeitherTheScreenNorALocalPathRaw(t *testing.T) {
	journey(t, setup{width: 120, height: 40}, func(r *rig) {
		r.bucket("odd-names")
		r.Press("enter")
		r.until("aux.txt")
		r.Press("F")
		r.Press("g")
		r.Sleep(quiet)
		check := func(where string) {
			t.Helper()
			if raw := r.rawness(); raw != "" {
				t.Errorf("%s: %s\n%s", where, raw, r.Text())
			}
		}
		at := ""
		for range 80 {
			check("list")
			before := at
			at = cursorLine(r)
			if at == before {
				break
			}
			r.Press("i")
			r.Sleep(quiet)
			check("details of " + at)
			r.Press("esc", "y")
			check("copy menu of " + at)
			r.Press("esc", "D")
			r.Sleep(quiet)
			check("download of " + at)
			if strings.Contains(r.Text(), "tab completes") {
				r.Press("enter")
				r.Sleep(2 * time.Second)
				if strings.Contains(r.Text(), "Replace the file?") {
					r.Press("n")
				}
			}
			check("after download of " + at)
			for strings.Contains(r.Text(), "esc c") {
				r.Press("esc")
			}
			r.Press("t")
			r.Sleep(quiet)
			check("timeline of " + at)
			r.Press("esc", "down")
		}
		r.checkFiles()
	})
}

// checkFiles looks at what downloads made of the keys.
func (r *rig) checkFiles() {
	r.t.Helper()
	files := 0
	err := filepath.WalkDir(r.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		name := d.Name()
		for _, c := range name {
			if !utf8.ValidString(name) || unicode.Is(unicode.Cc, c) || unicode.Is(unicode.Bidi_Control, c) {
				r.t.Errorf("the file's name is %q", name)
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		r.t.Errorf("%d files, %v", files, err)
	}
	if beside, err := os.ReadDir(filepath.Dir(r.home)); err != nil || len(beside) != 1 {
		r.t.Errorf("beside the home folder: %v %v", beside, err)
	}
}

func TestKeysThatXMLCanNotCarryAreDeletedOneByOne(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.bucket("odd-names")
		r.Press("enter")
		r.until("aux.txt")
		r.Press("F", "a", "d")
		r.until("Plan: Delete 51 objects", "and 46 more keys")
		r.consentTyping("odd-names")
		r.until("✓ Delete 51 objects: done")
		r.until("This bucket has no current objects")
		alone := 0
		for _, sent := range r.wire.sent() {
			if strings.HasPrefix(sent, "DELETE /odd-names/") {
				alone++
			}
		}
		if alone < 5 {
			t.Errorf("%d keys were deleted alone: %q", alone, r.wire.sent())
		}
	})
}

func cursorLine(r *rig) string {
	for _, line := range r.Screen().Lines() {
		if strings.HasPrefix(line, "▸") {
			return line
		}
	}
	return ""
}
