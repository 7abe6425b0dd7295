package sandbox

import (
	"encoding/xml"
	"net/http"
)

type bucketLogging struct {
	XMLName xml.Name
	Enabled *loggingEnabled `xml:"LoggingEnabled"`
}

type loggingEnabled struct {
	TargetBucket string           `xml:"TargetBucket"`
	TargetGrants *loggingGrants   `xml:"TargetGrants"`
	Format       *loggingKeyStyle `xml:"TargetObjectKeyFormat"`
	TargetPrefix *string          `xml:"TargetPrefix"`
}

type loggingGrants struct {
	Grants []loggingGrant `xml:"Grant"`
}

type loggingGrant struct {
	Grantee    loggingGrantee `xml:"Grantee"`
	Permission string         `xml:"Permission"`
}

type loggingGrantee struct {
	Type        string  `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
	ID          *string `xml:"ID"`
	DisplayName *string `xml:"DisplayName"`
	URI         *string `xml:"URI"`
	Email       *string `xml:"EmailAddress"`
}

type loggingKeyStyle struct {
	Partitioned *partitionedPrefix `xml:"PartitionedPrefix"`
	Simple      *struct{}          `xml:"SimplePrefix"`
}

type partitionedPrefix struct {
	DateSource *string `xml:"PartitionDateSource"`
}

func loggingRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "logging", handle: getLogging, action: "s3:GetBucketLogging"},
		{level: bucketLevel, method: http.MethodPut, sub: "logging", handle: putLogging, action: "s3:PutBucketLogging"},
	}
}

func getLogging(c *call) error {
	conf, ok := setting[*bucketLogging](c.bucket, "logging")
	if !ok {
		conf = &bucketLogging{XMLName: named("BucketLoggingStatus")}
	}
	return c.marshalXML(conf)
}

// putLogging sets the target, or switches logging off when the document is empty. Whether the target's policy
// lets the log service write is not looked at; logs then just never come.
func putLogging(c *call) error {
	conf := &bucketLogging{}
	if err := c.readStrict("BucketLoggingStatus", conf); err != nil {
		return err
	}
	if conf.Enabled == nil {
		c.bucket.clearSetting("logging")
		return c.writeStatus(http.StatusOK)
	}
	if err := c.checkLogTarget(conf.Enabled); err != nil {
		return err
	}
	conf.XMLName = named("BucketLoggingStatus")
	c.bucket.setSetting("logging", conf)
	return c.writeStatus(http.StatusOK)
}

func (c *call) checkLogTarget(e *loggingEnabled) error {
	if e.TargetBucket == "" || e.TargetPrefix == nil || e.Format != nil && !e.Format.valid() {
		return errMalformedXML()
	}
	target := c.server.findBucket(e.TargetBucket)
	switch {
	case target == nil || target.owner != c.bucket.owner:
		return newError(400, "InvalidTargetBucketForLogging", "The target bucket for logging does not exist", field{"TargetBucket", e.TargetBucket})
	case target.region != c.bucket.region:
		// The service spells this code with two t.
		return newError(403, "CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed. ", field{"TargetBucketLocation", target.region})
	}
	if obstacle := logObstacle(target); obstacle != "" {
		return newError(400, "InvalidTargetBucketForLogging", "The target bucket for logging has "+obstacle+" set", field{"TargetBucket", e.TargetBucket})
	}
	target.mu.RLock()
	defer target.mu.RUnlock()
	if e.TargetGrants != nil && target.ownership == "BucketOwnerEnforced" {
		return newError(400, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	}
	return nil
}

func (f *loggingKeyStyle) valid() bool {
	if (f.Partitioned == nil) == (f.Simple == nil) {
		return false
	}
	if f.Partitioned == nil || f.Partitioned.DateSource == nil {
		return true
	}
	return *f.Partitioned.DateSource == "EventTime" || *f.Partitioned.DateSource == "DeliveryTime"
}
