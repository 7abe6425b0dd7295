package sandbox

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"
)

func bucketRoutes() []route {
	return []route{
		{level: serviceLevel, method: http.MethodGet, handle: listBuckets, action: "s3:ListAllMyBuckets",
			query: "prefix bucket-region max-buckets continuation-token"},
		{level: bucketLevel, method: http.MethodPut, handle: createBucket, creates: true, action: "s3:CreateBucket"},
		{level: bucketLevel, method: http.MethodHead, handle: headBucket, action: "s3:ListBucket"},
		{level: bucketLevel, method: http.MethodDelete, handle: deleteBucket, action: "s3:DeleteBucket"},
		{level: bucketLevel, method: http.MethodGet, sub: "location", handle: getBucketLocation, action: "s3:GetBucketLocation"},
	}
}

type createBucketConfiguration struct {
	XMLName            xml.Name `xml:"CreateBucketConfiguration"`
	LocationConstraint string   `xml:"LocationConstraint"`
	Tags               []tag    `xml:"Tags>Tag"`
}

// newBucket is a bucket as S3 makes it today: versioning off, ACLs off, SSE-S3, SSE-C blocked, every public
// access block on.
func newBucket(name, region, owner string, created time.Time) *bucket {
	return &bucket{
		name: name, region: region, owner: owner, created: created.Truncate(time.Second), namespace: globalNamespace,
		ownership: "BucketOwnerEnforced", encryption: sseState{algorithm: "AES256"}, blockSSEC: true,
		settings: settings{"publicAccessBlock": blockAll},
	}
}

func createBucket(c *call) error {
	var conf createBucketConfiguration
	data, err := c.readConfig()
	if err != nil {
		return err
	}
	if len(data) > 0 {
		if err := unmarshalXML(data, "CreateBucketConfiguration", &conf); err != nil {
			return err
		}
	}
	region, err := c.locationFor(conf.LocationConstraint)
	if err != nil {
		return err
	}
	b := newBucket(c.bucketName, region, c.id.who.Account, c.now)
	if err := c.shapeBucket(b, conf.Tags); err != nil {
		return err
	}
	if err := c.server.addBucket(b); err != nil {
		return err
	}
	c.w.Header().Set("Location", "/"+b.name)
	if region != "us-east-1" && b.namespace == globalNamespace {
		c.w.Header().Set("Location", "http://"+b.name+".s3.amazonaws.com/")
	}
	c.w.Header().Set("X-Amz-Bucket-Arn", "arn:aws:s3:::"+b.name)
	return c.writeStatus(http.StatusOK)
}

// locationFor settles the region of a new bucket from the endpoint and the location constraint.
func (c *call) locationFor(constraint string) (string, error) {
	endpoint := c.region()
	if constraint == "EU" {
		constraint = "eu-west-1"
	}
	switch {
	case constraint == "" && endpoint == "us-east-1":
		return endpoint, nil
	case constraint == "":
		return "", newError(400, "IllegalLocationConstraintException", "The unspecified location constraint is "+
			"incompatible for the region specific endpoint this request was sent to.")
	case constraint == "us-east-1", !slices.Contains(c.server.regions, constraint):
		return "", newError(400, "InvalidLocationConstraint", "The specified location-constraint is not valid",
			field{"LocationConstraint", constraint})
	case constraint != endpoint && endpoint != "us-east-1":
		return "", newError(400, "IllegalLocationConstraintException", "The "+constraint+" location constraint is "+
			"incompatible for the region specific endpoint this request was sent to.")
	}
	return constraint, nil
}

// shapeBucket applies what the request says about a bucket that is being made.
func (c *call) shapeBucket(b *bucket, tags []tag) error {
	if namespace := c.header("X-Amz-Bucket-Namespace"); namespace != "" {
		b.namespace = namespace
	}
	if err := checkNewName(b.name, b.namespace, b.owner, b.region); err != nil {
		return err
	}
	if err := c.shapeOwnership(b); err != nil {
		return err
	}
	if strings.EqualFold(c.header("X-Amz-Bucket-Object-Lock-Enabled"), "true") {
		if err := c.allowed("s3:PutBucketVersioning"); err != nil {
			return err
		}
		if err := c.allowed("s3:PutBucketObjectLockConfiguration"); err != nil {
			return err
		}
		b.lockEnabled, b.versioning = true, versioningEnabled
	}
	if len(tags) > 0 {
		if err := c.allowed("s3:TagResource"); err != nil {
			return err
		}
		b.tags = tags
	}
	return checkTags(tags, maxBucketTags)
}

// shapeOwnership applies who owns the objects of a bucket that is being made, and whether it may have ACLs.
func (c *call) shapeOwnership(b *bucket) error {
	switch ownership := c.header("X-Amz-Object-Ownership"); ownership {
	case "":
	case "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter":
		if err := c.allowed("s3:PutBucketOwnershipControls"); err != nil {
			return err
		}
		b.ownership = ownership
	default:
		return errInvalidArgument("Invalid x-amz-object-ownership header: "+ownership, "x-amz-object-ownership", ownership)
	}
	if acl := c.header("X-Amz-Acl"); b.ownership == "BucketOwnerEnforced" && acl != "" && acl != "private" {
		return newError(400, "InvalidBucketAclWithObjectOwnership",
			"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	}
	return nil
}

// addBucket enters a new bucket, unless its name is taken. In us-east-1 making one's own bucket again is
// no error, as it has always been there.
func (s *Server) addBucket(b *bucket) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.buckets[b.name]
	switch {
	case old == nil:
		s.buckets[b.name] = b
		return nil
	case old.owner != b.owner:
		return newError(409, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace "+
			"is shared by all users of the system. Please select a different name and try again.", field{"BucketName", b.name})
	case old.region == "us-east-1" && b.region == "us-east-1":
		return nil
	}
	return newError(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and "+
		"you already own it.", field{"BucketName", b.name})
}

func headBucket(c *call) error {
	c.w.Header().Set("X-Amz-Bucket-Arn", "arn:aws:s3:::"+c.bucket.name)
	c.w.Header().Set("X-Amz-Access-Point-Alias", "false")
	c.w.Header().Set("Content-Type", "application/xml")
	return c.writeStatus(http.StatusOK)
}

func deleteBucket(c *call) error {
	s, b := c.server, c.bucket
	s.mu.Lock()
	defer s.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deleted {
		return errNoSuchBucket(b.name)
	}
	if b.keys.len() > 0 {
		message := "The bucket you tried to delete is not empty"
		if b.everVersioned() {
			message += ". You must delete all versions in the bucket."
		}
		return newError(409, "BucketNotEmpty", message, field{"BucketName", b.name})
	}
	b.deleted = true
	delete(s.buckets, b.name)
	return c.writeStatus(http.StatusNoContent)
}

// getBucketLocation answers with the constraint, which is empty in us-east-1.
func getBucketLocation(c *call) error {
	w := &xmlWriter{buf: []byte(xmlHeader + `<LocationConstraint xmlns="` + namespace + `">`)}
	if c.bucket.region != "us-east-1" {
		w.buf = appendEscaped(w.buf, c.bucket.region)
	}
	return c.writeXML(w, "LocationConstraint")
}
