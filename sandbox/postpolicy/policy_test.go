package postpolicy

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

const documented = `{"expiration": "2026-03-01T13:00:00.000Z", "conditions": [
	{"bucket": "sigv4examplebucket"}, ["starts-with", "$key", "user/user1/"], {"acl": "public-read"},
	{"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
	["starts-with", "$Content-Type", "image/"], {"x-amz-meta-uuid": "14365123651274"},
	["starts-with", "$x-amz-meta-tag", ""], ["content-length-range", 10, 20]]}`

func form(change ...string) map[string]string {
	f := map[string]string{"key": "user/user1/a.png", "acl": "public-read", "content-type": "image/png",
		"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
		"x-amz-meta-uuid":         "14365123651274", "policy": "x", "x-amz-signature": "x", "x-ignore-me": "x"}
	for i := 0; i+1 < len(change); i += 2 {
		f[change[i]] = change[i+1]
	}
	return f
}

func TestAFormIsHeldToEveryConditionOfItsPolicy(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields map[string]string
		bucket string
		size   int64
		at     time.Duration
		want   string
	}{
		{"as documented", form(), "", 15, 0, ""},
		{"smallest", form(), "", 10, 0, ""},
		{"largest", form(), "", 20, 0, ""},
		{"too small", form(), "", 9, 0, "EntityTooSmall: Your proposed upload is smaller than the minimum allowed size"},
		{"too large", form(), "", 21, 0, "EntityTooLarge: Your proposed upload exceeds the maximum allowed size"},
		{"another key", form("key", "user/user2/a"), "", 15, 0, `AccessDenied: Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "user/user1/"]`},
		{"another acl", form("acl", "private"), "", 15, 0, `AccessDenied: Invalid according to Policy: Policy Condition failed: ["eq", "$acl", "public-read"]`},
		{"another bucket", form(), "other", 15, 0, `AccessDenied: Invalid according to Policy: Policy Condition failed: ["eq", "$bucket", "sigv4examplebucket"]`},
		{"another type", form("content-type", "text/html"), "", 15, 0, `AccessDenied: Invalid according to Policy: Policy Condition failed: ["starts-with", "$Content-Type", "image/"]`},
		{"a list of types", form("content-type", "image/png, image/gif"), "", 15, 0, ""},
		{"a list with another type", form("content-type", "image/png,text/html"), "", 15, 0, `AccessDenied: Invalid according to Policy: Policy Condition failed: ["starts-with", "$Content-Type", "image/"]`},
		{"any tag", form("x-amz-meta-tag", "anything"), "", 15, 0, ""},
		{"more fields", form("x-amz-meta-other", "1", "cache-control", "no-store"), "", 15, 0, "AccessDenied: Invalid according to Policy: Extra input fields: cache-control, x-amz-meta-other"},
		{"last moment", form(), "", 15, time.Hour - 1, ""},
		{"over", form(), "", 15, time.Hour, "AccessDenied: Invalid according to Policy: Policy expired."},
	} {
		p, err := Parse(encode(documented))
		if err != nil {
			t.Fatal(err)
		}
		bucket := c.bucket
		if bucket == "" {
			bucket = "sigv4examplebucket"
		}
		got := ""
		if err := p.Check(now.Add(c.at), bucket, c.fields, c.size); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAPolicyThatCannotBeReadIsAnInvalidDocument(t *testing.T) {
	for text, want := range map[string]string{
		"":  "Invalid JSON",
		"x": "Invalid JSON",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[]} x`: "Invalid JSON",
		`{"conditions":[]}`:                                                                               "missing expiration",
		`{"expiration":"2026-03-01T13:00:00Z"}`:                                                           "missing conditions",
		`{"expiration":"tomorrow","conditions":[]}`:                                                       "'expiration' value: 'tomorrow'",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[{"a":"1","b":"2"}]}`:                          "exactly one property",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[{"Expires":86400}]}`:                          "must be a string",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["eq","$key"]]}`:                              "number of arguments",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["eq","key","a"]]}`:                           "type of arguments",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["ends-with","$key","a"]]}`:                   "unknown operation",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["content-length-range","one",2]]}`:           "must be integers",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["content-length-range",-1,2]]}`:              "must be integers",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["content-length-range",1.5,2]]}`:             "must be integers",
		`{"expiration":"2026-03-01T13:00:00Z","conditions":[["content-length-range",1,1e99,"$","more"]]}`: "number of arguments",
	} {
		_, err := Parse(encode(text))
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != "InvalidPolicyDocument" || e.Status != 400 || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := Parse("no base64!"); err == nil {
		t.Error("what is no base64 was read")
	}
}

func FuzzAPolicyNeverPanicsAndNeverLetsAnUnnamedFieldPass(f *testing.F) {
	f.Add(documented, "user/user1/a", int64(15))
	f.Add(`{"expiration":"2026-03-01T13:00:00Z","conditions":[["content-length-range","1","2"],["EQ","$Key","a"]]}`, "a", int64(1))
	f.Fuzz(func(t *testing.T, text, key string, size int64) {
		p, err := Parse(encode(text))
		if err != nil {
			return
		}
		fields := map[string]string{"key": key, "stranger-\x00": "x"}
		named := false
		for _, c := range p.conditions {
			named = named || c.field == "stranger-\x00"
		}
		if p.Check(now, "b", fields, size) == nil && !named {
			t.Errorf("%s let a field pass that it doesn't name", text)
		}
	})
}
