package views

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/cors"
	"cooper/ui"
	"cooper/ui/edit"
)

// corsText is how the rules are shown.
type corsText uint8

const (
	corsRules corsText = iota
	corsJSON
	corsXML
)

// show shows the rules as a text, or as rules again when it is shown already.
func (v *corsView) show(text corsText) tea.Cmd {
	if v.text == text {
		text = corsRules
	}
	v.text, v.scroll = text, scroll{}
	return nil
}

// toggles says what a key does that shows the rules as a text and as rules again.
func (v *corsView) toggles(text corsText, words string) string {
	if v.text == text {
		return "show as rules"
	}
	return words
}

// texts are the rules on the screen as JSON or XML, with colours.
func (v *corsView) texts(w int) []string {
	if v.text == corsXML {
		return codeLines(v.env.Theme, cors.FormatXML(v.draft), w, paintXML)
	}
	return codeLines(v.env.Theme, cors.FormatJSON(v.draft), w, paintJSON)
}

// editText opens the whole configuration in the editor: for changes by hand, and to paste one in.
func (v *corsView) editText() tea.Cmd {
	switch {
	case v.left != "":
		return v.editWith(v.left)
	case len(v.draft) > 0:
		return v.editWith(cors.FormatJSON(v.draft))
	}
	return v.editWith("{\n    \"CORSRules\": []\n}\n")
}

func (v *corsView) editWith(text string) tea.Cmd {
	return ui.Push(edit.New(edit.Options{Theme: v.env.Theme, Title: "CORS rules: JSON or XML, as the AWS CLI, the console or S3 write it", Value: text, Submit: "take these rules",
		Check: corsProblems, Left: func(text string) { v.left = text },
		OK: func(text string) (tea.Cmd, string) {
			rules, err := cors.Parse(text)
			if err != nil {
				return nil, err.Error()
			}
			v.left = ""
			v.change(rules, 0)
			return nil, ""
		}}))
}

// corsProblems are what is wrong with a configuration's text, and what is likely a mistake.
func corsProblems(text string) []edit.Problem {
	rules, err := cors.Parse(text)
	if at, ok := errors.AsType[*cors.SyntaxError](err); ok {
		return []edit.Problem{{Line: at.Line, Column: at.Column, Text: at.Text}}
	}
	var out []edit.Problem
	if len(rules) > 0 {
		for _, p := range cors.Check(rules) {
			out = append(out, edit.Problem{Text: p.At + ": " + p.Text})
		}
	}
	for _, p := range cors.Lint(rules) {
		out = append(out, edit.Problem{Text: fmt.Sprintf("rule %d: %s", p.Rule+1, p.Text), Mild: true})
	}
	return out
}

// exportName is where the rules are written to when nothing else is said.
func (v *corsView) exportName() string {
	name := strings.Map(func(r rune) rune { // a foreign name is no path
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, v.bucket)
	return filepath.Join(v.env.Home, "cors-"+name+".json")
}

// export asks where the rules on the screen are written to, as the AWS CLI reads them.
func (v *corsView) export(path string) tea.Cmd {
	return ui.Push(newPathDialog(v.env, v.life, pathOptions{title: "Write the CORS rules to a file", value: path, label: "file",
		text: "JSON as aws s3api put-bucket-cors --cors-configuration file://… reads it. A file that is there is not replaced.",
		ok: func(path string) tea.Cmd {
			text, n := cors.FormatJSON(v.draft), len(v.draft)
			return ui.Do(v.life, "file", func(context.Context) (struct{}, error) {
				return struct{}{}, writeNew(path, text)
			}, func(_ struct{}, err error) tea.Cmd {
				if err != nil {
					return tea.Batch(ui.Status(plainPathError(err), ui.Warn), v.export(path))
				}
				return ui.Status(fmt.Sprintf("%s written to %s.", ui.Plural(int64(n), "rule", "rules"), ui.Clean(path)), ui.Good)
			})
		}}))
}

// writeNew writes a file that only the person can read and that was not there before.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the person typed the path
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}

func plainPathError(err error) string {
	if errors.Is(err, os.ErrExist) {
		return "There is such a file already: it is left as it is. Choose another name."
	}
	if at, ok := errors.AsType[*os.PathError](err); ok {
		err = at.Err // the path is on the screen
	}
	return ui.Clean(err.Error())
}

// importLimit bounds a file that is taken for CORS rules: S3's own limit, with room for white space.
const importLimit = 16 * cors.MaxDocument

// imports asks for a file and plans that the bucket has its rules.
func (v *corsView) imports(path string) tea.Cmd {
	return ui.Push(newPathDialog(v.env, v.life, pathOptions{title: "Take the CORS rules from a file", value: path, label: "file",
		text: "JSON of the AWS CLI or the console, or S3's XML. All rules on the server are replaced: the plan shows the difference.",
		ok: func(path string) tea.Cmd {
			return ui.Do(v.life, "file", func(context.Context) (string, error) {
				return readSome(path, importLimit)
			}, func(text string, err error) tea.Cmd {
				if err != nil {
					return tea.Batch(ui.Status(plainPathError(err), ui.Warn), v.imports(path))
				}
				return v.importText(path, text)
			})
		}}))
}

// importText plans the rules of a file. One with mistakes is opened in the editor, where they are shown.
func (v *corsView) importText(path, text string) tea.Cmd {
	rules, err := cors.Parse(text)
	if err != nil {
		return tea.Batch(ui.Status(ui.Clean(path)+": "+ui.Clean(err.Error()), ui.Warn), v.editWith(text))
	}
	v.change(rules, 0)
	if why := v.whyNotSave(); why != "" {
		return ui.Status(ui.Clean(path)+": "+why, ui.Warn)
	}
	return v.save()
}

// readSome reads a file of no more than limit bytes.
func readSome(path string, limit int64) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the person typed the path
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return "", errors.New("that is a folder")
	}
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return "", err
	case int64(len(raw)) > limit:
		return "", errors.New("the file is larger than any CORS configuration can be")
	}
	return string(raw), nil
}
