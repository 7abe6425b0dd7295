package buckets

import (
	"context"
	"errors"
	"net/http"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// CreateSpec is a bucket to be made.
type CreateSpec struct {
	Name       string `json:"name"`      // in full, with the suffix of the account-regional namespace
	Region     string `json:"region"`    // "" for the session's
	Namespace  string `json:"namespace"` // NamespaceGlobal or NamespaceAccount; "" is global
	Lock       bool   `json:"lock"`      // Object Lock, which also turns versioning on for good
	Ownership  string `json:"ownership"` // "" leaves the server's default, BucketOwnerEnforced on AWS
	Versioning bool   `json:"versioning"`
	Tags       []Tag  `json:"tags,omitempty"`
	// Begun says that a job with this plan has begun: a bucket of the name that the caller can use is
	// then the one it made.
	Begun bool `json:"begun,omitempty"`
}

// What a name is to the caller, as HeadBucket tells.
const (
	nameFree  = "free"
	nameTaken = "taken"
)

// PlanCreate plans a bucket and the settings it is to be born with. The name must pass CheckName and be free. The steps
// are separate calls: when one fails the bucket stays and can be completed by hand.
func PlanCreate(ctx context.Context, r *awsops.Reader, spec CreateSpec) (*awsops.Plan, error) {
	spec, err := spec.complete(ctx, r)
	if err != nil {
		return nil, err
	}
	p := newPlan(ctx, r, "bucket.create", "Create bucket "+spec.Name, "", spec.begun())
	p.Target.Bucket, p.Target.Region = spec.Name, spec.Region
	p.Target.Owner = p.Target.Account // who makes a bucket owns it
	now, err := basis(ctx, r, p, "the name "+spec.Name, nameState(spec.Name))
	if err != nil {
		return nil, err
	}
	if now != nameFree && !(spec.Begun && spec.mine(ctx, r)) {
		return nil, &awsops.Error{Op: "CreateBucket", Bucket: spec.Name, Kind: awsops.KindConflict, Code: "BucketAlreadyExists",
			Message: "the name is taken", Hint: "Names are shared by all accounts of the partition. If the bucket is yours, open it by name."}
	}
	spec.describe(p)
	p.Steps = spec.steps(p.Target, r.Session().Dialect())
	requests(p, classPut, int64(len(p.Steps)))
	spec.expect(p)
	return p, nil
}

// begun is what the journal keeps, for going on.
func (spec CreateSpec) begun() CreateSpec {
	spec.Begun = true
	return spec
}

// mine reports whether there is a bucket of the name that the caller's account owns. A server that
// can't tell the owner must at least let the caller in.
func (spec CreateSpec) mine(ctx context.Context, r *awsops.Reader) bool {
	if r.Session().Dialect() != awsops.DialectCompatible {
		r.Forget(spec.Name)
		return r.Owner(ctx, spec.Name) != ""
	}
	api, err := r.S3(ctx, "")
	if err != nil {
		return false
	}
	_, err = api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &spec.Name})
	return err == nil
}

func (spec CreateSpec) complete(ctx context.Context, r *awsops.Reader) (CreateSpec, error) {
	s := r.Session()
	if spec.Region == "" {
		spec.Region = s.Region()
	}
	if spec.Namespace == "" {
		spec.Namespace = NamespaceGlobal
	}
	account := ""
	if id, ok := s.Identity(ctx).Get(); ok {
		account = id.Account
	}
	for _, problem := range CheckName(spec.Name, spec.Namespace, account, spec.Region) {
		if !problem.Advice {
			return spec, awsops.Invalid("CreateBucket", problem.Text, "Choose another name.")
		}
	}
	if spec.Namespace == NamespaceAccount && s.Dialect() == awsops.DialectCompatible {
		return spec, awsops.Invalid("CreateBucket", "this endpoint has no account-regional namespace", "Use the global one.")
	}
	known := []string{"", OwnerEnforced, OwnerPreferred, ObjectWriter}
	if !slices.Contains(known, spec.Ownership) {
		return spec, awsops.Invalid("CreateBucket", "object ownership is BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter", "")
	}
	return spec, checkTags(spec.Tags)
}

func (spec CreateSpec) describe(p *awsops.Plan) {
	add := func(field, after string) { p.Changes = append(p.Changes, awsops.Change{Field: field, After: after}) }
	add("bucket", spec.Name)
	add("region", spec.Region)
	add("namespace", spec.Namespace)
	add("Object Lock", onOff(spec.Lock))
	add("versioning", onOff(spec.Versioning || spec.Lock))
	owner := spec.Ownership
	if owner == "" {
		owner = OwnerEnforced + " (the default)"
	}
	add("object ownership", owner)
	for _, t := range spec.Tags {
		add("tag "+t.Key, t.Value)
	}
	p.Undo = "Delete the bucket while it is empty."
	if spec.Lock {
		warn(p, awsops.Irreversible, "Object Lock can't be turned off again, versioning can't be suspended, and MFA delete can't be used with it.")
	}
	if spec.Namespace == NamespaceGlobal {
		warn(p, awsops.Note, "A name of the global namespace is free for anyone once the bucket is deleted.")
	}
	if spec.Ownership == OwnerPreferred || spec.Ownership == ObjectWriter {
		warn(p, awsops.Risk, "With "+spec.Ownership+" ACLs are on: access is then decided by policies and by ACLs of single objects.")
	}
	if spec.Versioning && !spec.Lock {
		warn(p, awsops.Note, "After turning versioning on, wait about 15 minutes before relying on it.")
	}
	for _, problem := range CheckName(spec.Name, NamespaceGlobal, "", "") {
		if problem.Advice {
			warn(p, awsops.Note, problem.Text)
		}
	}
}

func (spec CreateSpec) steps(t awsops.Target, d awsops.Dialect) []awsops.Step {
	steps := []awsops.Step{{Title: "create the bucket", Command: spec.command(t, d), Do: spec.create}}
	if spec.Versioning && !spec.Lock {
		steps = append(steps, awsops.Step{Title: "turn versioning on",
			Command: command(t, "put-bucket-versioning", "--bucket", spec.Name, "--versioning-configuration", "Status=Enabled"),
			Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
				api, err := w.S3(ctx, spec.Name)
				if err != nil {
					return awsops.Receipt{}, err
				}
				out, err := api.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &spec.Name,
					VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
				if err != nil {
					return awsops.Receipt{}, wrapped("PutBucketVersioning", spec.Name, err)
				}
				return receipt(out.ResultMetadata), nil
			}})
	}
	if len(spec.Tags) > 0 {
		steps = append(steps, putTagsStep(t, spec.Name, spec.Tags))
	}
	return steps
}

// input builds the request. A compatible endpoint has one region and is told none; AWS's us-east-1
// must not be named.
func (spec CreateSpec) input(d awsops.Dialect) *s3.CreateBucketInput {
	in := &s3.CreateBucketInput{Bucket: &spec.Name, ObjectOwnership: types.ObjectOwnership(spec.Ownership)}
	if spec.Region != "us-east-1" && d != awsops.DialectCompatible {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(spec.Region)}
	}
	if spec.Namespace == NamespaceAccount {
		in.BucketNamespace = types.BucketNamespaceAccountRegional
	}
	if spec.Lock {
		in.ObjectLockEnabledForBucket = &spec.Lock
	}
	return in
}

func (spec CreateSpec) create(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
	if spec.Begun && spec.mine(ctx, &w.Reader) {
		return awsops.Receipt{Note: "The bucket was there already."}, nil // creating it again could reset its ACL
	}
	out, err := w.S3In(spec.Region).CreateBucket(ctx, spec.input(w.Session().Dialect()))
	if err != nil {
		return awsops.Receipt{}, wrapped("CreateBucket", spec.Name, err)
	}
	w.Forget(spec.Name)
	return receipt(out.ResultMetadata), nil
}

func (spec CreateSpec) command(t awsops.Target, d awsops.Dialect) string {
	in := spec.input(d)
	args := []string{"--bucket", spec.Name}
	if in.CreateBucketConfiguration != nil {
		args = append(args, "--create-bucket-configuration", "LocationConstraint="+spec.Region)
	}
	if spec.Namespace == NamespaceAccount {
		args = append(args, "--bucket-namespace", NamespaceAccount)
	}
	if spec.Lock {
		args = append(args, "--object-lock-enabled-for-bucket", "")
	}
	if spec.Ownership != "" {
		args = append(args, "--object-ownership", spec.Ownership)
	}
	return command(t, "create-bucket", args...)
}

func (spec CreateSpec) expect(p *awsops.Plan) {
	expect(p, "the name", nameTaken, nameState(spec.Name))
	if spec.Versioning || spec.Lock {
		expect(p, "versioning", "on", textOf("GetBucketVersioning", spec.Name, ReadVersioning, Versioning.String, ""))
	}
	if spec.Lock {
		expect(p, "Object Lock", "on", textOf("GetObjectLockConfiguration", spec.Name, ReadLock, func(l Lock) string { return onOff(l.Enabled) }, "off",
			"ObjectLockConfigurationNotFoundError"))
	}
	if spec.Ownership != "" {
		expect(p, "object ownership", spec.Ownership, ownershipText(spec.Name))
	}
	if len(spec.Tags) > 0 {
		expect(p, "tags", tagText(spec.Tags), tagsState(spec.Name))
	}
}

// nameState asks whether a name is taken. Any answer but 404 means that a bucket has it: 403 is
// somebody else's, 301 one in another region. The region's cache is left out: it would remember.
func nameState(name string) stateText {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		api, err := r.S3(ctx, "")
		if err != nil {
			return "", err
		}
		_, err = api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name})
		if err == nil {
			return nameTaken, nil
		}
		var re *awshttp.ResponseError
		if !errors.As(err, &re) || re.Response == nil {
			return "", awsops.Wrap("HeadBucket", name, "", err)
		}
		switch status := re.HTTPStatusCode(); {
		case status == http.StatusNotFound:
			return nameFree, nil
		case status == http.StatusForbidden, status >= 300 && status < 400, re.Response.Header.Get("X-Amz-Bucket-Region") != "":
			return nameTaken, nil
		}
		return "", awsops.Wrap("HeadBucket", name, "", err)
	}
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
