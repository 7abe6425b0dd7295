package sandbox

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	maxObjectTags = 10
	maxBucketTags = 50
)

// utf16Len is the length by which S3 counts tags: UTF-16 units.
func utf16Len(s string) int { return len(utf16.Encode([]rune(s))) }

// checkTags checks a set of tags: how many, how long, no key twice, no reserved key.
func checkTags(tags []tag, most int) error {
	if len(tags) > most {
		if most == maxObjectTags {
			return newError(400, "BadRequest", "Object tags cannot be greater than 10")
		}
		return newError(400, "BadRequest", "Bucket tag count cannot be greater than 50")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case t.Key == "" || utf16Len(t.Key) > 128 || !taggable(t.Key):
			return newError(400, "InvalidTag", "The TagKey you have provided is invalid", field{"TagKey", t.Key})
		case utf16Len(t.Value) > 256 || !taggable(t.Value):
			return newError(400, "InvalidTag", "The TagValue you have provided is invalid",
				field{"TagKey", t.Key}, field{"TagValue", t.Value})
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return newError(400, "InvalidTag", "System tags cannot be added/updated by requester")
		case seen[t.Key]:
			return newError(400, "InvalidTag", "Cannot provide multiple Tags with the same key", field{"TagKey", t.Key})
		}
		seen[t.Key] = true
	}
	return nil
}

// taggable says whether a tag may consist of these characters: letters, digits, spaces and + - = . _ : / @.
func taggable(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune("+-=._:/@", r) {
			return false
		}
	}
	return true
}

// parseTagging reads the x-amz-tagging header, which is written like a query.
func parseTagging(header string) ([]tag, error) {
	var tags []tag
	for pair := range strings.SplitSeq(header, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		key, err1 := url.QueryUnescape(name)
		val, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return nil, errInvalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL "+
				"query parameters without tag name duplicates.", "x-amz-tagging", header)
		}
		tags = append(tags, tag{key, val})
	}
	return tags, checkTags(tags, maxObjectTags)
}
