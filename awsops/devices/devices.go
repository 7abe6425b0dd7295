// Package devices finds the MFA devices that a caller can use: AWS IAM lists them, where the caller
// may ask it.
package devices

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"cooper/awsops"
)

// Device is an MFA device as AWS IAM lists it.
type Device struct {
	Serial  string    // the ARN of a virtual device, the printed number of a hardware token
	Owner   string    // ARN of the user it belongs to, "" where IAM doesn't say
	Root    bool      // it belongs to an account's root user
	Codes   bool      // it shows six-digit codes; passkeys and security keys don't
	Enabled time.Time // when it was assigned
}

// maxPages bounds a listing: an account has eight devices for root and as many for each user.
const maxPages = 50

// Virtual lists the assigned virtual devices of the caller's account (IAM ListVirtualMFADevices).
// Denied and Unsupported are told as such: neither means that there are none.
func Virtual(ctx context.Context, r *awsops.Reader) awsops.Reading[[]Device] {
	const op = "ListVirtualMFADevices"
	var out []Device
	err := pages(func(marker string) (string, error) {
		var doc struct {
			Result struct {
				Devices []struct {
					SerialNumber string
					EnableDate   string
					User         struct{ Arn string }
				} `xml:"VirtualMFADevices>member"`
				IsTruncated bool
				Marker      string
			} `xml:"ListVirtualMFADevicesResult"`
		}
		params := url.Values{"AssignmentStatus": {"Assigned"}}
		if marker != "" {
			params.Set("Marker", marker)
		}
		if err := r.Query(ctx, "iam", op, params, &doc); err != nil {
			return "", err
		}
		for _, d := range doc.Result.Devices {
			out = append(out, device(d.SerialNumber, d.User.Arn, d.EnableDate))
		}
		return next(doc.Result.IsTruncated, doc.Result.Marker), nil
	})
	return awsops.Read(op, r.Now(), out, err)
}

// Own lists the caller's own devices, hardware tokens among them (IAM ListMFADevices).
func Own(ctx context.Context, r *awsops.Reader) awsops.Reading[[]Device] {
	const op = "ListMFADevices"
	owner := ""
	if id, ok := r.Session().Identity(ctx).Get(); ok {
		owner = id.ARN
	}
	var out []Device
	err := pages(func(marker string) (string, error) {
		var doc struct {
			Result struct {
				Devices     []struct{ SerialNumber, EnableDate string } `xml:"MFADevices>member"`
				IsTruncated bool
				Marker      string
			} `xml:"ListMFADevicesResult"`
		}
		params := url.Values{}
		if marker != "" {
			params.Set("Marker", marker)
		}
		if err := r.Query(ctx, "iam", op, params, &doc); err != nil {
			return "", err
		}
		for _, d := range doc.Result.Devices {
			out = append(out, device(d.SerialNumber, owner, d.EnableDate))
		}
		return next(doc.Result.IsTruncated, doc.Result.Marker), nil
	})
	return awsops.Read(op, r.Now(), out, err)
}

// pages runs a listing page by page; page gets a marker and gives the next one, "" at the end.
func pages(page func(marker string) (string, error)) error {
	marker := ""
	for range maxPages {
		var err error
		if marker, err = page(marker); err != nil || marker == "" {
			return err
		}
	}
	return nil
}

func next(truncated bool, marker string) string {
	if !truncated {
		return ""
	}
	return marker
}

func device(serial, owner, enabled string) Device {
	at, err := time.Parse(time.RFC3339, enabled)
	if err != nil {
		at = time.Time{} // a date that can't be read is a date that isn't known
	}
	return Device{
		Serial: serial, Owner: owner, Root: strings.HasSuffix(owner, ":root"),
		Codes: !strings.Contains(serial, ":u2f/"), Enabled: at,
	}
}

// Usable gives the serials that can make codes for the caller, the caller's own first and each once.
// For root those are root's devices.
func Usable(caller string, lists ...awsops.Reading[[]Device]) []string {
	var own, root []string
	isRoot := strings.HasSuffix(caller, ":root")
	for _, list := range lists {
		devices, _ := list.Get()
		for _, d := range devices {
			switch {
			case !d.Codes:
			case d.Owner == caller:
				own = append(own, d.Serial)
			case isRoot && d.Root:
				root = append(root, d.Serial)
			}
		}
	}
	out := append(own, root...)
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}
