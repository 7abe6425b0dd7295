package kms

import (
	"regexp"
	"strings"

	"cooper/awsops"
)

// Name is how a key or an alias is named: by its ARN, by id or by alias.
type Name struct {
	Partition, Region, Account string // "" unless it is an ARN
	ID                         string // the key's id, "" for an alias
	Alias                      string // with its "alias/", "" for an id
}

var (
	keyID   = regexp.MustCompile(`^(mrk-[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`)
	aliasID = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)
)

// ParseName reads what a person typed. Errors: KindInvalid with a sentence.
func ParseName(text string) (Name, error) {
	text = strings.TrimSpace(text)
	var n Name
	rest := text
	if strings.HasPrefix(text, "arn:") {
		parts := strings.SplitN(text, ":", 6)
		if len(parts) != 6 || parts[2] != "kms" || parts[1] == "" || parts[3] == "" || len(parts[4]) != 12 {
			return Name{}, badName("that is not the ARN of a KMS key")
		}
		n.Partition, n.Region, n.Account = parts[1], parts[3], parts[4]
		var ok bool
		if rest, ok = strings.CutPrefix(parts[5], "key/"); !ok && !strings.HasPrefix(rest, "alias/") {
			return Name{}, badName("that is the ARN of something else than a KMS key")
		}
	}
	return n, n.take(rest)
}

// take reads what stands behind the ARN's prefix, or all where there is none.
func (n *Name) take(rest string) error {
	switch {
	case rest == "":
		return badName("no key is named")
	case aliasID.MatchString(rest):
		n.Alias = rest
	case strings.HasPrefix(rest, "alias/"):
		return badName("an alias has letters, digits, hyphens, underscores and slashes after alias/")
	case keyID.MatchString(rest):
		n.ID = rest
	default:
		return badName("that is no key's id, alias or ARN")
	}
	return nil
}

func badName(message string) error {
	return awsops.Invalid("kms", message, "A key looks like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab.")
}

// ARN gives the name as an ARN, with what it doesn't say taken from the arguments.
func (n Name) ARN(partition, region, account string) string {
	if n.Partition != "" {
		partition, region, account = n.Partition, n.Region, n.Account
	}
	resource := "key/" + n.ID
	if n.Alias != "" {
		resource = n.Alias
	}
	return "arn:" + partition + ":kms:" + region + ":" + account + ":" + resource
}

// IsKeyARN reports whether the text is the full ARN of a key: not of an alias, and not a bare id.
func IsKeyARN(text string) bool {
	n, err := ParseName(text)
	return err == nil && n.Partition != "" && n.ID != ""
}
