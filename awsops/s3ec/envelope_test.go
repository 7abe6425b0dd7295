package s3ec

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// object is one vector: what a bucket holds, and what it is.
type object struct {
	Name        string            `json:"name"`
	Metadata    map[string]string `json:"object_metadata"`
	Instruction map[string]string `json:"instruction_file"`
	Ciphertext  string            `json:"ciphertext_hex"`
	Plaintext   string            `json:"plaintext_hex"`
	Note        string            `json:"note"`
	DataKey     string            `json:"plaintext_data_key_hex"`
	WrappingKey string            `json:"wrapping_key_hex"`
}

func readVectors(t *testing.T, path string) []object {
	t.Helper()
	var file struct{ Vectors []object }
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, &file)
	}
	if err != nil || len(file.Vectors) == 0 {
		t.Fatalf("%d vectors in %s, %v", len(file.Vectors), path, err)
	}
	return file.Vectors
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (v object) envelope(t *testing.T) *Envelope {
	t.Helper()
	e, err := Parse(v.Metadata)
	if v.Instruction != nil {
		if err == nil {
			t.Error("the metadata alone has an envelope")
		}
		content, merr := json.Marshal(v.Instruction)
		if merr != nil {
			t.Fatal(merr)
		}
		e, err = ParseInstruction(v.Metadata, content)
	}
	if err != nil {
		t.Fatal(err)
	}
	if e.InstructionFile != (v.Instruction != nil) {
		t.Error("it isn't told where the key came from")
	}
	return e
}

func (v object) check(t *testing.T) {
	e := v.envelope(t)
	ring := KMS(&fakeKMS{fixed: unhex(t, v.DataKey)}, arn, nil)
	if v.WrappingKey != "" {
		key, err := ParseKey([]byte(v.WrappingKey))
		if err != nil {
			t.Fatal(err)
		}
		ring = AES(nil, key)
	}
	got, err := decrypt(ring, e, unhex(t, v.Ciphertext))
	if strings.HasSuffix(v.Name, "wrong-commitment") {
		is(t, err, KindCommitment)
		return
	}
	if err != nil || !got.committed || hex.EncodeToString(got.Bytes()) != v.Plaintext {
		t.Errorf("decrypted %q, %v", got.Bytes(), err)
	}
}

func TestObjectsThatAnotherImplementationMadeAreRead(t *testing.T) {
	for _, v := range readVectors(t, "testdata/objects.json") {
		t.Run(v.Name, v.check)
	}
}

// TestWhatTheOfficialClientsWroteIsRead needs their data: a folder named by S3EC_VECTORS.
func TestWhatTheOfficialClientsWroteIsRead(t *testing.T) {
	folder := os.Getenv("S3EC_VECTORS")
	if folder == "" {
		t.Skip("S3EC_VECTORS names no folder with the official clients' data")
	}
	for _, v := range readVectors(t, filepath.Join(folder, "objects.json")) {
		t.Run(v.Name, v.check)
	}
	var keys struct {
		Vectors []struct {
			Commitment    string `json:"commitment"`
			DataKey       string `json:"data_key"`
			EncryptionKey string `json:"encryption_key"`
			MessageID     string `json:"message_id"`
		}
	}
	readJSON(t, filepath.Join(folder, "key-derivation-115.json"), &keys)
	for _, v := range keys.Vectors {
		d, err := derive(unhex(t, v.DataKey), unhex(t, v.MessageID))
		if err != nil || hex.EncodeToString(d.commitment) != v.Commitment || hex.EncodeToString(d.key) != v.EncryptionKey {
			t.Errorf("derived %x and %x, %v", d.commitment, d.key, err)
		}
	}
	var sealed []struct{ Comment, Key, PT, AAD, IV, CT, Tag string }
	readJSON(t, filepath.Join(folder, "aes-gcm.json"), &sealed)
	for _, v := range sealed {
		checkGCM(t, v.Comment, unhex(t, v.Key), unhex(t, v.IV), unhex(t, v.AAD), unhex(t, v.PT), append(unhex(t, v.CT), unhex(t, v.Tag)...))
	}
	if len(keys.Vectors) == 0 || len(sealed) == 0 {
		t.Error("the folder lacks vectors")
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func checkGCM(t *testing.T, name string, key, iv, aad, plain, want []byte) {
	t.Helper()
	g, err := newGCM(key, iv, aad)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, len(plain), len(plain)+TagSize)
	copy(buf, plain)
	sum := g.begin()
	if len(buf) > 0 {
		sum = g.join(sum, g.seal(buf, 0), len(buf))
	}
	tag := g.tag(sum, int64(len(plain)))
	if got := append(buf, tag[:]...); !bytes.Equal(got, want) {
		t.Errorf("%s: sealed to %x, not %x", name, got, want)
	}
}

func TestAnEnvelopeSurvivesAnInstructionFile(t *testing.T) {
	for name, ring := range rings() {
		for _, suite := range []Suite{GCM, Committing} {
			e, body := seal(t, ring, suite, []byte("text"))
			object, file := e.Instruction()
			if _, has := object["x-amz-3"]; has {
				t.Error("the wrapped key is in the metadata, too")
			}
			back, err := ParseInstruction(object, file)
			if err != nil {
				t.Fatal(name, suite, err)
			}
			if got, err := decrypt(ring, back, body); err != nil || got.String() != "text" || back.PlainSize != 4 {
				t.Errorf("%s %v: %q, %v", name, suite, got, err)
			}
			for _, content := range []string{"", "[]", "{", `{"a":1}`, "{}", strings.Repeat(" ", MaxInstruction+1), string(file) + "x"} {
				_, err := ParseInstruction(object, []byte(content))
				is(t, err, KindMalformed)
			}
			_, err = ParseInstruction(e.Metadata(), file)
			is(t, err, KindMalformed)
		}
	}
}

func TestAnInstructionFileCantReplaceTheCommitment(t *testing.T) {
	e, _ := seal(t, rings()["AES"], Committing, nil)
	object, _ := e.Instruction()
	_, err := ParseInstruction(object, []byte(encodeMap(e.Metadata())))
	is(t, err, KindMalformed)
	if err == nil || !strings.Contains(err.Error(), "belongs into the object's metadata") {
		t.Errorf("%v", err)
	}
	if !IsInstructionFile(InstructionMetadata()) || IsInstructionFile(e.Metadata()) {
		t.Error("instruction files aren't told from objects")
	}
}

func TestAnEnvelopeIsNoticedWhateverTheCaseOfItsNames(t *testing.T) {
	e, _ := seal(t, rings()["AES"], Committing, nil)
	shouted := map[string]string{"Colour": "red"}
	for name, value := range e.Metadata() {
		shouted[strings.ToUpper(name)] = value
	}
	if back, err := Parse(shouted); err != nil || back.Fingerprint() != e.Fingerprint() {
		t.Errorf("%v, %v", back, err)
	}
	if !Marked(shouted) || Marked(map[string]string{"colour": "red"}) {
		t.Error("the envelope isn't noticed")
	}
}

func TestLabelsComeBackFromTheEncodingsOfS3(t *testing.T) {
	for _, text := range []string{`{"a":"Büro"}`, `{"a":"B\u00fcro"}`, "=?UTF-8?Q?{\"a\":\"B=C3=BCro\"}?=", "=?UTF-8?B?eyJhIjoiQsO8cm8ifQ==?=",
		"=?UTF-8?B?eyJhIjoiQsODwrxybyJ9?="} {
		m, err := decodeMap(undouble(text))
		if err != nil || m["a"] != "Büro" {
			t.Errorf("%s is %q, %v", text, m, err)
		}
	}
}

func TestWhatIsWrittenIsExactlyTheFormat(t *testing.T) {
	for name, ring := range rings() {
		v2, _ := seal(t, ring, GCM, nil)
		want := []string{"x-amz-cek-alg", "x-amz-iv", "x-amz-key-v2", "x-amz-matdesc", "x-amz-tag-len", "x-amz-unencrypted-content-length", "x-amz-wrap-alg"}
		if got := slices.Sorted(maps.Keys(v2.Metadata())); !slices.Equal(got, want) {
			t.Errorf("%s: V2 writes %q", name, got)
		}
		v3, _ := seal(t, ring, Committing, nil)
		m := v3.Metadata()
		want = []string{"x-amz-3", "x-amz-c", "x-amz-d", "x-amz-i", map[string]string{"AES": "x-amz-m", "KMS": "x-amz-t"}[name], "x-amz-unencrypted-content-length", "x-amz-w"}
		if got := slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) || m["x-amz-w"] != map[string]string{"AES": "02", "KMS": "12"}[name] {
			t.Errorf("%s: V3 writes %q", name, m)
		}
	}
}
