package buckets

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// The namespaces that a general purpose bucket's name can live in, as x-amz-bucket-namespace spells them.
const (
	NamespaceGlobal  = "global"
	NamespaceAccount = "account-regional"
)

// The length of a bucket name in bytes.
const (
	MinName = 3
	MaxName = 63
)

// Problem is one rule of bucket naming that a name breaks. An advice is allowed by S3 and unwise.
type Problem struct {
	Rule   string // stable, such as "length" or "prefix"
	Text   string // one sentence
	Advice bool
}

// reservedPrefixes and reservedSuffixes are kept by S3 for names of its own
// (Amazon S3 User Guide, "General purpose bucket naming rules").
var (
	reservedPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
	// noAccountNamespace are the regions without the account-regional namespace.
	noAccountNamespace = []string{"me-south-1", "me-central-1"}
	accountNumber      = regexp.MustCompile(`^[0-9]{12}$`)
)

// CheckName gives the rules of S3 that a new bucket's name breaks, most basic first; none means that
// S3 would take it. Account (12 digits) and region matter only in the account-regional namespace.
// Source: Amazon S3 User Guide, "General purpose bucket naming rules" and "Namespaces for general
// purpose buckets".
func CheckName(name, namespace, account, region string) []Problem {
	if name == "" {
		return []Problem{{Rule: "length", Text: "A name is needed: 3 to 63 characters."}}
	}
	problems := checkShape(name)
	problems = append(problems, checkReserved(name)...)
	problems = append(problems, checkNamespace(name, namespace, account, region)...)
	if strings.Contains(name, ".") {
		problems = append(problems, Problem{Rule: "dot", Advice: true,
			Text: "A dot in the name rules out virtual-hosted TLS and Transfer Acceleration."})
	}
	return problems
}

// Allowed reports whether only advice is left among the problems.
func Allowed(problems []Problem) bool {
	return !slices.ContainsFunc(problems, func(p Problem) bool { return !p.Advice })
}

func checkShape(name string) []Problem {
	var problems []Problem
	add := func(rule, text string) { problems = append(problems, Problem{Rule: rule, Text: text}) }
	switch n := len(name); {
	case n < MinName:
		add("length", fmt.Sprintf("At least %d characters are needed, this has %d.", MinName, n))
	case n > MaxName:
		add("length", fmt.Sprintf("At most %d characters are allowed, this has %d.", MaxName, n))
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return !nameRune(r) }); i >= 0 {
		r := []rune(name[i:])[0]
		if r >= 'A' && r <= 'Z' {
			add("characters", fmt.Sprintf("Capital letters such as %q are not allowed.", r))
		} else {
			add("characters", fmt.Sprintf("Only a-z, 0-9, dot and hyphen are allowed, not %q.", r))
		}
	}
	if !alphanumeric(name[0]) {
		add("begin", "The name must begin with a letter or a digit.")
	}
	if !alphanumeric(name[len(name)-1]) {
		add("end", "The name must end with a letter or a digit.")
	}
	if strings.Contains(name, "..") {
		add("dots", "Two dots in a row are not allowed.")
	}
	if looksLikeIPv4(name) {
		add("address", "The name must not look like an IP address.")
	}
	return problems
}

func checkReserved(name string) []Problem {
	var problems []Problem
	for _, p := range reservedPrefixes {
		if strings.HasPrefix(name, p) {
			problems = append(problems, Problem{Rule: "prefix", Text: fmt.Sprintf("Names that begin with %q are reserved.", p)})
		}
	}
	for _, s := range reservedSuffixes {
		if strings.HasSuffix(name, s) {
			problems = append(problems, Problem{Rule: "suffix", Text: fmt.Sprintf("Names that end with %q are reserved.", s)})
		}
	}
	return problems
}

func checkNamespace(name, namespace, account, region string) []Problem {
	if namespace != NamespaceAccount {
		if strings.HasSuffix(name, "-an") {
			return []Problem{{Rule: "suffix", Text: `Names that end with "-an" belong to the account-regional namespace.`}}
		}
		return nil
	}
	suffix, err := AccountSuffix(account, region)
	if err != nil {
		return []Problem{{Rule: "namespace", Text: err.Error()}}
	}
	prefix, ok := strings.CutSuffix(name, suffix)
	if !ok || prefix == "" {
		return []Problem{{Rule: "namespace", Text: fmt.Sprintf("In the account-regional namespace the name must be a prefix followed by %q.", suffix)}}
	}
	return nil
}

// AccountSuffix gives what a name in the account-regional namespace must end with, such as
// "-111122223333-eu-west-1-an". It fails when the account is not 12 digits or the region has no such
// namespace.
func AccountSuffix(account, region string) (string, error) {
	switch {
	case !accountNumber.MatchString(account):
		return "", fmt.Errorf("the account-regional namespace needs the account's 12-digit number, which is not known here")
	case region == "":
		return "", fmt.Errorf("the account-regional namespace needs a region")
	case slices.Contains(noAccountNamespace, region):
		return "", fmt.Errorf("the region %s has no account-regional namespace", region)
	}
	return "-" + account + "-" + region + "-an", nil
}

// AccountName builds the full name in the account-regional namespace from the part that a person
// chooses. A prefix that has the suffix already is left alone.
func AccountName(prefix, account, region string) (string, error) {
	suffix, err := AccountSuffix(account, region)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(prefix, suffix) + suffix, nil
}

func nameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-'
}

func alphanumeric(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }

// looksLikeIPv4 also takes octets that netip refuses, such as 192.168.05.004 and 999.1.1.1: S3's
// rule is about the shape of an address, not its value.
func looksLikeIPv4(name string) bool {
	if a, err := netip.ParseAddr(name); err == nil && a.Is4() {
		return true
	}
	parts := strings.Split(name, ".")
	if len(parts) != 4 {
		return false
	}
	for _, p := range parts {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}
