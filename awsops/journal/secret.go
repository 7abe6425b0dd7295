package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// secretNames are the field names, in lower case and without separators, whose text never belongs in a file. Names that
// merely contain one of them (secretId of Secrets Manager, continuationToken of a listing) are not meant.
var secretNames = []string{
	"code", "mfacode", "tokencode", "onetimecode", "otp",
	"secret", "secretkey", "secretaccesskey", "sessiontoken", "token", "password", "passphrase", "seed", "base32seed",
	"ssecustomerkey", "customerkey", "copysourcessecustomerkey", "plaintext", "privatekey",
	"signature", "xamzsignature", "xamzsecuritytoken", "xamzmfa",
}

// checkParams refuses JSON in which a field named like a secret holds anything.
func checkParams(where string, raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	if !json.Valid(raw) {
		return fmt.Errorf("the journal's %s are no JSON", where)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("the journal's %s are no JSON: %w", where, err)
	}
	if name := secretField(v); name != "" {
		return fmt.Errorf("%w: %s.%s", ErrSecret, where, name)
	}
	return nil
}

// secretField returns the path of the first field that looks like a secret, "" when there is none.
func secretField(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			if isSecretName(name) && !isEmpty(child) || isMFAHeader(child) {
				return name
			}
			if inner := secretField(child); inner != "" {
				return name + "." + inner
			}
		}
	case []any:
		for i, child := range v {
			if inner := secretField(child); inner != "" {
				return fmt.Sprintf("%d.%s", i, inner)
			}
		}
	}
	return ""
}

func isSecretName(name string) bool {
	name = strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
	return slices.Contains(secretNames, name)
}

var mfaHeader = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]+:mfa/\S+ [0-9]{6}$`)

// isMFAHeader recognises a virtual device with its code, as x-amz-mfa carries them, whatever the field is called. A
// hardware number with a code can't be told from an object key.
func isMFAHeader(v any) bool {
	s, ok := v.(string)
	return ok && mfaHeader.MatchString(s)
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil, bool:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// hidden is what stands in the journal where a secret stood.
const hidden = "(hidden)"

// The places in a command line, a header or a URL where a secret can stand. The first group is kept.
var secretPlaces = []*regexp.Regexp{
	regexp.MustCompile(`((?i:--(?:mfa|token-code|authentication-code-?[12])|x-amz-mfa:?)[ =]+["']?(?:[^\s"']+[ ]+)?)[0-9]{6}\b`),
	regexp.MustCompile(`((?i:X-Amz-(?:Signature|Security-Token|Credential))=)[^&\s"']+`),
	regexp.MustCompile(`((?i:--(?:sse-c|sse-customer|copy-source-sse-customer|sse-c-copy-source)-?key)[ =]+["']?)[A-Za-z0-9+/]{43}=`),
	regexp.MustCompile(`((?i:(?:AWS_)?(?:SECRET_ACCESS_KEY|SESSION_TOKEN)|aws_secret_access_key)\s*=\s*["']?)[^\s"']+`),
	regexp.MustCompile(`((?i:otpauth://)[^\s?"']*\?(?:[^\s"']*&)?(?i:secret)=)[^&\s"']+`),
}

// scrub replaces secrets that found their way into text meant for people.
func scrub(s string) string {
	for _, re := range secretPlaces {
		s = re.ReplaceAllString(s, "${1}"+hidden)
	}
	return s
}
