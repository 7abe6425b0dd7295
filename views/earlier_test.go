package views

import (
	"testing"
	"time"

	"cooper/awsops/journal"
	"cooper/ui"
	"cooper/ui/uitest"
)

// earlierRun writes into the stage's journal what a run before this one replaced.
func earlierRun(t *testing.T, s *stage, id, what, text string, until time.Time) {
	t.Helper()
	err := s.Journal.Start(journal.Entry{ID: id, Time: until, Kind: what + ".put", Title: "Change it by " + id, Caller: "arn:aws:iam::111122223333:user/anna\u202e",
		Endpoint: s.Session.Endpoint(), Bucket: "scratch", Replaces: []journal.Document{{What: what, Bucket: "scratch", Text: journal.Text(text)}}})
	if err == nil {
		err = s.Journal.End(id, journal.Result{Outcome: journal.Done})
	}
	if err != nil {
		t.Fatal(err)
	}
}

const earlierPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"Was","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::scratch","arn:aws:s3:::scratch/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`

var earlierDay = time.Date(1999, 12, 30, 8, 0, 0, 0, time.UTC) // the bubble's time begins with 2000

func withEarlier(made func(*testing.T) *stage, what string, texts ...string) func(*testing.T) *stage {
	return func(t *testing.T) *stage { return kept(t, made(t), what, texts) }
}

func kept(t *testing.T, s *stage, what string, texts []string) *stage {
	t.Helper()
	for i, text := range texts {
		earlierRun(t, s, "run"+string(rune('1'+i)), what, text, earlierDay.Add(time.Duration(i)*time.Hour))
	}
	return s
}

func TestThePolicyFromBeforeARestartIsOneKeyAway(t *testing.T) {
	// The last change failed: what it would have replaced is there still, and is nothing to go back to.
	on(t, 110, 40, withEarlier(policyStage(demoPolicy, nil), "policy", earlierPolicy, demoPolicy+"\n"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("before", "1 statement, 214 bytes, until 1999-12-30 08:00:00Z: z puts it back")
		p.Press("z")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Put back the policy from before 1999-12-30 08:00:00Z: scratch", `+      "Sid": "Was"`)
	})
}

func TestEveryEarlierPolicyCanBeChosen(t *testing.T) {
	on(t, 110, 40, withEarlier(policyStage(demoPolicy, nil), "policy", "", earlierPolicy), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("Z")
		p.Sees("Put back the policy of scratch from before", "1999-12-30 09:00:00Z 1 statement, 214 bytes", "1999-12-30 08:00:00Z no policy", `user/anna\u{202e}: Change it by run2`)
		p.Press("down", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Put back the policy from before 1999-12-30 08:00:00Z: scratch had none", "2 statements, 442 of 20480 bytes → nothing")
	})
}

func TestADeletedPolicyComesBack(t *testing.T) {
	on(t, 110, 40, withEarlier(policyStage("404 NoSuchBucketPolicy", nil), "policy", earlierPolicy), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("There is none", "z puts it back")
		p.Press("z")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Put back the policy", "nothing → 1 statement")
	})
}

func TestWithoutAnEarlierDocumentTheKeySaysWhy(t *testing.T) {
	on(t, 110, 40, withEarlier(policyStage(demoPolicy, nil), "cors", "{}"), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.SeesNot("puts it back")
		p.Press("z")
		p.Sees("o other one from before is known")
		if err := s.Journal.Close(); err != nil {
			t.Fatal(err)
		}
		p.Press("r")
		p.Sleep(time.Second)
		p.Press("Z")
		p.Sees("he journal can't be read")
	})
}

func TestTheRulesFromBeforeARestartAreOneKeyAway(t *testing.T) {
	const was = `{"CORSRules":[{"AllowedMethods":["GET"],"AllowedOrigins":["https://old.example.com"]}]}`
	on(t, 110, 40, withEarlier(corsStage(brokenCORS), "cors", "", was, "not JSON"), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("Z")
		p.Sees("Put back the CORS rules of scratch from before", "1999-12-30 09:00:00Z 1 rule", "1999-12-30 08:00:00Z no rules")
		p.SeesNot("10:00:00Z")
		p.Press("esc", "z")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Put back the CORS rules from before 1999-12-30 09:00:00Z: scratch", "https://old.example.com")
	})
}

func TestEarlierPoliciesAtEverySize(t *testing.T) {
	goldens(t, "policy-earlier", withEarlier(policyStage(demoPolicy, nil), "policy", "", earlierPolicy), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("Z")
	})
}

func TestTheLogSaysWhatAChangeKept(t *testing.T) {
	on(t, 110, 40, func(t *testing.T) *stage {
		s := kept(t, newStage(t), "policy", []string{"", earlierPolicy})
		s.view = NewLog(s.Env, ui.Place{})
		return s
	}, func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sees("the policy of scratch from before, 214 B: z and Z on its tab put it back")
		p.Press("esc", "down", "enter")
		p.Sees("scratch had no policy")
	})
}
