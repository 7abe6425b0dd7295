package policy

import (
	"strings"
	"testing"
)

const (
	root   = "arn:aws:iam::111122223333:root"
	alice  = "arn:aws:iam::111122223333:user/alice"
	object = "arn:aws:s3:::b/2026/report.pdf"
)

func ctx(pairs ...string) Context {
	c := Context{}
	for i := 0; i < len(pairs); i += 2 {
		c.Set(pairs[i], strings.Split(pairs[i+1], "|")...)
	}
	return c
}

func mustParse(t *testing.T, doc string) *Document {
	t.Helper()
	d, err := parse([]byte(doc))
	if err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return d
}

func statement(body string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + body + `}}`
}

func TestStatementsApplyByPrincipalActionAndResource(t *testing.T) {
	asAlice := Caller{ARN: alice, Account: "111122223333"}
	asRoot := Caller{ARN: root, Account: "111122223333", CanonicalID: strings.Repeat("ab", 32)}
	session := Caller{ARN: "arn:aws:sts::111122223333:assumed-role/ops/me", RoleARN: "arn:aws:iam::111122223333:role/ops", Account: "111122223333"}
	logs := Caller{Service: "logging.s3.amazonaws.com"}
	everything := `"Action":"s3:*","Resource":"*"`
	cases := []struct {
		name, body string
		caller     Caller
		want       Effect
	}{
		{"everyone includes the anonymous", `"Principal":"*",` + everything, Caller{}, Allow},
		{"AWS star includes the anonymous", `"Principal":{"AWS":"*"},` + everything, Caller{}, Allow},
		{"everyone includes services", `"Principal":"*",` + everything, logs, Allow},
		{"account id stands for all in it", `"Principal":{"AWS":"111122223333"},` + everything, asAlice, Allow},
		{"account root stands for all in it", `"Principal":{"AWS":"` + root + `"},` + everything, asAlice, Allow},
		{"another account", `"Principal":{"AWS":"444455556666"},` + everything, asAlice, None},
		{"a user is not the root", `"Principal":{"AWS":"` + alice + `"},` + everything, asRoot, None},
		{"an account never includes the anonymous", `"Principal":{"AWS":["111122223333"]},` + everything, Caller{}, None},
		{"a role's ARN covers its sessions", `"Principal":{"AWS":"arn:aws:iam::111122223333:role/ops"},` + everything, session, Allow},
		{"a session's ARN", `"Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/ops/me"},` + everything, session, Allow},
		{"a service", `"Principal":{"Service":"logging.s3.amazonaws.com"},` + everything, logs, Allow},
		{"another service", `"Principal":{"Service":"delivery.logs.amazonaws.com"},` + everything, logs, None},
		{"a canonical user", `"Principal":{"CanonicalUser":"` + strings.Repeat("ab", 32) + `"},` + everything, asRoot, Allow},
		{"NotPrincipal spares the named", `"NotPrincipal":{"AWS":"` + alice + `"},` + everything, asAlice, None},
		{"NotPrincipal meets the others", `"NotPrincipal":{"AWS":"` + alice + `"},` + everything, asRoot, Allow},
		{"actions fold case", `"Action":"S3:getobject","Resource":"*"`, asAlice, Allow},
		{"action wildcard", `"Action":["s3:Put*","s3:Get?bject"],"Resource":"*"`, asAlice, Allow},
		{"another action", `"Action":"s3:GetObjectVersion","Resource":"*"`, asAlice, None},
		{"NotAction", `"NotAction":"s3:Delete*","Resource":"*"`, asAlice, Allow},
		{"NotAction that names it", `"NotAction":"s3:Get*","Resource":"*"`, asAlice, None},
		{"resource wildcard crosses slashes", `"Action":"*","Resource":"arn:aws:s3:::b/*.pdf"`, asAlice, Allow},
		{"resources keep case", `"Action":"*","Resource":"arn:aws:s3:::B/*"`, asAlice, None},
		{"the bucket is not its objects", `"Action":"*","Resource":"arn:aws:s3:::b"`, asAlice, None},
		{"NotResource", `"Action":"*","NotResource":"arn:aws:s3:::b/private/*"`, asAlice, Allow},
		{"variable in a resource", `"Action":"*","Resource":"arn:aws:s3:::b/${aws:year}/*"`, asAlice, Allow},
		{"variable without a value", `"Action":"*","Resource":"arn:aws:s3:::b/${aws:nothing}*"`, asAlice, None},
		{"variable with a default", `"Action":"*","Resource":"arn:aws:s3:::b/${aws:nothing, '2026'}/*"`, asAlice, Allow},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, by := mustParse(t, statement(c.body)).Evaluate(Request{Caller: c.caller, Action: "s3:GetObject", Resource: object, Context: ctx("aws:year", "2026")})
			if got != c.want || (by != nil) != (got != None) {
				t.Errorf("%v by %v, want %v", got, by, c.want)
			}
		})
	}
}

func TestADenyBeatsEveryAllow(t *testing.T) {
	d := mustParse(t, `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":"s3:Delete*","Resource":"*"},{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"}]}`)
	for action, want := range map[string]Effect{"s3:GetObject": Allow, "s3:DeleteObject": Deny} {
		if got, _ := d.Evaluate(Request{Action: action, Resource: object}); got != want {
			t.Errorf("%s: %v", action, got)
		}
	}
}

func TestConditionOperators(t *testing.T) {
	cases := []struct {
		condition string
		context   Context
		want      bool
	}{
		{`"StringEquals":{"s3:prefix":["a/","b/"]}`, ctx("s3:prefix", "b/"), true},
		{`"StringEquals":{"s3:prefix":"a/*"}`, ctx("s3:prefix", "a/x"), false},
		{`"StringEquals":{"S3:Prefix":"a/"}`, ctx("s3:prefix", "a/"), true},
		{`"StringEquals":{"s3:prefix":"a/"}`, ctx(), false},
		{`"StringEqualsIfExists":{"s3:prefix":"a/"}`, ctx(), true},
		{`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`, ctx(), true},
		{`"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}`, ctx(), true},
		{`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}`, ctx(), false},
		{`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}`, ctx("s3:x-amz-server-side-encryption", "AES256"), true},
		{`"StringNotEquals":{"s3:prefix":["a","b"]}`, ctx("s3:prefix", "b"), false},
		{`"StringEqualsIgnoreCase":{"aws:username":"ALICE"}`, ctx("aws:username", "alice"), true},
		{`"StringLike":{"s3:prefix":"home/${aws:username}/*"}`, ctx("s3:prefix", "home/alice/x", "aws:username", "alice"), true},
		{`"StringLike":{"s3:prefix":"home/${aws:username}/*"}`, ctx("s3:prefix", "home/bob/x", "aws:username", "*"), false},
		{`"StringLike":{"s3:prefix":"a${*}"}`, ctx("s3:prefix", "ab"), false},
		{`"StringNotLike":{"aws:userid":"AROAEXAMPLE:*"}`, ctx("aws:userid", "AROAEXAMPLE:me"), false},
		{`"Null":{"aws:TokenIssueTime":"true"}`, ctx(), true},
		{`"Null":{"aws:TokenIssueTime":true}`, ctx("aws:TokenIssueTime", "x"), false},
		{`"Bool":{"aws:SecureTransport":"false"}`, ctx("aws:SecureTransport", "false"), true},
		{`"Bool":{"aws:SecureTransport":false}`, ctx("aws:SecureTransport", "true"), false},
		{`"Bool":{"aws:MultiFactorAuthPresent":"false"}`, ctx(), false},
		{`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`, ctx(), true},
		{`"NumericLessThan":{"s3:TlsVersion":1.2}`, ctx("s3:TlsVersion", "1.1"), true},
		{`"NumericLessThan":{"s3:TlsVersion":"1.2"}`, ctx("s3:TlsVersion", "1.3"), false},
		{`"NumericGreaterThan":{"s3:signatureAge":"600000"}`, ctx("s3:signatureAge", "600001"), true},
		{`"NumericLessThanEquals":{"s3:max-keys":"10"}`, ctx("s3:max-keys", "10"), true},
		{`"NumericEquals":{"s3:max-keys":"10"}`, ctx("s3:max-keys", "ten"), false},
		{`"NumericNotEquals":{"s3:max-keys":"10"}`, ctx("s3:max-keys", "11"), true},
		{`"DateGreaterThan":{"aws:CurrentTime":"2026-11-01T00:00:00Z"}`, ctx("aws:CurrentTime", "2026-11-21T10:00:00Z"), true},
		{`"DateLessThan":{"aws:EpochTime":"1795000000"}`, ctx("aws:EpochTime", "1794999999"), true},
		{`"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.7"]}`, ctx("aws:SourceIp", "192.0.2.7"), true},
		{`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`, ctx("aws:SourceIp", "11.0.0.1"), false},
		{`"NotIpAddress":{"aws:SourceIp":"2001:db8::/32"}`, ctx("aws:SourceIp", "2001:db8::1"), false},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b*"}`, ctx("aws:SourceArn", "arn:aws:s3:::bucket"), true},
		{`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}`, ctx("aws:PrincipalArn", alice), true},
		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:*:user/*"}`, ctx("aws:PrincipalArn", alice), false},
		{`"ArnNotEquals":{"aws:PrincipalArn":"` + root + `"}`, ctx("aws:PrincipalArn", alice), true},
		{`"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`, ctx("s3:RequestObjectTagKeys", "a|b"), true},
		{`"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`, ctx("s3:RequestObjectTagKeys", "a|c"), false},
		{`"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`, ctx(), true},
		{`"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`, ctx("s3:RequestObjectTagKeys", "c|b"), true},
		{`"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`, ctx(), false},
		{`"ForAnyValue:StringNotEquals":{"s3:RequestObjectTagKeys":"a"}`, ctx("s3:RequestObjectTagKeys", "a|b"), true},
		{`"ForAllValues:StringNotEquals":{"s3:RequestObjectTagKeys":"a"}`, ctx("s3:RequestObjectTagKeys", "a|b"), false},
		{`"StringEquals":{"a:b":"1","a:c":"2"}`, ctx("a:b", "1", "a:c", "3"), false},
	}
	for _, c := range cases {
		d := mustParse(t, statement(`"Action":"*","Resource":"*","Condition":{`+c.condition+`}`))
		if got, _ := d.Evaluate(Request{Action: "s3:ListBucket", Resource: "arn:aws:s3:::b", Context: c.context}); (got == Allow) != c.want {
			t.Errorf("%s with %v: %v", c.condition, c.context, got)
		}
	}
}

func TestAPolicyIsPublicUnlessEveryAllowIsPinned(t *testing.T) {
	open := `"Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`
	cases := []struct {
		name, body string
		want       bool
	}{
		{"everyone", open, true},
		{"a user", `"Principal":{"AWS":"` + alice + `"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`, false},
		{"a service", `"Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"`, false},
		{"everyone but one", `"NotPrincipal":{"AWS":"` + alice + `"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`, true},
		{"from one VPC", open + `,"Condition":{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}`, false},
		{"from any VPC", open + `,"Condition":{"StringLike":{"aws:SourceVpc":"vpc-*"}}`, true},
		{"from outside a VPC", open + `,"Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-91237329"}}`, true},
		{"from a network", open + `,"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, false},
		{"from half the internet", open + `,"Condition":{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}`, true},
		{"from a wide IPv6 network", open + `,"Condition":{"IpAddress":{"aws:SourceIp":"2001::/16"}}`, true},
		{"of one organisation", open + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, false},
		{"a condition that pins nobody", open + `,"Condition":{"StringLike":{"aws:Referer":"https://example.com/*"}}`, true},
		{"if exists", open + `,"Condition":{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}`, true},
		{"through an account's access points", open + `,"Condition":{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:123456789012:accesspoint/*"}}`, false},
		{"through anybody's access points", open + `,"Condition":{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:*:accesspoint/a"}}`, true},
		{"a variable is no fixed value", open + `,"Condition":{"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}}`, true},
	}
	for _, c := range cases {
		if got := mustParse(t, statement(c.body)).IsPublic(); got != c.want {
			t.Errorf("%s: public %v", c.name, got)
		}
	}
	deny := mustParse(t, `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`)
	if deny.IsPublic() {
		t.Error("a policy that only denies is public")
	}
}

func TestBucketPoliciesAreValidatedInS3sWords(t *testing.T) {
	ok := `"Effect":"Allow","Principal":"*"`
	wrap := func(s string) string { return `{"Version":"2012-10-17","Statement":[{` + s + `}]}` }
	cases := []struct{ name, doc, want string }{
		{"fine", wrap(ok + `,"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`), ""},
		{"everything", wrap(ok + `,"Action":"s3:*","Resource":"arn:aws:s3:::b/*"`), ""},
		{"other partitions", wrap(ok + `,"Action":"s3:*","Resource":"arn:aws-cn:s3:::b/*"`), ""},
		{"no JSON", `"x"`, "Policies must be valid JSON and the first byte must be '{'"},
		{"cut JSON", `{"Statement":`, "Policies must be valid JSON and the first byte must be '{'"},
		{"empty", ``, "Policies must be valid JSON and the first byte must be '{'"},
		{"no statement", `{"Version":"2012-10-17"}`, "Missing required field Statement"},
		{"no statements", `{"Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{"version", `{"Version":"2024-01-01","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}]}`, "The policy must contain a valid version string"},
		{"unknown field", `{"Statements":[]}`, "Unknown field Statements"},
		{"unknown field in a statement", wrap(`"Actions":"s3:*"`), "Unknown field Actions"},
		{"effect", wrap(`"Effect":"allow"`), "Invalid effect: allow"},
		{"no effect", wrap(`"Principal":"*"`), "Missing required field Effect"},
		{"no principal", wrap(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"`), "Missing required field Principal"},
		{"no action", wrap(ok + `,"Resource":"arn:aws:s3:::b"`), "Missing required field Action"},
		{"no resource", wrap(ok + `,"Action":"s3:*"`), "Missing required field Resource"},
		{"principal's text", wrap(`"Effect":"Allow","Principal":"me","Action":"s3:*","Resource":"arn:aws:s3:::b"`), "Invalid principal in policy"},
		{"principal's wildcard", wrap(`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/*x"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`), "Invalid principal in policy"},
		{"principal's account", wrap(`"Effect":"Allow","Principal":{"AWS":"1111"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`), "Invalid principal in policy"},
		{"principal's kind", wrap(`"Effect":"Allow","Principal":{"Aws":"*"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`), "Invalid principal in policy"},
		{"a deleted user", wrap(`"Effect":"Allow","Principal":{"AWS":"AIDAIOSFODNN7EXAMPLE"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`), ""},
		{"another bucket", wrap(ok + `,"Action":"s3:*","Resource":"arn:aws:s3:::c/*"`), "Policy has invalid resource"},
		{"no ARN", wrap(ok + `,"Action":"s3:*","Resource":"b/*"`), "Policy has invalid resource"},
		{"no such action", wrap(ok + `,"Action":"s3:GetObjects","Resource":"arn:aws:s3:::b/*"`), "Policy has invalid action"},
		{"another service's action", wrap(ok + `,"Action":"ec2:*","Resource":"arn:aws:s3:::b/*"`), "Policy has invalid action"},
		{"object action, bucket only", wrap(ok + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b"`), "Action does not apply to any resource(s) in statement"},
		{"bucket action, objects only", wrap(ok + `,"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"`), "Action does not apply to any resource(s) in statement"},
		{"operator", wrap(ok + `,"Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{"StringIs":{"a:b":"c"}}`), "Invalid Condition type : StringIs"},
		{"condition key", wrap(ok + `,"Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"b":"c"}}`), "Policy has an invalid condition key"},
		{"twice the same Sid", `{"Statement":[{"Sid":"A",` + ok + `,"Action":"s3:*","Resource":"arn:aws:s3:::b"},{"Sid":"A",` + ok + `,"Action":"s3:*","Resource":"arn:aws:s3:::b"}]}`, "Statement IDs (SID) in a single policy must be unique."},
	}
	for _, c := range cases {
		_, err := ParseBucket([]byte(c.doc), "b")
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := Parse([]byte(wrap(ok + `,"Action":"s3:*","Resource":"*"`))); err == nil {
		t.Error("an identity policy may not name a principal")
	}
}

func FuzzParsingAndEvaluationNeverPanic(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/${a:b}","Condition":{"ForAnyValue:StringLikeIfExists":{"a:b":["*?",1,true]}}}]}`, "x")
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":[]},"NotAction":[],"NotResource":""}}`, "arn:a:b:c:d:e")
	f.Fuzz(func(t *testing.T, doc, value string) {
		d, err := parse([]byte(doc))
		if err != nil {
			return
		}
		_, _ = ParseBucket([]byte(doc), "b")
		_ = d.IsPublic()
		verdict, by := d.Evaluate(Request{Caller: Caller{ARN: value}, Action: value, Resource: value, Context: ctx("a:b", value)})
		if (verdict == None) != (by == nil) {
			t.Errorf("%v by %v", verdict, by)
		}
	})
}

func FuzzMatchAgreesWithItself(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if !strings.ContainsAny(pattern, "*?") && Match(pattern, text) != (string([]rune(pattern)) == string([]rune(text))) {
			t.Errorf("%q, %q", pattern, text)
		}
		if Match(pattern, text) && !Match("*"+pattern+"*", text) {
			t.Errorf("stars took a match away: %q, %q", pattern, text)
		}
	})
}
