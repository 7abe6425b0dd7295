package main

import (
	"bytes"
	"context"
	"strings"
	"syscall"
	"testing"

	"cooper/ui"
)

func TestAddressesOnTheCommandLine(t *testing.T) {
	for _, c := range []struct {
		in   string
		want ui.Place
		err  string
	}{
		{in: "s3://invoices", want: ui.Place{Screen: "objects", Bucket: "invoices"}},
		{in: "s3://invoices/", want: ui.Place{Screen: "objects", Bucket: "invoices"}},
		{in: "s3://invoices/2026/03/", want: ui.Place{Screen: "objects", Bucket: "invoices", Prefix: "2026/03/"}},
		{in: "s3://invoices//x", want: ui.Place{Screen: "objects", Bucket: "invoices", Prefix: "/x"}},
		{in: "invoices", want: ui.Place{Screen: "objects", Bucket: "invoices"}},
		{in: "s3://", err: "names no bucket"},
		{in: "show me buckets", err: "is no name of a bucket"},
		{in: "", err: "names no bucket"},
		{in: "arn:aws-cn:s3:::photos/2026/a:b", want: ui.Place{Screen: "objects", Bucket: "photos", Prefix: "2026/a:b"}},
		{in: "s3://arn:aws:s3:::photos", want: ui.Place{Screen: "objects", Bucket: "photos"}},
		{in: "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/k", err: "is an access point: give the bucket behind it"},
		{in: "s3://arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/x", err: "is an access point"},
		{in: "arn:aws:iam::111122223333:user/anna", err: "is no ARN of a bucket"},
		{in: "arn:aws:s3:::", err: "is no ARN of a bucket"},
		{in: "arn:", err: "is no ARN of a bucket"},
		{in: "https://bucket.example", err: "is not an S3 address"},
	} {
		got, err := placeOf(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: error %v, want %q", c.in, err, c.err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%q: got %+v, %v", c.in, got, err)
		}
	}
}

func TestACommandLineThatCanNotBeUsedIsSaidInOneSentence(t *testing.T) {
	home := t.TempDir()
	env := func(name string) string {
		return map[string]string{"HOME": home, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}[name]
	}
	for _, c := range []struct {
		name string
		args []string
		says string
		code int
	}{
		{"unknown flag", []string{"--nope"}, "unknown flag: --nope", 2},
		{"bad address", []string{"https://x"}, "is not an S3 address", 2},
		{"bad path style", []string{"--path-style", "sometimes"}, "--path-style", 2},
		{"bad region", []string{"--region", "Ireland!"}, "--region", 2},
		{"unknown profile", []string{"--profile", "nope"}, "cooper: there is no profile", 1},
		{"clock without demo", []string{"--demo-clock", "2026-11-21T10:00:00Z"}, "--demo-clock goes with --demo", 2},
		{"bad clock", []string{"--demo", "--demo-clock", "noon"}, "--demo-clock wants a time", 2},
		{"demo with a profile", []string{"--demo", "--profile", "prod"}, "--demo has its own account", 2},
		{"no terminal", nil, "is not a terminal", 2},
		{"demo without a terminal", []string{"--demo"}, "is not a terminal", 2},
		{"missing configuration", []string{"--config", home + "/none.toml"}, "none.toml", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), c.args, env, strings.NewReader(""), &out, &errs)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(errs.String(), c.says) || strings.Count(errs.String(), "\n") != 1 {
				t.Errorf("said %q, want one line with %q", errs.String(), c.says)
			}
		})
	}
}

func TestTheVersionIsPrinted(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"version"}, func(string) string { return "" }, nil, &out, &errs)
	if code != 0 || !strings.HasPrefix(out.String(), "cooper ") || errs.Len() > 0 {
		t.Errorf("code %d, out %q, err %q", code, out.String(), errs.String())
	}
}

func TestASignalEndsTheProgramWithItsExitCode(t *testing.T) {
	p := &process{env: func(string) string { return "" }}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(signalError{syscall.SIGHUP})
	if code := p.exitCode(ctx, context.Cause(ctx)); code != 129 {
		t.Errorf("exit code %d, want 129", code)
	}
	if said := p.sentence(context.Cause(ctx)); said != "" {
		t.Errorf("said %q: the person knows who sent the signal", said)
	}
}
