package sandbox

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// postServer is a sandbox on the machine's clock, by which the SDK signs forms, with a bucket. ahead moves its clock.
func postServer(t *testing.T) (s *Server, ahead *time.Duration) {
	t.Helper()
	ahead = new(time.Duration)
	s = New(Options{Clock: func() time.Time { return time.Now().Add(*ahead) }, Seed: 1})
	mustCreate(t, clientFor(s, s.Root(), home), "bucket")
	return s, ahead
}

// signedForm is the SDK's own form for a key, good for an hour, with further conditions.
func signedForm(t *testing.T, s *Server, c Credentials, region, key string, conditions ...any) map[string]string {
	t.Helper()
	client := s3.NewPresignClient(clientFor(s, c, region))
	out, err := client.PresignPostObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: &key}, func(o *s3.PresignPostOptions) {
		o.Expires, o.Conditions = time.Hour, conditions
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Values
}

// postForm sends fields and a file, none when name is "", to the bucket.
func postForm(t *testing.T, s *Server, fields map[string]string, name, content string) (int, string, http.Header) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		f, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return postBody(t, s, w.FormDataContentType(), body.String())
}

func postBody(t *testing.T, s *Server, contentType, body string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+baseHost+"/bucket", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := s.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode, string(got), res.Header
}

// and gives the fields with others changed or added; "" takes one out.
func and(fields map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range fields {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if out[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
			delete(out, pairs[i])
		}
	}
	return out
}

func TestTheSDKsUploadFormIsTaken(t *testing.T) {
	s, _ := postServer(t)
	form := signedForm(t, s, s.Root(), home, "in/${filename}", []any{"starts-with", "$key", "in/"}, []any{"starts-with", "$Content-Type", "text/"},
		map[string]string{"x-amz-meta-team": "billing"}, []any{"starts-with", "$tagging", ""}, []any{"starts-with", "$success_action_status", ""},
		map[string]string{"x-amz-server-side-encryption": "AES256"})
	status, body, header := postForm(t, s, and(form, "Content-Type", "text/plain", "x-amz-meta-team", "billing", "x-amz-server-side-encryption", "AES256",
		"tagging", "<Tagging><TagSet><Tag><Key>a b</Key><Value>c</Value></Tag></TagSet></Tagging>", "success_action_status", "201"), `C:\docs\report.txt`, "content")
	if status != 201 || !strings.Contains(body, "<Key>in/report.txt</Key>") || !strings.Contains(body, "<Bucket>bucket</Bucket>") ||
		header.Get("Location") != "https://"+baseHost+"/bucket/in/report.txt" || header.Get("ETag") == "" {
		t.Fatalf("%d %s %v", status, body, header)
	}
	c := clientFor(s, s.Root(), home)
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("in/report.txt")})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(out.Body)
	if string(got) != "content" || aws.ToString(out.ContentType) != "text/plain" || out.Metadata["team"] != "billing" || aws.ToInt32(out.TagCount) != 1 {
		t.Errorf("%q %+v", got, out)
	}
}

func TestAnUploadFormAnswersAsItAsksTo(t *testing.T) {
	s, _ := postServer(t)
	form := signedForm(t, s, s.Root(), home, "k", []any{"starts-with", "$success_action_status", ""}, []any{"starts-with", "$success_action_redirect", ""})
	for _, c := range []struct {
		name, value string
		status      int
		location    string
	}{
		{"success_action_status", "", 204, "/bucket/k"}, {"success_action_status", "200", 200, "/bucket/k"}, {"success_action_status", "999", 204, "/bucket/k"},
		{"success_action_redirect", "https://a.example/done?x=1", 303, "https://a.example/done?bucket=bucket&etag=%22"},
		{"success_action_redirect", "no address", 204, "/bucket/k"},
	} {
		status, _, header := postForm(t, s, and(form, c.name, c.value), "f", "x")
		if status != c.status || !strings.Contains(header.Get("Location"), c.location) {
			t.Errorf("%s %q: %d %v", c.name, c.value, status, header)
		}
	}
}

func TestAFormThatIsNotAsItWasSignedIsRefusedInAWSsWords(t *testing.T) {
	s, ahead := postServer(t)
	reader := s.AddUser("reader", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`)
	form := signedForm(t, s, s.Root(), home, "in/a", []any{"content-length-range", 2, 10})
	for _, c := range []struct {
		what          string
		fields        map[string]string
		file, content string
		ahead         time.Duration
		status        int
		want          string
	}{
		{"as signed", form, "f", "content", 0, 204, ""},
		{"too large", form, "f", "content, more", 0, 400, "<Code>EntityTooLarge</Code><Message>Your proposed upload exceeds the maximum allowed size</Message><ProposedSize>13</ProposedSize><MaxSizeAllowed>10</MaxSizeAllowed>"},
		{"too small", form, "f", "c", 0, 400, "<Code>EntityTooSmall</Code><Message>Your proposed upload is smaller than the minimum allowed size</Message><ProposedSize>1</ProposedSize><MinSizeAllowed>2</MinSizeAllowed>"},
		{"another key", and(form, "key", "out/a"), "f", "content", 0, 403, "Invalid according to Policy: Policy Condition failed: [&quot;eq&quot;, &quot;$key&quot;, &quot;in/a&quot;]"},
		{"a field more", and(form, "x-amz-meta-a", "b"), "f", "content", 0, 403, "Invalid according to Policy: Extra input fields: x-amz-meta-a"},
		{"expired", form, "f", "content", time.Hour + time.Second, 403, "Invalid according to Policy: Policy expired."},
		{"another policy", and(form, "policy", "e30="), "f", "content", 0, 403, "<Code>SignatureDoesNotMatch</Code>"},
		{"another signature", and(form, "X-Amz-Signature", strings.Repeat("0", 64)), "f", "content", 0, 403, "<Code>SignatureDoesNotMatch</Code>"},
		{"no signature", and(form, "X-Amz-Signature", ""), "f", "content", 0, 400, "must contain a field named &#39;X-Amz-Signature&#39;"},
		{"no policy", and(form, "policy", ""), "f", "content", 0, 400, "must contain a field named &#39;policy&#39;"},
		{"an unknown key id", and(form, "X-Amz-Credential", strings.Replace(form["X-Amz-Credential"], "AKIA", "AKIB", 1)), "f", "content", 0, 403, "<Code>InvalidAccessKeyId</Code>"},
		{"a broken credential", and(form, "X-Amz-Credential", "AKIA"), "f", "content", 0, 400, "<Code>AuthorizationQueryParametersError</Code>"},
		{"a broken date", and(form, "X-Amz-Date", "today"), "f", "content", 0, 400, "<Code>AuthorizationQueryParametersError</Code>"},
		{"another algorithm", and(form, "X-Amz-Algorithm", "AWS4-HMAC-SHA1"), "f", "content", 0, 400, "<Code>AuthorizationQueryParametersError</Code>"},
		{"signature version 2", and(form, "AWSAccessKeyId", "AKIA"), "f", "content", 0, 400, "Please use AWS4-HMAC-SHA256"},
		{"no key", and(form, "key", ""), "f", "content", 0, 400, "must contain a field named &#39;key&#39;"},
		{"no file", form, "", "", 0, 400, "POST requires exactly one file upload per request."},
		{"too many fields", and(form, "x-ignore-a", strings.Repeat("x", 20<<10)), "f", "content", 0, 400, "<Code>MaxPostPreDataLengthExceededError</Code>"},
		{"nobody's", map[string]string{"key": "in/a"}, "f", "content", 0, 403, "<Code>AccessDenied</Code>"},
		{"a reader's", signedForm(t, s, reader, home, "in/a"), "f", "content", 0, 403, "is not authorized to perform: s3:PutObject"},
		{"another region's", signedForm(t, s, s.Root(), "us-west-2", "in/a"), "f", "content", 0, 400, "expecting &#39;eu-west-1&#39;"},
	} {
		*ahead = c.ahead
		status, body, _ := postForm(t, s, c.fields, c.file, c.content)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.what, status, body, c.status, c.want)
		}
	}
}

func TestABodyThatIsNoFormIsRefused(t *testing.T) {
	s, _ := postServer(t)
	for _, c := range []struct {
		kind, body string
		status     int
		want       string
	}{
		{"text/plain", "x", 412, "Bucket POST must be of the enclosure-type multipart/form-data"},
		{"application/x-www-form-urlencoded", "key=x", 412, "enclosure-type multipart/form-data"},
		{"multipart/form-data", "x", 412, "enclosure-type multipart/form-data"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Dis", 400, "<Code>MalformedPOSTRequest</Code>"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\ncut off", 400, "<Code>IncompleteBody</Code>"},
	} {
		if status, body, _ := postBody(t, s, c.kind, c.body); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %q: %d %s", c.kind, c.body, status, body)
		}
	}
}

func TestAPolicyOfTheBucketTellsFormsFromOtherRequests(t *testing.T) {
	s, _ := postServer(t)
	c := clientFor(s, s.Root(), home)
	_, err := c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("bucket"), Policy: aws.String(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket/*","Condition":{"StringEquals":{"s3:authType":"POST"}}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	if status, body, _ := postForm(t, s, signedForm(t, s, s.Root(), home, "k"), "f", "x"); status != 403 || !strings.Contains(body, "explicit deny in a resource-based policy") {
		t.Errorf("%d %s", status, body)
	}
	put(t, c, "k", "x")
}

func FuzzAFormNeverPanicsAndNeverStoresUnsigned(f *testing.F) {
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n--b--\r\n")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\ne30=\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, kind, body string) {
		s := New(Options{Clock: fixedClock, Seed: 1})
		mustCreate(t, clientFor(s, s.Root(), home), "bucket")
		if strings.ContainsFunc(kind, func(r rune) bool { return r < ' ' || r > '~' }) {
			return // no header of HTTP
		}
		if status, _, _ := postBody(t, s, kind, body); status < 400 {
			t.Errorf("%q was answered %d", body, status)
		}
	})
}
