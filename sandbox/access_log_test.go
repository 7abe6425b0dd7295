package sandbox

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// logged is a server with a bucket whose access is logged to another one, and a clock that is moved by hand.
type logged struct {
	t *testing.T
	s *Server
	c *s3.Client
	// at is the server's time.
	at time.Time
}

func newLogged(t *testing.T, format string) *logged {
	t.Helper()
	l := &logged{t: t, at: time.Date(2026, 11, 21, 23, 59, 58, 0, time.UTC)}
	l.s = New(Options{Clock: func() time.Time { return l.at }, Seed: 1})
	l.c = clientFor(l.s, l.s.Root(), home)
	mustCreate(t, l.c, "source")
	mustCreate(t, l.c, "logs")
	l.config("logs", "policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject",`+
		`"Resource":"arn:aws:s3:::logs/in/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::source"},"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}`)
	l.config("source", "logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket>"+format+"<TargetPrefix>in/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>")
	return l
}

// config puts a document of a sub-resource.
func (l *logged) config(bucket, sub, doc string) {
	l.t.Helper()
	if res, body := send(l.t, l.s, "PUT", BaseURL+"/"+bucket+"?"+sub, doc); res.StatusCode >= 300 {
		l.t.Fatalf("%s of %s: %d %s", sub, bucket, res.StatusCode, body)
	}
}

// files are the keys and texts of the log files once the delay is over.
func (l *logged) files() (keys, texts []string) {
	l.t.Helper()
	l.at = l.at.Add(logDelay)
	out, err := l.c.ListObjectsV2(l.t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs")})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, o := range out.Contents {
		got, err := l.c.GetObject(l.t.Context(), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: o.Key})
		if err != nil {
			l.t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(got.Body); err != nil {
			l.t.Fatal(err)
		}
		keys, texts = append(keys, *o.Key), append(texts, b.String())
	}
	return keys, texts
}

func (l *logged) put(bucket, key string) {
	l.t.Helper()
	if _, err := l.c.PutObject(l.t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("hello")}); err != nil {
		l.t.Fatal(err)
	}
}

func TestRequestsAreDeliveredAsARecordEach(t *testing.T) {
	l := newLogged(t, "")
	l.put("source", "a b.txt")
	if res, _ := send(t, l.s, "GET", "http://cooper.localhost/source/missing?x-user=me", "", "X-Test-Anonymous", "1", "User-Agent", `the "agent"`); res.StatusCode != 403 {
		t.Fatal(res.StatusCode)
	}
	keys, texts := l.files()
	if len(keys) != 1 || !regexp.MustCompile(`^in/2026-11-22-00-00-03-[0-9A-F]{16}$`).MatchString(keys[0]) {
		t.Fatalf("%q", keys)
	}
	lines := strings.Split(strings.TrimSpace(texts[0]), "\n")
	root := canonicalID("111122223333")
	for i, want := range []string{
		`^` + root + ` source \[21/Nov/2026:23:59:58 \+0000\] 127\.0\.0\.1 ` + root + ` [0-9A-Z]+ REST\.PUT\.LOGGING_STATUS - "PUT /source\?logging= HTTP/1\.1" 200 - - - \d+ \d+ "-" "[^"]*" - \S+ SigV4 TLS_AES_128_GCM_SHA256 AuthHeader cooper\.localhost TLSv1\.3 - - -$`,
		`REST\.PUT\.OBJECT a%2520b\.txt "PUT /a%20b\.txt\?x-id=PutObject HTTP/1\.1" 200 - - 5 `,
		` 127\.0\.0\.1 - [0-9A-Z]+ REST\.GET\.OBJECT missing "GET /source/missing\?x-user=me HTTP/1\.1" 403 AccessDenied \d+ - \d+ \d+ "-" "the "agent"" - \S+ - - - cooper\.localhost - - - -$`,
	} {
		if i >= len(lines) || !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("line %d of\n%s\nisn't %s", i, texts[0], want)
		}
	}
	if len(lines) != 3 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestNothingIsDeliveredBeforeItsTime(t *testing.T) {
	l := newLogged(t, "")
	l.at = l.at.Add(logDelay - time.Second)
	out, err := l.c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs")})
	if err != nil || len(out.Contents) != 0 {
		t.Errorf("%v %v", out, err)
	}
}

func TestTheDayOfTheRequestStandsInThePartitionsOfEventTime(t *testing.T) {
	for source, want := range map[string][]string{
		"EventTime": {`in/111122223333/eu-west-1/source/2026/11/21/2026-11-21-00-00-00-`, `in/111122223333/eu-west-1/source/2026/11/22/2026-11-22-00-00-00-`},
		// Everything that waited at the delivery is in one file.
		"DeliveryTime": {`in/111122223333/eu-west-1/source/2026/11/22/2026-11-22-00-00-05-`},
	} {
		l := newLogged(t, "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>"+source+"</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>")
		l.put("source", "yesterday")
		l.at = l.at.Add(2 * time.Second)
		l.put("source", "today")
		keys, _ := l.files()
		if len(keys) != len(want) {
			t.Fatalf("%s: %q", source, keys)
		}
		for i := range want {
			if !strings.HasPrefix(keys[i], want[i]) {
				t.Errorf("%s: %s, want %s", source, keys[i], want[i])
			}
		}
	}
}

func TestABatchOfDeletionsIsARecordForEachKey(t *testing.T) {
	l := newLogged(t, "")
	l.put("source", "one")
	_, err := l.c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String("source"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("one")}, {Key: aws.String("two"), VersionId: aws.String("null")}}}})
	if err != nil {
		t.Fatal(err)
	}
	_, texts := l.files()
	for _, want := range []string{"REST.POST.MULTI_OBJECT_DELETE - ", "BATCH.DELETE.OBJECT one - 204 - ", "BATCH.DELETE.OBJECT two - 204 - "} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("%q is missing in\n%s", want, texts[0])
		}
	}
	if !regexp.MustCompile(`two - 204 .* null \S+ SigV4`).MatchString(texts[0]) {
		t.Errorf("the version is missing in\n%s", texts[0])
	}
}

func TestACopyIsARecordInBothLogs(t *testing.T) {
	l := newLogged(t, "")
	l.put("source", "from")
	mustCreate(t, l.c, "elsewhere")
	if _, err := l.c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("elsewhere"), Key: aws.String("to"), CopySource: aws.String("source/from")}); err != nil {
		t.Fatal(err)
	}
	_, texts := l.files()
	if !strings.Contains(texts[0], "REST.COPY.OBJECT_GET from ") || strings.Contains(texts[0], "REST.COPY.OBJECT to ") {
		t.Error(texts[0])
	}
}

func TestLogsThatMayNotBeWrittenNeverCome(t *testing.T) {
	deny := `{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}}`
	allow := func(source, resource string) string {
		return `{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"` + resource + `","Condition":{"ArnLike":{"aws:SourceArn":"` + source + `"}}}`
	}
	doc := func(statements ...string) string {
		return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	}
	const good, all = "arn:aws:s3:::source", "arn:aws:s3:::logs/*"
	for name, change := range map[string]func(*logged){
		"another source": func(l *logged) { l.config("logs", "policy", doc(allow("arn:aws:s3:::other", all))) },
		"another prefix": func(l *logged) { l.config("logs", "policy", doc(allow(good, "arn:aws:s3:::logs/out/*"))) },
		"a denial":       func(l *logged) { l.config("logs", "policy", doc(allow(good, all), deny)) },
		"requester pays": func(l *logged) {
			l.config("logs", "requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>")
		},
		"a KMS key":          func(l *logged) { l.s.findBucket("logs").encryption = sseState{algorithm: "aws:kms"} },
		"no policy any more": func(l *logged) { l.s.findBucket("logs").clearSetting("policy") },
	} {
		l := newLogged(t, "")
		change(l)
		l.put("source", "k")
		if keys, _ := l.files(); len(keys) != 0 {
			t.Errorf("%s: %q", name, keys)
		}
	}
}

func TestSomeBucketsAreNoTargets(t *testing.T) {
	l := newLogged(t, "")
	mustCreate(t, l.c, "pays")
	l.config("pays", "requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>")
	mustCreate(t, l.c, "locked")
	l.config("locked", "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
	days := 3
	l.s.findBucket("locked").setSetting("object-lock", &lockConfiguration{XMLName: named("ObjectLockConfiguration"), Enabled: "Enabled", Rule: &lockRule{Default: &lockDefault{Mode: "GOVERNANCE", Days: &days}}})
	for _, target := range []string{"pays", "locked"} {
		res, body := send(t, l.s, "PUT", BaseURL+"/source?logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>"+target+"</TargetBucket><TargetPrefix/></LoggingEnabled></BucketLoggingStatus>")
		wantError(t, res, body, 400, "InvalidTargetBucketForLogging", "")
	}
}

func TestTheSameRequestsMakeTheSameLog(t *testing.T) {
	run := func() string {
		l := newLogged(t, "")
		l.put("source", "k")
		keys, texts := l.files()
		return fmt.Sprint(keys, texts)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestABucketMayBeItsOwnTarget(t *testing.T) {
	// S3 takes such a configuration, in which every delivery makes a record of its own. Here the log service's writes are
	// not logged, so that a server that nobody asks stays quiet.
	l := newLogged(t, "")
	l.config("logs", "logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>in/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>")
}
