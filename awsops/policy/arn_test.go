package policy

import (
	"strings"
	"testing"
)

// readyAnswers are what the ready statements ask.
var readyAnswers = map[string]string{"CooperDenyOldTls": "1.2", "CooperDenyOtherSse": "aws:kms", "CooperLogDelivery": "source",
	"CooperOnlyVpcEndpoint": "vpce-1", "CooperOnlyOrganisation": "o-1"}

func TestReadyStatementsAreWrittenForThePartitionOfTheBucket(t *testing.T) {
	for _, partition := range []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc"} {
		arn := BucketARN(partition, "b")
		for _, r := range Library() {
			answer := readyAnswers[r.Sid]
			if r.Sid == "CooperDenyOtherKmsKey" {
				answer = "arn:" + partition + ":kms:cn-north-1:111122223333:key/k"
			}
			text, ok := Make(r.Sid, arn, answer)
			if !ok {
				t.Fatalf("%s: there is none", r.Sid)
			}
			if rest := strings.ReplaceAll(string(text), "arn:"+partition+":", ""); strings.Contains(rest, "arn:") || rest == string(text) {
				t.Errorf("%s in %s: %s", r.Sid, partition, text)
			}
			whole := `{"Version":"2012-10-17","Statement":[` + string(text) + `]}`
			if p := Lint([]byte(whole), arn); len(p) > 0 {
				t.Errorf("%s in %s: %v", r.Sid, partition, p)
			}
			if p := Lint([]byte(whole), BucketARN("aws-iso", "b")); len(p) == 0 || !p[0].Serious || !strings.Contains(p[0].Text, "another partition") {
				t.Errorf("%s of %s passes in another partition: %v", r.Sid, partition, p)
			}
		}
	}
}

func TestVerdictsAndLockOutHoldInEveryPartition(t *testing.T) {
	arn := BucketARN("aws-cn", "b")
	tls, _ := Make("CooperDenyInsecureTransport", arn, "")
	sse, _ := Make("CooperDenyOtherSse", arn, "AES256")
	shut := `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"` + string(arn) + `"}`
	d := parse(t, `{"Version":"2012-10-17","Statement":[`+string(tls)+`,`+string(sse)+`]}`)
	if j := Judge(d, arn, ""); !j.TLS.Yes || !j.Encryption.Yes {
		t.Errorf("%+v", j)
	}
	if w := d.Statements[0].Words(); !strings.Contains(w, "b") || strings.Contains(w, "arn:") {
		t.Errorf("%q", w)
	}
	caller := Caller{ARN: "arn:aws-cn:iam::111122223333:user/a", Account: "111122223333"}
	if got := LockOut(parse(t, `{"Version":"2012-10-17","Statement":[`+shut+`]}`), arn, "111122223333", caller, nil); len(got) != 3 {
		t.Errorf("%+v", got)
	}
}
