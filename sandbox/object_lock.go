package sandbox

import "net/http"

// lockReadRoutes are the reads of one version's lock; a write of an object sets it.
func lockReadRoutes() []route {
	return []route{
		{level: objectLevel, method: http.MethodGet, sub: "retention", handle: getObjectRetention,
			action: "s3:GetObjectRetention", query: "versionId"},
		{level: objectLevel, method: http.MethodGet, sub: "legal-hold", handle: getObjectLegalHold,
			action: "s3:GetObjectLegalHold", query: "versionId"},
	}
}

// lockOf finds the lock of the version that the request names or means.
func (c *call) lockOf() (lockState, error) {
	v, versioned, err := c.findNamed()
	if err != nil {
		return lockState{}, err
	}
	if !c.bucket.lockOn() {
		return lockState{}, errInvalidRequest("Bucket is missing Object Lock Configuration")
	}
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	return v.attrs.lock, nil
}

func errNoObjectLock() *apiError {
	return newError(http.StatusNotFound, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration")
}

func getObjectRetention(c *call) error {
	lock, err := c.lockOf()
	if err != nil {
		return err
	}
	if lock.mode == "" {
		return errNoObjectLock()
	}
	w := newXMLWriter("Retention", 256)
	w.text("Mode", lock.mode)
	w.time("RetainUntilDate", lock.until)
	return c.writeXML(w, "Retention")
}

func getObjectLegalHold(c *call) error {
	lock, err := c.lockOf()
	if err != nil {
		return err
	}
	if lock.hold == "" {
		return errNoObjectLock()
	}
	w := newXMLWriter("LegalHold", 128)
	w.text("Status", lock.hold)
	return c.writeXML(w, "LegalHold")
}
