package sandbox

var cannedACLs = []string{
	"private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
	"bucket-owner-full-control", "log-delivery-write",
}

// writeACL answers with the ACL of something whose owner alone may do everything, which is what every object
// and bucket with ACLs off has.
func (c *call) writeACL(owner string) error {
	const instance = "http://www.w3.org/2001/XMLSchema-instance"
	w := newXMLWriter("AccessControlPolicy", 512)
	w.open("Owner")
	w.text("ID", canonicalID(owner))
	w.close("Owner")
	w.open("AccessControlList")
	w.open("Grant")
	w.buf = append(w.buf, `<Grantee xmlns:xsi="`+instance+`" xsi:type="CanonicalUser">`...)
	w.text("ID", canonicalID(owner))
	w.close("Grantee")
	w.text("Permission", "FULL_CONTROL")
	w.close("Grant")
	w.close("AccessControlList")
	return c.writeXML(w, "AccessControlPolicy")
}

func getObjectACL(c *call) error {
	v, versioned, err := c.findNamed()
	if err != nil {
		return err
	}
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	return c.writeACL(c.bucket.owner)
}
