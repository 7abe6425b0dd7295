package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/sso"
	"cooper/sandbox"
)

// role opens a session with a role of the sso-session corp, which no profile of the file names.
func (b *bastion) role(account, role string, change ...func(*awsops.Options)) *awsops.Session {
	b.t.Helper()
	return b.open(role+"-"+account, append(change, func(o *awsops.Options) {
		o.SSO = &awsops.SSORole{Session: "corp", StartURL: startURL, Region: "eu-west-1", Account: account, Role: role}
	})...)
}

// portal is a way to look at what corp offers.
func (b *bastion) portal() (*awsops.Session, *sso.Portal) {
	b.t.Helper()
	s := b.role("", "")
	p, err := sso.NewPortal(s.Portal("eu-west-1"), s.OIDC("eu-west-1"), corp.Key)
	if err != nil {
		b.t.Fatal(err)
	}
	return s, p
}

func (b *bastion) loggedIn(s *awsops.Session) {
	b.t.Helper()
	l, _, _ := b.begin(s, corp)
	b.sources.Allow(l.Prompt().UserCode)
	if err := l.Wait(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func accountsOf(t *testing.T, p *sso.Portal) (ids []string, pages int, failed *awsops.Error) {
	t.Helper()
	for page, err := range p.Accounts(t.Context()) {
		if err != nil {
			return ids, pages, awsops.Wrap("", "", "", err)
		}
		pages++
		for _, a := range page {
			ids = append(ids, a.ID)
		}
	}
	return ids, pages, nil
}

func TestAccountsOfALoginAreListedPageByPage(t *testing.T) {
	b := onBastion(t)
	b.sources.SetAccounts(map[string][]string{"222233334444": {"c", "a", "b", "e", "d"}, "333344445555": nil,
		sandbox.DefaultAccount: {sandbox.SourceRole}})
	s, p := b.portal()
	if _, _, e := accountsOf(t, p); e == nil || e.Kind != awsops.KindExpired {
		t.Fatalf("before the login: %v", e)
	}
	b.loggedIn(s)
	ids, pages, e := accountsOf(t, p)
	if got := fmt.Sprint(ids); e != nil || pages != 2 || got != "[111122223333 222233334444 333344445555]" {
		t.Errorf("%s in %d pages, %v", got, pages, e)
	}
	calls, _ := s.Calls()
	if !slices.ContainsFunc(calls, func(c awsops.Call) bool { return c.Op == "ListAccounts" }) {
		t.Error("the command log has no ListAccounts")
	}
}

func TestTheRolesOfAnAccountAreListedOrSaidToBeNoneOrDenied(t *testing.T) {
	b := onBastion(t)
	b.sources.SetAccounts(map[string][]string{"222233334444": {"c", "a", "b", "e", "d"}, "333344445555": nil})
	s, p := b.portal()
	b.loggedIn(s)
	roles, err := p.Roles(t.Context(), "222233334444")
	if err != nil || fmt.Sprint(roles) != "[c a b e d]" {
		t.Errorf("roles %v, %v", roles, err)
	}
	if roles, err := p.Roles(t.Context(), "333344445555"); err != nil || len(roles) != 0 {
		t.Errorf("roles of an account without: %v, %v", roles, err)
	}
	if _, err := p.Roles(t.Context(), "999900001111"); err == nil || awsops.Wrap("", "", "", err).Kind != awsops.KindDenied {
		t.Errorf("an account of somebody else's: %v", err)
	}
}

func TestALoginThatEndedIsRefreshedWhileListingOrToldAsOver(t *testing.T) {
	b := onBastion(t)
	s, p := b.portal()
	b.sources.SetLives(time.Hour, -time.Hour, time.Minute)
	b.loggedIn(s)
	b.sources.SetLives(time.Hour, time.Hour, time.Minute)
	if _, _, e := accountsOf(t, p); e != nil {
		t.Fatalf("the token is over, the refresh token is not: %v", e)
	}
	b.sources.EndLogins()
	if _, _, e := accountsOf(t, p); e == nil || e.Kind != awsops.KindExpired {
		t.Errorf("after the end: %v", e)
	}
	if _, err := p.Roles(t.Context(), sandbox.DefaultAccount); err == nil || awsops.Wrap("", "", "", err).Kind != awsops.KindExpired {
		t.Errorf("after the end: %v", err)
	}
}

func TestARoleWithoutAProfileSignsAndTheFilesDontMixWithIt(t *testing.T) {
	b := onBastion(t)
	b.profile("default", "endpoint_url = https://elsewhere.example", "role_arn = arn:aws:iam::111122223333:role/x", "source_profile = gone")
	before := b.config.String()
	way, _ := b.portal()
	b.loggedIn(way)
	s := b.role(sandbox.DefaultAccount, sandbox.MaintainerRole)
	id := s.Identity(t.Context())
	if got := id.Value.ARN; !strings.HasSuffix(got, ":assumed-role/"+sandbox.MaintainerRole+"/sso-user") {
		t.Errorf("calls as %q, %v", got, id.Err)
	}
	if key, known := s.KnownKey(); !known || !key.Temporary || key.Expires.IsZero() {
		t.Errorf("key %+v, %v", key, known)
	}
	if b.config.String() != before {
		t.Error("the config file was changed")
	}
	denied := b.role("999900001111", sandbox.SourceRole)
	if e := listBuckets(t, denied); e == nil || e.Kind != awsops.KindDenied || e.Op != "GetRoleCredentials" {
		t.Errorf("a role that is not assigned: %v", e)
	}
}

func TestAJobOfARoleWithoutAProfileWaitsForTheLoginAndGoesOn(t *testing.T) {
	b := onBastion(t)
	who := &person{b: b, lapses: make(chan awsops.Lapse, 10), ready: make(chan error, 10)}
	way, _ := b.portal()
	who.session(way)
	b.loggedIn(way)
	s := b.role(sandbox.DefaultAccount, sandbox.SourceRole, func(o *awsops.Options) { o.Login = who })
	b.is(s, "assumed-role/admin/sso-user", true)
	makeBucketIn(t, &world{session: s}, "role-job", "eu-west-1")
	const n = 40
	job := s.Apply(t.Context(), writes("role-job", n, func(i int) {
		if i == 20 {
			b.sources.EndLogins()
			b.server.EndSessions()
		}
	}))
	if l := <-who.lapses; l.Profile != "admin-"+sandbox.DefaultAccount {
		t.Errorf("lapse %+v", l)
	}
	if state := job.State().String(); state != "waiting for you" {
		t.Errorf("the job is %v", state)
	}
	who.ready <- nil
	if err := job.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(t, s, "role-job", n)
}
