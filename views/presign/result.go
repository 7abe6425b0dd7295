package presign

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"

	sign "cooper/awsops/presign"
	"cooper/ui"
	"cooper/views"
)

// result shows what was made: what it is for, when it dies and why, what its user must send, what the bucket will say.
// The URL itself is shown on a key only.
type result struct {
	env      *views.Env
	life     *ui.Life
	made     *sign.Made
	forecast *sign.Forecast // nil while it is asked for
	views.Scroll

	trying  bool
	tried   *sign.Result
	problem string
}

func newResult(env *views.Env, life *ui.Life, m *sign.Made, f *sign.Forecast) *result {
	return &result{env: env, life: life, made: m, forecast: f}
}

func (d *result) Title() string { return kindOf(d.made.Spec) }

// Init lets the countdown run.
func (d *result) Init() tea.Cmd {
	return ui.Watch(d.life, "presign-clock", clock{d.env, []*sign.Made{d.made}})
}

// Close ends the countdown.
func (d *result) Close() {
	d.life.Cancel("presign-clock")
	d.life.Cancel("presign-try")
}

func (d *result) Update(tea.Msg) (tea.Cmd, bool) { return nil, false }

// Cancel has nothing to undo: what was made stays in the list.
func (d *result) Cancel() {}

func (d *result) Actions() []ui.Action {
	form := d.made.Spec.Method == sign.Form
	live := func() string {
		if d.made.Over(d.env.Session.ServerNow()) {
			return "it has died"
		}
		return ""
	}
	own := []ui.Action{
		{ID: "presign.copy", Keys: []string{"y"}, Help: "copy and show", Why: live, Run: d.copy},
		{ID: "presign.curl", Keys: []string{"c"}, Help: "curl line", Why: live, Run: func() tea.Cmd { return ui.Copy("curl line", d.made.Curl()) }},
		{ID: "presign.qr", Keys: []string{"Q"}, Help: "QR code", Why: func() string {
			if form {
				return "a form is more than an address"
			}
			return live()
		}, Run: func() tea.Cmd {
			return ui.Push(ui.NewValue(ui.ValueOptions{Label: kindOf(d.made.Spec), Value: d.made.Value(), Note: bearer, QR: true}))
		}},
		{ID: "presign.try", Keys: []string{"t"}, Help: "test it", Why: d.whyNotTry, Run: d.try},
		{ID: "presign.save", Keys: []string{"w"}, Help: "save to a file", Why: live, Run: func() tea.Cmd { return d.askFile(d.fileName(), "") }},
		{ID: "presign.json", Keys: []string{"f"}, Help: "the form's fields", Why: func() string {
			if !form {
				return "this is a URL, not a form"
			}
			return live()
		}, Run: func() tea.Cmd { return ui.Copy("form as JSON", d.made.JSON()) }},
		{ID: "presign.aws", Keys: []string{"a"}, Help: "aws line", Why: func() string { _, why := d.made.Command(); return why }, Run: func() tea.Cmd {
			line, _ := d.made.Command()
			return ui.Copy("aws line that makes such a URL", line)
		}},
		{ID: "presign.revoke", Keys: []string{"R"}, Help: "how to revoke it", Run: func() tea.Cmd {
			return ui.Push(ui.NewText("How it is ended before its time", strings.Join(d.made.Revocation(), "\n\n")))
		}},
		{ID: "presign.close", Keys: []string{"enter", "q"}, Help: "close", Run: func() tea.Cmd { return ui.Drop(d) }},
	}
	return append(own, d.Scroll.Actions()...)
}

// bearer is what must be known of a URL before it is passed on.
const bearer = "Whoever has it can use it until it dies: it needs no credentials. Keep it out of logs, chats and shell histories."

func (d *result) copy() tea.Cmd {
	return tea.Batch(tea.SetClipboard(d.made.Value()), ui.Push(ui.NewValue(ui.ValueOptions{Label: kindOf(d.made.Spec), Value: d.made.Value(), Note: bearer})))
}

func (d *result) whyNotTry() string {
	if d.trying {
		return "it is being tested"
	}
	return ""
}

func (d *result) try() tea.Cmd {
	d.trying, d.problem = true, ""
	return ui.Do(d.life, "presign-try", func(ctx context.Context) (sign.Result, error) {
		return sign.Try(ctx, d.env.Session, d.made)
	}, func(r sign.Result, err error) tea.Cmd {
		d.trying, d.tried = false, &r
		if err != nil {
			d.tried, d.problem = nil, views.Explain(err).Sentence
		}
		return nil
	})
}

// fileName is where it is offered to be saved.
func (d *result) fileName() string {
	if d.made.Spec.Method == sign.Form {
		return "~/upload-" + d.made.ID + ".html"
	}
	return "~/presigned-" + d.made.ID + ".txt"
}

// askFile asks for a file; one that can't be written is asked for again.
func (d *result) askFile(name, problem string) tea.Cmd {
	text := "A new file that only you may read. " + bearer
	if problem != "" {
		text = problem
	}
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Save to a file", Text: text, Label: "file", Value: name, OK: func(path string) tea.Cmd {
		full := d.made.Value() + "\n"
		where := views.ExpandHome(path, d.env.Home)
		if err := writeNew(where, full); err != nil {
			return d.askFile(path, sentence(err))
		}
		return ui.Status("Saved to "+ui.Clean(where)+", readable for you only.", ui.Good)
	}}))
}

// writeNew writes a file that isn't there yet, mode 0600.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("there is a file of this name already: give another name")
	}
	if err != nil {
		return fileError("the file can't be made", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fileError("the file can't be written", err), os.Remove(path))
	}
	return nil
}

// fileError is a sentence without the path, which the field below it shows.
func fileError(what string, err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return errors.New(what + ": " + err.Error())
}

// sentence makes one of an error's text.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
