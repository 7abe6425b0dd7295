package awsops

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const versioningOn = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`

func TestABucketsRegionIsFoundOnceAndUsedForItsCalls(t *testing.T) {
	w := &wire{answer: func(_ int, r *http.Request, _ string) (*answered, error) {
		if r.Method == http.MethodHead {
			return reply(403, "", "X-Amz-Bucket-Region", "ap-southeast-2"), nil
		}
		return reply(200, versioningOn), nil
	}}
	s := isolated(t, w)
	for range 2 {
		api, err := s.Reader().S3(t.Context(), "logs")
		if err != nil {
			t.Fatal(err)
		}
		out, err := api.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: new("logs")})
		if err != nil || out.Status != types.BucketVersioningStatusEnabled {
			t.Fatalf("versioning %v, %v", out, err)
		}
	}
	var hosts []string
	for _, r := range w.requests() {
		hosts = append(hosts, r.Method+" "+r.Host)
	}
	want := "HEAD logs.s3.eu-west-1.amazonaws.com, GET logs.s3.ap-southeast-2.amazonaws.com, GET logs.s3.ap-southeast-2.amazonaws.com"
	if got := strings.Join(hosts, ", "); got != want {
		t.Errorf("requests\n %s, want\n %s", got, want)
	}
}

func TestAMovedBucketIsLookedUpAgain(t *testing.T) {
	moved := false
	w := &wire{answer: func(_ int, r *http.Request, _ string) (*answered, error) {
		region := "eu-west-1"
		if moved {
			region = "us-east-2"
		}
		switch {
		case r.Method == http.MethodHead:
			return reply(200, "", "X-Amz-Bucket-Region", region), nil
		case !strings.Contains(r.URL.Host, region):
			return failure(301, "PermanentRedirect", "elsewhere"), nil
		}
		return reply(200, versioningOn), nil
	}}
	s := isolated(t, w)
	read := func() error {
		api, err := s.Reader().S3(t.Context(), "b-1")
		if err != nil {
			return err
		}
		_, err = api.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: new("b-1")})
		return err
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	moved = true
	if e := Wrap("GetBucketVersioning", "b-1", "", read()); e == nil || e.Kind != KindWrongRegion {
		t.Fatalf("after the move: %v", e)
	}
	if err := read(); err != nil {
		t.Errorf("the second look: %v", err)
	}
}

func TestAReaderSendsNothingButGetAndHead(t *testing.T) {
	w := &wire{answer: func(int, *http.Request, string) (*answered, error) { return reply(204, ""), nil }}
	s := isolated(t, w)
	client := s.client(clientKey{region: "eu-west-1"})
	_, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: new("b-1"), Key: new("k")})
	if e := Wrap("DeleteObject", "b-1", "k", err); e == nil || e.Kind != KindReadOnly {
		t.Errorf("error %v, want one of kind read-only", err)
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestAReadOnlySessionHasNoWriter(t *testing.T) {
	s := isolated(t, &wire{}, func(o *Options) { o.ReadOnly = true })
	if _, err := s.writer(); !errors.Is(err, ErrReadOnly) {
		t.Errorf("error %v, want ErrReadOnly", err)
	}
}

func TestAWriterCarriesTheOwnerOnceItIsProven(t *testing.T) {
	for _, mine := range []bool{true, false} {
		w := &wire{answer: func(_ int, r *http.Request, _ string) (*answered, error) {
			switch {
			case strings.HasPrefix(r.URL.Host, "sts."):
				return reply(200, callerAnswer), nil
			case r.Header.Get("X-Amz-Expected-Bucket-Owner") != "" && !mine:
				return reply(403, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
			}
			return reply(200, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		}}
		s := isolated(t, w)
		writer, err := s.writer()
		if err != nil {
			t.Fatal(err)
		}
		api, err := writer.S3(t.Context(), "b-1")
		if err != nil {
			t.Fatal(err)
		}
		in := &s3.DeleteBucketCorsInput{Bucket: new("b-1")}
		if _, err := api.DeleteBucketCors(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		want := ""
		if mine {
			want = "111122223333"
		}
		sent := w.requests()
		if got := sent[len(sent)-1].Header.Get("X-Amz-Expected-Bucket-Owner"); got != want {
			t.Errorf("mine %v: expected owner %q, want %q", mine, got, want)
		}
		if in.ExpectedBucketOwner != nil {
			t.Error("the caller's input was changed")
		}
	}
}

func TestSecretsDoNotTravelOverPlainHTTP(t *testing.T) {
	w := &wire{answer: func(int, *http.Request, string) (*answered, error) { return reply(200, ""), nil }}
	s := isolated(t, w, func(o *Options) { o.Endpoint, o.Dialect = "http://127.0.0.1:9", DialectCompatible })
	client := s.client(clientKey{region: "eu-west-1", pathStyle: true, write: true, once: true})
	_, coded := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: new("b"), Key: new("k"), MFA: new("serial 123456")})
	_, keyed := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("b"), Key: new("k"), SSECustomerKey: new("key")})
	for what, err := range map[string]error{"code": coded, "key": keyed} {
		if e := Wrap("", "", "", err); e == nil || e.Kind != KindInvalid || !strings.Contains(e.Message, "https only") {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "123456") {
			t.Errorf("%s: the code is in the error", what)
		}
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestTheSkewIsTheServersClockMinusOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(int, *http.Request, string) (*answered, error) {
			return reply(200, versioningOn, "Date", "Sat, 01 Jan 2000 00:00:41 GMT"), nil
		}}
		s := isolated(t, w)
		if s.SkewKnown() {
			t.Error("known before anything answered")
		}
		if _, err := s.client(clientKey{region: "eu-west-1"}).GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: new("b-1")}); err != nil {
			t.Fatal(err)
		}
		if got := s.Skew().Seconds(); got != 41 || !s.SkewKnown() {
			t.Errorf("skew %v s, want 41", got)
		}
	})
}

func TestOpeningSaysWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte("[default]\n[profile here]\nregion = eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	for _, tc := range []struct {
		name string
		opt  Options
		kind Kind
		says string
	}{
		{"unknown profile", Options{Profile: "nobody"}, KindCredentials, `there is no profile "nobody"`},
		{"no region", Options{}, KindInvalid, "no region is set"},
		{"odd region", Options{Region: "Frankfurt"}, KindInvalid, `"Frankfurt" is not a region`},
		{"bad endpoint", Options{Region: "eu-west-1", Endpoint: "localhost:9000"}, KindInvalid, "is not an endpoint"},
		{"endpoint with login", Options{Region: "eu-west-1", Endpoint: "https://a:b@localhost"}, KindInvalid, "no user"},
		{"no CA bundle", Options{Region: "eu-west-1", CABundle: filepath.Join(dir, "none.pem")}, KindInvalid, "CA bundle"},
		{"not a CA bundle", Options{Region: "eu-west-1", CABundle: file}, KindInvalid, "no PEM certificate"},
		{"dialect alone", Options{Region: "eu-west-1", Dialect: DialectCompatible}, KindInvalid, "needs an endpoint"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Open(context.Background(), tc.opt)
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != tc.kind || !strings.Contains(e.Error(), tc.says) {
				t.Errorf("error %v, want %q of kind %v", err, tc.says, tc.kind)
			}
		})
	}
	if s, err := Open(context.Background(), Options{Profile: "here"}); err != nil || s.Region() != "eu-west-1" {
		t.Errorf("a profile with a region: %v", err)
	}
}

func TestAnEndpointFromTheEnvironmentIsVisibleAndMayDoLeast(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	s, err := Open(context.Background(), Options{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Endpoint() != "http://127.0.0.1:9" || s.Dialect() != DialectCompatible || s.Secure() {
		t.Errorf("endpoint %q, dialect %v, secure %v", s.Endpoint(), s.Dialect(), s.Secure())
	}
}

func TestANetworkWithoutSTSHoldsUpOneChangeAndNotAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(int, *http.Request, string) (*answered, error) { return nil, errors.New("no route") }}
		s := isolated(t, w)
		for range 3 {
			if r := s.Identity(t.Context()); r.State != Failed || r.Err.Kind != KindNetwork {
				t.Fatalf("%v: %v", r.State, r.Err)
			}
		}
		before := len(w.requests())
		time.Sleep(identityPause)
		s.Identity(t.Context())
		if after := len(w.requests()); before != 3 || after != 6 { // three tries each
			t.Errorf("%d requests at first, %d after the pause", before, after)
		}
	})
}

func TestACopyCarriesTheOwnersOfBothBuckets(t *testing.T) {
	w := &wire{answer: func(_ int, r *http.Request, _ string) (*answered, error) {
		switch {
		case strings.HasPrefix(r.URL.Host, "sts."):
			return reply(200, callerAnswer), nil
		case r.Method == http.MethodHead:
			return reply(200, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		}
		return reply(200, "<CopyObjectResult></CopyObjectResult>"), nil
	}}
	s := isolated(t, w)
	writer, err := s.writer()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []string{"from-1", "to-2"} {
		if writer.Owner(t.Context(), b) == "" {
			t.Fatalf("the owner of %s isn't proven", b)
		}
	}
	api, err := writer.S3(t.Context(), "to-2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: new("to-2"), Key: new("k"), CopySource: new("from-1/a%2Fb")}); err != nil {
		t.Fatal(err)
	}
	sent := w.requests()
	h := sent[len(sent)-1].Header
	if h.Get("X-Amz-Expected-Bucket-Owner") != "111122223333" || h.Get("X-Amz-Source-Expected-Bucket-Owner") != "111122223333" {
		t.Errorf("owners %q and %q", h.Get("X-Amz-Expected-Bucket-Owner"), h.Get("X-Amz-Source-Expected-Bucket-Owner"))
	}
}
