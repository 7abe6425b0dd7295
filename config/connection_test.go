package config

import (
	"strings"
	"testing"
)

const lab = `
[profile.default]
region = "eu-central-1"
[profile.prod]
read_only = true
region = "eu-west-1"
path_style = "never"
ca_bundle = "/prod.pem"
[profile.lab]
endpoint = "ceph"
[profile.lab2]
endpoint = "ceph"
region = "second"
dialect = "aws"
path_style = "auto"
ca_bundle = "/lab2.pem"
[profile.raw]
endpoint = "http://127.0.0.1:7070"
[profile.same]
endpoint = "HTTPS://S3.lab.example:443/"
[endpoint.ceph]
url = "https://s3.lab.example"
dialect = "sandbox"
path_style = "always"
ca_bundle = "/ceph.pem"
region = "default"
`

func TestASettingComesFromTheFlagsElseTheEnvironmentElseTheProfileElseItsEndpoint(t *testing.T) {
	ceph := Connection{Profile: "lab", Region: "default", Endpoint: "ceph", EndpointURL: "https://s3.lab.example", Dialect: Sandbox,
		PathStyle: PathAlways, CABundle: "/ceph.pem"}
	with := func(c Connection, change func(*Connection)) Connection { change(&c); return c }
	for _, test := range []struct {
		name  string
		flags Flags
		env   []string
		want  Connection
	}{
		{"nothing said", Flags{}, nil, Connection{Region: "eu-central-1", Dialect: AWS, PathStyle: PathAuto}},
		{"a profile", Flags{Profile: "prod"}, []string{"AWS_PROFILE", "lab"},
			Connection{Profile: "prod", Region: "eu-west-1", Dialect: AWS, PathStyle: PathNever, CABundle: "/prod.pem", ReadOnly: true}},
		{"a profile of the environment", Flags{}, []string{"AWS_PROFILE", "lab"}, with(ceph, func(c *Connection) { c.Profile = "" })},
		{"a profile the file does not know", Flags{Profile: "other"}, nil, Connection{Profile: "other", Dialect: AWS, PathStyle: PathAuto}},
		{"the profile wins over its endpoint", Flags{Profile: "lab2"}, nil, with(ceph, func(c *Connection) {
			c.Profile, c.Region, c.Dialect, c.PathStyle, c.CABundle = "lab2", "second", AWS, PathAuto, "/lab2.pem"
		})},
		{"an endpoint without a name", Flags{Profile: "raw"}, nil,
			Connection{Profile: "raw", EndpointURL: "http://127.0.0.1:7070", Dialect: Compatible, PathStyle: PathAuto}},
		{"an endpoint by another spelling", Flags{Profile: "same"}, nil, with(ceph, func(c *Connection) { c.Profile = "same" })},
		{"the environment wins over the file", Flags{Profile: "lab2"},
			[]string{"AWS_REGION", "r1", "AWS_DEFAULT_REGION", "r2", "AWS_CA_BUNDLE", "/e.pem", "COOPER_DIALECT", "compatible", "COOPER_PATH_STYLE", "never"},
			with(ceph, func(c *Connection) {
				c.Profile, c.Region, c.Dialect, c.PathStyle, c.CABundle = "lab2", "r1", Compatible, PathNever, "/e.pem"
			})},
		{"the second variable", Flags{Profile: "lab"}, []string{"AWS_DEFAULT_REGION", "r2"}, with(ceph, func(c *Connection) { c.Region = "r2" })},
		{"the flags win over all", Flags{Profile: "lab2", Region: "r0", CABundle: "/f.pem", Dialect: "sandbox", PathStyle: "auto", EndpointURL: "http://f"},
			[]string{"AWS_REGION", "r1", "AWS_CA_BUNDLE", "/e.pem", "COOPER_DIALECT", "aws", "COOPER_PATH_STYLE", "never", "AWS_ENDPOINT_URL", "http://e"},
			Connection{Profile: "lab2", Region: "r0", EndpointURL: "http://f", Dialect: Sandbox, PathStyle: PathAuto, CABundle: "/f.pem"}},
		{"an endpoint of the environment", Flags{}, []string{"AWS_ENDPOINT_URL_S3", "http://s3", "AWS_ENDPOINT_URL", "http://all"},
			Connection{Region: "eu-central-1", EndpointURL: "http://s3", Dialect: Compatible, PathStyle: PathAuto}},
		{"endpoints of the environment ignored", Flags{}, []string{"AWS_ENDPOINT_URL", "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"},
			Connection{Region: "eu-central-1", Dialect: AWS, PathStyle: PathAuto}},
		{"a URL that the file knows", Flags{EndpointURL: "https://s3.lab.example:443"}, nil,
			with(ceph, func(c *Connection) { c.Profile, c.Region = "", "eu-central-1" })},
		{"what a profile says of its own endpoint is not said of another", Flags{Profile: "lab2", EndpointURL: "http://f"}, nil,
			Connection{Profile: "lab2", Region: "second", EndpointURL: "http://f", Dialect: Compatible, PathStyle: PathAuto, CABundle: "/lab2.pem"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := load(t, lab, test.flags, test.env...).Connection(); got != test.want {
				t.Errorf("\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestReadOnlyAddsUpAndIsNeverTakenBack(t *testing.T) {
	for _, test := range []struct {
		name, text, profile string
		flags               Flags
		env                 []string
		want                bool
	}{
		{"nobody", lab, "lab", Flags{}, nil, false},
		{"flag", lab, "lab", Flags{ReadOnly: true}, nil, true},
		{"environment", lab, "lab", Flags{}, []string{"COOPER_READ_ONLY", "1"}, true},
		{"profile", lab, "prod", Flags{}, nil, true},
		{"profile, though the environment says no", lab, "prod", Flags{}, []string{"COOPER_READ_ONLY", "0"}, true},
		{"file, though the environment says no", "read_only = true", "lab", Flags{}, []string{"COOPER_READ_ONLY", "off"}, true},
	} {
		if got := load(t, test.text, test.flags, test.env...).For(test.profile).ReadOnly; got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestTheThemeComesFromTheFlagsElseTheEnvironmentElseTheFile(t *testing.T) {
	for _, test := range []struct {
		name, text string
		flags      Flags
		env        []string
		want       Theme
	}{
		{"nothing said", "", Flags{}, nil, Theme{Mode: Auto}},
		{"file", "theme.mode = \"dark\"", Flags{}, nil, Theme{Mode: Dark}},
		{"environment", "theme.mode = \"dark\"", Flags{}, []string{"COOPER_THEME", "light", "COOPER_ASCII", "yes"}, Theme{Mode: Light, ASCII: true}},
		{"NO_COLOR", "theme.mode = \"dark\"", Flags{}, []string{"NO_COLOR", "1"}, Theme{Mode: Mono}},
		{"the name of ours over NO_COLOR", "", Flags{}, []string{"NO_COLOR", "1", "COOPER_THEME", "light"}, Theme{Mode: Light}},
		{"flag", "", Flags{Theme: "mono", ASCII: true}, []string{"COOPER_THEME", "light"}, Theme{Mode: Mono, ASCII: true}},
	} {
		if got := load(t, test.text, test.flags, test.env...).Theme; got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestAFaultOfAFlagOrAVariableNamesIt(t *testing.T) {
	for want, in := range map[string]Input{
		`--region: "EU" is no region`:                      {Flags: Flags{Region: "EU"}},
		`--endpoint-url: "s3" must begin with http`:        {Flags: Flags{EndpointURL: "s3"}},
		`--dialect: "minio" must be "aws"`:                 {Flags: Flags{Dialect: "minio"}},
		`--theme: "blue" must be "auto"`:                   {Flags: Flags{Theme: "blue"}},
		`AWS_ENDPOINT_URL: "s3" must begin with`:           {Env: env("AWS_ENDPOINT_URL", "s3")},
		`COOPER_PATH_STYLE: "x" must be "auto"`:            {Env: env("COOPER_PATH_STYLE", "x")},
		`COOPER_THEME: "blue" must be "auto"`:              {Env: env("COOPER_THEME", "blue")},
		`COOPER_ASCII: "maybe" must be "1" or "0"`:         {Env: env("COOPER_ASCII", "maybe")},
		`AWS_DEFAULT_REGION: "E!" is no region`:            {Env: env("AWS_DEFAULT_REGION", "E!")},
		`AWS_ENDPOINT_URL_S3: "http://(hidden)@x" must no`: {Env: env("AWS_ENDPOINT_URL_S3", "http://u:p@x")},
	} {
		if _, err := Load(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
