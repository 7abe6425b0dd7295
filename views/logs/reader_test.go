package logs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
)

func TestTheRecordsAtEverySize(t *testing.T) { goldens(t, "records", readPlace, traffic, nil) }

func TestThePicturesOfTheReaderLookDifferent(t *testing.T) {
	for name, set := range map[string]func(*wire){
		"off": func(w *wire) { w.logging = loggingOff }, "denied": func(w *wire) { w.logging = "403 AccessDenied" }, "unsupported": func(w *wire) { w.logging = "501 NotImplemented" },
		"empty": nil, "refused": func(w *wire) {
			traffic(w)
			for key := range w.files {
				w.refuse = max(w.refuse, key)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, 80, 24, readPlace, set, func(_ *stage, p *uitest.Program) {
				p.Sleep(time.Minute)
				uitest.Golden(t, "reader-"+name+"-80x24", p.Text())
			})
		})
	}
}

func TestTheDetailsOfARecordAtEverySize(t *testing.T) {
	goldens(t, "details", readPlace, traffic, func(_ *stage, p *uitest.Program) {
		p.Press("down", "down", "enter")
		p.Sleep(time.Second)
	})
}

func TestAGroupingAtEverySizeAndItsRecords(t *testing.T) {
	goldens(t, "plain", ui.Place{Screen: ReaderScreen, Bucket: "scratch", Focus: FocusPlain}, traffic, nil)
	on(t, 120, 40, ui.Place{Screen: ReaderScreen, Bucket: "scratch", Focus: FocusPlain}, traffic, func(_ *stage, p *uitest.Program) {
		p.Sees("requests without TLS", "user/legacy", "old-backup/1.0")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("http! user/legacy", "1 record with requester =arn:aws:iam::111122223333:user/legacy")
		p.Press("c")
		p.Sleep(time.Second)
		p.SeesNot("with requester")
		p.Sees("evil")
	})
}

func TestWhoDeletedAKeyIsAskedAtOnce(t *testing.T) {
	at := ui.Place{Screen: ReaderScreen, Bucket: "scratch", Key: "b c.txt", Focus: FocusDeleted}
	on(t, 120, 40, at, traffic, func(_ *stage, p *uitest.Program) {
		p.Sees("job/run", "DELETE.OBJECT", "b c.txt", "1 record", "the last 30 days")
	})
	at.Focus += "@1999-12-31T21:10:00Z" // the bubble's time begins at midnight
	on(t, 120, 40, at, traffic, func(_ *stage, p *uitest.Program) {
		p.Sees("job/run", "1999-12-31 20:10 to 1999-12-31 22:10 UTC")
	})
	at.Key = "never"
	on(t, 120, 40, at, traffic, func(_ *stage, p *uitest.Program) {
		p.Sees("No record of this time tells of a deletion of never", "files delivered until now; more may come")
	})
}

func TestARecordThatWasDeliveredTwoDaysLateIsFoundAndTheReaderSaysHowFarItLooked(t *testing.T) {
	at := ui.Place{Screen: ReaderScreen, Bucket: "scratch", Key: "late.txt", Focus: FocusDeleted + "@1999-12-28T00:00:00Z"} // the bubble's time begins with 2000
	const back = 4 * 24 * time.Hour
	for late, want := range map[time.Duration]string{47 * time.Hour: "job/run", 50 * time.Hour: "There is no log file of this time"} {
		on(t, 120, 40, at, func(w *wire) {
			w.deliver(back-late, logLine(back, "arn:aws:sts::111122223333:assumed-role/job/run", "REST.DELETE.OBJECT", "late.txt", gone))
		}, func(_ *stage, p *uitest.Program) { p.Sees(want, "files delivered by 12-30 01:00") })
	}
}

func TestAFilterIsAskedForAndAMistakeLosesNothing(t *testing.T) {
	goldens(t, "filter", readPlace, traffic, func(_ *stage, p *uitest.Program) {
		p.Press("f")
		p.Sleep(time.Second)
	})
	on(t, 120, 40, readPlace, traffic, func(_ *stage, p *uitest.Program) {
		p.Press("f")
		p.Type("nobody-else")
		p.Press("tab", "tab")
		p.Type("4x")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("is no status", "nobody-else")
		p.Press("backspace", "backspace")
		p.Type("403")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("requester nobody-else, status 403", "No record fits")
	})
}

func TestNewFilesShowUpWhileTheReaderFollowsAndIdleCostsLittle(t *testing.T) {
	on(t, 120, 40, readPlace, traffic, func(s *stage, p *uitest.Program) {
		p.Press("F")
		p.Sleep(2 * time.Second)
		p.Sees("following")
		before := s.wire.asked()
		p.Sleep(time.Minute)
		if n := s.wire.asked() - before; n > 30 {
			t.Errorf("%d requests in a quiet minute", n)
		}
		s.wire.deliver(0, logLine(time.Second, dev, "REST.PUT.OBJECT", "fresh.txt", ""))
		p.Sleep(10 * time.Second)
		p.Sees("fresh.txt", "6 records")
		p.Press("F")
		before = s.wire.asked()
		p.Sleep(time.Minute)
		if n := s.wire.asked() - before; n > 3 {
			t.Errorf("%d requests after it was told to stop", n)
		}
	})
}

func TestRecordsAreWrittenToAFileThatIsNeverOverwritten(t *testing.T) {
	on(t, 120, 40, readPlace, traffic, func(s *stage, p *uitest.Program) {
		path := filepath.Join(s.Home, "out.json")
		for _, want := range []string{"5 records written", "There is such a file already"} {
			p.Press("x", "ctrl+u")
			p.Type(path)
			p.Press("enter")
			p.Sleep(2 * time.Second)
			p.Sees(want)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatal(info, err)
		}
		text, err := os.ReadFile(path)
		if err != nil || strings.Count(string(text), "requestid") != 4 || !strings.Contains(string(text), `"broken"`) {
			t.Errorf("%v %s", err, text)
		}
	})
}

func TestATimeOfOnesOwnIsCheckedAsItIsTyped(t *testing.T) {
	on(t, 120, 40, readPlace, traffic, func(_ *stage, p *uitest.Program) {
		p.Press("w")
		p.Sleep(time.Second)
		p.Type("own")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Press("ctrl+u")
		p.Type("yesterday")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("a time in UTC such as", "yesterday")
	})
}
