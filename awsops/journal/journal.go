// Package journal keeps what was done to S3: one line when a change starts, one when it ends, and between the two the
// place to go on from if the program was killed.
//
// The journal is a folder (mode 0700) with files of mode 0600: journal.jsonl holds one JSON object a line, bulk/ID.jsonl
// the results of a change that touched many objects, journal.lock says which process writes. A folder has one writer at
// a time; anyone may read it. One-time codes and secrets are kept out: see Entry.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"sync"
	"time"
)

// Schema is the version of the line format that this package writes. A file with a higher one is refused.
const Schema = 1

// Errors that callers tell apart with errors.Is. HeldError, SchemaError and DamageError carry more.
var (
	// ErrReader is returned by every writing call of a journal that was opened with OpenReader.
	ErrReader = errors.New("this journal is open for reading only")
	// ErrSecret is returned by Start and Advance when the parameters hold a field that must never be written down.
	ErrSecret = errors.New("a secret does not belong in the journal")
	// ErrClosed is returned by every call after Close.
	ErrClosed = errors.New("the journal is closed")
	// ErrID is returned when an id can't name a file: it has 1 to 80 of A-Z a-z 0-9 . _ - and starts with a letter or digit.
	ErrID = errors.New("this id can't be used in the journal")
)

// Entry is one change as it starts. It is written before the first request of the change goes out.
//
// Params must hold no secret: Start refuses field names such as secret, code, token, seed, passphrase. Title and
// Commands are informative; codes, customer keys and signatures in them are replaced on the way in.
type Entry struct {
	ID       string          `json:"id"`                 // of the plan; also names the file of bulk results
	Resumes  string          `json:"resumes,omitempty"`  // the id of the unfinished change that this one goes on with
	Time     time.Time       `json:"time"`               // zero: now
	Kind     string          `json:"kind"`               // the planner's stable name, from which a plan is built again
	Title    string          `json:"title,omitempty"`    // one line for people
	Caller   string          `json:"caller,omitempty"`   // ARN
	Root     bool            `json:"root,omitempty"`     // Caller is the account's root user
	Account  string          `json:"account,omitempty"`  // twelve digits
	Profile  string          `json:"profile,omitempty"`  // of the shared configuration
	Endpoint string          `json:"endpoint,omitempty"` // "" is AWS
	Region   string          `json:"region,omitempty"`
	Bucket   Text            `json:"bucket,omitempty"`
	Owner    string          `json:"owner,omitempty"` // account or canonical id of the bucket's owner
	Key      Text            `json:"key,omitempty"`
	Params   json.RawMessage `json:"params,omitempty"` // what the planner of Kind needs to build the plan again
	Commands []string        `json:"commands,omitempty"`
	Replaces []Document      `json:"replaces,omitempty"` // as they were before
}

// Outcome says how a change ended.
type Outcome string

// The outcomes. A change without one is unfinished.
const (
	Done      Outcome = "done"      // the read-back showed what was expected
	Accepted  Outcome = "accepted"  // the server said yes, the read-back does not show it yet
	Ignored   Outcome = "ignored"   // the server said yes and changed nothing
	Failed    Outcome = "failed"    // see Sentence
	Cancelled Outcome = "cancelled" // a person stopped it and does not want to go on
	Abandoned Outcome = "abandoned" // was left unfinished by an earlier run; a person decided against going on
)

// Result is how a change ended.
type Result struct {
	Time       time.Time `json:"time"` // zero: now
	Outcome    Outcome   `json:"outcome"`
	Sentence   string    `json:"sentence,omitempty"`    // what a person was told; cleaned like Entry.Commands
	RequestIDs []string  `json:"request_ids,omitempty"` // x-amz-request-id of the calls that changed something
	Total      int64     `json:"total,omitempty"`       // things there were to do, 0 when it was one call
	Verdict    string    `json:"verdict,omitempty"`     // what the read-back showed, in words
	Succeeded  int64     `json:"succeeded,omitempty"`
	FailedN    int64     `json:"failed,omitempty"`
	Bytes      int64     `json:"bytes,omitempty"`
}

// Record is a change as the journal knows it.
type Record struct {
	Entry
	Cursor  json.RawMessage // the last place told to Advance, nil when none was
	Reached int64           // things done at Cursor
	Result  *Result         // nil: unfinished
}

// Journal is a journal that is open. It is safe for use by several goroutines.
type Journal struct {
	mu     sync.Mutex
	disk   disk
	reader bool
	closed bool
	now    func() time.Time
	live   map[string]bool // changes that this process started and has not ended
}

// disk is where a journal's bytes are: a folder, or memory.
type disk interface {
	lines() (io.ReadCloser, error)
	add(line []byte, sync bool) error
	bulk(id string) (io.WriteCloser, error)
	readBulk(id string) (io.ReadCloser, error)
	beside() []string // the folders of the other journals of the same state folder
	close() error
}

// Open opens the journal in dir for writing and makes the folder if it is not there. When another process writes to
// it the error is a *HeldError that says which; use OpenReader then. A file of a newer program is a *SchemaError.
func Open(dir string) (*Journal, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	return start(f, false), nil
}

// OpenReader opens the journal in dir to look at, whether or not a process writes to it. Writing calls return
// ErrReader. A folder that is not there yet reads as an empty journal.
func OpenReader(dir string) (*Journal, error) {
	f := &folder{dir: dir}
	if err := f.checkSchema(); err != nil {
		return nil, err
	}
	return start(f, true), nil
}

// Memory returns a journal that is gone when the program ends.
func Memory() *Journal { return start(&memory{}, false) }

func start(d disk, reader bool) *Journal {
	return &Journal{disk: d, reader: reader, now: time.Now, live: map[string]bool{}}
}

// Start writes down that a change begins, and returns once that is on the disk. Nothing may be sent before it returns
// nil.
func (j *Journal) Start(e Entry) error {
	if err := checkID(e.ID); err != nil {
		return err
	}
	if err := checkParams("params", e.Params); err != nil {
		return err
	}
	e.Title = scrub(e.Title)
	commands := make([]string, len(e.Commands))
	for i, c := range e.Commands {
		commands[i] = scrub(c)
	}
	e.Commands = commands
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = j.now()
	}
	e.Time = e.Time.UTC()
	if err := j.write(line{Start: &e}, true); err != nil {
		return err
	}
	j.live[e.ID] = true
	return nil
}

// Advance writes down how far the change id has come: cursor is what its source needs to go on, reached the number of
// things done so far. It does not wait for the disk.
func (j *Journal) Advance(id string, cursor json.RawMessage, reached int64) error {
	if err := checkID(id); err != nil {
		return err
	}
	if err := checkParams("cursor", cursor); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(line{At: &at{ID: id, Cursor: cursor, Reached: reached}}, false)
}

// End writes down how the change id ended, and returns once that is on the disk. It also ends a change that an earlier
// run left unfinished.
func (j *Journal) End(id string, r Result) error {
	if err := checkID(id); err != nil {
		return err
	}
	if r.Outcome == "" {
		return fmt.Errorf("the journal needs to be told how %s ended", id)
	}
	r.Sentence = scrub(r.Sentence)
	j.mu.Lock()
	defer j.mu.Unlock()
	if r.Time.IsZero() {
		r.Time = j.now()
	}
	r.Time = r.Time.UTC()
	if err := j.write(line{End: &end{ID: id, Result: r}}, true); err != nil {
		return err
	}
	delete(j.live, id)
	return nil
}

// write needs the lock.
func (j *Journal) write(l line, sync bool) error {
	switch {
	case j.closed:
		return ErrClosed
	case j.reader:
		return ErrReader
	}
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("the journal can't write this line: %w", err)
	}
	if err := j.disk.add(append(b, '\n'), sync); err != nil {
		return fmt.Errorf("the journal can't be written: %w", err)
	}
	return nil
}

// Bulk opens the file beside the journal that holds the results of change id, to add to it: one JSON object a line by
// convention. A resumed change adds to the file of the id it is given.
func (j *Journal) Bulk(id string) (io.WriteCloser, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed:
		return nil, ErrClosed
	case j.reader:
		return nil, ErrReader
	}
	return j.disk.bulk(id)
}

// ReadBulk opens the results of change id to read. Without any the error is fs.ErrNotExist.
func (j *Journal) ReadBulk(id string) (io.ReadCloser, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	return j.disk.readBulk(id)
}

// Close lets go of the lock. Changes that were started and not ended stay unfinished: the next run can go on with them.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	return j.disk.close()
}

// running returns the changes that this process has started and not ended.
func (j *Journal) running() map[string]bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return maps.Clone(j.live)
}
