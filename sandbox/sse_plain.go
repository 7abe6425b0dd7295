package sandbox

// resolveSSEPlain takes what the headers say as it is, else the bucket's default.
func resolveSSEPlain(c *call, b *bucket) (sseState, error) {
	if md5 := c.header("X-Amz-Server-Side-Encryption-Customer-Key-Md5"); md5 != "" {
		return sseState{customerMD5: md5}, nil
	}
	algorithm := c.header("X-Amz-Server-Side-Encryption")
	if algorithm == "" {
		b.mu.RLock()
		defer b.mu.RUnlock()
		return b.encryption, nil
	}
	return sseState{
		algorithm: algorithm,
		keyID:     c.header("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"),
		context:   c.header("X-Amz-Server-Side-Encryption-Context"),
		bucketKey: c.header("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled") == "true",
	}, nil
}
