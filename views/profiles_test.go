package views

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/ui"
	"cooper/ui/uitest"
)

const awsFiles = `[default]
region = eu-west-1
[profile broken]
role_arn = arn:aws:iam::111122223333:role/x
source_profile = gone
[profile ceph]
endpoint_url = https://ceph.example:8443
credential_process = /usr/bin/vault read
[profile dev]
sso_session = corp
sso_account_id = 222233334444
sso_role_name = Developer
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
[profile ops]
role_arn = arn:aws:iam::444455556666:role/ops
source_profile = hop
[profile hop]
role_arn = arn:aws:iam::111122223333:role/hop
source_profile = keys
mfa_serial = arn:aws:iam::111122223333:mfa/alice
[profile keys]
aws_access_key_id = AKIAEXAMPLEEXAMPLE01
aws_secret_access_key = secret
[stray]
`

// choice is the ways to sign in of a test.
type choice struct {
	mu    sync.Mutex
	list  ProfileList
	set   profiles.Set
	open  func(name string) (*awsops.Session, error)
	used  []*awsops.Session
	asked []string
}

func newChoice() *choice {
	set := profiles.Read(profiles.File{Path: "~/.aws/config", Data: []byte(awsFiles)})
	c := &choice{set: set, list: ProfileList{Troubles: set.Troubles, Notice: "AWS_ACCESS_KEY_ID is set and ignored: the profile keys was chosen by name."}}
	for _, p := range set.Profiles {
		c.list.Entries = append(c.list.Entries, ProfileEntry{Profile: p, Region: p.Region, Endpoint: p.Endpoint, Dialect: "compatible",
			Present: p.Name == "keys", ReadOnly: p.Name == "ops"})
	}
	return c
}

func (c *choice) List() ProfileList { return c.list }

func (c *choice) Open(_ context.Context, name string) (*awsops.Session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, name)
	return c.open(name)
}

func (c *choice) OpenRole(_ context.Context, role profiles.SingleSignOn) (*awsops.Session, error) {
	return c.Open(context.Background(), role.Session+" "+role.Account+" "+role.Role)
}

func (c *choice) Forget(role profiles.SingleSignOn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, "forget "+role.Role)
	return nil
}

func (c *choice) Use(s *awsops.Session) { c.used = append(c.used, s) }

func profilesStage(c *choice, change ...func(*stage)) func(t *testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t)
		s.Profiles = c
		c.open = func(string) (*awsops.Session, error) { return s.Session, nil }
		for _, f := range change {
			f(s)
		}
		s.view = NewProfiles(s.Env, ui.Place{})
		return s
	}
}

func TestTheProfilesScreenAtEverySize(t *testing.T) {
	goldens(t, "profiles", profilesStage(newChoice()), nil)
}

func TestABrokenProfileSaysWhyAndCantBeChosen(t *testing.T) {
	c := newChoice()
	on(t, 120, 40, profilesStage(c), func(_ *stage, p *uitest.Program) {
		p.Press("g", "j", "enter")
		p.Sees("config:5: there is no profile \"gone\"")
		if len(c.asked) > 0 {
			t.Errorf("opened %v", c.asked)
		}
	})
}

func TestTheProfileInUseIsNotOpenedAgain(t *testing.T) {
	c := newChoice()
	on(t, 80, 24, profilesStage(c), func(_ *stage, p *uitest.Program) {
		p.Press("enter")
		p.Sees("This profile is in use")
		if len(c.asked) > 0 {
			t.Errorf("opened %v", c.asked)
		}
	})
}

func TestEnterPutsAnotherProfileInForce(t *testing.T) {
	c := newChoice()
	on(t, 80, 24, profilesStage(c), func(s *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Wait()
		p.Sees("Signed in as ops.")
		if len(c.used) != 1 || c.used[0] != s.Session || c.asked[0] != "ops" {
			t.Errorf("used %v, asked %v", c.used, c.asked)
		}
	})
}

func TestAProfileThatCantBeOpenedLeavesTheSessionInForce(t *testing.T) {
	c := newChoice()
	build := profilesStage(c, func(*stage) {
		c.open = func(string) (*awsops.Session, error) { return nil, errors.New("no region is set") }
	})
	on(t, 80, 24, build, func(_ *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Sees("no region is set")
		if len(c.used) > 0 {
			t.Error("it was put in force")
		}
	})
}

func TestDetailsTellTheRolesOnTheWayAndNoSecret(t *testing.T) {
	on(t, 80, 24, profilesStage(newChoice()), func(_ *stage, p *uitest.Program) {
		p.Press("G", "i")
		p.Sees("role 1: arn:aws:iam::111122223333:role/hop", "code from: arn:aws:iam::111122223333:mfa/alice",
			"role 2: arn:aws:iam::444455556666:role/ops", "access key of keys")
		p.SeesNot("secret")
	})
}

func TestAServerIsCheckedByReadingAlone(t *testing.T) {
	c := newChoice()
	build := profilesStage(c, func(s *stage) {
		s.wire.answer = func(r *http.Request, body string) (int, string, http.Header) {
			switch {
			case r.URL.Path == "/" && r.Method == http.MethodGet:
				return 200, "<ListAllMyBucketsResult><Buckets><Bucket><Name>first</Name></Bucket></Buckets></ListAllMyBucketsResult>", nil
			case r.URL.RawQuery == "versioning=":
				return 200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", nil
			}
			return asRoot(r, body)
		}
	})
	on(t, 120, 40, build, func(s *stage, p *uitest.Program) {
		p.Press("g", "j", "j", "c")
		p.Wait()
		p.Sees("Settings of first:", "GetBucketVersioning: has it", "GetBucketLogging: unsupported")
		for _, sent := range s.wire.sent {
			if !strings.HasPrefix(sent, "GET ") && !strings.HasPrefix(sent, "HEAD ") && !strings.HasPrefix(sent, "POST cooper.localhost:9000/?") {
				t.Errorf("sent %s", sent)
			}
		}
	})
}

// oidc answers a login by device code; the person decides through allowed.
func oidc(allowed *atomic.Bool) answer {
	return func(r *http.Request, body string) (int, string, http.Header) {
		exception := func(name string) (int, string, http.Header) {
			return 400, `{"error":"x","error_description":"x"}`, http.Header{"X-Amzn-Errortype": {name}, "Content-Type": {"application/json"}}
		}
		json := http.Header{"Content-Type": {"application/json"}}
		switch r.URL.Path {
		case "/client/register":
			return 200, `{"clientId":"client","clientSecret":"hushhush","clientSecretExpiresAt":4102444800}`, json
		case "/device_authorization":
			return 200, `{"deviceCode":"devicecode","userCode":"ABCD-EFGH","verificationUri":"https://device.sso.example/",
"verificationUriComplete":"https://device.sso.example/?user_code=ABCD-EFGH","expiresIn":600,"interval":1}`, json
		case "/token":
			if !allowed.Load() {
				return exception("AuthorizationPendingException")
			}
			return 200, `{"accessToken":"accesstoken","refreshToken":"refreshtoken","tokenType":"Bearer","expiresIn":28800}`, json
		}
		return asRoot(r, body)
	}
}

func TestTheLoginDialogAtEverySize(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	var no atomic.Bool
	goldens(t, "login", profilesStage(newChoice(), func(s *stage) { s.wire.answer = oidc(&no) }), func(_ *stage, p *uitest.Program) {
		p.Press("g", "j", "j", "j", "L")
		p.Wait()
	})
}

func TestALoginByDeviceCodeEndsWhenItIsAllowed(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	var allowed atomic.Bool
	build := profilesStage(newChoice(), func(s *stage) { s.wire.answer = oidc(&allowed) })
	on(t, 80, 24, build, func(_ *stage, p *uitest.Program) {
		p.Press("g", "j", "j", "j", "L")
		p.Sees("https://device.sso.example/?user_code=ABCD-EFGH", "ABCD-EFGH", "9:59 left")
		p.Sleep(5 * time.Second)
		p.Sees("9:55 left")
		p.SeesNot("hushhush", "devicecode")
		allowed.Store(true)
		p.Sleep(2 * time.Second)
		p.SeesNot("device.sso.example")
		p.Press("r", "i")
		p.Sees("login: until")
		p.SeesNot("accesstoken")
	})
}

// relogin asks for a login as the session does.
func relogin(s *stage, p *uitest.Program, profile string) chan error {
	login := &LoginProvider{}
	login.Bind(s.Env)
	got := make(chan error, 1)
	go func() {
		got <- login.Login(s.Context, awsops.Lapse{Profile: profile, Attempt: 1,
			Last: &awsops.Error{Op: "PutObject", Kind: awsops.KindExpired, Message: "the session is over"}})
	}()
	p.Wait()
	return got
}

func TestALapsedLoginOpensTheDialogByItself(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	var allowed atomic.Bool
	build := profilesStage(newChoice(), func(s *stage) { s.wire.answer = oidc(&allowed) })
	on(t, 80, 24, build, func(s *stage, p *uitest.Program) {
		got := relogin(s, p, "dev")
		p.Sees("Log in: dev", "ABCD-EFGH", "the session is over")
		allowed.Store(true)
		p.Sleep(2 * time.Second)
		if err := <-got; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatCooperCantRenewIsLeftToThePerson(t *testing.T) {
	on(t, 80, 24, profilesStage(newChoice()), func(s *stage, p *uitest.Program) {
		got := relogin(s, p, "ceph")
		p.Sees("Renew its login", "/usr/bin/vault read")
		p.Sleep(grace)
		p.Press("y")
		if err := <-got; err != nil {
			t.Error(err)
		}
		got = relogin(s, p, "keys")
		p.Sees("no longer accepted")
		p.Sleep(grace)
		p.Press("n")
		if err := <-got; !errors.Is(err, ui.ErrDismissed) {
			t.Errorf("error %v", err)
		}
	})
}

func TestAJobWhoseLoginIsPutOffIsPausedAndAsksAgain(t *testing.T) {
	on(t, 80, 24, profilesStage(newChoice()), func(s *stage, p *uitest.Program) {
		login := &LoginProvider{}
		login.Bind(s.Env)
		job := s.Session.Go(s.Context, "test", "download", awsops.Target{}, func(ctx context.Context) error {
			return login.Login(ctx, awsops.Lapse{Profile: "keys", Attempt: 1})
		})
		p.Wait()
		p.Sleep(grace)
		p.Press("n")
		p.Wait()
		if job.State() != awsops.JobPaused {
			t.Errorf("the job is %v", job.State())
		}
		job.Resume()
		p.Wait()
		p.Sees("no longer accepted")
		p.Sleep(grace)
		p.Press("y")
		if err := job.Wait(s.Context); err != nil {
			t.Error(err)
		}
	})
}

func TestNoProfileAtAllIsSaid(t *testing.T) {
	goldens(t, "profiles-none", profilesStage(&choice{}), nil)
}
