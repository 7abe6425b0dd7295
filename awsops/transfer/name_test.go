package transfer

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKeysBecomeSafeLocalNames(t *testing.T) {
	for key, want := range map[string]string{
		"a/b/report.pdf": "report.pdf", "report.pdf": "report.pdf", "dir/": "dir", "a//": "a", "": "unnamed", "///": "unnamed",
		".": "%2E", "..": "%2E%2E", "../..": "%2E%2E", "a/..": "%2E%2E", "../etc/passwd": "passwd", "/etc/passwd": "passwd",
		"a\x00b": "a%00b", "a\x1b[31mb": "a%1B[31mb", `c:\x`: "c%3A%5Cx", "a\nb": "a%0Ab", "\xff\xfe": "%FF%FE",
		"évil\u202egpj.exe": "évil%E2%80%AEgpj.exe", "a b": "a b", "日本.txt": "日本.txt", ".bashrc": ".bashrc", "...": "...", "a\u00a0b": "a%C2%A0b",
	} {
		if got := SafeName(key); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestLongKeysKeepTheirExtensionAndStayApart(t *testing.T) {
	long := strings.Repeat("ä", 400)
	a, b := SafeName(long+"1.tar"), SafeName(long+"2.tar")
	if a == b || !strings.HasSuffix(a, ".tar") || len(a) > maxLocalName || !utf8.ValidString(a) {
		t.Errorf("%q and %q", a, b)
	}
	if got := SafeName("." + strings.Repeat("x", 500)); len(got) > maxLocalName {
		t.Errorf("%d bytes", len(got))
	}
}

func FuzzASafeNameIsOnePathElement(f *testing.F) {
	for _, s := range []string{"", "..", "a/../b", "\xff/", strings.Repeat("\x01", 300), "x." + strings.Repeat("\xf0\x9f\x98\x80", 90), "a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		n := SafeName(key)
		if n == "" || n == "." || n == ".." || len(n) > maxLocalName || strings.ContainsAny(n, "/\\\x00") || !utf8.ValidString(n) {
			t.Fatalf("SafeName(%q) = %q", key, n)
		}
		if !filepath.IsLocal(n) || filepath.Base(n) != n {
			t.Fatalf("SafeName(%q) = %q is not one element", key, n)
		}
	})
}

func TestPartsGrowOnlyWhenThereWouldBeTooMany(t *testing.T) {
	for _, c := range []struct{ size, part, parts int64 }{
		{0, 8 * mib, 1}, {1, 8 * mib, 1}, {8 * mib, 8 * mib, 1}, {8*mib + 1, 8 * mib, 2},
		{80_000 * mib, 8 * mib, 10_000}, {80_000*mib + 1, 9 * mib, 8889}, {MaxObject, 5 * gib, 10_000},
	} {
		part, parts, err := PartSize(c.size)
		if part != c.part || parts != c.parts || err != nil {
			t.Errorf("PartSize(%d) = %d, %d, %v, want %d, %d", c.size, part, parts, err, c.part, c.parts)
		}
	}
	for _, size := range []int64{-1, MaxObject + 1} {
		if _, _, err := PartSize(size); err == nil {
			t.Errorf("PartSize(%d) gave no error", size)
		}
	}
}
