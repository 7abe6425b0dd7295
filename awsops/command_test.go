package awsops

import (
	"os/exec"
	"strings"
	"testing"
)

// nasty are names that objects have been given somewhere.
var nasty = []string{
	"plain/key.txt", "", "two words", "it's", "$HOME `id` $(id)", "-rf", "--delete", "a\nb", "ends with\n\n", "\n", "\x1b[31mred", "tab\there",
	"\xff\xfe", "100%", `back\slash`, "~root", "*", "\u202egpj", "\u200bhidden", "日本語", "a;b|c&d>e", "#c", "!!", "=x", "%s%n", `\033`, "'", "''", "-\x01",
}

func TestAShellReadsBackEveryNameByteByByte(t *testing.T) {
	for _, name := range nasty {
		if got := shell(t, name); got != name {
			t.Errorf("%q came back as %q", name, got)
		}
	}
}

func shell(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "printf '%s.' "+Quote(name))
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v", Quote(name), err)
	}
	return strings.TrimSuffix(string(out), ".")
}

func TestACommandLineSendsNoControlCharacterToTheTerminal(t *testing.T) {
	for _, name := range nasty {
		for _, r := range Quote(name) {
			if r != '\n' && (r < 0x20 || r == 0x7f || r == 0x202e || r == 0x200b) {
				t.Errorf("%q quotes to %q", name, Quote(name))
			}
		}
	}
}

func TestACommandLineCarriesWhatIsNotTheDefaultAndNeverACode(t *testing.T) {
	root := Target{Profile: "prod", Region: "eu-west-1", Endpoint: "https://localhost:9000", CABundle: "/my ca.pem"}
	for _, tc := range []struct {
		line *CommandLine
		want string
	}{
		{
			Command(Target{}, "s3api", "get-bucket-versioning").Flag("--bucket", "logs"),
			"aws s3api get-bucket-versioning --bucket logs",
		},
		{
			Command(root, "s3api", "delete-object").Flag("--bucket", "logs").Flag("--key", "-a b").FlagIf("--version-id", "").MFA(rootDevice),
			`aws s3api delete-object --bucket logs --key='-a b' --mfa "` + rootDevice + ` $MFA" --profile prod --region eu-west-1 --endpoint-url https://localhost:9000 --ca-bundle '/my ca.pem'`,
		},
		{Command(Target{}, "s3api", "delete-object").MFA(`x"; rm -rf /`), `aws s3api delete-object --mfa "SERIAL $MFA"`},
		{Command(Target{}, "s3", "cp").Arg("s3://b/k", "-").Switch("--quiet"), "aws s3 cp s3://b/k - --quiet"},
		{
			Command(root, "s3api", "delete-object").Flag("--key", "a\x00b"),
			"# s3api delete-object: a name holds a NUL byte, which no command line can carry",
		},
	} {
		if got := tc.line.String(); got != tc.want {
			t.Errorf("line\n %s, want\n %s", got, tc.want)
		}
	}
}

func FuzzAShellReadsBackWhatWasQuoted(f *testing.F) {
	for _, name := range nasty {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		name = strings.ReplaceAll(name, "\x00", "")
		if len(name) > 1024 {
			return // longer than any key
		}
		if got := shell(t, name); got != name {
			t.Errorf("%q came back as %q, quoted %q", name, got, Quote(name))
		}
	})
}
