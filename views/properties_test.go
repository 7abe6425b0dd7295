package views

import (
	"strings"
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
)

func propertiesStage(bucket string, changes map[string]string) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t)
		s.wire.answer = s3Answer(changes)
		s.view = NewProperties(s.Env, ui.Place{Screen: "properties", Bucket: bucket})
		return s
	}
}

// onLine moves the cursor down to the row that has the text.
func onLine(t *testing.T, p *uitest.Program, text string) {
	t.Helper()
	for range 60 {
		for _, l := range strings.Split(p.Text(), "\n") {
			if strings.HasPrefix(l, "▸") && strings.Contains(l, text) {
				return
			}
		}
		p.Press("j")
	}
	t.Fatalf("no row with %q under the cursor:\n%s", text, p.Text())
}

func TestThePropertiesAtEverySize(t *testing.T) {
	goldens(t, "properties", propertiesStage("scratch", nil), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestPropertiesThatCannotBeReadSaySo(t *testing.T) {
	goldens(t, "properties-denied", propertiesStage("scratch", map[string]string{
		"/*?tagging": "403 AccessDenied", "/*?lifecycle": "501 NotImplemented", "/*?publicAccessBlock": "403 AccessDenied", "/*?uploads": "403 AccessDenied",
		"/*?acl": "500 InternalError", "/*?policyStatus": "403 AccessDenied",
	}), func(_ *stage, p *uitest.Program) { p.Sleep(time.Minute) })
}

func TestARuleIsAddedInPlainWordsWithTheOthersKept(t *testing.T) {
	goldens(t, "lifecycle-plan", propertiesStage("scratch", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		onLine(t, p, "Lifecycle")
		p.Press("n", "enter")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sleep(2 * time.Second)
	})
}

func TestNoRuleCanBeAddedWhileMFADeleteIsOn(t *testing.T) {
	on(t, 120, 30, propertiesStage("invoices-2026", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n")
		p.Sees("MFA delete is on")
	})
}

func TestATagIsChangedWithAWSsOwnTagsSentBack(t *testing.T) {
	on(t, 120, 40, propertiesStage("scratch", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		onLine(t, p, "team")
		p.Press("e", "tab")
		p.Type("-2")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("billing → billing-2", "1 system tag (aws:…)", `"Value":"base"`)
	})
}

func TestAWSsOwnTagCannotBeEdited(t *testing.T) {
	on(t, 120, 40, propertiesStage("scratch", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		onLine(t, p, "AWS's own")
		p.Press("e")
		p.Sees("belong to AWS")
	})
}

func TestTurningABlockOffAsksForTheBucketsName(t *testing.T) {
	on(t, 120, 40, propertiesStage("scratch", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		onLine(t, p, "bucket block      all four")
		p.Press("e", "space", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("BlockPublicAcls", "on → off", "put-public-access-block")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("scratch")
	})
}

func TestOldUploadsAreAbortedByAge(t *testing.T) {
	on(t, 120, 40, propertiesStage("scratch", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("big/video.mp4", "by ana")
		p.Press("A", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("1 incomplete upload", "abort-multipart-upload", "can't be undone")
	})
}
