package buckets

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// The limits on a bucket's tags, in tags and characters ("Using cost allocation S3 bucket tags").
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// TagsSpec is what a bucket's own tags are to be; AWS's system tags stay whatever they are.
type TagsSpec struct {
	Bucket string `json:"bucket"`
	Tags   []Tag  `json:"tags"`
}

// PlanTags plans replacing a bucket's tags. PutBucketTagging replaces the whole set, so the system
// tags that are there are sent back with it.
func PlanTags(ctx context.Context, r *awsops.Reader, spec TagsSpec) (*awsops.Plan, error) {
	if err := checkTags(spec.Tags); err != nil {
		return nil, err
	}
	if err := refuseABAC(ctx, r, spec.Bucket); err != nil {
		return nil, err
	}
	now := reading(ctx, r, "GetBucketTagging", spec.Bucket, ReadTags, codeNoTags)
	if err := gate(now); err != nil {
		return nil, err
	}
	p := newPlan(ctx, r, "bucket.tags", "Change the tags of "+spec.Bucket, spec.Bucket, spec)
	if _, err := basis(ctx, r, p, "the tags", tagsState(spec.Bucket)); err != nil {
		return nil, err
	}
	after := []Tag{}
	for _, t := range now.Value {
		if t.System() {
			after = append(after, t)
		}
	}
	if len(after) > 0 {
		warn(p, awsops.Note, number(len(after), "system tag (aws:…) is", "system tags (aws:…) are")+" sent back unchanged.")
	}
	after = append(after, spec.Tags...)
	if len(after) > maxTags {
		return nil, awsops.Invalid("PutBucketTagging", fmt.Sprintf("%d tags are more than the %d a bucket can have", len(after), maxTags), "")
	}
	p.Changes = tagChanges(now.Value, after)
	if len(p.Changes) == 0 {
		return nil, awsops.Unchanged("PutBucketTagging")
	}
	warn(p, awsops.Note, "Tags can decide over cost reports and, where policies look at them, over access.")
	p.Undo = "Put the tags back as they are listed before the arrow."
	p.Steps = []awsops.Step{tagsStep(p.Target, spec.Bucket, after)}
	requests(p, classPut, 1)
	expect(p, "tags", tagText(after), tagsState(spec.Bucket))
	return p, nil
}

// refuseABAC stops where attribute-based access control is on: the tag calls of S3 then don't work
// for the bucket. That it could not be read is no reason to stop.
func refuseABAC(ctx context.Context, r *awsops.Reader, bucket string) error {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return err
	}
	out, err := api.GetBucketAbac(ctx, &s3.GetBucketAbacInput{Bucket: &bucket})
	if err == nil && out.AbacStatus != nil && out.AbacStatus.Status == types.BucketAbacStatusEnabled {
		return &awsops.Error{Op: "PutBucketTagging", Bucket: bucket, Kind: awsops.KindConflict,
			Message: "attribute-based access control is on for this bucket", Hint: "Its tags are then changed by S3 Control's TagResource only, and grant access at once."}
	}
	return nil
}

func tagsStep(t awsops.Target, bucket string, after []Tag) awsops.Step {
	if len(after) > 0 {
		return putTagsStep(t, bucket, after)
	}
	return awsops.Step{Title: "remove the tags", Command: command(t, "delete-bucket-tagging", "--bucket", bucket),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.DeleteBucketTagging(ctx, &s3.DeleteBucketTaggingInput{Bucket: &bucket})
			if err != nil {
				return awsops.Receipt{}, wrapped("DeleteBucketTagging", bucket, err)
			}
			return receipt(out.ResultMetadata), nil
		}}
}

func putTagsStep(t awsops.Target, bucket string, tags []Tag) awsops.Step {
	type pair struct{ Key, Value string }
	doc := struct{ TagSet []pair }{}
	set := make([]types.Tag, 0, len(tags))
	for _, tag := range tags {
		doc.TagSet = append(doc.TagSet, pair(tag))
		set = append(set, types.Tag{Key: &tag.Key, Value: &tag.Value})
	}
	return awsops.Step{Title: "replace the tags",
		Command: command(t, "put-bucket-tagging", "--bucket", bucket, "--tagging", jsonArg(doc)),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: &bucket, Tagging: &types.Tagging{TagSet: set}})
			if err != nil {
				return awsops.Receipt{}, wrapped("PutBucketTagging", bucket, err)
			}
			return receipt(out.ResultMetadata), nil
		}}
}

func checkTags(tags []Tag) error {
	for i, t := range tags {
		switch {
		case t.Key == "":
			return awsops.Invalid("PutBucketTagging", "a tag needs a key", "")
		case utf8.RuneCountInString(t.Key) > maxTagKey:
			return awsops.Invalid("PutBucketTagging", fmt.Sprintf("the key of tag %d has more than %d characters", i+1, maxTagKey), "")
		case utf8.RuneCountInString(t.Value) > maxTagValue:
			return awsops.Invalid("PutBucketTagging", fmt.Sprintf("the value of tag %q has more than %d characters", t.Key, maxTagValue), "")
		case t.System():
			return awsops.Invalid("PutBucketTagging", fmt.Sprintf("keys that begin with aws: belong to AWS, such as %q", t.Key), "")
		case slices.ContainsFunc(tags[:i], func(o Tag) bool { return o.Key == t.Key }):
			return awsops.Invalid("PutBucketTagging", fmt.Sprintf("the key %q is there twice", t.Key), "")
		}
	}
	if len(tags) > maxTags {
		return awsops.Invalid("PutBucketTagging", fmt.Sprintf("%d tags are more than the %d a bucket can have", len(tags), maxTags), "")
	}
	return nil
}

// tagChanges compares two sets of tags, key by key.
func tagChanges(before, after []Tag) []awsops.Change {
	value := func(tags []Tag, key string) (string, bool) {
		i := slices.IndexFunc(tags, func(t Tag) bool { return t.Key == key })
		if i < 0 {
			return "", false
		}
		return tags[i].Value, true
	}
	var out []awsops.Change
	for _, t := range before {
		v, ok := value(after, t.Key)
		switch {
		case !ok:
			out = append(out, awsops.Change{Field: "tag " + t.Key, Before: quoteEmpty(t.Value), After: "(removed)"})
		case v != t.Value:
			out = append(out, awsops.Change{Field: "tag " + t.Key, Before: quoteEmpty(t.Value), After: quoteEmpty(v)})
		}
	}
	for _, t := range after {
		if _, ok := value(before, t.Key); !ok {
			out = append(out, awsops.Change{Field: "tag " + t.Key, Before: "(none)", After: quoteEmpty(t.Value)})
		}
	}
	return out
}

func quoteEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// tagText writes a set of tags in a form that doesn't depend on its order.
func tagText(tags []Tag) string {
	if len(tags) == 0 {
		return "none"
	}
	sorted := slices.SortedFunc(slices.Values(tags), func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return jsonArg(sorted)
}

func tagsState(bucket string) stateText {
	return textOf("GetBucketTagging", bucket, ReadTags, tagText, "none", codeNoTags)
}

// jsonArg writes a value as JSON for a command line, without HTML escapes.
func jsonArg(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "" // only strings, numbers and structs of them come here
	}
	return strings.TrimSpace(b.String())
}
