package awsops

import (
	"context"
	"log/slog"
	"time"
)

// Challenge says what a one-time code is wanted for. It is safe to show and to log.
type Challenge struct {
	Bucket, Action, Serial string
	Batch, Batches         int           // this request of how many
	Attempt                int           // 1 on the first ask
	Last                   error         // why the previous code was refused
	Devices                []string      // to choose from, when more than one is known
	Skew                   time.Duration // server clock minus ours
	NotBefore              time.Time     // earliest moment a fresh code can be sent, by this machine's clock
	Period                 time.Duration // 30 s
}

// Token is one code of one device. It redacts itself wherever it is printed.
type Token struct {
	Serial string // the device's ARN, or the number printed on a hardware token
	Code   string // six digits
}

const redactedToken = "Token{redacted}"

// String hides the code.
func (Token) String() string { return redactedToken }

// GoString hides the code from %#v.
func (Token) GoString() string { return redactedToken }

// LogValue hides the code from slog.
func (Token) LogValue() slog.Value { return slog.StringValue(redactedToken) }

// MarshalJSON hides the code from encoders.
func (Token) MarshalJSON() ([]byte, error) { return []byte(`"` + redactedToken + `"`), nil }

// MFAProvider supplies one-time codes. Code may wait for a person, so it must honour ctx.
type MFAProvider interface {
	Code(ctx context.Context, c Challenge) (Token, error)
}
