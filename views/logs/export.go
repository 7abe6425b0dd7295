package logs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/accesslog"
	"cooper/ui"
)

func (v *reader) whyNotExport() string {
	if len(v.shown.places) == 0 {
		return "there are no records"
	}
	return ""
}

// export asks for a file. Its ending says what is written.
func (v *reader) export() tea.Cmd {
	name := filepath.Join(v.env.Home, "access-log-"+v.bucket+"-"+v.env.Now().UTC().Format("20060102-150405")+".csv")
	return v.askFile(name, "")
}

func (v *reader) askFile(name, problem string) tea.Cmd {
	text := ui.Plural(int64(len(v.shown.places)), "record", "records") + " as CSV, or as JSON when the name ends so. A file that is there is never overwritten."
	if problem != "" {
		text = problem + "\n" + text
	}
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Write the records to a file", Text: text, Label: "file", Value: name, Check: fileProblem,
		OK: func(path string) tea.Cmd { return v.write(path) }}))
}

func fileProblem(path string) string {
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case path == "":
		return "the name of a file"
	case ext != ".csv" && ext != ".json":
		return "a name that ends in .csv or .json"
	}
	return ""
}

// write writes the records that are shown, off the loop. A file that could not be finished is removed.
func (v *reader) write(path string) tea.Cmd {
	got := v.shown
	return ui.Do(v.life, "export", func(ctx context.Context) (int, error) {
		return len(got.places), writeFile(ctx, path, got.rows, got.places)
	}, func(n int, err error) tea.Cmd {
		if errors.Is(err, os.ErrExist) {
			return v.askFile(path, "There is such a file already.")
		}
		if err != nil {
			return ui.Fail(err, func() tea.Cmd { return v.askFile(path, "") })
		}
		return ui.Status(ui.Plural(int64(n), "record", "records")+" written to "+ui.Clean(path), ui.Good)
	})
}

func writeFile(ctx context.Context, path string, rows *accesslog.Rows, places []uint32) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			_ = os.Remove(path) // half of it would look like all of it
		}
	}()
	write := rows.WriteCSV
	if strings.EqualFold(filepath.Ext(path), ".json") {
		write = rows.WriteJSON
	}
	if err := write(ctx, f, places); err != nil {
		return err
	}
	return f.Sync()
}
