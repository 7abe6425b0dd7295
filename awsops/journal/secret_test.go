package journal

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParametersWithASecretAreRefused(t *testing.T) {
	for params, refused := range map[string]bool{
		`{"code":"123456"}`:                        true,
		`{"code":123456}`:                          true,
		`{"steps":[{"MFA-Code":"1"}]}`:             true,
		`{"SecretAccessKey":"x"}`:                  true,
		`{"a":{"session_token":"x"}}`:              true,
		`{"SSECustomerKey":"x"}`:                   true,
		`{"X-Amz-Signature":"x"}`:                  true,
		`{"seed":"JBSWY3DP"}`:                      true,
		`{"mfa":"arn:aws:iam::1:mfa/x 123456"}`:    true,
		`{"mfa":"Enabled"}`:                        false,
		`{"key":"report 123456"}`:                  false,
		`{"code":""}`:                              false,
		`{"secret":null}`:                          false,
		`{"bucket":"secret","key":"code"}`:         false,
		`{"continuationToken":"x","prefix":"a/"}`:  false,
		`{"serial":"arn:aws:iam::1:mfa/x","n":1}`:  false,
		`{"barcode":"x","encodedKey":"Y29kZQ=="}`:  false,
		`{"versions":[{"key":"a","version":"b"}]}`: false,
	} {
		j := Memory()
		e := Entry{ID: "p", Params: json.RawMessage(params)}
		if err := j.Start(e); errors.Is(err, ErrSecret) != refused {
			t.Errorf("Start %s: %v", params, err)
		}
		if err := j.Advance("p", json.RawMessage(params), 1); errors.Is(err, ErrSecret) != refused {
			t.Errorf("Advance %s: %v", params, err)
		}
	}
}

func TestParametersThatAreNoJSONAreRefused(t *testing.T) {
	if err := Memory().Start(Entry{ID: "p", Params: json.RawMessage("{")}); err == nil {
		t.Error("half an object was taken")
	}
}

func TestTheSentenceAboutASecretDoesNotHoldIt(t *testing.T) {
	err := Memory().Start(Entry{ID: "p", Params: json.RawMessage(`{"step":[{"code":"493021"}]}`)})
	if err == nil || strings.Contains(err.Error(), "493021") || !strings.Contains(err.Error(), "params.step.0.code") {
		t.Errorf("%v", err)
	}
}

// The secrets that follow stand in every text of a change; none may be found in any file afterwards.
func TestNoCodeAndNoSecretReachesAFile(t *testing.T) {
	secrets := []string{
		"493021", "a3f1c0ffee", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLETOKEN",
		"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", "JBSWY3DPEHPK3PXP",
	}
	texts := []string{
		`aws s3api delete-object --bucket b --mfa "arn:aws:iam::1:mfa/root 493021" --key k`,
		`aws s3api put-bucket-versioning --mfa 'GAHT12345678 493021'`,
		`aws sts assume-role --serial-number GAHT1 --token-code 493021`,
		`aws iam enable-mfa-device --authentication-code1 493021 --authentication-code2 493021`,
		`x-amz-mfa: GAHT12345678 493021`,
		`https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA%2Fx&X-Amz-Signature=a3f1c0ffee&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLETOKEN`,
		`aws s3 cp f s3://b/k --sse-c-key MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=`,
		`aws s3api put-object --sse-customer-key MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=`,
		`AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY AWS_SESSION_TOKEN='FwoGZXIvYXdzEXAMPLETOKEN' aws s3 ls`,
		`otpauth://totp/a:b?issuer=a&secret=JBSWY3DPEHPK3PXP&period=30`,
	}
	dir := t.TempDir()
	j := open(t, dir)
	for i, text := range texts {
		id := string(rune('a' + i))
		must(t, j.Start(Entry{ID: id, Kind: "k", Title: text, Commands: []string{text, text}}))
		must(t, j.End(id, Result{Outcome: Failed, Sentence: text}))
	}
	must(t, j.Close())
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, s := range secrets {
			if strings.Contains(string(b), s) {
				t.Errorf("%s holds %s", filepath.Base(path), s)
			}
		}
		return err
	}))
}

func TestTextWithoutASecretStaysAsItIs(t *testing.T) {
	for _, s := range []string{
		`aws s3api delete-object --bucket b --mfa "$MFA" --key 'report 493021'`,
		`aws s3api put-object --sse-customer-key fileb://key --key a`,
		`aws s3 cp s3://b/--mfa s3://c/493021`,
		`Delete 493021 versions`,
	} {
		if got := scrub(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
