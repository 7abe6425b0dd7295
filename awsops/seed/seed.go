// Package seed holds the seed of an MFA device that an operator chose to keep on this machine, and makes its one-time
// codes (TOTP, RFC 6238).
//
// A kept seed lies in a file of its own (mode 0600), sealed with AES-256-GCM under a key that scrypt makes from a
// passphrase. Whoever can read the file and knows the passphrase has the second factor: beside an access key it is none.
package seed

import (
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// ErrFormat is returned for text that is neither Base32 nor an otpauth:// URI of a device as AWS uses them. Its text
// never repeats the input.
var ErrFormat = errors.New("this is no seed")

const (
	minSecret = 10  // bytes; AWS hands out 40, RFC 4226 asks for 16, some devices have 10
	maxSecret = 128 // bytes
	maxText   = 4096
	maxPeriod = 300
)

// Seed makes the codes of one device. It shows itself as "seed(hidden)" wherever it is printed.
type Seed struct {
	Issuer  string        // from the URI, "" when it has none; foreign text
	Account string        // from the URI, "" when it has none; foreign text
	Period  time.Duration // how long a code lasts; 30 s unless the URI says otherwise

	algorithm otp.Algorithm
	secret    []byte
}

// Parse reads a seed as AWS shows it: Base32, with or without padding, in any case, with spaces or hyphens between groups; or
// the otpauth:// URI inside the QR code. Codes must have six digits and a period of 1 to 300 s. The caller may wipe text afterwards.
func Parse(text []byte) (*Seed, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrFormat, maxText)
	}
	s := strings.TrimSpace(string(text))
	if len(s) >= len("otpauth:") && strings.EqualFold(s[:len("otpauth:")], "otpauth:") {
		return parseURI(s)
	}
	secret, err := decode(s)
	if err != nil {
		return nil, err
	}
	return &Seed{Period: 30 * time.Second, algorithm: otp.AlgorithmSHA1, secret: secret}, nil
}

func parseURI(s string) (*Seed, error) {
	key, err := otp.NewKeyFromURL(s)
	if err != nil {
		return nil, fmt.Errorf("%w: the otpauth URI can't be read", ErrFormat) // the cause would repeat the URI
	}
	if key.Type() != "totp" {
		return nil, fmt.Errorf("%w: it is for codes that count (%q), S3 takes codes by time (\"totp\")", ErrFormat, key.Type())
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%w: the otpauth URI can't be read", ErrFormat)
	}
	q := u.Query()
	if n := q.Get("digits"); n != "" && n != "6" || q.Get("encoder") != "" {
		return nil, fmt.Errorf("%w: its codes don't have six digits", ErrFormat)
	}
	period, err := periodOf(q.Get("period"))
	if err != nil {
		return nil, err
	}
	algorithm, err := algorithmOf(q.Get("algorithm"))
	if err != nil {
		return nil, err
	}
	secret, err := decode(key.Secret())
	if err != nil {
		return nil, err
	}
	return &Seed{Issuer: key.Issuer(), Account: key.AccountName(), Period: period, algorithm: algorithm, secret: secret}, nil
}

func periodOf(text string) (time.Duration, error) {
	if text == "" {
		return 30 * time.Second, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPeriod {
		return 0, fmt.Errorf("%w: its period is not 1 to %d seconds", ErrFormat, maxPeriod)
	}
	return time.Duration(n) * time.Second, nil
}

func algorithmOf(name string) (otp.Algorithm, error) {
	switch strings.ToUpper(name) {
	case "", "SHA1":
		return otp.AlgorithmSHA1, nil
	case "SHA256":
		return otp.AlgorithmSHA256, nil
	case "SHA512":
		return otp.AlgorithmSHA512, nil
	}
	return 0, fmt.Errorf("%w: its algorithm is none of SHA1, SHA256 and SHA512", ErrFormat)
}

// separators are what people put between groups when they copy a seed.
var separators = strings.NewReplacer(" ", "", "-", "", "\t", "", "\n", "", "\r", "", "\u00a0", "")

// decode reads Base32 the way people copy it.
func decode(s string) ([]byte, error) {
	s = strings.ToUpper(separators.Replace(s))
	s = strings.TrimRight(s, "=")
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	switch {
	case err != nil || slices.Contains([]int{1, 3, 6}, len(s)%8): // no number of bytes ends there: a character is missing
		return nil, fmt.Errorf("%w: Base32 has only A to Z and 2 to 7, and not every length", ErrFormat)
	case len(secret) < minSecret || len(secret) > maxSecret:
		return nil, fmt.Errorf("%w: it stands for %d bytes, %d to %d are possible", ErrFormat, len(secret), minSecret, maxSecret)
	}
	return secret, nil
}

// Code returns the six digits for the moment t, which should be the server's.
func (s *Seed) Code(t time.Time) (string, error) {
	if len(s.secret) == 0 {
		return "", errors.New("the seed was wiped")
	}
	code, err := totp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(s.secret), t, totp.ValidateOpts{
		Period: uint(s.Period / time.Second), Digits: otp.DigitsSix, Algorithm: s.algorithm,
	})
	if err != nil {
		return "", errors.New("no code can be made from this seed") // the cause could repeat it
	}
	return code, nil
}

// Wipe overwrites the secret. Copies that the runtime made are out of reach: it is a best effort.
func (s *Seed) Wipe() {
	clear(s.secret)
	s.secret = nil
}

const shown = "seed(hidden)"

// String hides the seed.
func (s *Seed) String() string { return shown }

// GoString hides the seed from %#v.
func (s *Seed) GoString() string { return shown }

// Format hides the seed from every verb, %x among them.
func (s *Seed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(shown)) }

// LogValue hides the seed from slog.
func (s *Seed) LogValue() slog.Value { return slog.StringValue(shown) }

// MarshalJSON hides the seed.
func (s *Seed) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(shown)), nil }
