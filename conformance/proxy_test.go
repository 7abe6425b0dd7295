package conformance

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"cooper/awsops"
)

// behindProxy marks the process that is started behind a proxy: Go reads the proxy's variables once, when a process sends
// its first request.
const behindProxy = "COOPER_TEST_BEHIND_PROXY"

func TestAProxyCarriesTheRequests(t *testing.T) {
	if os.Getenv(behindProxy) != "" {
		s, err := awsops.Open(t.Context(), awsops.Options{Region: "eu-west-1", Endpoint: "http://s3.behind.example", Dialect: awsops.DialectCompatible})
		if err != nil {
			t.Fatal(err)
		}
		if e := listBuckets(t, s); e != nil {
			t.Error(e)
		}
		return
	}
	var mu sync.Mutex
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Host)
		_, _ = w.Write([]byte("<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>"))
	}))
	defer proxy.Close()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAProxyCarriesTheRequests$")
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			child.Env = append(child.Env, v)
		}
	}
	child.Env = append(child.Env, behindProxy+"=1", "HTTP_PROXY="+proxy.URL, "AWS_ACCESS_KEY_ID=AKIAEXAMPLEEXAMPLE01",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) == 0 || asked[0] != "s3.behind.example" {
		t.Errorf("the proxy was asked for %v", asked)
	}
}
