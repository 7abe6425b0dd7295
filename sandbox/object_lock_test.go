package sandbox

import (
	"strings"
	"testing"
)

func TestTheLockOfAnObjectIsReadAsAWSTellsIt(t *testing.T) {
	s, _ := newSandbox(t)
	s.SeedDemo()
	for _, c := range []struct {
		path, says string
		status     int
	}{
		{"/contracts-worm/signed/lease-002.pdf?retention", "<Mode>COMPLIANCE</Mode><RetainUntilDate>2", 200},
		{"/contracts-worm/signed/supply-003.pdf?legal-hold", "<Status>ON</Status>", 200},
		{"/contracts-worm/signed/supply-003.pdf?retention", "<Code>NoSuchObjectLockConfiguration</Code>", 404},
		{"/contracts-worm/signed/lease-002.pdf?legal-hold", "<Code>NoSuchObjectLockConfiguration</Code>", 404},
		{"/contracts-worm/signed/none?retention", "<Code>NoSuchKey</Code>", 404},
		{"/invoices-2026/README.txt?retention", "Bucket is missing Object Lock Configuration", 400},
		{"/invoices-2026/README.txt?legal-hold", "Bucket is missing Object Lock Configuration", 400},
	} {
		res, body := send(t, s, "GET", "https://cooper.localhost"+c.path, "")
		if res.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", c.path, res.StatusCode, body)
		}
	}
}
