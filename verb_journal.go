package main

import (
	"errors"
	"fmt"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/record"
)

// openVerbJournal opens the journal for writing, or one beside it while another cooper writes: scripts run side by
// side, and beside the screen.
func openVerbJournal(dir string) (*journal.Journal, error) {
	j, err := journal.Open(dir)
	if _, held := errors.AsType[*journal.HeldError](err); held {
		j, _, err = journal.OpenBeside(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("the journal can't be opened: %w", err)
	}
	return j, nil
}

// takeUp makes a plan the continuation of the job that the same command left when it was cut off, so that nobody is
// offered that one any more. It begins anew: what is done by then is found to be done.
func (v *verb) takeUp(plan *awsops.Plan) {
	if v.journal == nil || plan.Resumes != "" {
		return
	}
	left, _ := record.LeftIn(v.journal) // what can't be read stays on offer
	others, _ := record.Others(v.journal.Beside()).Unfinished()
	same, ok := record.Same(v.ctx, v.session, plan, append(left, others...))
	if !ok {
		return
	}
	if same.Dir != "" {
		at := record.Continuing(same.Dir, same.Start.ID)
		if at.Open() != nil { // somebody writes there by now: that one stays on offer
			return
		}
		plan.Journal = at
	}
	plan.Resumes = same.Start.ID
}
