package sandbox

import (
	"encoding/xml"
	"net/http"
	"slices"
)

type ownershipControls struct {
	XMLName xml.Name
	Rules   []ownershipRule `xml:"Rule"`
}

type ownershipRule struct {
	ObjectOwnership string `xml:"ObjectOwnership"`
}

func ownershipRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "ownershipControls", handle: getOwnership, action: "s3:GetBucketOwnershipControls"},
		{level: bucketLevel, method: http.MethodPut, sub: "ownershipControls", handle: putOwnership, action: "s3:PutBucketOwnershipControls"},
		{level: bucketLevel, method: http.MethodDelete, sub: "ownershipControls", handle: deleteOwnership, action: "s3:PutBucketOwnershipControls"},
	}
}

func getOwnership(c *call) error {
	c.bucket.mu.RLock()
	ownership := c.bucket.ownership
	c.bucket.mu.RUnlock()
	if ownership == "" {
		return newError(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", field{"BucketName", c.bucket.name})
	}
	return c.marshalXML(ownershipControls{XMLName: named("OwnershipControls"), Rules: []ownershipRule{{ownership}}})
}

func putOwnership(c *call) error {
	var conf ownershipControls
	if err := c.readStrict("OwnershipControls", &conf); err != nil {
		return err
	}
	known := []string{"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}
	if len(conf.Rules) != 1 || !slices.Contains(known, conf.Rules[0].ObjectOwnership) {
		return errMalformedXML()
	}
	return c.setOwnership(conf.Rules[0].ObjectOwnership, http.StatusOK)
}

func deleteOwnership(c *call) error { return c.setOwnership("", http.StatusNoContent) }

func (c *call) setOwnership(ownership string, status int) error {
	c.bucket.mu.Lock()
	defer c.bucket.mu.Unlock()
	c.bucket.ownership = ownership
	return c.writeStatus(status)
}
