package awsops

import (
	"net/http"
	"strings"
	"testing"
)

// canned is an answer as data: status and body.
type canned struct {
	status int
	body   string
}

// account answers as an account in which a preflight finds nothing wrong; override changes single
// answers by the query or host that the request has.
func account(override map[string]canned) *wire {
	return &wire{answer: func(_ int, r *http.Request, _ string) (*answered, error) {
		for part, a := range override {
			if strings.Contains(r.URL.Host+"?"+r.URL.RawQuery, part) {
				return reply(a.status, a.body), nil
			}
		}
		switch {
		case strings.HasPrefix(r.URL.Host, "sts."):
			return reply(200, callerAnswer), nil
		case r.Method == http.MethodHead:
			return reply(200, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		case strings.Contains(r.URL.RawQuery, "lifecycle"):
			return failure(404, "NoSuchLifecycleConfiguration", "none"), nil
		}
		return failure(404, "ObjectLockConfigurationNotFoundError", "none"), nil
	}}
}

func results(checks []Check) string {
	var out []string
	for _, c := range checks {
		out = append(out, c.Name+" "+c.Result.String())
	}
	return strings.Join(out, ", ")
}

func TestPreflightFindsEachObstacleByItself(t *testing.T) {
	user := strings.ReplaceAll(callerAnswer, ":root", ":user/alice")
	china := strings.ReplaceAll(callerAnswer, "arn:aws:", "arn:aws-cn:")
	rules := `<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter></Rule></LifecycleConfiguration>`
	lock := `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>`
	for _, tc := range []struct {
		name     string
		override map[string]canned
		opt      func(*Options)
		blocked  string
		says     string
	}{
		{"nothing wrong", nil, func(*Options) {}, "", ""},
		{"an IAM user", map[string]canned{"sts.": {200, user}}, func(*Options) {}, "root user", "user/alice"},
		{"China", map[string]canned{"sts.": {200, china}}, func(*Options) {}, "root user", "no root user"},
		{"session token", nil, func(o *Options) { o.Static.SessionToken = "t" }, "long-term keys", "temporary"},
		{"lifecycle rules", map[string]canned{"lifecycle": {200, rules}}, func(*Options) {}, "no lifecycle rules", "1 lifecycle rule"},
		{"object lock", map[string]canned{"object-lock": {200, lock}}, func(*Options) {}, "no Object Lock", "versioning state"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := isolated(t, account(tc.override), tc.opt)
			checks := Preflight(t.Context(), s.Reader(), "b-1", true)
			b := Blocked(checks)
			if tc.blocked == "" {
				if want := "https ok, long-term keys ok, root user ok, owner ok, no lifecycle rules ok, no Object Lock ok"; b != nil || results(checks) != want {
					t.Errorf("checks %s", results(checks))
				}
				return
			}
			if b == nil || b.Name != tc.blocked || !strings.Contains(b.Text, tc.says) || b.Do == "" {
				t.Errorf("blocked by %+v, want %q saying %q", b, tc.blocked, tc.says)
			}
		})
	}
}

func TestPreflightTellsDeniedAndUnaskableApartFromFine(t *testing.T) {
	denied := map[string]canned{"lifecycle": {403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"},
		"object-lock": {501, "<Error><Code>NotImplemented</Code><Message>no</Message></Error>"}}
	s := isolated(t, account(denied), func(o *Options) { o.Endpoint, o.Dialect = "http://127.0.0.1:1", DialectCompatible })
	got := results(Preflight(t.Context(), s.Reader(), "b-1", true))
	want := "https failed, long-term keys ok, root user skipped, owner skipped, no lifecycle rules can't tell, no Object Lock skipped"
	if got != want {
		t.Errorf("checks\n %s, want\n %s", got, want)
	}
}

func TestACompatibleServerIsOfferedOnlyWhatItAnsweredAsS3Does(t *testing.T) {
	s3like := isolated(t, &wire{}, func(o *Options) { o.Endpoint, o.Dialect = "https://127.0.0.1:1", DialectCompatible })
	aws := isolated(t, &wire{})
	for state, want := range map[State]bool{Known: true, Absent: true, Denied: false, Unsupported: false, Failed: false, Unread: false} {
		r := Reading[bool]{State: state, Source: "GetBucketEncryption"}
		if err := Offered(s3like, r); (err == nil) != want {
			t.Errorf("%v: %v", state, err)
		}
		if err := Offered(aws, r); err != nil {
			t.Errorf("AWS, %v: %v", state, err)
		}
	}
}
