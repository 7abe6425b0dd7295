package listing

import (
	"encoding/xml"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The documents that encoding/xml reads, to compare with.
type xmlRow struct {
	Key, ETag, StorageClass, VersionId, Prefix string
	LastModified                               string
	Size                                       string
	IsLatest                                   string
}

type xmlList struct {
	XMLName                                                                              xml.Name
	Contents, Version, DeleteMarker, CommonPrefixes                                      []xmlRow
	IsTruncated, NextContinuationToken, NextKeyMarker, NextVersionIdMarker, EncodingType string
}

func scanString(body string) (*raw, error) {
	var out raw
	p := &pull{b: []byte(body)}
	err := scanBody(p, &out)
	return &out, err
}

const awsPage = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix><KeyCount>2</KeyCount>` +
	`<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>` +
	`<NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>` +
	`<Contents><Key>a+b%2Fc%00</Key><LastModified>2026-03-01T12:34:56.000Z</LastModified>` +
	`<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>` +
	`<ChecksumType>FULL_OBJECT</ChecksumType><Size>12</Size><StorageClass>STANDARD</StorageClass>` +
	`<Owner><ID>75aa</ID><DisplayName>x</DisplayName></Owner></Contents>` +
	`<Contents><Key>z</Key><LastModified>2026-02-29T00:00:00+01:00</LastModified><ETag>"0123456789abcdef0123456789abcdef-12"</ETag>` +
	`<Size>5</Size><StorageClass>GLACIER</StorageClass></Contents><CommonPrefixes><Prefix>m%2F</Prefix></CommonPrefixes></ListBucketResult>`

const rgwPage = `<?xml version="1.0" encoding="UTF-8"?><ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
	`<Name>b</Name><KeyMarker/><VersionIdMarker></VersionIdMarker><NextKeyMarker>k%20l</NextKeyMarker>` +
	`<NextVersionIdMarker>v2</NextVersionIdMarker><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>` +
	`<DeleteMarker><Key>k</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-03-01T12:34:57.123Z</LastModified>` +
	`<Owner><ID>o</ID><DisplayName/></Owner></DeleteMarker><Version><Key>k</Key><VersionId>null</VersionId><IsLatest>false</IsLatest>` +
	`<LastModified>2026-03-01T12:34:56.000Z</LastModified><ETag>&#34;x&#34;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Version>` +
	`</ListVersionsResult>`

func TestAPageOfObjectsIsScannedWithEveryField(t *testing.T) {
	out, err := scanString(strings.Replace(awsPage, "2026-02-29T00:00:00+01:00", "2024-02-29T00:00:00+01:00", 1))
	if err != nil {
		t.Fatal(err)
	}
	p := build(out)
	got := []Row{p.row(0), p.row(1), p.row(2)}
	want := []Row{
		{Key: "a b/c\x00", Size: 12, Modified: time.Date(2026, 3, 1, 12, 34, 56, 0, time.UTC), ETag: "d41d8cd98f00b204e9800998ecf8427e", Class: "STANDARD"},
		{Key: "m/", Prefix: true},
		{Key: "z", Size: 5, Modified: time.Date(2024, 2, 28, 23, 0, 0, 0, time.UTC), ETag: "0123456789abcdef0123456789abcdef-12", Class: "GLACIER"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !p.truncated || p.token != "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=" {
		t.Errorf("truncated %t, token %q", p.truncated, p.token)
	}
}

func TestTheStateOfARestoreIsScanned(t *testing.T) {
	row := func(status string) Restore {
		out, err := scanString("<ListBucketResult><Contents><Key>k</Key><StorageClass>GLACIER</StorageClass>" + status + "</Contents></ListBucketResult>")
		if err != nil {
			t.Fatal(status, err)
		}
		return build(out).row(0).Restore
	}
	for status, want := range map[string]Restore{
		"": NoRestore, "<RestoreStatus/>": NoRestore,
		"<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>":                                                                             Restoring,
		"<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-03-05T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>":             Restored,
		"<RestoreStatus><RestoreExpiryDate>2026-03-05T00:00:00.000Z</RestoreExpiryDate><IsRestoreInProgress>false</IsRestoreInProgress><New>x</New></RestoreStatus>": Restored,
	} {
		if got := row(status); got != want {
			t.Errorf("%s: %d, want %d", status, got, want)
		}
	}
	if _, err := scanString("<ListBucketResult><Contents><RestoreStatus><IsRestoreInProgress>maybe</IsRestoreInProgress></RestoreStatus></Contents></ListBucketResult>"); err == nil {
		t.Error("a state that is none was taken")
	}
}

func TestVersionsAndMarkersKeepTheServersOrder(t *testing.T) {
	out, err := scanString(rgwPage)
	if err != nil {
		t.Fatal(err)
	}
	p := build(out)
	got := []Row{p.row(0), p.row(1)}
	want := []Row{
		{Key: "k", VersionID: "v1", Latest: true, Marker: true, Modified: time.Date(2026, 3, 1, 12, 34, 57, 123e6, time.UTC)},
		{Key: "k", VersionID: "null", Size: 7, ETag: "x", Class: "STANDARD", Modified: time.Date(2026, 3, 1, 12, 34, 56, 0, time.UTC)},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if string(p.nextKey) != "k l" || p.nextID != "v2" {
		t.Errorf("goes on at %q %q", p.nextKey, p.nextID)
	}
}

func TestWhatIsOddGoesToTheSDK(t *testing.T) {
	for name, body := range map[string]string{
		"an error":             `<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>`,
		"another encoding":     `<?xml version="1.0" encoding="latin1"?><ListBucketResult></ListBucketResult>`,
		"cut short":            awsPage[:len(awsPage)-30],
		"wrong end tag":        `<ListBucketResult><IsTruncated>false</Truncated></ListBucketResult>`,
		"text between":         `<ListBucketResult>x</ListBucketResult>`,
		"a control character":  "<ListBucketResult><Contents><Key>\x01</Key></Contents></ListBucketResult>",
		"invalid UTF-8":        "<ListBucketResult><Contents><Key>\xff</Key></Contents></ListBucketResult>",
		"an unknown entity":    "<ListBucketResult><Contents><Key>&nbsp;</Key></Contents></ListBucketResult>",
		"a carriage return":    "<ListBucketResult><Contents><Key>a\rb</Key></Contents></ListBucketResult>",
		"a size with a point":  "<ListBucketResult><Contents><Size>1.5</Size></Contents></ListBucketResult>",
		"a nested value":       "<ListBucketResult><Contents><Key><b>x</b></Key></Contents></ListBucketResult>",
		"names in other case":  "<ListBucketResult><contents><Key>x</Key></contents></ListBucketResult>",
		"a doctype":            "<!DOCTYPE x><ListBucketResult></ListBucketResult>",
		"nothing":              "",
		"a character too high": "<ListBucketResult><Contents><Key>&#x110000;</Key></Contents></ListBucketResult>",
	} {
		if _, err := scanString(body); err == nil {
			t.Errorf("%s was taken as plain", name)
		}
	}
}

func TestVariationsOfTheFormAreStillPlain(t *testing.T) {
	for name, body := range map[string]string{
		"white space, comments":  "<ListBucketResult>\r\n  <!-- x -->\n <Contents >\n<Key >a&amp;b</Key >\n</Contents>\n</ListBucketResult>",
		"a prefix and attribute": `<s3:ListBucketResult xmlns:s3="x" a = 'b'><s3:Contents><s3:Key>a&amp;b</s3:Key></s3:Contents></s3:ListBucketResult>`,
		"CDATA":                  `<ListBucketResult><Contents><Key>a<![CDATA[&]]>b</Key></Contents></ListBucketResult>`,
		"unknown elements":       `<ListBucketResult><Extra><Key>no</Key><x/></Extra><Contents><New a="1"><Key>no</Key></New><Key>a&#38;b</Key></Contents></ListBucketResult>`,
	} {
		out, err := scanString(body)
		if err != nil || len(out.rows) != 1 || string(out.rows[0].key) != "a&b" {
			t.Errorf("%s: %v, %d rows", name, err, len(out.rows))
		}
	}
}

func TestUnescapingUndoesURLEncodingAndNothingElse(t *testing.T) {
	for in, want := range map[string]string{
		"a+b": "a b", "%2B%25": "+%", "%ff%00": "\xff\x00", "a%2": "a%2", "a%zz+": "a%zz+", "": "", "ü": "ü",
	} {
		if got := string(unescape([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzScanAgreesWithEncodingXML: what the scanner takes as plain, encoding/xml reads the same way.
func FuzzScanAgreesWithEncodingXML(f *testing.F) {
	f.Add(awsPage)
	f.Add(rgwPage)
	f.Add(`<a:ListBucketResult><Contents><Key><![CDATA[x]]>&lt;<!-- - --></Key><ETag/></Contents><EncodingType>url</EncodingType></a:ListBucketResult>`)
	files, _ := filepath.Glob("testdata/*.xml")
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := scanString(body)
		if err != nil {
			return
		}
		var doc xmlList
		if err := xml.Unmarshal([]byte(body), &doc); err != nil {
			t.Fatalf("scanned %q, which encoding/xml refuses: %v", body, err)
		}
		compareDoc(t, got, &doc)
	})
}

func compareDoc(t *testing.T, got *raw, doc *xmlList) {
	t.Helper()
	type header struct {
		rows, prefixes       int
		truncated, encoded   bool
		token, nextKey, next string
	}
	rows := len(doc.Contents)
	if got.versions {
		rows = len(doc.Version) + len(doc.DeleteMarker)
	}
	h := header{len(got.rows) - got.prefixes, got.prefixes, got.truncated, got.urlEncoded, string(got.token), string(got.nextKey), string(got.nextID)}
	want := header{rows, len(doc.CommonPrefixes), doc.IsTruncated == "true", doc.EncodingType == "url", doc.NextContinuationToken,
		doc.NextKeyMarker, doc.NextVersionIdMarker}
	if h != want {
		t.Fatalf("the document is %+v, want %+v", h, want)
	}
	lists := map[uint8][]xmlRow{flagPrefix: doc.CommonPrefixes, 0: doc.Contents, flagVersion: doc.Version, flagVersion | flagMarker: doc.DeleteMarker}
	next := map[uint8]int{}
	for _, g := range got.rows {
		kind := g.flags &^ (flagLatest | flagRestoring | flagRestored)
		compareRow(t, g, lists[kind][next[kind]], kind, got.urlEncoded)
		next[kind]++
	}
}

func compareRow(t *testing.T, g rawRow, w xmlRow, kind uint8, encoded bool) {
	t.Helper()
	key, same := w.Key, string(g.etag) == w.ETag && string(g.class) == w.StorageClass && string(g.id) == w.VersionId
	if kind == flagPrefix {
		key, same = w.Prefix, true
	}
	if string(g.key) != key || !same {
		t.Fatalf("%+v, want %+v", g, w)
	}
	if want, err := url.QueryUnescape(key); encoded && err == nil {
		if got := string(unescape([]byte(key))); got != want {
			t.Fatalf("key %q decodes to %q, want %q", key, got, want)
		}
	}
}

// BenchmarkScanPage reads a page of 1,000 objects as the scanner does.
func BenchmarkScanPage(b *testing.B) {
	entry := awsPage[strings.Index(awsPage, "<Contents>") : strings.Index(awsPage, "</Contents>")+len("</Contents>")]
	body := []byte("<ListBucketResult><EncodingType>url</EncodingType>" + strings.Repeat(entry, 1000) + "</ListBucketResult>")
	w, page := new(workspace), make([]byte, len(body))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		copy(page, body) // keys are decoded where they stand
		if err := w.scan(page, false); err != nil {
			b.Fatal(err)
		}
		if build(&w.raw).len() != 1000 {
			b.Fatal("rows are missing")
		}
	}
}
