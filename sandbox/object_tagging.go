package sandbox

import (
	"encoding/xml"
	"net/http"
)

type taggingDocument struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

// findNamed returns the version that the request names or means.
func (c *call) findNamed() (version, bool, error) {
	id, err := c.versionNamed()
	if err != nil {
		return version{}, false, err
	}
	return c.find(c.bucket, c.key, id)
}

func getObjectTagging(c *call) error {
	v, versioned, err := c.findNamed()
	if err != nil {
		return err
	}
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	return c.writeTags(v.attrs.tags)
}

// writeTags answers with a set of tags.
func (c *call) writeTags(tags []tag) error {
	w := newXMLWriter("Tagging", 256)
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

func putObjectTagging(c *call) error {
	if err := c.needsDigest(); err != nil {
		return err
	}
	var doc taggingDocument
	if err := c.readDocument("Tagging", &doc); err != nil {
		return err
	}
	if err := checkTags(doc.Tags, maxObjectTags); err != nil {
		return err
	}
	return c.setObjectTags(doc.Tags, http.StatusOK)
}

func deleteObjectTagging(c *call) error { return c.setObjectTags(nil, http.StatusNoContent) }

func (c *call) setObjectTags(tags []tag, status int) error {
	return c.changeObject(status, func(a *attributes) { a.tags = tags })
}

// changeObject replaces attributes of the version that the request names or means.
func (c *call) changeObject(status int, change func(*attributes)) error {
	v, versioned, err := c.findNamed()
	if err != nil {
		return err
	}
	b := c.bucket
	b.mu.Lock()
	stored := b.versionOf(c.key, v.id)
	if stored != nil {
		stored.change(change)
	}
	b.mu.Unlock()
	if stored == nil { // deleted since
		return errNoSuchKey(c.key)
	}
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	return c.writeStatus(status)
}
