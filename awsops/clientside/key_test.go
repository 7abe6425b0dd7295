package clientside

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

func TestAKeyFileIsItsOwnersAndNeverWrittenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key := s3ec.NewKey()
	if err := SaveKeyFile(path, key); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("%v, %v", info, err)
	}
	back, others, err := ReadKeyFile(path)
	if err != nil || others || !back.Equal(key) {
		t.Errorf("read back %v, %v, %v", back, others, err)
	}
	if e := awsops.Wrap("", "", "", SaveKeyFile(path, s3ec.NewKey())); e == nil || e.Kind != awsops.KindConflict {
		t.Errorf("written over: %v", e)
	}
	if again, _, _ := ReadKeyFile(path); !again.Equal(key) {
		t.Error("the key was written over")
	}
}

func TestItIsNoticedThatOthersMayReadAKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := SaveKeyFile(path, s3ec.NewKey()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, others, _ := ReadKeyFile(path); !others {
		t.Error("it isn't noticed that others may read it")
	}
}

func TestWhatIsNoKeyFileIsRefusedWithoutShowingIt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "secret")
	if err := os.WriteFile(path, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, dir, filepath.Join(dir, "absent")} {
		_, _, err := ReadKeyFile(p)
		if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindInvalid || strings.Contains(e.Error(), "hunter2") {
			t.Errorf("%s: %v", p, err)
		}
	}
	if err := SaveKeyFile(filepath.Join(dir, "no", "folder"), s3ec.NewKey()); err == nil {
		t.Error("saved into a folder that isn't there")
	}
}

func TestAChoiceOfClientSideEncryptionIsChecked(t *testing.T) {
	const arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for _, test := range []struct {
		c    sse.Client
		want string
	}{
		{sse.Client{Fingerprint: "00"}, ""}, {sse.Client{KeyID: arn}, ""}, {sse.Client{KeyID: arn, Context: `{"a":"b"}`}, ""},
		{sse.Client{}, "needs a key"}, {sse.Client{KeyID: arn, Fingerprint: "00"}, "not both"}, {sse.Client{KeyID: "alias/x"}, "full ARN"},
		{sse.Client{Fingerprint: "00", Context: `{"a":"b"}`}, "KMS key only"}, {sse.Client{KeyID: arn, Context: "x"}, "JSON object"},
		{sse.Client{KeyID: arn, Context: `{"aws:x":"b"}`}, "reserved"}, {sse.Client{KeyID: arn, Context: `null`}, "JSON object"},
	} {
		if got := Check(test.c); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q", test.c, got)
		}
	}
}

func TestTheMetadataTellsHowAnObjectIsEncrypted(t *testing.T) {
	key := s3ec.NewKey()
	s, err := s3ec.NewSealer(t.Context(), s3ec.AES(map[string]string{"team": "x"}, key), s3ec.GCM, bytes.NewReader(nil), 0)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []objects.Pair
	for name, value := range s.Envelope().Metadata() {
		pairs = append(pairs, objects.Pair{Name: name, Value: value})
	}
	told, ok := Look(pairs)
	want := Told{Format: s3ec.GCM.String(), Wrap: "a raw AES key (AES/GCM)", Fingerprint: key.Fingerprint(),
		Labels: []objects.Pair{{Name: "key-sha256", Value: key.Fingerprint()}, {Name: "team", Value: "x"}}}
	if !ok || !reflect.DeepEqual(told, want) {
		t.Errorf("%+v, %v", told, ok)
	}
	if !Keeps(pairs, append(pairs, objects.Pair{Name: "colour", Value: "red"})) || Keeps(pairs, nil) || Keeps(nil, pairs) {
		t.Error("it isn't noticed that an envelope is changed")
	}
	if told, ok = Look(append(pairs, objects.Pair{Name: "x-amz-3", Value: "AAAA"})); !ok || !strings.Contains(told.Problem, "two envelopes") {
		t.Errorf("%+v, %v", told, ok)
	}
	if _, ok = Look([]objects.Pair{{Name: "colour", Value: "red"}}); ok {
		t.Error("any metadata is taken for an envelope")
	}
}
