package objectedit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
)

// TagSpec is how the tags of objects or versions change.
type TagSpec struct {
	Set  objectset.Set `json:"set"`
	Tags Pairs         `json:"tags"`
}

// tagger changes the tags of one plan's objects.
type tagger struct {
	editor
	tags       Pairs
	compatible bool // the server may not be S3
}

// PlanTags plans changing tags in place (PutObjectTagging, DeleteObjectTagging): no copy is made, and versions have
// tags of their own. The call replaces an object's tags, so each object's are read first. Errors: KindInvalid for tags
// that can't be or wouldn't change, KindUnsupported where the server has no tags.
func PlanTags(ctx context.Context, r *awsops.Reader, in TagSpec) (*awsops.Plan, error) {
	text := in.Set.Problem()
	if text == "" {
		text = Change{Tags: in.Tags}.Problem()
	}
	if text == "" && in.Tags.None() {
		return nil, awsops.Unchanged(KindTag)
	}
	if text != "" {
		return nil, awsops.Invalid(KindTag, text, "")
	}
	t, err := in.Set.Count(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	if t.N == 0 {
		return nil, nothingThere(KindTag, in.Set)
	}
	p, err := newPlan(ctx, r, KindTag, "Change the tags of "+in.Set.Name(t), in.Set, in)
	if err != nil {
		return nil, err
	}
	tg := &tagger{editor: editor{spec: Spec{Set: in.Set}, changed: objectset.Watch(t.First)}, tags: in.Tags,
		compatible: r.Session().Dialect() == awsops.DialectCompatible}
	lines, err := tg.look(ctx, r, p, t)
	if err != nil {
		return nil, err
	}
	effects(p, t, 1, 1)
	p.Undo = "Change the tags again: the present ones are above."
	note(p, awsops.Note, "Only tags change: no new version, no new date. Lifecycle rules, policies and cost reports that go by tags see the new ones.")
	step := awsops.Step{Title: "set the tags of each object", Command: lines, Workers: 8, Source: in.Set.Source("objects.tagged", nil), Do: tg.each}
	if e, one := in.Set.Single(); one {
		step = awsops.Step{Title: "set the tags", Command: lines,
			Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
				return tg.one(ctx, w, e)
			}}
	} else {
		note(p, awsops.Note, "The tags of each object are read and then set as a whole: what somebody else sets between the two is lost.")
	}
	p.Steps = []awsops.Step{step}
	return p, nil
}

// look reads the tags of the first objects and gives their command lines.
func (tg *tagger) look(ctx context.Context, r *awsops.Reader, p *awsops.Plan, t objectset.Tally) (string, error) {
	var lines []string
	_, alone := tg.spec.Set.Single()
	differ := false
	for _, e := range t.First {
		reading := objects.ReadTags(ctx, r, tg.spec.Set.Bucket, e.Key, e.VersionID)
		now, err := readable(r, reading)
		if err != nil {
			return "", err
		}
		want := tg.tags.Of(now)
		if text := whole(objects.Head{}, want); text != "" && alone {
			return "", awsops.Invalid(KindTag, text, "")
		}
		differ = differ || tagText(now) != tagText(want)
		p.Changes = append(p.Changes, awsops.Change{Field: e.Key, Before: tagText(now), After: tagText(want)})
		p.Basis = append(p.Basis, awsops.Fingerprint{What: "the tags of " + e.Key, Value: tagText(now), Read: tg.readTags(e)})
		p.Expect = append(p.Expect, tg.expectTags(e, want))
		lines = append(lines, tg.line(p.Target, e, want))
	}
	more := t.N - int64(len(t.First))
	if !differ && more == 0 {
		return "", awsops.Unchanged(KindTag)
	}
	if more > 0 {
		p.Changes = append(p.Changes, awsops.Change{Field: fmt.Sprintf("and %d more", more), Before: "…", After: "the same way"})
		lines = append(lines, fmt.Sprintf("# and so on for %d more", more))
	}
	return strings.Join(lines, "\n"), nil
}

// readable gives the tags that were read; a change replaces them all, so they must be known.
func readable(r *awsops.Reader, reading awsops.Reading[[]objects.Pair]) ([]objects.Pair, error) {
	if err := awsops.Offered(r.Session(), reading); err != nil {
		return nil, err
	}
	if now, ok := reading.Get(); ok || reading.State == awsops.Absent {
		return now, nil
	}
	e := *reading.Err
	if e.Kind == awsops.KindDenied {
		e.Hint = "The change replaces all tags, so the present ones must be readable first (s3:GetObjectTagging)."
	}
	return nil, &e
}

func (ed *editor) readTags(e awsops.Entry) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		now, err := readable(r, objects.ReadTags(ctx, r, ed.spec.Set.Bucket, e.Key, e.VersionID))
		return tagText(now), err
	}
}

func (ed *editor) expectTags(e awsops.Entry, want []objects.Pair) awsops.Expectation {
	read := ed.readTags(awsops.Entry{Key: e.Key, VersionID: e.VersionID})
	return awsops.Expectation{What: "the tags of " + e.Key, Want: tagText(want), Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
		if !ed.changed.Has(e) {
			return tagText(want), nil
		}
		return read(ctx, r)
	}}
}

func (tg *tagger) each(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	rec, err := tg.one(ctx, w, item.Entries[0])
	if err == nil {
		return rec, nil
	}
	return failure(item.Entries[0], err)
}

// one sets the tags of one object or version.
func (tg *tagger) one(ctx context.Context, w *awsops.Writer, e awsops.Entry) (awsops.Receipt, error) {
	rec, err := tg.set(ctx, w, e)
	if err == nil {
		tg.changed.Add(e)
	}
	return rec, err
}

func (tg *tagger) set(ctx context.Context, w *awsops.Writer, e awsops.Entry) (awsops.Receipt, error) {
	bucket := tg.spec.Set.Bucket
	now, err := readable(&w.Reader, objects.ReadTags(ctx, &w.Reader, bucket, e.Key, e.VersionID))
	if err != nil {
		return awsops.Receipt{}, err
	}
	want := tg.tags.Of(now)
	if tagText(want) == tagText(now) {
		return awsops.Receipt{Done: 1}, nil
	}
	if text := whole(objects.Head{}, want); text != "" {
		return awsops.Receipt{}, &awsops.Error{Op: "PutObjectTagging", Bucket: bucket, Key: e.Key, Kind: awsops.KindInvalid, Message: text}
	}
	api, err := w.S3(ctx, bucket)
	if err != nil {
		return awsops.Receipt{}, err
	}
	version := optional(e.VersionID)
	if len(want) == 0 && w.Session().Dialect() != awsops.DialectCompatible {
		out, err := api.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: &bucket, Key: &e.Key, VersionId: version})
		if err != nil {
			return awsops.Receipt{}, awsops.Wrap("DeleteObjectTagging", bucket, e.Key, err)
		}
		id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		return awsops.Receipt{RequestID: id, Done: 1}, nil
	}
	set := &types.Tagging{TagSet: []types.Tag{}} // an empty one takes all tags away, also where DELETE does nothing or worse
	for _, t := range want {
		set.TagSet = append(set.TagSet, types.Tag{Key: aws.String(t.Name), Value: aws.String(t.Value)})
	}
	out, err := api.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &bucket, Key: &e.Key, VersionId: version, Tagging: set})
	if err != nil {
		return awsops.Receipt{}, awsops.Wrap("PutObjectTagging", bucket, e.Key, err)
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return awsops.Receipt{RequestID: id, Done: 1}, nil
}

func (tg *tagger) line(to awsops.Target, e awsops.Entry, want []objects.Pair) string {
	operation := "put-object-tagging"
	if len(want) == 0 && !tg.compatible {
		operation = "delete-object-tagging"
	}
	line := awsops.Command(to, "s3api", operation).Flag("--bucket", tg.spec.Set.Bucket).Flag("--key", e.Key).FlagIf("--version-id", e.VersionID)
	if operation == "put-object-tagging" {
		line.Flag("--tagging", tagJSON(want))
	}
	return line.String()
}

func tagJSON(tags []objects.Pair) string {
	type tag struct{ Key, Value string }
	doc := struct{ TagSet []tag }{TagSet: []tag{}}
	for _, t := range tags {
		doc.TagSet = append(doc.TagSet, tag{t.Name, t.Value})
	}
	return plainJSON(doc)
}

// jsonMap is pairs as one JSON object. Keys are sorted.
func jsonMap(pairs []objects.Pair) string {
	return plainJSON(copies.Metadata(objects.Head{Metadata: pairs}))
}

// plainJSON leaves <, > and & as they are.
func plainJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "{}" // strings, maps and lists of them always marshal
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
