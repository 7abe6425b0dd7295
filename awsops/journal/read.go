package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// maxLine is the longest line that is read. Longer ones are damage: no change needs a fraction of it.
const maxLine = 16 << 20

// DamageError says that lines of the journal could not be read. What could be read is returned beside it.
// A last line without its end, as a crash leaves it, is no damage.
type DamageError struct {
	Lines []int // 1 is the first line of journal.jsonl
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("the journal has %d damaged lines, the first is line %d; the rest was read", len(e.Lines), e.Lines[0])
}

// SchemaError says that the journal was written by a newer program.
type SchemaError struct {
	File string
	Have int
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("%s has format %d and this program knows formats up to %d: use the newer program, or move the file away",
		e.File, e.Have, Schema)
}

// Query narrows Entries. The zero Query is everything.
type Query struct {
	Bucket Text      // "" is every bucket
	Kind   string    // "" is every kind
	Since  time.Time // started at or after
	Limit  int       // 0 is no limit
}

func (q Query) wants(r *Record) bool {
	return (q.Bucket == "" || q.Bucket == r.Bucket) && (q.Kind == "" || q.Kind == r.Kind) && !r.Time.Before(q.Since)
}

// Entries returns the changes that q asks for, the newest start first. With a *DamageError the records are valid
// all the same.
func (j *Journal) Entries(q Query) ([]Record, error) {
	s, err := j.scan()
	if !readable(err) {
		return nil, err
	}
	var out []Record
	for _, r := range slices.Backward(s.records) {
		if q.Limit > 0 && len(out) == q.Limit {
			break
		}
		if q.wants(r) {
			out = append(out, *r)
		}
	}
	return out, err
}

// Unfinished returns the changes that an earlier run started and neither ended nor went on with under a new id, the
// newest first. Changes that this process is making now are left out. A reader can't know what the writing process is
// making now: it gets those too.
func (j *Journal) Unfinished() ([]Record, error) {
	s, err := j.scan()
	if !readable(err) {
		return nil, err
	}
	running := j.running()
	var out []Record
	for _, r := range slices.Backward(s.records) {
		if r.Result == nil && !running[r.ID] && !s.resumed[r.ID] {
			out = append(out, *r)
		}
	}
	return out, err
}

// RememberSerial keeps the serial number of an MFA device that account used (a hardware number or an ARN). The device
// remembered last comes first in Serials.
func (j *Journal) RememberSerial(account, number string) error {
	if number == "" {
		return errors.New("an MFA device needs a serial number to be remembered by")
	}
	known, err := j.Serials(account)
	if !readable(err) {
		return err
	}
	if len(known) > 0 && known[0] == number {
		return nil
	}
	return j.writeSerial(serial{Account: account, Serial: number})
}

// ForgetSerial takes back RememberSerial.
func (j *Journal) ForgetSerial(account, number string) error {
	return j.writeSerial(serial{Account: account, Serial: number, Forget: true})
}

func (j *Journal) writeSerial(s serial) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(line{Serial: &s}, true)
}

// Serials returns the remembered MFA devices of account, the one remembered last first.
func (j *Journal) Serials(account string) ([]string, error) {
	s, err := j.scan()
	if !readable(err) {
		return nil, err
	}
	out := slices.Clone(s.serials[account])
	slices.Reverse(out)
	return out, err
}

func readable(err error) bool {
	if err == nil {
		return true
	}
	_, damaged := errors.AsType[*DamageError](err)
	return damaged
}

// state is what the lines of a journal add up to.
type state struct {
	records []*Record // in the order of their start
	byID    map[string]*Record
	resumed map[string]bool
	serials map[string][]string // the last one is the newest
}

func (s *state) take(l line) {
	switch {
	case l.Start != nil:
		r := &Record{Entry: *l.Start}
		s.records = append(s.records, r)
		s.byID[r.ID] = r
		if r.Resumes != "" && r.Resumes != r.ID {
			s.resumed[r.Resumes] = true
		}
	case l.At != nil:
		if r := s.byID[l.At.ID]; r != nil {
			r.Cursor, r.Reached = l.At.Cursor, l.At.Reached
		}
	case l.End != nil:
		if r := s.byID[l.End.ID]; r != nil {
			result := l.End.Result
			r.Result = &result
		}
	case l.Serial != nil:
		s.takeSerial(*l.Serial)
	}
}

func (s *state) takeSerial(n serial) {
	list := slices.DeleteFunc(s.serials[n.Account], func(have string) bool { return have == n.Serial })
	if !n.Forget {
		list = append(list, n.Serial)
	}
	s.serials[n.Account] = list
}

func (j *Journal) scan() (*state, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	r, err := j.disk.lines()
	if err != nil {
		return nil, fmt.Errorf("the journal can't be read: %w", err)
	}
	defer func() { _ = r.Close() }()
	return scan(r)
}

// scan reads lines until the end. A last line without its newline is what a crash leaves and is passed over.
func scan(r io.Reader) (*state, error) {
	s := &state{byID: map[string]*Record{}, resumed: map[string]bool{}, serials: map[string][]string{}}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	in.Split(wholeLines)
	var damage DamageError
	for n := 1; in.Scan(); n++ {
		b := in.Bytes()
		if len(bytes.TrimSpace(b)) == 0 {
			continue
		}
		var l line
		if json.Unmarshal(b, &l) != nil {
			damage.Lines = append(damage.Lines, n)
			continue
		}
		if l.Schema > Schema {
			return nil, &SchemaError{File: journalFile, Have: l.Schema}
		}
		s.take(l)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("the journal can't be read: %w", err)
	}
	if len(damage.Lines) > 0 {
		return s, &damage
	}
	return s, nil
}

// wholeLines is bufio.ScanLines without the last line when that has no end.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}
