package sandbox

import (
	"slices"
	"strings"
	"time"
)

const maxLifecycleRules = 1000

var transitionClasses = []string{"STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"}

// check judges the rules as PutBucketLifecycleConfiguration does, and names those that have no ID.
func (l *lifecycleConfiguration) check(bucket string) error {
	if len(l.Rules) == 0 {
		return errMalformedXML()
	}
	if len(l.Rules) > maxLifecycleRules {
		return errInvalidRequest("The number of lifecycle rules must not exceed the allowed limit of 1000 rules")
	}
	seen := map[string]bool{}
	for i := range l.Rules {
		r := &l.Rules[i]
		if r.ID == nil || *r.ID == "" {
			id := derived(48, bucket, "lifecycle", itoa(i))
			r.ID = &id
		}
		if len(*r.ID) > 255 {
			return lifecycleArgument("ID length should not exceed allowed limit of 255")
		}
		if seen[*r.ID] {
			return lifecycleArgument("Rule ID must be unique. Found same ID for more than one rule")
		}
		seen[*r.ID] = true
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func lifecycleArgument(text string) error { return newError(400, "InvalidArgument", text) }

func (r *lifecycleRule) check() error {
	if r.Status != "Enabled" && r.Status != "Disabled" || (r.Filter == nil) == (r.Prefix == nil) {
		return errMalformedXML()
	}
	if r.Filter != nil && !r.Filter.valid() {
		return errMalformedXML()
	}
	if count(r.Expiration != nil, r.NoncurrentExpiration != nil, r.AbortUploads != nil)+len(r.Transitions)+len(r.NoncurrentTransitions) == 0 {
		return errInvalidRequest("At least one action needs to be specified in a rule")
	}
	for _, check := range []func() error{r.checkExpiration, r.checkTransitions, r.checkNoncurrent, r.checkAbort} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// valid says whether a filter has at most one predicate, or an And of two and more.
func (f *lifecycleFilter) valid() bool {
	n := count(f.And != nil, f.GreaterThan != nil, f.LessThan != nil, f.Prefix != nil, f.Tag != nil)
	if n > 1 || f.Tag != nil && f.Tag.Key == "" {
		return false
	}
	a := f.And
	return a == nil || len(a.Tags)+count(a.GreaterThan != nil, a.LessThan != nil, a.Prefix != nil) > 1
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

func (r *lifecycleRule) hasTags() bool {
	f := r.Filter
	return f != nil && (f.Tag != nil || f.And != nil && len(f.And.Tags) > 0)
}

func (r *lifecycleRule) hasSizes() bool {
	f := r.Filter
	if f == nil {
		return false
	}
	return f.GreaterThan != nil || f.LessThan != nil || f.And != nil && (f.And.GreaterThan != nil || f.And.LessThan != nil)
}

func (r *lifecycleRule) checkExpiration() error {
	e := r.Expiration
	if e == nil {
		return nil
	}
	if count(e.Date != nil, e.Days != nil, e.Marker != nil) != 1 {
		return errMalformedXML()
	}
	if e.Days != nil && *e.Days <= 0 {
		return lifecycleArgument("'Days' for Expiration action must be a positive integer")
	}
	if e.Marker != nil && r.hasTags() {
		return errInvalidRequest("ExpiredObjectDeleteMarker cannot be specified with tags.")
	}
	return checkMidnight(e.Date)
}

func checkMidnight(date *string) error {
	if date == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(*date))
	if err != nil {
		return errMalformedXML()
	}
	if at.UTC().Truncate(24*time.Hour) != at.UTC() {
		return lifecycleArgument("'Date' must be at midnight GMT")
	}
	return nil
}

func (r *lifecycleRule) checkTransitions() error {
	for _, t := range r.Transitions {
		if (t.Date == nil) == (t.Days == nil) || !slices.Contains(transitionClasses, t.Class) {
			return errMalformedXML()
		}
		if t.Days != nil && *t.Days < 0 {
			return lifecycleArgument("'Days' for Transition action must be nonnegative")
		}
		if err := checkMidnight(t.Date); err != nil {
			return err
		}
		if e := r.Expiration; t.Days != nil && e != nil && e.Days != nil && *e.Days <= *t.Days {
			return lifecycleArgument("'Days' in the Expiration action for filter '" + r.describeFilter() +
				"' must be greater than 'Days' in the Transition action")
		}
	}
	return nil
}

func (r *lifecycleRule) describeFilter() string {
	switch {
	case r.Prefix != nil:
		return "(prefix=" + *r.Prefix + ")"
	case r.Filter.Prefix != nil:
		return "(prefix=" + *r.Filter.Prefix + ")"
	}
	return "(prefix=)"
}

func (r *lifecycleRule) checkNoncurrent() error {
	if e := r.NoncurrentExpiration; e != nil {
		if e.Class != nil || e.Days == nil {
			return errMalformedXML()
		}
		if *e.Days <= 0 {
			return lifecycleArgument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
		}
		if err := r.checkNewer("NoncurrentVersionExpiration", e.Newer); err != nil {
			return err
		}
	}
	for _, t := range r.NoncurrentTransitions {
		if t.Class == nil || !slices.Contains(transitionClasses, *t.Class) || t.Days == nil {
			return errMalformedXML()
		}
		if *t.Days < 0 {
			return lifecycleArgument("'NoncurrentDays' for NoncurrentVersionTransition action must be nonnegative")
		}
		if err := r.checkNewer("NoncurrentVersionTransition", t.Newer); err != nil {
			return err
		}
	}
	return nil
}

func (r *lifecycleRule) checkNewer(action string, newer *int) error {
	switch {
	case newer == nil:
		return nil
	case r.Filter == nil:
		return errMalformedXML()
	case *newer <= 0 || *newer > 100:
		return lifecycleArgument("'NewerNoncurrentVersions' for " + action + " action must be a positive integer no greater than 100")
	}
	return nil
}

func (r *lifecycleRule) checkAbort() error {
	switch a := r.AbortUploads; {
	case a == nil:
		return nil
	case a.Days == nil:
		return errMalformedXML()
	case *a.Days <= 0:
		return lifecycleArgument("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer")
	case r.hasTags():
		return errInvalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.")
	case r.hasSizes():
		return errInvalidRequest("AbortIncompleteMultipartUpload cannot be specified with object size.")
	}
	return nil
}
