package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"syscall"
	"testing"
)

// served starts cooper sandbox and gives what it prints: the variables, and those that are in its comments.
func (w *shellWorld) served(t *testing.T, args ...string) map[string]string {
	t.Helper()
	cmd := w.command(context.WithoutCancel(t.Context()), append([]string{"sandbox", "--empty"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 128+int(syscall.SIGTERM) {
			t.Errorf("it ended with %v", err)
		}
	})
	vars := map[string]string{}
	for lines := bufio.NewScanner(out); vars["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "" && lines.Scan(); {
		_, list, _ := strings.Cut(lines.Text(), "export ")
		for field := range strings.FieldsSeq(list) {
			if name, value, ok := strings.Cut(field, "="); ok {
				vars[name] = value
			}
		}
	}
	return vars
}

func TestTheSandboxServesTheSourcesOfCredentialsToOtherPrograms(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	vars := w.served(t, "--listen", "127.0.0.1:0", "--sources", "127.0.0.1:0", "--fill", "many=3")
	ca, url := vars["AWS_CA_BUNDLE"], vars["AWS_ENDPOINT_URL"]
	if vars["AWS_ENDPOINT_URL_SSO_OIDC"] == "" || vars["AWS_ENDPOINT_URL_SSO"] != vars["AWS_ENDPOINT_URL_SIGNIN"] {
		t.Errorf("printed %v", vars)
	}
	for name, set := range map[string][]string{
		"container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"}, "EC2": {"AWS_EC2_METADATA_SERVICE_ENDPOINT"},
	} {
		other := &shellWorld{vars: map[string]string{"HOME": t.TempDir(), "AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": ca, "AWS_ENDPOINT_URL": url, "COOPER_DIALECT": "sandbox"}}
		for _, v := range set {
			other.vars[v] = vars[v]
		}
		if code, out, errs := other.run(t, "ls", "-r", "s3://many"); code != 0 || strings.Count(out, ".dat") != 3 {
			t.Errorf("%s: exit %d: %s%s", name, code, out, errs)
		}
	}
	w.must(t, 2, "sandbox", "--empty", "--sources", "0.0.0.0:0")
	w.must(t, 2, "sandbox", "--empty", "--fill", "many=x")
}
