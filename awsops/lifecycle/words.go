package lifecycle

import (
	"fmt"
	"strings"
)

// Sentences says what a rule does, one sentence an action, such as "30 days after they stop being
// current, versions under logs/ are deleted for good, the newest 3 kept". A rule that is not enabled begins
// with "Switched off:". Keys and tags stand in it as they are: clean the text before drawing it.
func (r Rule) Sentences() []string {
	var out []string
	for _, s := range r.actions() {
		if r.Status != Enabled {
			s = "Switched off: " + s
		} else {
			s = strings.ToUpper(s[:1]) + s[1:]
		}
		out = append(out, s+".")
	}
	if out == nil {
		out = []string{"This rule has no action that is known here."}
	}
	return out
}

// Summary says what a rule does in one line.
func (r Rule) Summary() string { return strings.Join(r.Sentences(), " ") }

func (r Rule) actions() []string {
	where := r.Filter.where()
	var out []string
	for _, t := range r.Transitions {
		out = append(out, fmt.Sprintf("%s, objects%s move to %s", after(t.Days, "creation", dateOf(t.Date)), where, t.Class))
	}
	for _, t := range r.NoncurrentTransitions {
		out = append(out, fmt.Sprintf("%s, versions%s move to %s%s", noncurrentAfter(t.Days), where, t.Class, keeping(t.Keep, "stay")))
	}
	if e := r.Expiration; e != nil {
		out = append(out, e.words(where)...)
	}
	if n := r.Noncurrent; n != nil {
		out = append(out, fmt.Sprintf("%s, versions%s are deleted for good%s", noncurrentAfter(n.Days), where, keeping(n.Keep, "kept")))
	}
	if d := r.AbortDays; d != nil {
		out = append(out, fmt.Sprintf("uploads%s that are not complete %s after they began are aborted and their parts discarded", where, days(*d)))
	}
	return out
}

func (e Expiration) words(where string) []string {
	var out []string
	if e.Days != nil || e.Date != nil {
		out = append(out, fmt.Sprintf("%s, objects%s expire: they are deleted, or get a delete marker where the bucket is versioned",
			after(e.Days, "creation", dateOf(e.Date)), where))
	}
	if e.Marker != nil {
		if *e.Marker {
			out = append(out, fmt.Sprintf("delete markers%s with no version left under them are removed", where))
		} else {
			out = append(out, fmt.Sprintf("delete markers%s are left alone (ExpiredObjectDeleteMarker is false)", where))
		}
	}
	return out
}

// where gives the filter as words that follow a noun, "" when it leaves nothing out.
func (f Filter) where() string {
	var parts []string
	if f.Prefix != nil && *f.Prefix != "" {
		parts = append(parts, "under "+*f.Prefix)
	}
	if len(f.Tags) > 0 {
		tags := make([]string, len(f.Tags))
		for i, t := range f.Tags {
			tags[i] = t.Key + "=" + t.Value
		}
		parts = append(parts, "tagged "+strings.Join(tags, " and "))
	}
	if f.LargerThan != nil {
		parts = append(parts, fmt.Sprintf("larger than %s", sizeOf(*f.LargerThan)))
	}
	if f.SmallerThan != nil {
		parts = append(parts, fmt.Sprintf("smaller than %s", sizeOf(*f.SmallerThan)))
	}
	if parts == nil {
		return ""
	}
	return " " + strings.Join(parts, " and ")
}

// Where gives the filter in words, such as "under logs/ and larger than 128 KiB" or "the whole bucket".
func (f Filter) Where() string {
	if w := f.where(); w != "" {
		return strings.TrimSpace(w)
	}
	return "the whole bucket"
}

func after(d *int32, what, date string) string {
	switch {
	case d != nil:
		return days(*d) + " after " + what
	case date != "":
		return "from " + date + " on"
	}
	return "at a time that is not given"
}

func noncurrentAfter(d *int32) string {
	if d == nil {
		return "once they stop being current"
	}
	return days(*d) + " after they stop being current"
}

func keeping(n *int32, verb string) string {
	if n == nil || *n == 0 {
		return ""
	}
	return fmt.Sprintf(", the newest %d %s", *n, verb)
}

func days(n int32) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func sizeOf(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for i < len(units)-1 && n >= 1024 && n%1024 == 0 {
		n /= 1024
		i++
	}
	return fmt.Sprintf("%d %s", n, units[i])
}
