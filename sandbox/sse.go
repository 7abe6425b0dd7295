package sandbox

import (
	"crypto/md5" // the fingerprint that S3 demands of a customer's key
	"encoding/base64"
	"slices"
	"strings"
)

const sseHeader = "X-Amz-Server-Side-Encryption"

// resolveSSE settles how a new object is encrypted: with the customer's key, as the headers say, or by the
// bucket's default.
func resolveSSE(c *call, b *bucket) (sseState, error) {
	b.mu.RLock()
	byDefault, blocked := b.encryption, b.blockSSEC
	b.mu.RUnlock()
	customer, err := c.customerKey("X-Amz-")
	if err != nil {
		return sseState{}, err
	}
	named, err := c.namedSSE()
	switch {
	case err != nil:
		return sseState{}, err
	case customer != "" && named.algorithm != "":
		return sseState{}, errInvalidArgument("Server Side Encryption with Customer provided key is incompatible with the "+
			"encryption method specified", "x-amz-server-side-encryption", named.algorithm)
	case customer != "" && blocked:
		return sseState{}, errAccessDenied("Access Denied")
	case customer != "":
		return sseState{customerMD5: customer}, nil
	case named.algorithm == "":
		named = byDefault
	}
	return c.withKey(named, b)
}

// namedSSE reads the headers that ask for SSE-S3 or SSE-KMS.
func (c *call) namedSSE() (sseState, error) {
	s := sseState{
		algorithm: c.header(sseHeader), keyID: c.header(sseHeader + "-Aws-Kms-Key-Id"), context: c.header(sseHeader + "-Context"),
		bucketKey: c.header(sseHeader+"-Bucket-Key-Enabled") == "true",
	}
	if !slices.Contains([]string{"", "AES256", "aws:kms", "aws:kms:dsse"}, s.algorithm) {
		return s, errInvalidArgument("The encryption method specified is not supported", "x-amz-server-side-encryption", s.algorithm)
	}
	if s.keyID != "" && !s.usesKMS() {
		return s, errInvalidArgument("Server Side Encryption with AWS KMS managed key requires HTTP header "+
			"x-amz-server-side-encryption : aws:kms", "x-amz-server-side-encryption", s.algorithm)
	}
	return s, nil
}

func (c *call) needsTLS(keys string) error {
	if c.tls {
		return nil
	}
	return errInvalidArgument("Requests specifying Server Side Encryption with "+keys+" must be made over a secure connection.",
		"x-amz-server-side-encryption", "null")
}

// customerKey checks the three headers of a customer's key and returns the key's fingerprint, "" when the
// request has none of them.
func (c *call) customerKey(prefix string) (fingerprint string, err error) {
	name := prefix + "Server-Side-Encryption-Customer-"
	algorithm, key, sum := c.header(name+"Algorithm"), c.header(name+"Key"), c.header(name+"Key-Md5")
	if algorithm == "" && key == "" && sum == "" {
		return "", nil
	}
	argument := strings.ToLower(name + "Algorithm")
	if err := c.needsTLS("Customer provided keys"); err != nil {
		return "", err
	}
	switch {
	case algorithm == "":
		return "", errInvalidArgument("Requests specifying Server Side Encryption with Customer provided keys must provide a "+
			"valid encryption algorithm.", argument, "null")
	case algorithm != "AES256":
		return "", newError(400, "InvalidEncryptionAlgorithmError", "The encryption request you specified is not valid. "+
			"Supported value: AES256.", field{"ArgumentName", argument}, field{"ArgumentValue", algorithm})
	case key == "":
		return "", errInvalidArgument("Requests specifying Server Side Encryption with Customer provided keys must provide an "+
			"appropriate secret key.", argument, "null")
	}
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 32 {
		return "", errInvalidArgument("The secret key was invalid for the specified algorithm.", argument, "null")
	}
	digest := md5.Sum(raw)
	if fingerprint = base64.StdEncoding.EncodeToString(digest[:]); fingerprint != sum {
		return "", errInvalidArgument("The calculated MD5 hash of the key did not match the hash that was provided.", argument, "null")
	}
	return fingerprint, nil
}

// customerSecret gives the key that a request carries in headers that customerKey has checked, nil for none.
func (c *call) customerSecret(prefix string) []byte {
	raw, err := base64.StdEncoding.DecodeString(c.header(prefix + "Server-Side-Encryption-Customer-Key"))
	if err != nil || len(raw) == 0 {
		return nil
	}
	return raw
}

// checkSSERead refuses a read without the key that the object needs, or with one that it does not.
func checkSSERead(c *call, state sseState, prefix string) error {
	given, err := c.customerKey(prefix)
	switch {
	case err != nil:
		return err
	case prefix == "X-Amz-" && c.header(sseHeader) != "" && c.r.Method != "PUT":
		return errInvalidArgument("x-amz-server-side-encryption header is not supported for this operation.",
			"x-amz-server-side-encryption", c.header(sseHeader))
	case given == "" && state.customerMD5 != "":
		return errInvalidRequest("The object was stored using a form of Server Side Encryption. The correct parameters must " +
			"be provided to retrieve the object.")
	case given != "" && state.customerMD5 == "":
		return errInvalidRequest("The encryption parameters are not applicable to this object.")
	case given != state.customerMD5:
		return errAccessDenied("Requests specifying Server Side Encryption with Customer provided keys must provide the " +
			"correct secret key.")
	case state.usesKMS():
		return c.checkKeyRead(state, prefix)
	}
	return nil
}

// checkPartKey compares the key that comes with a part with the one that its upload was begun with.
func (c *call) checkPartKey(state sseState) error {
	given, err := c.customerKey("X-Amz-")
	switch {
	case err != nil:
		return err
	case given == "" && state.customerMD5 != "":
		return errInvalidRequest("The multipart upload initiate requested encryption. Subsequent part requests must include " +
			"the appropriate encryption parameters.")
	case given != state.customerMD5:
		return errInvalidRequest("The provided encryption parameters did not match the ones used originally.")
	case state.usesKMS(): // a part is encrypted with the data key that the upload was begun with
		return c.useKey("Decrypt", state, objectARN(c.bucketName, c.key), c.bucket.region)
	}
	return nil
}
