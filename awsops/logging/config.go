package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/document"
)

const opGet, opPut = "GetBucketLogging", "PutBucketLogging"

// Keys is how log files are named.
type Keys string

// The kinds of keys. Simple ones are [prefix]YYYY-MM-DD-hh-mm-ss-ID; the others are
// [prefix][account]/[region]/[bucket]/YYYY/MM/DD/YYYY-MM-DD-hh-mm-ss-ID with the day of the requests, where the time of
// day is midnight, or the day and time of the delivery.
const (
	Simple     Keys = "simple"
	ByEvent    Keys = "event"
	ByDelivery Keys = "delivery"
)

// String says it in the field's words.
func (k Keys) String() string {
	switch k {
	case ByEvent:
		return "partitioned by the day of the requests"
	case ByDelivery:
		return "partitioned by the day of the delivery"
	}
	return "simple"
}

// Config is where a bucket's access logs go. The zero value is a bucket that keeps none.
type Config struct {
	Target string `json:"target"`
	Prefix string `json:"prefix"`
	Keys   Keys   `json:"keys"`

	Grants  int      `json:"grants,omitempty"`  // of access to the log files, in the old way of ACLs
	Unknown []string `json:"unknown,omitempty"` // elements that S3 doesn't have: another server's own
}

// On reports whether logs are kept at all.
func (c Config) On() bool { return c.Target != "" }

// Read reads a bucket's configuration.
func Read(ctx context.Context, r *awsops.Reader, bucket string) (Config, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return Config{}, err
	}
	var doc []byte
	out, err := api.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &bucket}, document.Capture("BucketLoggingStatus", func(b []byte) { doc = b }))
	if err != nil {
		return Config{}, awsops.Wrap(opGet, bucket, "", err)
	}
	e := out.LoggingEnabled
	if e == nil {
		return Config{}, nil
	}
	c := Config{Target: aws.ToString(e.TargetBucket), Prefix: aws.ToString(e.TargetPrefix), Keys: Simple, Grants: len(e.TargetGrants), Unknown: unknownElements(doc)}
	if f := e.TargetObjectKeyFormat; f != nil && f.PartitionedPrefix != nil {
		if c.Keys = ByDelivery; f.PartitionedPrefix.PartitionDateSource == types.PartitionDateSourceEventTime {
			c.Keys = ByEvent
		}
	}
	return c, nil
}

// Reading is Read as a fact. S3 answers an empty document for a bucket without logs, so it is never absent.
func Reading(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[Config] {
	c, err := Read(ctx, r, bucket)
	return awsops.Read(opGet, r.Now(), c, err)
}

// known are the elements of S3's document.
var known = []string{"BucketLoggingStatus", "LoggingEnabled", "TargetBucket", "TargetPrefix", "TargetGrants", "Grant", "Grantee", "Permission", "ID", "DisplayName",
	"URI", "EmailAddress", "TargetObjectKeyFormat", "SimplePrefix", "PartitionedPrefix", "PartitionDateSource"}

// unknownElements names what a document has besides, which writing it again would lose.
func unknownElements(doc []byte) []string {
	var out []string
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		token, err := d.Token()
		if err != nil {
			return out
		}
		if e, ok := token.(xml.StartElement); ok && !slices.Contains(known, e.Name.Local) && !slices.Contains(out, e.Name.Local) {
			out = append(out, e.Name.Local)
		}
	}
}

// none stands for a bucket without logs in fingerprints and read-backs.
const none = "no access logs"

// text names a configuration by what it says.
func (c Config) text() string {
	if !c.On() {
		return none
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return none // strings and numbers always marshal
	}
	return string(raw)
}

// state reads the configuration as text.
func state(bucket string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		c, err := Read(ctx, r, bucket)
		return c.text(), err
	}
}

// status is the document that says it to S3.
func (c Config) status() *types.BucketLoggingStatus {
	if !c.On() {
		return &types.BucketLoggingStatus{}
	}
	return &types.BucketLoggingStatus{LoggingEnabled: &types.LoggingEnabled{TargetBucket: &c.Target, TargetPrefix: &c.Prefix, TargetObjectKeyFormat: c.Keys.format()}}
}

func (k Keys) format() *types.TargetObjectKeyFormat {
	source := types.PartitionDateSourceDeliveryTime
	switch k {
	case ByEvent:
		source = types.PartitionDateSourceEventTime
	case ByDelivery:
	default:
		return nil // the default; servers without the element take it, too
	}
	return &types.TargetObjectKeyFormat{PartitionedPrefix: &types.PartitionedPrefix{PartitionDateSource: source}}
}

// commandJSON is the document as the AWS CLI takes it.
func (c Config) commandJSON() string {
	if !c.On() {
		return "{}"
	}
	type partitioned struct{ PartitionDateSource string }
	type format struct{ PartitionedPrefix *partitioned }
	type enabled struct {
		TargetBucket, TargetPrefix string
		TargetObjectKeyFormat      *format `json:",omitempty"`
	}
	e := enabled{TargetBucket: c.Target, TargetPrefix: c.Prefix}
	if f := c.Keys.format(); f != nil {
		e.TargetObjectKeyFormat = &format{&partitioned{string(f.PartitionedPrefix.PartitionDateSource)}}
	}
	raw, err := json.Marshal(struct{ LoggingEnabled enabled }{e})
	if err != nil {
		return "{}" // strings always marshal
	}
	return string(raw)
}
