// Package config turns the configuration file, the environment and the command line's flags into one Config. Flags win
// over the environment, the environment over the file.
//
// Load is pure: it is given the file's bytes and the environment. Whatever it does not know or can't use it refuses, with
// file:line and a sentence for every fault at once. Read adds the reading of the file.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Dialect says what may be expected of an endpoint.
type Dialect string

// The dialects.
const (
	AWS        Dialect = "aws"        // Amazon S3 itself
	Sandbox    Dialect = "sandbox"    // cooper's own: all that AWS has
	Compatible Dialect = "compatible" // any other server: what it can do is asked first
)

// PathStyle says where the bucket's name goes in a URL.
type PathStyle string

// The path styles.
const (
	PathAuto   PathStyle = "auto"   // the host where the name and the endpoint allow it
	PathAlways PathStyle = "always" // https://endpoint/bucket/key
	PathNever  PathStyle = "never"  // https://bucket.endpoint/key
)

// Mode is the choice of colours.
type Mode string

// The modes.
const (
	Auto  Mode = "auto" // asks the terminal for its background
	Dark  Mode = "dark"
	Light Mode = "light"
	Mono  Mode = "mono" // no colour at all
)

// Theme says how the screen is drawn.
type Theme struct {
	Mode       Mode
	ASCII      bool // borders of + - |
	FullRedraw bool // clear after every scroll, for displays that a scroll region corrupts
}

// Profile is what the file says about a profile of the shared AWS configuration. Empty fields say nothing.
type Profile struct {
	ReadOnly  bool
	Endpoint  string // the name of an endpoint, or a URL
	Dialect   Dialect
	PathStyle PathStyle
	CABundle  string // absolute
	Region    string
}

// Endpoint is a server that the file names. Empty fields say nothing.
type Endpoint struct {
	URL       string
	Dialect   Dialect
	PathStyle PathStyle
	CABundle  string // absolute
	Region    string
}

// Prices are what the operator wrote down of a price list. A nil price is not known and must not count as nothing.
type Prices struct {
	Date     string // YYYY-MM-DD, of the price list
	Region   string
	Currency string             // "USD" unless the file says otherwise
	Put1000  *float64           // for 1,000 PUT, COPY, POST and LIST requests
	Get1000  *float64           // for 1,000 GET, SELECT and other requests
	KMS10000 *float64           // for 10,000 requests to KMS
	GBMonth  map[string]float64 // by storage class, for a GB stored a month
	AthenaTB *float64           // for a TB that Athena reads
}

// Config is everything that was configured, checked.
type Config struct {
	File      string // where it was read from, "" when there was no file
	StateDir  string // for the journal and kept seeds; "" when no home folder is known
	ReadOnly  bool   // for every profile
	DebugLog  string // file to write message types to, "" for none
	Theme     Theme
	Keys      map[string][]string // action id → keys in their normal spelling; an empty list unbinds
	Prices    *Prices             // nil: none were given
	Profiles  map[string]Profile
	Endpoints map[string]Endpoint

	keyLines map[string]int
	over     override
}

// Flags are those of the command line. An empty field was not given.
type Flags struct {
	Config      string // file to read instead of the usual one
	Profile     string
	Region      string
	EndpointURL string
	Dialect     string
	PathStyle   string
	CABundle    string
	Theme       string
	DebugLog    string
	ReadOnly    bool
	ASCII       bool
}

// Input is what Load looks at.
type Input struct {
	File  string              // what the file is called in errors and where relative paths in it begin
	Data  []byte              // nil: there is no file
	Env   func(string) string // nil: nothing is set
	Flags Flags
}

// Error is one thing that can't be used.
type Error struct {
	File     string
	Line     int // 1 is the first
	Sentence string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Sentence) }

// Load makes a Config. The error joins one *Error for every fault of the file and one plain error for every fault
// of the environment and the flags.
func Load(in Input) (*Config, error) {
	if in.Env == nil {
		in.Env = func(string) string { return "" }
	}
	_, state := Paths(in.Env)
	c := &Config{StateDir: state, DebugLog: in.Flags.DebugLog, Theme: Theme{Mode: Auto}, Keys: map[string][]string{},
		Profiles: map[string]Profile{}, Endpoints: map[string]Endpoint{}, keyLines: map[string]int{}}
	var errs []error
	if in.Data != nil {
		c.File = in.File
		errs = append(errs, readFile(c, in)...)
	}
	errs = append(errs, c.readOverrides(in)...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// maxFile is the size in bytes above which a file is no configuration.
const maxFile = 1 << 20

// Read finds and reads the file and makes a Config of it. A file that was asked for by flag or by COOPER_CONFIG has to
// be there; the usual one need not.
func Read(env func(string) string, flags Flags) (*Config, error) {
	path := flags.Config
	if path == "" {
		path = env("COOPER_CONFIG")
	}
	asked := path != ""
	if !asked {
		path, _ = Paths(env)
	}
	in := Input{File: path, Env: env, Flags: flags}
	if path == "" {
		return Load(in)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !asked:
		return Load(in)
	case err != nil:
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, fmt.Errorf("%s is no configuration: not a plain file of at most %d bytes", path, maxFile)
	}
	if in.Data, err = os.ReadFile(path); err != nil {
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	}
	if in.Data == nil {
		in.Data = []byte{}
	}
	return Load(in)
}

// Demo is the configuration of --demo: nothing of this machine's, no folder to keep anything in. The caller makes a
// temporary one.
func Demo() *Config {
	return &Config{Theme: Theme{Mode: Auto}, Keys: map[string][]string{}, Profiles: map[string]Profile{},
		Endpoints: map[string]Endpoint{}, keyLines: map[string]int{}}
}

// RefuseKey makes the error for an action id in [keys] that no screen has, or a key that can't be bound to it: only the
// caller knows the actions.
func (c *Config) RefuseKey(action, sentence string) error {
	line, ok := c.keyLines[action]
	if !ok {
		return fmt.Errorf("key of %s: %s", action, sentence)
	}
	return &Error{File: c.File, Line: line, Sentence: sentence}
}
