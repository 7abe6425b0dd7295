package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Ready is a statement of the library, known by its Sid.
type Ready struct {
	Sid, Title string
	Asks       string // what has to be given, "" for nothing
	Warning    string // whom it hits besides those it is meant for
	check      func(string) string
}

func everyone(sid, actions, resource, condition string) string {
	return fmt.Sprintf(`{"Sid":%q,"Effect":"Deny","Principal":"*","Action":%s,"Resource":%s,"Condition":%s}`, sid, actions, resource, condition)
}

func both(b ARN) string { return "[" + quoted(string(b)) + "," + objects(b) + "]" }

func objects(b ARN) string { return quoted(b.objects()) }

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}

// readyStatement is an entry of the library with the text it makes.
type readyStatement struct {
	Ready
	text func(bucket ARN, answer string) string
}

var library = []readyStatement{
	{Ready{Sid: "CooperDenyInsecureTransport", Title: "TLS only", Warning: "A website endpoint speaks plain HTTP only: it stops working."},
		func(b ARN, _ string) string {
			return everyone("CooperDenyInsecureTransport", `"s3:*"`, both(b), `{"Bool":{"aws:SecureTransport":"false"}}`)
		}},
	{Ready{Sid: "CooperDenyOldTls", Title: "minimum TLS version", Asks: "TLS version, 1.2 or 1.3", check: oneOf("1.2", "1.3"),
		Warning: "With 1.3, gateways and private endpoints that don't speak it are shut out."},
		func(b ARN, v string) string {
			return everyone("CooperDenyOldTls", `"s3:*"`, both(b), `{"NumericLessThan":{"s3:TlsVersion":`+quoted(v)+`}}`)
		}},
	{Ready{Sid: "CooperDenyOtherSse", Title: "force the kind of encryption", Asks: "AES256, aws:kms or aws:kms:dsse", check: oneOf("AES256", "aws:kms", "aws:kms:dsse"),
		Warning: "Uploads without a header still take the bucket's default. Services that write with another kind stop writing."},
		func(b ARN, v string) string {
			return everyone("CooperDenyOtherSse", `"s3:PutObject"`, objects(b), `{"Null":{"`+sseKey+`":"false"},"StringNotEquals":{"`+sseKey+`":`+quoted(v)+`}}`)
		}},
	{Ready{Sid: "CooperDenyOtherKmsKey", Title: "force one KMS key", Asks: "ARN of the key", check: arnOf("kms"),
		Warning: "Uploads that name no key still take the bucket's default."},
		func(b ARN, v string) string {
			return everyone("CooperDenyOtherKmsKey", `"s3:PutObject"`, objects(b), `{"Null":{"`+kmsKey+`":"false"},"ArnNotEquals":{"`+kmsKey+`":`+quoted(v)+`}}`)
		}},
	{Ready{Sid: "CooperDenyKmsWithoutKeyId", Title: "SSE-KMS only with a key's name", Warning: "Uploads that ask for aws:kms and name no key, which S3 would encrypt with aws/s3, are refused."},
		func(b ARN, _ string) string {
			return everyone("CooperDenyKmsWithoutKeyId", `"s3:PutObject"`, objects(b), `{"StringLike":{"`+sseKey+`":"aws:kms*"},"Null":{"`+kmsKey+`":"true"}}`)
		}},
	{Ready{Sid: "CooperDenySseC", Title: "no SSE-C"},
		func(b ARN, _ string) string {
			return everyone("CooperDenySseC", `"s3:PutObject"`, objects(b), `{"Null":{"`+sseCKey+`":"false"}}`)
		}},
	{Ready{Sid: "CooperDenyDeleteVersion", Title: "nobody deletes versions", Warning: "It binds root, too, until the statement is removed; lifecycle rules go on deleting."},
		func(b ARN, _ string) string {
			return fmt.Sprintf(`{"Sid":"CooperDenyDeleteVersion","Effect":"Deny","Principal":"*","Action":"s3:DeleteObjectVersion","Resource":%s}`, objects(b))
		}},
	{Ready{Sid: "CooperLogDelivery", Title: "access logs of another bucket may be written here", Asks: "bucket whose logs come", check: nonEmpty},
		func(b ARN, v string) string {
			return fmt.Sprintf(`{"Sid":"CooperLogDelivery","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":%s,"Condition":{"ArnLike":{"aws:SourceArn":%s}}}`,
				objects(b), quoted(b.neighbour(v)))
		}},
	{Ready{Sid: "CooperOnlyVpcEndpoint", Title: "one VPC endpoint only", Asks: "id of the endpoint (vpce-…)", check: prefixed("vpce-"),
		Warning: "Everybody else is shut out, you and the console too, unless they come through this endpoint."},
		func(b ARN, v string) string {
			return everyone("CooperOnlyVpcEndpoint", `"s3:*"`, both(b), `{"StringNotEquals":{"aws:SourceVpce":`+quoted(v)+`}}`)
		}},
	{Ready{Sid: "CooperOnlyOrganisation", Title: "one organisation only", Asks: "id of the organisation (o-…)", check: prefixed("o-"),
		Warning: "AWS services are spared; the anonymous are not."},
		func(b ARN, v string) string {
			return everyone("CooperOnlyOrganisation", `"s3:*"`, both(b), `{"StringNotEquals":{"aws:PrincipalOrgID":`+quoted(v)+`},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`)
		}},
	{Ready{Sid: "CooperDenyUnsignedPayload", Title: "no uploads with an unsigned payload", Warning: "Presigned URLs send no payload hash: uploads with them stop working."},
		func(b ARN, _ string) string {
			return everyone("CooperDenyUnsignedPayload", `"s3:PutObject"`, objects(b), `{"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}}`)
		}},
	{Ready{Sid: "CooperDenyQuerySigned", Title: "no presigned requests", Warning: "Every presigned URL of this bucket stops working; so do anonymous requests."},
		func(b ARN, _ string) string {
			return everyone("CooperDenyQuerySigned", `"s3:*"`, both(b), `{"StringNotEquals":{"s3:authType":"REST-HEADER"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`)
		}},
}

// Library lists the ready statements.
func Library() []Ready {
	out := make([]Ready, len(library))
	for i, r := range library {
		out[i] = r.Ready
	}
	return out
}

// Check says what is wrong with the answer to what the statement asks, "" when it is fine.
func (r Ready) Check(answer string) string {
	if r.check == nil {
		return ""
	}
	return r.check(answer)
}

// Make gives the text of a ready statement for a bucket; false when there is none with the Sid or the answer is wrong.
func Make(sid string, bucket ARN, answer string) ([]byte, bool) {
	for _, r := range library {
		if r.Sid == sid && r.Check(answer) == "" {
			return []byte(r.text(bucket, answer)), true
		}
	}
	return nil, false
}

func oneOf(words ...string) func(string) string {
	return func(s string) string {
		for _, w := range words {
			if s == w {
				return ""
			}
		}
		return "one of " + strings.Join(words, ", ")
	}
}

func prefixed(p string) func(string) string {
	return func(s string) string {
		if rest, ok := strings.CutPrefix(s, p); !ok || rest == "" || strings.ContainsAny(rest, "*?$ ") {
			return "an id that begins with " + p
		}
		return ""
	}
}

func arnOf(service string) func(string) string {
	return func(s string) string {
		if parts := strings.SplitN(s, ":", 6); len(parts) != 6 || parts[0] != "arn" || parts[2] != service || parts[5] == "" {
			return "an ARN of " + service
		}
		return ""
	}
}

func nonEmpty(s string) string {
	if s == "" || strings.ContainsAny(s, "*?/ ") {
		return "the name of a bucket"
	}
	return ""
}
