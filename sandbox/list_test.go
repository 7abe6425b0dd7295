package sandbox

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// fill puts empty objects under the keys without HTTP.
func fill(s *Server, keys ...string) {
	b := s.findBucket("bucket")
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		b.put(key, &version{modified: s.Now().Unix(), content: &content{etag: hexMD5("")}, attrs: noAttributes}, s.nextVersion)
	}
}

// listV2 lists with the SDK in pages of a size and returns keys and prefixes as they came, prefixes in <>.
func listV2(t *testing.T, c *s3.Client, in s3.ListObjectsV2Input, size int32) []string {
	t.Helper()
	in.Bucket, in.MaxKeys = aws.String("bucket"), &size
	var got []string
	for p := s3.NewListObjectsV2Paginator(c, &in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.Contents) + len(out.CommonPrefixes); n > int(size) || int(*out.KeyCount) != n {
			t.Fatalf("%d entries on a page of %d, KeyCount %d", n, size, *out.KeyCount)
		}
		for _, o := range out.Contents {
			got = append(got, *o.Key)
		}
		for _, p := range out.CommonPrefixes {
			got = append(got, "<"+*p.Prefix+">")
		}
	}
	return got
}

// rollUp is the naive answer to a listing: every key after start, rolled up and sorted.
func rollUp(keys []string, prefix, delimiter, after string) []string {
	var want []string
	for _, key := range keys {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		entry := key
		if i := strings.Index(key[len(prefix):], delimiter); delimiter != "" && i >= 0 {
			entry = "<" + key[:len(prefix)+i+len(delimiter)] + ">"
		}
		if key > after && !slices.Contains(want, entry) && entry != "<"+after+">" {
			want = append(want, entry)
		}
	}
	slices.Sort(want)
	return want
}

func TestListingsAgreeWithANaiveModel(t *testing.T) {
	s, c := newSandbox(t)
	r := rand.New(rand.NewPCG(1, 2))
	var keys []string
	for range 300 {
		key := ""
		for range 1 + r.IntN(5) {
			key += []string{"a", "b", "/", "//", "é", "z", "a/"}[r.IntN(7)]
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	fill(s, keys...)
	slices.Sort(keys)
	for _, q := range []struct{ prefix, delimiter, after string }{
		{"", "", ""}, {"", "/", ""}, {"a", "/", ""}, {"a/", "/", ""}, {"b", "", ""}, {"", "é", ""}, {"", "//", ""},
		{"nothing", "/", ""}, {"", "", "b"}, {"", "/", "b"}, {"", "/", "a/"}, {"a", "/", "zzz"}, {"b", "/", "a"}, {"", "a/", ""},
	} {
		for _, size := range []int32{1, 2, 7, 1000} {
			in := s3.ListObjectsV2Input{Prefix: &q.prefix, Delimiter: &q.delimiter}
			if q.after != "" {
				in.StartAfter = &q.after
			}
			got := listV2(t, c, in, size)
			slices.Sort(got)
			if want := rollUp(keys, q.prefix, q.delimiter, q.after); !slices.Equal(got, want) {
				t.Errorf("%+v, pages of %d:\ngot  %q\nwant %q", q, size, got, want)
			}
		}
	}
}

func TestVersionOneListingGoesOnFromAMarker(t *testing.T) {
	s, c := newSandbox(t)
	fill(s, "a", "b/1", "b/2", "c", "d/1", "e")
	var got []string
	for marker := (*string)(nil); ; {
		out, err := c.ListObjects(t.Context(), &s3.ListObjectsInput{Bucket: aws.String("bucket"), Delimiter: aws.String("/"),
			MaxKeys: aws.Int32(2), Marker: marker})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out.Contents {
			got = append(got, *o.Key+" "+aws.ToString(o.Owner.ID)[:0])
		}
		for _, p := range out.CommonPrefixes {
			got = append(got, "<"+*p.Prefix+">")
		}
		if !*out.IsTruncated {
			break
		}
		marker = out.NextMarker
	}
	if want := []string{"a ", "<b/>", "c ", "<d/>", "e "}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestDeleteMarkersAreInNoObjectListing(t *testing.T) {
	s, c := newSandbox(t)
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	fill(s, "a", "b/1", "b/2", "c/1", "d")
	for _, key := range []string{"a", "b/1", "c/1"} {
		remove(t, c, key, "")
	}
	if got := listV2(t, c, s3.ListObjectsV2Input{Delimiter: aws.String("/")}, 1); !slices.Equal(got, []string{"<b/>", "d"}) {
		t.Errorf("%q", got)
	}
}

func TestMaxKeysIsCheckedAndCapped(t *testing.T) {
	s, _ := newSandbox(t)
	fill(s, "a", "b")
	for _, c := range []struct{ value, want string }{
		{"0", "<KeyCount>0</KeyCount><MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"},
		{"5000", "<KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>"},
		{"-1", "<Message>Argument max-keys must be an integer between 0 and 2147483647</Message>"},
		{"x", "<Message>Provided max-keys not an integer or within integer range</Message>"},
		{"9999999999", "<Message>Provided max-keys not an integer or within integer range</Message>"},
	} {
		_, body := send(t, s, "GET", "https://cooper.localhost/bucket?list-type=2&max-keys="+c.value, "")
		if !strings.Contains(body, c.want) {
			t.Errorf("%s: %s", c.value, body)
		}
	}
	if _, body := send(t, s, "GET", "https://cooper.localhost/bucket?list-type=3", ""); !strings.Contains(body, "<Marker></Marker>") {
		t.Errorf("an unknown type of listing is the first one: %s", body)
	}
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket?list-type=2&continuation-token=zzz", "")
	wantError(t, res, body, 400, "InvalidArgument", "The continuation token provided is incorrect")
	res, body = send(t, s, "GET", "https://cooper.localhost/bucket?encoding-type=base64", "")
	wantError(t, res, body, 400, "InvalidArgument", "Invalid Encoding Method specified in Request")
}

func TestURLEncodingKeepsSlashesAndWritesSpacesAsPlus(t *testing.T) {
	for _, c := range []struct{ key, want string }{
		{"a/b-c_d.e*f", "a/b-c_d.e*f"}, {"a b+c", "a+b%2Bc"}, {"é~", "%C3%A9%7E"}, {"\x01\n", "%01%0A"}, {"\xff%", "%FF%25"},
	} {
		got := string(appendURLEncoded(nil, c.key))
		back, err := url.QueryUnescape(got)
		if got != c.want || back != c.key || err != nil {
			t.Errorf("%q: %q, back %q", c.key, got, back)
		}
	}
}

func TestAnyKeyCanBeListedWithURLEncodingButNotAlwaysInPlainXML(t *testing.T) {
	s, c := newSandbox(t)
	keys := []string{"\x00", "\x01\x1b", "\t\n\r", "\xff\xfe", "a&<>\"'", "é"}
	slices.Sort(keys)
	fill(s, keys...)
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), EncodingType: types.EncodingTypeUrl})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range out.Contents {
		if key, err := url.QueryUnescape(*o.Key); err != nil || key != keys[i] {
			t.Errorf("%q comes back as %q", keys[i], key)
		}
	}
	_, body := send(t, s, "GET", "https://cooper.localhost/bucket?list-type=2", "")
	if !strings.Contains(body, "<Key>&#x1;&#x1b;</Key>") || !strings.Contains(body, "<Key>&#x9;&#xA;&#13;</Key>") {
		t.Errorf("%q", body)
	}
	if err := xml.Unmarshal([]byte(body), new(struct{})); err == nil {
		t.Error("a parser takes what XML 1.0 forbids")
	}
}

// allVersions lists versions page by page with raw requests, so that their order across the two kinds shows.
func allVersions(t *testing.T, s *Server, size int, query string) []string {
	t.Helper()
	var got, prefixes []string
	for next := ""; ; {
		_, body := send(t, s, "GET", fmt.Sprintf("https://cooper.localhost/bucket?versions&max-keys=%d%s%s", size, query, next), "")
		var page struct {
			IsTruncated                        bool
			NextKeyMarker, NextVersionIdMarker string
			Entries                            []struct {
				XMLName                xml.Name
				Key, VersionId, Prefix string
				IsLatest               bool
			} `xml:",any"`
		}
		if err := xml.Unmarshal([]byte(body), &page); err != nil {
			t.Fatal(err, body)
		}
		for _, e := range page.Entries {
			switch e.XMLName.Local {
			case "Version", "DeleteMarker":
				got = append(got, fmt.Sprintln(e.XMLName.Local[:1], e.Key, e.VersionId, e.IsLatest))
			case "CommonPrefixes":
				prefixes = append(prefixes, e.Prefix)
			}
		}
		if !page.IsTruncated {
			return append(got, prefixes...)
		}
		next = "&key-marker=" + url.QueryEscape(page.NextKeyMarker)
		if page.NextVersionIdMarker != "" {
			next += "&version-id-marker=" + url.QueryEscape(page.NextVersionIdMarker)
		}
	}
}

func TestVersionPagesOfAnySizeGiveTheSameListing(t *testing.T) {
	s, c := newSandbox(t)
	fill(s, "a", "b/1")
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	for range 3 {
		fill(s, "a", "b/1", "b/2", "c")
		remove(t, c, "a", "")
	}
	setVersioning(t, c, types.BucketVersioningStatusSuspended)
	fill(s, "c", "d")
	for _, query := range []string{"", "&prefix=b/", "&delimiter=/", "&prefix=b&delimiter=/"} {
		whole := allVersions(t, s, 1000, query)
		for _, size := range []int{1, 2, 3, 5} {
			if got := allVersions(t, s, size, query); !slices.Equal(got, whole) {
				t.Errorf("%s pages of %d:\ngot  %q\nwant %q", query, size, got, whole)
			}
		}
	}
	whole := allVersions(t, s, 1000, "")
	if len(whole) != 7+4+3+4+1 || !strings.HasPrefix(whole[0], "D a ") || !strings.HasSuffix(whole[0], " true\n") ||
		!strings.HasPrefix(whole[1], "V a ") || !strings.HasSuffix(whole[1], " false\n") || whole[6] != "V a null false\n" {
		t.Errorf("%d entries: %q", len(whole), whole)
	}
}

func TestAListingGoesOnBehindAVersionThatWasDeletedMeanwhile(t *testing.T) {
	_, c := newSandbox(t)
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	var ids []string
	for range 4 {
		ids = append(ids, *put(t, c, "k", "x").VersionId)
	}
	in := &s3.ListObjectVersionsInput{Bucket: aws.String("bucket"), MaxKeys: aws.Int32(2)}
	out, err := c.ListObjectVersions(t.Context(), in)
	if err != nil || len(out.Versions) != 2 {
		t.Fatal(out, err)
	}
	for _, v := range out.Versions {
		remove(t, c, "k", *v.VersionId)
	}
	in.KeyMarker, in.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	out, err = c.ListObjectVersions(t.Context(), in)
	if err != nil || len(out.Versions) != 2 || *out.Versions[0].VersionId != ids[1] || *out.Versions[1].VersionId != ids[0] {
		t.Errorf("%v %v", out, err)
	}
}

func TestAVersionMarkerNeedsItsKey(t *testing.T) {
	s, _ := newSandbox(t)
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket?versions&version-id-marker=null", "")
	wantError(t, res, body, 400, "InvalidArgument", "A version-id marker cannot be specified without a key marker.")
}
