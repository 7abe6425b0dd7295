package profiles

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind says where a profile's credentials come from.
type Kind string

// The kinds, in the words they are shown in.
const (
	Static      Kind = "access key"      // long-term keys in a file
	Temporary   Kind = "temporary keys"  // keys with a session token in a file
	Role        Kind = "role"            // AWS STS AssumeRole
	WebIdentity Kind = "web identity"    // AWS STS AssumeRoleWithWebIdentity
	SSO         Kind = "identity center" // IAM Identity Center
	Login       Kind = "aws login"       // a session of aws login
	Process     Kind = "process"         // a command's output
	Container   Kind = "container"       // the endpoint of ECS, or of EKS Pod Identity
	Instance    Kind = "instance"        // EC2's metadata service
	Environment Kind = "environment"     // AWS_ACCESS_KEY_ID
	Portal      Kind = "sso-session"     // IAM Identity Center, with the account and the role still to be chosen
	Surrounding Kind = "host role"       // no source of its own: the container's role, else the instance's
	Broken      Kind = "unusable"        // Troubles say why
)

// Position is a line of a file; the first is 1.
type Position struct {
	File string
	Line int
}

// Trouble is something that can't be used, or not as it was meant.
type Trouble struct {
	Position
	Sentence string
}

func (t Trouble) String() string { return fmt.Sprintf("%s:%d: %s", t.File, t.Line, t.Sentence) }

// SingleSignOn is where to log in with IAM Identity Center.
type SingleSignOn struct {
	Session  string // the sso-session's name, "" for a profile that names the start URL itself
	StartURL string
	Region   string
	Scopes   []string
	Account  string
	Role     string
}

// Key is the name that the AWS CLI and the SDKs file the login's token under.
func (s SingleSignOn) Key() string {
	if s.Session != "" {
		return s.Session
	}
	return s.StartURL
}

// Hop is one role on the way to a profile's credentials.
type Hop struct {
	Profile, RoleARN, ExternalID, MFASerial, SessionName string
	Duration                                             string // seconds, as written
}

// Profile is what the files say about one profile.
type Profile struct {
	Name    string
	Kind    Kind   // of the credentials in the end: a role's is Role, whatever its source is
	Source  Kind   // of the credentials that the first role is assumed with; Kind without a role
	Base    string // the profile that Source's credentials are in, "" for this one
	Account string // as far as the files tell it
	Region  string
	KeyTail string // the last four characters of the access key
	// Chain are the roles in the order in which they are assumed.
	Chain       []Hop
	SSO         *SingleSignOn
	LoginARN    string // of aws login
	Process     string // the command that is run
	TokenFile   string // of a web identity
	Endpoint    string // of S3, "" for AWS
	FIPS        bool
	DualStack   bool
	At          Position
	Credentials bool // it is (also) in the credentials file
	Troubles    []Trouble
}

// NeedsCode reports whether a role on the way wants a one-time code.
func (p Profile) NeedsCode() bool {
	return slices.ContainsFunc(p.Chain, func(h Hop) bool { return h.MFASerial != "" })
}

// File is one of the two files. A file that isn't there has no Data.
type File struct {
	Path        string
	Data        []byte
	Credentials bool
}

// Set is everything that the files hold.
type Set struct {
	Profiles []Profile // the default one first, then by name
	Sessions []Profile // the sso-sessions by name, of kind Portal or Broken; Name is the section's
	Troubles []Trouble // of no profile
}

// Find gives a profile by name; "" is the default one.
func (s Set) Find(name string) (Profile, bool) {
	if name == "" {
		name = "default"
	}
	i := slices.IndexFunc(s.Profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return s.Profiles[i], true
}

// Paths says where the config and the credentials file are: AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, else below
// the home folder. A path is "" when no home folder is known.
func Paths(env func(string) string) (config, credentials string) {
	config, credentials = env("AWS_CONFIG_FILE"), env("AWS_SHARED_CREDENTIALS_FILE")
	home := env("HOME")
	if config == "" && home != "" {
		config = filepath.Join(home, ".aws", "config")
	}
	if credentials == "" && home != "" {
		credentials = filepath.Join(home, ".aws", "credentials")
	}
	return config, credentials
}

// maxFile is the size in bytes above which a file is none of these.
const maxFile = 4 << 20

// Load reads both files. One that isn't there is empty; one that can't be read is a Trouble of line 0.
func Load(env func(string) string) Set {
	config, credentials := Paths(env)
	var files []File
	var troubles []Trouble
	for i, path := range []string{config, credentials} {
		f := File{Path: path, Credentials: i == 1}
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile):
			troubles = append(troubles, Trouble{Position{path, 0}, "this is no configuration: not a plain file, or too large"})
			continue
		case err == nil:
			f.Data, err = os.ReadFile(path)
		}
		if err != nil {
			troubles = append(troubles, Trouble{Position{path, 0}, "the file can't be read"})
			continue
		}
		files = append(files, f)
	}
	set := Read(files...)
	set.Troubles = append(troubles, set.Troubles...)
	return set
}

// Read makes a Set of the files. Where both files have a key of one profile, the credentials file's wins, as in the
// SDKs.
func Read(files ...File) Set {
	r := &reader{profiles: map[string]*section{}, sessions: map[string]*section{}, services: map[string]*section{}, inCredentials: map[string]bool{}}
	var set Set
	for _, f := range files {
		p := &parser{file: f}
		p.parse()
		set.Troubles = append(set.Troubles, p.troubles...)
		for _, s := range p.sections {
			r.add(s, f.Credentials)
		}
	}
	names := slices.SortedFunc(maps.Keys(r.profiles), func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == "default":
			return -1
		case b == "default":
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		set.Profiles = append(set.Profiles, r.profile(name))
	}
	for _, name := range slices.Sorted(maps.Keys(r.sessions)) {
		set.Sessions = append(set.Sessions, r.session(name))
	}
	return set
}
