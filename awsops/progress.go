package awsops

import "context"

// AddDone counts entries that are dealt with.
func (j *Job) AddDone(n int64) { j.done.Add(n) }

// AddBytes counts bytes that were moved.
func (j *Job) AddBytes(n int64) { j.bytes.Add(n) }

// SetTotal sets how many entries and bytes there will be; 0 for not known.
func (j *Job) SetTotal(entries, bytes int64) {
	j.total.Store(entries)
	j.totalBytes.Store(bytes)
}

// AddTotal raises what is expected, while it is still being counted.
func (j *Job) AddTotal(entries, bytes int64) {
	j.total.Add(entries)
	j.totalBytes.Add(bytes)
}

// Note adds something the person should read when the job has ended.
func (j *Job) Note(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes = append(j.notes, text)
}

// Fail counts an entry that could not be dealt with; the job goes on.
func (j *Job) Fail(e *Error) {
	j.failures.Add(1)
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.errors) < keptErrors {
		j.errors = append(j.errors, e)
	}
}

type jobKey struct{}

// Progress gives the job that ctx belongs to, so that a step can report bytes while a long call
// runs. Outside a job it gives one that nobody looks at.
func Progress(ctx context.Context) *Job {
	if j, ok := ctx.Value(jobKey{}).(*Job); ok {
		return j
	}
	return &Job{cancel: func(error) {}, finished: make(chan struct{})}
}

// JobOf gives the job that ctx belongs to, such as the one that a code is asked for.
func JobOf(ctx context.Context) (*Job, bool) {
	j, ok := ctx.Value(jobKey{}).(*Job)
	return j, ok
}

// waitForPerson marks the job as waiting for a person until the returned func is called.
func waitForPerson(ctx context.Context) func() {
	j, ok := ctx.Value(jobKey{}).(*Job)
	if !ok {
		return func() {}
	}
	j.asking.Add(1)
	return func() { j.asking.Add(-1) }
}

// enter shows the step that runs now.
func (j *Job) enter(index int, title string) {
	j.step.Store(int32(index + 1))
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stepText = title
}

// mark sets how far the job has come.
func (j *Job) mark(at Checkpoint) Checkpoint {
	j.mu.Lock()
	defer j.mu.Unlock()
	at.Done, at.Bytes = j.done.Load(), j.bytes.Load()
	j.reached = at
	return at
}

// keptRequests is how many request ids go into the journal's last line.
const keptRequests = 20

func (j *Job) book(r Receipt) {
	j.done.Add(r.Done)
	j.bytes.Add(r.Bytes)
	for _, f := range r.Failures {
		j.Fail(f.Err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if r.RequestID != "" && len(j.requests) < keptRequests {
		j.requests = append(j.requests, r.RequestID)
	}
	if r.Note != "" {
		j.notes = append(j.notes, r.Note)
	}
}

func (j *Job) requestIDs() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.requests...)
}

func (j *Job) conclude(v Verdict, note string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.verdict = v
	if note != "" {
		j.notes = append(j.notes, note)
	}
}
