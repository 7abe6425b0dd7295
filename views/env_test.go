package views

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui/uitest"
)

func TestAPlanThatWouldChangeNothingIsNoFailureAndBringsItsFormBack(t *testing.T) {
	reopened := 0
	build := ownStage(t, t.TempDir(), "V3, AES key, a line", same, func(s *stage) tea.Cmd {
		return s.ProposeFrom(s.Life(), func(context.Context, *awsops.Reader) (*awsops.Plan, error) {
			return nil, awsops.Unchanged("test")
		}, func() tea.Cmd { reopened++; return nil })
	})
	on(t, 80, 24, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Sleep(time.Second)
		p.Sees("Nothing would change: it is as asked for already.")
		if strings.Contains(p.Text(), "⚠ Nothing") || reopened != 1 {
			t.Errorf("the form came back %d times\n%s", reopened, p.Text())
		}
	})
}
