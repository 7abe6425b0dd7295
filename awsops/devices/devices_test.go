package devices

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cooper/awsops"
)

const caller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn>
<UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

// iam answers by action; what is asked is kept.
type iam struct {
	answers map[string]func(form url.Values) (int, string)
	asked   []string
}

func (f *iam) RoundTrip(r *http.Request) (*http.Response, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, err
	}
	f.asked = append(f.asked, r.URL.Host+" "+form.Get("Action")+" "+form.Get("Marker"))
	status, body := 200, caller
	if answer, ok := f.answers[form.Get("Action")]; ok {
		status, body = answer(form)
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

func session(t *testing.T, f *iam, change ...func(*awsops.Options)) *awsops.Reader {
	t.Helper()
	opt := awsops.Options{Region: "eu-west-1", Isolated: true, Transport: f,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}}
	for _, c := range change {
		c(&opt)
	}
	s, err := awsops.Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s.Reader()
}

func virtualPage(truncated, marker string, members ...string) string {
	return "<ListVirtualMFADevicesResponse><ListVirtualMFADevicesResult><IsTruncated>" + truncated + "</IsTruncated><Marker>" + marker +
		"</Marker><VirtualMFADevices>" + strings.Join(members, "") + "</VirtualMFADevices></ListVirtualMFADevicesResult></ListVirtualMFADevicesResponse>"
}

func member(serial, owner string) string {
	return "<member><SerialNumber>" + serial + "</SerialNumber><EnableDate>2025-03-01T09:00:00Z</EnableDate><User><Arn>" + owner + "</Arn></User></member>"
}

func TestVirtualDevicesAreListedOverAllPages(t *testing.T) {
	f := &iam{answers: map[string]func(url.Values) (int, string){"ListVirtualMFADevices": func(form url.Values) (int, string) {
		if form.Get("AssignmentStatus") != "Assigned" || form.Get("Version") != "2010-05-08" {
			return 400, ""
		}
		if form.Get("Marker") == "" {
			return 200, virtualPage("true", "M2", member("arn:aws:iam::111122223333:mfa/alice", "arn:aws:iam::111122223333:user/alice"))
		}
		return 200, virtualPage("false", "", member("arn:aws:iam::111122223333:mfa/root-account-mfa-device", "arn:aws:iam::111122223333:root"))
	}}}
	r := session(t, f)
	got := Virtual(t.Context(), r)
	list, ok := got.Get()
	if !ok || len(list) != 2 || !list[1].Root || list[0].Root || !list[0].Codes || list[0].Enabled.Year() != 2025 {
		t.Fatalf("%v: %+v", got.State, list)
	}
	if want := Usable("arn:aws:iam::111122223333:root", got); !slices.Equal(want, []string{list[1].Serial}) {
		t.Errorf("usable %v", want)
	}
	if !slices.Contains(f.asked, "iam.amazonaws.com ListVirtualMFADevices M2") {
		t.Errorf("asked %v", f.asked)
	}
}

func TestOwnDevicesNameTokensAndLeaveOutKeysWithoutCodes(t *testing.T) {
	f := &iam{answers: map[string]func(url.Values) (int, string){"ListMFADevices": func(url.Values) (int, string) {
		return 200, `<ListMFADevicesResponse><ListMFADevicesResult><MFADevices><member><SerialNumber>GAHT12345678</SerialNumber><EnableDate>soon</EnableDate></member>
<member><SerialNumber>arn:aws:iam::111122223333:u2f/root/key</SerialNumber></member></MFADevices></ListMFADevicesResult></ListMFADevicesResponse>`
	}}}
	got := Own(t.Context(), session(t, f))
	list, _ := got.Get()
	if len(list) != 2 || !list[0].Enabled.IsZero() || list[1].Codes {
		t.Fatalf("%v: %+v", got.State, list)
	}
	if want := Usable("arn:aws:iam::111122223333:root", got, got); !slices.Equal(want, []string{"GAHT12345678"}) {
		t.Errorf("usable %v", want)
	}
}

func TestNotBeingAllowedToAskIsNotTheSameAsHavingNone(t *testing.T) {
	f := &iam{answers: map[string]func(url.Values) (int, string){"ListVirtualMFADevices": func(url.Values) (int, string) {
		return 403, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>User is not authorized to perform: iam:ListVirtualMFADevices</Message></Error></ErrorResponse>`
	}}}
	if got := Virtual(t.Context(), session(t, f)); got.State != awsops.Denied || got.Err.Code != "AccessDenied" {
		t.Errorf("%v: %v", got.State, got.Err)
	}
	other := session(t, f, func(o *awsops.Options) { o.Endpoint, o.Dialect = "https://127.0.0.1:1", awsops.DialectCompatible })
	if got := Virtual(t.Context(), other); got.State != awsops.Unsupported {
		t.Errorf("compatible: %v", got.State)
	}
}
