package sandbox

import (
	"net"
	"slices"
	"strings"
)

const (
	globalNamespace   = "global"
	regionalNamespace = "account-regional"
)

var (
	forbiddenPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	forbiddenSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// validBucketName checks the naming rules of general purpose buckets but for the suffix -an, which depends
// on the namespace.
func validBucketName(name string) bool {
	if len(name) < 3 || len(name) > 63 || strings.Contains(name, "..") || net.ParseIP(name) != nil {
		return false
	}
	for i := range len(name) {
		joint := i > 0 && i < len(name)-1 && (name[i] == '-' || name[i] == '.')
		if !alphanumeric(name[i]) && !joint {
			return false
		}
	}
	return !slices.ContainsFunc(forbiddenPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) &&
		!slices.ContainsFunc(forbiddenSuffixes, func(s string) bool { return strings.HasSuffix(name, s) })
}

func alphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

func errInvalidBucketName(name string) *apiError {
	return newError(400, "InvalidBucketName", "The specified bucket is not valid.", field{"BucketName", name})
}

// checkNewName checks name and namespace of a bucket to be made in a region.
func checkNewName(name, namespace, account, region string) error {
	if !validBucketName(name) {
		return errInvalidBucketName(name)
	}
	switch namespace {
	case globalNamespace:
		if strings.HasSuffix(name, "-an") {
			return errInvalidBucketName(name)
		}
	case regionalNamespace:
		suffix := "-" + account + "-" + region + "-an"
		if prefix, ok := strings.CutSuffix(name, suffix); !ok || prefix == "" {
			return errInvalidBucketName(name)
		}
		if region == "me-south-1" || region == "me-central-1" {
			return errInvalidArgument("The specified bucket namespace is not supported in this region",
				"x-amz-bucket-namespace", namespace)
		}
	default:
		return errInvalidArgument("The specified bucket namespace is not valid", "x-amz-bucket-namespace", namespace)
	}
	return nil
}
