package ui

import "time"

// Work is something that runs in the background, seen from the screen.
type Work interface {
	Snapshot() WorkSnapshot
	Cancel()
}

// WorkSnapshot is the state of a Work at one moment.
type WorkSnapshot struct {
	ID, Title string
	State     string        // one word for people: "running", "done", "failed"
	Done      int64         // units finished
	Total     int64         // units in all, 0 while unknown
	Bytes     int64         // bytes moved, 0 when that means nothing
	InBytes   bool          // the units of Done, Total and Rate are bytes
	Rate      float64       // units a second, 0 while unknown
	ETA       time.Duration // 0 while unknown
	Errors    []string      // the first few, in words
	Failed    int64         // how many units failed
	Waiting   bool          // it waits for the person
	Level     Level         // how its end is to be told: Good, Warn, Bad
}

// Identity is the top line: who acts, where and how.
type Identity struct {
	Profile  string
	Account  string
	Caller   string // "root", or the user's or role's name
	Root     bool   // the caller is the account's root
	Region   string
	Endpoint string // host, "" for the provider's own
	Scheme   string // "https" or "http"
	ReadOnly bool
	Demo     bool
	Until    time.Time // when temporary credentials end; zero for long-term ones
	Over     bool      // they have ended
	// Temporary credentials whose end isn't known are told as such.
	Temporary bool
	Skew      time.Duration // server's clock minus ours; told from 5 s on
}
