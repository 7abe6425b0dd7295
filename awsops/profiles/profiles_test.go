package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const configText = `# shared config
[default]
region = eu-west-1

[profile ops]
role_arn = arn:aws:iam::444455556666:role/ops ; the second hop
source_profile = hop
external_id = shared
[profile hop]
role_arn = arn:aws:iam::111122223333:role/hop
source_profile = keys
mfa_serial = arn:aws:iam::111122223333:mfa/alice
duration_seconds = 3600
[profile own]
role_arn = arn:aws:iam::111122223333:role/own
source_profile = own
aws_access_key_id = AKIAEXAMPLEEXAMPLE77
aws_secret_access_key = oneverysecret

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
sso_registration_scopes = sso:account:access, extra
[profile dev]
sso_session = corp
sso_account_id = 222233334444
sso_role_name = Developer
[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = us-east-1
sso_account_id = 222233334444
sso_role_name = Developer
[profile pod]
web_identity_token_file = /var/run/token
role_arn = arn:aws:iam::111122223333:role/pod
[profile vault]
credential_process = /usr/bin/vault "some arg"
[profile sign]
login_session = arn:aws:sts::111122223333:assumed-role/Admin/me
[profile ec2]
role_arn = arn:aws:iam::111122223333:role/ec2
credential_source = Ec2InstanceMetadata
[profile ceph]
services = lab
endpoint_url = https://elsewhere.example
use_fips_endpoint = true
use_dualstack_endpoint = true
[services lab]
s3 =
  endpoint_url = https://ceph.example:8443
`

const credentialsText = `[keys]
aws_access_key_id = AKIAEXAMPLEEXAMPLE01
aws_secret_access_key = topsecretvalue
[lease]
aws_access_key_id = ASIAEXAMPLEEXAMPLE02
aws_secret_access_key = topsecretvalue
aws_session_token = FwoGZXIvYXdzSECRETTOKEN
`

func read() Set {
	return Read(File{Path: "config", Data: []byte(configText)}, File{Path: "credentials", Data: []byte(credentialsText), Credentials: true})
}

func TestEveryKindOfProfileIsTold(t *testing.T) {
	want := map[string][2]string{ // kind, source
		"default": {"host role", "host role"}, "ops": {"role", "access key"}, "hop": {"role", "access key"},
		"own": {"role", "access key"}, "dev": {"identity center", "identity center"}, "old": {"identity center", "identity center"},
		"pod": {"web identity", "web identity"}, "vault": {"process", "process"}, "sign": {"aws login", "aws login"},
		"ec2": {"role", "instance"}, "ceph": {"host role", "host role"}, "keys": {"access key", "access key"},
		"lease": {"temporary keys", "temporary keys"},
	}
	got := map[string][2]string{}
	for _, p := range read().Profiles {
		got[p.Name] = [2]string{string(p.Kind), string(p.Source)}
		if len(p.Troubles) > 0 {
			t.Errorf("%s: %v", p.Name, p.Troubles)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAChainOfRolesIsToldInTheOrderInWhichTheyAreAssumed(t *testing.T) {
	p, _ := read().Find("ops")
	want := []Hop{
		{Profile: "hop", RoleARN: "arn:aws:iam::111122223333:role/hop", MFASerial: "arn:aws:iam::111122223333:mfa/alice", Duration: "3600"},
		{Profile: "ops", RoleARN: "arn:aws:iam::444455556666:role/ops", ExternalID: "shared"},
	}
	if diff := cmp.Diff(want, p.Chain); diff != "" {
		t.Error(diff)
	}
	if !p.NeedsCode() || p.Base != "keys" || p.Account != "444455556666" {
		t.Errorf("%+v", p)
	}
}

func TestASignOnTakesItsSessionsAddress(t *testing.T) {
	p, _ := read().Find("dev")
	want := &SingleSignOn{Session: "corp", StartURL: "https://corp.awsapps.com/start", Region: "eu-central-1",
		Scopes: []string{"sso:account:access", "extra"}, Account: "222233334444", Role: "Developer"}
	if diff := cmp.Diff(want, p.SSO); diff != "" {
		t.Error(diff)
	}
	old, _ := read().Find("old")
	if p.SSO.Key() != "corp" || old.SSO.Key() != "https://old.awsapps.com/start" {
		t.Errorf("keys %q and %q", p.SSO.Key(), old.SSO.Key())
	}
}

func TestAServicesSectionBeatsTheProfilesEndpoint(t *testing.T) {
	p, _ := read().Find("ceph")
	if p.Endpoint != "https://ceph.example:8443" || !p.FIPS || !p.DualStack {
		t.Errorf("%+v", p)
	}
}

func TestNoSecretIsKept(t *testing.T) {
	all := fmt.Sprintf("%+v", read())
	for _, secret := range []string{"topsecret", "oneverysecret", "SECRETTOKEN", "AKIAEXAMPLE"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is kept", secret)
		}
	}
	if p, _ := read().Find("keys"); p.KeyTail != "LE01" {
		t.Errorf("tail %q", p.KeyTail)
	}
}

func TestWhatIsBrokenIsToldWithFileAndLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[profile a]\nrole_arn = arn:aws:iam::111122223333:role/a\n", "config:2: role_arn needs source_profile or credential_source"},
		{"[profile a]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = gone\n", `config:3: there is no profile "gone"`},
		{"[profile a]\nrole_arn=arn:aws:iam::111122223333:role/a\nsource_profile=b\n[profile b]\nrole_arn=arn:aws:iam::111122223333:role/b\nsource_profile=a\n",
			"config:6: the roles go round in a circle: a → b → a"},
		{"[profile a]\nrole_arn=arn:aws:iam::111122223333:role/a\nsource_profile=a\n", "config:3: the profile is its own source and has no access key"},
		{"[profile a]\nrole_arn=arn:aws:iam::111122223333:role/a\ncredential_source=Moon\n",
			`config:3: "Moon" is none of Environment, Ec2InstanceMetadata and EcsContainer`},
		{"[profile a]\nrole_arn=arn:aws:iam::111122223333:role/a\ncredential_source=Environment\nsource_profile=b\n",
			"config:3: source_profile and credential_source exclude each other"},
		{"[profile a]\naws_access_key_id = AKIAEXAMPLEEXAMPLE01\n", "config:1: an access key has two parts, aws_access_key_id and aws_secret_access_key: one is missing"},
		{"[profile a]\nsso_session = gone\n", "config:2: there is no [sso-session gone]"},
		{"[profile a]\nsso_start_url = https://x\nsso_region = eu-west-1\nsso_account_id = 111122223333\n", "config:1: sso_role_name is missing"},
		{"[profile a]\nweb_identity_token_file = f\n", "config:2: web_identity_token_file needs role_arn"},
		{"[profile a]\nservices = gone\n", "config:2: there is no [services gone]"},
		{"[a]\nregion = x\n", "config:1: the config file writes a profile as [profile a]; this section is ignored"},
		{"[profile a\n", "config:1: the section's name has no closing bracket"},
		{"[profile a]\nnonsense\n", "config:2: this line is neither a section nor key = value"},
		{"[profile a]\nregion = x\n  y = z\n", "config:3: this line is indented and belongs to no key above it"},
		{"[profile a]\nrole_arn = ops\nsource_profile = b\nduration_seconds = 10\n[profile b]\ncredential_process = x\n", `config:2: "ops" is not a role's ARN`},
	} {
		set := Read(File{Path: "config", Data: []byte(c.text)})
		var got []string
		for _, tr := range set.Troubles {
			got = append(got, tr.String())
		}
		for _, p := range set.Profiles {
			for _, tr := range p.Troubles {
				got = append(got, tr.String())
			}
		}
		if !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%q gives %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTheCredentialsFileNamesProfilesBare(t *testing.T) {
	set := Read(File{Path: "credentials", Credentials: true, Data: []byte("[profile a]\nregion = x\n")})
	if len(set.Profiles) != 0 || len(set.Troubles) != 1 || set.Troubles[0].String() != "credentials:1: the credentials file names a profile without the word profile: [a]" {
		t.Errorf("%+v", set)
	}
}

func TestFilesAreFoundByVariableOrBelowTheHomeFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".aws", "config"), []byte(configText), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOME": dir, "AWS_SHARED_CREDENTIALS_FILE": dir}
	set := Load(func(name string) string { return env[name] })
	if _, ok := set.Find("ops"); !ok {
		t.Error("the config file was not read")
	}
	if len(set.Troubles) != 1 || set.Troubles[0].File != dir {
		t.Errorf("a folder in place of a file gives %v", set.Troubles)
	}
}

func TestKeysInTheEnvironmentAreToldWhetherUsedOrNot(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY": "s"}
	with := func(name, value string) func(string) string {
		return func(n string) string {
			if n == name {
				return value
			}
			return keys[n]
		}
	}
	for _, c := range []struct {
		env         func(string) string
		named, want string
	}{
		{func(string) string { return "" }, "", ""},
		{with("", ""), "", "AWS_ACCESS_KEY_ID is set and used in place of the default profile."},
		{with("", ""), "ops", "AWS_ACCESS_KEY_ID is set and ignored: the profile ops was chosen by name."},
		{with("AWS_PROFILE", "dev"), "", "AWS_ACCESS_KEY_ID is set and used: it wins over AWS_PROFILE=dev."},
		{with("AWS_SECRET_ACCESS_KEY", ""), "", "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY, so it is ignored."},
	} {
		if got := Notice(c.env, c.named); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestTheEnvironmentsOwnSourcesComeInTheSDKsOrder(t *testing.T) {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "eu-west-1",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "f", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost"}
	var kinds []Kind
	for _, p := range Ambient(func(n string) string { return env[n] }) {
		kinds = append(kinds, p.Kind)
		if p.Region != "eu-west-1" {
			t.Errorf("%s has region %q", p.Kind, p.Region)
		}
	}
	if diff := cmp.Diff([]Kind{Environment, WebIdentity, Container}, kinds); diff != "" {
		t.Error(diff)
	}
}

// FuzzRead holds that no file makes the reader stop or keep a secret.
func FuzzRead(f *testing.F) {
	f.Add(configText, credentialsText)
	f.Add("[profile a]\nrole_arn=x\nsource_profile=a", "[a]\naws_secret_access_key")
	f.Fuzz(func(t *testing.T, config, credentials string) {
		set := Read(File{Path: "config", Data: []byte(config)}, File{Path: "credentials", Data: []byte(credentials), Credentials: true})
		for _, p := range set.Profiles {
			if p.Kind == Broken && len(p.Troubles) == 0 {
				t.Errorf("%q is unusable and nobody says why", p.Name)
			}
			if p.Kind == "" {
				t.Errorf("%q has no kind", p.Name)
			}
		}
	})
}

func TestSSOSessionsAreReadWhetherAProfileUsesThemOrNot(t *testing.T) {
	set := Read(File{Path: "config", Data: []byte("[sso-session b]\nsso_start_url = https://b.example/start\nsso_region = eu-west-1\n" +
		"sso_registration_scopes = sso:account:access, more\n[sso-session a]\nsso_region = eu-west-1\n")})
	if len(set.Sessions) != 2 || len(set.Profiles) != 0 {
		t.Fatalf("%+v", set)
	}
	if a := set.Sessions[0]; a.Kind != Broken || len(a.Troubles) != 1 || a.Troubles[0].String() != "config:5: sso_start_url is missing" {
		t.Errorf("a: %+v", a)
	}
	b := set.Sessions[1]
	if b.Kind != Portal || b.Name != "b" || b.SSO.Key() != "b" || b.SSO.StartURL != "https://b.example/start" || len(b.SSO.Scopes) != 2 {
		t.Errorf("b: %+v %+v", b, b.SSO)
	}
}
