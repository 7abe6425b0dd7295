package views

import (
	"context"
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/buckets"
)

// checkServer asks a server what of S3 it has, by reading calls alone, and puts it into words.
func checkServer(ctx context.Context, s *awsops.Session) (string, error) {
	var text strings.Builder
	bucket, n, err := firstBucket(ctx, s.Reader())
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&text, "ListBuckets: answered, %d in the first page\n", n)
	if id := s.Identity(ctx); id.State == awsops.Known {
		fmt.Fprintf(&text, "GetCallerIdentity: %s\n", id.Value.ARN)
	} else {
		fmt.Fprintf(&text, "GetCallerIdentity: %s\n", id.State)
	}
	if bucket == "" {
		text.WriteString("\nThere is no bucket whose settings could be read.")
		return text.String(), nil
	}
	fmt.Fprintf(&text, "\nSettings of %s:\n", bucket)
	for _, a := range buckets.Abilities(ctx, s.Reader(), bucket) {
		fmt.Fprintf(&text, "%s: %s\n", a.Call, abilityWords(a))
	}
	if s.Dialect() == awsops.DialectCompatible {
		text.WriteString("\nA change is offered only where the setting can be read.")
	}
	return text.String(), nil
}

// firstBucket is a bucket to ask about, "" when there is none, and how many there are in the first page.
func firstBucket(ctx context.Context, r *awsops.Reader) (string, int, error) {
	for page, err := range buckets.List(ctx, r) {
		if err != nil {
			return "", 0, err
		}
		if len(page) > 0 {
			return page[0].Name, len(page), nil
		}
	}
	return "", 0, nil
}

func abilityWords(a buckets.Ability) string {
	switch a.State {
	case awsops.Known:
		return "has it"
	case awsops.Absent:
		return "has it, not set here"
	}
	if a.Err == nil {
		return a.State.String()
	}
	return a.State.String() + " (" + shortError(a.Err) + ")"
}
