package preview

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops/objects"
)

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name = "inner.log"
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func drawn(t *testing.T, encode func(io.Writer, image.Image) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, 30, 20), color.Palette{colour{}, colour{255}})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func webpOf(t *testing.T, digits string) string {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAContentIsTakenForWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		part  bool
		kind  Kind
		text  string
		facts string
	}{
		"nothing":                    {kind: Empty},
		"text":                       {data: "Grüße\n", kind: Text, text: "Grüße\n", facts: "UTF-8"},
		"with a mark":                {data: "\xef\xbb\xbfhi", kind: Text, text: "hi", facts: "UTF-8 with a byte order mark"},
		"a character cut in two":     {data: "Gr\xc3", part: true, kind: Text, text: "Gr", facts: "UTF-8"},
		"a bad end of a whole text":  {data: "Gr\xc3", kind: Text, text: "GrÃ", facts: "not UTF-8; shown as Latin-1"},
		"UTF-16":                     {data: "\xff\xfeh\x00i\x00", kind: Text, text: "hi", facts: "UTF-16, little end first"},
		"UTF-16 with the big end":    {data: "\xfe\xff\x00h\x00i\x00", kind: Text, text: "hi", facts: "UTF-16, big end first"},
		"Latin-1":                    {data: "caf\xe9", kind: Text, text: "café", facts: "not UTF-8; shown as Latin-1"},
		"coloured by escapes":        {data: "\x1b[31mred", kind: Text, text: "\x1b[31mred", facts: "UTF-8"},
		"bytes":                      {data: "a\x00b", kind: Bytes},
		"bytes that Latin-1 has not": {data: "\x81\x82\x83", kind: Bytes},
		"JSON":                       {data: `{"a":[1,{"b":null}]}`, kind: JSON, text: "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ]\n}", facts: "UTF-8; JSON, laid out"},
		"the beginning of JSON":      {data: `{"a":[1,`, part: true, kind: JSON, text: `{"a":[1,`, facts: "UTF-8; begins like JSON, as it is stored"},
		"no JSON":                    {data: `{"a":[1,`, kind: Text, text: `{"a":[1,`, facts: "UTF-8"},
		"a document":                 {data: "%PDF-1.7\n\x00", kind: Bytes, facts: "looks like application/pdf"},
		"gzip":                       {data: packed(t, "line\n"), kind: Text, text: "line\n", facts: "compressed by gzip; of inner.log; shown unpacked; UTF-8"},
		"a part of gzip":             {data: packed(t, strings.Repeat("line\n", 9000))[:60], part: true, kind: Text, facts: "compressed by gzip; of inner.log; shown unpacked; UTF-8"},
		"gzip of bytes":              {data: packed(t, "\x00\x01"), kind: Bytes, facts: "compressed by gzip; of inner.log"},
		"broken gzip":                {data: "\x1f\x8bnothing", kind: Bytes, facts: "compressed by gzip"},
		"PNG":                        {data: drawn(t, png.Encode), kind: Bytes, facts: "PNG picture, 30 × 20 pixels"},
		"JPEG":                       {data: drawn(t, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }), kind: Bytes, facts: "JPEG picture, 30 × 20 pixels"},
		"GIF":                        {data: drawn(t, func(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) }), kind: Bytes, facts: "GIF picture, 30 × 20 pixels"},
		"WebP, extended":             {data: webpOf(t, "52494646"+"16000000"+"57454250"+"56503858"+"0a000000"+"00000000"+"1d0000"+"130000"), kind: Bytes, facts: "WebP picture, 30 × 20 pixels"},
		"WebP, lossless":             {data: webpOf(t, "52494646"+"16000000"+"57454250"+"5650384c"+"0a000000"+"2f"+"1dc00400"+"0000000000"), kind: Bytes, facts: "WebP picture, 30 × 20 pixels"},
		"WebP, lossy":                {data: webpOf(t, "52494646"+"16000000"+"57454250"+"56503820"+"0a000000"+"000000"+"9d012a"+"1e00"+"1400"), kind: Bytes, facts: "WebP picture, 30 × 20 pixels"},
	} {
		got := Of([]byte(c.data), !c.part)
		if got.Kind != c.kind || c.text != "" && got.Text != c.text || strings.Join(got.Facts, "; ") != c.facts {
			t.Errorf("%s: kind %d, %q, %q", name, got.Kind, got.Text, got.Facts)
		}
	}
}

// colour is a grey.
type colour struct{ y uint8 }

func (c colour) RGBA() (r, g, b, a uint32) { v := uint32(c.y) * 0x101; return v, v, v, 0xffff }

func TestGzipIsNotUnpackedWithoutEnd(t *testing.T) {
	bomb := packed(t, strings.Repeat("a", 8<<20))
	if got := Of([]byte(bomb), true); len(got.Text) > unpackMost || got.Whole {
		t.Errorf("%d bytes were unpacked, whole %t", len(got.Text), got.Whole)
	}
}

func FuzzWhateverIsStoredIsLookedAtWithoutAFault(f *testing.F) {
	for _, s := range []string{"", "text", "\x1f\x8b\x08", "\x89PNG\r\n\x1a\n", "RIFF\x00\x00\x00\x00WEBPVP8X", "\xff\xfe\x00", "{", "GIF89a"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, whole bool) {
		if l := Of(data, whole); !utf8.ValidString(l.Text) {
			t.Errorf("%q is no text", l.Text)
		}
		if lines := Hex(data, 0); len(lines) != (len(data)+15)/16 {
			t.Errorf("%d lines for %d bytes", len(lines), len(data))
		}
	})
}

func TestBytesAreDrawnInLinesOfSixteen(t *testing.T) {
	got := Hex([]byte("0123456789abcdef\x00\x1b[31m"), 32)
	want := []string{
		"00000020  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef",
		"00000030  00 1b 5b 33 31 6d                                 ..[31m",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestNoMoreIsReadThanWasAskedForWhateverTheServerSends(t *testing.T) {
	body := &counting{Reader: strings.NewReader("0123456789")}
	got, err := pieceOf(&s3.GetObjectOutput{Body: body}, 2, 3)
	if err != nil || string(got) != "234" || body.n > 5 {
		t.Errorf("%q, %v, %d bytes were read", got, err, body.n)
	}
	ranged := &counting{Reader: strings.NewReader("234")}
	if got, err := pieceOf(&s3.GetObjectOutput{Body: ranged, ContentRange: aws.String("bytes 2-4/10")}, 2, 3); err != nil || string(got) != "234" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := pieceOf(&s3.GetObjectOutput{Body: &counting{Reader: strings.NewReader("23")}, ContentRange: aws.String("bytes 2-4/10")}, 2, 3); err == nil {
		t.Error("an answer that ended early was taken")
	}
}

type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}
func (c *counting) Close() error { return nil }

func TestWhatCanNotBeReadSaysWhy(t *testing.T) {
	for want, h := range map[string]objects.Head{
		"archived in":        {StorageClass: "GLACIER"},
		"ARCHIVE_ACCESS":     {StorageClass: "INTELLIGENT_TIERING", ArchiveStatus: "ARCHIVE_ACCESS"},
		"before it was sent": {Metadata: []objects.Pair{{Name: "x-amz-key-v2"}}},
		"download with its":  {Metadata: []objects.Pair{{Name: "X-Amz-3"}}},
	} {
		if got := Why(h); !strings.Contains(got, want) {
			t.Errorf("%+v: %q", h, got)
		}
	}
	if got := Why(objects.Head{StorageClass: "GLACIER", Restore: `ongoing-request="false"`}); got != "" {
		t.Error(got)
	}
}
