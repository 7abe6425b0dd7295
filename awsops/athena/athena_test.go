package athena

import (
	"strings"
	"testing"
	"time"
)

func TestQuotedTextStaysOneString(t *testing.T) {
	for in, want := range map[string]string{"a": "'a'", "it's": "'it''s'", "'": "''''", `\'`: `'\'''`, "'; DROP TABLE x --": "'''; DROP TABLE x --'", "": "''"} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
	if got := hive(`it's \n`); got != `'it\'s \\n'` {
		t.Errorf("%s", got)
	}
	if name(`a"b`) != `"a""b"` || hiveName("a`b") != "`a``b`" {
		t.Error("names are quoted wrong")
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("it's")
	f.Add(`\'`)
	f.Fuzz(func(t *testing.T, s string) {
		// What stands between the outer quotes holds quotes in pairs only, and the pairs are those of the text.
		inner := strings.TrimSuffix(strings.TrimPrefix(Quote(s), "'"), "'")
		if strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") || strings.ReplaceAll(inner, "''", "'") != s {
			t.Errorf("%q is quoted %s", s, Quote(s))
		}
	})
}

func TestPlacesHaveFoldersDaysAndNames(t *testing.T) {
	p := Place{Source: "a.b", Target: "logs", Prefix: "x/y-", Account: "111122223333", Region: "eu-west-1"}
	if p.Location() != "s3://logs/x/" {
		t.Errorf("%s", p.Location())
	}
	dashed := p
	dashed.Source = "a-b"
	if p.Table() == dashed.Table() || !strings.HasPrefix(p.Table(), "access_logs_a_b_") {
		t.Errorf("%s and %s", p.Table(), dashed.Table())
	}
	p.Partitioned = true
	if p.Location() != "s3://logs/x/y-111122223333/eu-west-1/a.b/" || p.Table() == dashed.Table() {
		t.Errorf("%s", p.Location())
	}
	from := time.Date(2026, 2, 28, 12, 0, 0, 0, time.FixedZone("", 3600))
	to := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if first, last := p.Days(from, to); first != "2026/02/28" || last != "2026/03/01" {
		t.Errorf("%s to %s", first, last)
	}
	if got := strings.Join(p.prefixes(Range{From: from, To: to}), " "); got != p.Folder()+"2026/02/28/ "+p.Folder()+"2026/03/01/" {
		t.Errorf("%s", got)
	}
	p.ByDelivery = true
	if _, last := p.Days(from, to); last != "2026/03/03" {
		t.Errorf("%s", last)
	}
}

func TestKeysAreLookedForInAllTheirEncodings(t *testing.T) {
	for key, want := range map[string]string{"plain/key-1.txt": "plain/key-1.txt", "a b": "a b a%20b a%2520b", "ü": "ü %C3%BC %25C3%25BC"} {
		if got := strings.Join(encodings(key), " "); got != want {
			t.Errorf("%q: %s", key, got)
		}
	}
}

func TestEveryQuestionAsksForColumnsThatTheTableHas(t *testing.T) {
	if len(columns) != 27 || len(columns) != strings.Count(pattern, "([^ ]*)")+strings.Count(pattern, `[(.*?)\]`)+strings.Count(pattern, `|-)`)+strings.Count(pattern, "(-|[0-9]*)") {
		t.Fatalf("%d columns", len(columns))
	}
	has := " " + strings.Join(columns, " ") + " "
	for _, q := range Questions() {
		for _, c := range q.Columns {
			if !strings.Contains(has, " "+c+" ") {
				t.Errorf("%s asks for %s", q.ID, c)
			}
		}
		sql := q.SQL("default", Place{Source: "s", Target: "t", Partitioned: true, Account: "1", Region: "r"}, Range{Key: "k"})
		if strings.Contains(sql, "key IN") != q.Keyed || !strings.Contains(sql, "day BETWEEN") || !strings.Contains(sql, "LIMIT 1000") {
			t.Errorf("%s", sql)
		}
	}
}

func TestOutputsAreLocations(t *testing.T) {
	for _, bad := range []string{"", "bucket/x/", "s3://", "s3:///x/", "s3://b", "s3://b/x", "s3://b/\n/"} {
		if CheckOutput(bad) == "" {
			t.Errorf("%q passes", bad)
		}
	}
	if why := CheckOutput("s3://b/"); why != "" {
		t.Error(why)
	}
}
