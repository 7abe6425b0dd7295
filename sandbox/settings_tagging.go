package sandbox

import (
	"encoding/xml"
	"net/http"
)

type bucketTagging struct {
	XMLName xml.Name
	TagSet  *struct {
		Tags []tag `xml:"Tag"`
	} `xml:"TagSet"`
}

func taggingRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "tagging", handle: getBucketTagging, action: "s3:GetBucketTagging"},
		{level: bucketLevel, method: http.MethodPut, sub: "tagging", handle: putBucketTagging, action: "s3:PutBucketTagging"},
		{level: bucketLevel, method: http.MethodDelete, sub: "tagging", handle: deleteBucketTagging, action: "s3:PutBucketTagging"},
	}
}

func getBucketTagging(c *call) error {
	c.bucket.mu.RLock()
	tags := c.bucket.tags
	c.bucket.mu.RUnlock()
	if len(tags) == 0 {
		return newError(404, "NoSuchTagSet", "The TagSet does not exist", field{"BucketName", c.bucket.name})
	}
	w := newXMLWriter("Tagging", 512)
	w.open("TagSet")
	for _, t := range tags {
		w.open("Tag")
		w.text("Key", t.Key)
		w.text("Value", t.Value)
		w.close("Tag")
	}
	w.close("TagSet")
	return c.writeXML(w, "Tagging")
}

// putBucketTagging replaces the whole set.
func putBucketTagging(c *call) error {
	var conf bucketTagging
	if err := c.readDigested("Tagging", &conf); err != nil {
		return err
	}
	if conf.TagSet == nil {
		return errMalformedXML()
	}
	if err := checkTags(conf.TagSet.Tags, maxBucketTags); err != nil {
		return err
	}
	return c.setTags(conf.TagSet.Tags)
}

func deleteBucketTagging(c *call) error { return c.setTags(nil) }

func (c *call) setTags(tags []tag) error {
	c.bucket.mu.Lock()
	defer c.bucket.mu.Unlock()
	c.bucket.tags = tags
	return c.writeStatus(http.StatusNoContent)
}
