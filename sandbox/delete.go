package sandbox

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strings"
)

const maxDelete = 1000 // entries of one DeleteObjects

// removal is what became of one key.
type removal struct {
	versionID string // the version that was asked for
	marker    bool   // a delete marker was made or removed
	markerID  string // its id
}

func deleteObject(c *call) error {
	id, err := c.versionNamed()
	if err != nil {
		return err
	}
	if err := c.checkDeleteConditions(id); err != nil {
		return err
	}
	if err := c.server.hooks.checkMFA(c, id != "" && c.bucket.needsMFA()); err != nil {
		return err
	}
	gone, err := c.remove(c.key, id, c.header("If-Match"))
	if err != nil {
		return err
	}
	if gone.marker {
		c.w.Header().Set("X-Amz-Delete-Marker", "true")
	}
	if shown := gone.shownID(); shown != "" {
		c.w.Header().Set("X-Amz-Version-Id", shown)
	}
	return c.writeStatus(http.StatusNoContent)
}

func (r removal) shownID() string {
	if r.versionID != "" {
		return r.versionID
	}
	return r.markerID
}

// needsMFA says whether removing a version takes a one-time code.
func (b *bucket) needsMFA() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.mfaDelete == "Enabled"
}

// checkDeleteConditions refuses conditions that only directory buckets know, and any on a named version:
// a conditional delete looks at the current object.
func (c *call) checkDeleteConditions(id string) error {
	for _, name := range []string{"X-Amz-If-Match-Last-Modified-Time", "X-Amz-If-Match-Size"} {
		if c.header(name) != "" {
			return errNotImplemented(strings.ToLower(name))
		}
	}
	if id != "" && c.header("If-Match") != "" {
		return errNotImplemented("If-Match")
	}
	return c.checkBypass()
}

// checkBypass refuses the header that overrides governance retention on a bucket that has no Object Lock.
func (c *call) checkBypass() error {
	if strings.EqualFold(c.header("X-Amz-Bypass-Governance-Retention"), "true") && !c.bucket.lockOn() {
		return errInvalidArgument("x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
			"x-amz-bypass-governance-retention", "true")
	}
	return nil
}

// remove deletes key, or one version of it for good. A version that is not there counts as deleted.
func (c *call) remove(key, id, etag string) (removal, error) {
	b := c.bucket
	if err := c.checkRemoval(key, id, etag); err != nil {
		return removal{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deleted {
		return removal{}, errNoSuchBucket(b.name)
	}
	if id == "" {
		marker := b.deletePlain(key, c.now, c.server.nextVersion)
		if marker == nil {
			return removal{}, nil
		}
		return removal{marker: true, markerID: marker.id}, nil
	}
	gone := b.drop(key, id)
	if gone == nil || !gone.marker {
		return removal{versionID: id}, nil
	}
	return removal{versionID: id, marker: true, markerID: id}, nil
}

// checkRemoval asks Object Lock, and compares the ETag that the caller expects.
func (c *call) checkRemoval(key, id, etag string) error {
	b := c.bucket
	b.mu.RLock()
	target := b.live(key)
	if id != "" {
		target = b.versionOf(key, id)
	}
	var seen version
	if target != nil {
		seen = *target
	}
	forGood := id != "" || b.versioning != versioningEnabled
	b.mu.RUnlock()
	if etag != "" && target == nil {
		return errNoSuchKey(key)
	}
	if etag != "" && !matchesETag(etag, seen.content.etag) {
		return errPreconditionFailed("If-Match")
	}
	if target == nil || seen.marker || !forGood {
		return nil
	}
	return c.server.hooks.checkDelete(c, key, seen)
}

type deleteDocument struct {
	XMLName xml.Name      `xml:"Delete"`
	Objects []deleteEntry `xml:"Object"`
	Quiet   bool          `xml:"Quiet"`
}

type deleteEntry struct {
	Key       string `xml:"Key"`
	VersionID string `xml:"VersionId"`
	ETag      string `xml:"ETag"`
}

func (d deleteDocument) check() error {
	if len(d.Objects) == 0 || len(d.Objects) > maxDelete {
		return errMalformedXML()
	}
	if slices.ContainsFunc(d.Objects, func(e deleteEntry) bool { return e.Key == "" }) {
		return newError(400, "UserKeyMustBeSpecified", "The bucket POST must contain the specified field name. "+
			"If it is specified, check the order of the fields.")
	}
	return nil
}

// deleteObjects answers DeleteObjects. A missing or wrong one-time code fails the whole request; all else
// is told key by key.
func deleteObjects(c *call) error {
	if err := c.needsDigest(); err != nil {
		return err
	}
	var doc deleteDocument
	if err := c.readDocument("Delete", &doc); err != nil {
		return err
	}
	if err := doc.check(); err != nil {
		return err
	}
	versioned := slices.ContainsFunc(doc.Objects, func(e deleteEntry) bool { return e.VersionID != "" })
	if err := c.checkBypass(); err != nil {
		return err
	}
	if err := c.server.hooks.checkMFA(c, versioned && c.bucket.needsMFA()); err != nil {
		return err
	}
	w := newXMLWriter("DeleteResult", 256+96*len(doc.Objects))
	for _, entry := range doc.Objects {
		gone, err := c.removeEntry(entry)
		c.batch = append(c.batch, batchDelete{entry.Key, entry.VersionID, err})
		if err != nil {
			writeDeleteError(w, entry, err)
		} else if !doc.Quiet {
			writeDeleted(w, entry, gone)
		}
	}
	return c.writeXML(w, "DeleteResult")
}

func (c *call) removeEntry(entry deleteEntry) (removal, error) {
	action := "s3:DeleteObject"
	if entry.VersionID != "" {
		action = "s3:DeleteObjectVersion"
	}
	if err := c.server.hooks.authorize(c, action, objectARN(c.bucketName, entry.Key)); err != nil {
		return removal{}, err
	}
	if err := checkVersionID(entry.VersionID); err != nil {
		return removal{}, newError(400, "NoSuchVersion", "The specified version does not exist.")
	}
	if entry.VersionID != "" && entry.ETag != "" {
		return removal{}, errNotImplemented("ETag")
	}
	return c.remove(entry.Key, entry.VersionID, entry.ETag)
}

func writeDeleted(w *xmlWriter, entry deleteEntry, gone removal) {
	w.open("Deleted")
	w.text("Key", entry.Key)
	w.optional("VersionId", gone.versionID)
	if gone.marker {
		w.flag("DeleteMarker", true)
		w.text("DeleteMarkerVersionId", gone.markerID)
	}
	w.close("Deleted")
}

func writeDeleteError(w *xmlWriter, entry deleteEntry, err error) {
	api, ok := errors.AsType[*apiError](err)
	if !ok {
		api = errInternal()
	}
	w.open("Error")
	w.text("Key", entry.Key)
	w.optional("VersionId", entry.VersionID)
	w.text("Code", api.code)
	w.text("Message", api.message)
	w.close("Error")
}
