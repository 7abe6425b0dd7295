package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"cooper/awsops/profiles"
	"cooper/sandbox"
)

// configured puts the programs on a profile of the AWS configuration, without keys in the environment.
func (w *shellWorld) configured(t *testing.T, profile, text string) {
	t.Helper()
	delete(w.vars, "AWS_ACCESS_KEY_ID")
	delete(w.vars, "AWS_SECRET_ACCESS_KEY")
	w.vars["AWS_CONFIG_FILE"], w.vars["AWS_PROFILE"] = filepath.Join(w.vars["HOME"], "config"), profile
	if err := os.WriteFile(w.vars["AWS_CONFIG_FILE"], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const ssoConfig = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n" +
	"[profile dev]\nsso_session = corp\nsso_account_id = " + sandbox.DefaultAccount + "\nsso_role_name = " + sandbox.SourceRole + "\n"

// signOn puts the programs on a profile of IAM Identity Center that nobody has logged in to.
func (w *shellWorld) signOn(t *testing.T) *sandbox.Sources {
	t.Helper()
	sources := w.server.Sources()
	at := httptest.NewServer(sources)
	t.Cleanup(at.Close)
	w.configured(t, "dev", ssoConfig)
	w.vars["AWS_ENDPOINT_URL_SSO"], w.vars["AWS_ENDPOINT_URL_SSO_OIDC"] = at.URL, at.URL
	return sources
}

// bigFile makes a file of six parts.
func (w *shellWorld) bigFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(writeTree(t, map[string][]byte{"big": noiseFor(40<<20+1, 1)}), "big")
}

// atThirdPart has end run before the third part that comes is looked at.
func (w *shellWorld) atThirdPart(end func()) {
	w.server.Faults.Sleep = func(context.Context, time.Duration) error { end(); return nil }
	w.server.Faults.Add(sandbox.Fault{Operation: "UploadPart", Skip: 2, Times: 1, Kind: sandbox.FaultDelay, Delay: time.Second})
}

var userCode = regexp.MustCompile(`code (\S+), good for`)

// allow waits for a login by device code other than the last one, and is the person who allows it.
func (c *child) allow(sources *sandbox.Sources, last string) (code string) {
	c.t.Helper()
	c.await("new code", func() bool {
		shown := userCode.FindAllStringSubmatch(c.screen.Text(), -1)
		if len(shown) > 0 {
			code = shown[len(shown)-1][1]
		}
		return code != "" && code != last
	}, c.drawn)
	c.until("Waiting for the login")
	if !sources.Allow(code) {
		c.t.Fatalf("there is no login with the code %s", code)
	}
	return code
}

func TestAVerbLogsInByDeviceCodeInTheMiddleOfItsJob(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	sources := w.signOn(t)
	file := w.bigFile(t)
	w.atThirdPart(func() { sources.EndLogins(); w.server.EndSessions() })
	c := w.onTTY(t, "cp", "--yes", file, "s3://box/big")
	c.until("The login of dev is over, or was never made.")
	first := c.allow(sources, "")
	c.allow(sources, first)
	w.ends(t, c, 0, "1 done, 0 failed")
	w.sentOnce(t, 6)
}

func TestAVerbAsksForANewDeviceCodeWhenALoginIsRefused(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	sources := w.signOn(t)
	c := w.onTTY(t, "ls", "s3://box/")
	c.until("Waiting for the login")
	refused := userCode.FindStringSubmatch(c.screen.Text())[1]
	if !sources.Deny(refused) {
		t.Fatal("there is no such login")
	}
	c.until("No login: the login was refused.")
	c.typed("\r")
	c.allow(sources, refused)
	w.ends(t, c, 0, "Logged in.")
	c = w.onTTY(t, "ls", "s3://box/") // the token is filed
	w.ends(t, c, 0, "")
	sources.EndLogins()
	w.server.EndSessions()
	if code, said := w.alone(t, "ls", "s3://box/"); code != exitRefused || !strings.Contains(said, "aws sso login --profile dev") {
		t.Errorf("without a terminal: exit %d, %s", code, said)
	}
}

func TestAVerbWaitsUntilThePersonHasSignedInElsewhere(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	w.lease(t)
	file := w.bigFile(t)
	w.atThirdPart(w.server.EndSessions)
	c := w.onTTY(t, "cp", "--yes", file, "s3://box/big")
	c.until("Put fresh ones into the credentials file, then press enter")
	c.typed("\r")
	c.until("It did not do: the credentials are still the ones that have expired.")
	w.renew(t)
	c.typed("\r")
	w.ends(t, c, 0, "1 done, 0 failed")
	w.sentOnce(t, 6)
	w.server.EndSessions()
	c = w.onTTY(t, "ls", "s3://box/")
	c.until("press enter")
	c.typed("\x03")
	w.ends(t, c, 128+int(syscall.SIGINT), "")
}

func TestAVerbWithoutATerminalSaysHowToLogInAndIsGoneOnWith(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	w.lease(t)
	file := w.bigFile(t)
	w.atThirdPart(w.server.EndSessions)
	code, said := w.alone(t, "cp", "--yes", file, "s3://box/big")
	if code != exitRefused || !strings.Contains(said, "Put fresh ones into the credentials file, then give the command again.") {
		t.Errorf("exit %d: %s", code, said)
	}
	w.renew(t)
	if code, said := w.alone(t, "cp", "--yes", file, "s3://box/big"); code != 0 {
		t.Errorf("given again: exit %d: %s", code, said)
	}
	w.sentOnce(t, 6)
}

func TestAVerbWhoseRoleWantsACodeAsksForItAgainWhenTheRoleIsOver(t *testing.T) {
	t.Parallel()
	w := openGuarded(t)
	device, now := w.server.OperatorDevice(), w.server.Now()
	w.vars[standsAt] = now.Format(time.RFC3339) // a code in the last seconds of its step would be held back
	keys, _ := w.server.Credentials(sandbox.OperatorUser)
	w.vars["AWS_ENDPOINT_URL_STS"] = w.vars["AWS_ENDPOINT_URL"]
	w.configured(t, "ops", "[profile base]\naws_access_key_id = "+keys.AccessKeyID+"\naws_secret_access_key = "+keys.SecretAccessKey+"\n"+
		"[profile ops]\nsource_profile = base\nrole_arn = arn:aws:iam::"+sandbox.DefaultAccount+":role/"+sandbox.MaintainerRole+"\nmfa_serial = "+device.Serial+"\n")
	file := w.bigFile(t)
	if code, said := w.alone(t, "cp", "--yes", file, "s3://box/big"); code != exitRefused || !strings.Contains(said, "code") {
		t.Errorf("without a terminal: exit %d, %s", code, said)
	}
	w.atThirdPart(w.server.EndSessions)
	c := w.onTTY(t, "cp", "--yes", file, "s3://box/big")
	c.until("One-time code of")
	c.typed(device.Code(now) + "\r")
	c.await("second question for a code", func() bool { return strings.Count(c.screen.Text(), "One-time code of") >= 2 }, c.drawn)
	next := device.Code(now.Add(30 * time.Second)) // its clock may be a step ahead, and the present code is spent
	c.typed(next + "\r")
	w.ends(t, c, 0, "1 done, 0 failed")
	hidden(t, c, next)
	w.sentOnce(t, 6)
}

func TestAVerbIsGivenARoleThatWasChosenOnTheScreenByItsName(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	sources := w.signOn(t)
	delete(w.vars, "AWS_PROFILE")
	state := filepath.Join(w.vars["XDG_STATE_HOME"], "cooper")
	if err := profiles.Remember(state, profiles.Remembered{Session: "corp", Account: sandbox.DefaultAccount, Role: sandbox.SourceRole}); err != nil {
		t.Fatal(err)
	}
	name := sandbox.SourceRole + "-" + sandbox.DefaultAccount
	if code, said := w.alone(t, "ls", "--profile", name); code != exitRefused || !strings.Contains(said, "aws sso login --sso-session corp") {
		t.Errorf("without a terminal: exit %d, %s", code, said)
	}
	c := w.onTTY(t, "ls", "--profile", name)
	c.until("The login of " + name + " is over, or was never made.")
	c.allow(sources, "")
	w.ends(t, c, 0, "box")
}
