package presign

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/record"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
)

// wire answers requests in place of a network.
type wire struct {
	mu     sync.Mutex
	policy string // document, or a code of S3's
	object int    // status of the object's GET and HEAD
	sent   []string
}

const rootCaller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn>
<UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.sent = append(w.sent, r.Method+" "+r.URL.Path)
	w.mu.Unlock()
	status, text := w.answer(r)
	header := http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}
	if status == http.StatusPartialContent {
		header.Set("Content-Range", "bytes 0-0/67")
	}
	return &http.Response{StatusCode: status, Header: header, Request: r, ContentLength: int64(len(text)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func (w *wire) answer(r *http.Request) (int, string) {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost:
		return 200, rootCaller
	case q.Has("policy") && strings.HasPrefix(w.policy, "{"):
		return 200, w.policy
	case q.Has("policy"):
		status := map[string]int{"NoSuchBucketPolicy": 404, "AccessDenied": 403}[w.policy]
		return status, "<Error><Code>" + w.policy + "</Code><Message>no</Message></Error>"
	case q.Has("publicAccessBlock"):
		return 404, "<Error><Code>NoSuchPublicAccessBlockConfiguration</Code></Error>"
	case q.Has("X-Amz-Signature") && w.object != 206:
		return w.object, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
	case q.Has("X-Amz-Signature") && r.Method == http.MethodGet:
		return w.object, "x"
	case r.Method == http.MethodHead:
		return 200, ""
	}
	return 501, "<Error><Code>NotImplemented</Code></Error>"
}

// desk is a screen whose p makes a URL for its place.
type desk struct {
	env   *views.Env
	life  *ui.Life
	shelf *Shelf
	place ui.Place
}

func (d *desk) Init() tea.Cmd          { return nil }
func (d *desk) Update(tea.Msg) tea.Cmd { return nil }
func (d *desk) Render(int, int) string { return "" }
func (d *desk) Title() string          { return "desk" }
func (d *desk) Actions() []ui.Action {
	return []ui.Action{{ID: "presign.make", Keys: []string{"p"}, Help: "presigned URL", Run: func() tea.Cmd { return d.shelf.Ask(d.env, d.life, d.place) }}}
}

// stage is a desk on a whole shell.
type stage struct {
	*desk
	wire    *wire
	journal *journal.Journal
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func newStage(t *testing.T, place ui.Place, change ...func(*awsops.Options)) *stage {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s := &stage{wire: &wire{policy: "NoSuchBucketPolicy", object: 206}, journal: journal.Memory()}
	opt := awsops.Options{Region: "eu-west-1", Isolated: true, Transport: s.wire, Journal: record.To(s.journal), Rand: zeroes{},
		Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}}
	for _, f := range change {
		f(&opt)
	}
	session, err := awsops.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	env := &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Home: t.TempDir(), Environ: func(string) string { return "" }}
	s.desk = &desk{env: env, life: env.Life(), shelf: &Shelf{}, place: place}
	env.Presigner = s.shelf
	return s
}

func on(t *testing.T, w, h int, place ui.Place, script func(*stage, *uitest.Program), change ...func(*awsops.Options)) {
	t.Helper()
	var s *stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		s = newStage(t, place, change...)
		return ui.New(ui.Options{Name: "cooper", Theme: s.env.Theme, KeepDark: true, Home: ui.Place{Screen: "home"}, Explain: views.Explain,
			Screens: map[string]func(ui.Place) ui.View{"home": func(ui.Place) ui.View { return s.desk },
				"presigned": func(p ui.Place) ui.View { return s.shelf.Screen(s.env, p) }},
			Roots:    []ui.Root{{Name: "presigned", Title: "what was made", Place: ui.Place{Screen: "presigned"}}},
			Identity: func() ui.Identity { return ui.Identity{Profile: "demo", Region: "eu-west-1", Scheme: "https"} }})
	}, func(_ *testing.T, p *uitest.Program) { script(s, p) })
}

var sizes = []struct{ w, h int }{{80, 24}, {120, 40}, {40, 10}}

// goldens draws the screen after script at every size, and sees to it that no secret is on it.
func goldens(t *testing.T, name string, place ui.Place, script func(*stage, *uitest.Program)) {
	t.Helper()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			on(t, size.w, size.h, place, func(s *stage, p *uitest.Program) {
				script(s, p)
				text := p.Text()
				for _, secret := range []string{"X-Amz-", "x-amz-signature", "AKIAEXAMPLE"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s is on the screen:\n%s", secret, text)
					}
				}
				uitest.Golden(t, fmt.Sprintf("%s-%dx%d", name, size.w, size.h), text)
			})
		})
	}
}

var (
	object = ui.Place{Bucket: "scratch", Key: "in/report.pdf"}
	prefix = ui.Place{Bucket: "scratch", Prefix: "in/"}
)

// pages opens the form and goes through it as it stands.
func made(_ *stage, p *uitest.Program) {
	p.Press("p", "enter")
	p.Sleep(2 * time.Second)
}

func TestTheFormForAnObjectAtEverySize(t *testing.T) {
	goldens(t, "form-object", object, func(_ *stage, p *uitest.Program) { p.Press("p") })
}

func TestTheFormWithAllOptionsOfAnUploadAtEverySize(t *testing.T) {
	goldens(t, "form-upload", object, func(_ *stage, p *uitest.Program) {
		p.Press("p", "space", "space", "up", "space") // PUT; the field above the first is the last one: all options
	})
}

func TestAMadeURLAtEverySize(t *testing.T) { goldens(t, "made", object, made) }

func TestATestedURLAtEverySize(t *testing.T) {
	goldens(t, "tested", object, func(s *stage, p *uitest.Program) {
		made(s, p)
		p.Press("t")
		p.Sleep(time.Second)
	})
}

func TestAURLThatDiesByPolicyAtEverySize(t *testing.T) {
	goldens(t, "policy", object, func(s *stage, p *uitest.Program) {
		s.wire.policy = `{"Version":"2012-10-17","Statement":[{"Sid":"Young","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::scratch/*","Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}]}`
		made(s, p)
	})
}

func TestAnUploadFormAtEverySize(t *testing.T) { goldens(t, "upload", prefix, made) }

func TestTheListOfWhatWasMadeAtEverySize(t *testing.T) {
	goldens(t, "list", object, func(s *stage, p *uitest.Program) {
		made(s, p)
		p.Press("esc")
		s.place = prefix
		made(s, p)
		p.Press("esc", ":")
		p.Type("presigned")
		p.Press("enter")
		p.Sleep(30 * time.Minute)
	})
}

func TestAnEmptyListSaysHowToMakeOne(t *testing.T) {
	goldens(t, "list-empty", object, func(_ *stage, p *uitest.Program) {
		p.Press(":")
		p.Type("presigned")
		p.Press("enter")
	})
}

func TestACountdownRunsToItsEndAndTheKeysEndWithIt(t *testing.T) {
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		p.Press("p", "down", "space", "space", "space", "down")
		p.Type("90s")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("in 88 s")
		p.Sleep(30 * time.Second)
		p.Sees("in 58 s")
		p.Sleep(2 * time.Minute)
		p.Sees("it is dead")
		p.SeesNot("lets it pass", "can use it until it dies")
		p.Press("y")
		p.Sees("It has died")
		p.Press("esc", ":")
		p.Type("presigned")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("dead", "Presigned GET")
	})
}

func TestTheURLIsShownWhereAPersonAsksAndTheJournalNeverHasIt(t *testing.T) {
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		made(s, p)
		p.Press("y")
		p.Sees("X-Amz-Signature=", "Whoever has it")
		p.Press("esc", "c")
		p.Sees("curl -sS --fail-with-body -o FILE")
		p.Press("esc", "a")
		p.Sees("aws s3 presign s3://scratch/in/report.pdf --expires-in 3600")
		all, err := s.journal.Entries(journal.Query{})
		if err != nil || len(all) != 1 || all[0].Kind != "presign.make" || all[0].Result == nil || all[0].Result.Outcome != journal.Done {
			t.Fatalf("%+v %v", all, err)
		}
		text := fmt.Sprintf("%+v %s", all[0], all[0].Params)
		if strings.Contains(text, "X-Amz") || strings.Contains(text, "AKIAEXAMPLE") || !strings.Contains(all[0].Title, "Presigned GET for s3://scratch/in/report.pdf, until ") ||
			!strings.Contains(all[0].Caller, ":root") || !strings.Contains(text, `"signer_key_tail":"LE01"`) {
			t.Error(text)
		}
	})
}

func TestAURLIsSavedToANewFileOfOnesOwn(t *testing.T) {
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		made(s, p)
		there := filepath.Join(s.env.Home, "there.txt")
		if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Press("w", "ctrl+u")
		p.Type(there)
		p.Press("enter")
		p.Sees("There is a file of this name already", "there.txt")
		p.Press("ctrl+u")
		p.Type("~/url.txt")
		p.Press("enter")
		p.Sees("readable for you only")
		path := filepath.Join(s.env.Home, "url.txt")
		text, err := os.ReadFile(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(text), "X-Amz-Signature=") || !strings.HasSuffix(string(text), "\n") {
			t.Errorf("%q %v %v", text, info, err)
		}
		if old, err := os.ReadFile(there); err != nil || string(old) != "mine" {
			t.Errorf("%q %v", old, err)
		}
	})
}

func TestATestThatIsRefusedSaysWhatTheServerSaid(t *testing.T) {
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		s.wire.object = 403
		made(s, p)
		p.Press("t")
		p.Sleep(time.Second)
		p.Sees("GET of the first byte answered 403 AccessDenied (Request has expired)", "It is refused")
	})
}

func TestAPolicyThatMayNotBeReadIsNotTakenForNone(t *testing.T) {
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		s.wire.policy = "AccessDenied"
		made(s, p)
		p.Sees("Whether the bucket lets it pass isn't known", "could not be read")
	})
}

func TestWhatCannotBeSignedKeepsWhatWasTyped(t *testing.T) {
	on(t, 120, 40, object, func(_ *stage, p *uitest.Program) {
		p.Press("p", "down", "space", "space", "space", "down")
		p.Type("3600")
		p.Press("enter")
		p.Sees("3600 of what?", "other")
	})
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		s.env.Session = s.closedJournal(t)
		p.Press("p", "down", "space", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("the journal can't be written, so nothing was made", "12 hours")
	})
}

// closedJournal is the stage's session with a journal that nothing can be written to.
func (s *stage) closedJournal(t *testing.T) *awsops.Session {
	t.Helper()
	_ = s.journal.Close()
	return s.env.Session
}

func TestAReadOnlySessionMakesNoURLThatChangesSomething(t *testing.T) {
	on(t, 120, 40, prefix, func(_ *stage, p *uitest.Program) {
		p.Press("p", "enter")
		p.Sees("this session is read-only, and whoever holds such a URL could change something")
	}, func(o *awsops.Options) { o.ReadOnly = true })
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		made(s, p)
		p.Sees("Presigned GET")
	}, func(o *awsops.Options) { o.ReadOnly = true })
}

func TestAURLThatDeletesAVersionIsAskedForTwice(t *testing.T) {
	on(t, 120, 40, ui.Place{Bucket: "scratch", Key: "k", Version: "v1"}, func(s *stage, p *uitest.Program) {
		p.Press("p", "space", "space", "enter")
		p.Sees("A URL that deletes a version for good?")
		p.Press("esc")
		if len(s.shelf.made) != 0 {
			t.Error("it was made all the same")
		}
		p.Press("p", "space", "space", "enter", "y")
		p.Sleep(2 * time.Second)
		p.Sees("Presigned DELETE", "version v1")
	})
}

func TestForgettingIsNoRevoking(t *testing.T) {
	on(t, 120, 40, object, func(s *stage, p *uitest.Program) {
		made(s, p)
		p.Press("esc", ":")
		p.Type("presigned")
		p.Press("enter", "enter")
		p.Sleep(time.Second)
		p.Sees("The bucket lets it pass now")
		p.Press("esc", "d")
		p.Sees("That does not revoke it")
		p.Press("y")
		p.Sees("No URL was presigned")
	})
}
