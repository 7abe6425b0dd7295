package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/sso"
	"cooper/sandbox"
)

const startURL = "https://corp.awsapps.com/start"

// signOn adds profiles of IAM Identity Center: dev with an sso-session, old with the start URL in the profile.
func (b *bastion) signOn() {
	b.profile("sso-session corp", "sso_start_url = "+startURL, "sso_region = eu-west-1", "sso_registration_scopes = sso:account:access")
	b.profile("profile dev", "sso_session = corp", "sso_account_id = "+sandbox.DefaultAccount, "sso_role_name = "+sandbox.SourceRole)
	b.profile("profile old", "sso_start_url = "+startURL, "sso_region = eu-west-1", "sso_account_id = "+sandbox.DefaultAccount,
		"sso_role_name = "+sandbox.SourceRole)
}

var corp = sso.Target{Key: "corp", Refresh: true, StartURL: startURL, Region: "eu-west-1"}

// hurried is a clock on which nobody waits.
type hurried struct {
	awsops.Clock
	waited []time.Duration
}

func (h *hurried) Until(ctx context.Context, t time.Time) error {
	h.waited = append(h.waited, t.Sub(h.Now()))
	return context.Cause(ctx)
}

func (b *bastion) begin(s *awsops.Session, t sso.Target) (*sso.Login, *hurried, string) {
	b.t.Helper()
	file, err := sso.File(t.Key)
	if err != nil {
		b.t.Fatal(err)
	}
	clock := &hurried{Clock: b.clock}
	l, err := sso.Begin(b.t.Context(), s.OIDC(t.Region), clock, t, file)
	if err != nil {
		b.t.Fatal(err)
	}
	return l, clock, file
}

func TestALoginByDeviceCodeIsFiledAsTheAWSCLIDoes(t *testing.T) {
	b := onBastion(t)
	b.signOn()
	s := b.open("dev")
	if e := listBuckets(t, s); e == nil || e.Kind != awsops.KindExpired {
		t.Fatalf("before the login: %v", e)
	}
	l, clock, file := b.begin(s, corp)
	if p := l.Prompt(); p.UserCode == "" || !strings.HasSuffix(p.URL, p.UserCode) || !p.Expires.After(b.clock.Now()) {
		t.Errorf("prompt %+v", p)
	}
	b.sources.SlowDown(1)
	if !b.sources.Allow(l.Prompt().UserCode) {
		t.Fatal("there is no such login")
	}
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(clock.waited); got != "[1s 6s]" {
		t.Errorf("waited %s", got)
	}
	b.filed(file)
	b.is(s, "assumed-role/admin/sso-user", true)
}

// filed holds that a token is where the AWS CLI looks for it, with its fields, readable by its owner alone.
func (b *bastion) filed(file string) {
	b.t.Helper()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		b.t.Errorf("file %v, %v", info, err)
	}
	if want := filepath.Join(b.home, ".aws", "sso", "cache"); filepath.Dir(file) != want {
		b.t.Errorf("filed in %s", filepath.Dir(file))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		b.t.Fatal(err)
	}
	for _, name := range []string{"startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret", "registrationExpiresAt", "refreshToken"} {
		if text, _ := fields[name].(string); text == "" {
			b.t.Errorf("%s is missing", name)
		}
	}
}

func TestTheClientOfTheLastLoginIsUsedAgain(t *testing.T) {
	b := onBastion(t)
	b.signOn()
	s := b.open("dev")
	for range 2 {
		l, _, _ := b.begin(s, corp)
		b.sources.Allow(l.Prompt().UserCode)
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	calls, _ := s.Calls()
	n := 0
	for _, c := range calls {
		if c.Op == "RegisterClient" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d clients were registered", n)
	}
}

func TestAProfileThatNamesTheStartURLItselfIsFiledUnderIt(t *testing.T) {
	b := onBastion(t)
	b.signOn()
	s := b.open("old")
	l, _, _ := b.begin(s, sso.Target{Key: startURL, StartURL: startURL, Region: "eu-west-1"})
	b.sources.Allow(l.Prompt().UserCode)
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.is(s, "assumed-role/admin/sso-user", true)
	if _, ok := sso.Until(startURL); !ok {
		t.Error("the login is not found again")
	}
}

func TestARefusedOrForgottenLoginIsToldAsSuch(t *testing.T) {
	b := onBastion(t)
	b.signOn()
	s := b.open("dev")
	denied, _, _ := b.begin(s, corp)
	b.sources.Deny(denied.Prompt().UserCode)
	if e := awsops.Wrap("", "", "", denied.Wait(t.Context())); e == nil || e.Kind != awsops.KindDenied {
		t.Errorf("denied: %v", e)
	}
	late, _, file := b.begin(s, corp)
	b.clock.now = b.clock.now.Add(11 * time.Minute)
	if e := awsops.Wrap("", "", "", late.Wait(t.Context())); e == nil || e.Kind != awsops.KindExpired {
		t.Errorf("late: %v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	given, _, _ := b.begin(s, corp)
	cancel()
	if e := awsops.Wrap("", "", "", given.Wait(ctx)); e == nil || e.Kind != awsops.KindCancelled {
		t.Errorf("given up: %v", e)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a token was filed")
	}
}

func TestATokenThatIsOverIsRefreshedWithoutAPerson(t *testing.T) {
	b := onBastion(t)
	b.signOn()
	b.sources.SetLives(time.Hour, -time.Hour, time.Minute)
	s := b.open("dev")
	l, _, _ := b.begin(s, corp)
	b.sources.Allow(l.Prompt().UserCode)
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.sources.SetLives(time.Hour, time.Hour, time.Minute)
	b.is(s, "assumed-role/admin/sso-user", true)
}

// person logs in again when asked to, once the test says so.
type person struct {
	b      *bastion
	asked  atomic.Int32
	lapses chan awsops.Lapse
	ready  chan error // nil: log in
	mu     sync.Mutex
	target *awsops.Session
}

func (p *person) session(s *awsops.Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = s
}

func (p *person) Login(ctx context.Context, l awsops.Lapse) error {
	p.asked.Add(1)
	p.lapses <- l
	select {
	case err := <-p.ready:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	p.mu.Lock()
	s := p.target
	p.mu.Unlock()
	file, err := sso.File(corp.Key)
	if err != nil {
		return err
	}
	login, err := sso.Begin(ctx, s.OIDC(corp.Region), &hurried{Clock: p.b.clock}, corp, file)
	if err != nil {
		return err
	}
	p.b.sources.Allow(login.Prompt().UserCode)
	return login.Wait(ctx)
}

// writes is a plan that writes n objects, some of them at once.
func writes(bucket string, n int, before func(i int)) *awsops.Plan {
	open := func(context.Context, *awsops.Reader, string) iter.Seq2[awsops.Item, error] {
		return func(yield func(awsops.Item, error) bool) {
			for i := range n {
				item := awsops.Item{Cursor: fmt.Sprint(i), Entries: []awsops.Entry{{Key: fmt.Sprintf("k%03d", i)}}}
				if !yield(item, nil) {
					return
				}
			}
		}
	}
	var sent atomic.Int32
	return &awsops.Plan{Kind: "test.put", Title: "write", Target: awsops.Target{Bucket: bucket}, Steps: []awsops.Step{{
		Title: "write", Workers: 4, Source: &awsops.Source{Kind: "test", Bucket: bucket, Open: open},
		Do: func(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
			before(int(sent.Add(1)))
			api, err := w.S3(ctx, bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			_, err = api.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &item.Entries[0].Key, Body: strings.NewReader("body")})
			return awsops.Receipt{Done: 1}, err
		},
	}}}
}

func TestAJobWhoseLoginEndsWaitsForThePersonAndGoesOn(t *testing.T) {
	b := onBastion(t)
	b.signOn()
	who := &person{b: b, lapses: make(chan awsops.Lapse, 10), ready: make(chan error, 10)}
	s := b.open("dev", func(o *awsops.Options) { o.Login = who })
	who.session(s)
	who.ready <- nil
	b.is(s, "assumed-role/admin/sso-user", true) // the first call asks for the first login
	if l := <-who.lapses; l.Profile != "dev" || l.Attempt != 1 || awsops.Wrap("", "", "", l.Last).Kind != awsops.KindExpired {
		t.Errorf("lapse %+v", l)
	}
	makeBucketIn(t, &world{session: s}, "sso-job", "eu-west-1")
	const n = 60
	job := s.Apply(t.Context(), writes("sso-job", n, func(i int) {
		if i == 20 { // the server's hour is over, and so is the login
			b.sources.EndLogins()
			b.server.EndSessions()
		}
	}))
	<-who.lapses
	if state := job.State().String(); state != "waiting for you" {
		t.Errorf("the job is %v", state)
	}
	who.ready <- nil
	if err := job.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if snap := job.Snapshot(); snap.Done != n || snap.Failures != 0 || who.asked.Load() != 2 {
		t.Errorf("%d done, %d failed, asked %d times", snap.Done, snap.Failures, who.asked.Load())
	}
	holds(t, s, "sso-job", n)
}

// holds holds that a bucket has n objects.
func holds(t *testing.T, s *awsops.Session, bucket string, n int) {
	t.Helper()
	api, err := s.Reader().S3(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := api.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket}); err != nil || len(out.Contents) != n {
		t.Errorf("%v objects, %v", out, err)
	}
}

func TestFreshKeysInTheFileAreTakenWithoutAsking(t *testing.T) {
	b := onBastion(t)
	b.keys("lease", sandbox.AdminSession)
	who := &person{b: b, lapses: make(chan awsops.Lapse, 10), ready: make(chan error, 10)}
	s := b.open("lease", func(o *awsops.Options) { o.Login = who })
	b.is(s, "assumed-role/admin/cooper", true)
	b.server.EndSessions()
	b.config.Reset()
	b.keys("lease", sandbox.AdminUser)
	if e := listBuckets(t, s); e != nil || who.asked.Load() != 0 {
		t.Errorf("error %v, asked %d times", e, who.asked.Load())
	}
}
