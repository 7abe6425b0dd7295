package presign

import (
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/policy"
	"cooper/awsops/sse"
)

const account = "111122223333"

// around makes surroundings of a policy's statements, for the root of the bucket's account.
func around(statements string) Surroundings {
	a := Surroundings{Owner: account, Caller: policy.Caller{ARN: "arn:aws:iam::" + account + ":root", Account: account, Root: true},
		Facts:  map[string][]string{"aws:SecureTransport": {"true"}},
		Policy: awsops.Reading[string]{State: awsops.Absent}}
	if statements != "" {
		a.Policy = awsops.Reading[string]{State: awsops.Known, Value: `{"Version":"2012-10-17","Statement":[` + statements + `]}`}
	}
	return a.Read()
}

func deny(sid, condition string) string {
	return `{"Sid":"` + sid + `","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":` + condition + `}`
}

func TestAURLDiesAtTheFirstOfItsEnds(t *testing.T) {
	session := awsops.KeyInfo{Temporary: true, Expires: noon.Add(50 * time.Minute)}
	for name, c := range map[string]struct {
		asked  time.Duration
		key    awsops.KeyInfo
		policy string
		want   time.Duration
		by     Bound
		text   string
	}{
		"as asked":            {time.Hour, awsops.KeyInfo{}, "", time.Hour, ByRequest, "asked for"},
		"seven days":          {30 * 24 * time.Hour, awsops.KeyInfo{}, "", 7 * 24 * time.Hour, ByLimit, "7 days"},
		"just seven days":     {7 * 24 * time.Hour, awsops.KeyInfo{}, "", 7 * 24 * time.Hour, ByRequest, "asked for"},
		"the session":         {12 * time.Hour, session, "", 50 * time.Minute, ByCredentials, "credentials"},
		"before the session":  {10 * time.Minute, session, "", 10 * time.Minute, ByRequest, "asked for"},
		"signatureAge":        {time.Hour, session, deny("Young", `{"NumericGreaterThan":{"s3:signatureAge":"600000"}}`), 10 * time.Minute, ByPolicy, `Statement "Young" of the bucket's policy refuses it from then on, by s3:signatureAge`},
		"two ages":            {time.Hour, awsops.KeyInfo{}, deny("A", `{"NumericGreaterThan":{"s3:signatureAge":"600000"}}`) + "," + deny("B", `{"NumericGreaterThanEquals":{"s3:SignatureAge":["300000"]}}`), 5 * time.Minute, ByPolicy, `"B"`},
		"an age beyond":       {time.Hour, awsops.KeyInfo{}, deny("A", `{"NumericGreaterThan":{"s3:signatureAge":"7200000"}}`), time.Hour, ByRequest, "asked for"},
		"of others":           {time.Hour, awsops.KeyInfo{}, `{"Effect":"Deny","Principal":{"AWS":"444455556666"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*","Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}`, time.Hour, ByRequest, "asked for"},
		"other keys":          {time.Hour, awsops.KeyInfo{}, `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/x/*","Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}`, time.Hour, ByRequest, "asked for"},
		"headers only":        {time.Hour, awsops.KeyInfo{}, deny("H", `{"NumericGreaterThan":{"s3:signatureAge":"600000"},"StringEquals":{"s3:authType":"REST-HEADER"}}`), time.Hour, ByRequest, "asked for"},
		"presigned only":      {time.Hour, awsops.KeyInfo{}, deny("Q", `{"NumericGreaterThan":{"s3:signatureAge":"600000"},"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`), 10 * time.Minute, ByPolicy, `"Q"`},
		"a date":              {time.Hour, awsops.KeyInfo{}, deny("D", `{"DateGreaterThan":{"aws:CurrentTime":"2026-03-01T12:20:00Z"}}`), 20 * time.Minute, ByPolicy, "by the time"},
		"refused at once":     {time.Hour, awsops.KeyInfo{}, deny("R", `{"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`), time.Hour, ByRequest, "asked for"},
		"a policy without it": {time.Hour, awsops.KeyInfo{}, deny("T", `{"Bool":{"aws:SecureTransport":"false"}}`), time.Hour, ByRequest, "asked for"},
	} {
		got := DiesAt(Spec{Bucket: "b", Key: "k", Method: Get, Until: noon.Add(c.asked)}, noon, c.key, around(c.policy))
		if got.At != noon.Add(c.want) || got.By != c.by || !strings.Contains(got.Text, c.text) {
			t.Errorf("%s: %v after %v, %q, want %v after %v", name, got.By, got.At.Sub(noon), got.Text, c.by, c.want)
		}
	}
}

func TestWhatMayEndAURLEarlierAndIsNotKnownIsSaid(t *testing.T) {
	spec := Spec{Bucket: "b", Key: "k", Method: Get, Until: noon.Add(time.Hour)}
	got := DiesAt(spec, noon, awsops.KeyInfo{Temporary: true}, around(deny("Net", `{"NumericGreaterThan":{"s3:signatureAge":"600000"},"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`)))
	if got.By != ByRequest || len(got.Doubts) != 2 || !strings.Contains(got.Doubts[0], "temporary keys") || !strings.Contains(got.Doubts[1], `"Net"`) || !strings.Contains(got.Doubts[1], "12:10:00") {
		t.Errorf("%+v", got)
	}
}

func TestADoubtThatHasNothingToDoWithTheTimeIsNoDoubtAboutTheEnd(t *testing.T) {
	spec := Spec{Bucket: "b", Key: "k", Method: Get, Until: noon.Add(time.Hour)}
	got := DiesAt(spec, noon, awsops.KeyInfo{}, around(deny("Net", `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`)+
		`,{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/other","Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}`))
	if len(got.Doubts) != 0 || got.By != ByRequest {
		t.Errorf("%+v", got)
	}
}

func TestAURLThatIsAskedForLongerThanThereIsLivesSevenDays(t *testing.T) {
	s, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "us-east-1", Endpoint: "https://s3.example", Dialect: awsops.DialectCompatible,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []Method{Get, Form} {
		spec := Spec{Bucket: "b", Key: "k", Method: m, At: noon, Until: noon.Add(30 * 24 * time.Hour)}
		made, err := Make(t.Context(), s, spec, Surroundings{})
		if err != nil || made.Death.At != noon.Add(7*24*time.Hour) || made.Death.By != ByLimit || made.Over(made.Death.At.Add(-time.Second)) || !made.Over(made.Death.At) {
			t.Fatalf("%s: %+v %v", m, made, err)
		}
		if m == Get && !strings.Contains(made.URL().Reveal(), "X-Amz-Expires=604800&") {
			t.Error("the URL names another life")
		}
	}
	late := Spec{Bucket: "b", Key: "k", Method: Get, At: noon, Until: noon}
	if _, err := Make(t.Context(), s, late, Surroundings{}); err == nil || !strings.Contains(err.Error(), "over already") {
		t.Errorf("a URL without a life: %v", err)
	}
}

func TestThePolicyIsAskedAsAUseOfTheURLWouldBe(t *testing.T) {
	put := Upload{Type: "text/plain", Encryption: sse.Choice{Kind: sse.KMS, KeyID: kmsKey}}
	user := func(a Surroundings) Surroundings {
		a.Caller = policy.Caller{ARN: "arn:aws:iam::" + account + ":user/u", Account: account}
		return a
	}
	stranger := func(a Surroundings) Surroundings { a.Owner = ""; return a.Read() }
	same := func(a Surroundings) Surroundings { return a }
	for name, c := range map[string]struct {
		spec   Spec
		policy string
		change func(Surroundings) Surroundings
		want   policy.Verdict
		text   string
	}{
		"root and no policy":     {Spec{Method: Get}, "", same, policy.Allowed, "root"},
		"a user and no policy":   {Spec{Method: Get}, "", user, policy.Unsure, policy.OwnPolicies},
		"an owner nobody proved": {Spec{Method: Get}, "", stranger, policy.Unsure, "isn't known"},
		"presigned refused":      {Spec{Method: Get}, deny("NoURLs", `{"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`), same, policy.Refused, "NoURLs"},
		"only headers":           {Spec{Method: Get}, deny("OnlyHeaders", `{"StringNotEquals":{"s3:authType":"REST-HEADER"}}`), same, policy.Refused, "OnlyHeaders"},
		"forms refused":          {Spec{Method: Form}, deny("NoForms", `{"StringEquals":{"s3:authType":"POST"}}`), same, policy.Refused, "NoForms"},
		"forms are no URLs":      {Spec{Method: Form}, deny("NoURLs", `{"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`), same, policy.Allowed, ""},
		"TLS only":               {Spec{Method: Get}, deny("TLS", `{"Bool":{"aws:SecureTransport":"false"}}`), same, policy.Allowed, ""},
		"an address":             {Spec{Method: Get}, deny("Net", `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`), same, policy.Unsure, "aws:SourceIp"},
		"encryption is signed":   {Spec{Method: Put, Upload: put}, deny("KMS", `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`), same, policy.Allowed, ""},
		"encryption is missing":  {Spec{Method: Put}, deny("KMS", `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`), same, policy.Refused, "KMS"},
		"tags need a permission": {Spec{Method: Put, Upload: Upload{Tags: []awsops.Pair{{Name: "a", Value: "b"}}}}, `{"Sid":"NoTags","Effect":"Deny","Principal":"*","Action":"s3:PutObjectTagging","Resource":"arn:aws:s3:::b/*"}`, same, policy.Refused, "NoTags"},
		"a version":              {Spec{Method: Get, Version: "v"}, `{"Sid":"NoVersions","Effect":"Deny","Principal":"*","Action":"s3:GetObjectVersion","Resource":"arn:aws:s3:::b/*"}`, same, policy.Refused, "NoVersions"},
		"unsigned payloads":      {Spec{Method: Get}, deny("Signed", `{"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}}`), same, policy.Unsure, "s3:x-amz-content-sha256"},
		"too young to refuse":    {Spec{Method: Get}, deny("Old", `{"NumericGreaterThan":{"s3:signatureAge":"600000"}}`), same, policy.Allowed, ""},
	} {
		c.spec.Bucket, c.spec.Key = "b", "k"
		got := c.change(around(c.policy)).Foretell(c.spec, noon)
		if got.Verdict != c.want || !strings.Contains(got.Text, c.text) {
			t.Errorf("%s: %v %q, want %v", name, got.Verdict, got.Text, c.want)
		}
	}
}

func TestAPolicyThatCouldNotBeReadIsNotTakenForNone(t *testing.T) {
	a := Surroundings{Policy: awsops.Reading[string]{State: awsops.Denied}}
	if got := a.Read().Foretell(Spec{Bucket: "b", Key: "k", Method: Get}, noon); got.Verdict != policy.Unsure || !strings.Contains(got.Text, "denied") {
		t.Errorf("%+v", got)
	}
	a.Policy = awsops.Reading[string]{State: awsops.Known, Value: "{"}
	if got := a.Read().Foretell(Spec{Bucket: "b", Key: "k", Method: Get}, noon); got.Verdict != policy.Unsure || !strings.Contains(got.Text, "can't be understood") {
		t.Errorf("%+v", got)
	}
}

func TestInAnotherPartitionThePolicysOwnARNsCount(t *testing.T) {
	a := around(strings.ReplaceAll(deny("Young", `{"NumericGreaterThan":{"s3:signatureAge":"600000"}}`), "arn:aws:", "arn:aws-cn:"))
	a.Partition = "aws-cn"
	got := DiesAt(Spec{Bucket: "b", Key: "k", Method: Get, Until: noon.Add(time.Hour)}, noon, awsops.KeyInfo{}, a)
	if got.By != ByPolicy || got.At != noon.Add(10*time.Minute) {
		t.Errorf("%v after %v, %q", got.By, got.At.Sub(noon), got.Text)
	}
}

func TestWhatAnotherAccountBlocksIsNotTakenForKnown(t *testing.T) {
	a := around("")
	a.Block = awsops.Reading[buckets.Block]{State: awsops.Known}
	spec := Spec{Bucket: "b", Key: "k", Method: Get, Until: noon.Add(time.Hour)}
	if got := a.Foretell(spec, noon); strings.Contains(strings.Join(got.Notes, " "), "owner's account") {
		t.Errorf("of one's own: %q", got.Notes)
	}
	a.Owner = "444455556666"
	if got := a.Foretell(spec, noon); !strings.Contains(strings.Join(got.Notes, " "), "public access block of the owner's account") {
		t.Errorf("of another: %q", got.Notes)
	}
}
