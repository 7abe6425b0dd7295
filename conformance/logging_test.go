package conformance

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/accesslog"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/logging"
	"cooper/sandbox"
)

// setLogging sets where logs go beside the code under test, which would refuse some of it.
func (w *world) setLogging(t *testing.T, bucket, target string) {
	t.Helper()
	_, err := w.fixture.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: &bucket,
		BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: &types.LoggingEnabled{TargetBucket: &target, TargetPrefix: aws.String("")}}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAccessLogsAreSetDeliveredReadAndTurnedOff(t *testing.T) {
	for _, keys := range []logging.Keys{logging.Simple, logging.ByEvent, logging.ByDelivery} {
		w := openSandbox(t, awsops.DialectSandbox)
		ctx, r := t.Context(), w.reader()
		source, target := w.bucket(t, ""), w.bucket(t, "")
		began := w.clock.Now()
		p, err := logging.PlanPut(ctx, r, logging.PutSpec{Bucket: source, Target: target, Prefix: "in/", Keys: keys})
		if got := w.done(t, p, err); len(p.Steps) != 2 || got.Verdict != awsops.VerdictDone {
			t.Fatalf("%d steps, %v", len(p.Steps), got.Verdict)
		}
		policy := bucketpolicy.Read(ctx, r, target)
		for _, want := range []string{"logging.s3.amazonaws.com", `"aws:SourceArn":"arn:aws:s3:::` + source + `"`, `"aws:SourceAccount":"111122223333"`, target + "/in/*"} {
			if !strings.Contains(policy.Value, want) {
				t.Errorf("the policy lacks %s: %s", want, policy.Value)
			}
		}
		w.put(t, source, "a b.txt", "text")
		w.hide(t, source, "a b.txt")
		w.clock.add(10 * time.Second)
		conf := logging.Reading(ctx, r, source)
		place := logging.PlaceOf(ctx, r, source, conf.Value)
		scan := readLogs(t, w, place, began, w.clock.Now())
		if got := deleters(t, scan, "a b.txt"); len(got) != 1 {
			t.Errorf("%s keys: who deleted it is %v of %d records", keys, got, scan.Table.Len())
		}
		if last := place.Latest(ctx, r); last.State != awsops.Known || !strings.HasPrefix(last.Value.Key, "in/") {
			t.Errorf("the last file is %v %v", last.State, last.Value)
		}
		off, err := logging.PlanOff(ctx, r, logging.OffSpec{Bucket: source})
		w.done(t, off, err)
		if now := logging.Reading(ctx, r, source); now.State != awsops.Known || now.Value.On() {
			t.Errorf("%+v", now)
		}
		if _, err := logging.PlanOff(ctx, r, logging.OffSpec{Bucket: source}); err == nil {
			t.Error("nothing can be turned off twice")
		}
	}
}

// readLogs reads all log files of a time.
func readLogs(t *testing.T, w *world, place logging.Place, from, to time.Time) *logging.Scan {
	t.Helper()
	s := logging.Open(t.Context(), w.reader(), place, from, to)
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := s.Progress(); p.Err != nil || p.Failed > 0 || p.Found == 0 || p.Read != p.Found || p.Bytes != p.FoundBytes {
		t.Fatalf("%+v", p)
	}
	return s
}

// deleters are who deleted a key, by the records that were read.
func deleters(t *testing.T, s *logging.Scan, key string) []string {
	t.Helper()
	rows := s.Table.Rows()
	places, err := rows.Select(t.Context(), accesslog.Filter{Key: accesslog.Exactly(key), Deletes: true})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, at := range places {
		r := rows.Record(at)
		out = append(out, r.Value[accesslog.Requester])
	}
	return out
}

func TestTargetsThatLogsMustNotGoToAreRefusedWithTheReason(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b, c := w.bucket(t, ""), w.bucket(t, ""), w.bucket(t, "")
	w.setLogging(t, b, c)
	ring, far := w.bucket(t, ""), "logs-far-away"
	w.setLogging(t, ring, a)
	makeBucketIn(t, w, far, "eu-central-1")
	pays, keyed := w.bucket(t, ""), w.bucket(t, "")
	if _, err := w.fixture.PutBucketRequestPayment(t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: &pays,
		RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: types.PayerRequester}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.fixture.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: &keyed, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
		Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms}}}}}); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		a: "must not log to itself", ring: "run in a ring: " + a + " → " + ring + " → " + a, far: "is in eu-central-1", "nobodys-bucket": "isn't a bucket of this account",
		pays: "requesters pay", keyed: "KMS key", "": "no target",
	} {
		_, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: target, Keys: logging.Simple})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", target, err, want)
		}
	}
	// A target that is logged itself is no ring: it is said and not refused.
	p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b, Keys: logging.Simple})
	if err != nil || !warned(p, "is logged itself") {
		t.Errorf("%v %v", err, p)
	}
	// A ring through another bucket: a → d → b → c → a.
	w.setLogging(t, c, a)
	d := w.bucket(t, "")
	w.setLogging(t, d, b)
	if _, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: d}); err == nil || !strings.Contains(err.Error(), d+" → "+b+" → "+c+" → "+a) {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBeReadOfATargetIsSaid(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	for _, op := range []string{"GetBucketLogging", "GetBucketEncryption", "GetBucketRequestPayment"} {
		w.server.Faults.Add(sandbox.Fault{Operation: op, Bucket: b, Kind: sandbox.FaultError, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	}
	p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"in a ring can't be told", "default encryption can't be read", "requesters pay for the target can't be read"} {
		if !warned(p, want) {
			t.Errorf("nothing says %q: %+v", want, p.Warnings)
		}
	}
}

func TestThePolicyOfTheTargetIsKeptAsItWas(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	w.setPolicy(t, b, foreignPolicy(b))
	was := bucketpolicy.Read(t.Context(), w.reader(), b).Value
	p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b})
	w.done(t, p, err)
	keeps(t, p, awsops.Document{What: bucketpolicy.Document, Bucket: b, Text: was})
}

func TestTheLogsOfTwoBucketsGoToOneTarget(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b, target := w.bucket(t, ""), w.bucket(t, ""), w.bucket(t, "")
	for _, source := range []string{a, b} {
		p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: source, Target: target, Prefix: source + "/"})
		w.done(t, p, err)
	}
	policy := bucketpolicy.Read(t.Context(), w.reader(), target).Value
	if !strings.Contains(policy, a) || !strings.Contains(policy, b) || strings.Count(policy, "CooperLogDelivery") != 2 {
		t.Error(policy)
	}
	// What is there already is not added again.
	p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: target, Prefix: a + "/more/", Keys: logging.ByEvent})
	if w.done(t, p, err); len(p.Steps) != 1 || !warned(p, "lets the log service write already") {
		t.Errorf("%d steps, %+v", len(p.Steps), p.Warnings)
	}
}

func TestATargetWhosePolicyDeniesTheLogServiceIsRefused(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	deny := `{"Version":"2012-10-17","Statement":[{"Sid":"NeedsHeader","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::` + b + `/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}}]}`
	if _, err := w.fixture.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &b, Policy: &deny}); err != nil {
		t.Fatal(err)
	}
	if _, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b}); err == nil || !strings.Contains(err.Error(), "NeedsHeader") {
		t.Errorf("%v", err)
	}
}

func TestAJobThatHadPutThePolicyGoesOnWithTheRest(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b})
	if err != nil {
		t.Fatal(err)
	}
	statement := logging.Statement("aws", b, "", a, "111122223333")
	put, err := bucketpolicy.PlanStatement(t.Context(), w.reader(), bucketpolicy.StatementSpec{Bucket: b, Add: []string{statement}})
	w.done(t, put, err)
	again, err := w.session.Resume(t.Context(), logging.Planners(), awsops.Unfinished{
		Start: awsops.JournalStart{ID: "1", Kind: p.Kind, Params: p.Params, Target: p.Target}, At: awsops.Checkpoint{Step: 1}})
	w.done(t, again, err)
	if now := logging.Reading(t.Context(), w.reader(), a); now.Value.Target != b {
		t.Errorf("%+v", now)
	}
}

// logFiles puts 30 files of a line that is no record, and something else between them.
func (w *world) logFiles(t *testing.T, source string) (place logging.Place, at time.Time) {
	t.Helper()
	target := w.bucket(t, "")
	at = w.clock.Now()
	for i := range 30 {
		w.put(t, target, "in/"+at.Add(time.Duration(i)*time.Minute).Format("2006-01-02-15-04-05")+fmt.Sprintf("-%016X", i), "not a record\n")
	}
	w.put(t, target, "in/2026-notes.txt", "not a log file")
	return logging.Place{Source: source, Account: "111122223333", Region: "eu-west-1", Config: logging.Config{Target: target, Prefix: "in/", Keys: logging.Simple}}, at
}

// ended opens a scan and waits for its end.
func ended(ctx context.Context, w *world, place logging.Place, at time.Time) *logging.Scan {
	s := logging.Open(ctx, w.reader(), place, at, at.Add(time.Hour))
	_ = s.Wait(context.WithoutCancel(ctx)) // its error is in Progress
	return s
}

func TestAScanCountsWhatItCouldNotRead(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	place, at := w.logFiles(t, w.bucket(t, ""))
	w.server.Faults.Add(sandbox.Fault{Operation: "GetObject", Bucket: place.Target, Key: "*0000003", Kind: sandbox.FaultError, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	s := ended(t.Context(), w, place, at)
	p, c := s.Progress(), s.Table.Counts()
	if p.Found != 30 || p.Read != 29 || p.Failed != 1 || !p.Listed || c.Broken != 29 {
		t.Errorf("%+v %+v", p, c)
	}
	if len(p.Failures) != 1 || p.Failures[0].Kind != awsops.KindDenied {
		t.Errorf("%+v", p.Failures)
	}
}

func TestAScanFindsWhatCameSince(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	place, at := w.logFiles(t, w.bucket(t, ""))
	s := ended(t.Context(), w, place, at)
	w.put(t, place.Target, "in/"+w.clock.Now().Format("2006-01-02-15-04-05")+"-FFFFFFFFFFFFFFFF", "one more\n")
	for want := range 2 {
		if n, err := s.Poll(t.Context()); err != nil || n != 1-want {
			t.Errorf("poll %d finds %d files, %v", want, n, err)
		}
	}
}

func TestAScanThatIsGivenUpSaysSo(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	place, at := w.logFiles(t, w.bucket(t, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := ended(ctx, w, place, at).Progress(); got.Err == nil || got.Err.Kind != awsops.KindCancelled || got.Listed {
		t.Errorf("%+v", got)
	}
}

func TestAPlanThatFailsHalfwaySaysWhatItLeft(t *testing.T) {
	for name, c := range map[string]struct {
		refused       string
		policy        bool // whether the target's is there afterwards
		says, dontSay string
	}{
		"AWS refuses the configuration": {"PutBucketLogging", true, "lets the log service write there already, which harms nothing: z on its Policy tab", ""},
		"AWS refuses the policy":        {"PutBucketPolicy", false, "", "already"},
	} {
		t.Run(name, func(t *testing.T) {
			w := openSandbox(t, awsops.DialectSandbox)
			a, b := w.bucket(t, ""), w.bucket(t, "")
			p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b})
			if err != nil {
				t.Fatal(err)
			}
			w.server.Faults.Add(sandbox.Fault{Operation: c.refused, Kind: sandbox.FaultError, Status: 405, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource."})
			got := w.apply(t, p)
			if got.State != awsops.JobFailed || got.Err == nil || got.Err.Kind != awsops.KindUnsupported || !strings.Contains(got.Err.Hint, c.says) {
				t.Fatalf("%v %+v", got.State, got.Err)
			}
			if c.dontSay != "" && strings.Contains(got.Err.Hint, c.dontSay) || len(got.Notes) > 0 != (c.says != "") {
				t.Errorf("%s %q", got.Err.Hint, got.Notes)
			}
			policy, now := bucketpolicy.Read(t.Context(), w.reader(), b), logging.Reading(t.Context(), w.reader(), a)
			if (policy.State == awsops.Known) != c.policy || now.Value.On() {
				t.Errorf("policy %v, logs %+v", policy.State, now.Value)
			}
			w.server.Faults.Clear()
			again, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: a, Target: b})
			w.done(t, again, err)
		})
	}
}

func TestAServerWithoutAccessLogsIsToldFromOneThatKeepsNone(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	now := logging.Reading(t.Context(), w.reader(), b)
	t.Logf("%s: %v %v", w.name, now.State, now.Err)
	if w.differs(t, "it has no access logs for buckets", serverVersityGW) {
		if now.State == awsops.Known {
			t.Errorf("%+v", now)
		}
		_, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: b, Target: w.bucket(t, "")})
		if e := awsops.Wrap("", "", "", err); err == nil || e.Kind != awsops.KindUnsupported {
			t.Errorf("%v", err)
		}
		return
	}
	if now.State != awsops.Known || now.Value.On() {
		t.Fatalf("%+v %v", now, now.Err)
	}
	target := w.bucket(t, "")
	p, err := logging.PlanPut(t.Context(), w.reader(), logging.PutSpec{Bucket: b, Target: target})
	if w.differs(t, "it answers the GET as S3 does and refuses the PUT", serverRGW) {
		if err == nil || !strings.Contains(err.Error(), "the account isn't known") { // so its policy is not touched either
			t.Errorf("%v", err)
		}
		return
	}
	w.done(t, p, err)
}
