package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func load(t *testing.T, text string, flags Flags, pairs ...string) *Config {
	t.Helper()
	c, err := Load(Input{File: "/home/o/.config/cooper/config.toml", Data: []byte(text), Env: env(pairs...), Flags: flags})
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

const full = `
read_only = false

[theme]
mode = "light"
ascii = true
redraw = "full"

[profile.prod]
read_only = true
region = "eu-west-1"
ca_bundle = "~/ca.pem"

[profile."my lab"]
endpoint = "ceph"
path_style = "never"

[profile.raw]
endpoint = "http://10.0.0.1:7070"
dialect = "sandbox"

[endpoint.ceph]
url = "https://s3.lab.example:8443"
dialect = "compatible"
path_style = "always"
ca_bundle = "lab.pem"
region = "default"

[keys]
versioning.suspend = "S"
"buckets.create" = ["n", "ALT+N", "pgdn", "n"]
objects.delete = []

[prices]
date = 2026-11-01
region = "eu-west-1"
put_per_1000 = 0.005
get_per_1000 = 0.0004
athena_per_tb = 5
[prices.gb_month]
STANDARD = 0.023
GLACIER_IR = 0
`

func ptr(f float64) *float64 { return &f }

func TestEverythingInAFileIsRead(t *testing.T) {
	got := load(t, full, Flags{}, "HOME", "/home/o")
	want := &Config{
		File: "/home/o/.config/cooper/config.toml", StateDir: "/home/o/.local/state/cooper",
		Theme: Theme{Mode: Light, ASCII: true, FullRedraw: true},
		Keys: map[string][]string{
			"versioning.suspend": {"S"}, "buckets.create": {"n", "alt+n", "pgdown"}, "objects.delete": {},
		},
		Prices: &Prices{Date: "2026-11-01", Region: "eu-west-1", Currency: "USD", Put1000: ptr(0.005), Get1000: ptr(0.0004),
			GBMonth: map[string]float64{"STANDARD": 0.023, "GLACIER_IR": 0}, AthenaTB: ptr(5)},
		Profiles: map[string]Profile{
			"prod":   {ReadOnly: true, Region: "eu-west-1", CABundle: "/home/o/ca.pem"},
			"my lab": {Endpoint: "ceph", PathStyle: PathNever},
			"raw":    {Endpoint: "http://10.0.0.1:7070", Dialect: Sandbox},
		},
		Endpoints: map[string]Endpoint{"ceph": {URL: "https://s3.lab.example:8443", Dialect: Compatible, PathStyle: PathAlways,
			CABundle: "/home/o/.config/cooper/lab.pem", Region: "default"}},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestWithoutAFileTheDefaultsHold(t *testing.T) {
	c, err := Load(Input{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Demo(), c, cmp.AllowUnexported(Config{}, override{})); d != "" {
		t.Errorf("(-demo +empty)\n%s", d)
	}
	if got, want := c.Connection(), (Connection{Dialect: AWS, PathStyle: PathAuto}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestEachFaultIsToldWithItsLine(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"syntax", "read_only = true\nread_only = = 1\n", "c.toml:2: this is no TOML: "},
		{"a key twice", "read_only = true\nread_only = true\n", "c.toml:2: this is no TOML: "},
		{"not UTF-8", "a = \"\xff\"\n", "c.toml:1: this is no TOML: "},
		{"unknown key", "\nread_olny = true\n", `c.toml:2: the configuration has no key "read_olny", only endpoint, keys, prices, profile, read_only, theme`},
		{"unknown table", "\n\n[colours]\na = 1\n", `c.toml:3: the configuration has no key "colours"`},
		{"unknown key of a profile", "[profile.a]\nregion = \"eu-west-1\"\ncolour = 1\n", `c.toml:3: [profile.a] has no key "colour", only ca_bundle,`},
		{"inline table", "profile = {a = {colour = 1}}\n", `c.toml:1: [profile.a] has no key "colour"`},
		{"dotted key", "\nprofile.a.colour = 1\n", `c.toml:2: [profile.a] has no key "colour"`},
		{"text for a switch", "read_only = \"yes\"\n", "c.toml:1: read_only must be true or false, this is text"},
		{"a list for a table", "theme = []\n", "c.toml:1: theme must be a table, this is a list"},
		{"a table for text", "[profile.a.region]\nx = 1\n", "c.toml:1: region must be text in quotes, this is a table"},
		{"array of tables", "[[profile]]\n", "c.toml:1: profile must be a table, this is a list"},
		{"profile that is text", "[profile]\na = \"x\"\n", "c.toml:2: a must be a table, this is text"},
		{"profile without a name", "[profile.\"\"]\n", "c.toml:1: a profile needs a name"},
		{"theme", "[theme]\nmode = \"blue\"\n", `c.toml:2: mode must be "auto", "dark", "light" or "mono", this is "blue"`},
		{"theme number", "[theme]\nmode = 3\n", `this is a number`},
		{"redraw", "[theme]\nredraw = \"never\"\n", `c.toml:2: redraw must be "auto" or "full", this is "never"`},
		{"dialect", "[profile.a]\ndialect = \"minio\"\n", `c.toml:2: dialect must be "aws", "sandbox" or "compatible"`},
		{"path style", "[profile.a]\npath_style = true\n", `c.toml:2: path_style must be "auto", "always" or "never", this is true or false`},
		{"region", "[profile.a]\nregion = \"EU West\"\n", `c.toml:2: region "EU West" is no region`},
		{"empty", "[profile.a]\nregion = \"\"\n", "c.toml:2: region is empty: leave it out instead"},
		{"endpoint of a profile", "[profile.a]\nread_only = true\nendpoint = \"ceph\"\n", `c.toml:3: there is no [endpoint.ceph], and "ceph" is no URL`},
		{"URL of a profile", "[profile.a]\nendpoint = \"ftp://x\"\n", `c.toml:2: endpoint "ftp://x" must begin with http:// or https://`},
		{"endpoint without URL", "read_only = true\n[endpoint.a]\nregion = \"default\"\n", "c.toml:2: [endpoint.a] needs a url"},
		{"endpoint named like a URL", "[endpoint.\"http://x\"]\nurl = \"http://x\"\n", "c.toml:1: an endpoint needs a name"},
		{"URL with a password", "[endpoint.a]\nurl = \"https://u:p@x\"\n", "\"https://(hidden)@x\" must not hold a user or a password"},
		{"URL with a query", "[endpoint.a]\nurl = \"https://x?y\"\n", "must end before ? and #"},
		{"URL without a host", "[endpoint.a]\nurl = \"https://:80\"\n", "names no host"},
		{"broken URL", "[endpoint.a]\nurl = \"https://x:port\"\n", "is no URL"},
		{"action", "[keys]\n\"Versioning Suspend\" = \"S\"\n", `c.toml:2: "Versioning Suspend" is no action`},
		{"action twice", "[keys]\n\"a.b\" = \"S\"\n[keys.a]\nb = \"T\"\n", "a.b has its keys already"},
		{"key list", "[keys]\na = [\n  \"x\",\n  3]\n", "c.toml:2: a must be a key or a list of keys in quotes, this holds a number"},
		{"key number", "[keys]\na.b = 3\n", "c.toml:2: a.b must be a key or a list of keys in quotes, this is a number"},
		{"key that the terminal keeps", "[keys]\na.b = \"ctrl+s\"\n", `c.toml:2: key "ctrl+s" of a.b stops the output of many terminals`},
		{"price list without a date", "[prices]\nregion = \"eu-west-1\"\n", "c.toml:1: [prices] needs a date"},
		{"price list without a region", "[prices]\ndate = \"2026-11-01\"\n", "c.toml:1: [prices] needs a region"},
		{"date", "[prices]\ndate = \"1.11.2026\"\nregion = \"eu-west-1\"\n", `c.toml:2: date "1.11.2026" is no date`},
		{"date with a time", "[prices]\ndate = 2026-11-01T00:00:00Z\nregion = \"eu-west-1\"\n", "c.toml:2: date must be a date like 2026-11-01, this is a date or a time"},
		{"price", "[prices]\ndate = 2026-11-01\nregion = \"eu-west-1\"\nput_per_1000 = -1\n", "c.toml:4: put_per_1000 must be a price of 0 or more"},
		{"price nan", "[prices]\ndate = 2026-11-01\nregion = \"eu-west-1\"\nput_per_1000 = nan\n", "c.toml:4: put_per_1000 must be a price of 0 or more"},
		{"price text", "[prices]\ndate = 2026-11-01\nregion = \"eu-west-1\"\nput_per_1000 = \"1\"\n", "c.toml:4: put_per_1000 must be a number, this is text"},
		{"currency", "[prices]\ndate = 2026-11-01\nregion = \"eu-west-1\"\ncurrency = \"$\"\n", `c.toml:4: currency "$" is no currency`},
		{"storage class", "[prices]\ndate = 2026-11-01\nregion = \"eu-west-1\"\n[prices.gb_month]\nstandard = 1\n", `c.toml:5: "standard" is no storage class`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := Load(Input{File: "c.toml", Data: []byte(test.text)})
			if err == nil || c != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestAllFaultsAreToldAtOnceInTheOrderOfTheirLines(t *testing.T) {
	_, err := Load(Input{File: "c.toml", Flags: Flags{PathStyle: "sometimes"}, Data: []byte("zz = 1\n[theme]\nascii = 1\n[endpoint.e]\n"),
		Env: env("AWS_REGION", "EU", "COOPER_READ_ONLY", "perhaps")})
	want := `c.toml:1: the configuration has no key "zz", only endpoint, keys, prices, profile, read_only, theme
c.toml:3: ascii must be true or false, this is a number
c.toml:4: [endpoint.e] needs a url
AWS_REGION: "EU" is no region: small letters, digits and hyphens, such as eu-west-1
--path-style: "sometimes" must be "auto", "always" or "never"
COOPER_READ_ONLY: "perhaps" must be "1" or "0"`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestAnActionThatNoScreenHasIsRefusedAtItsLine(t *testing.T) {
	c := load(t, "\n[keys]\nnot.there = \"S\"\n", Flags{})
	c.File = "c.toml"
	err := c.RefuseKey("not.there", "no screen has an action not.there")
	if e, ok := errors.AsType[*Error](err); !ok || e.Error() != "c.toml:3: no screen has an action not.there" {
		t.Errorf("%v", err)
	}
	if err := c.RefuseKey("other", "why"); err == nil || err.Error() != "key of other: why" {
		t.Errorf("%v", err)
	}
}

func TestKeysAreSpelledTheWayEventsAre(t *testing.T) {
	for in, want := range map[string]string{
		"a": "a", "A": "A", "é": "é", "?": "?", "+": "+", "ctrl++": "ctrl++", "Ctrl+A": "ctrl+a", "alt+ctrl+a": "ctrl+alt+a",
		"shift+tab": "shift+tab", "PgDn": "pgdown", "escape": "esc", "shift+alt+F5": "alt+shift+f5", "space": "space", "ctrl+space": "ctrl+space",
	} {
		if got, why := normalKey(in); got != want || why != "" {
			t.Errorf("%q became %q (%s), want %q", in, got, why, want)
		}
	}
	for _, in := range []string{
		"", " ", "ab", "ctrl+", "ctrl+ctrl+a", "shift+a", "hyper+a", "a b", "\x01", "\xff", "f13", "ctrl",
		"ctrl+s", "ctrl+q", "ctrl+h", "ctrl+i", "ctrl+z", "ctrl+c", "Ctrl+S",
	} {
		if got, why := normalKey(in); why == "" {
			t.Errorf("%q was taken as %q", in, got)
		}
	}
}

func TestTheUsualPlacesFollowXDG(t *testing.T) {
	for _, test := range []struct {
		env         func(string) string
		file, state string
	}{
		{env("HOME", "/home/o"), "/home/o/.config/cooper/config.toml", "/home/o/.local/state/cooper"},
		{env("HOME", "/home/o", "XDG_CONFIG_HOME", "/c", "XDG_STATE_HOME", "/s"), "/c/cooper/config.toml", "/s/cooper"},
		{env("HOME", "/home/o", "XDG_CONFIG_HOME", "c", "XDG_STATE_HOME", "./s"), "/home/o/.config/cooper/config.toml", "/home/o/.local/state/cooper"},
		{env("XDG_STATE_HOME", "/s"), "", "/s/cooper"},
		{env("HOME", "home"), "", ""},
	} {
		if file, state := Paths(test.env); file != test.file || state != test.state {
			t.Errorf("%q %q, want %q %q", file, state, test.file, test.state)
		}
	}
}

// homes makes a home folder with an empty configuration in the usual place and another file beside it.
func homes(t *testing.T) (home, usual, other string) {
	t.Helper()
	home = t.TempDir()
	usual, other = filepath.Join(home, ".config", "cooper", "config.toml"), filepath.Join(home, "other.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(usual), 0o700), os.WriteFile(usual, nil, 0o600),
		os.WriteFile(other, []byte("read_only = true"), 0o600)); err != nil {
		t.Fatal(err)
	}
	return home, usual, other
}

func TestTheFileIsFound(t *testing.T) {
	home, usual, other := homes(t)
	for name, test := range map[string]struct {
		flags    Flags
		env      []string
		file     string
		readOnly bool
	}{
		"in the usual place":    {Flags{}, []string{"HOME", home}, usual, false},
		"by flag":               {Flags{Config: other}, []string{"HOME", home, "COOPER_CONFIG", usual}, other, true},
		"by variable":           {Flags{}, []string{"HOME", home, "COOPER_CONFIG", other}, other, true},
		"nowhere":               {Flags{}, []string{"HOME", t.TempDir()}, "", false},
		"nowhere, without HOME": {Flags{}, nil, "", false},
	} {
		c, err := Read(env(test.env...), test.flags)
		if err != nil || c.File != test.file || c.ReadOnly != test.readOnly {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}

func TestAFileThatWasAskedForMustBeThereAndBeAFile(t *testing.T) {
	home, _, other := homes(t)
	missing := filepath.Join(home, "missing.toml")
	if err := os.WriteFile(other, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, in := range map[string]struct {
		flags Flags
		env   func(string) string
	}{
		"can't be read":    {Flags{Config: missing}, env()},
		missing:            {Flags{}, env("COOPER_CONFIG", missing)},
		"is no config":     {Flags{Config: home}, env()},
		"of at most 10485": {Flags{Config: other}, env()},
	} {
		if _, err := Read(in.env, in.flags); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestTheDemoKnowsNothingOfThisMachine(t *testing.T) {
	t.Setenv("AWS_PROFILE", "prod")
	t.Setenv("COOPER_READ_ONLY", "1")
	t.Setenv("XDG_STATE_HOME", "/state")
	c := Demo()
	if c.StateDir != "" || c.File != "" || c.ReadOnly || c.Connection() != (Connection{Dialect: AWS, PathStyle: PathAuto}) {
		t.Errorf("%+v", c)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("profile = {a = {b = [1, {c = 2}]}}\n[[keys]]\n[prices.gb_month]\n\"\" = nan"))
	f.Add([]byte("[keys]\na.b.c = [\"ctrl++\", 1979-05-27]\r\n[endpoint]\n\"x\\u0000\".url = \"http://[::1]:9\""))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Load(Input{File: "c.toml", Data: b})
		if err == nil {
			for name := range c.Profiles {
				c.For(name)
			}
			return
		}
		for _, line := range err.(interface{ Unwrap() []error }).Unwrap() {
			e, ok := errors.AsType[*Error](line)
			if !ok || e.Line < 1 || e.Line > strings.Count(string(b), "\n")+1 || e.Sentence == "" {
				t.Fatalf("%v has no place in the file", line)
			}
		}
	})
}
