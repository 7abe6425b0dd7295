package views

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
)

// after answers by second once a request has one of the query parameters.
func after(first, second answer, params ...string) answer {
	return func(r *http.Request, body string) (int, string, http.Header) {
		for _, p := range params {
			if r.URL.Query().Has(p) {
				return second(r, body)
			}
		}
		return first(r, body)
	}
}

func versionsXML(rows ...string) string {
	return `<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>` + strings.Join(rows, "") + `</ListVersionsResult>`
}

func versionXML(key, id string, latest bool, at string, size int64) string {
	return fmt.Sprintf(`<Version><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%t</IsLatest><LastModified>%s</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Version>`,
		key, id, latest, at, size)
}

func markerXML(key, id string, latest bool, at string) string {
	return fmt.Sprintf(`<DeleteMarker><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%t</IsLatest><LastModified>%s</LastModified></DeleteMarker>`, key, id, latest, at)
}

// report is one key's rows: deleted, with a tie and a null version.
var report = []string{
	markerXML("2026/report.pdf", "mA9zX2kLq0pWv7Rt", true, "1999-12-31T20:00:00.000Z"),
	versionXML("2026/report.pdf", "v3Bt6YhNp2QsXe8c", false, "1999-12-31T12:00:00.000Z", 4_200_000),
	versionXML("2026/report.pdf", "v2Cu7ZjMr3TdYf9w", false, "1999-12-31T12:00:00.000Z", 2_100_000),
	markerXML("2026/report.pdf", "m1Du8AkLs4UeZg0x", false, "1999-12-30T09:00:00.000Z"),
	versionXML("2026/report.pdf", "null", false, "1999-11-01T08:00:00.000Z", 1499),
}

var history = versionsXML(append(append([]string{}, report...),
	versionXML("2026/summary.csv", "s2Ev9BlKt5VfAh1y", true, "1999-12-29T10:00:00.000Z", 12_000),
	versionXML("2026/summary.csv", "s1Fw0CmJu6WgBi2z", false, "1999-12-28T10:00:00.000Z", 11_000))...)

func openVersions(env *Env) ui.View {
	return NewVersions(env, ui.Place{Screen: "versions", Bucket: "invoices-2026"})
}

var versionAnswers = map[string]string{"/invoices-2026?versions": history}

func TestVersionsAtEverySize(t *testing.T) {
	goldens(t, "versions", keysStage(openVersions, versionAnswers), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestPicturesOfVersionsLookDifferent(t *testing.T) {
	for name, list := range map[string]string{"empty": versionsXML(), "denied": "403 AccessDenied"} {
		on(t, 80, 24, keysStage(openVersions, map[string]string{"/invoices-2026?versions": list}), func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			uitest.Golden(t, "versions-"+name+"-80x24", p.Text())
		})
	}
}

func TestAVersionIsDeletedForGoodOnlyByAPlanThatSaysSo(t *testing.T) {
	on(t, 120, 40, keysStage(openVersions, versionAnswers), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("j", "d")
		p.Sleep(time.Second)
		p.Sees("Delete one version for good", "can't be brought back")
	})
}

func TestADeletedKeyIsUndeletedByAPlan(t *testing.T) {
	on(t, 120, 40, keysStage(openVersions, versionAnswers), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("U")
		p.Sleep(time.Second)
		p.Sees("Undelete 1 object")
	})
}

func TestRestoringSaysWhyACurrentVersionOrAMarkerCannotBe(t *testing.T) {
	on(t, 120, 40, keysStage(openVersions, versionAnswers), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		reason := func() string {
			for _, a := range s.view.Actions() {
				if a.ID == "version.restore" {
					return a.Reason()
				}
			}
			return "no such action"
		}
		if got := reason(); !strings.Contains(got, "marker") {
			t.Errorf("on a marker: %q", got)
		}
		p.Press("j")
		if got := reason(); got != "" {
			t.Errorf("on a noncurrent version: %q", got)
		}
		p.Press("G", "k")
		if got := reason(); !strings.Contains(got, "current one already") {
			t.Errorf("on the current version: %q", got)
		}
	})
}

func TestVersioningOffersWhatMakesSenseAndSaysWhyTheRestDoesNot(t *testing.T) {
	on(t, 120, 40, keysStage(openVersions, versionAnswers), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("v")
		p.Sees("suspend versioning", "versioning is enabled already")
		p.Press("esc")
		p.Press("m")
		p.Sees("enable MFA delete", "MFA delete is not on")
	})
}

func openTimeline(env *Env) ui.View {
	return NewTimeline(env, ui.Place{Screen: "timeline", Bucket: "invoices-2026", Key: "2026/report.pdf"})
}

func TestTheTimelineOfAKeyAtEverySize(t *testing.T) {
	goldens(t, "timeline", keysStage(openTimeline, map[string]string{"/invoices-2026?versions": versionsXML(report...)}), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("j")
		p.Sleep(time.Second)
	})
}

func TestPicturesOfATimelineLookDifferent(t *testing.T) {
	for name, list := range map[string]string{"empty": versionsXML(), "denied": "403 AccessDenied", "failed": "400 InvalidRequest"} {
		on(t, 80, 24, keysStage(openTimeline, map[string]string{"/invoices-2026?versions": list}), func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			uitest.Golden(t, "timeline-"+name+"-80x24", p.Text())
		})
	}
}

func TestTheTimelineUndeletesAndRestores(t *testing.T) {
	on(t, 120, 40, keysStage(openTimeline, map[string]string{"/invoices-2026?versions": versionsXML(report...)}), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("U")
		p.Sleep(time.Second)
		p.Sees("Undelete 1 object")
		p.Press("esc")
		if s.Session.ReadOnly() {
			t.Error("the session is read-only")
		}
		if _, ok := s.view.(*timelineView).current(); !ok {
			t.Error("no version is selected")
		}
	})
}

func TestATimelineThatFitsIsShownWholeWhereverItIsOpened(t *testing.T) {
	open := func(env *Env) ui.View {
		return NewTimeline(env, ui.Place{Screen: "timeline", Bucket: "invoices-2026", Key: "2026/report.pdf", Version: "v2Cu7ZjMr3TdYf9w"})
	}
	on(t, 80, 24, keysStage(open, map[string]string{"/invoices-2026?versions": versionsXML(report...)}), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("mA9zX2kL", "v3Bt6YhN", "v2Cu7ZjM", "m1Du8AkL", "null")
	})
}
