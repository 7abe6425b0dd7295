package policy

import "strings"

// ARN names a bucket together with its partition, such as arn:aws-cn:s3:::photos. The zero ARN is a bucket that isn't
// known.
type ARN string

// BucketARN is the ARN of a bucket in a partition: aws, aws-cn, aws-us-gov or aws-eusc; "" is aws.
func BucketARN(partition, bucket string) ARN {
	if partition == "" {
		partition = "aws"
	}
	return ARN("arn:" + partition + ":s3:::" + bucket)
}

// Partition is the ARN's partition, "" for the zero ARN.
func (a ARN) Partition() string {
	_, rest, _ := strings.Cut(string(a), ":")
	partition, _, _ := strings.Cut(rest, ":")
	return partition
}

// Bucket is the bucket's name, "" for the zero ARN.
func (a ARN) Bucket() string { return string(a)[strings.LastIndexByte(string(a), ':')+1:] }

// neighbour is the ARN of another bucket of the partition.
func (a ARN) neighbour(bucket string) string { return string(BucketARN(a.Partition(), bucket)) }

// objects is the ARN of all the bucket's objects.
func (a ARN) objects() string { return string(a) + "/*" }

// nameOf is what an ARN of S3 names: BUCKET or BUCKET/KEY, whatever its partition.
func nameOf(resource string) string {
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && parts[0] == "arn" && parts[2] == "s3" {
		return parts[5]
	}
	return resource
}
