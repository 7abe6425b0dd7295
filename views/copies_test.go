package views

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"cooper/ui/uitest"
)

// holding answers HEAD of one key, and 404 of all others.
func holding(paths ...string) func(*testing.T) *stage {
	build := keysStage(openObjects, nil)
	return func(t *testing.T) *stage {
		s := build(t)
		before := s.wire.answer
		s.wire.answer = func(r *http.Request, body string) (int, string, http.Header) {
			if r.Method == http.MethodHead && r.URL.Path != "/invoices-2026" {
				if slices.Contains(paths, r.URL.Path) {
					return 200, "", http.Header{"Etag": {`"abc"`}, "Content-Length": {"1499"}}
				}
				return 404, "", nil
			}
			return before(r, body)
		}
		return s
	}
}

func TestAnObjectIsRenamedByAPlanThatSaysWhatIsCarriedOver(t *testing.T) {
	on(t, 120, 40, holding("/invoices-2026/readme.txt"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		p.Type("readme")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Press("c")
		p.Sees("Copy, move, rename", "readme.txt", "in bucket", "existing")
		p.Press("enter")
		p.Sees("this is the same place")
		p.Type(".old")
		p.Press("tab", "tab", "space", "enter")
		p.Sleep(time.Second)
		p.Sees("Rename 1 object to readme.txt.old", "Carried over", "deleted, after the copy was looked at")
	})
}

func TestTheFormOfACopyAtEverySize(t *testing.T) {
	goldens(t, "copy", keysStage(openObjects, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("c")
		p.Sleep(time.Second)
	})
}

func TestTheFormOfACopyStaysWithWhatWasTypedWhenThePlanIsRefused(t *testing.T) {
	on(t, 120, 40, holding("/invoices-2026/readme.txt"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		p.Type("readme")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Press("c", "tab")
		p.Type("-old")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Copy, move, rename", "invoices-2026-old", "NoSuchBucket")
	})
}
