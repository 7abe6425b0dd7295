package logs

import (
	"strings"
	"testing"
	"time"

	"cooper/ui/uitest"
)

func TestWhereTheLogsGoAtEverySize(t *testing.T) { goldens(t, "tab", tabPlace, traffic, nil) }

func TestThePicturesOfTheTabLookDifferent(t *testing.T) {
	for name, set := range map[string]func(*wire){
		"off": func(w *wire) { w.logging = loggingOff }, "denied": func(w *wire) { w.logging = "403 AccessDenied" }, "failed": func(w *wire) { w.logging = "500 InternalError" },
		"unsupported": func(w *wire) { w.logging = "501 NotImplemented" }, "no-policy": func(w *wire) { w.policy = "404 NoSuchBucketPolicy" }, "hidden-policy": func(w *wire) { w.policy = "403 AccessDenied" },
		"ring": func(w *wire) { w.logging = strings.Replace(loggingOn, "logs", "ring", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			on(t, 80, 24, tabPlace, set, func(_ *stage, p *uitest.Program) {
				p.Sleep(time.Minute)
				uitest.Golden(t, "tab-"+name+"-80x24", p.Text())
			})
		})
	}
}

func TestATargetIsChosenAmongBucketsWithTheReasonsAgainstTheOthers(t *testing.T) {
	off := func(w *wire) { w.logging, w.policy = loggingOff, "404 NoSuchBucketPolicy" }
	goldens(t, "targets", tabPlace, off, func(_ *stage, p *uitest.Program) {
		p.Press("e")
		p.Sleep(2 * time.Second)
	})
	on(t, 120, 50, tabPlace, off, func(s *stage, p *uitest.Program) {
		p.Press("e")
		p.Sleep(2 * time.Second)
		p.Press("enter")
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sleep(3 * time.Second)
		p.Sees("Plan: Send the access logs of scratch to logs", "scratch/", "partitioned by the day of the requests", "logging.s3.amazonaws.com")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		if len(s.wire.sent()) != 2 || !strings.HasPrefix(s.wire.sent()[0], "/logs?policy") || !strings.Contains(s.wire.sent()[1], "EventTime") {
			t.Errorf("%q", s.wire.sent())
		}
	})
}

func TestWhatWasTypedStaysWhenThePlanRefuses(t *testing.T) {
	on(t, 120, 40, tabPlace, func(w *wire) { w.logging = loggingOff }, func(_ *stage, p *uitest.Program) {
		p.Press("e")
		p.Sleep(2 * time.Second)
		p.Press("enter")
		p.Sleep(time.Second)
		p.Press("ctrl+u")
		p.Type("nobodys")
		p.Press("tab", "ctrl+u")
		p.Type("mine/")
		p.Press("enter")
		p.Sleep(3 * time.Second)
		p.Sees("isn't a bucket of this account")
		p.Press("e")
		p.Sleep(2 * time.Second)
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("mine/")
	})
}

func TestLogsAreTurnedOffByAPlan(t *testing.T) {
	on(t, 120, 40, tabPlace, traffic, func(s *stage, p *uitest.Program) {
		p.Press("X")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Keep no more access logs of scratch", "no longer written down")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		if len(s.wire.sent()) != 1 || strings.Contains(s.wire.sent()[0], "LoggingEnabled") {
			t.Errorf("%q", s.wire.sent())
		}
	})
}
