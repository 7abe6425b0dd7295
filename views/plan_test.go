package views

import (
	"context"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

// aPlan has something of everything that a plan can say.
func aPlan(change ...func(*awsops.Plan)) *awsops.Plan {
	p := &awsops.Plan{
		ID: "plan", Kind: "test.purge", Title: "Delete 2,500 versions below 2026/",
		Target: awsops.Target{Profile: "demo", Account: "111122223333", Caller: "arn:aws:iam::111122223333:root", Root: true,
			Bucket: "invoices-2026", Region: "eu-west-1", Owner: "111122223333"},
		Changes: []awsops.Change{{Field: "versions", Before: "2,500", After: "0"}, {Field: "tags", Before: "team=billing", Reset: true}},
		Effects: awsops.Effects{Versions: 2500, Markers: 3, Bytes: 1 << 30, Counted: "listed now", Requests: []awsops.RequestCount{{Class: "DELETE (free)", N: 3}}},
		Warnings: []awsops.Warning{{Level: awsops.Irreversible, Text: "Versions that are deleted can't be brought back by anybody."},
			{Level: awsops.Risk, Text: "Replicas in other buckets stay as they are."}, {Level: awsops.Note, Text: "Storage is billed until the job has ended."}},
		Undo: "It can't be undone.", Consent: awsops.Consent{Kind: awsops.ConsentType, Phrase: "invoices-2026"}, Codes: 3,
		Checks: []awsops.Check{{Name: "https", Text: "the endpoint speaks TLS"}, {Name: "owner", Result: awsops.CheckUnknown, Text: "it could not be proven"}},
		Steps: []awsops.Step{{Title: "delete 1,000 versions at a time", Command: `aws s3api delete-objects --bucket invoices-2026 --delete file://batch.json --mfa "SERIAL $MFA"`,
			Do: func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
				return awsops.Receipt{Done: 2500}, nil
			}}},
	}
	for _, f := range change {
		f(p)
	}
	return p
}

func propose(s *stage, p *uitest.Program, plan *awsops.Plan) {
	p.Send(ui.Raise(NewPlan(s.Env, plan))())
	p.Sleep(grace)
}

func TestThePlanDialogAtEverySize(t *testing.T) {
	goldens(t, "plan", plain, func(s *stage, p *uitest.Program) { propose(s, p, aPlan()) })
}

func TestThePlanDialogScrollsToItsEnd(t *testing.T) {
	goldens(t, "plan-end", plain, func(s *stage, p *uitest.Program) {
		propose(s, p, aPlan())
		p.Press("G")
	})
}

func TestADangerousPlanIsAppliedOnlyAfterTheNameWasTyped(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		propose(s, p, aPlan())
		p.Press("enter")
		p.Sees("Type invoices-2026 to go on", "can't be brought back")
		p.Type("invoices-202\n")
		p.Sees("not the same yet")
		if n := len(s.Session.Jobs()); n != 0 {
			t.Fatalf("%d jobs before the name was right", n)
		}
		p.Type("6\n")
		p.SeesNot("Plan:", "Type invoices-2026")
		jobs := s.Session.Jobs()
		if len(jobs) != 1 || jobs[0].State() != awsops.JobDone {
			t.Fatalf("jobs %v", jobs)
		}
	})
}

func TestAPlanWithSimpleConsentIsAppliedByEnterAndLeftByEsc(t *testing.T) {
	simple := func(p *awsops.Plan) { p.Consent = awsops.Consent{Kind: awsops.ConsentYes} }
	for key, want := range map[string]int{"enter": 1, "esc": 0} {
		on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
			propose(s, p, aPlan(simple))
			p.Press(key)
			p.SeesNot("Plan:")
			if n := len(s.Session.Jobs()); n != want {
				t.Errorf("%s: %d jobs, want %d", key, n, want)
			}
		})
	}
}

func TestAReadOnlySessionSeesAndCopiesAPlanButCanNotApplyIt(t *testing.T) {
	readOnly := func(t *testing.T) *stage { return newStage(t, func(o *awsops.Options) { o.ReadOnly = true }) }
	on(t, 80, 24, readOnly, func(s *stage, p *uitest.Program) {
		propose(s, p, aPlan())
		p.Press("enter")
		p.Sees("read-only")
		p.Press("c")
		p.Sees("Command lines")
		if got := p.Screen().Copied(); len(got) != 1 || !strings.Contains(got[0], `--mfa "SERIAL $MFA"`) {
			t.Errorf("copied %q", got)
		}
		if n := len(s.Session.Jobs()); n != 0 {
			t.Errorf("%d jobs", n)
		}
	})
}

func TestAFailedCheckKeepsAPlanFromBeingAppliedAndSaysWhatToDo(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		propose(s, p, aPlan(func(p *awsops.Plan) {
			p.Checks = append(p.Checks, awsops.Check{Name: "root user", Result: awsops.CheckFailed, Text: "the caller is alice", Do: "Use root's keys."})
		}))
		p.Press("enter")
		p.Sees("The caller is alice. Use root's keys.")
		if n := len(s.Session.Jobs()); n != 0 {
			t.Errorf("%d jobs", n)
		}
	})
}
