package policy

import (
	"regexp"
	"strings"
)

// objectActions and bucketActions are S3's actions that a bucket policy may name, by what they work on.
// Source: "Actions, resources, and condition keys for Amazon S3", Service Authorization Reference.
var (
	objectActions = strings.Fields(`AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging
		DeleteObjectVersion DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold
		GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl
		GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent
		InitiateReplication ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl
		PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging
		ReplicateDelete ReplicateObject ReplicateTags RestoreObject UpdateObjectEncryption`)
	bucketActions = strings.Fields(`CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket
		DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration
		GetAnalyticsConfiguration GetBucketABAC GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging
		GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration
		GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock
		GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration
		GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration
		GetMetricsConfiguration GetReplicationConfiguration ListBucket ListBucketMultipartUploads
		ListBucketVersions ListTagsForResource PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketABAC
		PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration
		PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment
		PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
		PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration
		PutMetricsConfiguration PutReplicationConfiguration TagResource UntagResource`)
)

var (
	accountID   = regexp.MustCompile(`^\d{12}$`)
	uniqueID    = regexp.MustCompile(`^(AIDA|AROA)[A-Z0-9]{16,}$`)
	iamARN      = regexp.MustCompile(`^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|user/[^*?]+|role/[^*?]+|assumed-role/[^*?]+/[^*?]+|federated-user/[^*?]+)$`)
	canonicalID = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (s *Statement) checkForBucket(bucket string) error {
	if s.Principals == nil && s.NotPrincipals == nil {
		return Error("Missing required field Principal")
	}
	for _, p := range []*Principals{s.Principals, s.NotPrincipals} {
		if p != nil && !p.wellFormed() {
			return Error("Invalid principal in policy")
		}
	}
	onBucket, onObjects, err := resourceKinds(s.Resources, bucket)
	if err != nil {
		return err
	}
	if _, _, err := resourceKinds(s.NotResources, bucket); err != nil {
		return err
	}
	if s.Resources == nil {
		onBucket, onObjects = true, true
	}
	return s.checkActions(onBucket, onObjects)
}

func (p *Principals) wellFormed() bool {
	for _, a := range p.AWS {
		if a != "*" && !accountID.MatchString(a) && !iamARN.MatchString(a) && !uniqueID.MatchString(a) {
			return false
		}
	}
	for _, s := range p.Service {
		if !strings.HasSuffix(s, ".amazonaws.com") {
			return false
		}
	}
	for _, c := range p.Canonical {
		if !canonicalID.MatchString(c) {
			return false
		}
	}
	return true
}

// resourceKinds checks that resources lie in the bucket, and says whether the bucket itself or objects are meant.
func resourceKinds(resources []string, bucket string) (onBucket, onObjects bool, err error) {
	for _, r := range resources {
		parts := strings.SplitN(r, ":", 6)
		if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") || parts[2] != "s3" || parts[3] != "" || parts[4] != "" {
			return false, false, Error("Policy has invalid resource")
		}
		name, _, object := strings.Cut(parts[5], "/")
		if !Match(name, bucket) {
			return false, false, Error("Policy has invalid resource")
		}
		onObjects = onObjects || object || strings.HasSuffix(name, "*")
		onBucket = onBucket || !object
	}
	return onBucket, onObjects, nil
}

func (s *Statement) checkActions(onBucket, onObjects bool) error {
	for _, action := range append(append([]string{}, s.Actions...), s.NotActions...) {
		if action == "*" {
			continue
		}
		service, name, ok := strings.Cut(action, ":")
		if !ok || !strings.EqualFold(service, "s3") {
			return Error("Policy has invalid action")
		}
		known := func(list []string) bool {
			return containsMatch(list, func(a string) bool { return Match(strings.ToLower(name), strings.ToLower(a)) })
		}
		bucketWise, objectWise := known(bucketActions), known(objectActions)
		if !bucketWise && !objectWise {
			return Error("Policy has invalid action")
		}
		if fits := bucketWise && onBucket || objectWise && onObjects; s.Actions != nil && !fits {
			return Error("Action does not apply to any resource(s) in statement")
		}
	}
	return nil
}
