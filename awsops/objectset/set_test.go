package objectset

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cooper/awsops"
)

func TestASetIsKeptByteForByte(t *testing.T) {
	for _, want := range []Set{
		{Bucket: "b", Under: true, Prefix: "a/\xff\x00"},
		{Bucket: "b", Entries: []awsops.Entry{{Key: "k\n\xfe", VersionID: "v", ETag: `"e"`, Size: 7}, {Key: "l"}}},
	} {
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Set
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestNamedObjectsGoOnAfterTheCursor(t *testing.T) {
	s := Set{Bucket: "b", Entries: []awsops.Entry{{Key: "a"}, {Key: "a", VersionID: "v"}, {Key: "c"}}}
	read := func(cursor string) (keys []string, failed bool) {
		for item, err := range s.Source("x", nil).Open(t.Context(), nil, cursor) {
			if err != nil {
				return keys, true
			}
			keys = append(keys, item.Entries[0].Key+item.Entries[0].VersionID+" "+item.Cursor)
		}
		return keys, false
	}
	got, _ := read("1")
	if d := cmp.Diff([]string{"av 2", "c 3"}, got); d != "" {
		t.Error(d)
	}
	if got, failed := read("3"); failed || len(got) != 0 {
		t.Error("there is something after the last one")
	}
	for _, bad := range []string{"x", "-1", "4"} {
		if _, failed := read(bad); !failed {
			t.Errorf("the cursor %q was taken", bad)
		}
	}
}

func TestASetThatNamesNothingOrAMarkerIsRefused(t *testing.T) {
	for name, s := range map[string]Set{"nothing": {Bucket: "b"}, "no bucket": {Under: true}, "a marker": {Bucket: "b", Entries: []awsops.Entry{{Key: "k", Marker: true}}}} {
		if s.Problem() == "" {
			t.Errorf("%s was taken", name)
		}
	}
	if s := One("b", "k", "", `"e"`, 1); s.Problem() != "" {
		t.Error(s.Problem())
	}
}

func TestOnlyWhatIsWatchedIsRememberedAsChanged(t *testing.T) {
	a, old := awsops.Entry{Key: "a", ETag: `"1"`}, awsops.Entry{Key: "a", VersionID: "v"}
	c := Watch([]awsops.Entry{a, old})
	for _, e := range []awsops.Entry{{Key: "a"}, {Key: "b"}} {
		c.Add(e)
	}
	if !c.Has(a) || c.Has(old) || c.Has(awsops.Entry{Key: "b"}) || len(c.is) != 2 {
		t.Errorf("%v", c.is)
	}
}
