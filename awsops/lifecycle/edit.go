package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

func dateOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// AbortUploads makes the rule that aborts multipart uploads under prefix ("" for all) that are not
// complete so many days after they were begun.
func AbortUploads(prefix string, days int32) Rule {
	return Rule{ID: fmt.Sprintf("abort-uploads-after-%dd", days), Status: Enabled, Filter: under(prefix), AbortDays: &days}
}

// ExpireNoncurrent makes the rule that deletes versions under prefix for good so many days after they
// stopped being current, keeping the newest ones (0 keeps none, S3 allows up to 100).
func ExpireNoncurrent(prefix string, days, keep int32) Rule {
	n := &NoncurrentExpiration{Days: &days}
	id := fmt.Sprintf("expire-noncurrent-after-%dd", days)
	if keep > 0 {
		n.Keep = &keep
		id += fmt.Sprintf("-keep-%d", keep)
	}
	return Rule{ID: id, Status: Enabled, Filter: under(prefix), Noncurrent: n}
}

// ExpireMarkers makes the rule that removes delete markers under prefix which have no version left.
func ExpireMarkers(prefix string) Rule {
	yes := true
	return Rule{ID: "expire-delete-markers", Status: Enabled, Filter: under(prefix), Expiration: &Expiration{Marker: &yes}}
}

// The filter always carries a Prefix: an empty Filter element is what S3 wants for a whole bucket, and
// an empty Prefix in it means the same and is taken by servers that refuse the empty element.
func under(prefix string) Filter { return Filter{Prefix: &prefix} }

// Check says why S3 would refuse a rule, one sentence each: actions that don't go with a filter,
// numbers out of range. Source: API Reference, "PutBucketLifecycleConfiguration" and "LifecycleRule".
func Check(r Rule) []string {
	var out []string
	add := func(bad bool, text string) {
		if bad {
			out = append(out, text)
		}
	}
	add(len(r.ID) > 255, "A rule's ID can have at most 255 characters.")
	add(r.Status != Enabled && r.Status != Disabled, "A rule's status is Enabled or Disabled.")
	add(len(r.actions()) == 0, "A rule needs at least one action.")
	narrowed := len(r.Filter.Tags) > 0 || r.Filter.LargerThan != nil || r.Filter.SmallerThan != nil
	if r.AbortDays != nil {
		add(narrowed, "Aborting uploads can't be limited by tags or size.")
		add(*r.AbortDays < 1, "Days must be 1 or more.")
	}
	if e := r.Expiration; e != nil {
		add(e.Marker != nil && narrowed, "Removing delete markers can't be limited by tags or size.")
		add(e.Days != nil && *e.Days < 1, "Days must be 1 or more.")
	}
	return append(out, checkNoncurrent(r.Noncurrent)...)
}

func checkNoncurrent(n *NoncurrentExpiration) []string {
	var out []string
	if n == nil {
		return nil
	}
	if n.Days == nil || *n.Days < 1 {
		out = append(out, "Noncurrent days must be 1 or more.")
	}
	if n.Keep != nil && (*n.Keep < 1 || *n.Keep > 100) {
		out = append(out, "Between 1 and 100 noncurrent versions can be kept.")
	}
	return out
}

// Add gives rules with r at the end. The ID is made unique by a number; a rule that does the same
// under the same filter already, or a full configuration, is an error.
func Add(rules []Rule, r Rule) ([]Rule, error) {
	if bad := Check(r); len(bad) > 0 {
		return nil, fmt.Errorf("%s", bad[0])
	}
	if len(rules) >= MaxRules {
		return nil, fmt.Errorf("the bucket has %d rules already, no more are allowed", len(rules))
	}
	for _, have := range rules {
		twin := Normal(have)
		twin.ID = r.ID
		if Equal(twin, Normal(r)) {
			return nil, fmt.Errorf("the rule %q does exactly this already", have.ID)
		}
	}
	base := r.ID
	for n := 2; slices.ContainsFunc(rules, func(h Rule) bool { return h.ID == r.ID }); n++ {
		r.ID = fmt.Sprintf("%s-%d", base, n)
	}
	return append(slices.Clone(rules), r), nil
}

// Remove gives rules without those whose IDs are named. An ID that is not there is an error, so that a
// stale screen can't remove less than it said.
func Remove(rules []Rule, ids ...string) ([]Rule, error) {
	for _, id := range ids {
		n := 0
		for _, r := range rules {
			if r.ID == id {
				n++
			}
		}
		switch {
		case n == 0:
			return nil, fmt.Errorf("there is no rule %q", id)
		case n > 1:
			return nil, fmt.Errorf("%d rules have the ID %q, so it doesn't name one of them", n, id)
		}
	}
	return slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return slices.Contains(ids, r.ID) }), nil
}
