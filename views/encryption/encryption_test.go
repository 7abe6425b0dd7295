package encryption

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/record"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
)

const (
	keyID  = "1234abcd-12ab-34cd-56ef-1234567890ab"
	keyARN = "arn:aws:kms:eu-west-1:111122223333:key/" + keyID
)

// wire answers requests in place of a network.
type wire struct {
	mu      sync.Mutex
	answers map[string]string // by sub-resource or JSON action: a document, or "STATUS CODE"
	sent    []string
}

const rootCaller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn>
<UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	status, text := w.answer(r, body)
	header := http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Amz-Request-Id": {"REQ1"}}
	return &http.Response{StatusCode: status, Header: header, Request: r, ContentLength: int64(len(text)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func (w *wire) answer(r *http.Request, body string) (int, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, action, json := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	name := action[strings.LastIndex(action, ".")+1:]
	switch {
	case json:
	case strings.Contains(body, "GetCallerIdentity"):
		return 200, rootCaller
	case r.Method == http.MethodHead:
		return 200, ""
	default:
		name, _, _ = strings.Cut(r.URL.RawQuery, "=")
		name, _, _ = strings.Cut(name, "&")
	}
	w.sent = append(w.sent, r.Method+" "+name+" "+body)
	text := w.answers[name]
	if r.Method == http.MethodPut {
		w.answers[name] = body
		return 200, ""
	}
	status, code := 501, "NotImplemented"
	if n, err := fmt.Sscanf(text, "%d %s", &status, &code); text != "" && (err != nil || n != 2) {
		return 200, text
	}
	if json {
		return status, `{"__type":"` + code + `","message":"no"}`
	}
	return status, "<Error><Code>" + code + "</Code><Message>no</Message></Error>"
}

func byDefault(algorithm, rest string) string {
	return `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>` + algorithm +
		`</SSEAlgorithm>` + rest + `<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>`
}

func underKey(key string) string {
	return byDefault("aws:kms", `<KMSMasterKeyID>`+key+`</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>`)
}

func described(state, more string) string {
	return `{"KeyMetadata":{"AWSAccountId":"111122223333","KeyId":"` + keyID + `","Arn":"` + keyARN + `","Enabled":true,"Description":"Customer data","KeyUsage":"ENCRYPT_DECRYPT","KeyState":"` +
		state + `","KeyManager":"CUSTOMER","KeySpec":"SYMMETRIC_DEFAULT"` + more + `}}`
}

const ourPolicy = `{"Version":"2012-10-17","Statement":[` +
	`{"Sid":"CooperDenyInsecureTransport","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},` +
	`{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"false"},"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}}]}`

func healthy() map[string]string {
	return map[string]string{
		"encryption": underKey(keyARN), "policy": ourPolicy, "DescribeKey": described("Enabled", ""),
		"ListAliases":       `{"Aliases":[{"AliasName":"alias/customer-data","AliasArn":"a","TargetKeyId":"` + keyID + `"}]}`,
		"ListKeys":          `{"Keys":[{"KeyId":"` + keyID + `","KeyArn":"` + keyARN + `"}]}`,
		"ListServiceQuotas": `{"Quotas":[{"QuotaName":"Cryptographic operations (symmetric) request rate","Value":100000}]}`,
		"GenerateDataKey":   "400 DryRunOperationException",
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// stage is the tab, or the usage screen, on a whole shell.
type stage struct {
	env  *views.Env
	wire *wire
}

func newStage(t *testing.T, answers map[string]string, change ...func(*awsops.Options)) *stage {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s := &stage{wire: &wire{answers: answers}}
	opt := awsops.Options{Region: "eu-west-1", Isolated: true, Transport: s.wire, Journal: record.To(journal.Memory()), Rand: zeroes{},
		Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}}
	for _, f := range change {
		f(&opt)
	}
	session, err := awsops.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	s.env = &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Environ: func(string) string { return "" }}
	return s
}

func on(t *testing.T, w, h int, place ui.Place, answers map[string]string, script func(*stage, *uitest.Program), change ...func(*awsops.Options)) {
	t.Helper()
	var s *stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		s = newStage(t, answers, change...)
		return ui.New(ui.Options{Name: "cooper", Theme: s.env.Theme, KeepDark: true, Home: place, Explain: views.Explain, Works: s.env.Works,
			Screens:  map[string]func(ui.Place) ui.View{"encryption": func(p ui.Place) ui.View { return New(s.env, p) }, UsageScreen: func(p ui.Place) ui.View { return NewUsage(s.env, p) }},
			Identity: func() ui.Identity { return ui.Identity{Profile: "demo", Region: "eu-west-1", Scheme: "https"} }})
	}, func(_ *testing.T, p *uitest.Program) { script(s, p) })
}

var (
	tabPlace   = ui.Place{Screen: "encryption", Bucket: "b"}
	usagePlace = ui.Place{Screen: UsageScreen, Bucket: "b", Focus: keyARN}
)

// goldens draws a screen at every size.
func goldens(t *testing.T, name string, place ui.Place, answers func() map[string]string, script func(*stage, *uitest.Program), change ...func(*awsops.Options)) {
	t.Helper()
	for _, size := range []struct{ w, h int }{{80, 24}, {120, 40}, {40, 10}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			on(t, size.w, size.h, place, answers(), func(s *stage, p *uitest.Program) {
				if script != nil {
					script(s, p)
				}
				uitest.Golden(t, fmt.Sprintf("%s-%dx%d", name, size.w, size.h), p.Text())
			}, change...)
		})
	}
}

func with(name, answer string) func() map[string]string {
	return func() map[string]string {
		all := healthy()
		all[name] = answer
		return all
	}
}

func TestTheTabSaysWhatEncryptsAndWhatIsForced(t *testing.T) {
	goldens(t, "tab", tabPlace, healthy, nil)
}

func TestAKeyThatIsPendingDeletionCantBeOverlooked(t *testing.T) {
	goldens(t, "doomed", tabPlace, with("DescribeKey", described("PendingDeletion", `,"DeletionDate":946944000`)), nil)
}

func TestWhatCantBeReadIsNeverShownAsOff(t *testing.T) {
	for name, answers := range map[string]func() map[string]string{
		"denied": func() map[string]string {
			return map[string]string{"encryption": "403 AccessDenied", "policy": "403 AccessDenied"}
		},
		"unsupported": func() map[string]string {
			return map[string]string{"encryption": `<ListBucketResult></ListBucketResult>`, "policy": "501 NotImplemented"}
		},
		"failed": func() map[string]string {
			return map[string]string{"encryption": "400 InvalidRequest", "policy": "400 InvalidRequest"}
		},
		"key-denied": func() map[string]string {
			return map[string]string{"encryption": underKey(keyARN), "policy": "404 NoSuchBucketPolicy", "DescribeKey": "400 AccessDeniedException", "ListServiceQuotas": "400 AccessDeniedException"}
		},
		"key-gone": with("DescribeKey", "400 NotFoundException"),
		"an-alias": with("encryption", underKey("alias/customer-data")),
		"plain-s3": func() map[string]string {
			return map[string]string{"encryption": byDefault("AES256", `</ApplyServerSideEncryptionByDefault>`), "policy": "404 NoSuchBucketPolicy"}
		},
		"no-policy": with("policy", "404 NoSuchBucketPolicy"),
	} {
		t.Run(name, func(t *testing.T) {
			on(t, 80, 24, tabPlace, answers(), func(_ *stage, p *uitest.Program) { uitest.Golden(t, name, p.Text()) })
		})
	}
}

func TestOverHTTPTheConnectionIsAWarning(t *testing.T) {
	on(t, 100, 30, tabPlace, healthy(), func(_ *stage, p *uitest.Program) { p.Sees("http: everything travels in plain text") },
		func(o *awsops.Options) { o.Endpoint = "http://cooper.localhost:9000" })
}

func TestTheKeysOfTheRegionCanBeChosenFrom(t *testing.T) {
	goldens(t, "keys", tabPlace, healthy, func(_ *stage, p *uitest.Program) {
		p.Press("K")
		p.Sees("another key")
	})
	on(t, 80, 24, tabPlace, healthy(), func(_ *stage, p *uitest.Program) {
		p.Press("K")
		p.Sees("another key")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sees("Default encryption of b")
		p.Sees(keyID[:8])
	})
}

// changes gives the bodies of the changes that were made.
func (s *stage) changes() []string {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	var out []string
	for _, r := range s.wire.sent {
		if strings.HasPrefix(r, "PUT ") || strings.HasPrefix(r, "DELETE ") {
			out = append(out, r)
		}
	}
	return out
}

// change presses keys until a plan is there, applies it, and gives the one change that it made.
func change(t *testing.T, answers map[string]string, keys ...string) string {
	t.Helper()
	got := ""
	on(t, 100, 40, tabPlace, answers, func(s *stage, p *uitest.Program) {
		p.Press(keys...)
		p.Sees("Plan:")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sleep(time.Minute)
		if all := s.changes(); len(all) == 1 {
			got = all[0]
		} else {
			t.Errorf("%v made %q\n%s", keys, all, p.Text())
		}
	})
	return got
}

func TestTheDefaultIsChangedByAPlan(t *testing.T) {
	for _, c := range []struct {
		name  string
		keys  []string
		wants []string
	}{
		{"reset", []string{"R"}, []string{"<SSEAlgorithm>AES256<", "<BucketKeyEnabled>false<", "<EncryptionType>SSE-C<"}},
		{"allow SSE-C", []string{"b"}, []string{"<SSEAlgorithm>aws:kms<", "<KMSMasterKeyID>" + keyARN, "<BucketKeyEnabled>true<", "<EncryptionType>NONE<"}},
		{"a form", []string{"e", "right", "enter"}, []string{"<SSEAlgorithm>aws:kms:dsse<", "<KMSMasterKeyID>" + keyARN, "<BucketKeyEnabled>false<", "<EncryptionType>SSE-C<"}},
	} {
		got := change(t, healthy(), c.keys...)
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s is not in %s", c.name, want, got)
			}
		}
	}
}

func TestASwitchAddsAndRemovesOurOwnStatementsOnly(t *testing.T) {
	bare := healthy()
	bare["policy"] = "404 NoSuchBucketPolicy"
	up := func(n int, more ...string) []string { // rows above the last, which is "no SSE-C"; "only this kind" has three lines
		return append(append([]string{"G"}, slices.Repeat([]string{"k"}, n)...), more...)
	}
	for _, c := range []struct {
		answers map[string]string
		keys    []string
		has     []string
		lacks   string
	}{
		{healthy(), up(6, "enter"), []string{`"Theirs"`}, "CooperDenyInsecureTransport"},
		{healthy(), up(0, "enter"), []string{`"Theirs"`, `"CooperDenySseC"`, `"CooperDenyInsecureTransport"`}, ""},
		{healthy(), up(1, "enter", "enter"), []string{`"CooperDenyOtherKmsKey"`, keyARN, `"CooperDenyKmsWithoutKeyId"`}, ""},
		{healthy(), up(5, "enter", "down", "enter"), []string{`"CooperDenyOldTls"`, `"1.3"`}, ""},
		{bare, up(3, "enter", "enter"), []string{`"CooperDenyOldTls"`, `"CooperDenyInsecureTransport"`}, ""}, // http has no version that is too old
		{bare, up(2, "enter", "enter"), []string{`"CooperDenyOtherSse"`, `"aws:kms"`}, ""},
	} {
		got := change(t, c.answers, c.keys...)
		for _, want := range c.has {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %s is not in %s", c.keys, want, got)
			}
		}
		if c.lacks != "" && strings.Contains(got, c.lacks) {
			t.Errorf("%v: %s", c.keys, got)
		}
	}
}

func TestASwitchThatIsNotOursIsLeftToThePolicyTab(t *testing.T) {
	on(t, 100, 40, tabPlace, healthy(), func(s *stage, p *uitest.Program) {
		p.Press("G", "k", "k", "enter")
		p.Sees("The statement Theirs forces it, which is not cooper's")
		if got := s.changes(); len(got) != 0 {
			t.Error(got)
		}
	})
}

func TestAWrongKeyIsRefusedWhereItIsTypedAndStays(t *testing.T) {
	on(t, 100, 40, tabPlace, healthy(), func(_ *stage, p *uitest.Program) {
		p.Press("e", "tab")
		p.Type("x")
		p.Press("enter")
		p.Sees("that is no key's id, alias or ARN")
		p.SeesNot("Plan:")
	})
	gone := healthy()
	gone["DescribeKey"] = "400 NotFoundException"
	on(t, 100, 40, tabPlace, gone, func(_ *stage, p *uitest.Program) {
		p.Press("e", "tab", "ctrl+u")
		p.Type("alias/nope")
		p.Press("enter")
		p.Sees("Can't be applied", "there is no such key", "→ alias/nope")
		p.Sleep(time.Second)
		p.Press("esc", "e")
		p.Sees("alias/nope") // what was typed is still there
	})
	answers := healthy()
	answers["DescribeKey"] = described("Disabled", "")
	on(t, 100, 40, tabPlace, answers, func(s *stage, p *uitest.Program) {
		p.Press("b")
		p.Sees("Can't be applied", "The key's state is Disabled")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sleep(time.Second)
		if got := s.changes(); len(got) != 0 {
			t.Error(got)
		}
	})
}

func event(n int, operation, code string) string {
	return fmt.Sprintf(`{"EventId":"e%d","EventName":"%s","EventTime":%d,"Username":"analyst","CloudTrailEvent":"{\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::111122223333:user/anal\u202eyst\"},`+
		`\"sourceIPAddress\":\"198.51.100.7\",\"userAgent\":\"aws-cli\",\"errorCode\":\"%s\",\"requestParameters\":{\"encryptionContext\":{\"aws:s3:arn\":\"arn:aws:s3:::b/k%d\",\"team\":\"data\"}}}"}`, n, operation, 946_000_000-n*60, code, n)
}

func history() map[string]string {
	return map[string]string{"LookupEvents": `{"Events":[` + event(1, "Decrypt", "") + `,` + event(2, "DescribeKey", "") + `,` + event(3, "GenerateDataKey", "AccessDeniedException") + `],"NextToken":"t"}`}
}

func TestTheUsesOfAKeyAreShownWithWhoAndWhatFor(t *testing.T) {
	goldens(t, "usage", usagePlace, history, nil)
	goldens(t, "usage-details", usagePlace, history, func(_ *stage, p *uitest.Program) { p.Press("enter") })
}

func TestNoHistoryAndADeniedOneAreDifferentPictures(t *testing.T) {
	for name, answer := range map[string]string{"usage-empty": `{"Events":[]}`, "usage-denied": "400 AccessDeniedException", "usage-failed": "400 InvalidTimeRangeException", "usage-unsupported": "400 UnknownOperationException"} {
		on(t, 80, 24, usagePlace, map[string]string{"LookupEvents": answer}, func(_ *stage, p *uitest.Program) { uitest.Golden(t, name, p.Text()) })
	}
}

func TestOlderUsesAreReadByAKey(t *testing.T) {
	on(t, 120, 40, usagePlace, history(), func(s *stage, p *uitest.Program) {
		s.wire.mu.Lock()
		s.wire.answers["LookupEvents"] = `{"Events":[` + event(9, "Decrypt", "") + `]}`
		s.wire.mu.Unlock()
		p.Press("n")
		p.Sees("b/k1", "b/k9")
		p.Press("n")
		p.Sees("There are no older ones")
		if last := s.wire.sent[len(s.wire.sent)-1]; !strings.Contains(last, `"NextToken":"t"`) {
			t.Error(last)
		}
	})
}

func TestTheHistoryOfAnyKeyCanBeAskedFor(t *testing.T) {
	answers := healthy()
	answers["LookupEvents"] = history()["LookupEvents"]
	answers["encryption"] = byDefault("AES256", `</ApplyServerSideEncryptionByDefault>`)
	on(t, 100, 40, tabPlace, answers, func(_ *stage, p *uitest.Program) {
		p.Press("w")
		p.Sees("The default names no KMS key")
		p.Press("W")
		p.Sleep(time.Second)
		p.Press("down", "enter")
		p.Type("nonsense")
		p.Press("enter")
		p.Sees("the full ARN of a key")
		p.Press("esc", "W")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sees("b/k1", "AccessDenied b/k3")
	})
	answers["ListKeys"] = "400 AccessDeniedException"
	on(t, 100, 40, tabPlace, answers, func(_ *stage, p *uitest.Program) {
		p.Press("K")
		p.Sees("No permission for ListKeys", "Default encryption of b")
	})
}
