package policy

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

const foreign = "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": [ {\"Sid\":\"One\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\n" +
	"\t\t\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\",\"Condition\":{\"NumericLessThan\":{\"s3:TlsVersion\":1.20e0}}} ],\n\t\"Id\":\"x\"\n}\n"

// bucketB is the bucket that the policies here are of.
const bucketB ARN = "arn:aws:s3:::b"

func parse(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return d
}

func tlsStatement(t testing.TB) []byte {
	t.Helper()
	s, ok := Make("CooperDenyInsecureTransport", bucketB, "")
	if !ok {
		t.Fatal("no such statement")
	}
	return s
}

func TestAStatementIsAddedAndTakenOutWithEveryOtherByteKept(t *testing.T) {
	for _, text := range []string{foreign, string(Compact([]byte(foreign))), string(Pretty([]byte(foreign)))} {
		d := parse(t, text)
		more, err := d.Add(tlsStatement(t))
		if err != nil || len(more.Statements) != 2 || len(more.Problems) != 0 {
			t.Fatalf("%v %+v", err, more)
		}
		if !bytes.Contains(more.Bytes(), d.Statements[0].Raw) || !bytes.HasPrefix(more.Bytes(), d.Bytes()[:d.Statements[0].Start]) {
			t.Errorf("the foreign statement changed:\n%s", more.Bytes())
		}
		again, err := more.Add(tlsStatement(t))
		if err != nil || !bytes.Equal(again.Bytes(), more.Bytes()) {
			t.Errorf("adding it again changed something: %v\n%s", err, again.Bytes())
		}
		removed(t, more, text)
	}
}

// removed takes out of more what was added to text.
func removed(t *testing.T, more *Document, text string) {
	t.Helper()
	back, err := more.Remove(more.Find("CooperDenyInsecureTransport"))
	if err != nil || string(back.Bytes()) != text {
		t.Errorf("it is not as it was: %v\n%s", err, back.Bytes())
	}
	if _, err := back.Remove(0); err == nil {
		t.Error("the last statement was removed")
	}
	first, err := more.Remove(0)
	if err != nil || len(first.Statements) != 1 || first.Statements[0].Sid != "CooperDenyInsecureTransport" {
		t.Errorf("%v %s", err, first.Bytes())
	}
}

func TestASingleStatementBecomesAListWhenOneIsAdded(t *testing.T) {
	d, err := parse(t, `{"Statement": {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"} }`).Add(tlsStatement(t))
	if err != nil || len(d.Statements) != 2 || !bytes.HasPrefix(d.Bytes(), []byte(`{"Statement": [{"Effect"`)) {
		t.Errorf("%v %s", err, d.Bytes())
	}
}

func TestEveryReadyStatementIsFineAndDoesSomething(t *testing.T) {
	answers := map[string]string{"CooperDenyOldTls": "1.2", "CooperDenyOtherSse": "aws:kms", "CooperDenyOtherKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/k",
		"CooperLogDelivery": "source", "CooperOnlyVpcEndpoint": "vpce-1", "CooperOnlyOrganisation": "o-1"}
	for _, r := range Library() {
		text, ok := Make(r.Sid, bucketB, answers[r.Sid])
		if !ok {
			t.Fatalf("%s can't be made", r.Sid)
		}
		d, err := parse(t, Empty).Add(text)
		if err != nil {
			t.Fatalf("%s: %v", r.Sid, err)
		}
		if p := Lint(d.Bytes(), bucketB); len(p) > 0 || d.Statements[0].Sid != r.Sid {
			t.Errorf("%s: %v", r.Sid, p)
		}
		if r.Asks != "" && r.Check("") == "" {
			t.Errorf("%s takes no answer", r.Sid)
		}
	}
	if _, ok := Make("CooperOnlyVpcEndpoint", bucketB, "vpce-*"); ok {
		t.Error("a wildcard was taken for an id")
	}
}

func TestStatementsAreSaidInPlainWords(t *testing.T) {
	for body, want := range map[string]string{
		string(tlsStatement(t)): "Everyone is refused everything on the bucket and on all objects when the connection is not TLS.",
		`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`:                                                                                                                                                   "Everyone may read objects.",
		`{"Effect":"Allow","Principal":{"AWS":["444455556666","arn:aws:iam::777788889999:user/eve"]},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/in/*"}`:                                                                     "Account 444455556666 and user eve of account 777788889999 may read objects and write objects on in/*.",
		`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"NotAction":"s3:GetObject","NotResource":"arn:aws:s3:::b/x"}`:                                                                                                                        "Everyone but account 111122223333 is refused everything but read objects everywhere but on x.",
		`{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"},"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`:                                       "Nobody may write objects when the encryption header is missing and the address is not in 10.0.0.0/8 (or is missing).",
		`{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"a"},"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`: "The service logging.s3.amazonaws.com may do everything on the bucket when any value of aws:TagKeys is like a (or is missing) and the caller gave no MFA code or it isn't known.",
	} {
		d := parse(t, `{"Version":"2012-10-17","Statement":`+body+`}`)
		if got := d.Statements[0].Words(); got != want {
			t.Errorf("%s\nsays %q\nwant %q", body, got, want)
		}
	}
}

func statement(rest string) string {
	return "{\"Version\":\"2012-10-17\",\"Statement\":[\n {" + rest + "}]}"
}

func TestMistakesAreFoundWithTheirPlace(t *testing.T) {
	const who, where = `"Effect":"Allow","Principal":{"AWS":"444455556666"},`, `"Resource":"arn:aws:s3:::b/*"`
	for _, c := range []struct{ text, want string }{
		{`{"Version":`, "line 1, column 12: the text ends too early"},
		{"{\n  \"Statement\": [}\n}", "line 2, column 17: a value belongs here"},
		{`{} x`, "there is more after"},
		{`[]`, "a policy is an object"},
		{`{"Version":"2020-01-01","Statement":[]}`, "line 1, column 12: the version is"},
		{`{"Statemnt":[]}`, "did you mean Statement?"},
		{statement(who + `"Action":"s3:GetObjct",` + where), `line 2, column 64: "s3:GetObjct" is no action that a bucket policy can name: did you mean s3:GetObject?`},
		{statement(who + `"Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"`), "is not in the bucket b"},
		{statement(who + `"Action":"s3:GetObject","Resource":"arn:aws:s3:::b"`), "no action fits a resource"},
		{statement(who + `"Action":"s3:GetObject","Resource":"b/*"`), "is no ARN"},
		{statement(who + `"Action":"s3:GetObject",` + where + `,"Condition":{"StringEqals":{"aws:SourceIp":"x"}}`), "did you mean StringEquals?"},
		{statement(who + `"Action":"s3:GetObject",` + where + `,"Condition":{"Bool":{"aws:SecureTransprt":"true"}}`), "did you mean aws:SecureTransport?"},
		{statement(who + `"Action":"s3:GetObject",` + where + `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0"}}`), "is no address"},
		{statement(who + `"Action":"s3:GetObject",` + where + `,"Condition":{"StringEquals":{"aws:UserAgent":"a*"}}`), "StringLike knows wildcards"},
		{statement(who + `"Action":"s3:GetObject",` + where + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`), "BoolIfExists doesn't"},
		{statement(`"Effect":"allow","Principal":"*","Action":"s3:GetObject",` + where), "Effect is Allow or Deny"},
		{statement(`"Effect":"Allow","Action":"s3:GetObject",` + where), "neither Principal nor NotPrincipal"},
		{statement(`"Effect":"Allow","Principal":"everyone","Action":"s3:GetObject",` + where), "a principal is"},
		{statement(`"Effect":"Allow","Principal":{"AWS":"AIDAEXAMPLE"},"Action":"s3:GetObject",` + where), "was deleted"},
		{statement(`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"Action":"s3:GetObject",` + where), "can't hold wildcards"},
		{statement(`"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/a"},"Action":"s3:GetObject",` + where), "name the account"},
		{`{"Version":"2012-10-17","Statement":[{"Sid":"A",` + who + `"Action":"s3:*",` + where + `},{"Sid":"B",` + who + `"Action":"s3:Get*",` + where + `}]}`, `redundant: Statement "A"`},
		{`{"Version":"2012-10-17","Statement":[{"Sid":"A",` + who + `"Action":"s3:GetObject",` + where + `},{"Sid":"B","Effect":"Deny","Principal":"*","Action":"s3:*",` + where + `}]}`, `dead: Statement "B"`},
		{`{"Statement":[{` + who + `"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringLike":{"aws:Referer":"${aws:username}"}}}]}`, "need the version 2012-10-17"},
		{statement(`"Sid":"` + strings.Repeat("x", MaxSize) + `",` + who + `"Action":"s3:GetObject",` + where), "S3 takes 20480"},
	} {
		var all []string
		for _, p := range Lint([]byte(c.text), bucketB) {
			all = append(all, p.String())
		}
		if got := strings.Join(all, "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%.200s\nis said to have %q, want %q", c.text, got, c.want)
		}
	}
	if p := Lint([]byte(foreign), bucketB); len(p) > 0 {
		t.Errorf("a good policy has %v", p)
	}
}

func TestAPolicyIsJudgedAsAWhole(t *testing.T) {
	d, err := parse(t, foreign).Add(tlsStatement(t))
	if err != nil {
		t.Fatal(err)
	}
	sse, _ := Make("CooperDenyOtherSse", bucketB, "aws:kms")
	if d, err = d.Add(sse, []byte(`{"Sid":"Bypass","Effect":"Allow","Principal":"*","Action":"s3:Delete*","Resource":"arn:aws:s3:::b/*"}`)); err != nil {
		t.Fatal(err)
	}
	if got, want := Judge(d, bucketB, "111122223333"), (Judgement{TLS: Finding{true, 1, ""}, Public: Finding{true, 3, ""}, MFABypass: Finding{true, 3, ""},
		Encryption: Finding{true, 2, "aws:kms (uploads without a header take the bucket's default)"}, Accounts: Finding{true, 0, "444455556666"}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	none := Finding{Statement: -1}
	nothing := Judgement{none, none, none, none, none}
	if j := Judge(parse(t, foreign), bucketB, "444455556666"); j != nothing {
		t.Errorf("%+v", j)
	}
	if j := Judge(nil, bucketB, ""); j != nothing {
		t.Errorf("%+v", j)
	}
	some := strings.Replace(string(tlsStatement(t)), `"arn:aws:s3:::b",`, "", 1)
	if j := Judge(parse(t, `{"Version":"2012-10-17","Statement":`+some+`}`), bucketB, ""); j.TLS.Yes {
		t.Error("TLS for objects only counts as TLS")
	}
}

func TestLosingThePolicyIsSeenBeforeItHappens(t *testing.T) {
	endpoint, _ := Make("CooperOnlyVpcEndpoint", bucketB, "vpce-1")
	d, err := parse(t, Empty).Add(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	alice := Caller{ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"}
	root := Caller{ARN: "arn:aws:iam::111122223333:root", Account: "111122223333", Root: true}
	outside := map[string][]string{"aws:SourceVpce": {}}
	if got := LockOut(d, bucketB, "111122223333", alice, outside); len(got) != 3 || got[0].Decision.Verdict != Refused {
		t.Errorf("%+v", got)
	}
	if got := LockOut(d, bucketB, "111122223333", alice, nil); len(got) != 3 || got[0].Decision.Verdict != Unsure || !slices.Contains(got[0].Decision.Missing, "aws:SourceVpce") {
		t.Errorf("%+v", got)
	}
	if got := LockOut(d, bucketB, "111122223333", root, outside); len(got) != 0 {
		t.Errorf("root is locked out: %+v", got)
	}
	tls, _ := parse(t, Empty).Add(tlsStatement(t))
	if got := LockOut(tls, bucketB, "111122223333", alice, map[string][]string{"aws:SecureTransport": {"true"}}); len(got) != 0 {
		t.Errorf("TLS locks out: %+v", got)
	}
}

func TestADifferenceIsShownLineByLine(t *testing.T) {
	got := ""
	for _, l := range Diff([]byte("a\nb\nc\nd\ne\nf\ng\nh\n"), []byte("a\nb\nc\nd\nE\nf\ng\nh\ni\n")) {
		got += l.String() + "\n"
	}
	if want := "@@ -2,7 +2,8 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n+i\n"; got != want {
		t.Errorf("got\n%s", got)
	}
	if got := Diff(nil, []byte("x\n")); len(got) != 2 || got[0].String() != "@@ -0,0 +1,1 @@" {
		t.Errorf("%v", got)
	}
	if got := Diff([]byte("x"), []byte("x")); got != nil {
		t.Errorf("%v", got)
	}
}

func FuzzPolicies(f *testing.F) {
	f.Add(foreign, "s3:GetObject", "a/b")
	f.Add(Empty, "s3:PutObject", "")
	for _, c := range cases(f) {
		f.Add(string(c.Policy), "s3:GetObject", "report.pdf")
	}
	f.Fuzz(func(t *testing.T, text, action, key string) {
		Lint([]byte(text), bucketB)
		d, err := Parse([]byte(text))
		if err != nil {
			return
		}
		if string(d.Bytes()) != text {
			t.Fatal("the text changed")
		}
		for i := range d.Statements {
			s := &d.Statements[i]
			if !bytes.Equal(d.text[s.Start:s.Start+len(s.Raw)], s.Raw) {
				t.Fatalf("statement %d is not where it is said to be", i)
			}
			_ = s.Words()
		}
		closed := Evaluate(d, Bucket{Owner: "1"}, Request{Action: action, Resource: "arn:aws:s3:::" + "b/" + key})
		open := Evaluate(d, Bucket{Owner: "1"}, Request{Action: action, Resource: "arn:aws:s3:::" + "b/" + key, Unknown: func(string) bool { return true }})
		if open.Verdict != Unsure && open.Verdict != closed.Verdict {
			t.Fatalf("with nothing known it is %v, with everything known %v", open, closed)
		}
		if len(d.Problems) > 0 {
			return
		}
		more, err := d.Add([]byte(`{"Sid":"fuzz added","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`))
		if err != nil || d.Find("fuzz added") < 0 && len(more.Statements) != len(d.Statements)+1 {
			t.Fatalf("a statement can't be added: %v", err)
		}
		Judge(d, bucketB, "1")
	})
}
