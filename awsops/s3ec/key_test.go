package s3ec

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestAKeyIsReadInThreeForms(t *testing.T) {
	raw := noise(32, 5)
	sum := sha256.Sum256(raw)
	for _, content := range [][]byte{raw, []byte(hex.EncodeToString(raw)), []byte("\n " + strings.ToUpper(hex.EncodeToString(raw)) + "\r\n"), []byte(base64.StdEncoding.EncodeToString(raw) + "\n")} {
		k, err := ParseKey(content)
		if err != nil || !bytes.Equal(k.Raw(), raw) || k.Fingerprint() != hex.EncodeToString(sum[:16]) {
			t.Errorf("%d bytes: %v, %v", len(content), k, err)
		}
	}
	for _, content := range [][]byte{nil, []byte("secret"), raw[:31], append(raw, 'x'), bytes.Repeat([]byte{0}, 32), []byte(strings.Repeat("0", 64)),
		[]byte(strings.Repeat("g", 64)), []byte(strings.Repeat("A", 44)), make([]byte, 5000)} {
		k, err := ParseKey(content)
		is(t, err, KindInvalid)
		if err != nil && len(content) > 0 && strings.Contains(err.Error(), string(content)) {
			t.Errorf("%v, and the error shows the content: %v", k, err)
		}
	}
	if NewKey().Equal(NewKey()) || NewKey().IsZero() {
		t.Error("keys are not random")
	}
}

func TestAKeyShowsItselfNowhere(t *testing.T) {
	k := testKey(6)
	raw := k.Raw()
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", k, "in", struct{ K Key }{k})
	j, err := json.Marshal(map[string]any{"key": k, "keys": []Key{k}})
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(j)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b"} {
		all += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, []Key{k}) + fmt.Sprintf(verb, &k) + fmt.Sprintf(verb, struct{ K Key }{k}) + fmt.Sprintf(verb, struct{ k Key }{k}) + fmt.Sprintf(verb, AES(nil, k))
	}
	for _, form := range []string{hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), base64.StdEncoding.EncodeToString(raw), hex.Dump(raw)[:60], fmt.Sprintf("%d", raw), fmt.Sprintf("%d", raw[:8])[1:]} {
		if strings.Contains(all, form) {
			t.Errorf("the key is shown as %s", form)
		}
	}
	if !strings.Contains(all, k.Fingerprint()) || (Key{}).String() != "no key" {
		t.Error("a key doesn't show its fingerprint")
	}
}
