package sse_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops/sse"
)

const keyARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

func key(t *testing.T) sse.CustomerKey {
	t.Helper()
	k, err := sse.NewKey(bytes.Repeat([]byte{0xA7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// forms are all ways in which the key's bytes could show.
func forms() []string {
	raw := bytes.Repeat([]byte{0xA7}, 32)
	return []string{string(raw), base64.StdEncoding.EncodeToString(raw), hex.EncodeToString(raw), "167 167", "a7a7", "A7A7", "0xa7", "247 247"}
}

func TestAKeyNeverShowsItself(t *testing.T) {
	k := key(t)
	var ring sse.Keyring
	ring.Add(k, "", "bucket")
	ready, err := ring.Ready(sse.Choice{Kind: sse.Customer, Fingerprint: k.Fingerprint()})
	if err != nil {
		t.Fatal(err)
	}
	type inside struct{ k, K sse.CustomerKey }
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "key", k, "ring", &ring, "in", inside{k, k}, "ready", ready)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "key", k, "ring", &ring, "in", inside{k, k}, "ready", ready)
	out := []string{logged.String()}
	for _, v := range []any{k, &k, inside{k, k}, &ring, ready, []sse.CustomerKey{k}, map[string]sse.CustomerKey{"a": k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%o", "%b"} {
			out = append(out, fmt.Sprintf(verb, v))
		}
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(raw))
	}
	for _, text := range out {
		for _, form := range forms() {
			if strings.Contains(text, form) {
				t.Errorf("the key shows as %q in %q", form, text)
			}
		}
	}
}

func TestAKeyIsReadAsBytesAsBase64AndAsHexadecimal(t *testing.T) {
	k, dir := key(t), t.TempDir()
	raw := k.Raw()
	for name, text := range map[string]string{"raw": string(raw), "base64": base64.StdEncoding.EncodeToString(raw) + "\n", "hex": hex.EncodeToString(raw)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := sse.ReadKey(path)
		if err != nil || got.Fingerprint() != k.Fingerprint() {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, bad := range []string{"", "short", base64.StdEncoding.EncodeToString(raw[:31]), hex.EncodeToString(raw) + "a7", strings.Repeat("z", 64)} {
		if _, err := sse.ParseKey(bad); !errors.Is(err, sse.ErrKeySize) || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAKeyIsSavedForItsOwnerOnlyAndNeverOverAnother(t *testing.T) {
	k, path := key(t), filepath.Join(t.TempDir(), "key.bin")
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Fatalf("%v, %v", info, err)
	}
	other, err := sse.GenerateKey(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Save(path); err == nil {
		t.Error("a key was written over another")
	}
	if got, err := sse.ReadKey(path); err != nil || got.Fingerprint() != k.Fingerprint() {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := sse.GenerateKey(bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("a key was made of too little")
	}
}

func TestAFingerprintIsTheMD5OfTheKeyInBase64(t *testing.T) {
	k, err := sse.NewKey([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	if got := k.Fingerprint(); got != "hRasmdxgYDKV3nvbahU1MA==" {
		t.Errorf("fingerprint %s", got)
	}
	algorithm, _, sum := k.Triple()
	if *algorithm != "AES256" || *sum != k.Fingerprint() {
		t.Errorf("%s %s", *algorithm, *sum)
	}
}

var choices = []struct {
	name     string
	choice   sse.Choice
	wrong    string // "" when it is fine
	anyKeyID bool
	headers  string
	api, cp  string
}{
	{"the bucket's default sends nothing", sse.Choice{}, "", false, "", "", ""},
	{"SSE-S3", sse.Choice{Kind: sse.S3}, "", false, "x-amz-server-side-encryption: AES256", "--server-side-encryption AES256", "--sse AES256"},
	{"SSE-KMS with all", sse.Choice{Kind: sse.KMS, KeyID: keyARN, Context: `{"b":"2", "a":"1"}`, BucketKey: true}, "", false,
		"x-amz-server-side-encryption: aws:kms|x-amz-server-side-encryption-aws-kms-key-id: " + keyARN +
			"|x-amz-server-side-encryption-context: eyJhIjoiMSIsImIiOiIyIn0=|x-amz-server-side-encryption-bucket-key-enabled: true",
		"--server-side-encryption aws:kms --ssekms-key-id " + keyARN + " --ssekms-encryption-context eyJhIjoiMSIsImIiOiIyIn0= --bucket-key-enabled",
		"--sse aws:kms --sse-kms-key-id " + keyARN},
	{"DSSE-KMS", sse.Choice{Kind: sse.DSSE, KeyID: keyARN}, "", false,
		"x-amz-server-side-encryption: aws:kms:dsse|x-amz-server-side-encryption-aws-kms-key-id: " + keyARN,
		"--server-side-encryption aws:kms:dsse --ssekms-key-id " + keyARN, "--sse aws:kms:dsse --sse-kms-key-id " + keyARN},
	{"SSE-C", sse.Choice{Kind: sse.Customer, Fingerprint: "abc=="}, "", false,
		"x-amz-server-side-encryption-customer-algorithm: AES256|x-amz-server-side-encryption-customer-key: " + sse.Hidden +
			"|x-amz-server-side-encryption-customer-key-MD5: abc==",
		"--sse-customer-algorithm AES256 --sse-customer-key fileb://k", "--sse-c AES256 --sse-c-key fileb://k"},
	{"aws:kms is never sent without a key", sse.Choice{Kind: sse.KMS}, "needs the ARN", true, "", "", ""},
	{"nor with an alias", sse.Choice{Kind: sse.KMS, KeyID: "alias/mine"}, "alias", false, "", "", ""},
	{"nor with the ARN of an alias", sse.Choice{Kind: sse.KMS, KeyID: "arn:aws:kms:eu-west-1:111122223333:alias/mine"}, "alias", false, "", "", ""},
	{"nor with a bare id", sse.Choice{Kind: sse.KMS, KeyID: "1234abcd"}, "full ARN", false, "", "", ""},
	{"but where keys have no ARN", sse.Choice{Kind: sse.KMS, KeyID: "testkey-1"}, "", true,
		"x-amz-server-side-encryption: aws:kms|x-amz-server-side-encryption-aws-kms-key-id: testkey-1",
		"--server-side-encryption aws:kms --ssekms-key-id testkey-1", "--sse aws:kms --sse-kms-key-id testkey-1"},
	{"DSSE-KMS has no bucket key", sse.Choice{Kind: sse.DSSE, KeyID: keyARN, BucketKey: true}, "no bucket key", false, "", "", ""},
	{"SSE-C needs a key", sse.Choice{Kind: sse.Customer}, "needs a key", false, "", "", ""},
	{"SSE-S3 takes no key", sse.Choice{Kind: sse.S3, KeyID: keyARN}, "takes no KMS key", false, "", "", ""},
	{"nor does the default", sse.Choice{Fingerprint: "abc=="}, "takes no KMS key", false, "", "", ""},
	{"a context is an object of strings", sse.Choice{Kind: sse.KMS, KeyID: keyARN, Context: `{"a":1}`}, "JSON object of strings", false, "", "", ""},
	{"and not null", sse.Choice{Kind: sse.KMS, KeyID: keyARN, Context: `null`}, "JSON object of strings", false, "", "", ""},
	{"S3's own context is S3's", sse.Choice{Kind: sse.KMS, KeyID: keyARN, Context: `{"aws:s3:arn":"x"}`}, "S3 adds", false, "", "", ""},
	{"an unknown kind is none", sse.Choice{Kind: "rot13"}, "no encryption", false, "", "", ""},
}

func TestAChoiceSendsItsHeadersAndNothingElse(t *testing.T) {
	for _, c := range choices {
		why := c.choice.Check(c.anyKeyID)
		if c.wrong != "" {
			if !strings.Contains(why, c.wrong) {
				t.Errorf("%s: %q", c.name, why)
			}
			continue
		}
		if why != "" {
			t.Errorf("%s: %q", c.name, why)
		}
		var headers []string
		for _, h := range c.choice.Headers() {
			headers = append(headers, h.Name+": "+h.Value)
		}
		if got := strings.Join(headers, "|"); got != c.headers {
			t.Errorf("%s: headers %s", c.name, got)
		}
		if got := join(c.choice.APIOptions("k")); got != c.api {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := join(c.choice.CopyOptions("k")); got != c.cp {
			t.Errorf("%s: %s", c.name, got)
		}
		raw, err := json.Marshal(c.choice)
		var back sse.Choice
		if err != nil || json.Unmarshal(raw, &back) != nil || back != c.choice {
			t.Errorf("%s: %s, %v", c.name, raw, err)
		}
	}
}

func join(all []sse.Option) string {
	var words []string
	for _, o := range all {
		words = append(words, strings.TrimSpace(o.Name+" "+o.Value))
	}
	return strings.Join(words, " ")
}

func TestAnAnswerTellsWhatTheServerIgnored(t *testing.T) {
	kms := sse.Choice{Kind: sse.KMS, KeyID: keyARN}
	for _, c := range []struct {
		choice  sse.Choice
		told    sse.Told
		ignored bool
	}{
		{sse.Choice{}, sse.Told{}, false}, {sse.Choice{}, sse.Told{Algorithm: "aws:kms", KeyID: keyARN}, false},
		{sse.Choice{Kind: sse.S3}, sse.Told{Algorithm: "AES256"}, false}, {sse.Choice{Kind: sse.S3}, sse.Told{}, true},
		{kms, sse.Told{Algorithm: "aws:kms", KeyID: keyARN}, false}, {kms, sse.Told{Algorithm: "aws:kms", KeyID: keyARN + "x"}, true},
		{kms, sse.Told{Algorithm: "AES256"}, true}, {kms, sse.Told{}, true},
		{sse.Choice{Kind: sse.KMS, KeyID: "1234"}, sse.Told{Algorithm: "aws:kms", KeyID: "arn:aws:kms:eu-west-1:1:key/1234"}, false},
		{sse.Choice{Kind: sse.Customer, Fingerprint: "f"}, sse.Told{Fingerprint: "f"}, false},
		{sse.Choice{Kind: sse.Customer, Fingerprint: "f"}, sse.Told{}, true}, {sse.Choice{Kind: sse.Customer, Fingerprint: "f"}, sse.Told{Fingerprint: "g"}, true},
	} {
		if why := c.choice.Ignored(c.told); (why != "") != c.ignored {
			t.Errorf("%v told %+v: %q", c.choice, c.told, why)
		}
	}
}

func TestAKeyringGivesTheRightKeyAndAsksForAMissingOne(t *testing.T) {
	var ring sse.Keyring
	if _, ok := ring.For("b", "k", ""); ok {
		t.Error("an empty ring has a key")
	}
	_, err := ring.Ready(sse.Choice{Kind: sse.Customer, Fingerprint: "nobody's"})
	if m, ok := errors.AsType[*sse.MissingKey](err); !ok || m.Fingerprint != "nobody's" {
		t.Errorf("%v", err)
	}
}

func TestAKeyringKnowsWhichObjectNeedsWhichKey(t *testing.T) {
	var ring sse.Keyring
	k := key(t)
	print := ring.Add(k, "/keys/one", "b")
	if len(ring.ForBucket("b")) != 1 || len(ring.ForBucket("other")) != 0 || ring.File(print) != "/keys/one" {
		t.Errorf("%v %v", ring.ForBucket("b"), ring.All())
	}
	ring.Remember("b", "k", "v1", print)
	if got, ok := ring.For("b", "k", "v1"); !ok || got.Fingerprint() != print {
		t.Errorf("%v %t", got, ok)
	}
	if _, ok := ring.For("b", "k", ""); ok {
		t.Error("another version needs another key")
	}
	ring.Remember("b", "k", "v1", "")
	if _, ok := ring.For("b", "k", "v1"); ok {
		t.Error("what needs no key got one")
	}
	ring.Drop(print)
	if _, ok := ring.Get(print); ok || len(ring.ForBucket("b")) != 0 {
		t.Error("a key that was dropped is there")
	}
}

func TestAKeyThatOpensNothingIsNotKeptOrComesLast(t *testing.T) {
	var ring sse.Keyring
	make32 := func(b byte) sse.CustomerKey {
		k, err := sse.NewKey(bytes.Repeat([]byte{b}, sse.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	order := func() string {
		var out []byte
		for _, k := range ring.ForBucket("b") {
			out = append(out, k.Raw()[0])
		}
		return string(out)
	}
	a, c := ring.Add(make32('a'), "", "b"), ring.Add(make32('c'), "", "b")
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, "ca"},
		{func() { ring.Refused("b", "k", c) }, "ac"},            // it may be another object's
		{func() { ring.Remember("b", "k2", "", c) }, "ca"},      // as it is
		{func() { ring.Try(make32('x'), "", "b", "k") }, "xca"}, // given for k
		{func() { ring.Refused("b", "k", "nobody's") }, "xca"},
		{func() { ring.Refused("b", "k", make32('x').Fingerprint()) }, "ca"},
		{func() { ring.Try(make32('y'), "", "b", "k") }, "yca"},
		{func() { ring.Remember("b", "k", "", make32('y').Fingerprint()) }, "yca"},
		{func() { ring.Refused("b", "k", make32('y').Fingerprint()) }, "cay"}, // it has opened something
		{func() { ring.Try(make32('a'), "", "b", "k") }, "acy"},
		{func() { ring.Refused("b", "k", a) }, "cya"}, // it was held before
		{func() { ring.Drop(c) }, "ya"},
	} {
		if step.do(); order() != step.want {
			t.Errorf("tried in the order %q, want %q", order(), step.want)
		}
	}
}

func TestARequestCarriesTheKeyOfItsChoice(t *testing.T) {
	var ring sse.Keyring
	k := key(t)
	print := ring.Add(k, "")
	ready, err := ring.Ready(sse.Choice{Kind: sse.Customer, Fingerprint: print})
	var in s3.PutObjectInput
	ready.Put(&in)
	if err != nil || *in.SSECustomerKey != base64.StdEncoding.EncodeToString(k.Raw()) || *in.SSECustomerKeyMD5 != print || in.ServerSideEncryption != "" {
		t.Errorf("%+v %v", in.SSECustomerKeyMD5, err)
	}
}
