package sandbox

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

const (
	maxLockDays  = 36500
	maxLockYears = 100
)

type lockConfiguration struct {
	XMLName xml.Name
	Enabled string    `xml:"ObjectLockEnabled"`
	Rule    *lockRule `xml:"Rule"`
}

type lockRule struct {
	Default *lockDefault `xml:"DefaultRetention"`
}

type lockDefault struct {
	Mode  string `xml:"Mode"`
	Days  *int   `xml:"Days"`
	Years *int   `xml:"Years"`
}

func objectLockRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "object-lock", handle: getObjectLock, action: "s3:GetBucketObjectLockConfiguration"},
		{level: bucketLevel, method: http.MethodPut, sub: "object-lock", handle: putObjectLock, action: "s3:PutBucketObjectLockConfiguration"},
	}
}

func getObjectLock(c *call) error {
	conf, ok := setting[*lockConfiguration](c.bucket, "object-lock")
	if !ok && !c.bucket.lockOn() {
		return newError(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket",
			field{"BucketName", c.bucket.name})
	}
	if !ok {
		conf = &lockConfiguration{XMLName: named("ObjectLockConfiguration"), Enabled: "Enabled"}
	}
	return c.marshalXML(conf)
}

// putObjectLock switches Object Lock on, for good, and sets or removes the default retention.
func putObjectLock(c *call) error {
	conf := &lockConfiguration{}
	if err := c.readDigested("ObjectLockConfiguration", conf); err != nil {
		return err
	}
	if conf.Enabled != "Enabled" {
		return errMalformedXML()
	}
	if err := conf.Rule.check(); err != nil {
		return err
	}
	c.bucket.mu.RLock()
	versioning, mfa := c.bucket.versioning, c.bucket.mfaDelete
	c.bucket.mu.RUnlock()
	if versioning != versioningEnabled {
		return newError(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
	}
	if mfa == "Enabled" {
		// Whether AWS combines the two is not documented; the sandbox takes the careful answer.
		return newError(409, "InvalidBucketState", "Object Lock configuration cannot be applied on a bucket with Mfa Authentication.")
	}
	conf.XMLName = named("ObjectLockConfiguration")
	c.bucket.setSetting("object-lock", conf)
	return c.writeStatus(http.StatusOK)
}

func (r *lockRule) check() error {
	if r == nil {
		return nil
	}
	d := r.Default
	if d == nil || (d.Days == nil) == (d.Years == nil) {
		return errMalformedXML()
	}
	if d.Mode != "GOVERNANCE" && d.Mode != "COMPLIANCE" {
		return errMalformedXML()
	}
	amount, most := d.Days, maxLockDays
	if d.Years != nil {
		amount, most = d.Years, maxLockYears
	}
	if *amount <= 0 {
		return newError(400, "InvalidArgument", "Default retention period must be a positive integer value.")
	}
	if *amount > most {
		return newError(400, "InvalidArgument", "Default retention period too large.")
	}
	return nil
}

// defaultRetention is what a new object gets from its bucket's configuration.
func defaultRetention(c *call, b *bucket) lockState {
	conf, ok := setting[*lockConfiguration](b, "object-lock")
	if !ok {
		return lockState{}
	}
	return conf.retention(c.now)
}

func (l *lockConfiguration) retention(now time.Time) lockState {
	if l.Rule == nil {
		return lockState{}
	}
	d := l.Rule.Default
	until := now.UTC()
	if d.Days != nil {
		until = until.AddDate(0, 0, *d.Days)
	} else {
		until = until.AddDate(*d.Years, 0, 0)
	}
	return lockState{mode: d.Mode, until: until}
}

// checkLock refuses to remove a version for good while it is held or retained. Governance gives way to who
// may bypass it and says so.
func checkLock(c *call, key string, v version) error {
	lock := v.attrs.lock
	bypass := strings.EqualFold(c.header("X-Amz-Bypass-Governance-Retention"), "true")
	denied := errAccessDenied("Access Denied because object protected by object lock.")
	switch {
	case lock.hold == "ON":
		return denied
	case lock.mode == "" || !c.now.Before(lock.until):
		return nil
	case lock.mode == "GOVERNANCE" && bypass && c.server.hooks.authorize(c, "s3:BypassGovernanceRetention", objectARN(c.bucket.name, key)) == nil:
		return nil
	}
	return denied
}
