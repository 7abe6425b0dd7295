package accesslog

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// load reads a file of testdata.
func load(t testing.TB, name string) *Rows {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return loadText(t, string(data))
}

func loadText(t testing.TB, text string) *Rows {
	t.Helper()
	table := New()
	if err := table.Load(context.Background(), strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return table.Rows()
}

func TestEveryExampleOfTheUserGuideIsARecord(t *testing.T) {
	for name, fields := range map[string]int{"userguide-2019.log": 24, "userguide-2023.log": 26, "userguide-2026.log": 27, "checksum.log": 24, "older.log": 18} {
		rows := load(t, name)
		if rows.Len() == 0 {
			t.Errorf("%s is empty", name)
		}
		for i := range uint32(rows.Len()) {
			if r := rows.Record(i); r.Broken != "" || r.N != fields || r.Extra != "" {
				t.Errorf("%s, line %d: %d fields, broken %q, extra %q", name, i+1, r.N, r.Broken, r.Extra)
			}
		}
	}
}

func TestARecordIsWrittenAsItStood(t *testing.T) {
	names, err := filepath.Glob("testdata/*.log")
	if err != nil || len(names) < 6 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rows := load(t, filepath.Base(name))
		for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			r := rows.Record(uint32(i))
			if got := r.Line(); got != strings.TrimRight(line, " ") {
				t.Errorf("%s, line %d\n got %s\nwant %s", name, i+1, got, line)
			}
		}
	}
}

func TestTheFieldsOfTheUserGuidesPut(t *testing.T) {
	r := load(t, "userguide-2023.log").Record(4)
	const owner = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
	want := []string{owner, "DOC-EXAMPLE-BUCKET1", "06/Feb/2019:00:01:57 +0000", "192.0.2.3", owner, "DD6CC733AEXAMPLE", "REST.PUT.OBJECT", "s3-dg.pdf",
		"PUT /DOC-EXAMPLE-BUCKET1/s3-dg.pdf HTTP/1.1", "200", "-", "-", "4406583", "41754", "28", "-", "S3Console/0.4", "-",
		"10S62Zv81kBW7BB6SX4XJ48o6kpcl6LPwEoizZQQxJd5qDSCTLX0TgS37kYUBKQW3+bPdrg1234=", "SigV4", "ECDHE-RSA-AES128-SHA", "AuthHeader",
		"DOC-EXAMPLE-BUCKET1.s3.us-west-1.amazonaws.com", "TLSV1.2", "-", "Yes", ""}
	if got := r.Value[:]; !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if !r.At.Equal(time.Date(2019, 2, 6, 0, 1, 57, 0, time.UTC)) || r.Key != "s3-dg.pdf" || r.TLS != TLSYes || r.Auth != AuthHeader {
		t.Errorf("at %v, key %q, TLS %v, auth %v", r.At, r.Key, r.TLS, r.Auth)
	}
	if region := load(t, "userguide-2026.log").Record(0).Value[SourceRegion]; region != "us-east-1" {
		t.Errorf("source region %q", region)
	}
}

func TestQuotesInWhatClientsSendMoveNoField(t *testing.T) {
	rows := load(t, "quotes.log")
	for i, want := range []struct{ key, request, referer, agent, extra string }{
		{`"`, `GET /" HTTP/1.1`, "referer test", "curl/7.38.0", ""},
		{"a b", "GET /a%20b HTTP/1.1", `foo "bar" baz`, `a "quoted" agent`, ""},
		{"x", "GET /x HTTP/1.1", "-", `evil" - uidORkMVUSKEFetTC9FJG1qrSdT9DlxA97GPF8m2IsJlDxHLkV5VGzmkuTb8pXIym7B/J5XZlGU= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader h TLSv1.2 - -`, ""},
		{"x", "GET /x HTTP/1.1", "-", "", `new-field "another one"`},
		{"x", `GET /x" 200 - 1 HTTP/1.1`, "-", "agent without a referer", ""},
	} {
		r := rows.Record(uint32(i))
		if r.Key != want.key || r.Value[RequestURI] != want.request || r.Value[Referer] != want.referer || r.Value[UserAgent] != want.agent || r.Extra != want.extra {
			t.Errorf("line %d: broken %q, key %q, request %q, referer %q, agent %q, extra %q", i, r.Broken, r.Key, r.Value[RequestURI], r.Value[Referer], r.Value[UserAgent], r.Extra)
		}
		if r.Value[Status] != "403" || r.Value[HostID] != "uidORkMVUSKEFetTC9FJG1qrSdT9DlxA97GPF8m2IsJlDxHLkV5VGzmkuTb8pXIym7B/J5XZlGU=" || r.Auth != AuthNone || r.TLS != TLSYes {
			t.Errorf("line %d: status %s, host id %s, auth %v, TLS %v", i, r.Value[Status], r.Value[HostID], r.Auth, r.TLS)
		}
	}
}

// sample is a record with all fields; a test changes some.
func sample(change map[Field]string) string {
	values := []string{"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", "logged", "21/Nov/2026:10:00:05 +0000", "203.0.113.9",
		"arn:aws:iam::111122223333:user/dev", "3E57427F33A59F07", "REST.GET.OBJECT", "a.txt", "GET /logged/a.txt HTTP/1.1", "200", "-", "120", "120", "17", "16",
		"-", "curl/8.5.0", "-", "uidORkMVUSKEFetTC9FJG1qrSdT9DlxA97GPF8m2IsJlDxHLkV5VGzmkuTb8pXIym7B/J5XZlGU=", "SigV4", "TLS_AES_128_GCM_SHA256", "AuthHeader",
		"logged.s3.eu-west-1.amazonaws.com", "TLSv1.3", "-", "-", "eu-west-1"}
	for f, v := range change {
		values[f] = v
	}
	return string(PartsOf(values).line()) + "\n"
}

func TestLinesThatAreNoRecordsAreKept(t *testing.T) {
	bad := []string{"nonsense", sample(map[Field]string{Time: "21/Foo/2026:10:00:05 +0000"}), sample(map[Field]string{Time: "31/Feb/2026:10:00:05 +0000"}),
		sample(map[Field]string{Status: "abc"}), sample(map[Field]string{BytesSent: "many"}), sample(map[Field]string{TotalTime: "99999999999"}),
		"a b [21/Nov/2026:10:00:05 +0000] c", strings.Repeat("x", longestLine+5)}
	rows := loadText(t, sample(nil)+strings.Join(bad, "\n")+"\n\n\r\n"+sample(nil))
	counted := 0
	for i := range uint32(rows.Len()) {
		r := rows.Record(i)
		if r.Broken == "" {
			continue
		}
		want := strings.TrimSpace(bad[counted])
		if r.Broken != want[:min(len(want), longestLine)] {
			t.Errorf("broken line %d is kept as %.80q", counted, r.Broken)
		}
		counted++
	}
	if counted != len(bad) || rows.Len() != len(bad)+2 {
		t.Errorf("%d of %d records are broken", counted, rows.Len())
	}
}

func TestKeysAreDecodedAsOftenAsTheyWereEncoded(t *testing.T) {
	for _, c := range []struct{ field, request, want string }{
		{"plain/key.txt", "GET /b/plain/key.txt HTTP/1.1", "plain/key.txt"},
		{"a%2520b", "GET /b/a%20b HTTP/1.1", "a b"},
		{"a%20b", "GET /b/a%20b HTTP/1.1", "a b"},
		{"a%2520b", "GET /b/a%2520b HTTP/1.1", "a%20b"}, // the key has a percent sign itself
		{"a%252520b", "GET /b/a%2520b HTTP/1.1", "a%20b"},
		{"a+b", "GET /b/a+b HTTP/1.1", "a+b"},
		{"a+b", "GET /b/a%20b HTTP/1.1", "a b"},
		{"a%252Bb", "GET /b/a%2Bb HTTP/1.1", "a+b"},
		{"a%2520b", "-", "a b"}, // a batch deletion has no request to compare with
		{"a%20b", "-", "a b"},
		{"100%", "-", "100%"},
		{"-", "GET /b?versioning HTTP/1.1", ""},
	} {
		r := loadText(t, sample(map[Field]string{Key: c.field, RequestURI: c.request})).Record(0)
		if r.Key != c.want || r.Value[Key] != c.field || r.Value[RequestURI] != c.request {
			t.Errorf("%s with %s is %q, want %q (kept as %s, %s)", c.field, c.request, r.Key, c.want, r.Value[Key], r.Value[RequestURI])
		}
	}
}

func TestOldLinesDoNotClaimToBeWithoutTLS(t *testing.T) {
	if r := load(t, "older.log").Record(0); r.TLS != TLSUnknown || r.Auth != AuthUnknown {
		t.Errorf("TLS %v, authentication %v", r.TLS, r.Auth)
	}
	plain := map[Field]string{Cipher: "-", TLSVersion: "-"}
	if r := loadText(t, sample(plain)).Record(0); r.TLS != TLSNo {
		t.Errorf("TLS %v", r.TLS)
	}
}

func TestPartsFromElsewhereBecomeRecords(t *testing.T) {
	table := New()
	values := strings.Fields(`o b 21/Nov/2026:10:00:05_+0000 192.0.2.1 - 3E57427F33A59F07 BATCH.DELETE.OBJECT k - 204 - - 5 - - - - v1 h - - - - -`)
	values[2] = "21/Nov/2026:10:00:05 +0000"
	values = append(values, "", "", "", "more")
	table.Add(PartsOf(values))
	values[2] = "yesterday"
	table.Add(PartsOf(values))
	rows := table.Rows()
	if r := rows.Record(0); r.Broken != "" || r.N != 27 || r.Extra != "more" || r.Value[VersionID] != "v1" || r.Key != "k" {
		t.Errorf("%+v", r)
	}
	if r := rows.Record(1); r.Broken == "" || table.Counts() != (Counts{Records: 2, Broken: 1, Bytes: table.Counts().Bytes}) {
		t.Errorf("%+v %+v", r, table.Counts())
	}
}

func TestWhatLetsAPresignedURLBeUsedIsNotKept(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	url := "/logged/a.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=" + secret + "&X-Amz-Security-Token=" + secret + "&x=1"
	old := "https://logged.example.com/a.txt?AWSAccessKeyId=AKIA&Signature=" + secret
	rows := loadText(t, sample(map[Field]string{RequestURI: "GET " + url + " HTTP/1.1", Referer: old})+"broken "+url+"\n")
	for i := range uint32(2) {
		r := rows.Record(i)
		if text := r.Line(); strings.Contains(text, secret[:8]) || !strings.Contains(text, "X-Amz-Signature=HIDDEN&X-Amz-Security-Token=HIDDEN&x=1") {
			t.Error(text)
		}
	}
	if r := rows.Record(0); !strings.Contains(r.Value[Referer], "Signature=HIDDEN") || r.Value[Status] != "200" {
		t.Errorf("%q", r.Value)
	}
}

// FuzzLine checks that no line is lost or changed, whatever stands in it.
func FuzzLine(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.log") // none found leaves the sample alone
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			f.Add(line)
		}
	}
	f.Add([]byte(sample(nil)))
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) < longestLine {
			checkNothingIsLost(t, line)
		}
	})
}

func checkNothingIsLost(t *testing.T, text []byte) {
	t.Helper()
	rows := loadText(t, string(text))
	var want []string
	for l := range bytes.SplitSeq(text, []byte("\n")) {
		if l = bytes.TrimRight(l, " \r\n"); len(l) > 0 {
			want = append(want, string(l))
		}
	}
	if rows.Len() != len(want) {
		t.Fatalf("%d records of %d lines", rows.Len(), len(want))
	}
	for i, l := range want {
		r := rows.Record(uint32(i))
		if got := r.Line(); got != l && strings.Contains(l, " +0000] ") && string(hide([]byte(l))) == l {
			t.Errorf("got  %q\nwant %q", got, l)
		}
	}
	if _, err := rows.Group(context.Background(), Filter{Clients: true}, ByKey, ByTLS); err != nil {
		t.Fatal(err)
	}
}
