package policy

import (
	"slices"
	"strings"
)

// The actions of S3 that a bucket policy may name, by what they act on, and the condition keys that S3's requests
// carry. Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"; IAM User
// Guide, "AWS global condition context keys".
var (
	onObjects = strings.Fields(`AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectAnnotation DeleteObjectTagging
		DeleteObjectVersion DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes
		GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl
		GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent
		InitiateReplication ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectAnnotation
		PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete
		ReplicateObject ReplicateTags RestoreObject UpdateObjectEncryption`)
	onBuckets = strings.Fields(`CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration
		DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl
		GetBucketCORS GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
		GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
		GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite
		GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration
		GetMetricsConfiguration GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions
		ListTagsForResource PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS
		PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy
		PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite
		PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration
		PutMetricsConfiguration PutReplicationConfiguration TagResource UntagResource`)
	keys = strings.Fields(`aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:CurrentTime aws:EpochTime aws:FederatedProvider
		aws:MultiFactorAuthAge aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService
		aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:PrincipalType
		aws:Referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID aws:ResourceOrgPaths aws:SecureTransport
		aws:SourceAccount aws:SourceArn aws:SourceIdentity aws:SourceIp aws:SourceOrgID aws:SourceOrgPaths aws:SourceOwner
		aws:SourceVpc aws:SourceVpcArn aws:SourceVpce aws:TagKeys aws:TokenIssueTime aws:UserAgent aws:userid aws:username
		aws:ViaAWSService aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:VpcSourceIp
		s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:DataAccessPointAccount s3:DataAccessPointArn
		s3:ExistingJobOperation s3:InventoryAccessibleOptionalFields s3:JobSuspendedCause s3:LocationConstraint
		s3:RequestJobOperation s3:RequestJobPriority s3:RequestObjectTagKeys s3:ResourceAccount s3:TlsVersion s3:VersionId
		s3:authType s3:delimiter s3:destinationRegion s3:if-match s3:if-none-match s3:isReplicationPauseRequest s3:locationconstraint
		s3:max-keys s3:object-lock-legal-hold s3:object-lock-mode s3:object-lock-remaining-retention-days
		s3:object-lock-retain-until-date s3:prefix s3:signatureAge s3:signatureversion s3:versionid s3:x-amz-acl
		s3:x-amz-bucket-namespace s3:x-amz-content-sha256 s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read
		s3:x-amz-grant-read-acp s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive
		s3:x-amz-object-ownership s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
		s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class s3:x-amz-website-redirect-location`)
	// families are condition keys with a name of the person's own behind the slash.
	families = strings.Fields(`aws:PrincipalTag/ aws:RequestTag/ aws:ResourceTag/ s3:AccessPointTag/ s3:BucketTag/
		s3:ExistingObjectTag/ s3:RequestObjectTag/`)
)

// Actions gives the names of S3's actions, with the service, sorted.
func Actions() []string {
	var out []string
	for _, a := range slices.Concat(onObjects, onBuckets) {
		out = append(out, "s3:"+a)
	}
	slices.Sort(out)
	return out
}

// ForBucket reports whether an action is about the bucket itself.
func ForBucket(action string) bool {
	return slices.ContainsFunc(onBuckets, func(a string) bool { return strings.EqualFold("s3:"+a, action) })
}

func knownKey(key string) bool {
	lower := strings.ToLower(key)
	return slices.ContainsFunc(keys, func(k string) bool { return strings.ToLower(k) == lower }) ||
		slices.ContainsFunc(families, func(k string) bool { return strings.HasPrefix(lower, strings.ToLower(k)) })
}

// perhaps is a suggestion for a misspelt name, with words around it, or "".
func perhaps(name string, known []string) string {
	if s := closest(name, known); s != "" {
		return ": did you mean " + s + "?"
	}
	return ""
}

// closest is the known name that takes the fewest edits, when these are few.
func closest(name string, known []string) string {
	best, at := max(2, len(name)/5)+1, ""
	for _, k := range known {
		if len(k)-len(name) >= best || len(name)-len(k) >= best {
			continue // so many edits the lengths alone take
		}
		if n := edits(strings.ToLower(name), strings.ToLower(k)); n < best {
			best, at = n, k
		}
	}
	return at
}

// edits is how many characters have to be put in, left out or changed to make b of a.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
