package sandbox

import (
	"encoding/xml"
	"net/http"
	"slices"
)

type encryptionConfiguration struct {
	XMLName xml.Name
	Rules   []encryptionRule `xml:"Rule"`
}

type encryptionRule struct {
	Default *encryptionDefault `xml:"ApplyServerSideEncryptionByDefault"`
	Blocked *blockedTypes      `xml:"BlockedEncryptionTypes"`
	Bucket  *bool              `xml:"BucketKeyEnabled"`
}

type encryptionDefault struct {
	KMSMasterKeyID *string `xml:"KMSMasterKeyID"`
	SSEAlgorithm   string  `xml:"SSEAlgorithm"`
}

type blockedTypes struct {
	Types []string `xml:"EncryptionType"`
}

func encryptionRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "encryption", handle: getEncryption, action: "s3:GetEncryptionConfiguration"},
		{level: bucketLevel, method: http.MethodPut, sub: "encryption", handle: putEncryption, action: "s3:PutEncryptionConfiguration"},
		{level: bucketLevel, method: http.MethodDelete, sub: "encryption", handle: deleteEncryption, action: "s3:PutEncryptionConfiguration"},
	}
}

// getEncryption always finds a rule: buckets encrypt with SSE-S3 when nothing else is said.
func getEncryption(c *call) error {
	c.bucket.mu.RLock()
	sse, blocked := c.bucket.encryption, c.bucket.blockSSEC
	c.bucket.mu.RUnlock()
	rule := encryptionRule{Default: &encryptionDefault{SSEAlgorithm: sse.algorithm}, Bucket: &sse.bucketKey,
		Blocked: &blockedTypes{Types: []string{"NONE"}}}
	if sse.keyID != "" {
		rule.Default.KMSMasterKeyID = &sse.keyID
	}
	if blocked {
		rule.Blocked.Types[0] = "SSE-C"
	}
	return c.marshalXML(encryptionConfiguration{XMLName: named("ServerSideEncryptionConfiguration"), Rules: []encryptionRule{rule}})
}

func putEncryption(c *call) error {
	var conf encryptionConfiguration
	if err := c.readStrict("ServerSideEncryptionConfiguration", &conf); err != nil {
		return err
	}
	if len(conf.Rules) != 1 {
		return errMalformedXML()
	}
	rule := conf.Rules[0]
	sse, err := rule.state()
	if err != nil {
		return err
	}
	c.bucket.mu.Lock()
	defer c.bucket.mu.Unlock()
	c.bucket.encryption = sse
	if rule.Blocked != nil {
		c.bucket.blockSSEC = slices.Contains(rule.Blocked.Types, "SSE-C")
	}
	return c.writeStatus(http.StatusOK)
}

// state checks a rule. The key is not looked at: a wrong one shows at the first PUT.
func (r encryptionRule) state() (sseState, error) {
	sse := sseState{algorithm: "AES256"}
	if r.Default == nil && r.Blocked == nil {
		return sse, errMalformedXML()
	}
	if r.Blocked != nil && !r.Blocked.valid() {
		return sse, errMalformedXML()
	}
	if r.Default != nil {
		if !slices.Contains([]string{"AES256", "aws:kms", "aws:kms:dsse"}, r.Default.SSEAlgorithm) {
			return sse, errMalformedXML()
		}
		sse.algorithm = r.Default.SSEAlgorithm
		if key := r.Default.KMSMasterKeyID; key != nil {
			if sse.algorithm == "AES256" {
				return sse, errInvalidArgument("a KMSMasterKeyID is not applicable if the default sse algorithm is not "+
					"aws:kms or aws:kms:dsse", "ApplyServerSideEncryptionByDefault", sse.algorithm)
			}
			sse.keyID = *key
		}
	}
	sse.bucketKey = r.Bucket != nil && *r.Bucket
	return sse, nil
}

func (b *blockedTypes) valid() bool {
	return len(b.Types) == 1 && (b.Types[0] == "SSE-C" || b.Types[0] == "NONE")
}

// deleteEncryption goes back to SSE-S3. What is blocked stays blocked: it is no part of the default.
func deleteEncryption(c *call) error {
	c.bucket.mu.Lock()
	defer c.bucket.mu.Unlock()
	c.bucket.encryption = sseState{algorithm: "AES256"}
	return c.writeStatus(http.StatusNoContent)
}
