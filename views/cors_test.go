package views

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
)

// brokenCORS are rules with the usual mistakes, and a foreign name.
const brokenCORS = `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
	`<CORSRule><ID>app</ID><AllowedOrigin>https://app.example.com/</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>content-type</AllowedHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>` +
	`<CORSRule><ID>every&#x202e;one</ID><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>`

const noCORS = "404 NoSuchCORSConfiguration"

// corsStage is the tab on a server that has the document, answers preflights as S3 does to a rule with a star, and keeps
// what is put.
func corsStage(doc string) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t)
		now := doc
		s.wire.answer = func(r *http.Request, body string) (int, string, http.Header) {
			_, cors := r.URL.Query()["cors"]
			switch {
			case cors && r.Method == http.MethodPut:
				now = body
				return 200, "", nil
			case cors && r.Method == http.MethodDelete:
				now = noCORS
				return 204, "", nil
			case cors:
				return reply(now)
			case r.Method == http.MethodOptions:
				return 200, "", http.Header{"Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Methods": {"GET"}}
			case strings.HasSuffix(r.URL.Path, "index.html"):
				return 206, "x", http.Header{"Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Methods": {"HEAD, GET"}}
			}
			return s3Answer(nil)(r, body)
		}
		s.view = NewCORS(s.Env, ui.Place{Screen: "cors", Bucket: "scratch"})
		return s
	}
}

func TestTheCORSRulesAtEverySize(t *testing.T) {
	goldens(t, "cors", corsStage(brokenCORS), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestTheCORSPicturesLookDifferent(t *testing.T) {
	for name, doc := range map[string]string{"empty": noCORS, "denied": "403 AccessDenied", "failed": "500 InternalError", "unsupported": "501 NotImplemented",
		"unknown": `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><Novelty/></CORSRule></CORSConfiguration>`} {
		t.Run(name, func(t *testing.T) {
			on(t, 80, 24, corsStage(doc), func(_ *stage, p *uitest.Program) {
				p.Sleep(time.Minute)
				uitest.Golden(t, "cors-"+name+"-80x24", p.Text())
				p.Press("S")
				p.SeesNot("Plan:")
			})
		})
	}
}

func TestARequestIsSimulatedWithTheReasons(t *testing.T) {
	goldens(t, "cors-tried", corsStage(brokenCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("t", "tab", "right", "enter") // PUT
		p.Sleep(time.Second)
	})
}

func TestTheServerIsAskedAndADifferenceIsSaid(t *testing.T) {
	on(t, 120, 60, corsStage(brokenCORS), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("t", "enter")
		p.Sleep(time.Second)
		p.Press("a")
		p.Sleep(2 * time.Second)
		p.Sees("The server to OPTIONS: 200", "Access-Control-Allow-Methods: the server answers GET, the simulator says GET, HEAD", "The server to GET: 206", "This is what the simulator says")
		var sent []string
		for _, r := range s.wire.sent {
			if strings.Contains(r, "index.html") {
				sent = append(sent, strings.Fields(r)[0])
			}
		}
		if strings.Join(sent, " ") != "OPTIONS GET" {
			t.Errorf("sent %q", s.wire.sent)
		}
		p.Press("c")
		p.Sleep(time.Second)
		p.Sees("curl -sS -i -X OPTIONS", "Origin: https://app.example.com", "/scratch/index.html")
	})
}

func TestAPUTIsNeverSentToTry(t *testing.T) {
	on(t, 120, 60, corsStage(brokenCORS), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("t", "tab", "right", "enter")
		p.Sleep(time.Second)
		p.Press("a")
		p.Sleep(2 * time.Second)
		p.Sees("No PUT was sent")
		for _, r := range s.wire.sent {
			if strings.HasPrefix(r, "PUT") {
				t.Errorf("sent %s", r)
			}
		}
	})
}

func TestARuleIsMendedSavedAndPutBack(t *testing.T) {
	on(t, 120, 40, corsStage(brokenCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("no slash")
		p.Press("e", "backspace", "enter")
		p.Sleep(time.Second)
		p.Sees("not saved", "2 rules on the server")
		p.SeesNot("no slash at the end")
		p.Press("r")
		p.Sees("S saves them")
		p.Press("S")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Change the CORS rules of scratch", "https://app.example.com/ → https://app.example.com", "put-bucket-cors")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		p.SeesNot("not saved", "no slash at the end")
		p.Press("z")
		p.Sleep(2 * time.Second)
		p.Sees("https://app.example.com → https://app.example.com/")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		p.Sees("no slash at the end")
	})
}

func TestRulesAreAddedMovedTakenOutAndDropped(t *testing.T) {
	on(t, 120, 50, corsStage(brokenCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n")
		p.Type("presigned")
		p.Press("enter", "enter")
		p.Sleep(time.Second)
		p.Sees("browser-upload", "3 rules, 2 rules on the server")
		p.Press("<")
		p.Press("<")
		p.Press("<")
		p.Sees("There is no rule to change places with")
		if text := p.Text(); strings.Index(text, "browser-upload") > strings.Index(text, "(app)") {
			t.Errorf("it was not moved:\n%s", text)
		}
		p.Press("d")
		p.SeesNot("browser-upload")
		p.Press("d", "d")
		p.Sees("All rules are taken out")
		p.Press("U")
		p.Sees("(app)")
		p.SeesNot("not saved")
	})
}

func TestAPresetIsTheFirstRuleOfABucket(t *testing.T) {
	on(t, 120, 40, corsStage(noCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n", "enter", "enter")
		p.Sleep(time.Second)
		p.Press("S")
		p.Sleep(2 * time.Second)
		p.Sees("(none) → GET, HEAD from *", "delete-bucket-cors")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		p.Sees("public-read")
		p.Press("X")
		p.Sleep(2 * time.Second)
		p.Sees("Remove all CORS rules of scratch", "Every preflight is refused then")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		p.Sees("No CORS rules")
	})
}

func TestRulesArePastedAsAnyOfTheirNotations(t *testing.T) {
	on(t, 120, 40, corsStage(noCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("i")
		for range 3 {
			p.Press("ctrl+k", "delete")
		}
		p.Paste(`[{"AllowedOrigins":["*"],"AllowedMethods":["get"]}]`)
		p.Sees("CORSRules[0].AllowedMethods[0]: get must be written in capitals")
		p.Press("ctrl+o")
		p.Sees("must be written in capitals")
		p.Press("home", "ctrl+k")
		p.Paste(`{"CORSRules": [{"AllowedMethods" ["GET"]}]}`)
		p.Sees("line 1, column 34")
		p.Press("home", "ctrl+k")
		p.Paste(brokenCORS)
		p.Press("ctrl+o")
		p.Sleep(time.Second)
		p.Sees("not saved", "(app)", "https://app.example.com/")
		p.Press("x")
		p.Sees("<AllowedOrigin>https://app.example.com/</AllowedOrigin>")
	})
}

func TestAWrongFieldKeepsTheFormOpen(t *testing.T) {
	on(t, 100, 40, corsStage(brokenCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("e")
		p.Type(" https://*.*.example.com")
		p.Press("enter")
		p.Sees("has more than one star")
		for range 6 {
			p.Press("tab")
		}
		p.Type(", x-*-*")
		p.Press("enter")
		p.Sees("x-*-* has more than one star")
		p.Press("esc")
		p.SeesNot("not saved")
	})
}

func TestUnsavedRulesAreNotLeftWithoutAsking(t *testing.T) {
	on(t, 100, 30, corsStage(brokenCORS), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("d")
		if got := s.view.(ui.Dirtier).Dirty(); !strings.Contains(got, "not saved") {
			t.Errorf("%q", got)
		}
		p.Press("t", "enter")
		p.Sees("By the rules on the screen")
	})
}
