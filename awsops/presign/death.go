package presign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/policy"
)

// Bound is what ends a URL.
type Bound uint8

// The bounds.
const (
	ByRequest     Bound = iota // as it was asked for
	ByLimit                    // S3's 7 days
	ByCredentials              // the session that signed it ends
	ByPolicy                   // the bucket's policy refuses it from then on
)

// Death is when a URL dies, and why.
type Death struct {
	At   time.Time
	By   Bound
	Text string // a sentence
	// Doubts are sentences about what may end it before and isn't known.
	Doubts []string
}

// DiesAt gives the first end of a URL signed at a time: the one asked for, S3's 7 days, the end of the credentials, or
// the moment from which the bucket's policy refuses it.
func DiesAt(s Spec, at time.Time, key awsops.KeyInfo, around Surroundings) Death {
	d := Death{At: s.Until.UTC().Truncate(time.Second), By: ByRequest, Text: "That is the end that was asked for."}
	if limit := at.Add(awsops.MaxPresigned); d.At.After(limit) {
		d = Death{At: limit, By: ByLimit, Text: "S3 honours no URL for longer than 7 days."}
	}
	if key.Temporary && !key.Expires.IsZero() && key.Expires.Before(d.At) {
		d = Death{At: key.Expires.UTC().Truncate(time.Second), By: ByCredentials,
			Text: "The credentials that sign it end then; a long-term key of an IAM user reaches 7 days."}
	}
	if key.Temporary && key.Expires.IsZero() {
		d.Doubts = append(d.Doubts, "It is signed with temporary keys whose end nobody tells: it dies with them, which may be earlier.")
	}
	when, reason, doubt := around.refusal(s, at, d.At)
	if doubt != "" {
		d.Doubts = append(d.Doubts, doubt)
	}
	if reason != "" {
		d = Death{At: when, By: ByPolicy, Text: reason, Doubts: d.Doubts}
	}
	return d
}

// refusal is the first moment before end from which the bucket's policy refuses what it let pass at first.
func (a Surroundings) refusal(s Spec, at, end time.Time) (when time.Time, reason, doubt string) {
	if a.doc == nil {
		return when, "", ""
	}
	if a.Judge(s, at, at).Verdict == policy.Refused {
		return when, "", "" // it is refused from the start: the forecast says so
	}
	for _, moment := range a.moments(at, end) {
		got := a.Judge(s, at, moment)
		if got.Verdict == policy.Refused {
			return moment.Truncate(time.Second), a.refused(got.Statement), doubt
		}
		if doubt == "" && got.Verdict == policy.Unsure && a.timedDeny(got.Statement) {
			doubt = a.statement(got.Statement) + " of the bucket's policy may refuse it from " + moment.UTC().Format("2006-01-02 15:04:05") + " UTC on."
		}
	}
	return when, "", doubt
}

// refused says which statement ends the URL's life.
func (a Surroundings) refused(i int) string {
	if i < 0 {
		return "From then on no statement of the bucket's policy allows it."
	}
	by := "by the time"
	if slices.ContainsFunc(a.doc.Statements[i].Conditions, func(c policy.Condition) bool { return strings.EqualFold(c.Key, "s3:signatureAge") }) {
		by = "by s3:signatureAge"
	}
	return a.statement(i) + " of the bucket's policy refuses it from then on, " + by + "."
}

func (a Surroundings) statement(i int) string {
	if sid := a.doc.Statements[i].Sid; sid != "" {
		return "Statement " + strconv.Quote(sid)
	}
	return fmt.Sprintf("Statement %d", i+1)
}

// clockKeys are the condition keys that change while a URL grows old.
var clockKeys = []string{"s3:signatureage", "aws:currenttime", "aws:epochtime"}

// timedDeny reports whether a statement denies by the time.
func (a Surroundings) timedDeny(i int) bool {
	if i < 0 || a.doc.Statements[i].Effect != policy.Deny {
		return false
	}
	return slices.ContainsFunc(a.doc.Statements[i].Conditions, func(c policy.Condition) bool { return slices.Contains(clockKeys, strings.ToLower(c.Key)) })
}

// moments are the times at which a condition on time in the policy may change its answer, in order, up to end.
func (a Surroundings) moments(at, end time.Time) []time.Time {
	var out []time.Time
	add := func(t time.Time) {
		for _, m := range []time.Time{t, t.Add(time.Millisecond), t.Add(time.Second)} { // at the edge, and right behind it
			if m.After(at) && m.Before(end) {
				out = append(out, m)
			}
		}
	}
	for _, s := range a.doc.Statements {
		for _, c := range s.Conditions {
			for _, v := range c.Values {
				if t, ok := edge(strings.ToLower(c.Key), v, at); ok {
					add(t)
				}
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// edge is the moment that a condition's value names.
func edge(key, v string, at time.Time) (time.Time, bool) {
	switch key {
	case "s3:signatureage":
		n, err := strconv.ParseFloat(v, 64)
		return at.Add(time.Duration(n) * time.Millisecond), err == nil && n >= 0 && n < 1e12
	case "aws:currenttime", "aws:epochtime":
		return moment(v)
	}
	return time.Time{}, false
}

func moment(v string) (time.Time, bool) {
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && len(v) > 4 {
		return time.Unix(n, 0), true
	}
	for _, shape := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(shape, v); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
