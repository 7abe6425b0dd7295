package policy

import "testing"

func actionsOf(list []Danger) string {
	out := ""
	for _, x := range list {
		out += x.Action + " "
	}
	return out
}

func TestWhatIsLostOfTheObjectsIsSeenBeforeItHappens(t *testing.T) {
	root := Caller{ARN: "arn:aws:iam::111122223333:root", Account: "111122223333", Root: true}
	on := func(text string) *Document { return parse(t, `{"Version":"2012-10-17","Statement":[`+text+`]}`) }
	all := `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}`
	endpoint, _ := Make("CooperOnlyVpcEndpoint", bucketB, "vpce-1")
	sse, _ := Make("CooperDenyOtherSse", bucketB, "aws:kms")
	connection := map[string][]string{"aws:SecureTransport": {"true"}}
	const everything = "s3:ListBucket s3:GetObject s3:PutObject s3:DeleteObject "
	for _, c := range []struct {
		name, before, after, want string
		verdict                   Verdict
	}{
		{"all is denied", "", all, everything, Refused},
		{"all was denied before", all, all, "", Refused},
		{"an endpoint may be in use", "", string(endpoint), everything, Unsure},
		{"another kind of encryption is no loss", "", string(sse), "", Refused},
		{"TLS is in use", "", string(tlsStatement(t)), "", Refused},
		{"one action", "", `{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::b/*"}`, "s3:DeleteObject ", Refused},
	} {
		var before *Document
		if c.before != "" {
			before = on(c.before)
		}
		got := Losses(before, on(c.after), bucketB, "111122223333", root, connection)
		if actionsOf(got) != c.want || len(got) > 0 && got[0].Decision.Verdict != c.verdict {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if got := actionsOf(OnlyRoot(nil, on(all), bucketB, "111122223333", connection)); got != "s3:PutBucketPolicy s3:GetBucketPolicy s3:DeleteBucketPolicy " {
		t.Errorf("only root is left, and %q is said", got)
	}
	if got := OnlyRoot(on(all), on(all), bucketB, "111122223333", connection); len(got) > 0 {
		t.Errorf("what was so before is said: %+v", got)
	}
	if got := OnlyRoot(nil, on(string(endpoint)), bucketB, "111122223333", connection); len(got) > 0 {
		t.Errorf("what isn't known is said to be certain: %+v", got)
	}
}
