package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// askSource sends one request to the sources and gives status and body.
func askSource(t *testing.T, c *Sources, method, path, body string, header ...string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestTheMetadataServiceKnowsVersionTwoOnly(t *testing.T) {
	now := fixedClock()
	c := New(Options{Clock: func() time.Time { return now }}).Sources()
	const path = "/latest/meta-data/iam/security-credentials/"
	if status, _ := askSource(t, c, http.MethodGet, path, ""); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	if status, _ := askSource(t, c, http.MethodPut, "/latest/api/token", ""); status != 400 {
		t.Errorf("a token without a life: %d", status)
	}
	_, token := askSource(t, c, http.MethodPut, "/latest/api/token", "", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60")
	if status, body := askSource(t, c, http.MethodGet, path, "", "X-Aws-Ec2-Metadata-Token", token); status != 200 || body != SourceRole {
		t.Errorf("with a token: %d %s", status, body)
	}
	now = now.Add(time.Minute)
	if status, _ := askSource(t, c, http.MethodGet, path, "", "X-Aws-Ec2-Metadata-Token", token); status != 401 {
		t.Errorf("with a token that is over: %d", status)
	}
}

func TestAContainerNeedsItsToken(t *testing.T) {
	c := New(Options{}).Sources()
	for token, want := range map[string]int{"": 401, "wrong": 401, ContainerToken: 200} {
		if status, _ := askSource(t, c, http.MethodGet, "/v2/credentials", "", "Authorization", token); status != want {
			t.Errorf("%q: %d, want %d", token, status, want)
		}
	}
}

func TestALoginNeedsARegisteredClientAndAStartURL(t *testing.T) {
	c := New(Options{}).Sources()
	for body, want := range map[string]string{
		`{"clientName":"x","clientType":"confidential"}`: "invalid_client_metadata", `{}`: "invalid_client_metadata", `nonsense`: "invalid_client_metadata",
	} {
		if status, got := askSource(t, c, http.MethodPost, "/client/register", body); status != 400 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s", body, status, got)
		}
	}
	if status, got := askSource(t, c, http.MethodPost, "/device_authorization", `{"clientId":"x"}`); status != 401 || !strings.Contains(got, "invalid_client") {
		t.Errorf("an unknown client: %d %s", status, got)
	}
	if status, _ := askSource(t, c, http.MethodGet, "/federation/credentials?account_id=1&role_name=x", ""); status != 401 {
		t.Errorf("without a token: %d", status)
	}
}

func TestThePageOfADeviceAllowsTheLoginWithItsCode(t *testing.T) {
	c := New(Options{}).Sources()
	if _, body := askSource(t, c, http.MethodGet, "/device?user_code=ABCD-EFGH", ""); !strings.Contains(body, "<form") {
		t.Errorf("page %s", body)
	}
	if _, body := askSource(t, c, http.MethodPost, "/device?user_code=ABCD-EFGH", ""); !strings.Contains(body, "no such login") {
		t.Errorf("an unknown code: %s", body)
	}
	c.devices["device"] = &deviceLogin{user: "ABCD-EFGH", ends: time.Now().Add(time.Minute)}
	if _, body := askSource(t, c, http.MethodPost, "/device?user_code=ABCD-EFGH", ""); !strings.Contains(body, "allowed") || !c.devices["device"].allowed {
		t.Errorf("the code: %s", body)
	}
}
