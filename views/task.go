package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// seedTask runs what takes time for a dialog that has no life of its own, and ends the life it was given.
func seedTask(life *ui.Life, work func() error, then func(error)) tea.Cmd {
	return ui.Do(life, "seed", func(context.Context) (struct{}, error) { return struct{}{}, work() },
		func(_ struct{}, err error) tea.Cmd {
			life.Close()
			then(err)
			return nil
		})
}
