package sigv4

import (
	"fmt"
	"strings"
)

// Field is an extra element of an error's XML, beside Code and Message.
type Field struct{ Name, Value string }

// Error is a refusal as S3 words it: an HTTP status, a code, a message and the extra elements of the error document.
type Error struct {
	Status  int
	Code    string
	Message string
	Fields  []Field
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

func (e *Error) with(name, value string) *Error {
	e.Fields = append(e.Fields, Field{name, value})
	return e
}

// malformed words a refusal for the place the signature was in.
func (c *claim) malformed(text string) *Error {
	if c.presigned {
		return queryError("Error parsing the X-Amz-Credential parameter; " + text)
	}
	return headerError(text)
}

func headerError(text string) *Error {
	return &Error{Status: 400, Code: "AuthorizationHeaderMalformed",
		Message: "The authorization header is malformed; " + text}
}

func queryError(text string) *Error {
	return &Error{Status: 400, Code: "AuthorizationQueryParametersError", Message: text}
}

// hidden are headers whose values must not come back in an error document, where they would end up in logs.
var hidden = []string{"x-amz-mfa:", "x-amz-security-token:", "x-amz-server-side-encryption-customer-key:",
	"x-amz-copy-source-server-side-encryption-customer-key:"}

func redact(canonical string) string {
	lines := strings.Split(canonical, "\n")
	for i, line := range lines {
		for _, h := range hidden {
			if strings.HasPrefix(line, h) {
				lines[i] = h + "***"
			}
		}
		if before, after, ok := strings.Cut(line, "X-Amz-Security-Token="); ok {
			_, rest, _ := strings.Cut(after, "&")
			lines[i] = before + "X-Amz-Security-Token=***&" + rest
		}
	}
	return strings.Join(lines, "\n")
}

func spacedHex(s string) string {
	return fmt.Sprintf("% x", s)
}
