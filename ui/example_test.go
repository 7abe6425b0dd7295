package ui_test

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// owners is the screen of the package comment.
type owners struct {
	th   *ui.Theme
	life *ui.Life
	call func(context.Context) ([]string, error)
	got  []string
	err  error
}

func (o *owners) Init() tea.Cmd          { return o.load() }
func (o *owners) Close()                 { o.life.Close() }
func (o *owners) Title() string          { return "owners" }
func (o *owners) Update(tea.Msg) tea.Cmd { return nil }

func (o *owners) load() tea.Cmd {
	return ui.Do(o.life, "owners", o.call, func(got []string, err error) tea.Cmd {
		o.got, o.err = got, err
		return ui.Fail(err, o.load)
	})
}

func (o *owners) Render(w, h int) string {
	switch {
	case o.life.Busy("owners"):
		return ui.Picture(o.th, ui.Loading, "Asking for the owners.", w, h)
	case o.err != nil:
		return ui.Picture(o.th, ui.Failed, o.err.Error(), w, h)
	}
	return strings.Join(o.got, "\n")
}

func (o *owners) Actions() []ui.Action {
	return []ui.Action{{ID: "owners.refresh", Keys: []string{"r"}, Help: "refresh", Run: o.load}}
}

func ExampleView() {
	th := ui.NewTheme(ui.ThemeOptions{})
	shell := ui.New(ui.Options{
		Name: "example", Theme: th, Home: ui.Place{Screen: "owners"},
		Screens: map[string]func(ui.Place) ui.View{
			"owners": func(ui.Place) ui.View {
				return &owners{th: th, life: ui.NewLife(context.Background()), call: func(context.Context) ([]string, error) {
					return []string{"ada", ui.Clean("eve\x1b[2J")}, nil
				}}
			},
		},
	})
	for _, cmd := range shell.Init()().(tea.BatchMsg) {
		if answer, ok := cmd().(ui.Answer); ok { // tea.Program does this
			shell.Update(answer)
		}
	}
	shell.Update(tea.WindowSizeMsg{Width: 60, Height: 12})
	for line := range strings.SplitSeq(shell.View().Content, "\n") {
		if strings.Contains(line, "ada") || strings.Contains(line, "eve") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// ada
	// eve␛[2J
}
