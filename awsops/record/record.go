// Package record lets the jobs of awsops write to a journal on disk: it turns what package awsops says about a job into
// the lines of package journal, and those back into what Session.Resume takes.
package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"cooper/awsops"
	"cooper/awsops/journal"
)

// To returns the journal that awsops.Options takes and that writes to j. Closing j stays with the caller, when no job
// runs any more.
func To(j *journal.Journal) awsops.Journal {
	return &recorder{j: j, files: map[string]io.WriteCloser{}}
}

// recorder is an awsops.Journal.
type recorder struct {
	j     *journal.Journal
	mu    sync.Mutex
	files map[string]io.WriteCloser // of jobs that had failures
}

// Start implements awsops.Journal.
func (r *recorder) Start(s awsops.JournalStart) error {
	var replaces []journal.Document
	for _, d := range s.Replaces {
		replaces = append(replaces, journal.Document{What: d.What, Bucket: journal.Text(d.Bucket), Text: journal.Text(d.Text)})
	}
	return r.j.Start(journal.Entry{
		ID: s.ID, Resumes: s.Resumes, Time: s.At, Kind: s.Kind, Title: s.Title, Params: s.Params, Commands: s.Commands,
		Caller: s.Target.Caller, Root: s.Target.Root, Account: s.Target.Account, Profile: s.Target.Profile,
		Endpoint: s.Target.Endpoint, Region: s.Target.Region, Owner: s.Target.Owner, Bucket: journal.Text(s.Target.Bucket), Replaces: replaces,
	})
}

// failed is a line of the file of bulk results.
type failed struct {
	Key       journal.Text `json:"key"`
	Version   string       `json:"version,omitempty"`
	Upload    string       `json:"upload,omitempty"`
	Code      string       `json:"code,omitempty"` // the server's, such as AccessDenied
	Status    int          `json:"status,omitempty"`
	RequestID string       `json:"request_id,omitempty"`
	Sentence  string       `json:"sentence"`
}

// Failed implements awsops.Journal.
func (r *recorder) Failed(id string, failures []awsops.Failure) error {
	if len(failures) == 0 {
		return nil
	}
	w, err := r.file(id)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(w)
	for _, f := range failures {
		line := failed{Key: journal.Text(f.Entry.Key), Version: f.Entry.VersionID, Upload: f.Entry.UploadID, Sentence: "failed"}
		if f.Err != nil {
			line.Code, line.Status, line.RequestID, line.Sentence = f.Err.Code, f.Err.Status, f.Err.RequestID, f.Err.Error()
		}
		if err := lines.Encode(line); err != nil {
			return fmt.Errorf("the results of the job can't be written: %w", err)
		}
	}
	return nil
}

func (r *recorder) file(id string) (io.Writer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w, ok := r.files[id]; ok {
		return w, nil
	}
	w, err := r.j.Bulk(id)
	if err != nil {
		return nil, err
	}
	r.files[id] = w
	return w, nil
}

// place is the cursor of a job in the journal.
type place struct {
	Step   int    `json:"step,omitempty"`
	Cursor []byte `json:"cursor,omitempty"` // a cursor can hold a key's bytes, and those need not be UTF-8
	Bytes  int64  `json:"bytes,omitempty"`
}

// Reached implements awsops.Journal.
func (r *recorder) Reached(id string, at awsops.Checkpoint) error {
	b, err := json.Marshal(place{Step: at.Step, Cursor: []byte(at.Cursor), Bytes: at.Bytes})
	if err != nil {
		return fmt.Errorf("the job's place can't be written: %w", err)
	}
	return r.j.Advance(id, b, at.Done)
}

// End implements awsops.Journal.
func (r *recorder) End(e awsops.JournalEnd) error {
	err := r.closeFile(e.ID)
	if e.Checkpoint != (awsops.Checkpoint{}) {
		err = errors.Join(err, r.Reached(e.ID, e.Checkpoint))
	}
	return errors.Join(err, r.j.End(e.ID, journal.Result{
		Time: e.At, Outcome: outcome(e), Sentence: e.Error, Verdict: e.Verdict, RequestIDs: e.RequestIDs,
		Succeeded: e.Done, FailedN: e.Failures, Bytes: e.Bytes,
	}))
}

func (r *recorder) closeFile(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	w, ok := r.files[id]
	if !ok {
		return nil
	}
	delete(r.files, id)
	return w.Close()
}

func outcome(e awsops.JournalEnd) journal.Outcome {
	switch {
	case e.State == awsops.JobCancelled.String():
		return journal.Cancelled
	case e.Verdict == awsops.VerdictIgnored.String():
		return journal.Ignored
	case e.State != awsops.JobDone.String():
		return journal.Failed
	case e.Verdict == awsops.VerdictNotYet.String() || e.Verdict == awsops.VerdictUncertain.String():
		return journal.Accepted
	}
	return journal.Done
}

// Unfinished turns a change of the journal into what Session.Resume takes: one that was never ended, or that failed or
// was cancelled on its way.
func Unfinished(r journal.Record) (awsops.Unfinished, error) {
	out := awsops.Unfinished{Start: awsops.JournalStart{
		ID: r.ID, Kind: r.Kind, Title: r.Title, At: r.Time, Commands: r.Commands, Params: r.Params, Resumes: r.Resumes,
		Target: awsops.Target{Profile: r.Profile, Account: r.Account, Caller: r.Caller, Root: r.Root, Bucket: string(r.Bucket),
			Region: r.Region, Owner: r.Owner, Endpoint: r.Endpoint},
	}}
	if len(r.Cursor) == 0 {
		return out, nil
	}
	var at place
	if err := json.Unmarshal(r.Cursor, &at); err != nil {
		return out, fmt.Errorf("the place that job %s had come to can't be read: %w", r.ID, err)
	}
	out.At = awsops.Checkpoint{Step: at.Step, Cursor: string(at.Cursor), Done: r.Reached, Bytes: at.Bytes}
	return out, nil
}
