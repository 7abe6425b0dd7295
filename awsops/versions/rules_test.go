package versions

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cooper/awsops"
	"cooper/awsops/listing"
)

func TestKeysThatXMLCannotCarryAreToldApart(t *testing.T) {
	for key, want := range map[string]bool{
		"plain": false, "tab\tlf\ncr\r": false, "ü 日本 🗝": false, "del\x7f": false, "�": false,
		"\x00": true, "a\x08": true, "\x0b": true, "\x0c": true, "\x1b[31m": true, "\xff": true, "a\xc3": true, "\uffff": true, "\xed\xa0\x80": true,
	} {
		if got := Single(key); got != want {
			t.Errorf("%q: got %t", key, got)
		}
	}
}

// FuzzSingleKeysAreThoseThatXMLChanges: what Single passes comes back from encoding/xml unchanged.
func FuzzSingleKeysAreThoseThatXMLChanges(f *testing.F) {
	for _, s := range []string{"a", "\x01", "a\rb", "\xff", "<&>\"'", "�"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if Single(key) {
			return
		}
		var b strings.Builder
		if err := xml.EscapeText(&b, []byte(key)); err != nil {
			t.Fatal(err)
		}
		var back struct {
			Key string `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte("<k>"+b.String()+"</k>"), &back); err != nil || back.Key != key {
			t.Errorf("%q came back as %q, %v", key, back.Key, err)
		}
	})
}

func marker(key, id string, latest bool) listing.Row {
	return listing.Row{Key: key, VersionID: id, Marker: true, Latest: latest}
}

func version(key, id string, latest bool) listing.Row {
	return listing.Row{Key: key, VersionID: id, Latest: latest, Size: 1}
}

func TestFiltersPickWhatTheirNameSays(t *testing.T) {
	rows := []listing.Row{
		marker("a", "a3", true), marker("a", "a2", false), version("a", "a1", false), marker("a", "a0", false),
		version("b", "b2", true), marker("b", "b1", false),
		marker("c", "c1", true),
		marker("d", "d2", true), version("d", "d1", false),
	}
	for filter, want := range map[string]string{
		filterAll: "a3 a2 a1 a0 b2 b1 c1 d2 d1", filterNoncurrent: "a2 a1 a0 b1 d1", filterMarkers: "a3 a2 d2",
	} {
		p := &picker{filter: filter}
		var got []string
		for _, row := range rows {
			for _, e := range p.pick(row) {
				got = append(got, e.VersionID)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s picks %v, want %s", filter, got, want)
		}
	}
}

func TestBatchesAreFullAndKeysForThemselvesGoAlone(t *testing.T) {
	var entries []awsops.Entry
	for i := range 2100 {
		entries = append(entries, awsops.Entry{Key: fmt.Sprintf("k%04d", i), VersionID: "v"})
	}
	entries[5].Key = "\x01"
	var sizes []int
	var cursors []string
	for item, err := range listSource("b", entries).Open(t.Context(), nil, "") {
		if err != nil {
			t.Fatal(err)
		}
		sizes, cursors = append(sizes, len(item.Entries)), append(cursors, item.Cursor)
	}
	if !slices.Equal(sizes, []int{1, 1000, 1000, 99}) || !slices.Equal(cursors, []string{"", "1001", "2001", "2100"}) {
		t.Errorf("batches of %v end at %q", sizes, cursors)
	}
	n := 0
	for item, err := range listSource("b", entries).Open(t.Context(), nil, "2001") {
		if err != nil {
			t.Fatal(err)
		}
		n += len(item.Entries)
	}
	if n != 99 {
		t.Errorf("going on at 2001 gives %d entries", n)
	}
	c := countEntries(entries)
	if c.batches() != 4 || c.single != 1 {
		t.Errorf("the count says %d batches, %d single", c.batches(), c.single)
	}
}

func TestACursorNamesTheLastKeyOfWhichNothingIsLeft(t *testing.T) {
	var rows []listing.Row
	for i := range 1500 {
		rows = append(rows, version(fmt.Sprintf("k%04d+", i/3), fmt.Sprint(i), i%3 == 0))
	}
	pages := func(yield func([]listing.Row, error) bool) {
		for part := range slices.Chunk(rows, 700) {
			if !yield(part, nil) {
				return
			}
		}
	}
	var cursors []string
	feed(pages, &picker{filter: filterAll}, &batcher{yield: func(i awsops.Item, _ error) bool {
		cursors = append(cursors, i.Cursor)
		return true
	}})
	if !slices.Equal(cursors, []string{"k0332%2B", "k0499%2B"}) {
		t.Errorf("cursors %q", cursors)
	}
}

func TestWhatAKeyBecomesIsSaid(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	rows := []listing.Row{marker("a", "m", true), {Key: "a", VersionID: "longversionid", Size: 2048, Modified: at}}
	before, after := becomes(rows, func(r listing.Row) bool { return r.Marker }, false)
	if before != "deleted (marker m)" || after != "version longvers… of 2026-01-02 03:04:05, 2.00 KiB" {
		t.Errorf("%q becomes %q", before, after)
	}
	if _, after = becomes(rows, func(listing.Row) bool { return true }, false); !strings.Contains(after, "gone") {
		t.Errorf("all taken: %q", after)
	}
	if _, after = becomes(rows, func(listing.Row) bool { return true }, true); after != "an older version" {
		t.Errorf("all of the first ones taken: %q", after)
	}
}

func TestSelectionsKeepEveryByteInTheJournal(t *testing.T) {
	want := Selection{Bucket: "b", Prefix: "\xff\x00p", Under: true, Noncurrent: true, Bypass: true, Serial: "s",
		Entries: []awsops.Entry{{Key: "\x01\xfe", VersionID: "v", Size: 3, Marker: true, ETag: "e"}}}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Selection
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	in := Restoration{"b", "\xff", "v"}
	if raw, err = json.Marshal(in); err != nil {
		t.Fatal(err)
	}
	var out Restoration
	if err := json.Unmarshal(raw, &out); err != nil || out != in {
		t.Errorf("%v: %+v", err, out)
	}
}

func TestTimelinesTellTiesAndStackedMarkers(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := []listing.Row{marker("a", "m2", true), marker("a", "m1", false), version("a", "v2", false), version("a", "v1", false)}
	for i, h := range []int{9, 8, 5, 5} {
		rows[i].Modified = at.Add(time.Duration(h) * time.Hour)
	}
	tl := timeline("a", rows, false)
	if !slices.Equal(tl.Tied, []bool{false, false, true, true}) || tl.Current != 0 || tl.Markers != 2 || tl.Versions != 2 {
		t.Errorf("%+v", tl)
	}
	markers, below, ok := tl.Stacked()
	if !ok || len(markers) != 2 || below.VersionID != "v2" {
		t.Errorf("%v %v %t", markers, below, ok)
	}
	if d := tl.Until(2, at); d != 3*time.Hour {
		t.Errorf("v2 was current for %v", d)
	}
}

func TestCopySourcesEscapeEveryByteButSlashes(t *testing.T) {
	if got := escapeKey("a/ü +%?&\x01~_-."); got != "a/%C3%BC%20%2B%25%3F%26%01~_-." {
		t.Errorf("got %s", got)
	}
}

func TestSizesHaveThreeDigits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.00 KiB", 1 << 20: "1.00 MiB", 15 << 30: "15.0 GiB", 999 << 40: "999 TiB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
