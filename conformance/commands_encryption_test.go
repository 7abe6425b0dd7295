package conformance

import (
	"strings"

	"cooper/awsops/encryption"
	"cooper/sandbox"
)

const twinKey = "arn:aws:kms:eu-west-1:" + sandbox.DefaultAccount + ":key/7d9f3c1e-5b2a-4c86-9e0d-1f6a8b3c5d7e"

// blocksSSEC is what every document says of blocked types: new buckets block SSE-C, and that is sent again.
const blocksSSEC = `,"BlockedEncryptionTypes":{"EncryptionType":["SSE-C"]}`

func encryptionRule(byDefault, rest string) []string {
	return s3api("put-bucket-encryption", "--server-side-encryption-configuration", `{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":`+byDefault+`}`+rest+`}]}`)
}

var encryptionScripts = []script{
	{name: "encrypt with a KMS key", planner: "encryption.PlanPut", prepare: having(""), member: "BlockedEncryptionTypes", since: "November 2025",
		plan: asks(encryption.PlanPut, fixed(encryption.PutSpec{Bucket: bucketName, Algorithm: encryption.KMS, Key: "alias/customer-data", BucketKey: true})),
		want: calls(encryptionRule(`"aws:kms","KMSMasterKeyID":"`+twinKey+`"`, `,"BucketKeyEnabled":true`+blocksSSEC))},
	{name: "encrypt in two layers", planner: "encryption.PlanPut", prepare: having(""), member: "BlockedEncryptionTypes", since: "November 2025",
		plan: asks(encryption.PlanPut, fixed(encryption.PutSpec{Bucket: bucketName, Algorithm: encryption.DSSE, Key: twinKey})),
		want: calls(encryptionRule(`"aws:kms:dsse","KMSMasterKeyID":"`+twinKey+`"`, `,"BucketKeyEnabled":false`+blocksSSEC))},
	{name: "encrypt with aws/s3", planner: "encryption.PlanPut", prepare: having(""), member: "BlockedEncryptionTypes", since: "November 2025",
		plan: asks(encryption.PlanPut, fixed(encryption.PutSpec{Bucket: bucketName, Algorithm: encryption.KMS})),
		want: calls(encryptionRule(`"aws:kms"`, `,"BucketKeyEnabled":false`+blocksSSEC))},
	{name: "allow SSE-C", planner: "encryption.PlanPut", prepare: having(""), member: "BlockedEncryptionTypes", since: "November 2025", alone: true,
		plan: asks(encryption.PlanPut, fixed(encryption.PutSpec{Bucket: bucketName, Algorithm: encryption.SSES3, SSEC: encryption.BlockNone})),
		want: calls(encryptionRule(`"AES256"`, `,"BucketKeyEnabled":false`+strings.Replace(blocksSSEC, "SSE-C", "NONE", 1)))},
}
