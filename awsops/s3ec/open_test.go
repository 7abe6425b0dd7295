package s3ec

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
)

// flipped changes one bit of a base64 field.
func flipped(name string, at int) func(m map[string]string, _ []byte) []byte {
	return func(m map[string]string, body []byte) []byte {
		b, _ := base64.StdEncoding.DecodeString(m[name])
		b[(at+len(b))%len(b)] ^= 1
		m[name] = base64.StdEncoding.EncodeToString(b)
		return body
	}
}

func set(name, value string) func(m map[string]string, _ []byte) []byte {
	return func(m map[string]string, body []byte) []byte { m[name] = value; return body }
}

func drop(name string) func(m map[string]string, _ []byte) []byte {
	return func(m map[string]string, body []byte) []byte { delete(m, name); return body }
}

// attacks are what may happen to an object of 100 bytes.
var attacks = []struct {
	name  string
	ring  string
	suite Suite
	do    func(m map[string]string, body []byte) []byte
	want  Kind
	text  string
}{
	{"nothing", "AES", GCM, func(_ map[string]string, b []byte) []byte { return b }, "", ""},
	{"nothing", "KMS", Committing, func(_ map[string]string, b []byte) []byte { return b }, "", ""},
	{"a bit of the body", "AES", Committing, func(_ map[string]string, b []byte) []byte { b[3] ^= 4; return b }, KindTampered, "changed after it was encrypted"},
	{"a bit of the body", "KMS", GCM, func(_ map[string]string, b []byte) []byte { b[99] ^= 4; return b }, KindTampered, ""},
	{"a bit of the tag", "AES", Committing, func(_ map[string]string, b []byte) []byte { b[100] ^= 128; return b }, KindTampered, ""},
	{"a bit of the key", "AES", Committing, flipped("x-amz-3", -1), KindWrongKey, "envelope was tampered with"},
	{"a bit of the nonce of the key", "AES", GCM, flipped("x-amz-key-v2", 0), KindWrongKey, "envelope was tampered with"},
	{"a bit of the key without a fingerprint", "AES", GCM, func(m map[string]string, b []byte) []byte {
		m["x-amz-matdesc"] = "{}"
		return flipped("x-amz-key-v2", 30)(m, b)
	}, KindWrongKey, "wrong key, or the envelope was tampered with"},
	{"a bit of the commitment", "AES", Committing, flipped("x-amz-d", 0), KindCommitment, "key commitment"},
	{"a bit of the message id", "KMS", Committing, flipped("x-amz-i", 5), KindCommitment, ""},
	{"a bit of the IV", "AES", GCM, flipped("x-amz-iv", 1), KindTampered, ""},
	{"a cut in the content", "AES", Committing, func(_ map[string]string, b []byte) []byte { return b[:60] }, KindTruncated, "56 bytes are missing of 116"},
	{"the tag alone is left", "AES", Committing, func(_ map[string]string, b []byte) []byte { return b[:16] }, KindTruncated, "100 bytes are missing"},
	{"not even a tag", "AES", GCM, func(_ map[string]string, b []byte) []byte { return b[:15] }, KindTruncated, "has 15 bytes"},
	{"a byte too many", "AES", GCM, func(_ map[string]string, b []byte) []byte { return append(b, 0) }, KindTruncated, "1 bytes too many"},
	{"a cut with a length that hides it", "AES", GCM, func(m map[string]string, b []byte) []byte {
		m["x-amz-unencrypted-content-length"] = "44"
		return b[:60]
	}, KindTampered, ""},
	{"a cut that no length tells", "AES", Committing, func(m map[string]string, b []byte) []byte {
		delete(m, "x-amz-unencrypted-content-length")
		return b[:60]
	}, KindTampered, ""},
	{"another content's context", "KMS", GCM, set("x-amz-matdesc", `{"aws:x-amz-cek-alg":"115","team":"billing"}`), KindDowngrade, "says AES-256-GCM (message format V2)"},
	{"no algorithm in the context", "KMS", GCM, set("x-amz-matdesc", `{"team":"billing"}`), KindMalformed, "aws:x-amz-cek-alg"},
	{"the wrong way to wrap", "AES", Committing, func(m map[string]string, b []byte) []byte { m["x-amz-w"], m["x-amz-t"] = "12", m["x-amz-m"]; return b }, KindWrongKey, "wrapped by KMS"},
	{"the wrong way to wrap", "KMS", GCM, set("x-amz-wrap-alg", "AES/GCM"), KindMalformed, "has 60"},
	{"another context", "KMS", Committing, set("x-amz-t", `{"aws:x-amz-cek-alg":"115","team":"sales"}`), KindContext, ""},
	{"no fields at all", "AES", GCM, func(m map[string]string, b []byte) []byte { clear(m); return b }, KindNone, "has no envelope"},
	{"an empty key field", "AES", GCM, set("x-amz-key-v2", ""), KindMalformed, "not base64"},
	{"garbage for a key", "AES", Committing, set("x-amz-3", "&&&&"), KindMalformed, "x-amz-3 is not base64"},
	{"no IV", "AES", GCM, drop("x-amz-iv"), KindMalformed, "x-amz-iv"},
	{"no content algorithm", "AES", GCM, drop("x-amz-cek-alg"), KindMalformed, "x-amz-cek-alg"},
	{"no wrap algorithm", "AES", GCM, drop("x-amz-wrap-alg"), KindMalformed, "x-amz-wrap-alg"},
	{"no key but an IV", "AES", GCM, drop("x-amz-key-v2"), KindMalformed, "no encrypted key"},
	{"no commitment", "AES", Committing, drop("x-amz-d"), KindMalformed, "x-amz-d"},
	{"no message id", "AES", Committing, drop("x-amz-i"), KindMalformed, "x-amz-i"},
	{"no suite", "AES", Committing, drop("x-amz-c"), KindMalformed, "x-amz-c"},
	{"the key is elsewhere", "AES", Committing, drop("x-amz-3"), KindInstruction, "instruction file"},
	{"two envelopes", "AES", Committing, set("x-amz-key-v2", "AAAA"), KindMalformed, "two envelopes"},
	{"fields of two formats", "AES", Committing, set("x-amz-iv", "AAAA"), KindMalformed, "mixes two formats"},
	{"fields of two formats", "AES", GCM, set("x-amz-d", "AAAA"), KindMalformed, "mixes two formats"},
	{"CBC", "AES", GCM, set("x-amz-cek-alg", "AES/CBC/PKCS5Padding"), KindLegacy, "AES-CBC"},
	{"V1", "AES", GCM, func(m map[string]string, b []byte) []byte { clear(m); m["x-amz-key"] = "AAAA"; return b }, KindLegacy, "V1"},
	{"legacy KMS", "KMS", GCM, set("x-amz-wrap-alg", "kms"), KindLegacy, "kms"},
	{"RSA", "AES", Committing, set("x-amz-w", "22"), KindForeign, "RSA-OAEP-SHA1"},
	{"an unknown suite", "AES", Committing, set("x-amz-c", "116"), KindForeign, `"116"`},
	{"an unknown content algorithm", "AES", GCM, set("x-amz-cek-alg", "ROT13\x1b[2J"), KindForeign, `"ROT13\x1b[2J"`},
	{"a short tag", "AES", GCM, set("x-amz-tag-len", "96"), KindMalformed, `"96"`},
	{"a short IV", "AES", GCM, set("x-amz-iv", "AAAA"), KindMalformed, "should have 12"},
	{"labels that are no JSON", "AES", GCM, set("x-amz-matdesc", "{"), KindMalformed, "x-amz-matdesc"},
	{"labels that are no strings", "AES", Committing, set("x-amz-m", `{"a":1}`), KindMalformed, "not a string"},
	{"labels twice", "AES", Committing, set("x-amz-m", `{"a":"1","a":"2"}`), KindMalformed, "twice"},
	{"labels and more", "AES", Committing, set("x-amz-m", `{} {}`), KindMalformed, "behind"},
}

func TestNoPlaintextComesOutOfWhatWasTamperedWith(t *testing.T) {
	for _, test := range attacks {
		t.Run(test.ring+" "+test.suite.String()+" "+test.name, func(t *testing.T) {
			ring := rings()[test.ring]
			plain := noise(100, 8)
			e, body := seal(t, ring, test.suite, plain)
			m := e.Metadata()
			body = test.do(m, body)
			got := &kept{}
			e, err := Parse(m)
			if err == nil {
				got, err = decrypt(ring, e, body)
			}
			is(t, err, test.want)
			if test.want == "" {
				return
			}
			if got.committed || got.Len() > 0 {
				t.Errorf("plaintext came out: %d bytes", got.Len())
			}
			if err != nil && !strings.Contains(err.Error(), test.text) {
				t.Errorf("%q doesn't say %q", err, test.text)
			}
		})
	}
}

func TestAKeyOfTheOtherFormatIsADowngrade(t *testing.T) {
	ring := rings()["AES"]
	v3, body := seal(t, ring, Committing, []byte("text"))
	down := &Envelope{Suite: GCM, Wrap: WrapAES, DataKey: v3.DataKey, IV: bytes.Repeat([]byte{1}, 12), Description: v3.Description, PlainSize: 4}
	_, err := decrypt(ring, down, body)
	is(t, err, KindDowngrade)
	v2, _ := seal(t, ring, GCM, []byte("text"))
	_, err = Open(t.Context(), ring, v2, RequireCommitment)
	is(t, err, KindDowngrade)
}

func TestTheRightKeyIsChosenByItsFingerprint(t *testing.T) {
	e, body := seal(t, AES(nil, testKey(1)), Committing, []byte("text"))
	if e.Fingerprint() != testKey(1).Fingerprint() {
		t.Errorf("the envelope names %q", e.Fingerprint())
	}
	got, err := decrypt(AES(nil, testKey(3), testKey(2), testKey(1)), e, body)
	if err != nil || got.String() != "text" {
		t.Errorf("%q, %v", got, err)
	}
	_, err = decrypt(AES(nil, testKey(2)), e, body)
	is(t, err, KindWrongKey)
	if err == nil || !strings.Contains(err.Error(), testKey(1).Fingerprint()) || !strings.Contains(err.Error(), testKey(2).Fingerprint()) {
		t.Errorf("%v doesn't name both keys", err)
	}
	_, err = decrypt(AES(nil, testKey(2), testKey(3)), e, body)
	is(t, err, KindNoKey)
	delete(e.Description, LabelKey) // as the official clients write it
	got, err = decrypt(AES(nil, testKey(2), testKey(1)), e, body)
	if err != nil || got.String() != "text" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestKMSGetsTheWholeContextAndTheKey(t *testing.T) {
	kms := &fakeKMS{}
	e, body := seal(t, KMS(kms, arn, map[string]string{"team": "Büro 🔑 \"x\""}), Committing, []byte("text"))
	want := map[string]string{"team": "Büro 🔑 \"x\"", "aws:x-amz-cek-alg": "115"}
	if !maps.Equal(kms.contexts[0], want) {
		t.Errorf("KMS got %q", kms.contexts[0])
	}
	text := e.Metadata()["x-amz-t"]
	if strings.ContainsFunc(text, func(r rune) bool { return r > '~' }) {
		t.Errorf("%q is not ASCII", text)
	}
	e, err := Parse(e.Metadata())
	if err != nil || !maps.Equal(e.Description, want) || !maps.Equal(e.Context(), map[string]string{"team": "Büro 🔑 \"x\""}) {
		t.Fatalf("read back %q, %v", e.Description, err)
	}
	if _, err := decrypt(KMS(kms, arn, nil), e, body); err != nil {
		t.Error(err)
	}
	if _, err := decrypt(KMS(kms, arn+"0", nil), e, body); !errors.Is(err, errRefused) {
		t.Errorf("another key: %v", err)
	}
	_, err = decrypt(KMS(kms, arn, map[string]string{}), e, body)
	is(t, err, KindContext)
	_, err = decrypt(KMS(kms, "", nil), e, body)
	is(t, err, KindInvalid)
	_, err = decrypt(KMS(&fakeKMS{fixed: make([]byte, 16)}, arn, nil), e, body)
	is(t, err, KindWrongKey)
	_, err = decrypt(AES(nil, testKey(1)), e, body)
	is(t, err, KindWrongKey)
}

func TestWhatBreaksOffGivesNothing(t *testing.T) {
	ring := rings()["AES"]
	plain := noise(3*stepSize, 1)
	e, body := seal(t, ring, Committing, plain)
	o, err := Open(t.Context(), ring, e, AllowUncommitted)
	if err != nil {
		t.Fatal(err)
	}
	to := &kept{}
	gone := errors.New("connection reset")
	err = o.Decrypt(to, io.MultiReader(bytes.NewReader(body[:2*stepSize]), broken{gone}), int64(len(body)))
	if !errors.Is(err, gone) || to.committed || !to.discarded || to.Len() > 0 {
		t.Errorf("%v, committed %v, discarded %v", err, to.committed, to.discarded)
	}
	is(t, o.Decrypt(&kept{}, bytes.NewReader(body[:len(body)-1]), int64(len(body))), KindTruncated)
	full := errors.New("no space left on device")
	sink := &refusing{err: full}
	if err := o.Decrypt(sink, bytes.NewReader(body), int64(len(body))); !errors.Is(err, full) || !sink.discarded {
		t.Errorf("%v hides what the sink said", err)
	}
}

// refusing is a Sink on a full disk.
type refusing struct {
	kept
	err error
}

func (r *refusing) Write([]byte) (int, error) { return 0, r.err }

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
