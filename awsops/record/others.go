package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"cooper/awsops"
	"cooper/awsops/journal"
)

// Left is a job that a run left unfinished.
type Left struct {
	awsops.Unfinished
	Dir string // the folder of the journal that it is in, "" for the one that this run writes
}

// Others are the folders of journals that this run doesn't write: those of runs that went on beside another one.
type Others []string

// Unfinished gives the jobs that runs left in these journals and that nobody goes on with: journals that another process
// writes now are passed over, and so are those that are not there. With an error the jobs of the others are valid.
func (o Others) Unfinished() ([]Left, error) {
	var out []Left
	var errs []error
	for _, dir := range o {
		err := inFolder(dir, func(j *journal.Journal) error {
			left, err := LeftIn(j)
			for _, l := range left {
				l.Dir = dir
				out = append(out, l)
			}
			return err
		})
		if _, held := errors.AsType[*journal.HeldError](err); !held {
			errs = append(errs, err)
		}
	}
	return out, errors.Join(errs...)
}

// LeftIn gives the jobs that a journal's runs left unfinished, the newest first. With an error those that could be read are
// valid.
func LeftIn(j *journal.Journal) ([]Left, error) {
	records, err := j.Unfinished()
	var out []Left
	for _, r := range records {
		u, bad := Unfinished(r)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		out = append(out, Left{Unfinished: u})
	}
	return out, err
}

// inFolder opens a journal that is there, and lets go of it at the end.
func inFolder(dir string, use func(*journal.Journal) error) error {
	if _, err := os.Stat(filepath.Join(dir, journal.File)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	j, err := journal.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(use(j), j.Close())
}

// Abandon writes down that a person decided against going on with a job of another journal.
func Abandon(dir, id string) error {
	return inFolder(dir, func(j *journal.Journal) error { return j.End(id, journal.Result{Outcome: journal.Abandoned}) })
}

// Continuing gives the journal of a job that goes on with one of another journal.
func Continuing(dir, id string) *Continuation { return &Continuation{dir: dir, id: id} }

// Continuation is an awsops.Journal for one job. It takes the lock of its journal when the job begins, or before with
// Open, and keeps it until Close.
type Continuation struct {
	awsops.Journal // once it is open
	dir, id        string
	j              *journal.Journal
}

// Start implements awsops.Journal.
func (c *Continuation) Start(s awsops.JournalStart) error {
	if err := c.Open(); err != nil {
		return err
	}
	return c.Journal.Start(s)
}

// Open takes the journal's lock. It fails when another process has it, or went on with the job meanwhile.
func (c *Continuation) Open() error {
	if c.j != nil {
		return nil
	}
	j, err := journal.Open(c.dir)
	if err != nil {
		return err
	}
	left, err := LeftIn(j)
	found := false
	for _, l := range left {
		found = found || l.Start.ID == c.id
	}
	if !found {
		return errors.Join(err, j.Close(), errors.New("another cooper has gone on with this job meanwhile"))
	}
	c.j, c.Journal = j, To(j)
	return nil
}

// Close lets go of the journal.
func (c *Continuation) Close() error {
	if c.j == nil {
		return nil
	}
	return c.j.Close()
}

// sameJSON compares two documents but for the space between their parts.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// Same finds the job that a plan would do again from its beginning, among those that were left: a command that is given
// once more. It is of the same kind, was asked the same, and ran in the same account at the same endpoint.
func Same(ctx context.Context, s *awsops.Session, p *awsops.Plan, left []Left) (Left, bool) {
	id, known := s.Identity(ctx).Get()
	for _, l := range left {
		if l.Start.Kind != p.Kind || len(p.Params) == 0 || !sameJSON(l.Start.Params, p.Params) || l.Start.Target.Endpoint != p.Target.Endpoint {
			continue
		}
		if !known || l.Start.Target.Account == "" || l.Start.Target.Account == id.Account {
			return l, true
		}
	}
	return Left{}, false
}
