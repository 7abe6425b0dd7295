package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/sandbox"
)

// bastion is a machine with the shared AWS files and every source of credentials, all of it on loopback.
type bastion struct {
	t       *testing.T
	home    string
	server  *sandbox.Server
	sources *sandbox.Sources
	url     string // of the sources
	clock   *handClock
	tls     string
	codes   *coder
	config  strings.Builder
}

// onBastion starts a sandbox with its sources. No variable of this machine's reaches the session, and the authority of
// the sandbox is trusted through AWS_CA_BUNDLE alone.
func onBastion(t *testing.T) *bastion {
	t.Helper()
	b := newBastion(t)
	endpoint, err := b.server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	others := httptest.NewServer(b.sources)
	t.Cleanup(func() {
		others.Close()
		if err := endpoint.Close(); err != nil {
			t.Error(err)
		}
	})
	b.url, b.tls = others.URL, "https://"+endpoint.Addr
	for name, value := range map[string]string{
		"AWS_CA_BUNDLE": b.write("ca.pem", string(endpoint.CAPEM)), "AWS_ENDPOINT_URL_STS": b.tls, "AWS_ENDPOINT_URL_SSO": b.url,
		"AWS_ENDPOINT_URL_SSO_OIDC": b.url, "AWS_ENDPOINT_URL_SIGNIN": b.url,
	} {
		t.Setenv(name, value)
	}
	return b
}

// newBastion is the machine with its AWS, which listens nowhere.
func newBastion(t *testing.T) *bastion {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "")
		}
	}
	b := &bastion{t: t, home: t.TempDir(), clock: &handClock{now: time.Now().Truncate(30 * time.Second).Add(time.Second)}}
	b.server = sandbox.New(sandbox.Options{Seed: 1, Clock: b.clock.Now, SignatureClock: time.Now})
	b.sources = b.server.Sources()
	b.codes = &coder{clock: b.clock, serials: []string{b.server.OperatorDevice().Serial}, code: b.server.OperatorDevice().Code}
	for name, value := range map[string]string{
		"HOME": b.home, "AWS_CONFIG_FILE": b.write(".aws/config", ""), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(b.home, "none"),
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return b
}

// write puts a file below the home folder and gives its path.
func (b *bastion) write(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// profile adds a section to the config file.
func (b *bastion) profile(section string, lines ...string) {
	b.config.WriteString("[" + section + "]\n" + strings.Join(lines, "\n") + "\n")
	b.write(".aws/config", b.config.String())
}

// keys adds a profile with the keys of one of the sandbox's principals.
func (b *bastion) keys(name, principal string) {
	c, ok := b.server.Credentials(principal)
	if !ok {
		b.t.Fatalf("there is no %s", principal)
	}
	lines := []string{"aws_access_key_id = " + c.AccessKeyID, "aws_secret_access_key = " + c.SecretAccessKey}
	if c.SessionToken != "" {
		lines = append(lines, "aws_session_token = "+c.SessionToken)
	}
	b.profile("profile "+name, lines...)
}

// open opens a session on a profile; "" leaves the choice to the environment.
func (b *bastion) open(profile string, change ...func(*awsops.Options)) *awsops.Session {
	b.t.Helper()
	o := awsops.Options{Profile: profile, Region: "eu-west-1", Endpoint: b.tls, Dialect: awsops.DialectSandbox, Clock: b.clock, MFA: b.codes}
	for _, f := range change {
		f(&o)
	}
	s, err := awsops.Open(b.t.Context(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// is holds that a session calls as who, and gets through to S3.
func (b *bastion) is(s *awsops.Session, who string, temporary bool) {
	b.t.Helper()
	id := s.Identity(b.t.Context())
	if got := id.Value.ARN; !strings.HasSuffix(got, ":"+who) {
		b.t.Errorf("calls as %q (%v), want %q", got, id.Err, who)
	}
	if err := listBuckets(b.t, s); err != nil {
		b.t.Errorf("ListBuckets: %v", err)
	}
	key, known := s.KnownKey()
	if !known || key.Temporary != temporary {
		b.t.Errorf("key %+v, %v", key, known)
	}
}

func (b *bastion) cached(dir, key, hash string, document map[string]any) {
	b.t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		b.t.Fatal(err)
	}
	name := hex.EncodeToString(func() []byte {
		if hash == "sha1" {
			sum := sha1.Sum([]byte(key))
			return sum[:]
		}
		sum := sha256.Sum256([]byte(key))
		return sum[:]
	}())
	b.write(filepath.Join(".aws", dir, name+".json"), string(data))
}

const sandboxRole = "arn:aws:iam::" + sandbox.DefaultAccount + ":role/"

func TestKeysInAFileWorkWithAndWithoutASession(t *testing.T) {
	b := onBastion(t)
	b.keys("long", sandbox.AdminUser)
	b.keys("lease", sandbox.AdminSession)
	b.is(b.open("long"), "user/admin", false)
	b.is(b.open("lease"), "assumed-role/admin/cooper", true)
}

func TestKeysInTheEnvironmentBeatAWSPROFILEAndLoseToAProfileByName(t *testing.T) {
	b := onBastion(t)
	b.keys("long", sandbox.AdminUser)
	reader, _ := b.server.Credentials(sandbox.ReaderUser)
	t.Setenv("AWS_ACCESS_KEY_ID", reader.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", reader.SecretAccessKey)
	t.Setenv("AWS_PROFILE", "long")
	b.is(b.open(""), "user/reader", false)
	b.is(b.open("long"), "user/admin", false)
}

func TestARoleIsAssumedWithItsExternalId(t *testing.T) {
	b := onBastion(t)
	b.keys("keys", sandbox.AdminUser)
	b.profile("profile partner", "role_arn = "+sandboxRole+sandbox.PartnerRole, "source_profile = keys",
		"external_id = "+sandbox.PartnerExternalID, "role_session_name = evening", "duration_seconds = 900")
	b.profile("profile stranger", "role_arn = "+sandboxRole+sandbox.PartnerRole, "source_profile = keys")
	s := b.open("partner")
	b.is(s, "assumed-role/partner/evening", true)
	if key, _ := s.KnownKey(); key.Expires.Sub(b.clock.Now()) > 16*time.Minute {
		t.Errorf("ends at %v", key.Expires)
	}
	if e := listBuckets(t, b.open("stranger")); e == nil || e.Kind != awsops.KindDenied || e.Op != "AssumeRole" {
		t.Errorf("without the external id: %v", e)
	}
}

func TestAChainOfRolesAsksForACodeWhereOneIsWanted(t *testing.T) {
	b := onBastion(t)
	b.keys("keys", sandbox.OperatorUser)
	b.profile("profile hop", "role_arn = "+sandboxRole+sandbox.MaintainerRole, "source_profile = keys", "role_session_name = hop",
		"mfa_serial = "+b.server.OperatorDevice().Serial)
	b.profile("profile end", "role_arn = "+sandboxRole+sandbox.AdminUser, "source_profile = hop", "role_session_name = end")
	b.is(b.open("end"), "assumed-role/admin/end", true)
	if n := b.codes.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestACodeThatOneSessionSentIsNotSentByTheNext(t *testing.T) {
	b := onBastion(t)
	b.keys("keys", sandbox.OperatorUser)
	b.profile("profile hop", "role_arn = "+sandboxRole+sandbox.MaintainerRole, "source_profile = keys", "role_session_name = hop",
		"mfa_serial = "+b.server.OperatorDevice().Serial)
	first := b.open("hop")
	b.is(first, "assumed-role/maintainer/hop", true)
	b.is(b.open("hop", func(o *awsops.Options) { o.Beside = first }), "assumed-role/maintainer/hop", true)
	if c := b.codes.last; !c.NotBefore.After(b.clock.Now().Truncate(30*time.Second).Add(-time.Second)) || b.codes.asked.Load() != 2 {
		t.Errorf("asked %d times, the last with %+v", b.codes.asked.Load(), c)
	}
}

func TestAWebIdentityComesFromTheFileOrTheEnvironment(t *testing.T) {
	b := onBastion(t)
	good, over := b.write("token", sandbox.WebIdentityToken), b.write("over", sandbox.ExpiredWebIdentityToken)
	b.profile("profile pod", "role_arn = "+sandboxRole+sandbox.AdminUser, "web_identity_token_file = "+good, "role_session_name = pod")
	b.profile("profile late", "role_arn = "+sandboxRole+sandbox.AdminUser, "web_identity_token_file = "+over, "role_session_name = pod")
	b.is(b.open("pod"), "assumed-role/admin/pod", true)
	if e := listBuckets(t, b.open("late")); e == nil || e.Kind != awsops.KindExpired {
		t.Errorf("a token whose time is over: %v", e)
	}
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", good)
	t.Setenv("AWS_ROLE_ARN", sandboxRole+sandbox.AdminUser)
	t.Setenv("AWS_ROLE_SESSION_NAME", "eks")
	b.is(b.open(""), "assumed-role/admin/eks", true)
}

func TestACommandGivesCredentials(t *testing.T) {
	b := onBastion(t)
	c, _ := b.server.Credentials(sandbox.AdminSession)
	answer := b.write("answer.json", `{"Version":1,"AccessKeyId":"`+c.AccessKeyID+`","SecretAccessKey":"`+c.SecretAccessKey+
		`","SessionToken":"`+c.SessionToken+`","Expiration":"`+b.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`)
	b.profile("profile vault", "credential_process = cat "+answer)
	b.profile("profile locked", "credential_process = false")
	b.is(b.open("vault"), "assumed-role/admin/cooper", true)
	if e := listBuckets(t, b.open("locked")); e == nil || e.Kind != awsops.KindCredentials || !strings.Contains(e.Hint, "credential_process") {
		t.Errorf("a command that fails: %v", e)
	}
}

func TestAContainerGivesCredentials(t *testing.T) {
	b := onBastion(t)
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", b.url+"/v2/credentials")
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", b.write("authorization", sandbox.ContainerToken))
	b.is(b.open(""), "assumed-role/admin/task", true)
	b.profile("profile task", "role_arn = "+sandboxRole+sandbox.AdminUser, "credential_source = EcsContainer", "role_session_name = more")
	b.is(b.open("task"), "assumed-role/admin/more", true)
}

func TestAnInstanceGivesCredentialsByIMDSv2(t *testing.T) {
	b := onBastion(t)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", b.url)
	b.is(b.open(""), "assumed-role/admin/i-0123456789abcdef0", true)
	b.profile("profile ec2", "role_arn = "+sandboxRole+sandbox.AdminUser, "credential_source = Ec2InstanceMetadata", "role_session_name = more")
	b.is(b.open("ec2"), "assumed-role/admin/more", true)
}

func TestNoSourceAtAllIsToldAsSuch(t *testing.T) {
	b := onBastion(t)
	if e := listBuckets(t, b.open("")); e == nil || e.Kind != awsops.KindCredentials || !strings.Contains(e.Message, "no credentials were found") {
		t.Errorf("error %v", e)
	}
}

func TestASessionOfAWSLoginIsRefreshedAndItsEndIsTold(t *testing.T) {
	b := onBastion(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	const session = "arn:aws:sts::" + sandbox.DefaultAccount + ":assumed-role/admin/me"
	b.profile("profile sign", "login_session = "+session)
	left := func(refresh string) {
		b.cached("login/cache", session, "sha256", map[string]any{"tokenType": "aws_sigv4", "refreshToken": refresh, "clientId": "arn:aws:signin:::devtools/same-device",
			"dpopKey": string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})),
			"accessToken": map[string]any{"accessKeyId": "ASIAOVEROVEROVER0001", "secretAccessKey": "over", "sessionToken": "over",
				"accountId": sandbox.DefaultAccount, "expiresAt": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}})
	}
	left(b.sources.LoginToken())
	b.is(b.open("sign"), "assumed-role/admin/login-user", true)
	left("a refresh token that is over")
	if e := listBuckets(t, b.open("sign")); e == nil || e.Kind != awsops.KindExpired {
		t.Errorf("error %v", e)
	}
}
