package sandbox

import (
	"crypto/subtle"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// RootDeviceSeed is the Base32 secret of the account root's virtual MFA device. It is public on purpose: the
// sandbox guards nothing.
const RootDeviceSeed = "CQ3LZ7XN5Y2KWB6TJ4RDHEMVAGUPOSFI7C2QXK5N3LZYWB6TJ4RDHEMVAGUPOSFI"

// stepSeconds is how long a one-time code lives.
const stepSeconds = 30

// Device is a virtual MFA device that makes six-digit codes by RFC 6238: SHA-1, 30 seconds.
type Device struct {
	Serial string // its ARN
	Owner  string // ARN of the principal whose device it is
	secret string
}

// OperatorDeviceSeed is the Base32 secret of the device of the user operator.
const OperatorDeviceSeed = "N3LZYWB6TJ4RDHEMVAGUPOSFICQ3LZ7XN5Y2KWB6TJ4RDHEMVAGUPOSFI7C2QXK5"

// Device returns the MFA device of the account's root.
func (s *Server) Device() Device { return s.devices.list[0] }

// OperatorDevice returns the MFA device of the user operator.
func (s *Server) OperatorDevice() Device { return s.devices.list[1] }

// Code is what the device shows at a time.
func (d Device) Code(at time.Time) string {
	code, err := totp.GenerateCodeCustom(d.secret, at, totp.ValidateOpts{Period: stepSeconds, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		panic("sandbox: the device's seed is no Base32: " + err.Error())
	}
	return code
}

// URI is the otpauth address from which an authenticator app takes the device over. It holds the seed.
func (d Device) URI() string {
	_, name, _ := strings.Cut(d.Owner, "::")
	account, name, _ := strings.Cut(name, ":")
	label := url.PathEscape("Amazon Web Services:" + strings.TrimPrefix(name, "user/") + "@" + account)
	return "otpauth://totp/" + label + "?secret=" + d.secret + "&issuer=" + url.PathEscape("Amazon Web Services")
}

// String keeps the seed out of logs.
func (d Device) String() string { return d.Serial }

// GoString keeps the seed out of %#v.
func (d Device) GoString() string { return "Device{" + d.Serial + "}" }

// deviceTable knows the devices, and which of their codes were spent.
type deviceTable struct {
	list []Device // fixed once the server is made

	mu    sync.Mutex
	spent map[string]map[int64]bool // by serial: steps whose code was accepted
}

func newDeviceTable(account, other string) *deviceTable {
	ours, theirs := "arn:aws:iam::"+account, "arn:aws:iam::"+other
	return &deviceTable{spent: map[string]map[int64]bool{}, list: []Device{
		{Serial: ours + ":mfa/root-account-mfa-device", Owner: ours + ":root", secret: RootDeviceSeed},
		{Serial: ours + ":mfa/" + OperatorUser, Owner: ours + ":user/" + OperatorUser, secret: OperatorDeviceSeed},
		{Serial: theirs + ":mfa/root-account-mfa-device", Owner: theirs + ":root", secret: RootDeviceSeed[8:] + RootDeviceSeed[:8]},
	}}
}

func (t *deviceTable) find(serial string) (Device, bool) {
	for _, d := range t.list {
		if d.Serial == serial {
			return d, true
		}
	}
	return Device{}, false
}

// spend accepts a code of the step of now or of its neighbours, each step once.
func (t *deviceTable) spend(d Device, code string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	step := now.Unix() / stepSeconds
	used := t.spent[d.Serial]
	for _, s := range []int64{step, step - 1, step + 1} {
		want := d.Code(time.Unix(s*stepSeconds, 0))
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) != 1 || used[s] {
			continue
		}
		if used == nil {
			used = map[int64]bool{}
			t.spent[d.Serial] = used
		}
		for old := range used {
			if old < step-1 {
				delete(used, old)
			}
		}
		used[s] = true
		return true
	}
	return false
}

// checkMFADevice judges x-amz-mfa as S3 does: the form first, then the credentials it can't go with, then who
// calls, then whose device it is, then the code, which is spent by that.
func checkMFADevice(c *call, needed bool) error {
	header := c.header("X-Amz-Mfa")
	if header == "" {
		if needed {
			return errAccessDenied("Mfa Authentication must be used for this request")
		}
		return nil
	}
	serial, code, ok := parseMFA(header)
	if !ok {
		return newError(400, "InvalidArgument", "Mfa header is invalid -- the header should be formatted as "+
			"{serialNumber}(space){tokenCode}", field{"ArgumentName", "x-amz-mfa"})
	}
	if c.id.who.SessionToken != "" {
		return errInvalidRequest("DevPay and Mfa are mutually exclusive authorization methods.")
	}
	if !c.tls {
		return errInvalidRequest("Requests that include x-amz-mfa must use HTTPS.")
	}
	if c.id.who.Kind != rootPrincipal || c.bucket != nil && c.id.who.Account != c.bucket.owner {
		return errAccessDenied("This operation may only be performed by the bucket owner")
	}
	d, found := c.server.devices.find(serial)
	if !found || d.Owner != c.id.who.ARN {
		return newError(400, "NotDeviceOwnerError", "The device with serial number "+serial+" that generated token "+
			code+" is not owned by the authenticated user")
	}
	if !c.server.devices.spend(d, code, c.now) {
		return newError(400, "TokenCodeInvalidError", "The serial number and/or token code you provided is not valid.")
	}
	return nil
}

// parseMFA splits "SERIAL CODE": one space, six digits.
func parseMFA(header string) (serial, code string, ok bool) {
	serial, code, ok = strings.Cut(header, " ")
	if !ok || serial == "" || len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", "", false
	}
	return serial, code, true
}
