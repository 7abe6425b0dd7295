package views

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/ui"
	"cooper/ui/uitest"
)

// vector is an object that is encrypted in the format, with its key.
type vector struct {
	Name       string            `json:"name"`
	Metadata   map[string]string `json:"object_metadata"`
	Ciphertext string            `json:"ciphertext_hex"`
	Plaintext  string            `json:"plaintext_hex"`
	Key        string            `json:"wrapping_key_hex"`
}

func readVector(t *testing.T, name string) (v vector, stored, plain []byte) {
	t.Helper()
	var file struct{ Vectors []vector }
	raw, err := os.ReadFile("../awsops/s3ec/testdata/objects.json")
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	for _, one := range file.Vectors {
		if one.Name == name {
			v = one
		}
	}
	if stored, _ = hex.DecodeString(v.Ciphertext); err != nil || len(stored) == 0 {
		t.Fatalf("no vector %q: %v", name, err)
	}
	plain, _ = hex.DecodeString(v.Plaintext)
	return v, stored, plain
}

// ownStage serves a client-side encrypted object k.txt of bucket b, and has key files in its folder.
func ownStage(t *testing.T, dir, name string, stored func([]byte) []byte, open func(s *stage) tea.Cmd) func(*testing.T) *stage {
	v, body, _ := readVector(t, name)
	body = stored(body)
	write := func(file, content string) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("right.key", v.Key)
	write("wrong.key", strings.Repeat("ab1c", 16))
	write("no.key", "hunter2")
	return func(t *testing.T) *stage {
		s := newStage(t)
		s.Home = dir
		s.wire.answer = func(r *http.Request, text string) (int, string, http.Header) {
			if strings.HasPrefix(r.Host, "kms.") || r.Header.Get("X-Amz-Target") != "" {
				return 400, `{"__type":"IncorrectKeyException"}`, nil
			}
			if r.URL.Path != "/b/k.txt" {
				return asRoot(r, text)
			}
			h := http.Header{"Etag": {`"5d41402abc4b2a76b9719d911017c592-1"`}, "Last-Modified": {"Fri, 02 Jan 2026 03:04:05 GMT"}}
			for name, value := range v.Metadata {
				h.Set("X-Amz-Meta-"+name, value)
			}
			if r.Method == http.MethodHead {
				h.Set("Content-Length", strconv.Itoa(len(body)))
				return 200, "", h
			}
			return 200, string(body), h
		}
		s.view = &opener{open: func() tea.Cmd { return open(s) }}
		return s
	}
}

func same(b []byte) []byte { return b }

func downloadOf(s *stage) tea.Cmd {
	return openDownload(s.Env, s.Life(), ui.Place{Bucket: "b", Key: "k.txt"}, false)
}

func TestADownloadAsksForTheKeyOfAClientSideEncryptedObject(t *testing.T) {
	dir := t.TempDir()
	_, _, plain := readVector(t, "V3, AES key, a line")
	build := ownStage(t, dir, "V3, AES key, a line", same, downloadOf)
	on(t, 100, 30, build, func(s *stage, p *uitest.Program) {
		p.Press("o", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("Client-side encrypted", "this session doesn't have", "Without that very key")
		p.Press("tab")
		p.Type("~/no.key")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("this is no key", "~/no.key")
		if strings.Contains(p.Text(), "hunter2") {
			t.Error("the content of a file is shown")
		}
		p.Press("tab", "ctrl+u")
		p.Type("~/wrong.key")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("this is the wrong key", "~/wrong.key")
		if _, err := os.Stat(filepath.Join(dir, "k.txt")); err == nil {
			t.Error("something was written")
		}
		if held := s.Session.ClientKeys().All(); len(held) > 0 {
			t.Errorf("a key that opened nothing is kept: %v", held)
		}
		p.Press("tab", "ctrl+u")
		p.Type("~/right.key")
		p.Press("enter")
		p.Sleep(3 * time.Second)
		if got, err := os.ReadFile(filepath.Join(dir, "k.txt")); err != nil || string(got) != string(plain) {
			t.Errorf("the file is %q, %v\n%s", got, err, p.Text())
		}
	})
}

func TestAnInstructionFileInTheListingIsUsed(t *testing.T) {
	for _, name := range []string{"V3, AES key, a line", "V2, AES key, a line"} {
		t.Run(name, func(t *testing.T) { instructed(t, name) })
	}
}

// instructed serves an object whose envelope is in a file beside it, looks at it, and downloads it.
func instructed(t *testing.T, name string) {
	t.Helper()
	dir := t.TempDir()
	v, stored, plain := readVector(t, name)
	e, err := s3ec.Parse(v.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s3ec.ParseKey([]byte(v.Key))
	if err != nil {
		t.Fatal(err)
	}
	e.PlainSize = -1
	object, file := e.Instruction()
	build := ownStage(t, dir, v.Name, same, nil)
	on(t, 100, 40, func(t *testing.T) *stage {
		s := build(t)
		s.wire.answer = func(r *http.Request, text string) (int, string, http.Header) {
			h := http.Header{"Etag": {`"5d41402abc4b2a76b9719d911017c592-1"`}, "Last-Modified": {"Fri, 02 Jan 2026 03:04:05 GMT"}}
			switch {
			case r.URL.Query().Has("list-type"):
				return 200, `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k.txt</Key><Size>9</Size></Contents><Contents><Key>k.txt-old</Key><Size>9</Size></Contents>` +
					`<Contents><Key>k.txt.instruction</Key><Size>9</Size></Contents></ListBucketResult>`, nil
			case r.URL.Path == "/b/k.txt.instruction":
				h.Set("X-Amz-Meta-X-Amz-Crypto-Instr-File", "")
				return 200, string(file), h
			case r.URL.Path != "/b/k.txt" || len(r.URL.Query()) > 0 && r.URL.Query().Get("x-id") == "":
				return asRoot(r, text)
			}
			for name, value := range object {
				h.Set("X-Amz-Meta-"+name, value)
			}
			if r.Method == http.MethodHead {
				h.Set("Content-Length", strconv.Itoa(len(stored)))
				return 200, "", h
			}
			return 200, string(stored), h
		}
		s.view = NewObjects(s.Env, ui.Place{Bucket: "b"})
		return s
	}, func(s *stage, p *uitest.Program) {
		p.Sleep(2 * time.Second)
		p.Press("i")
		p.Sleep(2 * time.Second)
		p.Sees("its key: "+key.Fingerprint(), "in k.txt.instruction: without that nobody can read it")
		p.Press("esc", "d")
		p.Sleep(2 * time.Second)
		p.Sees("The other half of it stays: k.txt.instruction")
		p.Press("esc", "D", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("Client-side encrypted", "this session doesn't have")
		p.Press("tab")
		p.Type("~/right.key\n")
		p.Sleep(3 * time.Second)
		if got, err := os.ReadFile(filepath.Join(dir, "k.txt")); err != nil || string(got) != string(plain) {
			t.Errorf("the file is %q, %v\n%s", got, err, p.Text())
		}
	})
}

func TestASpoiledObjectGivesItsSentenceAndNoFile(t *testing.T) {
	for _, test := range []struct {
		stored func([]byte) []byte
		says   string
	}{
		{func(b []byte) []byte { b[0] ^= 1; return b }, "the content doesn't match its tag"},
		{func(b []byte) []byte { return b[:10] }, "the object is cut off"},
	} {
		dir := t.TempDir()
		build := ownStage(t, dir, "V3, AES key, a line", test.stored, downloadOf)
		on(t, 140, 30, build, func(_ *stage, p *uitest.Program) {
			p.Press("o", "enter")
			p.Sleep(2 * time.Second)
			p.Press("tab")
			p.Type("~/right.key\n")
			p.Sleep(3 * time.Second)
			p.Sees(test.says)
			if left, _ := filepath.Glob(filepath.Join(dir, "*k.txt*")); len(left) > 0 {
				t.Errorf("left over: %v", left)
			}
		})
	}
}

func TestTheCiphertextIsCopiedWhenThatIsChosen(t *testing.T) {
	dir := t.TempDir()
	_, stored, _ := readVector(t, "V3, KMS, a line")
	build := ownStage(t, dir, "V3, KMS, a line", same, downloadOf)
	on(t, 100, 30, build, func(_ *stage, p *uitest.Program) {
		p.Press("o", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("under a KMS key, and doesn't say which one", "arn:aws:kms")
		p.Press("tab")
		p.Type("alias/x")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("full ARN is needed")
		p.Press("ctrl+u")
		p.Type("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("KMS can't unwrap the data key", "key/1234abcd-12ab-34cd-56ef-1234567890ab") // and what was typed stays
		p.Press("right", "enter")
		p.Sleep(3 * time.Second)
		if got, err := os.ReadFile(filepath.Join(dir, "k.txt")); err != nil || string(got) != string(stored) {
			t.Errorf("the file has %d bytes, %v\n%s", len(got), err, p.Text())
		}
	})
}

func TestAPlanThatNeedsAKeyFileAsksForIt(t *testing.T) {
	dir := t.TempDir()
	asked := 0
	build := ownStage(t, dir, "V3, AES key, a line", same, func(s *stage) tea.Cmd {
		v, _, _ := readVector(t, "V3, AES key, a line")
		raw, _ := hex.DecodeString(v.Key)
		key, err := s3ec.ParseKey(raw)
		if err != nil {
			t.Fatal(err)
		}
		return s.Propose(s.Life(), func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			asked++
			time.Sleep(100 * time.Millisecond) // as asking a server does
			if _, err := clientside.RingFor(ctx, r, sse.Client{Fingerprint: key.Fingerprint()}); err != nil {
				return nil, err
			}
			return nil, awsops.Invalid("test", "the key is there now", "")
		})
	})
	on(t, 100, 30, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Sleep(time.Second)
		p.Sees("isn't held in this", "Give its file.")
		p.Type("~/right.key\n")
		p.Sleep(time.Second)
		p.Sees("the key is there now")
		if asked != 2 {
			t.Errorf("it was planned %d times", asked)
		}
	})
}

func TestTheKeyQuestionFitsEveryTerminal(t *testing.T) {
	goldens(t, "own-key", ownStage(t, t.TempDir(), "V3, AES key, a line", same, func(s *stage) tea.Cmd {
		return proposeGone(s)
	}), func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Sleep(2 * time.Second)
	})
	goldens(t, "own-keys", ownStage(t, t.TempDir(), "V3, AES key, a line", same, func(s *stage) tea.Cmd {
		return openClientKeys(s.Env, s.Life())
	}), func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Sleep(time.Second)
	})
}

// proposeGone asks for the key without a path on the screen, which is another one in each run.
func proposeGone(s *stage) tea.Cmd {
	e := &awsops.Error{Op: "decrypt", Code: "ClientKeyNeeded", Message: "the object is client-side encrypted with the key \"00\", which this session doesn't have", Hint: "Give the key's file."}
	return askOwnKey(s.Env, s.Life(), e, "00", nil, nil, unsealIt, asStored)
}

func TestTheDetailsTellHowAnObjectIsClientSideEncrypted(t *testing.T) {
	v, _, _ := readVector(t, "V3, AES key, a line")
	var h objects.Head
	for name, value := range v.Metadata {
		h.Metadata = append(h.Metadata, objects.Pair{Name: name, Value: value})
	}
	text := ""
	for _, f := range clientFacts(h) {
		text += f.Label + ": " + f.Value + "\n"
	}
	want := "client-side: AES-256-GCM with key commitment (message format V3)\ndata key by: a raw AES key (AES/GCM)\nits key: "
	if !strings.HasPrefix(text, want) || !strings.Contains(text, "its label name: Büro") {
		t.Errorf("the details are\n%s", text)
	}
	h.Metadata = append(h.Metadata, objects.Pair{Name: "x-amz-key-v2", Value: "AAAA"})
	if facts := clientFacts(h); len(facts) < 2 || !strings.Contains(facts[1].Value, "two envelopes") {
		t.Errorf("%v", facts)
	}
	if clientFacts(objects.Head{}) != nil {
		t.Error("any object is said to be client-side encrypted")
	}
}

func TestAnUploadIsEncryptedWithANewKey(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := transferStage(dir, func(s *stage) tea.Cmd { return openUpload(s.Env, s.Life(), "b", "") }, nil)
	on(t, 110, 45, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Type("~/a.txt\n")
		p.Sleep(time.Second)
		for range 8 {
			p.Press("tab")
		}
		p.Press("right")
		p.Sees("with a key file", "message format V3", "x-amz-3")
		p.Press("tab", "right", "tab")
		p.Type("~/a.txt")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("a key is never written over a file", "client-side") // and the form is there again
		for range 10 {
			p.Press("tab")
		}
		p.Press("ctrl+u")
		p.Type("~/new.key")
		p.Press("enter")
		p.Sleep(3 * time.Second)
		p.Sees("5 bytes, 21 when encrypted", "client-side V3, key", "Whoever loses the key file loses the content", "aws has no client-side encryption")
		info, err := os.Stat(filepath.Join(dir, "new.key"))
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
			t.Errorf("%v, %v", info, err)
		}
	})
}

func TestAKMSKeyThatIsLeftOutIsAskedForByItsARN(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := transferStage(dir, func(s *stage) tea.Cmd { return openUpload(s.Env, s.Life(), "b", "") }, nil)
	on(t, 110, 45, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Type("~/a.txt\n")
		p.Sleep(time.Second)
		for range 8 {
			p.Press("tab")
		}
		p.Press("right", "right", "enter")
		p.Sees("with a KMS key", "type the key's full ARN")
		p.SeesNot("a key file, or the ARN of a KMS key")
		p.Type("alias/mine")
		p.Press("enter")
		p.Sees("an alias can move")
	})
}
