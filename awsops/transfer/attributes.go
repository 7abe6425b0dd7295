package transfer

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Attributes are what an object gets besides its content and its content type.
type Attributes struct {
	CacheControl string         `json:"cache_control,omitempty"`
	Expires      time.Time      `json:"expires,omitzero"` // the Expires header: until when caches may keep it
	Metadata     []objects.Pair `json:"metadata,omitempty"`
	Tags         []objects.Pair `json:"tags,omitempty"`
	Class        string         `json:"class,omitempty"` // storage class; "" is STANDARD
	Encryption   sse.Choice     `json:"encryption,omitzero"`
}

// The limits of "Working with object metadata" and "Categorizing your storage using tags".
const (
	maxMetadata = 2 << 10
	maxTags     = 10
	maxTagKey   = 128
	maxTagValue = 256
)

// Classes are the storage classes that an upload can choose.
func Classes() []string {
	return []string{"STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "REDUCED_REDUNDANCY"}
}

// Check says what is wrong with the attributes, "" when nothing is.
func (a Attributes) Check() string {
	if a.Class != "" && !slices.Contains(Classes(), a.Class) {
		return "there is no storage class " + a.Class
	}
	for _, c := range a.CacheControl {
		if c < ' ' || c > '~' {
			return "Cache-Control takes ASCII only"
		}
	}
	if why := checkMetadata(a.Metadata); why != "" {
		return why
	}
	if why := a.checkClient(); why != "" {
		return why
	}
	if why := a.Encryption.Check(true); why != "" {
		return why
	}
	return checkTags(a.Tags)
}

func checkMetadata(pairs []objects.Pair) string {
	total := 0
	for i, p := range pairs {
		if p.Name == "" || strings.ContainsFunc(p.Name, notToken) {
			return fmt.Sprintf("%q can't be the name of metadata: letters, digits and hyphens", p.Name)
		}
		if slices.ContainsFunc(pairs[:i], func(q objects.Pair) bool { return strings.EqualFold(q.Name, p.Name) }) {
			return "metadata " + p.Name + " is given twice: case doesn't count"
		}
		if strings.ContainsFunc(p.Value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return "the value of metadata " + p.Name + " holds characters that a header can't"
		}
		total += len(p.Name) + len(p.Value)
	}
	if total > maxMetadata {
		return fmt.Sprintf("metadata has %d bytes, and S3 takes %d", total, maxMetadata)
	}
	return ""
}

// notToken is true for what a header's name can't hold.
func notToken(r rune) bool {
	return r > '~' || r <= ' ' || strings.ContainsRune("()<>@,;:\\\"/[]?={}", r)
}

func checkTags(tags []objects.Pair) string {
	if len(tags) > maxTags {
		return fmt.Sprintf("there are %d tags, and an object can have %d", len(tags), maxTags)
	}
	for i, t := range tags {
		switch {
		case t.Name == "" || len([]rune(t.Name)) > maxTagKey || len([]rune(t.Value)) > maxTagValue:
			return fmt.Sprintf("a tag has a key of 1 to %d characters and a value of up to %d", maxTagKey, maxTagValue)
		case strings.ContainsFunc(t.Name+t.Value, notTaggable):
			return "tag " + t.Name + " holds other characters than letters, digits, spaces and + - = . _ : / @"
		case strings.HasPrefix(t.Name, "aws:"):
			return "keys of tags that begin with aws: belong to AWS"
		case slices.ContainsFunc(tags[:i], func(u objects.Pair) bool { return u.Name == t.Name }):
			return "tag " + t.Name + " is given twice"
		}
	}
	return ""
}

// notTaggable is true for what neither keys nor values of tags may hold.
func notTaggable(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsSpace(r) && !strings.ContainsRune("+-=._:/@", r)
}

// Pairs reads "a=b, c=d" as people type it into a form. A value may hold equals signs and no comma.
func Pairs(text string) ([]objects.Pair, error) {
	var out []objects.Pair
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("%q is not name=value", part)
		}
		out = append(out, objects.Pair{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return out, nil
}

// storage is what an upload of so many bytes adds to its storage class.
func (a Attributes) storage(bytes int64) []awsops.Storage {
	return []awsops.Storage{{Class: cmp.Or(a.Class, "STANDARD"), Bytes: bytes}}
}

func (a Attributes) metadata() map[string]string {
	if len(a.Metadata) == 0 {
		return nil
	}
	m := make(map[string]string, len(a.Metadata))
	for _, p := range a.Metadata {
		m[p.Name] = p.Value
	}
	return m
}

// tagging is the tags as the header carries them: a query string. A space is %20: some servers take a plus sign for itself.
func (a Attributes) tagging() *string {
	if len(a.Tags) == 0 {
		return nil
	}
	parts := make([]string, len(a.Tags))
	for i, t := range a.Tags {
		parts[i] = url.QueryEscape(t.Name) + "=" + url.QueryEscape(t.Value)
	}
	return aws.String(strings.ReplaceAll(strings.Join(parts, "&"), "+", "%20"))
}

func (a Attributes) put(in *s3.PutObjectInput) {
	in.CacheControl, in.Expires = optional(a.CacheControl), optionalTime(a.Expires)
	in.Metadata, in.Tagging, in.StorageClass = a.metadata(), a.tagging(), types.StorageClass(a.Class)
}

func (a Attributes) create(in *s3.CreateMultipartUploadInput) {
	in.CacheControl, in.Expires = optional(a.CacheControl), optionalTime(a.Expires)
	in.Metadata, in.Tagging, in.StorageClass = a.metadata(), a.tagging(), types.StorageClass(a.Class)
}

// flags adds the attributes to a command line of aws s3api.
func (a Attributes) flags(c *awsops.CommandLine, keyFile string) *awsops.CommandLine {
	c = options(a.shared(c), a.Encryption.APIOptions(keyFile))
	if t := a.tagging(); t != nil {
		c = c.Flag("--tagging", *t)
	}
	return c
}

// copyFlags adds to a command line of aws s3 what that can set: all but the tags.
func (a Attributes) copyFlags(c *awsops.CommandLine, keyFile string) *awsops.CommandLine {
	return options(a.shared(c), a.Encryption.CopyOptions(keyFile))
}

func options(c *awsops.CommandLine, all []sse.Option) *awsops.CommandLine {
	for _, o := range all {
		if o.Value == "" {
			c = c.Switch(o.Name)
		} else {
			c = c.Flag(o.Name, o.Value)
		}
	}
	return c
}

// shared adds what both can set by options of the same name.
func (a Attributes) shared(c *awsops.CommandLine) *awsops.CommandLine {
	c = c.FlagIf("--cache-control", a.CacheControl).FlagIf("--storage-class", a.Class)
	if !a.Expires.IsZero() {
		c = c.Flag("--expires", a.Expires.UTC().Format(time.RFC3339))
	}
	if len(a.Metadata) > 0 {
		c = c.Flag("--metadata", jsonMap(a.Metadata))
	}
	return c
}

// changes are the attributes as a plan shows them.
func (a Attributes) changes() []awsops.Change {
	var out []awsops.Change
	add := func(field, after string) {
		if after != "" {
			out = append(out, awsops.Change{Field: field, After: after})
		}
	}
	add("storage class", a.Class)
	if !a.Encryption.IsZero() {
		add("encryption", a.Encryption.String())
	}
	add("cache control", a.CacheControl)
	if !a.Expires.IsZero() {
		add("expires", a.Expires.UTC().Format(time.RFC3339))
	}
	for _, p := range a.Metadata {
		add("metadata "+p.Name, p.Value)
	}
	for _, t := range a.Tags {
		add("tag "+t.Name, t.Value)
	}
	return out
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// jsonMap is the pairs as one JSON object, in their order.
func jsonMap(pairs []objects.Pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = strconv.Quote(p.Name) + ":" + strconv.Quote(p.Value) // both are printable ASCII
	}
	return "{" + strings.Join(parts, ",") + "}"
}
