package conformance

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/copies"
	details "cooper/awsops/objects"
	"cooper/awsops/reencrypt"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
)

// customerKey is a key of one's own that a test makes of one byte.
func customerKey(t *testing.T, b byte) sse.CustomerKey {
	t.Helper()
	k, err := sse.NewKey(bytes.Repeat([]byte{b}, sse.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// keyed makes a bucket that takes SSE-C, and gives the session a key for it.
func (w *world) keyed(t *testing.T, versioning string, b byte) (bucket string, choice sse.Choice) {
	t.Helper()
	bucket = w.bucket(t, versioning)
	w.allowSSEC(t, bucket)
	return bucket, sse.Choice{Kind: sse.Customer, Fingerprint: w.session.Keys().Add(customerKey(t, b), "", bucket)}
}

// allowSSEC takes back that new buckets block SSE-C; no other server has that.
func (w *world) allowSSEC(t *testing.T, bucket string) {
	t.Helper()
	if w.server == nil {
		return
	}
	_, err := w.fixture.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: &bucket,
		ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{{
			BlockedEncryptionTypes:             &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeNone}},
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256}}}}})
	if err != nil {
		t.Fatal(err)
	}
}

// sealed uploads a body with a choice of encryption.
func (w *world) sealed(t *testing.T, bucket, key string, body []byte, choice sse.Choice) {
	t.Helper()
	p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, body), Bucket: bucket, Key: key,
		With: transfer.Attributes{Encryption: choice}})
	w.done(t, p, err)
}

// fetched downloads an object and compares it.
func (w *world) fetched(t *testing.T, bucket, key string, want []byte) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "down")
	d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: bucket, Key: key, File: to})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s came down as %d bytes of %d, %v", key, len(got), len(want), err)
	}
}

// ignoresSSE is true on servers that take every header of encryption and store plain text.
func (w *world) ignoresSSE(t *testing.T) bool {
	t.Helper()
	return w.differs(t, "it ignores every header of encryption and answers 200", serverVersityGW)
}

func TestObjectsUnderACustomersKeyGoUpAndComeDownWithIt(t *testing.T) {
	w := open(t)
	if w.ignoresSSE(t) {
		return
	}
	b, choice := w.keyed(t, "Enabled", 'k')
	for key, size := range map[string]int{"small": 1000, "ranged": 8<<20 + 5, "parts": 20<<20 + 3} {
		body := noise(size)
		w.sealed(t, b, key, body, choice)
		head, err := details.ReadHead(t.Context(), w.reader(), b, key, "")
		if err != nil || head.Encryption.CustomerKey != choice.Fingerprint || head.Encryption.String() != "SSE-C" {
			t.Fatalf("%s is %+v, %v", key, head.Encryption, err)
		}
		w.fetched(t, b, key, body)
		// Another session has the key for the bucket and doesn't know which object needs it.
		ring := w.session.Keys()
		ring.Remember(b, key, "", "")
		ring.Remember(b, key, head.VersionID, "")
		w.fetched(t, b, key, body)
	}
}

func TestWithoutTheRightKeyAnObjectIsNotReadAndThatIsSaid(t *testing.T) {
	w := open(t)
	if w.ignoresSSE(t) {
		return
	}
	b, choice := w.keyed(t, "", 'k')
	w.sealed(t, b, "k", []byte("secret text"), choice)
	ring := w.session.Keys()
	ring.Drop(choice.Fingerprint)
	missing := func(wrong bool) {
		t.Helper()
		_, err := details.ReadHead(t.Context(), w.reader(), b, "k", "")
		m, ok := errors.AsType[*sse.MissingKey](err)
		if !ok || m.Wrong != wrong {
			t.Errorf("HEAD: %v", err)
		}
		_, err = transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: filepath.Join(t.TempDir(), "x")})
		if m, ok := errors.AsType[*sse.MissingKey](err); !ok || m.Wrong != wrong {
			t.Errorf("download: %v", err)
		}
		if err != nil && strings.Contains(err.Error(), "secret text") {
			t.Error("the error holds the text")
		}
	}
	missing(false)
	other := ring.Add(customerKey(t, 'x'), "")
	ring.Remember(b, "k", "", other)
	missing(true)
	// A write with a key that isn't held is refused before anything is sent, and names the key.
	_, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, []byte("x")), Bucket: b, Key: "new",
		With: transfer.Attributes{Encryption: choice}})
	if m, ok := errors.AsType[*sse.MissingKey](err); !ok || m.Fingerprint != choice.Fingerprint {
		t.Errorf("upload: %v", err)
	}
}

func TestAKeyThatWasGivenForAnObjectAndDoesNotOpenItIsNotKept(t *testing.T) {
	w := open(t)
	if w.ignoresSSE(t) {
		return
	}
	b, choice := w.keyed(t, "", 'k')
	w.sealed(t, b, "k", []byte("secret text"), choice)
	ring := w.session.Keys()
	ring.Drop(choice.Fingerprint)
	held := func() (out string) {
		for _, k := range ring.ForBucket(b) {
			out += string(k.Raw()[:1])
		}
		return out
	}
	ring.Add(customerKey(t, 'o'), "", b) // that of other objects
	for _, wrong := range "wxyz" {
		ring.Try(customerKey(t, byte(wrong)), "", b, "k")
		_, err := details.ReadHead(t.Context(), w.reader(), b, "k", "")
		if m, ok := errors.AsType[*sse.MissingKey](err); !ok || !m.Wrong {
			t.Errorf("with a wrong key: %v", err)
		}
		if held() != "o" {
			t.Errorf("%q are held", held())
		}
	}
	ring.Try(customerKey(t, 'k'), "", b, "k")
	w.fetched(t, b, "k", []byte("secret text"))
	if held() != "ko" {
		t.Errorf("%q are held, the right one is not the first", held())
	}
}

func TestObjectsUnderAKMSKeySayWhichAndComeDown(t *testing.T) {
	w := open(t)
	if w.ignoresSSE(t) {
		return
	}
	b := w.bucket(t, "")
	choice := sse.Choice{Kind: sse.KMS, KeyID: w.kmsKey(t), Context: `{"project":"cooper"}`}
	for key, size := range map[string]int{"small": 1000, "parts": 20<<20 + 3} {
		body := noise(size)
		w.sealed(t, b, key, body, choice)
		head, err := details.ReadHead(t.Context(), w.reader(), b, key, "")
		if err != nil || head.Encryption.KeyID != choice.KeyID || head.Encryption.String() != "SSE-KMS" {
			t.Fatalf("%s is %+v, %v", key, head.Encryption, err)
		}
		w.fetched(t, b, key, body)
	}
}

// kmsKey gives a KMS key of the server: its ARN on the sandbox.
func (w *world) kmsKey(t *testing.T) string {
	t.Helper()
	if w.server == nil {
		return os.Getenv("S3_KMS_KEY")
	}
	out, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(w.bucket(t, "")), Key: aws.String("which-key"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms})
	if err != nil {
		t.Fatal(err)
	}
	return *out.SSEKMSKeyId
}

func TestAServerThatIgnoresEncryptionGetsNoData(t *testing.T) {
	w := open(t)
	if w.name != serverVersityGW {
		t.Skip("for servers that store plain text and say 200")
	}
	b, choice := w.keyed(t, "", 'k')
	for _, size := range []int{10, 20 << 20} {
		p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, noise(size)), Bucket: b, Key: "k",
			With: transfer.Attributes{Encryption: choice}})
		if err != nil {
			t.Fatal(err)
		}
		s := w.apply(t, p)
		if e, ok := errors.AsType[*awsops.Error](s.Err); !ok || e.Kind != awsops.KindUnsupported || !strings.Contains(e.Message, "ignored") {
			t.Errorf("%d bytes: %v", size, s.Err)
		}
		if _, err := details.ReadHead(t.Context(), w.reader(), b, "k", ""); awsops.Wrap("", "", "", err).Kind != awsops.KindNotFound {
			t.Errorf("%d bytes were stored: %v", size, err)
		}
	}
}

func TestABlockedBucketRefusesAKeyOfOnesOwnAndTheHintSaysWhy(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	choice := sse.Choice{Kind: sse.Customer, Fingerprint: w.session.Keys().Add(customerKey(t, 'k'), "", b)}
	p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, []byte("x")), Bucket: b, Key: "k",
		With: transfer.Attributes{Encryption: choice}})
	if err != nil {
		t.Fatal(err)
	}
	s := w.apply(t, p)
	if e, ok := errors.AsType[*awsops.Error](s.Err); !ok || e.Kind != awsops.KindDenied || !strings.Contains(e.Hint, "block encryption with keys of your own") {
		t.Errorf("%v", s.Err)
	}
}

func TestNothingWithAKeyGoesOverHTTP(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, _ := w.keyed(t, "", 'k')
	root := w.server.Root()
	plain, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: "http://cooper.localhost:80", Dialect: awsops.DialectSandbox,
		Transport: w.server.Transport(), Clock: w.clock, Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	print := plain.Keys().Add(customerKey(t, 'k'), "", b)
	for _, choice := range []sse.Choice{{Kind: sse.Customer, Fingerprint: print}, {Kind: sse.KMS, KeyID: w.kmsKey(t)}, {Client: &sse.Client{KeyID: w.kmsKey(t)}}} {
		_, err := transfer.PlanUpload(t.Context(), plain.Reader(), transfer.UploadSpec{File: writeFile(t, []byte("x")), Bucket: b, Key: "k",
			With: transfer.Attributes{Encryption: choice}})
		if err == nil || !strings.Contains(err.Error(), "https only") {
			t.Errorf("%v: %v", choice, err)
		}
	}
}

// copyOf applies a copy within a bucket.
func (w *world) copyOf(t *testing.T, bucket, from, to string, choice *sse.Choice) {
	t.Helper()
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: bucket, Entries: []awsops.Entry{{Key: from}}, Base: from, To: bucket, Into: to, Encryption: choice})
	w.done(t, p, err)
}

// saysSoOfCopies looks what is said on a server that copies nothing encrypted, and that nothing is lost.
func (w *world) saysSoOfCopies(t *testing.T, bucket string, kms sse.Choice) {
	t.Helper()
	w.put(t, bucket, "plain", "text")
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: bucket, Entries: []awsops.Entry{{Key: "k"}}, Base: "k", To: bucket, Into: "copy"})
	if err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); s.Err == nil || !strings.Contains(s.Err.Message, "can't copy what is encrypted") {
		t.Errorf("of a copy it says %v, %v", s.Err, s.Errors)
	}
	for _, key := range []string{"k", "plain"} {
		s := w.anew(t, reencrypt.Spec{Scope: reencrypt.Scope{Bucket: bucket, Keys: []string{key}}, To: kms})
		if s.Err == nil || !strings.Contains(s.Err.Message, "can't encrypt anew what it has") || !strings.Contains(s.Err.Hint, "upload it again") {
			t.Errorf("of %s it says %v, %v", key, s.Err, s.Errors)
		}
	}
	w.fetched(t, bucket, "plain", []byte("text"))
}

func TestCopiesKeepACustomersKeyAndTakeAnyOtherEncryption(t *testing.T) {
	w := open(t)
	if w.ignoresSSE(t) {
		return
	}
	b, first := w.keyed(t, "", 'k')
	second := sse.Choice{Kind: sse.Customer, Fingerprint: w.session.Keys().Add(customerKey(t, 's'), "", b)}
	kms := sse.Choice{Kind: sse.KMS, KeyID: w.kmsKey(t)}
	body := noise(100_000)
	w.sealed(t, b, "k", body, first)
	if w.differs(t, "copies to and from encrypted objects are not implemented (501)", serverRGW) {
		w.saysSoOfCopies(t, b, kms)
		return
	}
	for to, c := range map[string]struct {
		choice *sse.Choice
		want   sse.Choice
	}{
		"kept":  {nil, first},
		"other": {&second, second},
		"kms":   {&kms, kms},
		"plain": {&sse.Choice{Kind: sse.S3}, sse.Choice{Kind: sse.S3}},
	} {
		w.copyOf(t, b, "k", to, c.choice)
		head, err := details.ReadHead(t.Context(), w.reader(), b, to, "")
		if err != nil || head.Encryption.CustomerKey != c.want.Fingerprint || head.Encryption.KeyID != c.want.KeyID {
			t.Errorf("%s is %+v, %v", to, head.Encryption, err)
		}
		w.fetched(t, b, to, body)
	}
}
