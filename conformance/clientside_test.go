package conformance

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objectedit"
	details "cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/sandbox"
)

// ownKey is a key for client-side encryption that a test makes of one number.
func ownKey(t *testing.T, seed byte) s3ec.Key {
	t.Helper()
	raw := bytes.Repeat([]byte{seed}, 32)
	raw[0]++
	key, err := s3ec.ParseKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// ownChoice encrypts by a key that the session gets.
func (w *world) ownChoice(t *testing.T, seed byte, old bool) sse.Choice {
	t.Helper()
	return sse.Choice{Client: &sse.Client{Fingerprint: w.session.ClientKeys().Add(ownKey(t, seed), ""), Old: old}}
}

// raw is an object as the server has it.
func (w *world) raw(t *testing.T, bucket, key string) (body []byte, metadata map[string]string) {
	t.Helper()
	out, err := w.fixture.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if body, err = io.ReadAll(out.Body); err != nil {
		t.Fatal(err)
	}
	return body, out.Metadata
}

// forge writes an object as an attacker, a cut-off connection or another client would.
func (w *world) forge(t *testing.T, bucket, key string, body []byte, metadata map[string]string) {
	t.Helper()
	_, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body), Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsEncryptedBeforeItIsSentComesDownAsItWas(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "Enabled")
	for _, old := range []bool{false, true} {
		choice := w.ownChoice(t, 1, old)
		sizes := []int{0, 5, 8<<20 - 8} // the tag alone is in the second part
		if !old {
			sizes = append(sizes, 16<<20+3)
		}
		for _, size := range sizes {
			key := fmt.Sprintf("%v/%d", old, size)
			body := noise(size)
			w.sealed(t, b, key, body, choice)
			w.fetched(t, b, key, body)
			stored, metadata := w.raw(t, b, key)
			if len(stored) != size+16 || size >= 5 && bytes.Contains(stored, body[:5]) {
				t.Errorf("%s is stored as %d bytes", key, len(stored))
			}
			if got := metadata["x-amz-unencrypted-content-length"]; got != fmt.Sprint(size) {
				t.Errorf("%s: the plain length is noted as %q", key, got)
			}
		}
	}
}

func TestAnObjectsMetadataTellsWhichKeyItNeeds(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.sealed(t, b, "k", noise(5), w.ownChoice(t, 1, false))
	head, err := details.ReadHead(t.Context(), w.reader(), b, "k", "")
	if err != nil {
		t.Fatal(err)
	}
	told, ok := clientside.Look(head.Metadata)
	if !ok || told.Format != s3ec.Committing.String() || told.Fingerprint != ownKey(t, 1).Fingerprint() || told.PlainSize != 5 || told.Problem != "" {
		t.Errorf("the metadata tells %+v", told)
	}
}

func TestAKMSKeyWrapsTheDataKey(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, arn := w.bucket(t, ""), w.server.AddKMSKey(sandbox.KMSKey{ID: "00000000-aaaa-bbbb-cccc-000000000001", Region: "eu-west-1"})
	choice := sse.Choice{Client: &sse.Client{KeyID: arn, Context: `{"team":"billing"}`}}
	body := noise(9 << 20)
	w.sealed(t, b, "k", body, choice)
	spec := transfer.DownloadSpec{Bucket: b, Key: "k", File: filepath.Join(t.TempDir(), "k")}
	_, err := transfer.PlanDownload(t.Context(), w.reader(), spec)
	if e := awsops.Wrap("", "", "", err); e == nil || e.Code != clientside.CodeNoKMSKey {
		t.Errorf("without a key: %v", err)
	}
	for _, test := range []struct {
		with sse.Client
		code string
	}{
		{sse.Client{KeyID: arn[:len(arn)-12] + "000000000000"}, "NotFoundException"},
		{sse.Client{KeyID: arn, Context: `{"team":"sales"}`}, "EncryptionContext"},
		{sse.Client{KeyID: arn}, ""},
		{sse.Client{KeyID: arn, Context: `{"team":"billing"}`}, ""},
	} {
		spec.Client, spec.Replace = &test.with, true
		d, err := transfer.PlanDownload(t.Context(), w.reader(), spec)
		if e := awsops.Wrap("", "", "", err); test.code != "" {
			if e == nil || e.Code != test.code {
				t.Errorf("%+v: %v", test.with, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(spec.File); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes came down, %v", len(got), err)
		}
	}
}

func TestTheServerEncryptsOnTopOfTheClient(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, choice := w.keyed(t, "", 'k')
	choice.Client = w.ownChoice(t, 1, false).Client
	body := noise(9 << 20)
	w.sealed(t, b, "both", body, choice)
	w.fetched(t, b, "both", body)
	head, err := details.ReadHead(t.Context(), w.reader(), b, "both", "")
	if err != nil || head.Encryption.CustomerKey != choice.Fingerprint {
		t.Errorf("the server says %+v, %v", head.Encryption, err)
	}
}

// spoiled are objects that no plaintext may come out of. The good one has a piece of 8 MiB and 100 bytes, and key 1.
var spoiled = []struct {
	name string
	do   func(t *testing.T, w *world, body []byte, m map[string]string) []byte
	code string
	says string
	late bool // it shows when the content is there
}{
	{"a wrong key", func(t *testing.T, w *world, body []byte, m map[string]string) []byte {
		delete(m, "x-amz-m") // as another client writes it: no fingerprint
		w.session.ClientKeys().Add(ownKey(t, 2), "")
		return body
	}, "WrongKey", "wrong key", false},
	{"a lost key", func(_ *testing.T, _ *world, body []byte, _ map[string]string) []byte { return body }, clientside.CodeNoKey, "which this session doesn't have", false},
	{"a cut-off object", func(t *testing.T, w *world, body []byte, _ map[string]string) []byte {
		w.ownChoice(t, 1, false)
		return body[:8<<20+16]
	}, "Truncated", "cut off: 100 bytes are missing", false},
	{"a tampered object", func(t *testing.T, w *world, body []byte, _ map[string]string) []byte {
		w.ownChoice(t, 1, false)
		body[5<<20] ^= 1
		return body
	}, "TagMismatch", "doesn't match its tag", true},
	{"a small tampered object", func(t *testing.T, w *world, body []byte, m map[string]string) []byte {
		w.ownChoice(t, 1, false)
		m["x-amz-unencrypted-content-length"] = "84"
		return body[:100]
	}, "TagMismatch", "doesn't match its tag", true},
	{"another commitment", func(t *testing.T, w *world, body []byte, m map[string]string) []byte {
		w.ownChoice(t, 1, false)
		m["x-amz-d"] = base64.StdEncoding.EncodeToString(make([]byte, 28))
		return body
	}, "KeyCommitment", "key commitment", false},
	{"a downgrade", func(t *testing.T, w *world, body []byte, m map[string]string) []byte {
		w.ownChoice(t, 1, false)
		old := map[string]string{"x-amz-key-v2": m["x-amz-3"], "x-amz-iv": "AQEBAQEBAQEBAQEB", "x-amz-cek-alg": "AES/GCM/NoPadding", "x-amz-wrap-alg": "AES/GCM", "x-amz-matdesc": m["x-amz-m"]}
		clear(m)
		maps.Copy(m, old)
		return body
	}, "Downgrade", "tampered with", false},
	{"an envelope without its key", func(t *testing.T, w *world, body []byte, m map[string]string) []byte {
		w.ownChoice(t, 1, false)
		delete(m, "x-amz-3")
		return body
	}, "InstructionFile", ".instruction isn't there", false},
}

func TestNoPlaintextComesOutOfASpoiledObject(t *testing.T) {
	for _, test := range spoiled {
		t.Run(test.name, func(t *testing.T) {
			w := openSandbox(t, awsops.DialectSandbox)
			b := w.bucket(t, "")
			w.sealed(t, b, "good", noise(8<<20+100), w.ownChoice(t, 1, false))
			body, m := w.raw(t, b, "good")
			*w = *w.elsewhere(t)
			w.forge(t, b, "k", test.do(t, w, body, m), m)
			dir := t.TempDir()
			d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: filepath.Join(dir, "k")})
			if test.late != (err == nil) {
				t.Fatalf("planned: %v", err)
			}
			if err == nil {
				err = d.Start(t.Context(), w.session).Wait(t.Context())
			}
			e, ok := errors.AsType[*awsops.Error](err)
			if !ok || e.Code != test.code || !strings.Contains(e.Message, test.says) {
				t.Errorf("said %v", err)
			}
			w.oneOfMany(t, b, dir, test.says)
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left over: %v", left)
			}
		})
	}
}

// oneOfMany downloads the object k by a job of many, in which it fails.
func (w *world) oneOfMany(t *testing.T, bucket, dir, says string) {
	t.Helper()
	head, err := details.ReadHead(t.Context(), w.reader(), bucket, "k", "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := transfer.PlanGet(t.Context(), w.reader(), transfer.GetSpec{Bucket: bucket, Folder: dir,
		Picks: []transfer.Pick{{Key: "k", ETag: strings.Trim(head.ETag, `"`), Size: head.Size, Modified: head.Modified, To: "k"}}})
	if err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); s.Failures != 1 || len(s.Errors) != 1 || !strings.Contains(fmt.Sprint(s.Errors[0]), says) {
		t.Errorf("one of many said %d, %v, %v", s.Failures, s.Errors, s.Err)
	}
}

// lapses uploads a file until the login ends in its middle: what was sent is kept.
func (w *world) lapses(t *testing.T, spec transfer.UploadSpec) {
	t.Helper()
	w.server.Faults.Add(sandbox.Fault{Operation: "UploadPart", Skip: 1, Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."})
	p, err := transfer.PlanUpload(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); s.Err == nil || s.Err.Kind != awsops.KindExpired {
		t.Fatalf("it wasn't cut off: %v", s.Err)
	}
	w.server.Faults.Clear()
}

// elsewhere is another session on the same sandbox, which has no keys.
func (w *world) elsewhere(t *testing.T) *world {
	t.Helper()
	other := *w
	root := w.server.Root()
	var err error
	other.session, err = awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
		Transport: w.server.Transport(), Clock: w.clock, MFA: w.codes, Uploads: w.uploads,
		Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	return &other
}

func TestTheCiphertextCanBeCopiedAsItIs(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	w.sealed(t, b, "k", []byte("text"), w.ownChoice(t, 1, false))
	stored, _ := w.raw(t, b, "k")
	w = w.elsewhere(t)
	to := filepath.Join(t.TempDir(), "k")
	d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: to, Unsealing: transfer.Unsealing{AsStored: true}})
	if err != nil || !d.Sealed || d.Told.Fingerprint != ownKey(t, 1).Fingerprint() {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(to); !bytes.Equal(got, stored) {
		t.Errorf("%x is not what is stored", got)
	}
}

func TestAnInstructionFileIsFound(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	plain := noise(1000)
	for _, suite := range []s3ec.Suite{s3ec.Committing, s3ec.GCM} {
		sealer, err := s3ec.NewSealer(t.Context(), s3ec.AES(nil, ownKey(t, 1)), suite, bytes.NewReader(plain), 1000)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(sealer.Section(0, sealer.Size()))
		if err != nil {
			t.Fatal(err)
		}
		object, file := sealer.Envelope().Instruction()
		key := fmt.Sprint(suite)
		w.forge(t, b, key, body, object)
		w.forge(t, b, key+s3ec.InstructionSuffix, file, s3ec.InstructionMetadata())
		choice := w.ownChoice(t, 1, false)
		to := filepath.Join(t.TempDir(), "k")
		d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: key, File: to, Unsealing: transfer.Unsealing{Client: choice.Client}})
		if err != nil {
			t.Fatal(suite, err)
		}
		if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
			t.Fatal(suite, err)
		}
		if got, _ := os.ReadFile(to); !bytes.Equal(got, plain) {
			t.Errorf("%v: %d bytes", suite, len(got))
		}
	}
}

func TestAnInstructionFileThatWasSeenBesideAnObjectIsTried(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	e, body := s3ecSealed(t, "secret text")
	object, file := e.Instruction()
	w.forge(t, b, "k", body, object)
	w.forge(t, b, "k"+s3ec.InstructionSuffix, file, nil) // not all clients mark it
	w.forge(t, b, "plain", []byte("for everybody"), nil)
	w.forge(t, b, "plain"+s3ec.InstructionSuffix, []byte(`{"how":"to"}`), nil)
	for key, print := range map[string]string{"k": ownKey(t, 1).Fingerprint(), "plain": "", "none": ""} {
		told, ok, err := clientside.LookBeside(t.Context(), w.reader(), clientside.Object{Bucket: b, Key: key})
		if err != nil || ok != (print != "") || told.Fingerprint != print {
			t.Errorf("%s: %+v, %v, %v", key, told, ok, err)
		}
	}
	if _, err := w.besideTo(t, b, "k"); awsops.Wrap("", "", "", err) == nil || awsops.Wrap("", "", "", err).Code != clientside.CodeNoKey {
		t.Errorf("without the key: %v", err)
	}
	w.ownChoice(t, 1, false)
	for key, want := range map[string]string{"k": "secret text", "plain": "for everybody"} {
		d, err := w.besideTo(t, b, key)
		if err != nil {
			t.Fatal(key, err)
		}
		if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
			t.Fatal(key, err)
		}
		if got, err := os.ReadFile(d.Spec.File); string(got) != want || d.Sealed != (key == "k") {
			t.Errorf("%s is %q, %v", key, got, err)
		}
	}
}

// s3ecSealed is a text in message format V2, under key 1.
func s3ecSealed(t *testing.T, text string) (*s3ec.Envelope, []byte) {
	t.Helper()
	sealer, err := s3ec.NewSealer(t.Context(), s3ec.AES(nil, ownKey(t, 1)), s3ec.GCM, strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(sealer.Section(0, sealer.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return sealer.Envelope(), body
}

// besideTo plans the download of an object that was listed with the name of its instruction file.
func (w *world) besideTo(t *testing.T, bucket, key string) (*transfer.Download, error) {
	t.Helper()
	return transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: bucket, Key: key, File: filepath.Join(t.TempDir(), "x"), Unsealing: transfer.Unsealing{Beside: true}})
}

func TestASealedUploadThatWasCutOffSendsNoPartTwice(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	file := writeFile(t, noise(17<<20))
	spec := transfer.UploadSpec{File: file, Bucket: b, Key: "k", With: transfer.Attributes{Encryption: w.ownChoice(t, 1, false)}}
	w.lapses(t, spec)
	records, err := w.uploads.Kept()
	if err != nil || len(records) != 1 || !strings.Contains(records[0].Envelope, "x-amz-3") || strings.Contains(fmt.Sprint(records), base64.StdEncoding.EncodeToString(ownKey(t, 1).Raw())) {
		t.Fatalf("kept %+v, %v", records, err)
	}
	before := w.sent("UploadPart")
	w2 := w.elsewhere(t)
	p, err := transfer.PlanGoOn(t.Context(), w2.reader(), records[0])
	if e := awsops.Wrap("", "", "", err); e == nil || e.Code != clientside.CodeNoKey {
		t.Fatalf("gone on without the key: %v, %v", p, err)
	}
	w2.session.ClientKeys().Add(ownKey(t, 1), "")
	p, err = transfer.PlanGoOn(t.Context(), w2.reader(), records[0])
	w2.done(t, p, err)
	if n := before + w2.sent("UploadPart"); n > 3 {
		t.Errorf("%d parts were sent of 3", n)
	}
	w2.fetched(t, b, "k", noise(17<<20))
}

func TestAFileThatChangedIsNotMixedIntoASealedUpload(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	body := noise(17 << 20)
	file := writeFile(t, body)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	spec := transfer.UploadSpec{File: file, Bucket: b, Key: "k", With: transfer.Attributes{Encryption: w.ownChoice(t, 1, false)}}
	w.lapses(t, spec)
	for i := range body {
		body[i] ^= 0x55
	}
	if err := errors.Join(os.WriteFile(file, body, 0o600), os.Chtimes(file, info.ModTime(), info.ModTime())); err != nil { // as if it were the same
		t.Fatal(err)
	}
	p, err := transfer.PlanUpload(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); s.Err == nil || !strings.Contains(s.Err.Message, "isn't the one any more") || s.Err.Kind != awsops.KindChanged {
		t.Errorf("it ended with %v", s.Err)
	}
	if left := w.left(t, b); len(left) > 0 {
		t.Errorf("parts under the old key are left: %v", left)
	}
	p, err = transfer.PlanUpload(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	w.fetched(t, b, "k", body)
}

func TestAnEditOfTheMetadataKeepsTheEnvelope(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	w.sealed(t, b, "k", []byte("text"), w.ownChoice(t, 1, false))
	for _, test := range []struct {
		pairs  objectedit.Pairs
		failed bool
	}{
		{objectedit.Pairs{Set: []details.Pair{{Name: "reviewed", Value: "yes"}}}, false},
		{objectedit.Pairs{Remove: []string{"x-amz-3"}}, true},
		{objectedit.Pairs{Set: []details.Pair{{Name: "owner", Value: "me"}}, Only: true}, true},
	} {
		p, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "k"), Change: objectedit.Change{Metadata: test.pairs}})
		if test.failed {
			if err == nil {
				if s := w.apply(t, p); s.State == awsops.JobDone && s.Failures == 0 {
					t.Errorf("%+v: the envelope is gone", test.pairs)
				}
			}
		} else {
			w.done(t, p, err)
		}
		w.fetched(t, b, "k", []byte("text"))
	}
}

func TestAFolderIsEncryptedFileByFile(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(file, []byte(name), 0o600), os.Chtimes(file, w.clock.Now(), w.clock.Now())); err != nil {
			t.Fatal(err)
		}
	}
	spec := transfer.PutSpec{Bucket: b, Roots: []transfer.Root{{Path: dir, Key: "d/"}}, With: transfer.Attributes{Encryption: w.ownChoice(t, 1, false)}, Existing: transfer.Differ}
	p, err := transfer.PlanPut(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if !strings.Contains(p.Steps[0].Command, "has no client-side encryption") {
		t.Errorf("the command lines are %s", p.Steps[0].Command)
	}
	var keys []string
	for _, name := range []string{"a", "b"} {
		body, m := w.raw(t, b, "d/"+name)
		if len(body) != 17 {
			t.Errorf("%s is stored as %d bytes", name, len(body))
		}
		keys = append(keys, m["x-amz-3"])
		w.fetched(t, b, "d/"+name, []byte(name))
	}
	if keys[0] == keys[1] {
		t.Error("two objects have one data key")
	}
	if _, err := transfer.PlanPut(t.Context(), w.reader(), spec); awsops.Wrap("", "", "", err).Kind != awsops.KindConflict {
		t.Errorf("what is there is uploaded again: %v", err)
	}
	out, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &b, Key: aws.String("d/a")})
	if err != nil || aws.ToInt64(out.ContentLength) != 17 {
		t.Errorf("%v", err)
	}
}

func TestTheDemosSealedObjectsOpenWithThePublishedKey(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	w.server.SeedDemo()
	key, err := s3ec.ParseKey([]byte(sandbox.DemoClientKey))
	if err != nil {
		t.Fatal(err)
	}
	w.session.ClientKeys().Add(key, "")
	for name, says := range map[string]string{"minutes.txt": "", "minutes-tampered.txt": "doesn't match its tag", "minutes-cut-off.txt": "57 bytes are missing of 257"} {
		to := filepath.Join(t.TempDir(), name)
		d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: "legacy-imports", Key: "sealed/" + name, File: to})
		if err == nil {
			err = d.Start(t.Context(), w.session).Wait(t.Context())
		}
		got, _ := os.ReadFile(to)
		if says == "" && (err != nil || !strings.HasPrefix(string(got), "Board minutes") || len(got) != 241) || says != "" && (err == nil || !strings.Contains(err.Error(), says) || len(got) > 0) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestASealedUploadWhoseEnvelopeWasLostIsBegunAnew(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	spec := transfer.UploadSpec{File: writeFile(t, noise(17<<20)), Bucket: b, Key: "k", With: transfer.Attributes{Encryption: w.ownChoice(t, 1, false)}}
	w.lapses(t, spec)
	w.uploads.all[0].Envelope = "" // as a cooper that knew no envelopes would have kept it
	p, err := transfer.PlanUpload(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	w.fetched(t, b, "k", noise(17<<20))
	if n := w.sent("CreateMultipartUpload"); n != 2 {
		t.Errorf("%d uploads were begun", n)
	}
}
