package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestBucketNamesFollowTheRulesOfTheUserGuide(t *testing.T) {
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"abc", true}, {"a-b.c", true}, {"1bucket", true}, {strings.Repeat("a", 63), true},
		{"ab", false}, {strings.Repeat("a", 64), false}, {"Abc", false}, {"a_b", false}, {"-abc", false},
		{"abc-", false}, {".abc", false}, {"abc.", false}, {"a..b", false}, {"192.168.5.4", false},
		{"xn--abc", false}, {"sthree-abc", false}, {"amzn-s3-demo-abc", false},
		{"abc-s3alias", false}, {"abc--ol-s3", false}, {"abc.mrap", false}, {"abc--x-s3", false}, {"abc--table-s3", false},
	} {
		if validBucketName(c.name) != c.ok {
			t.Errorf("%q: valid %v", c.name, !c.ok)
		}
	}
}

func TestCreateBucketChecksNameNamespaceAndLocation(t *testing.T) {
	for _, c := range []struct {
		name, signed, constraint, namespace string
		status                              int
		code                                string
	}{
		{"fresh", "eu-west-1", "eu-west-1", "", 200, ""},
		{"fresh", "us-east-1", "", "", 200, ""},
		{"fresh", "us-east-1", "eu-west-1", "", 200, ""},
		{"fresh", "us-east-1", "us-east-1", "", 400, "InvalidLocationConstraint"},
		{"fresh", "eu-west-1", "", "", 400, "IllegalLocationConstraintException"},
		{"fresh", "eu-west-1", "eu-west-2", "", 400, "IllegalLocationConstraintException"},
		{"fresh", "eu-west-1", "moon-1", "", 400, "InvalidLocationConstraint"},
		{"Fresh", "us-east-1", "", "", 400, "InvalidBucketName"},
		{"fresh-an", "us-east-1", "", "", 400, "InvalidBucketName"},
		{"app-111122223333-eu-west-1-an", "eu-west-1", "eu-west-1", "account-regional", 200, ""},
		{"app-111122223333-eu-west-1-an", "eu-west-1", "eu-west-1", "", 400, "InvalidBucketName"},
		{"app-444455556666-eu-west-1-an", "eu-west-1", "eu-west-1", "account-regional", 400, "InvalidBucketName"},
		{"app-111122223333-eu-west-2-an", "eu-west-1", "eu-west-1", "account-regional", 400, "InvalidBucketName"},
		{"fresh", "us-east-1", "", "galactic", 400, "InvalidArgument"},
	} {
		s := New(Options{Clock: fixedClock})
		body := ""
		if c.constraint != "" {
			body = `<CreateBucketConfiguration><LocationConstraint>` + c.constraint + `</LocationConstraint></CreateBucketConfiguration>`
		}
		header := []string{"Region", c.signed}
		if c.namespace != "" {
			header = append(header, "X-Amz-Bucket-Namespace", c.namespace)
		}
		res, text := send(t, s, "PUT", "https://cooper.localhost/"+c.name, body, header...)
		if res.StatusCode != c.status || (c.code != "" && !strings.Contains(text, "<Code>"+c.code+"<")) {
			t.Errorf("%+v: %d %s", c, res.StatusCode, text)
		}
	}
}

func TestMakingABucketAgainDependsOnRegionAndOwner(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	other := s.AddForeignRoot("444455556666")
	us, eu := clientFor(s, s.Root(), "us-east-1"), clientFor(s, s.Root(), home)
	mustCreate(t, eu, "european")
	for range 2 { // the second time too, by the old rule of us-east-1
		if _, err := us.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("american")}); err != nil {
			t.Fatal(err)
		}
	}
	in := &s3.CreateBucketInput{Bucket: aws.String("european"),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: home}}
	_, err := eu.CreateBucket(t.Context(), in)
	wantCode(t, err, "BucketAlreadyOwnedByYou", "you already own it")
	_, err = clientFor(s, other, home).CreateBucket(t.Context(), in)
	wantCode(t, err, "BucketAlreadyExists", "not available")
}

func TestABucketMadeWithObjectLockHasVersioningAndTagsFromBirth(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	c := clientFor(s, s.Root(), home)
	_, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: aws.String("locked"), ObjectLockEnabledForBucket: aws.Bool(true),
		ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{
			LocationConstraint: home, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("locked")})
	if err != nil || out.Status != types.BucketVersioningStatusEnabled || out.MFADelete != "" {
		t.Errorf("%+v, %v", out, err)
	}
	b := s.findBucket("locked")
	if len(b.tags) != 1 || b.tags[0] != (tag{"team", "a"}) || b.ownership != "BucketOwnerPreferred" {
		t.Errorf("tags %v, ownership %s", b.tags, b.ownership)
	}
	_, err = c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("locked"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	wantCode(t, err, "InvalidBucketState", "the versioning state cannot be changed")
}

func TestHeadBucketNamesTheRegionOnEveryStatus(t *testing.T) {
	s, _ := newSandbox(t)
	for _, c := range []struct {
		url    string
		header []string
		status int
	}{
		{"https://cooper.localhost/bucket", nil, 200},
		{"https://cooper.localhost/bucket", []string{"Region", "us-east-1"}, 301},
		{"https://bucket.cooper.localhost/", []string{"Region", "us-east-1"}, 400},
		{"https://bucket.s3.us-east-1.amazonaws.com/", []string{"Region", "us-east-1"}, 301},
		{"https://cooper.localhost/bucket", []string{"X-Test-Anonymous", "1"}, 403},
		{"https://cooper.localhost/bucket", []string{"X-Amz-Expected-Bucket-Owner", "444455556666"}, 403},
	} {
		res, body := send(t, s, "HEAD", c.url, "", c.header...)
		if res.StatusCode != c.status || res.Header.Get("X-Amz-Bucket-Region") != home || body != "" {
			t.Errorf("%s %v: %d, region %q, body %q", c.url, c.header, res.StatusCode, res.Header.Get("X-Amz-Bucket-Region"), body)
		}
	}
	res, body := send(t, s, "HEAD", "https://cooper.localhost/nothing", "")
	if res.StatusCode != 404 || body != "" {
		t.Errorf("%d %q", res.StatusCode, body)
	}
}

func TestARequestSignedForTheWrongRegionIsToldTheRightOne(t *testing.T) {
	s, _ := newSandbox(t)
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket", "", "Region", "us-east-1")
	wantError(t, res, body, 301, "PermanentRedirect", "<Endpoint>bucket.s3.eu-west-1.amazonaws.com</Endpoint>")
	res, body = send(t, s, "GET", "https://bucket.s3.eu-west-1.amazonaws.com/", "", "Region", "us-east-1")
	wantError(t, res, body, 400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")
	if !strings.Contains(body, "the region &#39;us-east-1&#39; is wrong; expecting &#39;eu-west-1&#39;") {
		t.Error(body)
	}
	if res.Header.Get("X-Amz-Bucket-Region") != home {
		t.Error(res.Header)
	}
}

func TestTheExpectedOwnerIsCheckedOnEveryCall(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "v")
	for _, call := range []string{"GET /bucket", "GET /bucket?location", "GET /bucket/k", "PUT /bucket/k", "DELETE /bucket/k",
		"GET /bucket?versions", "POST /bucket?delete", "DELETE /bucket"} {
		method, path, _ := strings.Cut(call, " ")
		res, body := send(t, s, method, "https://cooper.localhost"+path, "", "X-Amz-Expected-Bucket-Owner", "444455556666")
		wantError(t, res, body, 403, "AccessDenied", "")
	}
	if got := get(t, c, "k", ""); got != "v" {
		t.Errorf("the object is now %q", got)
	}
}

func TestABucketIsDeletedOnlyWhenNothingAndNoVersionIsLeft(t *testing.T) {
	_, c := newSandbox(t)
	del := func() error {
		_, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("bucket")})
		return err
	}
	put(t, c, "k", "v")
	err := del()
	wantCode(t, err, "BucketNotEmpty", "The bucket you tried to delete is not empty")
	if strings.Contains(err.Error(), "versions") {
		t.Error(err)
	}
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	out, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, del(), "BucketNotEmpty", "You must delete all versions in the bucket.")
	for _, id := range []*string{out.VersionId, aws.String("null")} {
		if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"), VersionId: id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := del(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, del(), "NoSuchBucket", "The specified bucket does not exist")
}

func TestListBucketsPagesFiltersAndNamesRegions(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	eu, us := clientFor(s, s.Root(), home), clientFor(s, s.Root(), "us-east-1")
	for i := range 5 {
		mustCreate(t, eu, fmt.Sprintf("app-%d", i))
	}
	if _, err := us.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("web")}); err != nil {
		t.Fatal(err)
	}
	if got := bucketNames(t, eu, &s3.ListBucketsInput{MaxBuckets: aws.Int32(2)}, 3); len(got) != 6 || got[5] != "web@us-east-1" {
		t.Error(got)
	}
	if got := bucketNames(t, eu, &s3.ListBucketsInput{Prefix: aws.String("app-3")}, 1); !slices.Equal(got, []string{"app-3@eu-west-1"}) {
		t.Error(got)
	}
	if got := bucketNames(t, us, &s3.ListBucketsInput{BucketRegion: aws.String("us-east-1")}, 1); !slices.Equal(got, []string{"web@us-east-1"}) {
		t.Error(got)
	}
	_, err := eu.ListBuckets(t.Context(), &s3.ListBucketsInput{BucketRegion: aws.String("us-east-1")})
	wantCode(t, err, "InvalidArgument", "")
	_, err = eu.ListBuckets(t.Context(), &s3.ListBucketsInput{ContinuationToken: aws.String("nonsense")})
	wantCode(t, err, "InvalidArgument", "continuation token")
	other := clientFor(s, s.AddForeignRoot("444455556666"), home)
	if got := bucketNames(t, other, &s3.ListBucketsInput{}, 1); len(got) != 0 {
		t.Errorf("another account sees %v", got)
	}
}

func bucketNames(t *testing.T, c *s3.Client, in *s3.ListBucketsInput, pages int) (names []string) {
	t.Helper()
	for p := s3.NewListBucketsPaginator(c, in); p.HasMorePages(); pages-- {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range out.Buckets {
			names = append(names, *b.Name+"@"+aws.ToString(b.BucketRegion))
		}
	}
	if pages != 0 {
		t.Errorf("%d pages too few", pages)
	}
	return names
}

func TestTheLocationOfUSEast1IsEmpty(t *testing.T) {
	s, c := newSandbox(t)
	out, err := c.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("bucket")})
	if err != nil || string(out.LocationConstraint) != home {
		t.Errorf("%v %v", out, err)
	}
	us := clientFor(s, s.Root(), "us-east-1")
	if _, err := us.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("web")}); err != nil {
		t.Fatal(err)
	}
	res, body := send(t, s, http.MethodGet, "https://cooper.localhost/web?location", "", "Region", "us-east-1")
	if res.StatusCode != 200 || !strings.HasSuffix(body, `"></LocationConstraint>`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}
