package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// matchesETag says whether a header such as If-Match, a list of ETags or *, names the ETag.
func matchesETag(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.Trim(strings.TrimPrefix(candidate, "W/"), `"`) == etag {
			return true
		}
	}
	return false
}

// readConditions are the four conditions of a read, or of the source of a copy under other names.
type readConditions struct {
	match, noneMatch, modifiedSince, unmodifiedSince string
}

func (c *call) readConditions(prefix string) readConditions {
	return readConditions{
		match: c.header(prefix + "If-Match"), noneMatch: c.header(prefix + "If-None-Match"),
		modifiedSince: c.header(prefix + "If-Modified-Since"), unmodifiedSince: c.header(prefix + "If-Unmodified-Since"),
	}
}

// check returns the condition that fails and whether its failure means "not modified".
// If-Match beats If-Unmodified-Since, If-None-Match beats If-Modified-Since.
func (r readConditions) check(etag string, modified time.Time) (failed string, notModified bool) {
	switch {
	case r.match != "" && !matchesETag(r.match, etag):
		return "If-Match", false
	case r.match == "" && r.unmodifiedSince != "" && after(modified, r.unmodifiedSince):
		return "If-Unmodified-Since", false
	case r.noneMatch != "" && matchesETag(r.noneMatch, etag):
		return "If-None-Match", true
	case r.noneMatch == "" && r.modifiedSince != "" && notAfter(modified, r.modifiedSince):
		return "If-Modified-Since", true
	}
	return "", false
}

func after(modified time.Time, header string) bool {
	t, err := http.ParseTime(header)
	return err == nil && modified.After(t)
}

func notAfter(modified time.Time, header string) bool {
	t, err := http.ParseTime(header)
	return err == nil && !modified.After(t)
}

// writeCondition is what a write demands of the present state of its key.
type writeCondition struct {
	absent bool   // If-None-Match: *
	etag   string // If-Match, "" for none
}

func (c *call) writeCondition() (writeCondition, error) {
	var w writeCondition
	if header := c.header("If-None-Match"); header != "" {
		if header != "*" {
			return w, errNotImplemented("If-None-Match")
		}
		w.absent = true
	}
	w.etag = c.header("If-Match")
	if w.etag != "" && w.absent {
		return w, errNotImplemented("If-Match,If-None-Match")
	}
	if w.etag != "" {
		return w, c.allowed("s3:GetObject")
	}
	return w, nil
}

// check looks at the current version, nil when there is none. A delete marker counts as none.
func (w writeCondition) check(key string, now *version) error {
	switch {
	case w.absent && now != nil:
		return errPreconditionFailed("If-None-Match")
	case w.etag != "" && now == nil:
		return errNoSuchKey(key)
	case w.etag != "" && !matchesETag(w.etag, now.content.etag):
		return errPreconditionFailed("If-Match")
	}
	return nil
}
