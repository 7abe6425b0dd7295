package views

import (
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
)

const demoPolicy = `{"Version":"2012-10-17","Id":"theirs","Statement":[` +
	`{"Sid":"PartnerRead","Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::scratch","arn:aws:s3:::scratch/out/*"]},` +
	`{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::scratch/*","Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Bool":{"aws:SecureTransprt":"true"}}}]}`

func policyStage(text string, environ map[string]string) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t)
		s.wire.answer = s3Answer(map[string]string{"/scratch?policy": text, "PUT /scratch?policy": "204 x"})
		s.Environ = func(k string) string { return environ[k] }
		s.view = NewPolicy(s.Env, ui.Place{Screen: "policy", Bucket: "scratch"})
		return s
	}
}

func TestThePolicyAtEverySize(t *testing.T) {
	goldens(t, "policy", policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestThePolicyAsJSONAtEverySize(t *testing.T) {
	goldens(t, "policy-json", policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second); p.Press("v") })
}

func TestThePlanOfAReadyStatementShowsTheDifference(t *testing.T) {
	goldens(t, "policy-plan", policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n", "enter")
		p.Sleep(2 * time.Second)
	})
}

func TestAPolicyThatIsAbsentDeniedOrBrokenIsThreePictures(t *testing.T) {
	for answer, want := range map[string]string{"404 NoSuchBucketPolicy": "There is none", "403 AccessDenied": "denied:",
		"500 InternalError": "failed:", `{"Version":"2012-10-17"`: "the text ends too early"} {
		on(t, 120, 40, policyStage(answer, nil), func(_ *stage, p *uitest.Program) {
			p.Sleep(2 * time.Minute)
			p.Sees(want)
		})
	}
}

func TestADeniedPolicyCannotBeChangedAndSaysWhy(t *testing.T) {
	on(t, 120, 40, policyStage("403 AccessDenied", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Minute)
		p.Press("n")
		p.Sees("the change replaces it as a whole")
	})
}

func TestARequestIsTriedBeforeAnybodyMakesIt(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("t")
		p.Sees("Try a request", "s3:GetObject")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("REFUSED", "No statement allows it")
	})
}

func TestATriedRequestNamesTheFactThatIsMissing(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("t", "space", "tab", "ctrl+u")
		p.Type("s3:PutObject")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("NOT KNOWN", "aws:SecureTransprt")
	})
}

func TestAForeignStatementIsRemovedAloneByItsRow(t *testing.T) {
	on(t, 120, 60, policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		onLine(t, p, "Allow: Account")
		p.Press("d")
		p.Sleep(2 * time.Second)
		p.Sees("Remove a statement", `-      "Sid": "PartnerRead"`, "put-bucket-policy")
	})
}

func TestAReadyStatementWithAQuestionRefusesAWrongAnswer(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n")
		p.Type("VPC endpoint")
		p.Press("enter")
		p.Type("vpce-*")
		p.Sees("begins with vpce-")
	})
}

func TestTheEditorIsTheOneThatThePersonNamed(t *testing.T) {
	for _, c := range []struct {
		environ map[string]string
		want    string
	}{{map[string]string{"VISUAL": "code -w", "EDITOR": "nano"}, `code -w "$1"`}, {map[string]string{"EDITOR": "nano"}, `nano "$1"`}, {nil, `vi "$1"`}} {
		if got := EditorCommand(func(k string) string { return c.environ[k] }, "/p q"); got.Args[2] != c.want || got.Args[4] != "/p q" {
			t.Errorf("%q, want %q", got.Args, c.want)
		}
	}
}

const (
	loggingOn  = `<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs-here</TargetBucket><TargetPrefix>scratch/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`
	loggingOff = `<BucketLoggingStatus/>`
)

func loggingStage(logging string) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := policyStage(demoPolicy, nil)(t)
		s.wire.answer = s3Answer(map[string]string{"/scratch?policy": demoPolicy, "/scratch?logging": logging})
		return s
	}
}

func TestTheAccessLogsCanBeAskedWhoUsesHTTPBeforeTheSwitchToTLSOnly(t *testing.T) {
	planned := func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n", "enter")
		p.Sleep(2 * time.Second)
	}
	goldens(t, "policy-plan-plain", loggingStage(loggingOn), planned)
	on(t, 120, 40, loggingStage(loggingOn), func(s *stage, p *uitest.Program) {
		planned(s, p)
		p.Sees("The access logs in logs-here tell who that is", "who still uses http?")
		p.Press("t")
		p.Sleep(grace)
		p.SeesNot("Plan:")
		if len(s.Session.Jobs()) != 0 {
			t.Error("asking applied the plan")
		}
	})
}

func TestWithoutAccessLogsThePlanOfTLSOnlySaysThatNobodyKnowsWhoUsesHTTP(t *testing.T) {
	for logging, want := range map[string]string{loggingOff: "The bucket keeps no access logs.", "403 AccessDenied": "can't be told (denied"} {
		on(t, 120, 40, loggingStage(logging), func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			p.Press("n", "enter")
			p.Sleep(2 * time.Second)
			p.Sees(want, "Nobody knows who still uses http")
			p.SeesNot("who still uses http?")
		})
	}
}
