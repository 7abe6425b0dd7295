package buckets

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/versions"
)

// EmptySpec is a bucket to be emptied of every version, delete marker and incomplete upload.
type EmptySpec struct {
	Bucket string `json:"bucket"`
	Serial string `json:"serial,omitempty"` // the MFA device to suggest where MFA delete is on
	// Parts are the steps of the plan that this one goes on with. They stay its steps when nothing is
	// left for them, so that a place in the old plan is the same place in the new one.
	Parts []string `json:"parts,omitempty"`
}

// DeleteSpec is a bucket to be deleted, with everything that is in it.
type DeleteSpec struct {
	Bucket string   `json:"bucket"`
	Serial string   `json:"serial,omitempty"`
	Parts  []string `json:"parts,omitempty"` // as in EmptySpec
	// References are sentences on what still names the bucket, as References makes them.
	References []string `json:"references,omitempty"`
}

// The kinds of plans that empty and delete buckets.
const (
	KindEmpty  = "bucket.empty"
	KindDelete = "bucket.delete"
)

// The parts of a plan that empties a bucket.
const (
	partVersions = "versions"
	partUploads  = "uploads"
)

// Planners are the package's planners by kind, for going on with a job.
func Planners() awsops.Planners {
	return awsops.Planners{
		"bucket.create": parsed(PlanCreate), "bucket.tags": parsed(PlanTags), "bucket.block": parsed(PlanBlock), KindAccountBlock: parsed(PlanAccountBlock),
		"bucket.ownership": parsed(PlanOwnership), "bucket.lifecycle": parsed(PlanLifecycle), "uploads.abort": parsed(PlanAbort),
		KindEmpty: parsed(PlanEmpty), KindDelete: parsed(PlanDelete),
	}
}

// PlanEmpty plans deleting everything in a bucket for good: all versions and delete markers, 1,000 a
// request, and all incomplete uploads. The bucket stays. KindInvalid says that it is empty already.
func PlanEmpty(ctx context.Context, r *awsops.Reader, spec EmptySpec) (*awsops.Plan, error) {
	p, parts, err := planContent(ctx, r, spec.Bucket, spec.Serial, spec.Parts)
	if err != nil {
		return nil, err
	}
	spec.Parts = parts
	if len(p.Steps) == 0 {
		return nil, awsops.Invalid("empty", "the bucket "+spec.Bucket+" is empty: no object, version, delete marker or incomplete upload is in it", "")
	}
	p.Kind, p.Title, p.Params = KindEmpty, "Empty bucket "+spec.Bucket, params(spec)
	p.Undo = "It can't be undone."
	confirmByName(p, spec.Bucket)
	return p, nil
}

// PlanDelete plans deleting a bucket, and before that whatever is in it. What is there is counted, and said.
func PlanDelete(ctx context.Context, r *awsops.Reader, spec DeleteSpec) (*awsops.Plan, error) {
	p, parts, err := planContent(ctx, r, spec.Bucket, spec.Serial, spec.Parts)
	if err != nil {
		return nil, err
	}
	spec.Parts = parts
	full := len(p.Steps) > 0
	p.Kind, p.Title, p.Params = KindDelete, "Delete bucket "+spec.Bucket, params(spec)
	if full {
		p.Title += " and everything in it"
	} else if _, err := basis(ctx, r, p, "the bucket's content", contentState(spec.Bucket)); err != nil {
		return nil, err
	}
	p.Changes = append([]awsops.Change{{Field: "bucket", Before: spec.Bucket, After: "(deleted)"}}, p.Changes...)
	p.Expect = nil // what emptying expects can't be read of a bucket that is gone
	expect(p, "the name "+spec.Bucket, nameFree, nameState(spec.Bucket))
	for _, text := range spec.References {
		warn(p, awsops.Risk, text)
	}
	warn(p, awsops.Risk, "The name becomes free for anyone of this partition: what still names the bucket (DNS, CloudFront, log delivery, replication, scripts) "+
		"could then reach a stranger's.")
	describeAccessPoints(ctx, r, p, spec.Bucket)
	p.Undo = "It can't be undone: a bucket of the same name would be a new one, if the name is still free."
	confirmByName(p, spec.Bucket)
	p.Steps = append(p.Steps, awsops.Step{Title: "delete the bucket", Command: command(p.Target, "delete-bucket", "--bucket", spec.Bucket),
		Do: deleteBucket(spec.Bucket)})
	requests(p, classDelete, 1)
	return p, nil
}

func deleteBucket(bucket string) func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
	return func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
		api, err := w.S3(ctx, bucket)
		if err != nil {
			return awsops.Receipt{}, err
		}
		out, err := api.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &bucket})
		if err != nil {
			return awsops.Receipt{}, wrapped("DeleteBucket", bucket, err)
		}
		w.Forget(bucket)
		return receipt(out.ResultMetadata), nil
	}
}

// planContent plans removing what is in a bucket, and names the plan's parts; a plan without steps is
// an empty bucket's. was are the parts that it must have whatever is there.
func planContent(ctx context.Context, r *awsops.Reader, bucket, serial string, was []string) (p *awsops.Plan, parts []string, err error) {
	some, err := contentState(bucket)(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	p = newPlan(ctx, r, KindEmpty, "", bucket, nil)
	switch {
	case some != contentNone:
		if p, err = versions.PlanPurge(ctx, r, versions.Selection{Bucket: bucket, Under: true, Serial: serial}); err != nil {
			return nil, nil, err
		}
		parts = append(parts, partVersions)
	case slices.Contains(was, partVersions):
		p.Steps = append(p.Steps, nothingLeft("no version is left to delete"))
		parts = append(parts, partVersions)
	}
	aborts, err := planAborts(ctx, r, p, bucket)
	switch {
	case err != nil:
		return nil, nil, err
	case aborts:
		parts = append(parts, partUploads)
	case slices.Contains(was, partUploads):
		p.Steps = append(p.Steps, nothingLeft("no upload is left to abort"))
		parts = append(parts, partUploads)
	}
	return p, parts, nil
}

// nothingLeft keeps the place of a step that has nothing more to do.
func nothingLeft(title string) awsops.Step {
	return awsops.Step{Title: title, Do: func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
		return awsops.Receipt{}, nil
	}}
}

// planAborts adds the step that aborts all incomplete uploads, where there are any.
func planAborts(ctx context.Context, r *awsops.Reader, p *awsops.Plan, bucket string) (bool, error) {
	all := AbortSpec{Bucket: bucket}
	uploads, atLeast, err := all.find(ctx, r)
	if e := awsops.Wrap("ListMultipartUploads", bucket, "", err); e != nil {
		if e.Kind != awsops.KindDenied && e.Kind != awsops.KindUnsupported {
			return false, e
		}
		warn(p, awsops.Note, "Whether incomplete uploads are in the bucket could not be read: "+e.Error())
		return false, nil
	}
	if len(uploads) == 0 {
		return false, nil
	}
	p.Effects.Uploads, p.Effects.AtLeast = int64(len(uploads)), p.Effects.AtLeast || atLeast
	p.Changes = append(p.Changes, awsops.Change{Field: "incomplete uploads", Before: all.which(len(uploads), atLeast), After: "aborted, their parts discarded"})
	p.Steps = append(p.Steps, all.step(p.Target, uploads))
	return true, nil
}

// Whether anything is in a bucket, as a fingerprint.
const (
	contentNone = "nothing"
	contentSome = "something"
)

func contentState(bucket string) stateText {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		api, err := r.S3(ctx, bucket)
		if err != nil {
			return "", err
		}
		out, err := api.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &bucket, MaxKeys: aws.Int32(1)})
		if err != nil {
			return "", awsops.Wrap("ListObjectVersions", bucket, "", err)
		}
		if len(out.Versions)+len(out.DeleteMarkers) == 0 && !aws.ToBool(out.IsTruncated) {
			return contentNone, nil
		}
		return contentSome, nil
	}
}

// describeAccessPoints says which access points hold the bucket, or that this could not be read.
func describeAccessPoints(ctx context.Context, r *awsops.Reader, p *awsops.Plan, bucket string) {
	if r.Session().Dialect() == awsops.DialectCompatible {
		return
	}
	var doc struct {
		AccessPointList struct {
			AccessPoint []struct{ Name string }
		}
	}
	err := r.Control(ctx, "ListAccessPoints", "accesspoint?bucket="+bucket, &doc)
	if err != nil {
		warn(p, awsops.Note, "Whether access points name the bucket is not known: they must be deleted first.")
		return
	}
	var names []string
	for _, a := range doc.AccessPointList.AccessPoint {
		names = append(names, a.Name)
	}
	if len(names) > 0 {
		warn(p, awsops.Risk, "Access points of the bucket must be deleted first: "+strings.Join(names, ", ")+".")
	}
}

// References says what is known to name a bucket, out of the facts of the account's buckets: who logs
// or replicates into it, where it logs and replicates to itself, and for how many buckets that isn't
// known. Buckets of other accounts can't be asked.
func References(bucket string, known map[string]Facts) []string {
	var out []string
	unknown := 0
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if name == bucket {
			continue
		}
		said, certain := pointsTo(bucket, name, known[name])
		out = append(out, said...)
		if !certain {
			unknown++
		}
	}
	if l, ok := known[bucket].Logging.Get(); ok && l.Target != "" {
		out = append(out, "Its own access log stays in "+l.Target+".")
	}
	if unknown > 0 {
		out = append(out, "Of "+number(unknown, "other bucket it is not known whether it logs or replicates", "other buckets it is not known whether they log or replicate")+" to here.")
	}
	return out
}

// pointsTo says how a bucket with these facts names another, and whether all that could be read.
func pointsTo(bucket, name string, f Facts) (said []string, certain bool) {
	if l, ok := f.Logging.Get(); ok && l.Target == bucket {
		said = append(said, "The access log of "+name+" is delivered here.")
	}
	if targets, ok := f.Replication.Get(); ok && slices.ContainsFunc(targets, func(arn string) bool { return strings.HasSuffix(arn, ":::"+bucket) }) {
		said = append(said, name+" replicates its objects to here.")
	}
	return said, answered(f.Logging.State) && answered(f.Replication.State)
}

// ARN gives a bucket's ARN in a partition, "" for aws.
func ARN(partition, bucket string) string {
	if partition == "" {
		partition = "aws"
	}
	return "arn:" + partition + ":s3:::" + bucket
}
