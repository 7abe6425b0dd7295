package objectedit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cooper/awsops/objects"
)

func pairs(text string) []objects.Pair {
	var out []objects.Pair
	for part := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(part, "=")
		out = append(out, objects.Pair{Name: name, Value: value})
	}
	return out
}

func TestPairsAreMergedReplacedAndTakenAway(t *testing.T) {
	for name, c := range map[string]struct {
		change    Pairs
		now, want string
	}{
		"nothing":            {Pairs{}, "b=2 a=1", "a=1 b=2"},
		"one more":           {Pairs{Set: pairs("c=3")}, "a=1", "a=1 c=3"},
		"another value":      {Pairs{Set: pairs("a=2")}, "a=1 b=1", "a=2 b=1"},
		"one less":           {Pairs{Remove: []string{"a", "x"}}, "a=1 b=1", "b=1"},
		"set beats taken":    {Pairs{Set: pairs("a=2"), Remove: []string{"a"}}, "a=1", "a=2"},
		"nothing else":       {Pairs{Set: pairs("z=1"), Only: true}, "a=1 b=1", "z=1"},
		"nothing whatsoever": {Pairs{Only: true}, "a=1", ""},
	} {
		if got := c.change.Of(pairs(c.now)); !slices.Equal(got, pairs(c.want)) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAChangeNamesOnlyWhatItChanges(t *testing.T) {
	before := objects.Head{ContentType: "text/plain", CacheControl: "no-cache", Expires: "0", StorageClass: "STANDARD_IA", Metadata: pairs("a=1"), Redirect: "/x"}
	c := Change{Class: "STANDARD", Headers: map[Header]string{CacheControl: "", ContentLanguage: "de"}}
	want := before
	want.StorageClass, want.CacheControl, want.ContentLanguage = "STANDARD", "", "de"
	if d := cmp.Diff(want, c.Head(before)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(before, Change{}.Head(before)); d != "" {
		t.Error(d)
	}
	for _, h := range Headers() {
		value := ""
		if after := (Change{Headers: map[Header]string{h: "v"}}).Head(before); *h.Of(&after) != "v" {
			t.Errorf("%s isn't set", h)
		}
		if p := h.Of(&before); p == nil || p == &value {
			t.Errorf("%s has no place", h)
		}
	}
}

func TestATextSpecIsKeptByteForByte(t *testing.T) {
	want := TextSpec{Bucket: "b", Key: "k\xff\n", ETag: `"e"`, File: "/tmp/cooper-edit-1/k"}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got TextSpec
	if err := json.Unmarshal(raw, &got); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestADifferenceIsShownWhateverItsSize(t *testing.T) {
	many := func(n int, odd string) []byte {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "line %d %s\n", i, odd)
		}
		return []byte(b.String())
	}
	if got := Diff([]byte("a\nb\nc\n"), []byte("a\nB\nc\n")); !slices.Contains(got, "-b") || !slices.Contains(got, "+B") || slices.Contains(got, "-a") {
		t.Errorf("%q", got)
	}
	if got := Diff([]byte("a\n"), []byte("a")); len(got) != 1 || !strings.Contains(got[0], "only the end differs") {
		t.Errorf("%q", got)
	}
	large := many(20_000, "x")
	changed := []byte(strings.Replace(string(large), "line 10000 x", "another line", 1))
	if got := Diff(large, changed); !slices.Equal(got, []string{"@@ -10001,1 +10001,1 @@", "-line 10000 x", "+another line"}) {
		t.Errorf("%q", got)
	}
	if got := Diff(large, many(20_000, "y")); len(got) != diffLines+1 || !strings.HasPrefix(got[diffLines], "@@ and 39601 more") {
		t.Errorf("%d lines, the last is %q", len(got), got[len(got)-1])
	}
}

func FuzzADifferenceEndsAndKeepsItsLimit(f *testing.F) {
	f.Add("a\nb", "b\na")
	f.Add("", "\n\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := Diff([]byte(a), []byte(b)); len(got) == 0 || len(got) > diffLines+1 {
			t.Errorf("%d lines", len(got))
		}
	})
}

func TestOnlyFoldersOfDraftsAreDeleted(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/precious"
	ForgetDraft(path)
	if _, err := openText(dir); err != nil {
		t.Errorf("the folder is gone: %v", err)
	}
}
