// Package athena is the screen that asks Amazon Athena about a bucket's access logs: the question, what it will read, the
// SQL, the run and its result.
package athena

import (
	"strings"
	"sync"
	"time"

	"cooper/awsops/athena"
	"cooper/ui"
)

// Screen is the name under which New is opened.
const Screen = "athena"

const focusTime = "2006-01-02T15:04:05Z"

// Place opens the screen for the logs of a bucket between two times. question is the id of one of athena.Questions, or
// ""; key narrows the questions that can be asked about one key.
func Place(bucket, key, question string, from, to time.Time) ui.Place {
	return ui.Place{Screen: Screen, Bucket: bucket, Key: key,
		Focus: question + " " + from.UTC().Format(focusTime) + " " + to.UTC().Format(focusTime)}
}

// focused reads a place's question and time; without them it is the first question about the last week.
func focused(place ui.Place, now time.Time) (question int, r athena.Range) {
	r = athena.Range{To: now.UTC().Truncate(time.Minute).Add(time.Minute), Key: place.Key}
	r.From = r.To.Add(-7 * 24 * time.Hour)
	if place.Key == "" {
		question = 1
	}
	words := strings.Split(place.Focus, " ")
	if len(words) != 3 {
		return question, r
	}
	for i, q := range athena.Questions() {
		if q.ID == words[0] {
			question = i
		}
	}
	from, err := time.Parse(focusTime, words[1])
	to, err2 := time.Parse(focusTime, words[2])
	if err == nil && err2 == nil && from.Before(to) {
		r.From, r.To = from, to
	}
	return question, r
}

// progress is the run that is watched. Its job tells it from another goroutine; while a job runs, the shell draws anew.
type progress struct {
	mu  sync.Mutex
	now athena.Execution
}

func (p *progress) tell(e athena.Execution) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = e
}

func (p *progress) execution() athena.Execution {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}
