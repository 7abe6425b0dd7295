package uitest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Command is one command of a tape.
type Command struct {
	Pos   Pos
	Name  string        // "Type", "Enter", "Ctrl", "Set", …
	Arg   string        // Set: the setting; Env: the variable; Wait: "Line" or "Screen"
	Text  string        // text to type or copy, path, program, value
	Keys  []string      // keys to press, by the names of Key
	Count int           // how often
	Time  time.Duration // Sleep; the pause after each key; Wait's limit
	Timed bool          // Time was given
	Match *regexp.Regexp
}

// Tape is a script in the language of VHS: what a person types, how long they
// wait, and for what.
type Tape struct {
	File     string
	Commands []Command
}

// plainKeys are the commands that press a key, and the key's name. The mouse
// wheel counts as one.
var plainKeys = map[string]string{
	"Backspace": "backspace", "Delete": "delete", "Insert": "insert", "Enter": "enter", "Escape": "esc",
	"Tab": "tab", "Space": "space", "Up": "up", "Down": "down", "Left": "left", "Right": "right",
	"PageUp": "pgup", "PageDown": "pgdown", "ScrollUp": wheelUp, "ScrollDown": wheelDown,
}

const (
	wheelUp   = "wheel up"
	wheelDown = "wheel down"
)

// settings are what Set knows, and how each value is read.
var settings = map[string]func(*tapeParser) (string, error){
	"Shell": (*tapeParser).word, "FontFamily": (*tapeParser).word, "MarginFill": (*tapeParser).word,
	"Theme": (*tapeParser).theme, "WindowBar": (*tapeParser).windowBar, "CursorBlink": (*tapeParser).boolean,
	"FontSize": (*tapeParser).number, "LetterSpacing": (*tapeParser).number, "LineHeight": (*tapeParser).number,
	"Framerate": (*tapeParser).number, "PlaybackSpeed": (*tapeParser).number, "Width": (*tapeParser).number,
	"Height": (*tapeParser).number, "Padding": (*tapeParser).number, "Margin": (*tapeParser).number,
	"WindowBarSize": (*tapeParser).number, "BorderRadius": (*tapeParser).number, "LoopOffset": (*tapeParser).percent,
	"TypingSpeed": (*tapeParser).duration, "WaitTimeout": (*tapeParser).duration, "WaitPattern": (*tapeParser).regexp,
}

// anywhere are the settings that work also after the first key; VHS ignores
// the others there, so they are refused.
var anywhere = []string{"TypingSpeed", "WaitTimeout", "WaitPattern"}

// heading are the commands that may stand before settings.
var heading = []string{"Set", "Output", "Require", "Env", "Source"}

type tapeParser struct {
	tokens  []token
	at      int
	started bool // a command that is no heading was seen
	source  func(path string) ([]Command, error)
}

// ReadTape reads a tape file. Source commands in it are relative to its folder.
func ReadTape(path string) (*Tape, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the tape: %w", err)
	}
	return ParseTape(filepath.Base(path), string(text), func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(filepath.Dir(path), filepath.FromSlash(name)))
	})
}

// ParseTape reads a tape's text. open gives the text of a tape that is named by
// Source. Every command, setting and key that VHS doesn't know is refused; the
// error names all of them with file and line.
func ParseTape(file, text string, open func(name string) ([]byte, error)) (*Tape, error) {
	cmds, err := parseTape(file, text, func(path string) ([]Command, error) {
		inner, err := open(path)
		if err != nil {
			return nil, err
		}
		return parseTape(path, string(inner), func(string) ([]Command, error) {
			return nil, errors.New("a sourced tape may not source another one")
		})
	})
	if err != nil {
		return nil, err
	}
	return &Tape{File: file, Commands: cmds}, nil
}

func parseTape(file, text string, source func(string) ([]Command, error)) ([]Command, error) {
	tokens, err := lexTape(file, text)
	if err != nil {
		return nil, err
	}
	p := &tapeParser{tokens: tokens, source: source}
	var all []Command
	var errs []error
	for p.peek().kind != tokEnd {
		line := p.peek().pos.Line
		cmds, err := p.command()
		if err != nil {
			errs = append(errs, err)
			for p.peek().kind != tokEnd && p.peek().pos.Line == line {
				p.at++
			}
			continue
		}
		all = append(all, cmds...)
	}
	return all, errors.Join(errs...)
}

func (p *tapeParser) peek() token { return p.tokens[p.at] }

// next takes the token at hand; the last one stays.
func (p *tapeParser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

// take takes the token at hand if it is the sign or word text.
func (p *tapeParser) take(kind tokenKind, text string) bool {
	if t := p.peek(); t.kind == kind && t.text == text {
		p.at++
		return true
	}
	return false
}

func (t token) wrong(want string) error { return fmt.Errorf("%s: expected %s, not %s", t.pos, want, t) }

func (p *tapeParser) command() ([]Command, error) {
	t := p.next()
	c := Command{Pos: t.pos, Name: t.text, Count: 1}
	if t.kind != tokWord {
		return nil, t.wrong("a command")
	}
	if !slices.Contains(heading, t.text) {
		p.started = true
	}
	if t.text == "Source" {
		return p.sourced()
	}
	err := p.arguments(&c)
	return []Command{c}, err
}

// arguments reads what follows the name of a command.
func (p *tapeParser) arguments(c *Command) (err error) {
	switch c.Name {
	case "Hide", "Show", "Paste":
	case "Set":
		err = p.set(c)
	case "Type":
		err = p.typed(c)
	case "Copy":
		c.Text, err = p.texts()
	case "Output", "Require", "Screenshot":
		c.Text, err = p.word()
	case "Env":
		c.Arg = p.next().text
		c.Text, err = p.quoted()
	case "Sleep":
		c.Timed = true
		c.Time, err = p.time()
	case "Wait":
		err = p.wait(c)
	default:
		err = p.key(c)
	}
	return err
}

func (p *tapeParser) typed(c *Command) error {
	if err := p.speed(c); err != nil {
		return err
	}
	var err error
	c.Text, err = p.texts()
	return err
}

func (p *tapeParser) sourced() ([]Command, error) {
	t := p.peek()
	path, err := p.word()
	if err != nil {
		return nil, err
	}
	cmds, err := p.source(path)
	if err != nil {
		return nil, fmt.Errorf("%s: source %s: %w", t.pos, path, err)
	}
	return slices.DeleteFunc(cmds, func(c Command) bool { return c.Name == "Output" }), nil
}

func (p *tapeParser) set(c *Command) error {
	t := p.next()
	read, known := settings[t.text]
	if t.kind != tokWord || !known {
		return fmt.Errorf("%s: unknown setting %s", t.pos, t)
	}
	if p.started && !slices.Contains(anywhere, t.text) {
		return fmt.Errorf("%s: Set %s has no effect after the first command", t.pos, t.text)
	}
	c.Arg = t.text
	var err error
	c.Text, err = read(p)
	return err
}

// key parses the commands that press keys: names, and chords with modifiers.
func (p *tapeParser) key(c *Command) error {
	if c.Name == "Ctrl" || c.Name == "Alt" || c.Name == "Shift" {
		return p.chord(c)
	}
	key, known := plainKeys[c.Name]
	if !known {
		return fmt.Errorf("%s: unknown command %q", c.Pos, c.Name)
	}
	c.Keys = []string{key}
	if err := p.speed(c); err != nil || p.peek().kind != tokNumber {
		return err
	}
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if err != nil || n < 1 {
		return t.wrong("how often to press " + c.Name)
	}
	c.Count = n
	return nil
}

// chord parses what follows Ctrl, Alt or Shift. Only Ctrl takes further
// modifiers, and more than one key.
func (p *tapeParser) chord(c *Command) error {
	held := strings.ToLower(c.Name) + "+"
	for p.take(tokSign, "+") {
		t := p.next()
		if more := t.text; c.Name == "Ctrl" && t.kind == tokWord && (more == "Alt" || more == "Shift") {
			if len(c.Keys) > 0 {
				return fmt.Errorf("%s: %s must stand before the key", t.pos, more)
			}
			held += strings.ToLower(more) + "+"
			continue
		}
		if len(c.Keys) > 0 && c.Name != "Ctrl" {
			return t.wrong("one key")
		}
		key, err := chordKey(c.Name, t)
		if err != nil {
			return err
		}
		if _, err := keyBytes(held + key); err != nil {
			return fmt.Errorf("%s: %w", t.pos, err)
		}
		c.Keys = append(c.Keys, held+key)
	}
	if len(c.Keys) == 0 {
		return fmt.Errorf("%s: %s needs a key: %s+X", c.Pos, c.Name, c.Name)
	}
	return nil
}

// chordNames are the keys with a name that can be held with a modifier.
var chordNames = map[string][]string{
	"Ctrl":  {"Enter", "Space", "Backspace", "Left", "Right", "Up", "Down"},
	"Alt":   {"Enter", "Tab"},
	"Shift": {"Enter", "Tab"},
}

func chordKey(modifier string, t token) (string, error) {
	signs := "[]"
	if modifier == "Ctrl" {
		signs = "[]@-^\\"
	}
	switch {
	case t.kind == tokWord && slices.Contains(chordNames[modifier], t.text):
		return plainKeys[t.text], nil
	case t.kind == tokWord && len(t.text) == 1 && modifier == "Ctrl":
		return strings.ToLower(t.text), nil
	case t.kind == tokWord && len(t.text) == 1, t.kind == tokSign && strings.Contains(signs, t.text):
		return t.text, nil
	case t.kind == tokString && len(t.text) == 1:
		return t.text, nil
	}
	return "", fmt.Errorf("%s: unknown key %s after %s+", t.pos, t, modifier)
}

func (p *tapeParser) wait(c *Command) error {
	c.Arg = "Line"
	if p.take(tokSign, "+") {
		t := p.next()
		if t.kind != tokWord || (t.text != "Line" && t.text != "Screen") {
			return t.wrong("Line or Screen after Wait+")
		}
		c.Arg = t.text
	}
	if err := p.speed(c); err != nil {
		return err
	}
	if c.Timed && c.Time <= 0 {
		return fmt.Errorf("%s: Wait needs a limit above zero", c.Pos)
	}
	if p.peek().kind != tokPattern {
		return nil
	}
	text, err := p.regexp()
	if err != nil {
		return err
	}
	c.Match, err = regexp.Compile(text)
	return err
}

// speed parses an optional "@time".
func (p *tapeParser) speed(c *Command) (err error) {
	if p.take(tokSign, "@") {
		c.Timed = true
		c.Time, err = p.time()
	}
	return err
}
