package conformance

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/policy"
)

// foreignPolicy is a policy that somebody else wrote, in a layout of its own.
func foreignPolicy(bucket string) string {
	return `{"Version":"2012-10-17","Id":"theirs","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*",` +
		`"Action":"s3:DeleteObject","Resource":"arn:aws:s3:::` + bucket + `/keep/*"}]}`
}

func (w *world) setPolicy(t *testing.T, bucket, text string) {
	t.Helper()
	if _, err := w.fixture.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text}); err != nil {
		t.Fatal(err)
	}
}

func ready(t *testing.T, sid, bucket, answer string) string {
	t.Helper()
	text, ok := policy.Make(sid, policy.BucketARN("aws", bucket), answer)
	if !ok {
		t.Fatalf("there is no ready statement %s", sid)
	}
	return string(text)
}

// keeps wants a plan to keep one document that it replaces, word for word.
func keeps(t *testing.T, p *awsops.Plan, want awsops.Document) {
	t.Helper()
	if !slices.Equal(p.Replaces, []awsops.Document{want}) {
		t.Errorf("it keeps %+v, want %+v", p.Replaces, want)
	}
}

func TestAStatementIsAddedBesideAForeignOneAndRemovedAgain(t *testing.T) {
	w := open(t)
	sid := "CooperDenySseC"
	if w.differs(t, "it refuses policies with condition keys of encryption", serverVersityGW) {
		sid = "CooperDenyDeleteVersion"
	}
	bucket := w.bucket(t, "")
	w.setPolicy(t, bucket, foreignPolicy(bucket))
	before := bucketpolicy.Read(t.Context(), w.reader(), bucket)
	p, err := bucketpolicy.PlanStatement(t.Context(), w.reader(), bucketpolicy.StatementSpec{Bucket: bucket, Base: bucketpolicy.Hash(before.Value),
		Add: []string{ready(t, sid, bucket, "")}})
	if err == nil && !strings.Contains(strings.Join(p.Diff, "\n"), "+      \"Sid\": \""+sid+"\"") {
		t.Errorf("the difference is %q", p.Diff)
	}
	w.done(t, p, err)
	keeps(t, p, awsops.Document{What: bucketpolicy.Document, Bucket: bucket, Text: before.Value})
	now := bucketpolicy.Read(t.Context(), w.reader(), bucket)
	d, err := policy.Parse([]byte(now.Value))
	if err != nil || len(d.Statements) != 2 || d.Statements[0].Sid != "Theirs" || d.ID != "theirs" {
		t.Fatalf("%v %s", err, now.Value)
	}
	if _, err := bucketpolicy.PlanStatement(t.Context(), w.reader(), bucketpolicy.StatementSpec{Bucket: bucket, Base: bucketpolicy.Hash(before.Value),
		Add: []string{ready(t, "CooperDenyDeleteVersion", bucket, "")}}); !errors.Is(err, awsops.ErrChanged) {
		t.Errorf("a change from an old policy gives %v", err)
	}
	at := d.Find(sid)
	p, err = bucketpolicy.PlanStatement(t.Context(), w.reader(), bucketpolicy.StatementSpec{Bucket: bucket, Base: bucketpolicy.Hash(now.Value), Remove: &at})
	w.done(t, p, err)
	if after := bucketpolicy.Read(t.Context(), w.reader(), bucket); policy.Meaning([]byte(after.Value)) != policy.Meaning([]byte(before.Value)) {
		t.Errorf("it is %s", after.Value)
	}
	p, err = bucketpolicy.PlanRemove(t.Context(), w.reader(), bucketpolicy.RemoveSpec{Bucket: bucket})
	w.done(t, p, err)
	if after := bucketpolicy.Read(t.Context(), w.reader(), bucket); after.State != awsops.Absent {
		t.Errorf("after the deletion the policy is %s: %v", after.State, after.Err)
	}
}

func TestAPolicyThatChangedAfterThePlanIsNotOverwritten(t *testing.T) {
	w := open(t)
	bucket := w.bucket(t, "")
	p, err := bucketpolicy.PlanPut(t.Context(), w.reader(), bucketpolicy.PutSpec{Bucket: bucket, Policy: foreignPolicy(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Replace(foreignPolicy(bucket), "keep", "other", 1)
	w.setPolicy(t, bucket, theirs)
	if s := w.apply(t, p); !errors.Is(s.Err, awsops.ErrChanged) {
		t.Errorf("it ended with %v", s.Err)
	}
	if now := bucketpolicy.Read(t.Context(), w.reader(), bucket); policy.Meaning([]byte(now.Value)) != policy.Meaning([]byte(theirs)) {
		t.Errorf("the policy is %s", now.Value)
	}
}

func TestWithTLSOnlyRequestsOverPlainHTTPAreRefused(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	bucket := w.bucket(t, "")
	w.put(t, bucket, "a", "x")
	p, err := bucketpolicy.PlanStatement(t.Context(), w.reader(), bucketpolicy.StatementSpec{Bucket: bucket, Add: []string{ready(t, "CooperDenyInsecureTransport", bucket, "")}})
	if err == nil && p.Consent.Kind != awsops.ConsentYes {
		t.Errorf("TLS only is taken for a lock-out: %+v", p.Warnings)
	}
	w.done(t, p, err)
	root := w.server.Root()
	plain := fixtureClient("http://cooper.localhost:80", "eu-west-1", root.AccessKeyID, root.SecretAccessKey, &http.Client{Transport: w.server.Transport()})
	get := func(c *s3.Client) error {
		out, err := c.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("a")})
		if err == nil {
			_, err = io.Copy(io.Discard, out.Body)
			_ = out.Body.Close()
		}
		return err
	}
	if err := get(w.fixture); err != nil {
		t.Errorf("over TLS: %v", err)
	}
	if err := get(plain); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("over plain HTTP: %v", err)
	}
}

func TestALockOutWantsTheBucketsNameAndNamesTheWayOut(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	bucket := w.bucket(t, "")
	alice := w.server.AddUser("policy-editor", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	session := w.as(t, alice)
	p, err := bucketpolicy.PlanPut(t.Context(), session.Reader(), bucketpolicy.PutSpec{Bucket: bucket,
		Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"]}]}`})
	if err != nil {
		t.Fatal(err)
	}
	if p.Consent.Kind != awsops.ConsentType || p.Consent.Phrase != bucket || !warned(p, "lock yourself out") || !strings.Contains(p.Undo, "way out") {
		t.Errorf("%+v %+v", p.Consent, p.Warnings)
	}
	if !strings.Contains(p.Steps[0].Command, "--confirm-remove-self-bucket-access") {
		t.Errorf("the command is %s", p.Steps[0].Command)
	}
	job := session.Apply(t.Context(), p)
	<-job.Done()
	if bucketpolicy.Read(t.Context(), session.Reader(), bucket).State != awsops.Denied {
		t.Error("the policy can still be read by its victim")
	}
	p, err = bucketpolicy.PlanRemove(t.Context(), w.reader(), bucketpolicy.RemoveSpec{Bucket: bucket})
	w.done(t, p, err)
}

func TestRootIsToldWhatItTakesFromEverybodyAndFromItself(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	bucket := w.bucket(t, "")
	deny := func(actions string) bucketpolicy.PutSpec {
		return bucketpolicy.PutSpec{Bucket: bucket, Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":` + actions +
			`,"Resource":["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"]}]}`}
	}
	p, err := bucketpolicy.PlanPut(t.Context(), w.reader(), deny(`"s3:*"`))
	if err != nil {
		t.Fatal(err)
	}
	if p.Consent.Phrase != bucket || !warned(p, "everybody but root out") || !warned(p, "could no longer do s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject") ||
		!strings.Contains(p.Undo, "Only root can undo this") {
		t.Errorf("%+v %+v %s", p.Consent, p.Warnings, p.Undo)
	}
	if strings.Contains(p.Steps[0].Command, "--confirm-remove-self-bucket-access") {
		t.Errorf("root can't lose the policy: %s", p.Steps[0].Command)
	}
	p, err = bucketpolicy.PlanPut(t.Context(), w.reader(), deny(`"s3:PutBucketTagging"`))
	if err != nil || p.Consent.Kind != awsops.ConsentYes {
		t.Errorf("%v: a harmless statement wants %+v", err, p.Consent)
	}
}

func TestWhatS3WouldRefuseIsRefusedWithItsPlace(t *testing.T) {
	w := open(t)
	bucket := w.bucket(t, "")
	_, err := bucketpolicy.PlanPut(t.Context(), w.reader(), bucketpolicy.PutSpec{Bucket: bucket,
		Policy: strings.Replace(foreignPolicy(bucket), "s3:DeleteObject", "s3:DeletObject", 1)})
	if err == nil || !strings.Contains(err.Error(), "did you mean s3:DeleteObject?") {
		t.Errorf("%v", err)
	}
	if _, err := bucketpolicy.PlanRemove(t.Context(), w.reader(), bucketpolicy.RemoveSpec{Bucket: bucket}); err == nil {
		t.Error("a policy that isn't there was planned to be deleted")
	}
}

func withPolicy(t *testing.T, w *world) []string {
	w.setPolicy(t, bucketName, foreignPolicy(bucketName))
	return nil
}

const tlsOnly = `{"Sid":"CooperDenyInsecureTransport","Effect":"Deny","Principal":"*","Action":"s3:*",` +
	`"Resource":["arn:aws:s3:::` + bucketName + `","arn:aws:s3:::` + bucketName + `/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`

var policyScripts = []script{
	{name: "put a policy", planner: "bucketpolicy.PlanPut", prepare: having(""),
		plan: asks(bucketpolicy.PlanPut, fixed(bucketpolicy.PutSpec{Bucket: bucketName, Policy: "{\"Version\":\"2012-10-17\",\n\"Statement\":" + tlsOnly + "}"})),
		want: calls(s3api("put-bucket-policy", "--policy", `{"Version":"2012-10-17","Statement":`+tlsOnly+`}`))},
	{name: "add a statement", planner: "bucketpolicy.PlanStatement", prepare: having("", withPolicy),
		plan: asks(bucketpolicy.PlanStatement, fixed(bucketpolicy.StatementSpec{Bucket: bucketName, Add: []string{tlsOnly}})),
		want: calls(s3api("put-bucket-policy", "--policy", strings.TrimSuffix(foreignPolicy(bucketName), "]}")+","+tlsOnly+"]}"))},
	{name: "add a statement with a warning of its own", planner: "bucketpolicy.PlanStatement", prepare: having(""),
		plan: func(ctx context.Context, r *awsops.Reader, _ []string, _ string) (*awsops.Plan, error) {
			p, err := bucketpolicy.PlanStatement(ctx, r, bucketpolicy.StatementSpec{Bucket: bucketName, Add: []string{tlsOnly}})
			if err == nil && !warned(p, "website endpoint") {
				err = errors.New("whom it hits besides is not said")
			}
			return p, err
		},
		want: calls(s3api("put-bucket-policy", "--policy", `{"Version":"2012-10-17","Statement":[`+tlsOnly+`]}`))},
	{name: "delete a policy", planner: "bucketpolicy.PlanRemove", prepare: having("", withPolicy),
		plan: asks(bucketpolicy.PlanRemove, fixed(bucketpolicy.RemoveSpec{Bucket: bucketName})), want: calls(s3api("delete-bucket-policy"))},
}
