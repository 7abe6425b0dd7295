package presign

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/sse"
)

func TestWhatCannotBeSignedIsRefusedInWords(t *testing.T) {
	pair := func(name, value string) []awsops.Pair { return []awsops.Pair{{Name: name, Value: value}} }
	for want, s := range map[string]Spec{
		"name a bucket":                    {Method: Get},
		"name the key that is uploaded":    {Bucket: "b", Method: Put},
		"name the key that is deleted":     {Bucket: "b", Method: Delete},
		"a URL is for GET":                 {Bucket: "b", Key: "k", Method: "PATCH"},
		"at most 1024 bytes":               {Bucket: "b", Key: strings.Repeat("k", 1025), Method: Get},
		"a version can be pinned":          {Bucket: "b", Key: "k", Version: "v", Method: Put},
		"only an answer to GET":            {Bucket: "b", Key: "k", Method: Put, Response: Response{Type: "text/plain"}},
		"content-disposition: plain ASCII": {Bucket: "b", Key: "k", Method: Get, Response: Response{Disposition: "attachment; filename=ü"}},
		"cache-control: a header's value":  {Bucket: "b", Key: "k", Method: Get, Response: Response{Cache: " no-store"}},
		"content-type: a signed header":    {Bucket: "b", Key: "k", Method: Get, Response: Response{Type: "a  b"}},
		"content type: plain ASCII":        {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Type: "text\r\nX-Evil: 1"}},
		"at most 5 GiB":                    {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Length: 5<<30 + 1}},
		"smaller to a larger":              {Bucket: "b", Key: "k", Method: Form, Upload: Upload{Min: 5, Max: 4}},
		"takes no KMS key":                 {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Encryption: sse.Choice{Kind: sse.S3, KeyID: "k"}}},
		"by its full ARN":                  {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Encryption: sse.Choice{Kind: sse.KMS, KeyID: "k"}}},
		"client-side encryption":           {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Encryption: sse.Choice{Client: &sse.Client{}}}},
		"a form would show":                {Bucket: "b", Key: "k", Method: Form, Upload: Upload{Encryption: sse.Choice{Kind: sse.Customer, Fingerprint: "f"}}},
		"a SHA256 checksum is 32 bytes":    {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Checksum: Checksum{"SHA256", "AAAA"}}},
		"name the checksum's algorithm":    {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Checksum: Checksum{"MD5", "AAAA"}}},
		"can't be the name of metadata":    {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Metadata: pair("a b", "c")}},
		"the metadata a is there twice":    {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Metadata: append(pair("a", "b"), pair("A", "c")...)}},
		"metadata holds at most":           {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Metadata: pair("a", strings.Repeat("x", 2048))}},
		"a tag's key":                      {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Tags: pair("", "c")}},
		"a tag's value":                    {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Tags: pair("a", strings.Repeat("ü", 257))}},
		"tags hold letters":                {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Tags: pair("a", "b&c")}},
		"AWS's own":                        {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Tags: pair("AWS:x", "c")}},
		"the tag a is there twice":         {Bucket: "b", Key: "k", Method: Put, Upload: Upload{Tags: append(pair("a", "b"), pair("a", "c")...)}},
		"the status of an upload":          {Bucket: "b", Key: "k", Method: Form, Upload: Upload{Status: "404"}},
		"from being overwritten":           {Bucket: "b", Key: "k", Method: Form, Upload: Upload{NewOnly: true}},
		"a range of sizes":                 {Bucket: "b", Key: "k", Method: Form, Upload: Upload{Length: 5}},
		"begins with https://":             {Bucket: "b", Key: "k", Method: Form, Upload: Upload{Redirect: "javascript:alert(1)"}},
		"a form carries text":              {Bucket: "b", Prefix: "\xff/", Method: Form},
	} {
		if got := s.Check(false); !strings.Contains(got, want) {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

const kmsKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// full is an upload that demands all there is.
func full() Upload {
	return Upload{Type: "text/plain", Min: 1, Max: 10, Class: "STANDARD_IA", Encryption: sse.Choice{Kind: sse.KMS, KeyID: kmsKey, BucketKey: true},
		Checksum: Checksum{"CRC32", "AAAAAA=="}, Metadata: []awsops.Pair{{Name: "Team", Value: "<b>"}}, Tags: []awsops.Pair{{Name: "a b", Value: "c"}},
		Status: "201", Redirect: "https://example.com/done?a=1&b=2"}
}

func TestEveryFieldOfAFormIsInItsPolicy(t *testing.T) {
	spec := Spec{Bucket: "b", Prefix: "in/", Method: Form, Upload: full(), Until: noon.Add(time.Hour)}
	if wrong := spec.Check(false); wrong != "" {
		t.Fatal(wrong)
	}
	signing := []awsops.Pair{{Name: "x-amz-date", Value: "20260301T120000Z"}}
	doc, err := spec.document(noon.Add(time.Hour), signing)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Expiration string
		Conditions []any
	}
	if err := json.Unmarshal(doc, &got); err != nil || got.Expiration != "2026-03-01T13:00:00.000Z" {
		t.Fatalf("%s: %v", doc, err)
	}
	for _, f := range append(spec.fields(), signing...) {
		raw, _ := json.Marshal(f.Value)
		found := strings.Contains(string(doc), `["eq","$`+f.Name+`",`) || strings.Contains(string(doc), `["starts-with","$`+f.Name+`",`) ||
			strings.Contains(string(doc), `{"`+f.Name+`":`+string(raw)+`}`)
		if !found {
			t.Errorf("%s is not in %s", f.Name, doc)
		}
	}
	for _, want := range []string{`{"bucket":"b"}`, `["starts-with","$key","in/"]`, `["content-length-range",1,10]`, `"<b>"`} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("%s is not in %s", want, doc)
		}
	}
}

func TestThePageOfAFormCarriesHostileTextAsText(t *testing.T) {
	spec := Spec{Bucket: "b", Key: `"><script>`, Method: Form, Upload: full()}
	m := &Made{Spec: spec, form: awsops.NewSignedForm("https://b.example", []awsops.Pair{{Name: "policy", Value: "p"}})}
	page := m.HTML()
	if strings.Contains(page, "<script>") || !strings.Contains(page, `value="&#34;&gt;&lt;script&gt;"`) || !strings.Contains(page, `name="policy" value="p"`) ||
		!strings.HasSuffix(page, "<input type=\"file\" name=\"file\">\n  <button>Upload</button>\n</form>\n") {
		t.Error(page)
	}
}

func TestTheAWSCommandLineIsGivenWhereThereIsOne(t *testing.T) {
	m := &Made{At: noon, Spec: Spec{Bucket: "b", Key: "it's", Method: Get, Until: noon.Add(90 * time.Minute)}, Target: awsops.Target{Profile: "p", Region: "eu-west-1"}}
	if line, why := m.Command(); line != `aws s3 presign 's3://b/it'\''s' --expires-in 5400 --profile p --region eu-west-1` || why != "" {
		t.Errorf("%s %s", line, why)
	}
	for want, change := range map[string]func(*Spec){
		"GET only": func(s *Spec) { s.Method = Put }, "objects only": func(s *Spec) { s.Key = "" }, "pin a version": func(s *Spec) { s.Version = "v" },
		"response headers": func(s *Spec) { s.Response.Type = "x" }, "kind of address": func(s *Spec) { s.Style = awsops.AddressPath },
	} {
		other := *m
		change(&other.Spec)
		if line, why := other.Command(); line != "" || !strings.Contains(why, want) {
			t.Errorf("%q %q, want %q", line, why, want)
		}
	}
}

func TestACustomersKeyIsAVariableInTheCurlLine(t *testing.T) {
	m := &Made{Spec: Spec{Bucket: "b", Key: "k", Method: Get}, url: awsops.NewSignedURL("https://b.example/k?X-Amz-Signature=1"),
		Headers: []awsops.SignedHeader{{Name: "x-amz-server-side-encryption-customer-key", Secret: true}}}
	if got := m.Curl(); got != `curl -sS --fail-with-body -o FILE -H "x-amz-server-side-encryption-customer-key: $KEY" 'https://b.example/k?X-Amz-Signature=1'` {
		t.Error(got)
	}
}
