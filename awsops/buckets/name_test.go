package buckets

import (
	"slices"
	"strings"
	"testing"
)

func TestBucketNamesAreCheckedByTheRulesOfTheUserGuide(t *testing.T) {
	long := strings.Repeat("a", 63)
	cases := []struct {
		name, namespace string
		rules           []string // broken ones, without advice
	}{
		{"docexamplebucket1", NamespaceGlobal, nil},
		{"log-delivery-march-2020", NamespaceGlobal, nil},
		{"my-hosted-content", NamespaceGlobal, nil},
		{"docexamplewebsite.com", NamespaceGlobal, nil},
		{"my.s3.bucket", NamespaceGlobal, nil},
		{"abc", NamespaceGlobal, nil},
		{long, NamespaceGlobal, nil},
		{"", NamespaceGlobal, []string{"length"}},
		{"ab", NamespaceGlobal, []string{"length"}},
		{long + "a", NamespaceGlobal, []string{"length"}},
		{"doc_example_bucket", NamespaceGlobal, []string{"characters"}},
		{"DocExampleBucket", NamespaceGlobal, []string{"characters", "begin"}},
		{"doc-example-bucket-", NamespaceGlobal, []string{"end"}},
		{"doc..example", NamespaceGlobal, []string{"dots"}},
		{".doc", NamespaceGlobal, []string{"begin"}},
		{"192.168.5.4", NamespaceGlobal, []string{"address"}},
		{"999.168.05.4", NamespaceGlobal, []string{"address"}},
		{"192.168.5", NamespaceGlobal, nil},
		{"xn--bucket", NamespaceGlobal, []string{"prefix"}},
		{"sthree-bucket", NamespaceGlobal, []string{"prefix"}},
		{"amzn-s3-demo-bucket", NamespaceGlobal, []string{"prefix"}},
		{"bucket-s3alias", NamespaceGlobal, []string{"suffix"}},
		{"bucket--ol-s3", NamespaceGlobal, []string{"suffix"}},
		{"bucket.mrap", NamespaceGlobal, []string{"suffix"}},
		{"bucket--x-s3", NamespaceGlobal, []string{"suffix"}},
		{"bucket--table-s3", NamespaceGlobal, []string{"suffix"}},
		{"bucket-an", NamespaceGlobal, []string{"suffix"}},
		{"app-111122223333-eu-west-1-an", NamespaceGlobal, []string{"suffix"}},
		{"app-111122223333-eu-west-1-an", NamespaceAccount, nil},
		{"app-444455556666-eu-west-1-an", NamespaceAccount, []string{"namespace"}},
		{"app-111122223333-us-east-1-an", NamespaceAccount, []string{"namespace"}},
		{"-111122223333-eu-west-1-an", NamespaceAccount, []string{"begin", "namespace"}},
		{"app", NamespaceAccount, []string{"namespace"}},
		{strings.Repeat("a", 40) + "-111122223333-eu-west-1-an", NamespaceAccount, []string{"length"}},
		{"a\x1b[31m", NamespaceGlobal, []string{"characters"}},
	}
	for _, c := range cases {
		var got []string
		for _, p := range CheckName(c.name, c.namespace, "111122223333", "eu-west-1") {
			if !p.Advice {
				got = append(got, p.Rule)
			}
		}
		if !slices.Equal(got, c.rules) {
			t.Errorf("CheckName(%q, %s) breaks %v, want %v", c.name, c.namespace, got, c.rules)
		}
	}
}

func TestADotIsAdviceAndNotRefused(t *testing.T) {
	p := CheckName("www.example.com", NamespaceGlobal, "", "")
	if len(p) != 1 || !p[0].Advice || !Allowed(p) {
		t.Fatalf("got %+v, want one piece of advice", p)
	}
}

func TestAnAccountRegionalNameGetsItsSuffixOnce(t *testing.T) {
	const want = "app-111122223333-eu-west-1-an"
	for _, prefix := range []string{"app", want} {
		got, err := AccountName(prefix, "111122223333", "eu-west-1")
		if err != nil || got != want {
			t.Errorf("AccountName(%q) = %q, %v", prefix, got, err)
		}
	}
}

func TestARegionOrAccountWithoutTheNamespaceIsSaid(t *testing.T) {
	for _, c := range []struct{ account, region string }{
		{"111122223333", "me-south-1"}, {"111122223333", "me-central-1"}, {"111122223333", ""}, {"", "eu-west-1"}, {"1111", "eu-west-1"},
	} {
		if s, err := AccountSuffix(c.account, c.region); err == nil {
			t.Errorf("AccountSuffix(%q, %q) = %q, want an error", c.account, c.region, s)
		}
	}
}

func FuzzAnAllowedNameHasOnlyWhatS3Takes(f *testing.F) {
	for _, s := range []string{"abc", "a.b.c", "xn--a", "-a-", "1.2.3.4", "Ä", "a\xff", "a..b", "app-111122223333-eu-west-1-an"} {
		f.Add(s, NamespaceGlobal)
		f.Add(s, NamespaceAccount)
	}
	f.Fuzz(func(t *testing.T, name, namespace string) {
		if !Allowed(CheckName(name, namespace, "111122223333", "eu-west-1")) {
			return
		}
		if len(name) < MinName || len(name) > MaxName || strings.Contains(name, "..") {
			t.Fatalf("%q was allowed", name)
		}
		for i := range len(name) {
			if !nameRune(rune(name[i])) {
				t.Fatalf("%q was allowed with byte %#x", name, name[i])
			}
		}
		if strings.HasSuffix(name, "-an") != (namespace == NamespaceAccount) {
			t.Fatalf("%q was allowed in namespace %q", name, namespace)
		}
	})
}
