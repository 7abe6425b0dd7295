package sandbox

import (
	"encoding/xml"
	"net/http"
	"regexp"
	"strings"
)

func updateEncryptionRoutes() []route {
	return []route{
		{level: objectLevel, method: http.MethodPut, sub: "encryption", handle: updateObjectEncryption,
			action: "s3:UpdateObjectEncryption", query: "versionId"},
	}
}

// objectEncryption is the request's document: exactly one kind, of which S3 takes only SSE-KMS.
type objectEncryption struct {
	XMLName xml.Name
	KMS     *struct {
		ARN       string  `xml:"KMSKeyArn"`
		BucketKey *string `xml:"BucketKeyEnabled"`
	} `xml:"SSE-KMS"`
	S3   *struct{} `xml:"SSE-S3"`
	DSSE *struct{} `xml:"DSSE-KMS"`
	SSEC *struct{} `xml:"SSE-C"`
}

// keyARN is the ARN of one KMS key.
var keyARN = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:([0-9]{12}):key/[A-Za-z0-9-]+$`)

// updateObjectEncryption answers UpdateObjectEncryption: another KMS key in place, without a new version, a new date or
// a move of data (API reference, UpdateObjectEncryption).
func updateObjectEncryption(c *call) error {
	data, err := readBody(c.id.body, max(0, c.id.length))
	if err != nil {
		return err
	}
	var doc objectEncryption
	if err := unmarshalXML(data, "ObjectEncryption", &doc); err != nil {
		return err
	}
	to, err := doc.state(c.bucket)
	if err != nil {
		return err
	}
	v, versioned, err := c.findNamed()
	if err != nil {
		return err
	}
	if err := c.checkUpdatable(v); err != nil {
		return err
	}
	if err := c.checkUpdateKeys(v.attrs.sse, to); err != nil {
		return err
	}
	b := c.bucket
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.versionOf(c.key, v.id)
	if now == nil {
		return errNoSuchKey(c.key)
	}
	now.change(func(a *attributes) {
		to.context = a.sse.context
		a.sse = to
	})
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	return c.writeStatus(http.StatusOK)
}

// state checks what the document asks for.
func (d objectEncryption) state(b *bucket) (sseState, error) {
	switch {
	case d.DSSE != nil || d.SSEC != nil:
		return sseState{}, errInvalidRequest("The UpdateObjectEncryption operation doesn't support updating the encryption type to DSSE-KMS or " +
			"SSE-C. Modify the request to specify SSE-KMS for the updated encryption type, and then try again.")
	case d.KMS == nil:
		return sseState{}, errInvalidRequest("Requests that modify an object encryption configuration require a valid new encryption type. " +
			"Valid values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then try again.")
	case d.KMS.ARN == "":
		return sseState{}, errInvalidRequest("Requests that modify an object's encryption type to SSE-KMS require an Amazon Web Services KMS key " +
			"Amazon Resource Name (ARN). Modify the request to specify a KMS key ARN, and then try again.")
	}
	m := keyARN.FindStringSubmatch(d.KMS.ARN)
	if m == nil {
		return sseState{}, errInvalidRequest("Requests that modify an object's encryption type to SSE-KMS require a valid Amazon Web Services KMS " +
			"key Amazon Resource Name (ARN). Confirm that you have a correctly formatted KMS key ARN in your request, and then try again.")
	}
	if m[1] != b.owner {
		return sseState{}, errAccessDenied("The Amazon Web Services KMS key in the request must be owned by the same account as the bucket. Modify " +
			"the request to specify a KMS key from the same account, and then try again.")
	}
	s := sseState{algorithm: "aws:kms", keyID: d.KMS.ARN}
	if d.KMS.BucketKey != nil {
		switch strings.ToLower(*d.KMS.BucketKey) {
		case "true":
			s.bucketKey = true
		case "false":
		default:
			return s, errInvalidRequest("The BucketKeyEnabled value isn't valid. Valid values are true or false. Modify the request to specify a " +
				"valid value, and then try again.")
		}
	}
	return s, nil
}

// checkUpdatable refuses the sources that the operation can't do, and what Object Lock protects.
func (c *call) checkUpdatable(v version) error {
	from := v.attrs.sse
	switch {
	case from.customerMD5 != "" || from.algorithm == "aws:kms:dsse":
		return errInvalidRequest("The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. " +
			"Only source objects encrypted with SSE-S3 or SSE-KMS are supported.")
	case from.algorithm == "":
		return errInvalidRequest("The UpdateObjectEncryption operation doesn't supported unencrypted source objects. Only source objects encrypted " +
			"with SSE-S3 or SSE-KMS are supported.")
	}
	lock := v.attrs.lock
	if lock.hold == "ON" || lock.mode != "" && lock.until.After(c.now) {
		return errAccessDenied("The encryption type for the specified object can’t be updated because that object is protected by S3 Object Lock. " +
			"If the object has a governance-mode retention period or a legal hold, you must first remove the Object Lock status on the object " +
			"before you issue your UpdateObjectEncryption request. You can't use the UpdateObjectEncryption operation with objects that have an " +
			"Object Lock compliance mode retention period applied to them.")
	}
	return nil
}

// checkUpdateKeys has KMS open the data key under the old key and close it under the new one.
func (c *call) checkUpdateKeys(from, to sseState) error {
	if err := c.needsTLS("AWS KMS managed keys"); err != nil {
		return err
	}
	object := objectARN(c.bucketName, c.key)
	if from.usesKMS() {
		if err := c.useKey("Decrypt", from, object, c.bucket.region); err != nil {
			return err
		}
	}
	return c.useKey("GenerateDataKey", to, object, c.bucket.region)
}
