package views

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

// listed makes an answer of ListObjectsV2.
func listed(truncated bool, rows ...string) string {
	return fmt.Sprintf(`<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>%t</IsTruncated>%s</ListBucketResult>`, truncated, strings.Join(rows, ""))
}

func objectXML(key string, size int64, at, class string) string {
	return fmt.Sprintf(`<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>%d</Size><StorageClass>%s</StorageClass></Contents>`,
		key, at, size, class)
}

func prefixXML(prefix string) string {
	return `<CommonPrefixes><Prefix>` + prefix + `</Prefix></CommonPrefixes>`
}

// invoices is a level with prefixes, objects, and a key that a stranger chose.
var invoices = listed(false,
	objectXML("readme.txt", 1499, "2026-02-03T04:05:06.000Z", "STANDARD"),
	objectXML("archive-2019.tar", 5<<30, "2019-12-31T23:59:59.000Z", "DEEP_ARCHIVE"),
	objectXML("evil%1B%5B31m%E2%80%AEtxt.exe", 13, "2026-02-28T10:00:00.000Z", "STANDARD"),
	objectXML("z%2Bplus+space", 999, "2026-03-01T11:59:00.000Z", "GLACIER_IR"),
	prefixXML("2025/"), prefixXML("2026/"))

// objectAnswers are what S3 answers besides, in the tests of objects and versions.
func objectAnswers(changes map[string]string) map[string]string {
	all := map[string]string{"/invoices-2026": invoices, "/invoices-2026?versioning": `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`}
	for k, v := range changes {
		all[k] = v
	}
	return all
}

func keysStage(open func(*Env) ui.View, changes map[string]string, opts ...func(*awsops.Options)) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t, opts...)
		s.wire.answer = s3Answer(objectAnswers(changes))
		s.view = open(s.Env)
		show := func(p ui.Place) ui.View { return &named{place: p} }
		s.more = map[string]func(ui.Place) ui.View{"objects": show, "versions": show, "timeline": show}
		return s
	}
}

func openObjects(env *Env) ui.View {
	return NewObjects(env, ui.Place{Screen: "objects", Bucket: "invoices-2026"})
}

func TestObjectsAtEverySize(t *testing.T) {
	goldens(t, "objects", keysStage(openObjects, nil), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestPicturesOfObjectsLookDifferent(t *testing.T) {
	for name, list := range map[string]string{
		"empty": listed(false), "denied": "403 AccessDenied", "failed": "400 InvalidRequest", "unsupported": "501 NotImplemented",
	} {
		on(t, 80, 24, keysStage(openObjects, map[string]string{"/invoices-2026": list}), func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			uitest.Golden(t, "objects-"+name+"-80x24", p.Text())
		})
	}
}

func TestAPrefixIsOpenedAndADetailIsRead(t *testing.T) {
	on(t, 120, 30, keysStage(openObjects, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sees("opened objects invoices-2026 2025/")
		p.Press("q")
		p.Press("G")
		p.Press("t")
		p.Sees("opened timeline invoices-2026 z+plus space")
	})
}

func TestKeysAreFilteredAndSorted(t *testing.T) {
	on(t, 120, 30, keysStage(openObjects, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		p.Type("README")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("readme.txt")
		p.SeesNot("archive-2019.tar")
		p.Press("esc")
		p.Press("s")
		p.Type("largest")
		p.Press("enter")
		p.Sleep(time.Second)
		text := p.Text()
		if strings.Index(text, "archive-2019.tar") > strings.Index(text, "readme.txt") {
			t.Errorf("the largest object is not first:\n%s", text)
		}
	})
}

func TestEveryPrintableKeyReachesTheFilterOfKeys(t *testing.T) {
	on(t, 120, 30, keysStage(openObjects, nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		var all strings.Builder
		for c := '!'; c <= '~'; c++ {
			all.WriteRune(c)
		}
		p.Type(all.String())
		if got := s.view.(*objectsView).table.text; got != all.String() {
			t.Errorf("got %q", got)
		}
	})
}

func TestMarkedKeysAreDeletedByOnePlan(t *testing.T) {
	on(t, 120, 40, keysStage(openObjects, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("G", "space", "k", "space", "d")
		p.Sleep(time.Second)
		p.Sees("Delete 2 objects", "Recoverable")
	})
}

func TestAPrefixAndKeysAreNotDeletedTogether(t *testing.T) {
	on(t, 120, 30, keysStage(openObjects, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("a", "d")
		p.Sees("One prefix is deleted at a time")
	})
}

func TestAListingThatBreaksOffKeepsItsRowsAndSaysSo(t *testing.T) {
	page := strings.Replace(listed(true, objectXML("a", 1, "2026-01-01T00:00:00.000Z", "STANDARD")), "</IsTruncated>", "</IsTruncated><NextContinuationToken>more</NextContinuationToken>", 1)
	build := keysStage(openObjects, nil)
	on(t, 120, 30, func(t *testing.T) *stage {
		s := build(t)
		first := s3Answer(objectAnswers(map[string]string{"/invoices-2026": page}))
		s.wire.answer = after(first, s3Answer(objectAnswers(map[string]string{"/invoices-2026": "403 AccessDenied"})), "start-after", "continuation-token")
		return s
	}, func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("STANDARD", "The list is not whole")
	})
}

func TestWhatIsBelowAPrefixIsCounted(t *testing.T) {
	below := listed(false, objectXML("2025/a", 1000, "2026-02-03T04:05:06.000Z", "STANDARD"), objectXML("2025/b", 24, "2026-02-01T04:05:06.000Z", "GLACIER"),
		objectXML("2025/c", 1024, "2026-02-02T04:05:06.000Z", "STANDARD"))
	for name, c := range map[string]struct {
		answer string
		sees   []string
	}{
		"all":    {below, []string{"3, in all", "2.00 KiB (2,048 bytes)", "standard  2, 1.98 KiB", "glacier   1, 24 B", "2026-02-01", "2026-02-03", "1.00 KiB  2025/c", "1 LIST"}},
		"denied": {"403 AccessDenied", []string{"0, at least", "It was not counted to the end: "}},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, 80, 24, keysStage(openObjects, nil), func(s *stage, p *uitest.Program) {
				p.Sleep(time.Second)
				s.wire.answer = s3Answer(objectAnswers(map[string]string{"/invoices-2026": c.answer}))
				p.Press("g", "i")
				p.Sleep(time.Second)
				p.Sees(c.sees...)
				p.Press("esc")
				p.SeesNot("requests")
			})
		})
	}
}
