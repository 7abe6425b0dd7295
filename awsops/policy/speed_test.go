package policy

import (
	"strings"
	"testing"
)

// BenchmarkLint looks through a policy as long as S3 takes, with two misspelt names in each statement: an editor does
// it after every key.
func BenchmarkLint(b *testing.B) {
	var all []string
	for i := range 80 {
		all = append(all, `{"Sid":"S`+strings.Repeat("x", i)+`","Effect":"Deny","Principal":"*","Action":["s3:PutObject","s3:GetObjetc"],`+
			`"Resource":"arn:aws:s3:::b/*","Condition":{"StringNotEquals":{"aws:PrincipalTga":"a"}}}`)
	}
	text := []byte(`{"Version":"2012-10-17","Statement":[` + strings.Join(all, ",") + `]}`)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(Lint(text, bucketB)) < 160 {
			b.Fatal("mistakes are missed")
		}
	}
}
