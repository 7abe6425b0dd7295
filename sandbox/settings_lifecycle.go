package sandbox

import (
	"encoding/xml"
	"net/http"
)

// transitionHeader says which objects are too small to be moved to another storage class.
const transitionHeader = "X-Amz-Transition-Default-Minimum-Object-Size"

type lifecycleConfiguration struct {
	XMLName xml.Name
	Rules   []lifecycleRule `xml:"Rule"`

	minimum string // of transitionHeader
}

// lifecycleRule keeps optional elements as pointers: an empty Prefix is not the same as none.
type lifecycleRule struct {
	AbortUploads          *lifecycleAbort       `xml:"AbortIncompleteMultipartUpload"`
	Expiration            *lifecycleExpiration  `xml:"Expiration"`
	Filter                *lifecycleFilter      `xml:"Filter"`
	ID                    *string               `xml:"ID"`
	NoncurrentExpiration  *lifecycleNoncurrent  `xml:"NoncurrentVersionExpiration"`
	NoncurrentTransitions []lifecycleNoncurrent `xml:"NoncurrentVersionTransition"`
	Prefix                *string               `xml:"Prefix"`
	Status                string                `xml:"Status"`
	Transitions           []lifecycleTransition `xml:"Transition"`
}

type lifecycleAbort struct {
	Days *int `xml:"DaysAfterInitiation"`
}

type lifecycleExpiration struct {
	Date   *string `xml:"Date"`
	Days   *int    `xml:"Days"`
	Marker *bool   `xml:"ExpiredObjectDeleteMarker"`
}

type lifecycleTransition struct {
	Date  *string `xml:"Date"`
	Days  *int    `xml:"Days"`
	Class string  `xml:"StorageClass"`
}

type lifecycleNoncurrent struct {
	Newer *int    `xml:"NewerNoncurrentVersions"`
	Days  *int    `xml:"NoncurrentDays"`
	Class *string `xml:"StorageClass"`
}

type lifecycleFilter struct {
	And         *lifecycleAnd `xml:"And"`
	GreaterThan *int64        `xml:"ObjectSizeGreaterThan"`
	LessThan    *int64        `xml:"ObjectSizeLessThan"`
	Prefix      *string       `xml:"Prefix"`
	Tag         *tag          `xml:"Tag"`
}

type lifecycleAnd struct {
	GreaterThan *int64  `xml:"ObjectSizeGreaterThan"`
	LessThan    *int64  `xml:"ObjectSizeLessThan"`
	Prefix      *string `xml:"Prefix"`
	Tags        []tag   `xml:"Tag"`
}

func lifecycleRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "lifecycle", handle: getLifecycle, action: "s3:GetLifecycleConfiguration"},
		{level: bucketLevel, method: http.MethodPut, sub: "lifecycle", handle: putLifecycle, action: "s3:PutLifecycleConfiguration"},
		{level: bucketLevel, method: http.MethodDelete, sub: "lifecycle", handle: dropSetting("lifecycle"), action: "s3:PutLifecycleConfiguration"},
	}
}

func getLifecycle(c *call) error {
	conf, ok := setting[*lifecycleConfiguration](c.bucket, "lifecycle")
	if !ok {
		return newError(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", field{"BucketName", c.bucket.name})
	}
	c.w.Header().Set(transitionHeader, conf.minimum)
	return c.marshalXML(conf)
}

func putLifecycle(c *call) error {
	conf := &lifecycleConfiguration{}
	if err := c.readDigested("LifecycleConfiguration", conf); err != nil {
		return err
	}
	if c.bucket.needsMFA() {
		// AWS documents that the two exclude each other; the wording in this direction is not on record.
		return newError(409, "InvalidBucketState", "Lifecycle configuration is not supported on a bucket with Mfa "+
			"Authentication. Disable Mfa Authentication before adding lifecycle configuration.")
	}
	switch conf.minimum = c.header(transitionHeader); conf.minimum {
	case "":
		conf.minimum = "all_storage_classes_128K"
	case "all_storage_classes_128K", "varies_by_storage_class":
	default:
		return errInvalidArgument("Invalid value for x-amz-transition-default-minimum-object-size", "x-amz-transition-default-minimum-object-size", conf.minimum)
	}
	if err := conf.check(c.bucket.name); err != nil {
		return err
	}
	conf.XMLName = named("LifecycleConfiguration")
	c.w.Header().Set(transitionHeader, conf.minimum)
	c.bucket.setSetting("lifecycle", conf)
	return c.writeStatus(http.StatusOK)
}
