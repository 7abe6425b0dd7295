package conformance

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// documented is a policy of AWS's pages with what it says to requests: those of awsops/policy.
type documented struct {
	Name      string
	Policy    json.RawMessage
	Block     json.RawMessage
	Ownership string
	Requests  []documentedRequest
}

type documentedRequest struct {
	Caller, Action, Key, Identity string
	Facts                         map[string]any
	Unknown                       []string
	Want                          string
}

// documentedBucket is the bucket of the pages.
const documentedBucket = "amzn-s3-demo-bucket"

// wireFacts are those that a request can bring about by itself, by the operations that can; everyFacts are those that
// every request has, whether a case names them or not.
var (
	wireFacts = map[string][]string{"aws:UserAgent": nil, "aws:Referer": nil, "aws:SecureTransport": nil, "s3:prefix": {"s3:ListBucket"},
		"s3:delimiter": {"s3:ListBucket"}, "s3:max-keys": {"s3:ListBucket"}, "s3:x-amz-server-side-encryption": {"s3:PutObject"}}
	everyFacts = []string{"aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:SecureTransport", "s3:TlsVersion", "s3:authType", "s3:signatureAge", "s3:signatureversion", "s3:x-amz-content-sha256"}
)

// askable reports whether a server can be asked: by the bucket's owner or by nobody, with facts of the wire, under a
// policy that names no account.
func (d documented) askable(r documentedRequest) bool {
	text := string(d.Policy)
	if d.Block != nil || d.Ownership != "" || strings.Contains(text, "111122223333") || strings.Contains(text, "444455556666") {
		return false
	}
	for _, name := range everyFacts {
		if _, set := r.Facts[name]; !set && strings.Contains(text, name) {
			return false
		}
	}
	return r.settled() && r.onTheWire()
}

// onTheWire reports whether the request can be sent with all of its facts.
func (r documentedRequest) onTheWire() bool {
	for name := range r.Facts {
		operations, ok := wireFacts[name]
		if !ok || operations != nil && !slices.Contains(operations, r.Action) {
			return false
		}
	}
	return slices.Contains([]string{"s3:GetObject", "s3:PutObject", "s3:ListBucket"}, r.Action)
}

// settled reports whether nothing but the policy decides over a request of the owner or of nobody.
func (r documentedRequest) settled() bool {
	return (r.Caller == "owner" || r.Caller == "anonymous") && (r.Identity == "" || r.Identity == "allows") && len(r.Unknown) == 0 && (r.Want == "allowed" || r.Want == "refused")
}

func (r documentedRequest) fact(name string) string {
	s, _ := r.Facts[name].(string)
	return s
}

// headerClient sends headers that aren't signed.
type headerClient struct {
	next  s3.HTTPClient
	facts documentedRequest
}

// Do sets them, and leaves out what would be empty.
func (c headerClient) Do(r *http.Request) (*http.Response, error) {
	for header, fact := range map[string]string{"User-Agent": "aws:UserAgent", "Referer": "aws:Referer"} {
		r.Header.Set(header, c.facts.fact(fact)) // an empty one is not sent
	}
	return c.next.Do(r)
}

// send makes the request and reports whether the server let it pass.
func (r documentedRequest) send(ctx context.Context, c *s3.Client, bucket string) (bool, error) {
	with := func(o *s3.Options) { o.HTTPClient = headerClient{o.HTTPClient, r} }
	var err error
	switch r.Action {
	case "s3:GetObject":
		var out *s3.GetObjectOutput
		if out, err = c.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &r.Key}, with); err == nil {
			err = out.Body.Close()
		}
	case "s3:PutObject":
		_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &r.Key, Body: strings.NewReader("x"),
			ServerSideEncryption: types.ServerSideEncryption(r.fact("s3:x-amz-server-side-encryption"))}, with)
	default:
		in := &s3.ListObjectsV2Input{Bucket: &bucket}
		if v := r.fact("s3:prefix"); v != "" {
			in.Prefix = &v
		}
		if v := r.fact("s3:delimiter"); v != "" {
			in.Delimiter = &v
		}
		if n, numeric := strconv.Atoi(r.fact("s3:max-keys")); numeric == nil {
			in.MaxKeys = aws.Int32(int32(n))
		}
		_, err = c.ListObjectsV2(ctx, in, with)
	}
	if err != nil && awsops.Wrap("", "", "", err).Kind == awsops.KindDenied {
		return false, nil
	}
	return err == nil, err
}

func readDocumented(t *testing.T) []documented {
	t.Helper()
	names, err := filepath.Glob("../awsops/policy/testdata/policy/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%q %v", names, err)
	}
	var all []documented
	for _, name := range names {
		var some []documented
		raw, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(raw, &some)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	return all
}

// deciders are the clients that ask in the documented cases, by caller and by whether they go over TLS.
func (w *world) deciders(t *testing.T, bucket string) map[string]map[bool]*s3.Client {
	t.Helper()
	owner := map[bool]*s3.Client{false: w.fixture}
	if w.server != nil {
		if _, err := w.fixture.DeletePublicAccessBlock(t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
		root, hc := w.server.Root(), &http.Client{Transport: w.server.Transport()}
		owner[false] = fixtureClient("http://cooper.localhost:80", "eu-west-1", root.AccessKeyID, root.SecretAccessKey, hc)
		owner[true] = w.fixture
	}
	nobody := map[bool]*s3.Client{}
	for secure, c := range owner {
		nobody[secure] = anonymous(c)
	}
	return map[string]map[bool]*s3.Client{"owner": owner, "anonymous": nobody}
}

func TestTheServerDecidesTheDocumentedCasesAsTheirPagesSay(t *testing.T) {
	w := open(t)
	bucket := w.bucket(t, "")
	t.Cleanup(func() {
		_, _ = w.fixture.DeleteBucketPolicy(context.WithoutCancel(t.Context()), &s3.DeleteBucketPolicyInput{Bucket: &bucket})
	})
	clients := w.deciders(t, bucket)
	asked := 0
	for _, d := range readDocumented(t) {
		wanted := w.wanted(t, clients, d)
		if len(wanted) == 0 || !w.putCase(t, bucket, d) {
			continue
		}
		for _, r := range wanted {
			asked++
			if got, err := r.send(t.Context(), w.decider(clients, r), bucket); err != nil || got != (r.Want == "allowed") {
				t.Errorf("%s: %s %s %q %v: %t %v, want %s\n%s", d.Name, r.Caller, r.Action, r.Key, r.Facts, got, err, r.Want, d.Policy)
			}
		}
	}
	if t.Logf("%d requests were asked", asked); asked < 25 {
		t.Errorf("only %d requests", asked)
	}
}

// decider is the client for a request: over TLS where that is said, or not denied and there is one.
func (w *world) decider(clients map[string]map[bool]*s3.Client, r documentedRequest) *s3.Client {
	of := clients[r.Caller]
	if said := r.fact("aws:SecureTransport"); said != "" {
		return of[said == "true"]
	}
	if of[true] != nil {
		return of[true]
	}
	return of[false]
}

// caseFaults are what the policies of foreign servers say otherwise than AWS's pages: parts of documents, with the reason.
var caseFaults = map[string][]struct{ part, reason string }{
	serverRGW: {
		{`"AWS:useragent"`, "it takes the names of condition keys as they are written"},
		{`ForAllValues:StringNot`, "it refuses a negated operator on a set"},
		{`ForAnyValue:StringNot`, "it refuses a negated operator on a set"},
		{`${*}`, "it doesn't know the variables that stand for special characters"},
		{`/*/2026-0?/*.pdf`, "its star doesn't try again with more of the key"},
		{`aws:SecureTransport`, "it doesn't know the key on plain HTTP"},
		{`"Null"`, "it takes Null for true whenever the key is missing"},
	},
	serverVersityGW: {
		{`${*}`, "it doesn't know the variables that stand for special characters"},
		{`aws:SecureTransport`, "it doesn't know the key"},
		{`"S3:get*"`, "it takes the names of actions as they are written"},
	},
}

var negated = regexp.MustCompile(`"(String|Numeric|Arn|Date)Not[A-Za-z]+": ?\{"[^"]+": ?(\[?)`)

// caseFault names why a foreign server decides a documented case in its own way, "" where it doesn't.
func (w *world) caseFault(d documented, r documentedRequest) string {
	for _, f := range caseFaults[w.name] {
		if strings.Contains(string(d.Policy), f.part) {
			return f.reason
		}
	}
	switch {
	case w.name == serverVersityGW && r.Caller == "owner":
		return "its policies don't bind the root account that the suite has"
	case w.name == serverRGW && r.fact("s3:x-amz-server-side-encryption") != "":
		return "it encrypts nothing over plain HTTP"
	case w.name == serverRGW:
		return negationFault(d, r)
	}
	return ""
}

// negationFault is what Ceph RGW makes of negated operators.
func negationFault(d documented, r documentedRequest) string {
	found := negated.FindStringSubmatch(string(d.Policy))
	switch {
	case found != nil && len(r.Facts) == 0:
		return "it takes a negated operator on a missing key for not met"
	case found != nil && found[2] != "":
		return "it takes a negated operator with several values for met when one of them doesn't match"
	}
	return ""
}

// wanted are the requests of a case that can be asked here; what the server is known to do otherwise is named.
func (w *world) wanted(t *testing.T, clients map[string]map[bool]*s3.Client, d documented) []documentedRequest {
	t.Helper()
	var out []documentedRequest
	for _, r := range d.Requests {
		if !d.askable(r) || w.decider(clients, r) == nil {
			continue
		}
		if why := w.caseFault(d, r); why != "" && w.differs(t, d.Name+": "+why, w.name) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// putCase puts the objects that a case reads and its policy, and reports whether the server took that.
func (w *world) putCase(t *testing.T, bucket string, d documented) bool {
	t.Helper()
	if _, err := w.fixture.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Requests {
		if r.Key != "" {
			w.put(t, bucket, r.Key, "x")
		}
	}
	text := strings.ReplaceAll(string(d.Policy), documentedBucket, bucket)
	_, err := w.fixture.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text})
	if err == nil {
		return true
	}
	odd := strings.Contains(text, "Condition") || strings.Contains(text, "Service")
	if !odd || !w.differs(t, d.Name+": it refuses condition keys and principals that it doesn't know", serverVersityGW) {
		t.Errorf("%s: the document is refused: %v", d.Name, err)
	}
	return false
}
