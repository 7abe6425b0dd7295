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

func TestVersionsOfServersWithQuirksAreListedOnceAndInOrder(t *testing.T) {
	var rows []Row
	for i := range 90 {
		key := fmt.Sprintf("a%02d+b%%41&ü", i)
		if i%3 == 0 {
			rows = append(rows, Row{Key: key, VersionID: fmt.Sprintf("m%d", i), Latest: true, Marker: true})
		}
		rows = append(rows, Row{Key: key, VersionID: fmt.Sprintf("v%d", i), Latest: i%3 != 0})
	}
	for _, workers := range []int{1, 6} {
		synctest.Test(t, func(t *testing.T) {
			r := reader(t, serve{quirky{rows, 7}})
			l := Start(t.Context(), r, Query{Bucket: "b", Versions: true, Workers: workers})
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			v := l.View()
			if v.Len() != len(rows) {
				t.Fatalf("%d rows by %d workers, want %d", v.Len(), workers, len(rows))
			}
			for i, want := range rows {
				got := v.Row(i)
				if got.Key != want.Key || got.VersionID != want.VersionID || got.Marker != want.Marker || got.Latest != want.Latest {
					t.Fatalf("row %d is %+v, want %+v", i, got, want)
				}
			}
			n := 0
			for page, err := range Pages(t.Context(), r, Query{Bucket: "b", Versions: true}) {
				if err != nil {
					t.Fatal(err)
				}
				n += len(page)
			}
			if n != len(rows) {
				t.Errorf("%d rows page by page, want %d", n, len(rows))
			}
		})
	}
}
