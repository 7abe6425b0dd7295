package sandbox

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/pquerna/otp"
)

// guarded is a server with a clock to be moved, and a bucket with MFA delete that holds versions of "k".
type guarded struct {
	*Server
	now  time.Time
	root *s3.Client
	ids  []string
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{now: fixedClock()}
	g.Server = New(Options{Clock: func() time.Time { return g.now }, Seed: 1})
	g.root = clientFor(g.Server, g.Root(), home)
	mustCreate(t, g.root, "bucket")
	setVersioning(t, g.root, types.BucketVersioningStatusEnabled)
	for range 4 {
		g.ids = append(g.ids, aws.ToString(put(t, g.root, "k", "v").VersionId))
	}
	if err := g.configure(t, g.root, "Enabled", "Enabled", g.token()); err != nil {
		t.Fatal(err)
	}
	g.step()
	return g
}

// token is the header's value at the server's time; step moves on to the next code.
func (g *guarded) token() string { return g.Device().Serial + " " + g.Device().Code(g.now) }
func (g *guarded) step()         { g.now = g.now.Add(30 * time.Second) }

func (g *guarded) configure(t *testing.T, c *s3.Client, status, mfa, token string) error {
	t.Helper()
	in := &s3.PutBucketVersioningInput{Bucket: aws.String("bucket"), VersioningConfiguration: &types.VersioningConfiguration{
		Status: types.BucketVersioningStatus(status), MFADelete: types.MFADelete(mfa)}}
	if token != "" {
		in.MFA = &token
	}
	_, err := c.PutBucketVersioning(t.Context(), in)
	return err
}

func (g *guarded) delete(t *testing.T, c *s3.Client, id, token string) error {
	t.Helper()
	in := &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")}
	if id != "" {
		in.VersionId = &id
	}
	if token != "" {
		in.MFA = &token
	}
	_, err := c.DeleteObject(t.Context(), in)
	return err
}

func (g *guarded) as(t *testing.T, name string) *s3.Client {
	t.Helper()
	creds, ok := g.Credentials(name)
	if !ok {
		t.Fatalf("no principal %q", name)
	}
	return clientFor(g.Server, creds, home)
}

func TestAVersionIsDeletedOnlyWithAFreshCodeOfTheRootsDevice(t *testing.T) {
	g := newGuarded(t)
	wantCode(t, g.delete(t, g.root, g.ids[0], ""), "AccessDenied", "Mfa Authentication must be used for this request")
	wantCode(t, g.delete(t, g.root, "", ""), "", "")
	token := g.token()
	wantCode(t, g.delete(t, g.root, g.ids[0], token), "", "")
	wantCode(t, g.delete(t, g.root, g.ids[1], token), "TokenCodeInvalidError", "The serial number and/or token code you provided is not valid.")
	if got := get(t, g.root, "k", g.ids[1]); got != "v" {
		t.Errorf("the version whose deletion was refused: %q", got)
	}
	if got := get(t, g.root, "k", g.ids[0]); got != "NoSuchVersion" {
		t.Errorf("the deleted version: %q", got)
	}
}

func TestRefusedMFAHeadersGetAWSsWords(t *testing.T) {
	g := newGuarded(t)
	serial := g.Device().Serial
	other, _ := g.Credentials(OtherRoot)
	foreign := g.devices.list[2]
	cases := []struct {
		name   string
		client *s3.Client
		token  func() string
		code   string
		words  string
	}{
		{"code alone", g.root, func() string { return "123456" }, "InvalidArgument", "Mfa header is invalid -- the header should be formatted as {serialNumber}(space){tokenCode}"},
		{"two spaces", g.root, func() string { return serial + "  " + g.Device().Code(g.now) }, "", ""},
		{"letters", g.root, func() string { return serial + " 12345a" }, "InvalidArgument", "Mfa header is invalid"},
		{"five digits", g.root, func() string { return serial + " 12345" }, "InvalidArgument", "Mfa header is invalid"},
		{"root's session", g.as(t, RootSession), g.token, "InvalidRequest", "DevPay and Mfa are mutually exclusive authorization methods."},
		{"role's session", g.as(t, AdminSession), g.token, "InvalidRequest", "DevPay and Mfa are mutually exclusive authorization methods."},
		{"IAM user", g.as(t, AdminUser), g.token, "AccessDenied", "This operation may only be performed by the bucket owner"},
		{"another root's device", g.root, func() string { return foreign.Serial + " " + foreign.Code(g.now) }, "NotDeviceOwnerError", "is not owned by the authenticated user"},
		{"no such device", g.root, func() string { return "GAHT12345678 123456" }, "NotDeviceOwnerError", "GAHT12345678"},
		{"code of two steps ago", g.root, func() string { return serial + " " + g.Device().Code(g.now.Add(-time.Minute)) }, "TokenCodeInvalidError", "not valid"},
		{"code of the day after", g.root, func() string { return serial + " " + g.Device().Code(g.now.Add(24*time.Hour)) }, "TokenCodeInvalidError", "not valid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g.now = g.now.Add(5 * time.Minute)
			token := c.token()
			if c.name == "two spaces" { // the client's signer squeezes spaces, so this one goes out raw
				res, body := send(t, g.Server, "DELETE", "https://cooper.localhost/bucket/k?versionId="+g.ids[3], "", "X-Amz-Mfa", token)
				wantError(t, res, body, 400, "InvalidArgument", "<ArgumentName>x-amz-mfa</ArgumentName>")
				return
			}
			wantCode(t, g.delete(t, c.client, g.ids[3], token), c.code, c.words)
		})
	}
	if err := g.delete(t, clientFor(g.Server, other, home), g.ids[3], g.token()); code(err) != "AccessDenied" {
		t.Errorf("another account: %v", err)
	}
	res, body := send(t, g.Server, "DELETE", "http://cooper.localhost/bucket/k?versionId="+g.ids[3], "", "X-Amz-Mfa", g.token())
	wantError(t, res, body, 400, "InvalidRequest", "must use HTTPS")
	if got := get(t, g.root, "k", g.ids[3]); got != "v" {
		t.Errorf("after all refusals: %q", got)
	}
}

func TestCodesOfTheNeighbouringStepsAreGoodOnceEach(t *testing.T) {
	g := newGuarded(t)
	g.now = g.now.Add(time.Hour)
	for i, off := range []time.Duration{-30 * time.Second, 30 * time.Second, 0} {
		token := g.Device().Serial + " " + g.Device().Code(g.now.Add(off))
		wantCode(t, g.delete(t, g.root, g.ids[i], token), "", "")
		wantCode(t, g.delete(t, g.root, g.ids[3], token), "TokenCodeInvalidError", "")
	}
}

func TestDeleteObjectsFailsAsAWholeWithoutAGoodCode(t *testing.T) {
	g := newGuarded(t)
	try := func(token string, ids ...types.ObjectIdentifier) (*s3.DeleteObjectsOutput, error) {
		in := &s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &types.Delete{Objects: ids}}
		if token != "" {
			in.MFA = &token
		}
		return g.root.DeleteObjects(t.Context(), in)
	}
	versioned := types.ObjectIdentifier{Key: aws.String("k"), VersionId: &g.ids[0]}
	plain := types.ObjectIdentifier{Key: aws.String("k")}
	_, err := try("", plain, versioned)
	wantCode(t, err, "AccessDenied", "Mfa Authentication must be used for this request")
	_, err = try(g.Device().Serial+" 000000", plain)
	wantCode(t, err, "TokenCodeInvalidError", "")
	if got := get(t, g.root, "k", ""); got != "v" {
		t.Errorf("a refused request deleted the plain key: %q", got)
	}
	if _, err = try("", plain); err != nil {
		t.Errorf("plain keys need no code: %v", err)
	}
	out, err := try(g.token(), versioned, types.ObjectIdentifier{Key: aws.String("k"), VersionId: &g.ids[1]})
	if err != nil || len(out.Deleted) != 2 || len(out.Errors) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestEveryChangeOfVersioningNeedsACodeWhileMFADeleteIsOn(t *testing.T) {
	g := newGuarded(t)
	for _, state := range [][2]string{{"Suspended", ""}, {"Enabled", ""}, {"Enabled", "Disabled"}, {"Suspended", "Disabled"}} {
		wantCode(t, g.configure(t, g.root, state[0], state[1], ""), "AccessDenied", "Mfa Authentication must be used for this request")
	}
	wantCode(t, g.configure(t, g.root, "Suspended", "", g.token()), "", "")
	out, err := g.root.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("bucket")})
	if err != nil || out.Status != "Suspended" || out.MFADelete != "Enabled" {
		t.Fatalf("MFA delete stays when the request doesn't name it: %+v, %v", out, err)
	}
	g.step()
	wantCode(t, g.configure(t, g.root, "Enabled", "Disabled", g.token()), "", "")
	wantCode(t, g.delete(t, g.root, g.ids[0], ""), "", "")
	wantCode(t, g.configure(t, g.root, "Suspended", "", ""), "", "")
	wantCode(t, g.configure(t, g.as(t, AdminUser), "Enabled", "Enabled", ""), "AccessDenied", "Mfa Authentication must be used")
}

func TestTheVersioningDocumentIsCheckedAsS3Does(t *testing.T) {
	s, _ := newSandbox(t)
	for _, c := range []struct {
		body, code string
		status     int
	}{
		{"<VersioningConfiguration/>", "IllegalVersioningConfigurationException", 400},
		{"<VersioningConfiguration><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>", "IllegalVersioningConfigurationException", 400},
		{"<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>", "MalformedXML", 400},
		{"<VersioningConfiguration><Status>Enabled</Status><MFADelete>Enabled</MFADelete></VersioningConfiguration>", "MalformedXML", 400},
		{"<VersioningConfiguration><Status>Enabled</Status><MfaDelete>On</MfaDelete></VersioningConfiguration>", "MalformedXML", 400},
		{"<Versioning><Status>Enabled</Status></Versioning>", "MalformedXML", 400},
		{"<VersioningConfiguration><Status>Enabled", "MalformedXML", 400},
	} {
		res, body := send(t, s, "PUT", "https://cooper.localhost/bucket?versioning", c.body)
		wantError(t, res, body, c.status, c.code, "")
	}
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket?versioning", "")
	if res.StatusCode != 200 || strings.Contains(body, "<Status>") || strings.Contains(body, "<MfaDelete>") {
		t.Errorf("a bucket whose versioning was never set: %s", body)
	}
	send(t, s, "PUT", "https://cooper.localhost/bucket?versioning", "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>")
	if _, body = send(t, s, "GET", "https://cooper.localhost/bucket?versioning", ""); !strings.Contains(body, "<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>") {
		t.Errorf("after disabling what was never on: %s", body)
	}
}

func TestMFADeleteAndLifecycleRulesExcludeEachOther(t *testing.T) {
	g := newGuarded(t)
	rule := &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{Status: "Enabled", Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")},
		NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(30)}}}}
	put := func() error {
		_, err := g.root.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: aws.String("bucket"), LifecycleConfiguration: rule})
		return err
	}
	wantCode(t, put(), "InvalidBucketState", "Mfa Authentication")
	wantCode(t, g.configure(t, g.root, "Enabled", "Disabled", g.token()), "", "")
	wantCode(t, put(), "", "")
	g.step()
	token := g.token()
	wantCode(t, g.configure(t, g.root, "Enabled", "Enabled", token), "InvalidBucketState",
		"Mfa Authentication is not supported on a bucket with lifecycle configuration. Delete lifecycle configuration before enabling Mfa Authentication.")
	if _, err := g.root.DeleteBucketLifecycle(t.Context(), &s3.DeleteBucketLifecycleInput{Bucket: aws.String("bucket")}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, g.configure(t, g.root, "Enabled", "Enabled", token), "", "")
}

func TestTheDeviceIsEnrolledByItsURI(t *testing.T) {
	d := New(Options{}).Device()
	key, err := otp.NewKeyFromURL(d.URI())
	if err != nil {
		t.Fatal(err)
	}
	if key.Secret() != RootDeviceSeed || key.Issuer() != "Amazon Web Services" || key.AccountName() != "root@111122223333" {
		t.Errorf("%s %s", key.Issuer(), key.AccountName())
	}
	if u, err := url.Parse(d.URI()); err != nil || u.Host != "totp" {
		t.Errorf("%v, %v", u, err)
	}
	if strings.Contains(d.String()+d.GoString(), RootDeviceSeed[:8]) {
		t.Error("the seed shows in logs")
	}
}
