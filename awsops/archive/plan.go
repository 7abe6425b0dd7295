// Package archive asks for archived objects back (RestoreObject): those of the classes GLACIER and DEEP_ARCHIVE for a
// number of days, those of Intelligent-Tiering's archive tiers for good.
package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
)

// Kind is the kind of this package's plans.
const Kind = "objects.restore"

// Tier is how fast a restore is, and what it costs.
type Tier string

// The tiers of "Archive retrieval options".
const (
	Expedited Tier = "Expedited"
	Standard  Tier = "Standard"
	Bulk      Tier = "Bulk"
)

// Tiers are all of them, the fastest first.
func Tiers() []Tier { return []Tier{Expedited, Standard, Bulk} }

// Takes says how long a tier takes for an archive, "" where there is no such tier.
func (t Tier) Takes(deep bool) string {
	switch {
	case t == Expedited && deep:
		return ""
	case t == Expedited:
		return "1 to 5 minutes"
	case t == Standard && deep:
		return "up to 12 hours"
	case t == Standard:
		return "3 to 5 hours"
	case t == Bulk && deep:
		return "up to 48 hours"
	case t == Bulk:
		return "5 to 12 hours"
	}
	return ""
}

// MaxDays is what this package takes for a lifetime: ten years. S3 names no limit.
const MaxDays = 3650

// Spec is what is asked back and how.
type Spec struct {
	Set  objectset.Set `json:"set"`
	Days int           `json:"days"` // how long a copy stays; objects of Intelligent-Tiering stay for good
	Tier Tier          `json:"tier"`
}

// Planners are the package's planners by kind, for going on with a job.
func Planners() awsops.Planners {
	return awsops.Planners{Kind: func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
		var in Spec
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, awsops.Invalid(Kind, "the job's parameters can't be read", "Plan the restore again.")
		}
		return PlanRestore(ctx, r, in)
	}}
}

// Problem says why a spec can't be asked for, "" when it can.
func (in Spec) Problem() string {
	switch {
	case in.Set.Problem() != "":
		return in.Set.Problem()
	case in.Tier.Takes(false) == "":
		return "a tier is one of Expedited, Standard and Bulk"
	case in.Days < 1 || in.Days > MaxDays:
		return "a copy stays for 1 to 3,650 days"
	}
	return ""
}

// maybe chooses, from what a listing tells, what may be archived.
func maybe(row listing.Row) bool {
	switch row.Class {
	case "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING":
		return true
	}
	return false
}

// restorer asks for the objects of one plan.
type restorer struct {
	spec Spec

	mu     sync.Mutex
	failed map[string]bool
}

// PlanRestore plans asking for archived objects. Errors: KindConflict when an only object isn't archived, is on its way
// already, or its archive has no such tier; KindUnsupported on a server that doesn't archive as S3 does.
func PlanRestore(ctx context.Context, r *awsops.Reader, in Spec) (*awsops.Plan, error) {
	if text := in.Problem(); text != "" {
		return nil, awsops.Invalid(Kind, text, "")
	}
	t, err := in.Set.Count(ctx, r, maybe)
	if err != nil {
		return nil, err
	}
	if t.N == 0 {
		return nil, &awsops.Error{Op: Kind, Bucket: in.Set.Bucket, Kind: awsops.KindConflict, Message: "nothing here is in an archive class"}
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, awsops.Invalid(Kind, "the change can't be recorded", "")
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: Kind, Title: "Restore " + in.Set.Name(t) + " from archive", Target: r.Target(ctx, in.Set.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Params: raw}
	rs := &restorer{spec: in, failed: map[string]bool{}}
	lines, err := rs.look(ctx, r, p, t)
	if err != nil {
		return nil, err
	}
	rs.describe(p, t)
	step := awsops.Step{Title: "ask for each object", Command: lines, Workers: 8, Source: in.Set.Source("objects.archived", maybe), Do: rs.each}
	if e, one := in.Set.Single(); one {
		step = awsops.Step{Title: "ask for the object", Command: lines, Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			return rs.one(ctx, w, e)
		}}
	}
	p.Steps = []awsops.Step{step}
	return p, nil
}

// look reads the first objects and gives their command lines.
func (rs *restorer) look(ctx context.Context, r *awsops.Reader, p *awsops.Plan, t objectset.Tally) (string, error) {
	_, alone := rs.spec.Set.Single()
	var lines []string
	for _, e := range t.First {
		head, err := objects.ReadHead(ctx, r, rs.spec.Set.Bucket, e.Key, e.VersionID)
		if err != nil {
			return "", err
		}
		if err := archives(ctx, r, rs.spec.Set.Bucket, e, head); err != nil {
			return "", err
		}
		after, ask, err := rs.becomes(e, head)
		if err != nil && alone {
			return "", err
		}
		if err != nil {
			after = "left alone: " + awsops.Wrap(Kind, "", "", err).Message
		}
		p.Changes = append(p.Changes, awsops.Change{Field: e.Key, Before: now(head), After: after})
		p.Basis = append(p.Basis, awsops.Fingerprint{What: "the object " + e.Key, Value: pin(head), Read: rs.read(e, pin)})
		if ask {
			p.Expect = append(p.Expect, awsops.Expectation{What: e.Key, Want: underWay, Read: rs.progress(e)})
			lines = append(lines, rs.line(p.Target, e, head))
		}
	}
	if more := t.N - int64(len(t.First)); more > 0 {
		p.Changes = append(p.Changes, awsops.Change{Field: fmt.Sprintf("and %d more", more), Before: "…", After: "the same way"})
		lines = append(lines, fmt.Sprintf("# and so on for %d more", more))
	} else if len(lines) == 0 {
		return "", &awsops.Error{Op: Kind, Bucket: rs.spec.Set.Bucket, Kind: awsops.KindConflict, Message: "none of these objects can be asked back this way: " + p.Changes[0].After}
	}
	return strings.Join(lines, "\n"), nil
}

func now(head objects.Head) string {
	switch a := head.Archive(); a.State {
	case objects.Archived:
		return "archived in " + a.Tier
	case objects.Restoring:
		return "on its way from " + a.Tier
	case objects.Restored:
		return a.String()
	}
	return "at hand in " + head.StorageClass
}

// pin tells one state of a restore from another.
func pin(head objects.Head) string { return head.ETag + " " + head.VersionID + " " + now(head) }

// archives makes sure that a compatible server keeps archived objects away as S3 does: it answers a GET of one with
// InvalidObjectState. Where it doesn't, a POST of ?restore could be taken for something else.
func archives(ctx context.Context, r *awsops.Reader, bucket string, e awsops.Entry, head objects.Head) error {
	if r.Session().Dialect() != awsops.DialectCompatible || head.Archive().State == objects.AtHand {
		return nil
	}
	if head.Restore != "" {
		return nil
	}
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return err
	}
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &e.Key, Range: aws.String("bytes=0-0")}
	if e.VersionID != "" {
		in.VersionId = &e.VersionID
	}
	out, err := api.GetObject(ctx, in)
	if err == nil {
		_ = out.Body.Close()
	}
	if x := awsops.Wrap("GetObject", bucket, e.Key, err); x != nil && x.Code == "InvalidObjectState" {
		return nil
	}
	return &awsops.Error{Op: Kind, Bucket: bucket, Key: e.Key, Kind: awsops.KindUnsupported,
		Message: "this server says " + head.StorageClass + " and doesn't keep the object in an archive: there is nothing to restore"}
}

// becomes says what asking for an object does; ask is false when there is nothing to ask for.
func (rs *restorer) becomes(e awsops.Entry, head objects.Head) (after string, ask bool, err error) {
	a := head.Archive()
	conflict := func(message, hint string) error {
		return &awsops.Error{Op: Kind, Bucket: rs.spec.Set.Bucket, Key: e.Key, Kind: awsops.KindConflict, Message: message, Hint: hint}
	}
	takes := rs.spec.Tier.Takes(a.Deep())
	switch {
	case a.State == objects.AtHand:
		return "", false, conflict("it is in "+head.StorageClass+", which needs no restore", "")
	case takes == "":
		return "", false, conflict(a.Tier+" has no Expedited retrieval", "Choose Standard (up to 12 hours) or Bulk (up to 48 hours).")
	case a.State == objects.Restored:
		return fmt.Sprintf("kept %d days from now", rs.spec.Days), true, nil
	case a.State == objects.Restoring && rs.spec.Tier == Bulk:
		return "", false, conflict("it is being restored already", "Only a faster tier may be asked for meanwhile.")
	case a.State == objects.Restoring:
		return "asked for again, faster: readable in " + takes, true, nil
	case forGood(head):
		return "readable in " + takes + ", for good", true, nil
	}
	return fmt.Sprintf("readable in %s, for %d days", takes, rs.spec.Days), true, nil
}

// forGood reports whether what is restored stays: Intelligent-Tiering takes it back among what is at hand.
func forGood(head objects.Head) bool { return head.StorageClass == "INTELLIGENT_TIERING" }

func (rs *restorer) read(e awsops.Entry, what func(objects.Head) string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		head, err := objects.ReadHead(ctx, r, rs.spec.Set.Bucket, e.Key, e.VersionID)
		return what(head), err
	}
}

const underWay = "under way, or there"

func (rs *restorer) progress(e awsops.Entry) func(context.Context, *awsops.Reader) (string, error) {
	read := rs.read(e, func(h objects.Head) string {
		if h.Archive().State == objects.Archived {
			return "not asked for"
		}
		return underWay
	})
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		rs.mu.Lock()
		gaveUp := rs.failed[e.Key+"\x00"+e.VersionID]
		rs.mu.Unlock()
		if gaveUp {
			return underWay, nil
		}
		return read(ctx, r)
	}
}

func (rs *restorer) describe(p *awsops.Plan, t objectset.Tally) {
	p.Effects = awsops.Effects{Objects: t.N, Bytes: t.Bytes, AtLeast: t.AtLeast, Counted: "as seen now",
		Requests: []awsops.RequestCount{{Class: "GET", N: t.N}, {Class: "restore, " + string(rs.spec.Tier), N: t.N}},
		Lines: []string{"Retrieval is billed by request and by GB, and " + map[Tier]string{Expedited: "Expedited is the dearest", Standard: "Standard lies in between", Bulk: "Bulk is the cheapest"}[rs.spec.Tier] + ".",
			"Restored copies are billed at the rate of STANDARD, besides the archived object, until they go."}}
	for class, n := range t.Classes {
		p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("%d of them in %s.", n, class))
	}
	slices.Sort(p.Effects.Lines[2:])
	p.Undo = "It can't be called back. A copy goes by itself after its days; objects of Intelligent-Tiering stay at hand until they haven't been read for long."
	add := func(level awsops.Level, text string) {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
	}
	if rs.spec.Tier == Expedited {
		add(awsops.Note, "DEEP_ARCHIVE has no Expedited retrieval. Where S3 has no capacity for it, it says so (GlacierExpeditedRetrievalNotAvailable): choose Standard then.")
	}
	if t.N > 1 {
		add(awsops.Note, "What isn't archived, or can't be asked back this way, is listed as a failure and left as it is; what is on its way already is left to come.")
	}
	add(awsops.Note, "The class, the date and the version stay. Look at the details of an object to see how far it is; r lists again.")
}

func (rs *restorer) each(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	e := item.Entries[0]
	rec, err := rs.one(ctx, w, e)
	rec.Note = ""
	x, ok := errors.AsType[*awsops.Error](err)
	if err == nil || !ok {
		return rec, err
	}
	switch x.Kind {
	case awsops.KindConflict, awsops.KindDenied, awsops.KindNotFound, awsops.KindInvalid, awsops.KindUnsupported:
		rs.mu.Lock()
		rs.failed[e.Key+"\x00"+e.VersionID] = true
		rs.mu.Unlock()
		return awsops.Receipt{RequestID: x.RequestID, Failures: []awsops.Failure{{Entry: e, Err: x}}}, nil
	}
	return awsops.Receipt{}, err
}

// one asks for one object or version. One that is on its way already is left to come.
func (rs *restorer) one(ctx context.Context, w *awsops.Writer, e awsops.Entry) (awsops.Receipt, error) {
	bucket := rs.spec.Set.Bucket
	head, err := objects.ReadHead(ctx, &w.Reader, bucket, e.Key, e.VersionID)
	if err != nil {
		return awsops.Receipt{}, err
	}
	if err := archives(ctx, &w.Reader, bucket, e, head); err != nil {
		return awsops.Receipt{}, err
	}
	if _, ask, err := rs.becomes(e, head); !ask {
		if head.Archive().State == objects.Restoring {
			return awsops.Receipt{Done: 1}, nil
		}
		return awsops.Receipt{}, err
	}
	api, err := w.S3(ctx, bucket)
	if err != nil {
		return awsops.Receipt{}, err
	}
	in := &s3.RestoreObjectInput{Bucket: &bucket, Key: &e.Key, RestoreRequest: &types.RestoreRequest{
		GlacierJobParameters: &types.GlacierJobParameters{Tier: types.Tier(rs.spec.Tier)}}}
	if !forGood(head) {
		in.RestoreRequest.Days = aws.Int32(int32(rs.spec.Days))
	}
	if e.VersionID != "" {
		in.VersionId = &e.VersionID
	}
	out, err := api.RestoreObject(ctx, in)
	if x := awsops.Wrap("RestoreObject", bucket, e.Key, err); x != nil {
		if x.Code == "RestoreAlreadyInProgress" {
			return awsops.Receipt{RequestID: x.RequestID, Done: 1, Note: "It is on its way already."}, nil
		}
		if x.Code == "GlacierExpeditedRetrievalNotAvailable" {
			x.Kind, x.Hint = awsops.KindConflict, "S3 has no capacity for Expedited now. Choose Standard."
		}
		return awsops.Receipt{}, x
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return awsops.Receipt{RequestID: id, Done: 1, Bytes: head.Size}, nil
}

func (rs *restorer) line(to awsops.Target, e awsops.Entry, head objects.Head) string {
	request := fmt.Sprintf("Days=%d,GlacierJobParameters={Tier=%s}", rs.spec.Days, rs.spec.Tier)
	if forGood(head) {
		request = fmt.Sprintf("GlacierJobParameters={Tier=%s}", rs.spec.Tier)
	}
	return awsops.Command(to, "s3api", "restore-object").Flag("--bucket", rs.spec.Set.Bucket).Flag("--key", e.Key).
		FlagIf("--version-id", e.VersionID).Flag("--restore-request", request).String()
}
