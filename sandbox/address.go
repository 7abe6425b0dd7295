package sandbox

import (
	"net"
	"net/http"
	"strings"
)

type level uint8

const (
	serviceLevel level = iota
	bucketLevel
	objectLevel
)

func (l level) String() string {
	return [...]string{"SERVICE", "BUCKET", "OBJECT"}[l]
}

// address is what host and path say: which bucket, which key, at which region's endpoint.
type address struct {
	level       level
	bucketName  string
	key         string
	virtualHost bool   // the bucket stood in the host name
	hostRegion  string // "" when the host names no region
}

// baseHost is the name under which the sandbox is addressed; buckets may stand in front of it.
const baseHost = "cooper.localhost"

// BaseURL is where a client finds the sandbox over TLS whose dialer knows the way, such as Endpoint.Dial.
const BaseURL = "https://" + baseHost

// parseAddress reads both styles: BUCKET.cooper.localhost/KEY, BUCKET.s3.REGION.amazonaws.com/KEY and
// cooper.localhost/BUCKET/KEY, 127.0.0.1/BUCKET/KEY.
func parseAddress(r *http.Request) (address, error) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	bucket, region := splitHost(strings.ToLower(host))
	path := strings.TrimPrefix(r.URL.Path, "/")
	a := address{bucketName: bucket, hostRegion: region, virtualHost: bucket != ""}
	if a.virtualHost {
		a.key = path
	} else {
		a.bucketName, a.key, _ = strings.Cut(path, "/")
	}
	switch {
	case a.key != "":
		a.level = objectLevel
	case a.bucketName != "":
		a.level = bucketLevel
	}
	if len(a.key) > maxKey {
		return a, newError(400, "KeyTooLongError", "Your key is too long",
			field{"Size", itoa(len(a.key))}, field{"MaxSizeAllowed", itoa(maxKey)})
	}
	return a, nil
}

// splitHost takes the bucket and the region out of a host name.
func splitHost(host string) (bucket, region string) {
	if host == baseHost || host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return "", ""
	}
	for _, base := range []string{"." + baseHost, ".localhost"} {
		if b, ok := strings.CutSuffix(host, base); ok {
			return b, ""
		}
	}
	rest, ok := strings.CutSuffix(host, ".amazonaws.com")
	if !ok {
		return "", ""
	}
	return splitAWSHost(rest)
}

// splitAWSHost reads [BUCKET.]s3[.dualstack][.REGION] and the old [BUCKET.]s3-REGION.
func splitAWSHost(rest string) (bucket, region string) {
	labels := strings.Split(rest, ".")
	for i := len(labels) - 1; i >= 0; i-- {
		label := labels[i]
		old, isOld := strings.CutPrefix(label, "s3-")
		joined := isOld && i == len(labels)-1 // s3-REGION
		if label != "s3" && label != "s3-fips" && !joined {
			continue
		}
		bucket = strings.Join(labels[:i], ".")
		if isOld && label != "s3-fips" {
			return bucket, old
		}
		for _, tail := range labels[i+1:] {
			if tail != "dualstack" {
				region = tail
			}
		}
		return bucket, region
	}
	return "", ""
}

// checkRegion answers a request that came to, or was signed for, another region than the bucket's.
func (c *call) checkRegion(b *bucket) error {
	if c.id.scheme == unsigned || c.id.region == b.region || c.id.scheme == formSigned {
		return nil
	}
	if c.hostRegion == c.id.region || (c.hostRegion == "" && !c.virtualHost) {
		return newError(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed "+
			"using the specified endpoint. Please send all future requests to this endpoint.",
			field{"Endpoint", b.name + ".s3." + b.region + ".amazonaws.com"}, field{"Bucket", b.name}).
			with("X-Amz-Bucket-Region", b.region)
	}
	return errAuthorizationMalformed("The authorization header is malformed; the region '"+c.id.region+
		"' is wrong; expecting '"+b.region+"'", b.region).with("X-Amz-Bucket-Region", b.region)
}
