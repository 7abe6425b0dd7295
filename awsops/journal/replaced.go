package journal

import (
	"errors"
	"slices"
	"time"
)

// Document is a document of a bucket's settings that a change replaced or removed as a whole.
type Document struct {
	What   string `json:"what"` // such as "policy"
	Bucket Text   `json:"bucket"`
	Text   Text   `json:"text"` // word for word, "" where there was none
}

// Of names a document. Owner is the bucket's, "" where it isn't known: a bucket's name can become another account's.
type Of struct {
	What, Bucket, Endpoint, Owner string
}

// Earlier is a document as it was before a change.
type Earlier struct {
	Text   string
	Until  time.Time // when the change began
	Title  string    // of the change
	Caller string    // ARN, "" where it isn't known
}

// Replaced returns a document as it was before each change of it that this journal or one beside it knows, the latest
// change first, also of changes that failed. Errors are those of Entries; what could be read is returned beside them.
func (j *Journal) Replaced(of Of) ([]Earlier, error) {
	s, err := j.scan()
	out := s.replaced(of)
	for _, dir := range j.disk.beside() {
		other, failed := OpenReader(dir)
		if failed == nil {
			var s *state
			s, failed = other.scan()
			out = append(out, s.replaced(of)...)
		}
		err = errors.Join(err, failed)
	}
	slices.SortStableFunc(out, func(a, b Earlier) int { return b.Until.Compare(a.Until) })
	return out, err
}

// replaced gives what of means, the last first.
func (s *state) replaced(of Of) []Earlier {
	var out []Earlier
	if s == nil {
		return nil
	}
	for _, r := range slices.Backward(s.records) {
		if r.Endpoint != of.Endpoint {
			continue
		}
		for _, d := range r.Replaces {
			if d.What != of.What || string(d.Bucket) != of.Bucket || d.Bucket == r.Bucket && r.Owner != "" && of.Owner != "" && r.Owner != of.Owner {
				continue
			}
			out = append(out, Earlier{Text: string(d.Text), Until: r.Time, Title: r.Title, Caller: r.Caller})
		}
	}
	return out
}
