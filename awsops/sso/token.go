package sso

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
)

// registration is the client that a login was made with.
type registration struct {
	ID, Secret string
	Expires    time.Time
}

// String hides the secret.
func (registration) String() string { return "registration{redacted}" }

// GoString hides the secret from %#v.
func (r registration) GoString() string { return r.String() }

// token is the file of one login. Fields as the AWS CLI writes them.
type token struct {
	StartURL              string    `json:"startUrl"`
	Region                string    `json:"region"`
	AccessToken           string    `json:"accessToken"`
	ExpiresAt             time.Time `json:"expiresAt"`
	ClientID              string    `json:"clientId,omitempty"`
	ClientSecret          string    `json:"clientSecret,omitempty"`
	RegistrationExpiresAt time.Time `json:"registrationExpiresAt,omitzero"`
	RefreshToken          string    `json:"refreshToken,omitempty"`
	Scopes                []string  `json:"scopes,omitempty"`
}

// String hides the token.
func (token) String() string { return "token{redacted}" }

// GoString hides the token from %#v.
func (t token) GoString() string { return t.String() }

// LogValue hides the token from slog.
func (t token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// File is where the token of a login is: below .aws/sso/cache in the home folder, named for the key.
func File(key string) (string, error) { return ssocreds.StandardCachedTokenFilepath(key) }

// Until says when the login that is filed ends; ok is false when none is. The token itself is not given out.
func Until(key string) (_ time.Time, ok bool) {
	file, err := File(key)
	if err != nil {
		return time.Time{}, false
	}
	t, err := readToken(file)
	return t.ExpiresAt, err == nil && t.AccessToken != ""
}

func readToken(file string) (token, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return token{}, err
	}
	var t token
	return t, json.Unmarshal(data, &t)
}

// writeToken puts a token into its place in one piece, readable by its owner alone.
func writeToken(file string, t token) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".login-*") // made with 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
