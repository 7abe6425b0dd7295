package main

import (
	"bytes"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/sandbox"
)

// openGuarded is a shell on a server with TLS, whose clock stands five seconds after a code's beginning: however slow the
// programs are, a code stays good.
func openGuarded(t *testing.T) *shellWorld {
	t.Helper()
	stands := time.Now().Truncate(30 * time.Second).Add(5 * time.Second)
	server := sandbox.New(sandbox.Options{Seed: 1, Clock: func() time.Time { return stands }, SignatureClock: time.Now})
	parts := newPartLog(server)
	endpoint := httptest.NewTLSServer(parts)
	t.Cleanup(endpoint.Close)
	w := shellOn(t, server, parts, endpoint.URL, endpoint.Client())
	ca := filepath.Join(w.vars["HOME"], "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: endpoint.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	w.vars["AWS_CA_BUNDLE"] = ca
	return w
}

// onTTY starts a verb on a terminal.
func (w *shellWorld) onTTY(t *testing.T, args ...string) *child {
	t.Helper()
	var env []string
	for k, v := range w.vars {
		env = append(env, k+"="+v)
	}
	return startChild(t, 160, 50, env, args...)
}

// alone runs a verb without any terminal.
func (w *shellWorld) alone(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	cmd := w.command(t.Context(), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // the code is what counts
	return cmd.ProcessState.ExitCode(), out.String()
}

func (w *shellWorld) ends(t *testing.T, c *child, want int, says string) {
	t.Helper()
	if code, text := c.exit(), c.screen.Text(); code != want || !strings.Contains(text, says) {
		t.Errorf("exit %d, want %d and %q:\n%s", code, want, says, text)
	}
}

func TestConsentIsAskedForAtTheTerminal(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	_, err := w.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("box"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTree(t, map[string][]byte{"a": []byte("one"), "b": []byte("two")})
	w.must(t, 0, "cp", "-r", "--yes", dir, "s3://box/in")
	if code, said := w.alone(t, "rm", "s3://box/in/a"); code != 4 || !strings.Contains(said, "--yes agrees to it") {
		t.Errorf("without a terminal: exit %d, %s", code, said)
	}
	c := w.onTTY(t, "rm", "s3://box/in/a")
	c.until("Type yes to go on:")
	c.typed("no\r")
	w.ends(t, c, 4, "nothing was done: the plan was not agreed to")
	c = w.onTTY(t, "rm", "s3://box/in/a")
	c.until("Type yes to go on:")
	c.typed("yes\r")
	w.ends(t, c, 0, "1 done")
	c = w.onTTY(t, "rm", "-r", "--versions", "s3://box/")
	c.until("Type box to go on:")
	c.typed("yes\r")
	w.ends(t, c, 4, "nothing was done")
	c = w.onTTY(t, "rm", "-r", "--versions", "s3://box/")
	c.until("Type box to go on:")
	c.typed("\x03")
	w.ends(t, c, 128+int(syscall.SIGINT), "")
	c = w.onTTY(t, "rm", "-r", "--versions", "s3://box/")
	c.until("Type box to go on:")
	c.typed("box\r")
	w.ends(t, c, 0, "3 done") // two versions and a marker
	w.must(t, 5, "ls", "-r", "--versions", "s3://box/in/")
}

func TestCodesAreAskedForAtTheTerminal(t *testing.T) {
	t.Parallel()
	w := openGuarded(t)
	dir := writeTree(t, map[string][]byte{"k": []byte("one")})
	device := w.server.Device()
	now, serial := w.server.Now(), device.Serial
	_, err := w.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("box"), MFA: aws.String(serial + " " + device.Code(now)),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled, MFADelete: types.MFADeleteEnabled}})
	if err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "cp", "--yes", filepath.Join(dir, "k"), "s3://box/k")
	if code, said := w.alone(t, "rm", "--yes", "--versions", "s3://box/k"); code != 4 || !strings.Contains(said, "code") {
		t.Errorf("without a terminal: exit %d, %s", code, said)
	}
	wrong, right := "000000", device.Code(now.Add(30*time.Second)) // its clock may be a step ahead, and the present code is spent
	if device.Code(now) == wrong || right == wrong {
		wrong = "000001"
	}
	c := w.onTTY(t, "rm", "--yes", "--versions", "s3://box/k")
	c.until("MFA device:")
	c.typed(serial + "\r")
	c.until("One-time code of")
	c.typed(wrong + "\r")
	c.until("TokenCodeInvalidError")
	c.until("The next code can be sent in")
	c.typed("\x03")
	w.ends(t, c, 128+int(syscall.SIGINT), "")
	hidden(t, c, wrong)
	c = w.onTTY(t, "rm", "--yes", "--versions", "s3://box/k")
	c.until("MFA device:")
	c.typed(serial + "\r")
	c.until("One-time code of")
	c.typed(right[:3] + " " + right[3:] + "\r")
	w.ends(t, c, 0, "1 done")
	hidden(t, c, right)
	w.must(t, 5, "ls", "--versions", "s3://box/k")
}

// hidden holds that a code is not on the screen.
func hidden(t *testing.T, c *child, code string) {
	t.Helper()
	if text := c.screen.Text(); strings.Contains(text, code) {
		t.Errorf("the code was shown:\n%s", text)
	}
}
