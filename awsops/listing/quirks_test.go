package listing

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
)

// quirky serves version listings as some servers do: the keys of a page are encoded and its marker is
// not, markers come before versions, and the row that the request's markers name comes again.
type quirky struct {
	rows []Row
	most int
}

func (s quirky) RoundTrip(req *http.Request) (*http.Response, error) {
	q := req.URL.Query()
	from := 0
	if key := q.Get("key-marker"); key != "" {
		id := q.Get("version-id-marker")
		for from < len(s.rows) && (s.rows[from].Key < key || s.rows[from].Key == key && id != "" && s.rows[from].VersionID != id) {
			from++
		}
	}
	end := min(len(s.rows), from+s.most)
	var markers, versions strings.Builder
	for _, r := range s.rows[from:end] {
		line := fmt.Sprintf("<Key>%s</Key><VersionId>%s</VersionId><IsLatest>%t</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified>",
			url.QueryEscape(r.Key), r.VersionID, r.Latest)
		if r.Marker {
			markers.WriteString("<DeleteMarker>" + line + "</DeleteMarker>")
		} else {
			versions.WriteString("<Version>" + line + "</Version>")
		}
	}
	next := ""
	if end < len(s.rows) {
		last := s.rows[end-1]
		next = "<NextKeyMarker>" + strings.ReplaceAll(last.Key, "&", "&amp;") + "</NextKeyMarker><NextVersionIdMarker>" + last.VersionID + "</NextVersionIdMarker>"
	}
	return answer(req, 200, fmt.Sprintf("<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>%t</IsTruncated>%s%s%s</ListVersionsResult>",
		end < len(s.rows), next, markers.String(), versions.String())), nil
}

// quirkyRows are keys with what goes wrong when a marker is decoded that was not encoded.
func quirkyRows() []Row {
	var rows []Row
	for i := range 90 {
		key := fmt.Sprintf("a%02d+b%%41&ü", i)
		if i%3 == 0 {
			rows = append(rows, Row{Key: key, VersionID: fmt.Sprintf("m%d", i), Latest: true, Marker: true})
		}
		rows = append(rows, Row{Key: key, VersionID: fmt.Sprintf("v%d", i), Latest: i%3 != 0})
	}
	return rows
}

func sameRows(t *testing.T, got, want []Row) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		g.Modified = w.Modified
		if g != w {
			t.Fatalf("row %d is %+v, want %+v", i, g, w)
		}
	}
}

func TestVersionsOfServersWithQuirksAreListedOnceAndInOrder(t *testing.T) {
	rows := quirkyRows()
	for _, workers := range []int{1, 6} {
		synctest.Test(t, func(t *testing.T) {
			r := reader(t, serve{quirky{rows, 7}})
			l := Start(t.Context(), r, Query{Bucket: "b", Versions: true, Workers: workers})
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []Row
			for i := range l.View().Len() {
				got = append(got, l.Row(i))
			}
			sameRows(t, got, rows)
			got = nil
			for page, err := range Pages(t.Context(), r, Query{Bucket: "b", Versions: true}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page...)
			}
			sameRows(t, got, rows)
		})
	}
}
