package sigv4

import (
	"crypto/hmac"
	"net/http"
	"time"
)

// AuthForm is the condition key s3:authType of a form that a browser uploads.
const AuthForm = "POST"

// VerifyForm checks the signature of an upload form, which signs its policy field. fields are by their names in lower
// case. A form without policy and signature is anonymous. Every error is an *Error.
// Source: "Authenticating Requests: Browser-Based Uploads Using POST", Amazon S3 API Reference.
func VerifyForm(fields map[string]string, o Options) (Identity, error) {
	if fields["awsaccesskeyid"]+fields["signature"] != "" {
		return Identity{}, versionTwo()
	}
	if fields["policy"]+fields["x-amz-signature"]+fields["x-amz-credential"] == "" {
		return Identity{}, nil
	}
	c, err := formClaim(fields)
	if err != nil {
		return Identity{}, err
	}
	if o.Region != "" && c.region != o.Region {
		return Identity{}, c.malformed("the region '"+c.region+"' is wrong; expecting '"+o.Region+"'").with("Region", o.Region)
	}
	key, err := c.lookup(o)
	if err != nil {
		return Identity{}, err
	}
	want := hexHMAC(signingKey(key.Secret, c.date, c.region, c.service), fields["policy"])
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		return Identity{}, &Error{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch",
			Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
			Fields: []Field{{"AWSAccessKeyId", c.accessKey}, {"StringToSign", fields["policy"]}, {"SignatureProvided", c.signature},
				{"StringToSignBytes", spacedHex(fields["policy"])}}}
	}
	id := c.identity()
	id.AuthType = AuthForm
	return id, nil
}

// formClaim reads what a form says of its own signature.
func formClaim(fields map[string]string) (*claim, error) {
	for _, need := range [][2]string{{"policy", "policy"}, {"x-amz-algorithm", "X-Amz-Algorithm"}, {"x-amz-credential", "X-Amz-Credential"},
		{"x-amz-date", "X-Amz-Date"}, {"x-amz-signature", "X-Amz-Signature"}} {
		if fields[need[0]] == "" {
			return nil, &Error{Status: http.StatusBadRequest, Code: "InvalidArgument",
				Message: "Bucket POST must contain a field named '" + need[1] + "'.  If it is specified, please check the order of the fields.",
				Fields:  []Field{{"ArgumentName", need[1]}, {"ArgumentValue", ""}}}
		}
	}
	c := &claim{presigned: true, token: fields["x-amz-security-token"], signature: fields["x-amz-signature"]}
	if fields["x-amz-algorithm"] != algorithm {
		return nil, queryError("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
	}
	if err := c.readCredential(fields["x-amz-credential"]); err != nil {
		return nil, err
	}
	at, err := time.Parse(timeFormat, fields["x-amz-date"])
	if err != nil {
		return nil, queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
	}
	c.at = at
	return c, c.checkDate()
}
