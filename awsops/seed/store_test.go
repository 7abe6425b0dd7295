package seed

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const device = "arn:aws:iam::111122223333:mfa/root-account-mfa-device"

// cheap keeps the tests quick; what Save takes is checked once.
var cheap = cost{n: 16, r: 8, p: 1}

func keep(t *testing.T, dir, serial, text string) string {
	t.Helper()
	if err := save(dir, serial, parse(t, text), []byte("open sesame"), cheap); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name(serial))
}

func TestAKeptSeedMakesTheSameCodes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seeds")
	text := "otpauth://totp/AWS:root?algorithm=SHA256&period=60&secret=" + seed32
	s := parse(t, text)
	if err := Save(dir, device, s, []byte("open sesame")); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir, device, []byte("open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Issuer != "AWS" || got.Account != "root" || got.Period != time.Minute {
		t.Errorf("%q %q %v", got.Issuer, got.Account, got.Period)
	}
	at := time.Unix(1111111109, 0)
	a, err1 := s.Code(at)
	b, err2 := got.Code(at)
	if err := errors.Join(err1, err2); err != nil || a != b {
		t.Errorf("%s and %s, %v", a, b, err)
	}
}

func TestGuessingAPassphraseIsDear(t *testing.T) {
	dir := t.TempDir()
	if err := Save(dir, device, parse(t, seed20), []byte("open sesame")); err != nil {
		t.Fatal(err)
	}
	f, err := read(filepath.Join(dir, name(device)))
	if err != nil {
		t.Fatal(err)
	}
	if memory := 128 * f.N * f.R; memory < 64<<20 {
		t.Errorf("one guess takes %d bytes", memory)
	}
}

func TestAWrongPassphraseIsAnErrorOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	keep(t, dir, device, seed20)
	for _, p := range []string{"", "open sesam", "Open sesame", "open sesame "} {
		if _, err := Load(dir, device, []byte(p)); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestNoByteOfTheFileCanBeChangedUnseen(t *testing.T) {
	dir := t.TempDir()
	path := keep(t, dir, device, seed20)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole[:len(whole)-1] {
		b := bytes.Clone(whole)
		b[i] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(dir, device, []byte("open sesame"))
		if err == nil {
			t.Fatalf("byte %d of %s: taken as %v", i, b, s)
		}
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrPassphrase) && !errors.Is(err, ErrNewer) {
			t.Fatalf("byte %d: untyped %v", i, err)
		}
	}
}

func TestBitsOfTheFileThatMeanNothingCanNotBeChangedEither(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	dir := t.TempDir()
	path := keep(t, dir, device, seed20)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.Index(whole, []byte(`=","nonce"`)) - 1 // of the check's 32 bytes: two of its six bits are spare
	whole[last] = alphabet[strings.IndexByte(alphabet, whole[last])|1]
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(dir, device, []byte("open sesame")); !errors.Is(err, ErrDamaged) {
		t.Errorf("taken as %v, error %v", s, err)
	}
}

func TestTheSealCoversWhatIsReadable(t *testing.T) {
	dir := t.TempDir()
	path := keep(t, dir, device, seed20)
	f, err := read(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Serial = "another device"
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name("another device")), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, "another device", []byte("open sesame")); !errors.Is(err, ErrDamaged) {
		t.Errorf("a seed was passed off as another device's: %v", err)
	}
}

func TestAFileWithUnreasonableNumbersIsRefusedBeforeTheyAreUsed(t *testing.T) {
	for name, change := range map[string]func(*sealed){
		"memory": func(f *sealed) { f.N = 1 << 30 }, "odd": func(f *sealed) { f.N = 1000 }, "r": func(f *sealed) { f.R = 1 << 20 },
		"p": func(f *sealed) { f.P = 0 }, "nonce": func(f *sealed) { f.Nonce = nil }, "salt": func(f *sealed) { f.Salt = nil },
	} {
		dir := t.TempDir()
		path := keep(t, dir, device, seed20)
		f, err := read(path)
		if err != nil {
			t.Fatal(err)
		}
		change(&f)
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir, device, []byte("open sesame")); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoFileOfOursIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, name(device))
	for text, want := range map[string]error{
		"":                                     ErrDamaged,
		"[]":                                   ErrDamaged,
		`{"schema":2}`:                         ErrNewer,
		`{"schema":1}`:                         ErrDamaged,
		string(bytes.Repeat([]byte("a"), 1e5)): ErrDamaged,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir, device, []byte("x")); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", text, err, want)
		}
	}
}

func TestTheFileIsPrivateAndDoesNotHoldTheSeed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seeds")
	path := keep(t, dir, device, seed20)
	for p, want := range map[string]fs.FileMode{dir: 0o700, path: 0o600} {
		info, err := os.Stat(p)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%v %v, want %v", info.Mode(), err, want)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"12345678901234567890", seed20, "MTIzNDU2Nzg5MDEy", "sesame"} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%q is in the file", secret)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

func TestKeptSeedsAreListedReplacedAndRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seeds")
	if got, err := Kept(dir); err != nil || len(got) != 0 {
		t.Errorf("a folder that is not there keeps %v, %v", got, err)
	}
	keep(t, dir, device, seed20)
	keep(t, dir, "GAHT1", seed20)
	keep(t, dir, "GAHT1", seed32)
	if err := os.WriteFile(filepath.Join(dir, "junk.seed"), []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Kept(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"GAHT1", device}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if err := Remove(dir, "GAHT1"); err != nil {
		t.Fatal(err)
	}
	_, load := Load(dir, "GAHT1", []byte("open sesame"))
	for _, err := range []error{load, Remove(dir, "GAHT1")} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v", err)
		}
	}
}

func TestASeedIsNotKeptWithoutADeviceOrAPassphrase(t *testing.T) {
	dir := t.TempDir()
	wiped := parse(t, seed20)
	wiped.Wipe()
	for name, err := range map[string]error{
		"device":     Save(dir, "", parse(t, seed20), []byte("x")),
		"passphrase": Save(dir, device, parse(t, seed20), nil),
		"seed":       Save(dir, device, wiped, []byte("x")),
	} {
		if err == nil {
			t.Errorf("kept without a %s", name)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}
