package awsops

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Plan is one change to S3 as it would be made. Show it, get consent, then Apply it once.
type Plan struct {
	ID       string // unique in the journal
	Kind     string // stable, such as "versioning.suspend": journal, tests, resume
	Title    string
	Target   Target
	Changes  []Change
	Diff     []string // of a document that is replaced: the lines that change, as diff -u writes them
	Effects  Effects
	Warnings []Warning
	Undo     string // how to reverse it, or that it can't be
	Consent  Consent
	Codes    int             // one-time codes it will ask for
	Checks   []Check         // what was checked beforehand; a failed one keeps it from being applied
	Basis    []Fingerprint   // what was read; Apply re-reads it before it asks for a code
	Expect   []Expectation   // what the read-back must show
	Steps    []Step          // run in order; not atomic, nothing is rolled back by deleting
	Params   json.RawMessage // what the planner was asked, so that resume can plan again

	Replaces []Document // as they were read: the journal keeps them, so that they can be put back

	AskPlain string // bucket whose access logs tell who would be shut out for using http, "" when that is no question

	From    Checkpoint // where to go on, for a plan that Session.Resume made
	Resumes string     // id of the job that it goes on with
	// Journal is the one that the job which it goes on with is in, nil: the session's. It is closed when the job has ended,
	// where it can be.
	Journal Journal
}

// Document is a document of a bucket's settings that a plan replaces or removes as a whole.
type Document struct {
	What, Bucket string // What is such as "policy"
	Text         string // word for word, "" where there was none
}

// Commands gives the command lines of the steps in order.
func (p *Plan) Commands() []string {
	out := make([]string, 0, len(p.Steps))
	for _, s := range p.Steps {
		if s.Command != "" {
			out = append(out, s.Command)
		}
	}
	return out
}

// Target says on whose behalf and on what a plan acts.
type Target struct {
	Profile, Account, Caller string
	Root                     bool
	Bucket, Region, Owner    string
	Endpoint                 string // "" for AWS itself
	CABundle                 string // PEM file that the session was told to trust, "" for none
}

// Change is one field before and after. Reset marks a field that the call would lose or reset
// because it replaces the whole document.
type Change struct {
	Field, Before, After string
	Reset                bool
}

// Effects counts what a plan touches.
type Effects struct {
	Objects, Versions, Markers, Uploads int64
	Left                                int64 // what is there already and stays as it is; not among the others
	Bytes                               int64
	AtLeast                             bool   // counting was cut short
	Counted                             string // how it was counted, such as "listed now"
	Requests                            []RequestCount
	Scanned                             int64     // bytes that Amazon Athena counts
	Storage                             []Storage // what is stored more or less by it, where that is known
	Lines                               []string  // cost and other consequences, each a sentence
	Bill                                bool      // what it costs decides about it: without a price list that is said
}

// RequestCount is a number of requests of one billing class: "LIST/PUT", "GET", "DELETE (free)", "KMS".
type RequestCount struct {
	Class string
	N     int64
}

// Level grades a Warning.
type Level uint8

// The levels of a warning.
const (
	Note Level = iota
	Risk
	Irreversible
)

// Warning is one thing the person must know before consenting.
type Warning struct {
	Level Level
	Text  string
}

// ConsentKind says how a person agrees to a plan.
type ConsentKind uint8

// The kinds of consent.
const (
	ConsentNone ConsentKind = iota
	ConsentYes
	ConsentType // type Consent.Phrase: the bucket's name or another phrase
)

// Consent is what a plan needs before it may be applied.
type Consent struct {
	Kind   ConsentKind
	Phrase string // what must be typed, for ConsentType
}

// Fingerprint is a piece of state that the plan was computed from. S3's configuration calls have no
// If-Match, so Apply reads it again and refuses with KindChanged when it moved.
type Fingerprint struct {
	What, Value string
	Read        func(context.Context, *Reader) (string, error)
}

// Expectation is what must be readable after the change.
type Expectation struct {
	What, Want string
	Read       func(context.Context, *Reader) (string, error)
}

// Step is one call, or one call repeated over a source. Planners hold a Reader; only Do gets a Writer.
// A step has either Do or Read.
type Step struct {
	Title   string
	Command string  // the aws command line; a bulk step shows the first batch's and how often it repeats
	Left    string  // what stands if a later step fails, and what to do about it; "" is said from the titles
	Source  *Source // nil: once
	Workers int     // batches in flight for a bulk step; 0 or 1 is one after the other
	Do      func(context.Context, *Writer, Item) (Receipt, error)
	// Read takes the place of Do in a step that changes nothing in S3, such as a download.
	Read func(context.Context, *Reader, Item) (Receipt, error)
}

// Reads reports whether the plan changes nothing in S3: it may then be applied in a read-only session.
func (p *Plan) Reads() bool {
	for _, s := range p.Steps {
		if s.Read == nil {
			return false
		}
	}
	return len(p.Steps) > 0
}

// Source feeds a bulk step batch by batch and can go on at a cursor. All but Open is serialisable.
type Source struct {
	Kind   string `json:"kind"`
	Bucket string `json:"bucket"`
	Prefix string `json:"prefix,omitempty"`
	Filter string `json:"filter,omitempty"`
	Cursor string `json:"cursor,omitempty"`

	// Open yields batches after cursor ("" from the start) until there are no more or ctx ends.
	Open func(ctx context.Context, r *Reader, cursor string) iter.Seq2[Item, error] `json:"-"`
}

// Item is one batch for a bulk step: at most 1,000 entries. The cursor names the place after it.
type Item struct {
	Cursor  string
	Batch   int // counts from 1
	Entries []Entry

	// Of a download: where its one entry goes, below the job's folder, and what becomes of the file.
	Local    string
	Modified time.Time // given to the file
	Replace  bool      // a file that is there may be replaced

	There string // of a copy: the ETag of the object at the destination that is replaced, with its quotes; "" for none
}

// Entry is one version, delete marker or incomplete upload.
type Entry struct {
	Key       string `json:"key"`
	VersionID string `json:"version,omitempty"` // "" the current object, "null" the null version
	UploadID  string `json:"upload,omitempty"`
	ETag      string `json:"etag,omitempty"`
	Size      int64  `json:"size,omitempty"`
	Marker    bool   `json:"marker,omitempty"`
}

// Receipt is what a call answered: how many entries it dealt with and which of them failed.
type Receipt struct {
	RequestID string
	Done      int64
	Bytes     int64
	Failures  []Failure
	Note      string // something the person should read, such as a new version id
}

// Failure is one entry that a bulk call could not deal with.
type Failure struct {
	Entry Entry
	Err   *Error
}
