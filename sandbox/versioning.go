package sandbox

import (
	"encoding/xml"
	"net/http"
)

func versioningRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "versioning", handle: getVersioning, action: "s3:GetBucketVersioning"},
		{level: bucketLevel, method: http.MethodPut, sub: "versioning", handle: putVersioning, action: "s3:PutBucketVersioning"},
	}
}

// getVersioning answers with the elements that were ever set.
func getVersioning(c *call) error {
	b := c.bucket
	b.mu.RLock()
	status, mfa := b.versioning, b.mfaDelete
	b.mu.RUnlock()
	w := newXMLWriter("VersioningConfiguration", 256)
	w.optional("Status", status)
	w.optional("MfaDelete", mfa)
	return c.writeXML(w, "VersioningConfiguration")
}

type versioningDocument struct {
	XMLName   xml.Name `xml:"VersioningConfiguration"`
	Status    *string  `xml:"Status"`
	MfaDelete *string  `xml:"MfaDelete"`
	Others    []struct {
		XMLName xml.Name
	} `xml:",any"`
}

// check refuses what is not of the schema.
func (d versioningDocument) check() error {
	if len(d.Others) > 0 { // MFADelete too, which is how the SDKs spell it
		return errMalformedXML()
	}
	if d.MfaDelete != nil && *d.MfaDelete != "Enabled" && *d.MfaDelete != "Disabled" {
		return errMalformedXML()
	}
	if d.Status == nil {
		return newError(400, "IllegalVersioningConfigurationException",
			"The Versioning element must be specified")
	}
	if *d.Status != versioningEnabled && *d.Status != versioningSuspended {
		return errMalformedXML()
	}
	return nil
}

func putVersioning(c *call) error {
	var doc versioningDocument
	if err := c.readDocument("VersioningConfiguration", &doc); err != nil {
		return err
	}
	if err := doc.check(); err != nil {
		return err
	}
	b := c.bucket
	_, hasLifecycle := setting[any](b, "lifecycle")
	b.mu.RLock()
	protected := b.mfaDelete == "Enabled"
	switchesMFA := doc.MfaDelete != nil && *doc.MfaDelete != b.mfaDelete && (*doc.MfaDelete == "Enabled" || protected)
	b.mu.RUnlock()
	if b.lockOn() && *doc.Status != versioningEnabled {
		return newError(409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the "+
			"versioning state cannot be changed.")
	}
	if hasLifecycle && doc.MfaDelete != nil && *doc.MfaDelete == "Enabled" && !protected {
		return newError(409, "InvalidBucketState", "Mfa Authentication is not supported on a bucket with lifecycle "+
			"configuration. Delete lifecycle configuration before enabling Mfa Authentication.")
	}
	if err := c.server.hooks.checkMFA(c, protected || switchesMFA); err != nil {
		return err
	}
	b.mu.Lock()
	b.versioning = *doc.Status
	if doc.MfaDelete != nil {
		b.mfaDelete = *doc.MfaDelete
	}
	b.mu.Unlock()
	return c.writeStatus(http.StatusOK)
}
