package sandbox

import (
	"bytes"
	"encoding/xml"
	"net/http"
)

// settingRoutes are the operations on a bucket's configuration.
func settingRoutes() []route {
	var all []route
	for _, table := range [][]route{versioningRoutes(), encryptionRoutes(), publicAccessRoutes(), ownershipRoutes(),
		taggingRoutes(), corsRoutes(), lifecycleRoutes(), policyRoutes(), loggingRoutes(), objectLockRoutes(), paymentRoutes(), smallRoutes()} {
		all = append(all, table...)
	}
	return all
}

// named gives a document its root element and namespace, which only its outermost element carries.
func named(root string) xml.Name { return xml.Name{Space: namespace, Local: root} }

// readStrict reads a configuration document into v. An element that v has no field for, or that stands twice
// where one may, is MalformedXML: S3 checks against its schema.
func (c *call) readStrict(root string, v any) error {
	data, err := c.readConfig()
	if err != nil {
		return err
	}
	if err := unmarshalXML(data, root, v); err != nil {
		return err
	}
	again, err := xml.Marshal(v)
	if err != nil || elements(data) != elements(again) {
		return errMalformedXML()
	}
	return nil
}

// readDigested is readStrict for the operations that demand a digest of the document.
func (c *call) readDigested(root string, v any) error {
	if err := c.needsDigest(); err != nil {
		return err
	}
	return c.readStrict(root, v)
}

// elements counts a document's start tags. What a decoder dropped is missing when it is written again.
func elements(data []byte) int {
	n := 0
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if err != nil {
			return n
		}
		if _, ok := token.(xml.StartElement); ok {
			n++
		}
	}
}

// dropSetting is the handler of a DELETE that forgets a document, and is content when there was none.
func dropSetting(sub string) func(*call) error {
	return func(c *call) error {
		c.bucket.clearSetting(sub)
		return c.writeStatus(http.StatusNoContent)
	}
}

// smallRoutes are the reads whose answer never varies: nothing in the sandbox sets them.
func smallRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "acl", action: "s3:GetBucketAcl",
			handle: func(c *call) error { return c.writeACL(c.bucket.owner) }},
		{level: bucketLevel, method: http.MethodGet, sub: "abac", action: "s3:GetBucketABAC",
			handle: func(c *call) error {
				w := newXMLWriter("AbacStatus", 128)
				w.text("Status", "Disabled")
				return c.writeXML(w, "AbacStatus")
			}},
		{level: bucketLevel, method: http.MethodGet, sub: "replication", action: "s3:GetReplicationConfiguration",
			handle: func(c *call) error {
				return newError(404, "ReplicationConfigurationNotFoundError", "The replication configuration was not found", field{"BucketName", c.bucket.name})
			}},
	}
}
