package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Connection says how to reach S3 with one profile. Empty fields are left to the shared AWS configuration.
type Connection struct {
	Profile     string // "" is that of AWS_PROFILE or the default one
	Region      string
	Endpoint    string // the name the file gives to EndpointURL, "" for none
	EndpointURL string // "" is AWS, unless the shared AWS configuration names an endpoint
	Dialect     Dialect
	PathStyle   PathStyle
	CABundle    string
	ReadOnly    bool
}

// override is what the environment and the flags say about every connection.
type override struct {
	profile, named  string // profile is that of the flag or the environment, named only that of the flag
	region, url, ca string
	dialect         Dialect
	pathStyle       PathStyle
}

// setting reads one setting from the flags or else from the first of the variables that is set.
type setting struct {
	flag, flagValue string
	variables       []string
	take            func(value string) (why string)
}

// readOverrides reads the environment and the flags. Flags win.
func (c *Config) readOverrides(in Input) []error {
	o := &c.over
	o.named = in.Flags.Profile
	o.profile = first(o.named, in.Env("AWS_PROFILE"))
	if in.Flags.ReadOnly {
		c.ReadOnly = true
	}
	if in.Flags.ASCII {
		c.Theme.ASCII = true
	}
	if in.Env("NO_COLOR") != "" {
		c.Theme.Mode = Mono
	}
	urls := []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}
	if strings.EqualFold(in.Env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		urls = nil
	}
	var errs []error
	for _, s := range []setting{
		{"--region", in.Flags.Region, []string{"AWS_REGION", "AWS_DEFAULT_REGION"}, take(&o.region, checkRegion)},
		{"--endpoint-url", in.Flags.EndpointURL, urls, take(&o.url, checkURL)},
		{"--ca-bundle", in.Flags.CABundle, []string{"AWS_CA_BUNDLE"}, take(&o.ca, func(string) string { return "" })},
		{"--dialect", in.Flags.Dialect, []string{"COOPER_DIALECT"}, takeOne(&o.dialect, AWS, Sandbox, Compatible)},
		{"--path-style", in.Flags.PathStyle, []string{"COOPER_PATH_STYLE"}, takeOne(&o.pathStyle, PathAuto, PathAlways, PathNever)},
		{"--theme", in.Flags.Theme, []string{"COOPER_THEME"}, takeOne(&c.Theme.Mode, Auto, Dark, Light, Mono)},
		{"", "", []string{"COOPER_ASCII"}, takeSwitch(&c.Theme.ASCII)},
		{"", "", []string{"COOPER_READ_ONLY"}, takeSwitch(&c.ReadOnly)},
	} {
		if err := s.read(in.Env); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (s setting) read(env func(string) string) error {
	name, value := s.flag, s.flagValue
	for _, v := range s.variables {
		if value == "" {
			name, value = v, env(v)
		}
	}
	if value == "" {
		return nil
	}
	if why := s.take(value); why != "" {
		return fmt.Errorf("%s: %q %s", name, withoutUser(value), why)
	}
	return nil
}

func first(values ...string) string {
	i := slices.IndexFunc(values, func(s string) bool { return s != "" })
	if i < 0 {
		return ""
	}
	return values[i]
}

func take(to *string, check func(string) string) func(string) string {
	return func(s string) string {
		why := check(s)
		if why == "" {
			*to = s
		}
		return why
	}
}

func takeOne[T ~string](to *T, values ...T) func(string) string {
	return func(s string) string {
		if !slices.Contains(values, T(s)) {
			return "must be " + choices(values)
		}
		*to = T(s)
		return ""
	}
}

// takeSwitch turns something on. Nothing turns off what the file turned on: read-only most of all.
func takeSwitch(to *bool) func(string) string {
	return func(s string) string {
		switch strings.ToLower(s) {
		case "1", "true", "yes", "on":
			*to = true
		case "0", "false", "no", "off":
		default:
			return `must be "1" or "0"`
		}
		return ""
	}
}

// Connection says how to reach S3 with the profile that flags and environment ask for. One of the environment is not
// named in it: the SDK finds it there itself, and a profile that it is given by name would win over AWS_ACCESS_KEY_ID.
func (c *Config) Connection() Connection {
	out := c.For(c.over.profile)
	out.Profile = c.over.named
	return out
}

// For says how to reach S3 with another profile, "" for the default one. Each setting comes from the flags, else the
// environment, else the profile, else its endpoint. Read-only adds up: what any of them says can't be taken back.
func (c *Config) For(profile string) Connection {
	p := c.Profiles[profileName(profile)]
	name, e := c.endpointOf(p)
	out := Connection{
		Profile: profile, Endpoint: name, EndpointURL: e.URL,
		Region:    first(c.over.region, p.Region, e.Region),
		CABundle:  first(c.over.ca, p.CABundle, e.CABundle),
		PathStyle: PathStyle(first(string(c.over.pathStyle), string(p.PathStyle), string(e.PathStyle), string(PathAuto))),
		ReadOnly:  c.ReadOnly || p.ReadOnly,
	}
	usual := AWS
	if e.URL != "" {
		usual = Compatible
	}
	said := p.Dialect
	if c.over.url != "" {
		said = "" // it was said of the profile's own endpoint
	}
	out.Dialect = Dialect(first(string(c.over.dialect), string(said), string(e.Dialect), string(usual)))
	return out
}

// profileName is the table that speaks of a profile: the default one is called so in the file.
func profileName(profile string) string { return first(profile, "default") }

// endpointOf finds the endpoint in force and the name that the file has for it.
func (c *Config) endpointOf(p Profile) (string, Endpoint) {
	want := c.over.url
	if want == "" {
		if e, named := c.Endpoints[p.Endpoint]; named {
			return p.Endpoint, e
		}
		want = p.Endpoint
	}
	if want == "" {
		return "", Endpoint{}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Endpoints)) {
		if sameURL(c.Endpoints[name].URL, want) {
			return name, c.Endpoints[name]
		}
	}
	return "", Endpoint{URL: want}
}

// sameURL compares two checked URLs, with the scheme's port filled in and the last slash left out.
func sameURL(a, b string) bool { return canonical(a) == canonical(b) }

func canonical(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port + strings.TrimRight(u.Path, "/")
}
