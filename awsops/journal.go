package awsops

import (
	"encoding/json"
	"time"
)

// JournalStart is written before a plan's first step runs.
type JournalStart struct {
	ID, Kind, Title string
	At              time.Time
	Target          Target
	Commands        []string        // the command lines of the steps, without secrets or codes
	Params          json.RawMessage // what the planner was asked: resume plans again from them
	Resumes         string          // id of the job that this one goes on with, "" for a new one
	Replaces        []Document      // as they were before, to be put back
}

// Checkpoint is how far a job has come. The journal keeps the last one of each job.
type Checkpoint struct {
	Step   int    // index of the step that is running
	Cursor string // everything before it is done; "" from the start
	Done   int64
	Bytes  int64
}

// JournalEnd is written when a job has ended, however it ended.
type JournalEnd struct {
	ID         string
	At         time.Time
	State      string // done, failed, cancelled
	Verdict    string // what the read-back showed
	RequestIDs []string
	Done       int64
	Failures   int64
	Bytes      int64
	Error      string // one sentence, "" when it is done
	Checkpoint Checkpoint
}

// Journal keeps what was done. Its methods are called from one goroutine per job.
type Journal interface {
	// Start records that a plan begins. When it fails nothing is changed: an unrecorded change is
	// worse than a refused one.
	Start(JournalStart) error
	// Failed appends entries that a bulk step could not deal with to the job's own file.
	Failed(id string, failures []Failure) error
	// Reached records a checkpoint, so that a job can go on after the program was killed.
	Reached(id string, at Checkpoint) error
	// End records the result.
	End(JournalEnd) error
}

// noJournal serves sessions that keep none, such as those of tests.
type noJournal struct{}

func (noJournal) Start(JournalStart) error         { return nil }
func (noJournal) Failed(string, []Failure) error   { return nil }
func (noJournal) Reached(string, Checkpoint) error { return nil }
func (noJournal) End(JournalEnd) error             { return nil }
