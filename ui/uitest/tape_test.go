package uitest

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func noFiles(string) ([]byte, error) { return nil, fs.ErrNotExist }

// brief writes a command in one line, for comparing.
func brief(c Command) string {
	parts := []string{fmt.Sprint(c.Pos.Line), c.Name}
	for _, s := range []string{c.Arg, c.Text, strings.Join(c.Keys, ",")} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if c.Timed {
		parts = append(parts, "@"+c.Time.String())
	}
	if c.Count != 1 {
		parts = append(parts, fmt.Sprintf("×%d", c.Count))
	}
	if c.Match != nil {
		parts = append(parts, "/"+c.Match.String()+"/")
	}
	return strings.Join(parts, " ")
}

// everyCommand has each command and setting, and each form of them.
const everyCommand = `# a demo
Output demo.gif
Output "out/demo.txt"
Require cooper
Set Shell "bash"
Set FontSize 18
Set Width 1200
Set Height 700.5
Set LoopOffset 20%
Set LoopOffset 30
Set TypingSpeed 75ms
Set Theme { "name": "x",
  "black": "#000000" }
Set Theme "Catppuccin Frappe"
Set MarginFill "#674EFF"
Set WindowBar Colorful
Set CursorBlink false
Set WaitTimeout 2m
Set WaitPattern /\$ $/
Env AWS_REGION "eu-west-1"
Hide
Type "cooper --demo" Enter
Wait
Wait+Line@500ms /ready/
Wait+Screen /^ cooper .* buckets/
Show
Type@10ms 'it' "isn't" ` + "`a \"b\"`" + `
Type hello world
Type@.5 ""
Enter@1s 2   # twice
Down 3
PageUp
Sleep 500ms Sleep 2 Sleep 0.5s
Ctrl+C
Ctrl+Alt+Shift+x
Ctrl+Enter
Ctrl+@
Ctrl+]
Ctrl+a+b
Ctrl+Left
Alt+x Alt+Enter Alt+[
Shift+Tab
Shift+a
Set TypingSpeed 0.1
Screenshot shots/one.png
Copy "a b"
Paste
Escape Tab Space Backspace@5ms 4 Delete Insert Up Left Right PageDown ScrollUp ScrollDown 2`

var everyCommandRead = []string{
	"2 Output demo.gif", "3 Output out/demo.txt", "4 Require cooper", "5 Set Shell bash", "6 Set FontSize 18",
	"7 Set Width 1200", "8 Set Height 700.5", "9 Set LoopOffset 20", "10 Set LoopOffset 30", "11 Set TypingSpeed 75ms",
	"12 Set Theme { \"name\": \"x\",\n  \"black\": \"#000000\" }", "14 Set Theme Catppuccin Frappe",
	"15 Set MarginFill #674EFF", "16 Set WindowBar Colorful", "17 Set CursorBlink false", "18 Set WaitTimeout 2m0s",
	`19 Set WaitPattern \$ $`, "20 Env AWS_REGION eu-west-1", "21 Hide", "22 Type cooper --demo", "22 Enter enter",
	"23 Wait Line", "24 Wait Line @500ms /ready/", "25 Wait Screen /^ cooper .* buckets/", "26 Show",
	`27 Type it isn't a "b" @10ms`, "28 Type hello world", "29 Type @500ms", "30 Enter enter @1s ×2", "31 Down down ×3",
	"32 PageUp pgup", "33 Sleep @500ms", "33 Sleep @2s", "33 Sleep @500ms", "34 Ctrl ctrl+c", "35 Ctrl ctrl+alt+shift+x",
	"36 Ctrl ctrl+enter", "37 Ctrl ctrl+@", "38 Ctrl ctrl+]", "39 Ctrl ctrl+a,ctrl+b", "40 Ctrl ctrl+left",
	"41 Alt alt+x", "41 Alt alt+enter", "41 Alt alt+[", "42 Shift shift+tab", "43 Shift shift+a",
	"44 Set TypingSpeed 100ms", "45 Screenshot shots/one.png", "46 Copy a b", "47 Paste", "48 Escape esc", "48 Tab tab",
	"48 Space space", "48 Backspace backspace @5ms ×4", "48 Delete delete", "48 Insert insert", "48 Up up", "48 Left left",
	"48 Right right", "48 PageDown pgdown", "48 ScrollUp wheel up", "48 ScrollDown wheel down ×2",
}

func TestATapeOfEveryCommandIsRead(t *testing.T) {
	tape, err := ParseTape("demo.tape", everyCommand, noFiles)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range tape.Commands {
		got = append(got, brief(c))
	}
	if d := cmp.Diff(everyCommandRead, got); d != "" {
		t.Error(d)
	}
}

func TestWhatVHSDoesNotKnowIsRefusedWithItsLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\nEntre", `x.tape:2: unknown command "Entre"`},
		{"Home", `unknown command "Home"`},
		{"Type \"a\"\nEntre", `x.tape:2: unknown command "Entre"`},
		{"Type \"a\" Entre", `x.tape:1: unknown command "Entre"`},
		{"type \"a\"", `unknown command "type"`},
		{"\"a\"", "expected a command"},
		{"Type", "expected a string, not the end of the tape"},
		{"Type\n\"a\"\nEnter x", `x.tape:3: unknown command "x"`},
		{"Type \"a", "no closing \" on this line"},
		{"Type Enter", "expected a string"},
		{"Set Widht 3", `x.tape:1: unknown setting "Widht"`},
		{"Set Width abc", "expected a number"},
		{"Set Width 1.2.3", "expected a number"},
		{"Set CursorBlink yes", "true or false"},
		{"Set WindowBar Fancy", "ColorfulRight"},
		{"Set WaitPattern /(/", "missing closing )"},
		{"Set TypingSpeed fast", "expected a time"},
		{"Set Theme 3", "a theme"},
		{"Set Theme {", "no closing }"},
		{"Enter\nSet Width 300", "x.tape:2: Set Width has no effect after the first command"},
		{"Sleep", "expected a time"},
		{"Sleep 1.2.3s", "expected a time"},
		{"Enter@", "expected a time"},
		{"Enter 0", "how often to press Enter"},
		{"Enter 1.5", "how often to press Enter"},
		{"Wait+Page /x/", "Line or Screen after Wait+"},
		{"Wait@0s /x/", "a limit above zero"},
		{"Wait+Screen@ /x/", "expected a time"},
		{"Wait /[/", "missing closing ]"},
		{"Ctrl", "Ctrl needs a key"},
		{"Ctrl+", "unknown key the end of the tape"},
		{"Ctrl+Foo", `unknown key "Foo" after Ctrl+`},
		{"Ctrl+x+Alt", "Alt must stand before the key"},
		{"Ctrl+F5", "unknown key"},
		{"Alt+Left", "unknown key"},
		{"Alt+x+y", "expected one key"},
		{"Shift+Up", "unknown key"},
		{"Ctrl+.", "no terminal sends"},
		{"Output", "a word or a string"},
		{"Env A", "expected a string"},
		{"Source other.tape", "x.tape:1: source other.tape: file does not exist"},
		{"€", "unexpected character"},
	} {
		_, err := ParseTape("x.tape", c.text, noFiles)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q in it", c.text, err, c.want)
		}
	}
}

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	_, err := ParseTape("x.tape", "Foo 1 2\nEnter\nBar\nSet Baz 3", noFiles)
	want := "x.tape:1: unknown command \"Foo\"\nx.tape:3: unknown command \"Bar\"\nx.tape:4: unknown setting \"Baz\""
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestASourcedTapeStandsInPlaceOfItsName(t *testing.T) {
	files := map[string]string{"a.tape": "Output x.gif\nType \"in\"", "b.tape": "Source a.tape", "c.tape": "Oops"}
	open := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("no such tape")
	}
	tape, err := ParseTape("x.tape", "Source a.tape\nEnter", open)
	if err != nil || len(tape.Commands) != 2 || tape.Commands[0].Text != "in" || tape.Commands[0].Pos.String() != "a.tape:2" {
		t.Errorf("%v %v", tape, err)
	}
	if _, err = ParseTape("x.tape", "Source b.tape", open); err == nil || !strings.Contains(err.Error(), "may not source") {
		t.Errorf("%v", err)
	}
	if _, err = ParseTape("x.tape", "Source \"c.tape\"", open); err == nil || !strings.Contains(err.Error(), "c.tape:1: unknown command") {
		t.Errorf("%v", err)
	}
}

func TestKeysAreSentAsATerminalSendsThem(t *testing.T) {
	for name, want := range map[string]string{
		"a": "a", "G": "G", "shift+a": "A", "?": "?", "enter": "\r", "esc": "\x1b", "ctrl+c": "\x03", "ctrl+@": "\x00",
		"ctrl+]": "\x1d", "ctrl+space": "\x00", "alt+x": "\x1bx", "ctrl+alt+c": "\x1b\x03", "alt+enter": "\x1b\r",
		"shift+tab": "\x1b[Z", "up": "\x1b[A", "ctrl+left": "\x1b[1;5D", "shift+up": "\x1b[1;2A", "pgdown": "\x1b[6~", "space": " ",
	} {
		if got, err := keyBytes(name); got != want || err != nil {
			t.Errorf("%s: %q %v, want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"ctrl+.", "nokey", "ctrl+pgup"} {
		if got, err := keyBytes(name); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTheTerminalsSizeFollowsFromThePicturesSize(t *testing.T) {
	for _, c := range []struct {
		tape       string
		cols, rows int
	}{
		{"", 81, 16},
		{"Set FontSize 16\nSet Width 1200\nSet Height 860\nSet Padding 10", 122, 40},
		{"Set WindowBar Rings\nSet LineHeight 1.2\nSet LetterSpacing 1", 76, 13},
		{"Set Width 10", 10, 16},
	} {
		tape, err := ParseTape("x.tape", c.tape, noFiles)
		if err != nil {
			t.Fatal(err)
		}
		if cols, rows := readSettings(tape).size(); cols != c.cols || rows != c.rows {
			t.Errorf("%q: %d×%d, want %d×%d", c.tape, cols, rows, c.cols, c.rows)
		}
	}
}

func FuzzATapeIsReadOrRefusedWithAPlace(f *testing.F) {
	for _, s := range []string{
		"Type \"a\" Enter 2", "Set Width 3", "Wait+Screen@2s /x/", "Ctrl+Alt+x", "Source a", "# c", "Set Theme {}", "Sleep .5m",
		"Type@ \"", "Ctrl+ +", "Enter@1", "\x00", "Env", "Set", "Wait+", "Ctrl+ä", "Shift+\"ab\"", "Sleep 99999999999999999999m",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tape, err := ParseTape("f.tape", text, noFiles)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.tape:") {
				t.Errorf("%q: the error has no place: %v", text, err)
			}
			return
		}
		for _, c := range tape.Commands {
			if why := broken(c, strings.Count(text, "\n")+1); why != "" {
				t.Errorf("%q: %s: %s", text, brief(c), why)
			}
		}
	})
}

// broken says what is wrong with a command of a tape of so many lines.
func broken(c Command, lines int) string {
	if c.Pos.Line < 1 || c.Pos.Line > lines {
		return "it has no place"
	}
	if c.Count < 1 || c.Time < 0 {
		return "a count or time makes no sense"
	}
	for _, key := range c.Keys {
		if _, err := keyBytes(key); err != nil && key != wheelUp && key != wheelDown {
			return err.Error()
		}
	}
	return ""
}
