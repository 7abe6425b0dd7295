package sandbox

import (
	"encoding/xml"
	"net/http"
)

type versioningConfiguration struct {
	XMLName   xml.Name
	Status    *string `xml:"Status"`
	MfaDelete *string `xml:"MfaDelete"`
}

func versioningRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "versioning", handle: getVersioning, action: "s3:GetBucketVersioning"},
		{level: bucketLevel, method: http.MethodPut, sub: "versioning", handle: putVersioning, action: "s3:PutBucketVersioning"},
	}
}

// getVersioning leaves an element out that was never set: absent is not Suspended, and not Disabled.
func getVersioning(c *call) error {
	c.bucket.mu.RLock()
	status, mfa := c.bucket.versioning, c.bucket.mfaDelete
	c.bucket.mu.RUnlock()
	w := newXMLWriter("VersioningConfiguration", 256)
	w.optional("Status", status)
	w.optional("MfaDelete", mfa)
	return c.writeXML(w, "VersioningConfiguration")
}

func putVersioning(c *call) error {
	var conf versioningConfiguration
	if err := c.readStrict("VersioningConfiguration", &conf); err != nil {
		return err
	}
	status, mfa, err := conf.values()
	if err != nil {
		return err
	}
	if err := c.versioningConflict(status, mfa); err != nil {
		return err
	}
	c.bucket.mu.RLock()
	needed := mfa == "Enabled" || c.bucket.mfaDelete == "Enabled"
	c.bucket.mu.RUnlock()
	if err := c.server.hooks.checkMFA(c, needed); err != nil {
		return err
	}
	c.bucket.mu.Lock()
	defer c.bucket.mu.Unlock()
	c.bucket.versioning = status
	if mfa != "" {
		c.bucket.mfaDelete = mfa
	}
	return c.writeStatus(http.StatusOK)
}

// values checks the document. Status always has to be there; MfaDelete, when left out, stays as it is.
func (v versioningConfiguration) values() (status, mfa string, err error) {
	if v.Status == nil {
		return "", "", newError(400, "IllegalVersioningConfigurationException", "The Versioning element must be specified")
	}
	status = *v.Status
	if status != versioningEnabled && status != versioningSuspended {
		return "", "", errMalformedXML()
	}
	if v.MfaDelete != nil {
		mfa = *v.MfaDelete
		if mfa != "Enabled" && mfa != "Disabled" {
			return "", "", errMalformedXML()
		}
	}
	return status, mfa, nil
}

// versioningConflict refuses what Object Lock and lifecycle rules rule out, before a code is spent on it.
func (c *call) versioningConflict(status, mfa string) error {
	if c.bucket.lockOn() && (status == versioningSuspended || mfa == "Enabled") {
		return newError(409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the "+
			"versioning state cannot be changed.")
	}
	if _, rules := setting[*lifecycleConfiguration](c.bucket, "lifecycle"); rules && mfa == "Enabled" {
		return newError(409, "InvalidBucketState", "Mfa Authentication is not supported on a bucket with lifecycle "+
			"configuration. Delete lifecycle configuration before enabling Mfa Authentication.")
	}
	return nil
}
