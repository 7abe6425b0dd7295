package presign

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/policy"
)

// Surroundings are what decides besides the URL: who signs, and the bucket's policy and public access block. The zero
// value knows nothing.
type Surroundings struct {
	Policy awsops.Reading[string] // Absent: the bucket has none
	Block  awsops.Reading[buckets.Block]
	Caller policy.Caller
	Facts  map[string][]string // of the caller and the connection
	Owner  string              // account of the bucket, "" where it isn't proven

	Partition string // of ARNs; "" is aws

	doc    *policy.Document
	bucket policy.Bucket
}

// Survey reads what decides over URLs of a bucket. What can't be read is a Reading that says so.
func Survey(ctx context.Context, r *awsops.Reader, bucket string) Surroundings {
	a := Surroundings{Policy: bucketpolicy.Read(ctx, r, bucket), Owner: r.Owner(ctx, bucket), Partition: r.Session().Partition(ctx)}
	a.Caller, a.Facts = bucketpolicy.Caller(ctx, r)
	board := buckets.NewBoard(ctx, r)
	defer board.Close()
	board.Want([]string{bucket}, []buckets.Fact{buckets.FactBlock, buckets.FactAccountBlock, buckets.FactOwnership})
	if board.Wait(ctx) == nil {
		f := board.Facts(bucket)
		a.Block = f.Block
		account := f.AccountBlock.Value // the caller's account's: it says nothing about buckets of others
		if a.outsider() {
			account = buckets.Block{}
		}
		a.bucket.Block = policy.Block{IgnorePublicAcls: f.Block.Value.IgnorePublicAcls || account.IgnorePublicAcls,
			RestrictPublicBuckets: f.Block.Value.RestrictPublicBuckets || account.RestrictPublicBuckets}
		a.bucket.Ownership = f.Ownership.Value
	}
	return a.Read()
}

// Read parses the policy: for surroundings that were put together by hand.
func (a Surroundings) Read() Surroundings {
	if text, ok := a.Policy.Get(); ok {
		if doc, err := policy.Parse([]byte(text)); err == nil {
			a.doc = doc
		}
	}
	a.bucket.Owner = a.Owner
	if a.Owner == "" {
		a.bucket.Owner = a.Caller.Account // an Allowed that hangs on it is taken back
	}
	return a
}

// Forecast is what the bucket will say to a URL that is used right now.
type Forecast struct {
	Verdict   policy.Verdict
	Action    string // the permission that decides
	Text      string // a sentence
	Statement string // the deciding statement in words, "" for none
	Notes     []string
}

// Foretell evaluates the policy and the public access block for a URL that is used at once, over the connection that
// the session has, by somebody whose address isn't known.
func (a Surroundings) Foretell(s Spec, at time.Time) Forecast {
	f := Forecast{}
	if a.Policy.State != awsops.Known && a.Policy.State != awsops.Absent {
		f.Text = "The bucket's policy could not be read (" + a.Policy.State.String() + "), so what it says isn't known."
		return f
	}
	if a.Policy.State == awsops.Known && a.doc == nil {
		f.Text = "The bucket's policy can't be understood, so what it says isn't known."
		return f
	}
	got, action := a.judge(s, at, at)
	f.Verdict, f.Action, f.Text = got.Verdict, action, got.Reason
	if got.Statement >= 0 && a.doc != nil {
		f.Statement = a.doc.Statements[got.Statement].Words()
	}
	f.Notes = a.notes(s)
	return f
}

// notes are what goes along with every verdict.
func (a Surroundings) notes(s Spec) []string {
	var out []string
	if s.Key == "" && s.Method == Form {
		out = append(out, "Judged for a file named upload.bin below the prefix: the policy may say otherwise to other keys.")
	}
	if secure := a.Facts["aws:SecureTransport"]; len(secure) > 0 && secure[0] == "false" {
		out = append(out, "The URL is plain http: it can be read on its way, signature and content.")
	}
	switch {
	case !a.outsider():
	case a.Block.State > awsops.Absent:
		out = append(out, "The public access block could not be read: RestrictPublicBuckets may refuse what a public policy allows.")
	case a.Owner != "":
		out = append(out, "The public access block of the owner's account can't be seen from here: RestrictPublicBuckets may refuse what a public policy allows.")
	}
	return out
}

func (a Surroundings) outsider() bool { return a.Owner == "" || a.Caller.Account != a.Owner }

// Judge asks the policy about a URL that was signed at a time and is used at another.
func (a Surroundings) Judge(s Spec, at, now time.Time) policy.Decision {
	d, _ := a.judge(s, at, now)
	return d
}

// judge gives the worst answer among the permissions that are needed, and which it was.
func (a Surroundings) judge(s Spec, at, now time.Time) (worst policy.Decision, action string) {
	for i, needed := range s.actions() {
		got := policy.Evaluate(a.doc, a.bucket, a.question(s, needed, at, now))
		if a.Owner == "" && got.Verdict == policy.Allowed {
			got = policy.Decision{Statement: got.Statement, Missing: []string{"who owns the bucket"},
				Reason: got.Reason + " That holds if the bucket is of the signer's account, which isn't known."}
		}
		if i == 0 || got.Verdict == policy.Refused || got.Verdict == policy.Unsure && worst.Verdict == policy.Allowed {
			worst, action = got, needed
		}
		if worst.Verdict == policy.Refused {
			break
		}
	}
	return worst, action
}

// question is the request that a use of the URL makes.
func (a Surroundings) question(s Spec, action string, at, now time.Time) policy.Request {
	resource := string(policy.BucketARN(a.Partition, s.Bucket))
	if !policy.ForBucket(action) {
		key := s.Key
		if key == "" {
			key = s.Prefix + "upload.bin"
		}
		resource += "/" + key
	}
	facts := maps.Clone(a.Facts)
	if facts == nil {
		facts = map[string][]string{}
	}
	set := func(key, value string) { facts[key] = []string{value} }
	set("s3:authType", "REST-QUERY-STRING")
	if s.Method == Form {
		set("s3:authType", "POST")
	}
	set("s3:signatureAge", strconv.FormatInt(now.Sub(at).Milliseconds(), 10))
	set("aws:CurrentTime", now.UTC().Format(time.RFC3339Nano))
	set("aws:EpochTime", fmt.Sprintf("%.3f", float64(now.UnixMilli())/1000))
	if s.Version != "" {
		set("s3:versionid", s.Version)
	}
	if policy.ForBucket(action) && s.Prefix != "" {
		set("s3:prefix", s.Prefix)
	}
	if s.fingerprint() != "" {
		set("s3:x-amz-server-side-encryption-customer-algorithm", "AES256")
	}
	if s.Method == Put || s.Method == Form {
		s.uploadFacts(facts)
	}
	return policy.Request{Caller: a.Caller, Action: action, Resource: resource, Facts: facts, Unknown: unknownHere}
}

// uploadFacts are the condition keys of what was signed of an upload.
func (s Spec) uploadFacts(facts map[string][]string) {
	for _, h := range s.Upload.headers() {
		if strings.HasPrefix(h.Name, "x-amz-") {
			facts["s3:"+h.Name] = []string{h.Value}
		}
	}
	if s.Method == Put && s.Upload.NewOnly {
		facts["s3:if-none-match"] = []string{"*"}
	}
	var names []string
	for _, t := range s.Upload.Tags {
		facts["s3:RequestObjectTag/"+t.Name] = []string{t.Value}
		names = append(names, t.Name)
	}
	facts["s3:RequestObjectTagKeys"] = names
}

// unknownHere tells the condition keys that only the use of the URL fills. Headers that weren't signed are known to be
// missing: S3 refuses a presigned request that carries more of them.
func unknownHere(key string) bool {
	low := strings.ToLower(key)
	switch {
	case low == "s3:x-amz-content-sha256": // whether an unsigned payload counts as a header isn't documented
		return true
	case strings.HasPrefix(low, "s3:x-amz-"), low == "s3:if-none-match", low == "s3:if-match", strings.HasPrefix(low, "s3:requestobjecttag"),
		strings.HasPrefix(low, "s3:object-lock-"), low == "s3:versionid", low == "s3:prefix", low == "s3:delimiter", low == "s3:max-keys":
		return false
	}
	return true
}
