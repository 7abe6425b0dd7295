package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
)

// history lists all rows of a bucket as short words: key, then v or m, * for the current one.
func history(t *testing.T, w *world, bucket string) []string {
	t.Helper()
	l := versions.List(t.Context(), w.reader(), bucket, "")
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var out []string
	v := l.View()
	for i := range v.Len() {
		row := v.Row(i)
		word := row.Key + " v"
		if row.Marker {
			word = row.Key + " m"
		}
		if row.Latest {
			word += "*"
		}
		if row.VersionID == "null" {
			word += " null"
		}
		out = append(out, word)
	}
	return out
}

func expectHistory(t *testing.T, w *world, bucket string, want ...string) {
	t.Helper()
	if got := history(t, w, bucket); !slices.Equal(got, want) {
		t.Errorf("the bucket holds %q, want %q", got, want)
	}
}

func entries(t *testing.T, w *world, bucket string, pick func(listing.Row) bool) []awsops.Entry {
	t.Helper()
	var out []awsops.Entry
	for rows, err := range listing.Pages(t.Context(), w.reader(), listing.Query{Bucket: bucket, Versions: true}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if pick(row) {
				out = append(out, awsops.Entry{Key: row.Key, VersionID: row.VersionID, Size: row.Size, Marker: row.Marker})
			}
		}
	}
	return out
}

func TestADeletedObjectComesBackWhenItsMarkersGo(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "a", "one")
	w.hide(t, b, "a")
	w.hide(t, b, "a")
	w.put(t, b, "b", "stays")
	p, err := versions.PlanUndelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a"}}})
	markers := int64(2)
	if w.differs(t, "a DELETE of a key that is deleted already adds no second marker", serverRGW) {
		markers = 1
	}
	if err == nil && (p.Effects.Markers != markers || p.Codes != 0) {
		t.Errorf("the plan counts %+v, %d codes", p.Effects, p.Codes)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "a v*", "b v*")
}

func TestEverythingUnderAPrefixIsUndeleted(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	for i := range 12 {
		key := fmt.Sprintf("in/%02d", i)
		w.put(t, b, key, "x")
		w.hide(t, b, key)
	}
	w.put(t, b, "out", "x")
	w.hide(t, b, "out")
	p, err := versions.PlanUndelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Under: true, Prefix: "in/"})
	w.done(t, p, err)
	got := history(t, w, b)
	if len(got) != 14 || got[0] != "in/00 v*" || got[12] != "out m*" {
		t.Errorf("the bucket holds %q", got)
	}
}

func TestAnOldVersionBecomesCurrentByCopyAndAllVersionsStay(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	key := "ü +%?/x y"
	old := w.put(t, b, key, "old content")
	w.put(t, b, key, "new")
	p, err := versions.PlanRestoreByCopy(t.Context(), w.reader(), versions.Restoration{Bucket: b, Key: key, VersionID: old})
	w.done(t, p, err)
	rows, _, err := listing.Exactly(t.Context(), w.reader(), b, key, 10)
	if err != nil || len(rows) != 3 || rows[0].Size != int64(len("old content")) || !rows[0].Latest {
		t.Errorf("%v: %+v", err, rows)
	}
}

func TestOneVersionIsDeletedForGoodAndTheOneBelowBecomesCurrent(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "a", "one")
	newest := w.put(t, b, "a", "two!")
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", VersionID: newest, Size: 4}}})
	if err == nil && (len(p.Changes) != 1 || !strings.Contains(p.Changes[0].Before, "4 B") || !strings.Contains(p.Changes[0].After, "3 B")) {
		t.Errorf("the plan says %+v", p.Changes)
	}
	s := w.done(t, p, err)
	if s.Done != 1 || p.Consent.Kind != awsops.ConsentType {
		t.Errorf("%d done, consent %+v", s.Done, p.Consent)
	}
	expectHistory(t, w, b, "a v*")
}

func TestNoncurrentVersionsGoAndTheCurrentOnesStay(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	for _, key := range []string{"a", "b"} {
		w.put(t, b, key, "1")
		w.put(t, b, key, "2")
		w.put(t, b, key, "3")
	}
	w.hide(t, b, "b")
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Under: true, Noncurrent: true})
	w.done(t, p, err)
	expectHistory(t, w, b, "a v*", "b m*")
}

func TestAPrefixOfMoreThanAThousandVersionsIsDeletedForGood(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	n := 1100
	if w.server == nil {
		n = 30 // a foreign server stores each version on disk
	}
	for i := range n {
		w.put(t, b, fmt.Sprintf("p/%03d", i%400), "x")
	}
	w.put(t, b, "q", "stays")
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Under: true, Prefix: "p/"})
	if err == nil && p.Effects.Versions != int64(n) {
		t.Errorf("the plan counts %+v", p.Effects)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "q v*")
}

func TestKeysThatXMLCannotCarryAreDeletedOneByOneAndNoOtherKeyIsTouched(t *testing.T) {
	w := open(t)
	if w.differs(t, "it stores keys as file names or refuses control characters in them", serverVersityGW) {
		return
	}
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "a\x01b", "x")
	w.put(t, b, "a�b", "the key that XML would make of it")
	w.put(t, b, "plain", "x")
	w.put(t, b, "other", "x")
	all := entries(t, w, b, func(r listing.Row) bool { return r.Key != "a�b" })
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: all})
	w.done(t, p, err)
	expectHistory(t, w, b, "a�b v*")
}

func TestDeletingObjectsSaysWhatTheBucketsStateMakesOfIt(t *testing.T) {
	for _, c := range []struct {
		status  string
		consent awsops.ConsentKind
		warns   string
		want    []string
	}{
		{"", awsops.ConsentType, "gone for good", nil},
		{versioning.Enabled, awsops.ConsentYes, "Recoverable", []string{"a m*", "a v", "b m*", "b v"}},
		{versioning.Suspended, awsops.ConsentType, "suspended", []string{"a m* null", "b m* null"}},
	} {
		t.Run("versioning "+c.status, func(t *testing.T) {
			w := open(t)
			b := w.bucket(t, c.status)
			w.put(t, b, "a", "1")
			w.put(t, b, "b", "2")
			p, err := versions.PlanDelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", Size: 1}, {Key: "b", Size: 1}}})
			if err == nil && (p.Consent.Kind != c.consent || !warned(p, c.warns)) {
				t.Errorf("consent %+v, warnings %+v", p.Consent, p.Warnings)
			}
			w.done(t, p, err)
			expectHistory(t, w, b, c.want...)
		})
	}
}

func warned(p *awsops.Plan, text string) bool {
	return slices.ContainsFunc(p.Warnings, func(w awsops.Warning) bool { return strings.Contains(w.Text, text) })
}

func TestAPlanIsRefusedWhenTheObjectChangedMeanwhile(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "a", "1")
	p, err := versions.PlanDelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", Size: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, b, "a", "newer")
	s := w.apply(t, p)
	if s.Err == nil || s.Err.Kind != awsops.KindChanged {
		t.Errorf("got %v %v", s.State, s.Err)
	}
	expectHistory(t, w, b, "a v* null")
}

func TestRowsAreCountedOnceByWhatTheyAre(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "a", "1")
	w.put(t, b, "a", "22")
	w.hide(t, b, "a")
	l := versions.List(t.Context(), w.reader(), b, "")
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var tally versions.Tally
	got := tally.Count(l.View())
	want := versions.Totals{Keys: 1, Noncurrent: 2, Markers: 1, Deleted: 1, NoncurrentBytes: 3}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if again := tally.Count(l.View()); again != want {
		t.Errorf("counting again gives %+v", again)
	}
}
