package awsops

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// jsonWire answers each request by its target.
func jsonWire(answer func(n int, target, body string) *answered) *wire {
	return &wire{answer: func(n int, r *http.Request, body string) (*answered, error) {
		return answer(n, r.Header.Get("X-Amz-Target"), body), nil
	}}
}

func jsonReply(status int, body string, header ...string) *answered {
	return reply(status, body, append([]string{"X-Amzn-Requestid", "REQ2", "X-Amz-Request-Id", "", "Content-Type", "application/x-amz-json-1.1"}, header...)...)
}

func TestAServiceIsAskedInAWSsJSONProtocol(t *testing.T) {
	w := jsonWire(func(int, string, string) *answered { return jsonReply(200, `{"KeyMetadata":{"KeyId":"k"},"New":1}`) })
	s := isolated(t, w)
	var out struct {
		KeyMetadata struct {
			KeyID string `json:"KeyId"`
		}
	}
	if err := s.Reader().JSON(t.Context(), JSONCall{Service: "kms", Region: "eu-central-1", Action: "DescribeKey"}, map[string]string{"KeyId": "alias/a"}, &out); err != nil {
		t.Fatal(err)
	}
	r := w.requests()[0]
	got := []string{out.KeyMetadata.KeyID, r.Method, r.Host, r.Path, r.Header.Get("X-Amz-Target"), r.Header.Get("Content-Type"), r.Body}
	want := []string{"k", "POST", "kms.eu-central-1.amazonaws.com", "/", "TrentService.DescribeKey", "application/x-amz-json-1.1", `{"KeyId":"alias/a"}`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if auth := r.Header.Get("Authorization"); !strings.Contains(auth, "/eu-central-1/kms/aws4_request") || !strings.Contains(auth, "x-amz-target") {
		t.Error(auth)
	}
	calls, _ := s.Calls()
	if last := calls[len(calls)-1]; last.Op != "DescribeKey" || last.Status != 200 || last.Attempt != 1 {
		t.Errorf("%+v", last)
	}
}

func TestServicesAreAskedWhereTheRegionAndTheOptionsSay(t *testing.T) {
	for _, c := range []struct {
		service, region string
		fips, dual      bool
		want            string
	}{
		{"kms", "eu-west-1", false, false, "kms.eu-west-1.amazonaws.com"},
		{"kms", "us-east-1", true, false, "kms-fips.us-east-1.amazonaws.com"},
		{"kms", "us-east-1", true, true, "kms-fips.us-east-1.api.aws"},
		{"kms", "eu-west-1", false, true, "kms.eu-west-1.api.aws"},
		{"kms", "cn-north-1", false, false, "kms.cn-north-1.amazonaws.com.cn"},
		{"kms", "cn-north-1", false, true, "kms.cn-north-1.api.amazonwebservices.com.cn"},
		{"athena", "eusc-de-east-1", false, false, "athena.eusc-de-east-1.amazonaws.eu"},
		{"athena", "eusc-de-east-1", false, true, "athena.eusc-de-east-1.api.amazonwebservices.eu"},
		{"cloudtrail", "us-gov-west-1", true, false, "cloudtrail.us-gov-west-1.amazonaws.com"},
		{"kms", "us-gov-west-1", true, false, "kms-fips.us-gov-west-1.amazonaws.com"},
		{"cloudtrail", "us-east-2", true, false, "cloudtrail-fips.us-east-2.amazonaws.com"},
	} {
		s := &Session{fips: c.fips, dualStack: c.dual}
		if got := s.jsonHost(c.service, c.region); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestAServicesErrorsAreReadWhereverTheirCodeStands(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer *answered
		want   Error
	}{
		{"in the document", jsonReply(400, `{"__type":"NotFoundException","message":"Key 'k' does not exist"}`),
			Error{Kind: KindNotFound, Code: "NotFoundException", Message: "Key 'k' does not exist", Status: 400}},
		{"with a namespace", jsonReply(400, `{"__type":"com.amazonaws.kms#DisabledException","Message":"k is disabled."}`),
			Error{Kind: KindConflict, Code: "DisabledException", Message: "k is disabled.", Status: 400, Hint: "The KMS key is disabled: enable it to read or write with it."}},
		{"in a header", jsonReply(400, `{"message":"no"}`, "X-Amzn-Errortype", "InvalidMarkerException:http://internal.amazon.com/coral/"),
			Error{Kind: KindInvalid, Code: "InvalidMarkerException", Message: "no", Status: 400}},
		{"nowhere", jsonReply(403, `<html>`), Error{Kind: KindDenied, Code: "Forbidden", Status: 403,
			Hint: "No permission for ListKeys, or the bucket belongs to another account, or its policy, key or lock forbids it."}},
		{"of a success that is none", jsonReply(200, `<html>`), Error{Kind: KindUnsupported, Message: "the answer can't be read", Status: 200}},
	} {
		s := isolated(t, jsonWire(func(int, string, string) *answered { return c.answer }))
		var out map[string]any
		got := Wrap("", "", "", s.Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: "ListKeys"}, struct{}{}, &out))
		if got == nil {
			t.Fatal(c.name)
		}
		c.want.Op, c.want.RequestID, got.Err = "ListKeys", "REQ2", nil
		if d := cmp.Diff(c.want, *got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestAThrottledQuestionIsPutAgainAndAThrottledChangeIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := jsonWire(func(n int, _, _ string) *answered {
			if n < 3 {
				return jsonReply(400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
			}
			return jsonReply(200, `{}`)
		})
		s := isolated(t, w)
		if err := s.Reader().JSON(t.Context(), JSONCall{Service: "cloudtrail", Action: "LookupEvents"}, struct{}{}, nil); err != nil || len(w.requests()) != 3 {
			t.Errorf("%v after %d requests", err, len(w.requests()))
		}
		w = jsonWire(func(int, string, string) *answered { return jsonReply(400, `{"__type":"ThrottlingException"}`) })
		writer, err := isolated(t, w).writer()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.JSON(t.Context(), JSONCall{Service: "athena", Action: "StartQueryExecution"}, struct{}{}, nil); err == nil || len(w.requests()) != 1 {
			t.Errorf("%v after %d requests", err, len(w.requests()))
		}
		w = jsonWire(func(int, string, string) *answered { return jsonReply(400, `{"__type":"NotFoundException"}`) })
		if err := isolated(t, w).Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: "DescribeKey"}, struct{}{}, nil); err == nil || len(w.requests()) != 1 {
			t.Errorf("%v after %d requests", err, len(w.requests()))
		}
	})
}

func TestAReadingClientSendsNoActionThatChangesSomething(t *testing.T) {
	w := jsonWire(func(int, string, string) *answered { return jsonReply(200, `{}`) })
	r := isolated(t, w).Reader()
	for _, c := range []JSONCall{{Service: "kms", Action: "ScheduleKeyDeletion"}, {Service: "athena", Action: "StartQueryExecution"}, {Service: "sqs", Action: "ListQueues"}} {
		if err := r.JSON(t.Context(), c, struct{}{}, nil); Wrap("", "", "", err).Kind != KindBug {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if len(w.requests()) != 0 {
		t.Error("something was sent")
	}
}

func TestKeyMaterialNeverTravelsOverHTTP(t *testing.T) {
	w := jsonWire(func(int, string, string) *answered { return jsonReply(200, `{}`) })
	s := isolated(t, w, func(o *Options) { o.Endpoint, o.Dialect = "http://cooper.localhost:1", DialectSandbox })
	for _, action := range []string{"GenerateDataKey", "Encrypt", "Decrypt"} {
		err := Wrap("", "", "", s.Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: action}, struct{}{}, nil))
		if err == nil || err.Kind != KindInvalid || !strings.Contains(err.Message, "https only") {
			t.Errorf("%s: %v", action, err)
		}
		if before := s.Reader().CanAsk(t.Context(), JSONCall{Service: "kms", Action: action}); before == nil || before.Error() != err.Error() {
			t.Errorf("%s, before it is sent: %v", action, before)
		}
	}
	if len(w.requests()) != 0 {
		t.Error("something was sent")
	}
	if err := s.Reader().CanAsk(t.Context(), JSONCall{Service: "kms", Action: "ListKeys"}); err != nil {
		t.Error(err)
	}
	if err := s.Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: "ListKeys"}, struct{}{}, nil); err != nil {
		t.Error(err)
	}
}

func TestACompatibleEndpointHasNoKMSUnlessOneIsNamed(t *testing.T) {
	noSource(t)
	w := jsonWire(func(int, string, string) *answered { return jsonReply(200, `{}`) })
	open := func() *Session {
		s, err := Open(t.Context(), Options{Region: "eu-west-1", Endpoint: "https://ceph.example", Dialect: DialectCompatible, Transport: w,
			Static: &StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	err := Wrap("", "", "", open().Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: "ListKeys"}, struct{}{}, nil))
	if err == nil || err.Kind != KindUnsupported || !strings.Contains(err.Hint, "AWS_ENDPOINT_URL_KMS") || len(w.requests()) != 0 {
		t.Error(err, w.requests())
	}
	t.Setenv("AWS_ENDPOINT_URL_KMS", "https://kms.example:8443")
	if err := open().Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: "ListKeys"}, struct{}{}, nil); err != nil || w.requests()[0].Host != "kms.example:8443" {
		t.Error(err, w.requests())
	}
}

func TestAnAnswerThatDoesNotFitIsNotQuoted(t *testing.T) {
	s := isolated(t, jsonWire(func(int, string, string) *answered { return jsonReply(200, `{"Plaintext":"VERYSECRET="}`) }))
	var out struct{ Plaintext []json.Number }
	err := s.Reader().JSON(t.Context(), JSONCall{Service: "kms", Action: "Decrypt"}, struct{}{}, &out)
	if e := Wrap("", "", "", err); e == nil || strings.Contains(e.Error(), "VERYSECRET") || e.Err != nil {
		t.Errorf("%v", err)
	}
}
