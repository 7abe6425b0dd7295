package awsops

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// hosts opens a session on what the environment and the config file say, makes calls of each service, and gives the
// hosts that were asked.
func hosts(t *testing.T, config string, env map[string]string, change ...func(*Options)) []string {
	t.Helper()
	noSource(t)
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS",
		"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
		t.Setenv(name, "")
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE01")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for name, value := range env {
		t.Setenv(name, value)
	}
	w := &wire{answer: func(_ int, _ *http.Request, body string) (*answered, error) {
		if strings.Contains(body, "GetCallerIdentity") {
			return reply(200, callerAnswer), nil
		}
		return reply(200, `<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>`), nil
	}}
	opt := Options{Transport: w}
	for _, f := range change {
		f(&opt)
	}
	s, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client(clientKey{region: s.Region()}).ListBuckets(t.Context(), &s3.ListBucketsInput{}); err != nil {
		t.Fatal(err)
	}
	s.Identity(t.Context())
	var out struct{}
	_ = s.Reader().Control(t.Context(), "GetPublicAccessBlock", "configuration/publicAccessBlock", &out) // only where it went matters
	var asked []string
	for _, r := range w.requests() {
		asked = append(asked, r.Host)
	}
	return asked
}

func TestRequestsGoWhereTheConfigurationSays(t *testing.T) {
	for _, c := range []struct {
		name, config string
		env          map[string]string
		want         []string
	}{
		{"commercial", "", map[string]string{"AWS_REGION": "eu-west-1"},
			[]string{"s3.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com", "111122223333.s3-control.eu-west-1.amazonaws.com"}},
		{"China", "", map[string]string{"AWS_REGION": "cn-north-1"}, []string{"s3.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn"}},
		{"European sovereign cloud", "", map[string]string{"AWS_REGION": "eusc-de-east-1"}, []string{"s3.eusc-de-east-1.amazonaws.eu", "sts.eusc-de-east-1.amazonaws.eu"}},
		{"GovCloud with FIPS", "", map[string]string{"AWS_REGION": "us-gov-west-1", "AWS_USE_FIPS_ENDPOINT": "true"},
			[]string{"s3-fips.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.amazonaws.com"}},
		{"FIPS", "", map[string]string{"AWS_REGION": "us-east-1", "AWS_USE_FIPS_ENDPOINT": "true"},
			[]string{"s3-fips.us-east-1.amazonaws.com", "sts-fips.us-east-1.amazonaws.com", "111122223333.s3-control-fips.us-east-1.amazonaws.com"}},
		{"dual-stack", "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
			[]string{"s3.dualstack.eu-west-1.amazonaws.com", "sts.eu-west-1.api.aws", "111122223333.s3-control.dualstack.eu-west-1.amazonaws.com"}},
		{"both, by the profile", "[default]\nregion = us-west-2\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n", nil,
			[]string{"s3-fips.dualstack.us-west-2.amazonaws.com", "111122223333.s3-control-fips.dualstack.us-west-2.amazonaws.com"}},
		{"an endpoint of STS alone", "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": "https://vpce-1.sts.example"},
			[]string{"s3.eu-west-1.amazonaws.com", "vpce-1.sts.example"}},
		{"an endpoint of S3 alone", "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "https://ceph.example:8443"}, []string{"ceph.example:8443"}},
		{"one endpoint for all", "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "https://all.example"}, []string{"all.example"}},
		{"an endpoint of the services section", "[default]\nregion = eu-west-1\nservices = lab\n[services lab]\ns3 =\n  endpoint_url = https://lab.example\n", nil, []string{"lab.example"}},
		{"endpoints ignored", "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "https://ceph.example", "AWS_ENDPOINT_URL_STS": "https://sts.example",
			"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, []string{"s3.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := hosts(t, c.config, c.env)
			for _, want := range c.want {
				if !slices.Contains(got, want) {
					t.Errorf("asked %v, want %s among them", got, want)
				}
			}
		})
	}
}

func TestAnEndpointThatWasGivenByHandWins(t *testing.T) {
	got := hosts(t, "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "https://ceph.example"},
		func(o *Options) { o.Endpoint, o.Dialect = "https://mine.example", DialectCompatible })
	if !slices.Equal(got, []string{"mine.example"}) {
		t.Errorf("asked %v", got)
	}
}
