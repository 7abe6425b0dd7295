package lifecycle

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func ptr[T any](v T) *T { return &v }

func TestEachRuleIsSaidInPlainWords(t *testing.T) {
	date := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		rule Rule
		want []string
	}{
		{ExpireNoncurrent("logs/", 30, 3), []string{"30 days after they stop being current, versions under logs/ are deleted for good, the newest 3 kept."}},
		{ExpireNoncurrent("", 1, 0), []string{"1 day after they stop being current, versions are deleted for good."}},
		{AbortUploads("", 7), []string{"Uploads that are not complete 7 days after they began are aborted and their parts discarded."}},
		{ExpireMarkers("a/"), []string{"Delete markers under a/ with no version left under them are removed."}},
		{Rule{Status: Disabled, Expiration: &Expiration{Days: ptr(int32(365))}},
			[]string{"Switched off: 365 days after creation, objects expire: they are deleted, or get a delete marker where the bucket is versioned."}},
		{Rule{Status: Enabled, Filter: Filter{Prefix: ptr("x"), And: true, Tags: []Tag{{"team", "a"}, {"k", ""}}, LargerThan: ptr(int64(131072)), SmallerThan: ptr(int64(5000))},
			Transitions: []Transition{{Days: ptr(int32(0)), Class: "GLACIER_IR"}, {Date: &date, Class: "DEEP_ARCHIVE"}}},
			[]string{"0 days after creation, objects under x and tagged team=a and k= and larger than 128 KiB and smaller than 5000 bytes move to GLACIER_IR.",
				"From 2027-01-01 on, objects under x and tagged team=a and k= and larger than 128 KiB and smaller than 5000 bytes move to DEEP_ARCHIVE."}},
		{Rule{Status: Enabled, NoncurrentTransitions: []NoncurrentTransition{{Days: ptr(int32(10)), Keep: ptr(int32(2)), Class: "STANDARD_IA"}}},
			[]string{"10 days after they stop being current, versions move to STANDARD_IA, the newest 2 stay."}},
		{Rule{Status: Enabled, Expiration: &Expiration{Date: &date, Marker: ptr(false)}},
			[]string{"From 2027-01-01 on, objects expire: they are deleted, or get a delete marker where the bucket is versioned.",
				"Delete markers are left alone (ExpiredObjectDeleteMarker is false)."}},
		{Rule{Status: Enabled}, []string{"This rule has no action that is known here."}},
	}
	for _, c := range cases {
		if got := c.rule.Sentences(); !slices.Equal(got, c.want) {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

func TestAFilterSaysWhatItLeavesOut(t *testing.T) {
	if got := (Filter{Prefix: ptr("")}).Where(); got != "the whole bucket" {
		t.Errorf("an empty prefix is %q", got)
	}
	if !(Filter{}).Everything() || (Filter{LargerThan: ptr(int64(0))}).Everything() {
		t.Error("Everything is wrong about an empty filter or one on size")
	}
}

func TestRulesThatS3RefusesAreSaidBeforeSending(t *testing.T) {
	tagged := AbortUploads("", 7)
	tagged.Filter.Tags = []Tag{{"a", "b"}}
	sized := ExpireMarkers("")
	sized.Filter.LargerThan = ptr(int64(1))
	for name, r := range map[string]Rule{
		"abort with tags": tagged, "markers with size": sized, "zero days": AbortUploads("", 0),
		"keeping too many": ExpireNoncurrent("", 1, 101), "no noncurrent days": ExpireNoncurrent("", 0, 0),
		"no action": {ID: "x", Status: Enabled}, "bad status": {Status: "on", AbortDays: ptr(int32(1))},
		"long id":          {ID: strings.Repeat("x", 256), Status: Enabled, AbortDays: ptr(int32(1))},
		"zero expiry days": {Status: Enabled, Expiration: &Expiration{Days: ptr(int32(0))}},
	} {
		if len(Check(r)) == 0 {
			t.Errorf("%s: passed the check", name)
		}
		if _, err := Add(nil, r); err == nil {
			t.Errorf("%s: was added", name)
		}
	}
	for _, r := range []Rule{AbortUploads("p", 1), ExpireMarkers(""), ExpireNoncurrent("", 1, 100)} {
		if bad := Check(r); len(bad) > 0 {
			t.Errorf("%s: %v", r.ID, bad)
		}
	}
}

func TestAddingKeepsEveryOtherRuleAndMakesTheIDUnique(t *testing.T) {
	mine := Rule{ID: "abort-uploads-after-7d", Status: Disabled, Filter: Filter{Legacy: true, Prefix: ptr("old/")}, Expiration: &Expiration{Days: ptr(int32(9))}}
	got, err := Add([]Rule{mine}, AbortUploads("", 7))
	if err != nil || len(got) != 2 || !Equal(got[0], mine) || got[1].ID != "abort-uploads-after-7d-2" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := Add(got, AbortUploads("", 7)); err == nil {
		t.Error("the same rule was added twice")
	}
	full := make([]Rule, MaxRules)
	if _, err := Add(full, AbortUploads("", 7)); err == nil {
		t.Error("rule 1001 was added")
	}
}

func TestFormsOfAFilterThatMeanTheSameAreEqualWhenNormal(t *testing.T) {
	days := int32(1)
	rule := func(f Filter) Rule { return Rule{ID: "a", Status: Enabled, Filter: f, AbortDays: &days} }
	same := [][2]Filter{
		{{}, {Prefix: ptr("")}}, {{Legacy: true, Prefix: ptr("")}, {}}, {{Legacy: true, Prefix: ptr("x")}, {Prefix: ptr("x")}},
		{{And: true, Prefix: ptr("x")}, {Prefix: ptr("x")}},
	}
	for _, s := range same {
		if !Equal(Normal(rule(s[0])), Normal(rule(s[1]))) {
			t.Errorf("%+v and %+v differ", s[0], s[1])
		}
	}
	if Equal(Normal(rule(Filter{Prefix: ptr("x")})), Normal(rule(Filter{Prefix: ptr("y")}))) {
		t.Error("different prefixes are equal")
	}
}

func TestRemovingARuleThatIsGoneIsRefused(t *testing.T) {
	rules := []Rule{AbortUploads("", 7), ExpireMarkers("")}
	got, err := Remove(rules, "expire-delete-markers")
	if err != nil || len(got) != 1 || len(rules) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := Remove(got, "expire-delete-markers"); err == nil {
		t.Error("a rule was removed twice")
	}
}

func TestElementsThatWouldBeLostAreFound(t *testing.T) {
	doc := `<?xml version="1.0"?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>a</ID><Filter><And><Prefix/>
	<Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><NewAction><Days>1</Days></NewAction>
	<Expiration><Hours>3</Hours></Expiration><NewAction/></Rule></LifecycleConfiguration>`
	got, err := UnknownElements(strings.NewReader(doc))
	if err != nil || !slices.Equal(got, []string{"Hours", "NewAction"}) {
		t.Fatalf("got %v, %v", got, err)
	}
	if _, err := UnknownElements(strings.NewReader("<a><b></a>")); err == nil {
		t.Error("broken XML was accepted")
	}
}

func FuzzUnknownElementsNeverPanics(f *testing.F) {
	f.Add("<LifecycleConfiguration><Rule/></LifecycleConfiguration>")
	f.Fuzz(func(t *testing.T, doc string) {
		names, err := UnknownElements(strings.NewReader(doc))
		if err != nil && names != nil {
			t.Fatal("names and an error at once")
		}
	})
}
