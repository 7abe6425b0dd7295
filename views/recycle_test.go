package views

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
)

// trash is a bucket with deleted keys on two levels, a key that is there, and one of which only a marker is left.
var trash = versionsXML(
	markerXML("2025/old.pdf", "mOld1", true, "1999-11-02T10:00:00.000Z"),
	versionXML("2025/old.pdf", "vOld1", false, "1999-10-01T10:00:00.000Z", 900),
	markerXML("2026/a.pdf", "mA2", true, "1999-12-31T20:00:00.000Z"),
	markerXML("2026/a.pdf", "mA1", false, "1999-12-31T19:00:00.000Z"),
	versionXML("2026/a.pdf", "vA1", false, "1999-12-30T12:00:00.000Z", 4_200_000),
	markerXML("2026/b.csv", "mB1", true, "1999-12-30T20:00:00.000Z"),
	versionXML("2026/b.csv", "vB2", false, "1999-12-30T12:00:00.000Z", 2000),
	versionXML("2026/b.csv", "vB1", false, "1999-12-30T12:00:00.000Z", 1000),
	versionXML("alive.txt", "vL2", true, "1999-12-31T12:00:00.000Z", 20),
	versionXML("alive.txt", "vL1", false, "1999-12-01T12:00:00.000Z", 10),
	markerXML("evil%1B%5B31m.txt", "mE1", true, "1999-12-31T23:00:00.000Z"),
	versionXML("evil%1B%5B31m.txt", "vE1", false, "1999-12-01T12:00:00.000Z", 7),
	markerXML("only-marker", "mO1", true, "1999-12-31T12:00:00.000Z"))

var trashAnswers = map[string]string{"/invoices-2026?versions": trash}

// went is the place that was gone to last.
var went ui.Place

// placed opens a screen at a place of the tests' bucket, and shows where else one goes.
func placed(open func(*Env, ui.Place) ui.View, place ui.Place, changes map[string]string) func(*testing.T) *stage {
	place.Bucket = "invoices-2026"
	build := keysStage(func(env *Env) ui.View { return open(env, place) }, changes)
	return func(t *testing.T) *stage {
		s := build(t)
		for _, name := range []string{"bin", "moment"} {
			s.more[name] = func(p ui.Place) ui.View {
				went = p
				return &named{place: p}
			}
		}
		return s
	}
}

func binStage(focus string) func(*testing.T) *stage {
	return placed(NewBin, ui.Place{Screen: "bin", Focus: focus}, trashAnswers)
}

func momentStage(moment string) func(*testing.T) *stage {
	return placed(NewMoment, ui.Place{Screen: "moment", Focus: moment}, trashAnswers)
}

func settle(_ *stage, p *uitest.Program) { p.Sleep(time.Second) }

func TestTheRecycleBinAtEverySize(t *testing.T) { goldens(t, "bin", binStage(""), settle) }

func TestTheRecycleBinByFoldersAtEverySize(t *testing.T) {
	goldens(t, "bin-folders", binStage("folders||"), settle)
}

func TestABucketAtAMomentAtEverySize(t *testing.T) {
	goldens(t, "moment", momentStage("1999-12-30 12:00:00"), settle)
}

func TestPicturesOfTheRecycleBinAndOfAMomentLookDifferent(t *testing.T) {
	for name, build := range map[string]func(*testing.T) *stage{
		"bin-empty":     placed(NewBin, ui.Place{}, map[string]string{"/invoices-2026?versions": versionsXML()}),
		"bin-denied":    placed(NewBin, ui.Place{}, map[string]string{"/invoices-2026?versions": "403 AccessDenied"}),
		"bin-none":      placed(NewBin, ui.Place{}, map[string]string{"/invoices-2026?versions": versionsXML(versionXML("a", "v1", true, "1999-12-01T12:00:00.000Z", 10))}),
		"moment-early":  momentStage("1990-01-01 00:00"),
		"moment-denied": placed(NewMoment, ui.Place{Focus: "1999-12-01 00:00"}, map[string]string{"/invoices-2026?versions": "403 AccessDenied"}),
		"moment-fault":  momentStage("yesterday"),
	} {
		on(t, 80, 24, build, func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			uitest.Golden(t, name+"-80x24", p.Text())
		})
	}
}

func TestTheRecycleBinShowsWhatWasDeletedWithinATimeAndWithAName(t *testing.T) {
	on(t, 120, 40, binStage(""), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("4 deleted keys", "4.01 MiB would come back")
		p.Press("f")
		p.Sees("Deleted when?")
		p.Type("1999-12-31")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("2 deleted keys", "deleted from 1999-12-31 00:00")
		p.Press("/")
		p.Type("PDF")
		p.Sleep(time.Second)
		p.Sees("1 deleted key", "2026/a.pdf")
	})
}

func TestAllThatIsShownIsUndeletedByOnePlan(t *testing.T) {
	on(t, 120, 40, binStage(""), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		p.Type("2026")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Press("A")
		p.Sees("Bring deleted keys back", "remove the delete markers", "copy the newest versions")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Undelete 2 objects", "several delete markers on top of one another")
	})
}

func TestAMarkedKeyAloneIsBroughtBackByCopy(t *testing.T) {
	on(t, 120, 40, binStage(""), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("j", "space", "U", "down", "enter")
		p.Sleep(time.Second)
		p.Sees("Undelete 1 object", "a new version, copy of vA1")
	})
}

func TestAFolderOfTheRecycleBinIsOpenedAndUndeleted(t *testing.T) {
	on(t, 120, 40, binStage(""), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("F")
		p.Sleep(time.Second)
		p.Press("j", "U", "enter")
		p.Sleep(time.Second)
		p.Sees("Undelete", "objects under 2026/")
		p.Press("esc")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("2026/")
		if at := went; at.Screen != "bin" || at.Prefix != "2026/" || at.Focus != "folders||" {
			t.Errorf("it opened %+v", at)
		}
	})
}

func TestKeysAreBroughtBackToAMomentByAPlan(t *testing.T) {
	on(t, 120, 40, momentStage("1999-12-30 12:00:00"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("as of 1999-12-30 12:00:00 UTC", "Read-only")
		p.Press("A")
		p.Sees("Bring back to 1999-12-30 12:00:00 UTC", "by copy only", "delete what is new")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Bring 4 keys back to 1999-12-30 12:00:00 UTC", "within one second")
	})
}

func TestASelectedKeyIsBroughtBackAlone(t *testing.T) {
	on(t, 120, 40, momentStage("1999-12-30 12:00:00"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("G", "R")
		p.SeesNot("delete what is new")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Bring 1 key back")
	})
}

func TestAMomentIsAskedForAndCheckedWhileItIsTyped(t *testing.T) {
	on(t, 120, 40, placed(NewVersions, ui.Place{Screen: "versions"}, trashAnswers), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("T")
		p.Type("1999-12-30")
		p.Sees("a day is no moment")
		p.Type(" 12:00")
		p.SeesNot("a day is no moment")
		p.Press("enter")
		p.Sleep(time.Second)
		if went.Screen != "moment" || went.Focus != "1999-12-30 12:00:00" {
			t.Errorf("it opened %+v", went)
		}
	})
}

func TestAPurgeByRuleAsksAndCountsBeforeAnythingIsDone(t *testing.T) {
	on(t, 120, 40, placed(NewVersions, ui.Place{Screen: "versions"}, trashAnswers), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("E")
		p.Sees("Purge by rule", "noncurrent for days", "keep the newest", "expired markers")
		p.Press("tab", "tab")
		p.Press("backspace", "backspace")
		p.Type("0")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Purge noncurrent versions", "can't be brought back by anybody", "GB-months")
	})
}

func TestOneFolderAndKeysAreNotTakenTogether(t *testing.T) {
	on(t, 120, 40, binStage("folders||"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("a", "U")
		p.Sleep(time.Second)
		p.Sees("One folder at a time")
	})
}

func TestAThousandDeletedKeysAreCountedAndReached(t *testing.T) {
	var rows []string
	for i := range 1000 {
		key := fmt.Sprintf("k/%04d", i)
		rows = append(rows, markerXML(key, "m", true, "1999-12-31T12:00:00.000Z"), versionXML(key, "v", false, "1999-12-01T12:00:00.000Z", 10))
	}
	on(t, 80, 24, placed(NewBin, ui.Place{}, map[string]string{"/invoices-2026?versions": versionsXML(rows...)}), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("1,000 deleted keys", "9.77 KiB would come back")
		p.Press("G")
		if !strings.Contains(p.Text(), "k/0999") {
			t.Error(p.Text())
		}
	})
}
