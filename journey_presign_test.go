package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// signature is what makes a presigned URL work.
var signature = regexp.MustCompile(`X-Amz-Signature=([0-9a-f]{64})`)

// fetch uses a URL as anybody who has it could.
func (r *rig) fetch(url string) *httptest.ResponseRecorder {
	r.t.Helper()
	req := httptest.NewRequestWithContext(r.t.Context(), http.MethodGet, url, nil)
	out := httptest.NewRecorder()
	r.server.ServeHTTP(out, req)
	return out
}

func TestAPresignedURLIsMadeListedUsedAndDiesAndIsNowhereButInItsBox(t *testing.T) {
	journey(t, setup{width: 120, height: 40}, func(r *rig) {
		r.bucket("invoices-2026")
		r.Press("enter")
		r.until("README.txt")
		r.selectRow("README.txt")
		r.Press("p")
		r.until("Presigned URL for invoices-2026/README.txt")
		r.Press("enter")
		r.until("Presigned GET", "dies at", "The bucket lets it pass now.")
		r.SeesNot("X-Amz-")
		r.Sleep(quiet)
		r.Press("y")
		r.until("X-Amz-Signature")
		copied := r.Screen().Copied()
		if len(copied) != 1 {
			t.Fatalf("%d values were copied", len(copied))
		}
		url := copied[0]
		secret := signature.FindStringSubmatch(url)
		if secret == nil {
			t.Fatal("what was copied is no presigned URL")
		}
		if got := r.fetch(url); got.Code != http.StatusOK || got.Body.Len() == 0 {
			t.Errorf("used at once: %d, %d bytes", got.Code, got.Body.Len())
		}
		if got := r.fetch(strings.Replace(url, "README", "READMY", 1)); got.Code != http.StatusForbidden {
			t.Errorf("for another key: %d", got.Code)
		}

		r.Press("esc")
		r.Sleep(quiet)
		r.Press("esc")
		r.Sleep(quiet)
		r.SeesNot("X-Amz-")
		r.Press(":")
		r.Type("presigned")
		r.Press("enter")
		r.until("dies in", "invoices-2026/README.txt", "59 min")
		r.SeesNot("X-Amz-", secret[1])
		r.Sleep(58 * time.Minute)
		r.SeesNot("59 min")
		if got := r.fetch(url); got.Code != http.StatusOK {
			t.Errorf("before its end: %d", got.Code)
		}
		r.Sleep(3 * time.Minute)
		r.until("dead")
		if got := r.fetch(url); got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "expired") {
			t.Errorf("after its end: %d %s", got.Code, got.Body)
		}

		r.Press(":")
		r.Type("log")
		r.Press("enter")
		r.until("presign")
		r.SeesNot("X-Amz-", secret[1])
		if all := r.written(); strings.Contains(all, secret[1]) || strings.Contains(all, "X-Amz-Signature") || !strings.Contains(all, "presign") {
			t.Error("the URL was written, or that it was made was not")
		}
	})
}
