package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// kmsCall asks the sandbox's KMS in us-east-1 and gives the status and the answer's members.
func kmsCall(t *testing.T, s *Server, c Credentials, action string, in map[string]any) (int, map[string]any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	status, text := askAt(t, s, c, "kms", http.MethodPost, "https://cooper.localhost/", string(body),
		"X-Amz-Target", "TrentService."+action, "Content-Type", "application/x-amz-json-1.1")
	out := map[string]any{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%s: %v in %q", action, err, text)
	}
	return status, out
}

// kmsRefused asks and wants an error with these words.
func kmsRefused(t *testing.T, s *Server, c Credentials, action string, in map[string]any, code, words string) {
	t.Helper()
	status, out := kmsCall(t, s, c, action, in)
	message, _ := out["message"].(string)
	if status != 400 || out["__type"] != code || !strings.Contains(message, words) {
		t.Errorf("%s %v: %d %v, want %s with %q", action, in, status, out, code, words)
	}
}

// kmsDone asks and wants success.
func kmsDone(t *testing.T, s *Server, action string, in map[string]any) map[string]any {
	t.Helper()
	status, out := kmsCall(t, s, s.Root(), action, in)
	if status != 200 {
		t.Fatalf("%s: %d %v", action, status, out)
	}
	return out
}

func TestACiphertextOpensOnlyUnderItsKeyAndContext(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	root, key := s.Root(), DemoKMSKey(DefaultAccount, "us-east-1")
	made := kmsDone(t, s, "GenerateDataKey", map[string]any{"KeyId": "alias/customer-data", "KeySpec": "AES_256", "EncryptionContext": map[string]string{"a": "b"}})
	plain, err := base64.StdEncoding.DecodeString(made["Plaintext"].(string))
	if err != nil || len(plain) != 32 || made["KeyId"] != key {
		t.Fatalf("%d bytes, %v", len(plain), err)
	}
	blob := made["CiphertextBlob"]
	opened := kmsDone(t, s, "Decrypt", map[string]any{"CiphertextBlob": blob, "EncryptionContext": map[string]string{"a": "b"}})
	if opened["Plaintext"] != made["Plaintext"] || opened["KeyId"] != key || opened["EncryptionAlgorithm"] != "SYMMETRIC_DEFAULT" {
		t.Error(opened)
	}
	kmsRefused(t, s, root, "Decrypt", map[string]any{"CiphertextBlob": blob}, "InvalidCiphertextException", "")
	kmsRefused(t, s, root, "Decrypt", map[string]any{"CiphertextBlob": blob, "EncryptionContext": map[string]string{"a": "c"}}, "InvalidCiphertextException", "")
	kmsRefused(t, s, root, "Decrypt", map[string]any{"CiphertextBlob": "AAAA"}, "InvalidCiphertextException", "")
	other := s.AddKMSKey(KMSKey{ID: "11111111-2222-3333-4444-555555555555", Region: "us-east-1"})
	kmsRefused(t, s, root, "Decrypt", map[string]any{"CiphertextBlob": blob, "KeyId": other, "EncryptionContext": map[string]string{"a": "b"}}, "IncorrectKeyException", "does not identify")
	again := kmsDone(t, s, "ReEncrypt", map[string]any{"CiphertextBlob": blob, "SourceEncryptionContext": map[string]string{"a": "b"}, "DestinationKeyId": other})
	if again["SourceKeyId"] != key || again["KeyId"] != other {
		t.Error(again)
	}
	if opened = kmsDone(t, s, "Decrypt", map[string]any{"CiphertextBlob": again["CiphertextBlob"]}); opened["Plaintext"] != made["Plaintext"] {
		t.Error(opened)
	}
	s.SetKMSKeyState(other, "")
	kmsRefused(t, s, root, "Decrypt", map[string]any{"CiphertextBlob": again["CiphertextBlob"]}, "AccessDeniedException", "does not exist")
}

func TestAKeysStateDecidesWhatItCanDo(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	root, key := s.Root(), DemoKMSKey(DefaultAccount, "us-east-1")
	data := map[string]any{"KeyId": key, "KeySpec": "AES_256"}
	dry := map[string]any{"KeyId": key, "KeySpec": "AES_256", "DryRun": true}
	kmsRefused(t, s, root, "GenerateDataKey", dry, "DryRunOperationException", "would have succeeded")
	kmsDone(t, s, "DisableKey", map[string]any{"KeyId": key})
	kmsRefused(t, s, root, "GenerateDataKey", dry, "DisabledException", key+" is disabled.")
	kmsRefused(t, s, root, "Encrypt", map[string]any{"KeyId": key, "Plaintext": "AAAA"}, "DisabledException", "is disabled")
	kmsDone(t, s, "ScheduleKeyDeletion", map[string]any{"KeyId": key, "PendingWindowInDays": 7})
	kmsRefused(t, s, root, "GenerateDataKey", data, "KMSInvalidStateException", "is pending deletion")
	m := kmsDone(t, s, "DescribeKey", map[string]any{"KeyId": key})["KeyMetadata"].(map[string]any)
	if m["KeyState"] != "PendingDeletion" || m["Enabled"] != false || m["DeletionDate"] != float64(fixedClock().AddDate(0, 0, 7).Unix()) || m["KeyManager"] != "CUSTOMER" {
		t.Error(m)
	}
	kmsDone(t, s, "CancelKeyDeletion", map[string]any{"KeyId": key})
	kmsRefused(t, s, root, "GenerateDataKey", data, "DisabledException", "") // it comes back disabled
	kmsDone(t, s, "EnableKey", map[string]any{"KeyId": key})
	if out := kmsDone(t, s, "GenerateDataKeyWithoutPlaintext", data); out["Plaintext"] != nil || out["CiphertextBlob"] == nil {
		t.Error(out)
	}
	sign := s.AddKMSKey(KMSKey{ID: "11111111-2222-3333-4444-555555555555", Region: "us-east-1", Usage: "SIGN_VERIFY", Spec: "RSA_2048"})
	kmsRefused(t, s, root, "GenerateDataKey", map[string]any{"KeyId": sign, "KeySpec": "AES_256"}, "InvalidKeyUsageException", "SIGN_VERIFY")
}

func TestKeysAreFoundOnlyWhereTheyAre(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	for name, want := range map[string][2]string{
		"nonsense":   {"NotFoundException", "Invalid keyId 'nonsense'"},
		"alias/none": {"NotFoundException", "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found."},
		"arn:aws:kms:eu-west-1:111122223333:key/" + demoKeyID: {"NotFoundException", "Invalid arn eu-west-1"},
		"00000000-0000-0000-0000-000000000000":                {"NotFoundException", "Key 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000' does not exist"},
		"arn:aws:s3:::bucket":                                 {"InvalidArnException", ""},
		"":                                                    {"ValidationException", "keyId"},
	} {
		kmsRefused(t, s, s.Root(), "DescribeKey", map[string]any{"KeyId": name}, want[0], want[1])
	}
	kmsRefused(t, s, s.Root(), "MakeCoffee", nil, "UnknownOperationException", "")
	forged := s.Root()
	forged.SecretAccessKey = "wrong"
	kmsRefused(t, s, forged, "ListKeys", nil, "InvalidSignatureException", "does not match")
}

func TestKeysAreListedInPages(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	s.AddKMSKey(KMSKey{ID: "11111111-2222-3333-4444-555555555555", Region: "us-east-1", Alias: "alias/one"})
	var seen, aliases []string
	for action, into := range map[string]*[]string{"ListKeys": &seen, "ListAliases": &aliases} {
		for marker := any(nil); ; {
			in := map[string]any{"Limit": 1}
			if marker != nil {
				in["Marker"] = marker
			}
			_, out := kmsCall(t, s, s.Root(), action, in)
			list, _ := out[strings.TrimPrefix(action, "List")].([]any)
			for _, e := range list {
				name, _ := e.(map[string]any)["KeyId"].(string)
				if action == "ListAliases" {
					name, _ = e.(map[string]any)["AliasName"].(string)
				}
				*into = append(*into, name)
			}
			if marker = out["NextMarker"]; marker == nil || len(*into) > 9 {
				break
			}
		}
	}
	if len(seen) != 3 || strings.Join(aliases, " ") != "alias/aws/s3 alias/customer-data alias/one" {
		t.Errorf("%v %v", seen, aliases)
	}
	kmsRefused(t, s, s.Root(), "ListKeys", map[string]any{"Limit": 1001}, "ValidationException", "limit")
}

func TestKeysOfOthersNeedBothSidesToAllow(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	closed := s.AddKMSKey(KMSKey{ID: "11111111-2222-3333-4444-555555555555", Region: "us-east-1", Account: OtherAccount})
	shared := s.AddKMSKey(KMSKey{ID: "11111111-2222-3333-4444-666666666666", Region: "us-east-1", Account: OtherAccount,
		Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["111122223333","444455556666"]},"Action":["kms:GenerateDataKey","kms:DescribeKey"],"Resource":"*"}]}`})
	data := func(key string) map[string]any { return map[string]any{"KeyId": key, "KeySpec": "AES_256"} }
	kmsRefused(t, s, s.Root(), "GenerateDataKey", data(closed), "AccessDeniedException", "no resource-based policy allows the kms:GenerateDataKey action")
	if status, out := kmsCall(t, s, s.Root(), "GenerateDataKey", data(shared)); status != 200 {
		t.Error(out)
	}
	kmsRefused(t, s, s.Root(), "Encrypt", map[string]any{"KeyId": shared, "Plaintext": "AAAA"}, "AccessDeniedException", "kms:Encrypt")
	kmsRefused(t, s, credentialsOf(t, s, ReaderUser), "GenerateDataKey", data(shared), "AccessDeniedException", "no identity-based policy allows the kms:GenerateDataKey action")
	kmsRefused(t, s, s.Root(), "GenerateDataKey", data("alias/aws/s3"), "AccessDeniedException", "")
	if _, out := kmsCall(t, s, s.Root(), "DescribeKey", map[string]any{"KeyId": "alias/aws/s3"}); out["KeyMetadata"].(map[string]any)["KeyManager"] != "AWS" {
		t.Error(out)
	}
}
