package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// kindOf names the type of a TOML value for people.
func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	case time.Time, toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		return "a date or a time"
	}
	return "something else"
}

func boolean(to *bool) field {
	return func(f *file, v any) {
		b, ok := v.(bool)
		if !ok {
			f.refuse("", "%s must be true or false, this is %s", f.last(), kindOf(v))
			return
		}
		*to = b
	}
}

func text(to *string) field { return checked(to, func(string) string { return "" }) }

// checked takes text that check finds nothing wrong with. check returns the rest of a sentence.
func checked(to *string, check func(string) string) field {
	return func(f *file, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			f.refuse("", "%s must be text in quotes, this is %s", f.last(), kindOf(v))
		case s == "":
			f.refuse("", "%s is empty: leave it out instead", f.last())
		case check(s) != "":
			f.refuse("", "%s %q %s", f.last(), withoutUser(s), check(s))
		default:
			*to = s
		}
	}
}

func filePath(to *string) field {
	return func(f *file, v any) {
		var s string
		text(&s)(f, v)
		if s != "" {
			*to = f.resolve(s)
		}
	}
}

func oneOf[T ~string](to *T, values ...T) field {
	return func(f *file, v any) {
		s, ok := v.(string)
		if !ok || !slices.Contains(values, T(s)) {
			f.refuse("", "%s must be %s, this is %s", f.last(), choices(values), shown(v))
			return
		}
		*to = T(s)
	}
}

func shown(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return kindOf(v)
}

func choices[T ~string](values []T) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", string(v))
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// checkURL returns what is wrong with an endpoint's URL, "" when nothing is.
func checkURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "is no URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "must begin with http:// or https://"
	case u.Hostname() == "":
		return "names no host"
	case u.User != nil:
		return "must not hold a user or a password"
	case u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(s, "?#"):
		return "must end before ? and #"
	}
	return ""
}

var userPart = regexp.MustCompile(`//[^/]*@`)

// withoutUser hides a user and a password that someone wrote into a URL: errors are shown and logged.
func withoutUser(s string) string { return userPart.ReplaceAllString(s, "//(hidden)@") }

var regionForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

func checkRegion(s string) string {
	if !regionForm.MatchString(s) {
		return "is no region: small letters, digits and hyphens, such as eu-west-1"
	}
	return ""
}
