package sandbox

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// corsCases are the cases that are kept as data, each with the page that says so. They are read and not imported: the
// two engines share nothing else.
const corsCases = "../awsops/cors/testdata/cors/"

// corsCaseRule is a rule as the AWS CLI writes it.
type corsCaseRule struct {
	ID                                                            string
	AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders []string
	MaxAgeSeconds                                                 *int32
}

func readCases[T any](t *testing.T, name string) T {
	t.Helper()
	raw, err := os.ReadFile(corsCases + name)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func corsXML(t *testing.T, rules []corsCaseRule) string {
	t.Helper()
	conf := corsConfiguration{XMLName: named("CORSConfiguration")}
	for _, r := range rules {
		rule := corsRule{Headers: r.AllowedHeaders, Methods: r.AllowedMethods, Origins: r.AllowedOrigins, Exposed: r.ExposeHeaders, MaxAge: r.MaxAgeSeconds}
		if r.ID != "" {
			rule.ID = &r.ID
		}
		conf.Rules = append(conf.Rules, rule)
	}
	text, err := xml.Marshal(conf)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// cross sends a request as a browser would.
func cross(t *testing.T, s *Server, verb, url, origin, method, headers string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), verb, url, nil)
	for name, v := range map[string]string{"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers} {
		if v != "" {
			r.Header.Set(name, v)
		}
	}
	if verb != http.MethodOptions {
		signFor(s, r, home)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestEveryCORSCaseIsAnsweredAsItsPageSays(t *testing.T) {
	f := readCases[struct {
		Configs map[string][]corsCaseRule
		Cases   []struct {
			Name, Config string
			Request      struct{ Verb, Origin, Method, Headers string }
			Want         struct {
				Status                                                         int
				Code, Words                                                    string
				AllowOrigin, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge string
				Credentials                                                    bool
			}
		}
	}](t, "requests.json")
	for _, c := range f.Cases {
		s, _ := newSandbox(t)
		if rules := f.Configs[c.Config]; rules != nil {
			if status, body := config(t, s, "cors", corsXML(t, rules)); status != 200 {
				t.Fatalf("%s: %d %s", c.Config, status, body)
			}
		}
		url := "https://cooper.localhost/bucket/key"
		send(t, s, "PUT", url, "text")
		w := cross(t, s, c.Request.Verb, url, c.Request.Origin, c.Request.Method, c.Request.Headers)
		if w.Code != c.Want.Status || c.Want.Code != "" && !strings.Contains(w.Body.String(), "<Code>"+c.Want.Code+"</Code>") ||
			!strings.Contains(w.Body.String(), strings.ReplaceAll(c.Want.Words, "'", "&#39;")) {
			t.Errorf("%s: %d %s", c.Name, w.Code, w.Body)
		}
		credentials := ""
		if c.Want.Credentials {
			credentials = "true"
		}
		for name, want := range map[string]string{"Access-Control-Allow-Origin": c.Want.AllowOrigin, "Access-Control-Allow-Methods": c.Want.AllowMethods,
			"Access-Control-Allow-Headers": c.Want.AllowHeaders, "Access-Control-Expose-Headers": c.Want.ExposeHeaders,
			"Access-Control-Max-Age": c.Want.MaxAge, "Access-Control-Allow-Credentials": credentials} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.Name, name, got, want)
			}
		}
		if vary := w.Header().Get("Vary"); (c.Want.AllowOrigin != "") != strings.HasPrefix(vary, "Origin, ") {
			t.Errorf("%s: Vary is %q", c.Name, vary)
		}
	}
}

func TestEveryCORSDocumentIsTakenOrRefused(t *testing.T) {
	for _, c := range readCases[[]struct {
		Name, Code, Words string
		Rules             []corsCaseRule
	}](t, "documents.json") {
		s, _ := newSandbox(t)
		doc := corsXML(t, c.Rules)
		status, body := config(t, s, "cors", doc)
		if c.Code != "" {
			if status != 400 || !strings.Contains(body, "<Code>"+c.Code+"</Code>") || !strings.Contains(body, c.Words) {
				t.Errorf("%s: %d %s", c.Name, status, body)
			}
			if got := show(t, s, "cors"); !strings.Contains(got, "NoSuchCORSConfiguration") {
				t.Errorf("%s: %s", c.Name, got)
			}
			continue
		}
		if got := show(t, s, "cors"); status != 200 || got != strings.ReplaceAll(doc, ` xmlns="`+namespace+`"`, "") {
			t.Errorf("%s: %d %s %s", c.Name, status, body, got)
		}
	}
}

func TestACORSDocumentThatIsTooLongOrOddIsRefused(t *testing.T) {
	s, _ := newSandbox(t)
	rule := "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
	for doc, code := range map[string]string{
		"<CORSConfiguration>" + rule + "<ID>" + strings.Repeat("a", 64<<10) + "</ID></CORSRule></CORSConfiguration>": "MaxMessageLengthExceeded",
		"<CORSConfiguration>" + rule + "<MaxAgeSeconds>-1</MaxAgeSeconds></CORSRule></CORSConfiguration>":            "MalformedXML",
		"<CORSConfiguration>" + rule + "<Maximum>1</Maximum></CORSRule></CORSConfiguration>":                         "MalformedXML",
		"<CORS>" + rule + "</CORSRule></CORS>": "MalformedXML",
	} {
		if status, body := config(t, s, "cors", doc); status != 400 || !strings.Contains(body, code) {
			t.Errorf("%d %s, want %s", status, body, code)
		}
	}
	if res, _ := send(t, s, "PUT", "https://cooper.localhost/bucket?cors", "<CORSConfiguration>"+rule+"</CORSRule></CORSConfiguration>"); res.StatusCode != 400 {
		t.Errorf("without a digest: %d", res.StatusCode)
	}
}

func TestARemovedCORSConfigurationIsGone(t *testing.T) {
	s, _ := newSandbox(t)
	config(t, s, "cors", corsXML(t, []corsCaseRule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}}))
	for range 2 {
		if res, _ := send(t, s, "DELETE", "https://cooper.localhost/bucket?cors", ""); res.StatusCode != 204 {
			t.Errorf("%d", res.StatusCode)
		}
	}
	w := cross(t, s, "OPTIONS", "https://cooper.localhost/bucket/key", "https://a.example.com", "GET", "")
	if w.Code != 403 || !strings.Contains(w.Body.String(), "CORS is not enabled") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAPreflightNeedsNoSignatureAndNoObject(t *testing.T) {
	s, _ := newSandbox(t)
	config(t, s, "cors", corsXML(t, []corsCaseRule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET", "PUT"}}}))
	for url, want := range map[string]int{
		"https://cooper.localhost/bucket/no-such-key": 200, "https://cooper.localhost/bucket": 200, "https://bucket.cooper.localhost/key": 200,
		"https://cooper.localhost/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00": 200,
		"https://cooper.localhost/no-such-bucket/key":                                             403, "https://cooper.localhost/": 405,
	} {
		if w := cross(t, s, "OPTIONS", url, "https://a.example.com", "PUT", ""); w.Code != want {
			t.Errorf("%s: %d %s", url, w.Code, w.Body)
		}
	}
	w := cross(t, s, "OPTIONS", "https://cooper.localhost/no-such-bucket/key", "https://a.example.com", "PUT", "")
	if !strings.Contains(w.Body.String(), "CORSResponse: Bucket not found") || !strings.Contains(w.Body.String(), "<ResourceType>OBJECT</ResourceType>") {
		t.Errorf("%s", w.Body)
	}
}

func TestARequestThatNoRuleAllowsIsCarriedOutAllTheSame(t *testing.T) {
	s, _ := newSandbox(t)
	config(t, s, "cors", corsXML(t, []corsCaseRule{{AllowedOrigins: []string{"https://a.example.com"}, AllowedMethods: []string{"GET"}}}))
	url := "https://cooper.localhost/bucket/key"
	if w := cross(t, s, "PUT", url, "https://b.example.com", "", ""); w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := cross(t, s, "GET", url, "https://a.example.com", "", ""); w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "https://a.example.com" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := cross(t, s, "GET", url+"-not-there", "https://a.example.com", "", ""); w.Code != 404 || w.Header().Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("an error: %d %v", w.Code, w.Header())
	}
}
