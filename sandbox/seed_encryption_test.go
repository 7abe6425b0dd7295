package sandbox

import (
	"crypto/md5"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestTheDemoShowsEveryKindOfEncryption(t *testing.T) {
	s, _ := demo(t)
	var kinds []string
	for _, v := range walk(&s.buckets["legacy-imports"].keys) {
		kind := v.attrs.sse.algorithm
		if v.attrs.sse.customerMD5 != "" {
			kind = "SSE-C"
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	if strings.Join(kinds, " ") != "AES256 SSE-C aws:kms aws:kms:dsse" {
		t.Errorf("%q", kinds)
	}
	for bucket, want := range map[string]string{"payments-2026": "aws:kms:dsse", "customer-exports": "aws:kms", "retired-archive": "aws:kms", "legacy-imports": "AES256"} {
		if got := s.buckets[bucket].encryption.algorithm; got != want {
			t.Errorf("%s: %s", bucket, got)
		}
	}
}

func TestTheDemosDoomedAndDisabledKeysOpenNothing(t *testing.T) {
	s, c := demo(t)
	_, err := clientFor(s, s.Root(), demoOther).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("retired-archive"), Key: aws.String("shop/2023-01.tar.gz")})
	wantCode(t, err, "KMS.KMSInvalidStateException", "is pending deletion")
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("legacy-imports"), Key: aws.String("imports/2022.csv")})
	wantCode(t, err, "KMS.DisabledException", "is disabled")
}

func TestTheDemosCustomerKeyOpensWhatTheVendorSealed(t *testing.T) {
	_, c := demo(t)
	sum := md5.Sum([]byte(DemoCustomerKey))
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("legacy-imports"), Key: aws.String("vendor/contract.pdf"), SSECustomerAlgorithm: aws.String("AES256"),
		SSECustomerKey: aws.String(base64.StdEncoding.EncodeToString([]byte(DemoCustomerKey))), SSECustomerKeyMD5: aws.String(base64.StdEncoding.EncodeToString(sum[:]))})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(out.Body)
	if err != nil || string(body) != "vendor/contract.pdf, sealed by the vendor\n" {
		t.Errorf("%q %v", body, err)
	}
}

func TestTheDemosKeysHaveAHistory(t *testing.T) {
	s, _ := demo(t)
	in := lookupRequest{MaxResults: 50, LookupAttributes: []struct{ AttributeKey, AttributeValue string }{{"ResourceName", DemoKMSKey(DefaultAccount, demoOther)}}}
	list, next, err := s.trail.find(in, func(trailEvent) bool { return true })
	if err != nil || len(list) != 50 || next == "" || !strings.Contains(string(list[0].text), "customer-exports") {
		t.Errorf("%d events, next %q, %v", len(list), next, err)
	}
}
