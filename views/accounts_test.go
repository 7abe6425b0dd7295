package views

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"cooper/awsops/sso"
	"cooper/ui"
	"cooper/ui/uitest"
)

// portal answers for IAM Identity Center's portal: two accounts by pages of one, one that is denied, one without a role.
func portal(r *http.Request, body string) (int, string, http.Header) {
	json := http.Header{"Content-Type": {"application/json"}}
	q := r.URL.Query()
	switch r.URL.Path {
	case "/assignment/accounts":
		if q.Get("next_token") == "" {
			return 200, `{"accountList":[{"accountId":"222233334444","accountName":"shop\u001b[31m prod","emailAddress":"shop@corp.example"},
{"accountId":"333344445555","accountName":"locked","emailAddress":"locked@corp.example"}],"nextToken":"more"}`, json
		}
		return 200, `{"accountList":[{"accountId":"444455556666","accountName":"archive"}]}`, json
	case "/assignment/roles":
		switch q.Get("account_id") {
		case "222233334444":
			if q.Get("next_token") == "" {
				return 200, `{"roleList":[{"roleName":"AdministratorAccess"}],"nextToken":"more"}`, json
			}
			return 200, `{"roleList":[{"roleName":"ViewOnlyAccess"}]}`, json
		case "333344445555":
			return 403, `{"message":"No access"}`, http.Header{"Content-Type": {"application/json"}, "X-Amzn-Errortype": {"ForbiddenException"}}
		}
		return 200, `{"roleList":[]}`, json
	}
	return asRoot(r, body)
}

// fileToken puts a login of corp into a home folder of its own.
func fileToken(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	file, err := sso.File("corp")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o700)
	}
	if err == nil {
		err = os.WriteFile(file, []byte(`{"accessToken":"accesstoken","expiresAt":"2100-01-01T00:00:00Z"}`), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func withSessions(c *choice) *choice {
	for _, p := range c.set.Sessions {
		e := ProfileEntry{Profile: p, Label: p.Name, Region: p.Region, Dialect: "aws"}
		e.Name = ""
		c.list.Entries = append(c.list.Entries, e)
	}
	return c
}

func accountsStage(c *choice, answers answer) func(t *testing.T) *stage {
	withSessions(c)
	return profilesStage(c, func(s *stage) {
		s.wire.answer = answers
		s.more = map[string]func(ui.Place) ui.View{AccountsScreen: func(p ui.Place) ui.View { return NewAccounts(s.Env, p) }}
	})
}

func TestTheAccountsOfAnSSOSessionAtEverySize(t *testing.T) {
	fileToken(t)
	goldens(t, "accounts", accountsStage(newChoice(), portal), func(_ *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Wait()
	})
}

func TestAnSSOSessionIsOfferedBesideTheProfiles(t *testing.T) {
	goldens(t, "profiles-portal", accountsStage(newChoice(), portal), func(_ *stage, p *uitest.Program) { p.Press("G") })
}

func TestARoleIsChosenForThisRun(t *testing.T) {
	fileToken(t)
	c := newChoice()
	on(t, 120, 40, accountsStage(c, portal), func(s *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Wait()
		p.Press("/")
		p.Type("shop\n")
		p.SeesNot("archive", "denied")
		p.Press("G", "i")
		p.Sees("[profile ViewOnlyAccess-222233334444]", "sso_session = corp", "sso_account_id = 222233334444", "sso_role_name = ViewOnlyAccess")
		p.Press("esc", "enter")
		p.Wait()
		p.Sees("Signed in as ViewOnlyAccess in 222233334444.")
		p.SeesNot("accesstoken")
		if len(c.used) != 1 || c.asked[len(c.asked)-1] != "corp 222233334444 ViewOnlyAccess" {
			t.Errorf("used %v, asked %v", c.used, c.asked)
		}
	})
}

func TestAnAccountWithoutARoleToChooseSaysWhy(t *testing.T) {
	fileToken(t)
	c := newChoice()
	on(t, 120, 40, accountsStage(c, portal), func(_ *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Wait()
		p.Press("g", "enter")
		p.Sees("he roles of 444455556666: no role")
		p.Press("j", "enter")
		p.Sees("he roles of 333344445555: denied")
		if len(c.used) != 0 {
			t.Error("a session was put in force")
		}
	})
}

func TestWithoutALoginTheDeviceCodeIsAFewKeysAway(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	var allowed atomic.Bool
	login := oidc(&allowed)
	answers := func(r *http.Request, body string) (int, string, http.Header) {
		if r.Method == http.MethodGet {
			return portal(r, body)
		}
		return login(r, body)
	}
	on(t, 80, 24, accountsStage(newChoice(), answers), func(_ *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Wait()
		p.Sees("not logged in", "L logs in")
		p.Press("L")
		p.Sees("Log in: corp", "ABCD-EFGH")
		allowed.Store(true)
		p.Sleep(2 * time.Second)
		p.Sees("AdministratorAccess", "ViewOnlyAccess")
	})
}

func TestDeniedOverAndNoAccountAtAllAreToldApart(t *testing.T) {
	fileToken(t)
	for name, tc := range map[string]struct {
		status          int
		exception, body string
		want            string
	}{
		"denied": {403, "ForbiddenException", `{"message":"No access"}`, "access denied"},
		"over":   {401, "UnauthorizedException", `{"message":"Session token not found or invalid"}`, "the login is over: L logs in"},
		"none":   {200, "", `{"accountList":[]}`, "No account is assigned to you"},
		"broken": {400, "InvalidRequestException", `{"message":"bad"}`, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := func(*http.Request, string) (int, string, http.Header) {
				h := http.Header{"Content-Type": {"application/json"}}
				if tc.exception != "" {
					h.Set("X-Amzn-Errortype", tc.exception)
				}
				return tc.status, tc.body, h
			}
			on(t, 80, 24, accountsStage(newChoice(), answers), func(_ *stage, p *uitest.Program) {
				p.Press("G", "enter")
				p.Wait()
				p.Sees(tc.want)
				p.Press("enter")
				p.SeesNot("Signed in")
			})
		})
	}
}

func TestManyAccountsAreAskedForTheirRolesAFewAtATime(t *testing.T) {
	fileToken(t)
	const n = 60
	var now, most atomic.Int32
	answers := func(r *http.Request, body string) (int, string, http.Header) {
		json := http.Header{"Content-Type": {"application/json"}}
		switch r.URL.Path {
		case "/assignment/accounts":
			list := ""
			for i := range n {
				list += fmt.Sprintf(`,{"accountId":"%012d","accountName":"a"}`, i)
			}
			return 200, `{"accountList":[` + list[1:] + `]}`, json
		case "/assignment/roles":
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return 200, `{"roleList":[{"roleName":"r` + r.URL.Query().Get("account_id") + `"}]}`, json
		}
		return asRoot(r, body)
	}
	on(t, 120, 40, accountsStage(newChoice(), answers), func(_ *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Sleep(n / roleWorkers * 2 * time.Second)
		p.Press("G")
		p.Sees(fmt.Sprintf("r%012d", n-1))
		if most.Load() != roleWorkers {
			t.Errorf("%d at once", most.Load())
		}
	})
}

func TestAListThatBreaksOffIsNotTakenForAllAccounts(t *testing.T) {
	fileToken(t)
	answers := func(r *http.Request, body string) (int, string, http.Header) {
		if r.URL.Path == "/assignment/accounts" && r.URL.Query().Get("next_token") != "" {
			return 400, `{"message":"bad"}`, http.Header{"Content-Type": {"application/json"}, "X-Amzn-Errortype": {"InvalidRequestException"}}
		}
		return portal(r, body)
	}
	on(t, 120, 40, accountsStage(newChoice(), answers), func(_ *stage, p *uitest.Program) {
		p.Press("G", "enter")
		p.Wait()
		p.Sees("not all accounts", "AdministratorAccess")
	})
}
