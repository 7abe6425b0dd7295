// Package bucketpolicy reads and changes the policies of buckets. What policies mean is in package policy.
package bucketpolicy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/policy"
)

// codeNone is what S3 answers where there is no policy.
const codeNone = "NoSuchBucketPolicy"

// Read reads a bucket's policy as the server keeps it (GetBucketPolicy). A bucket without one is Absent.
func Read(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[string] {
	text, err := read(ctx, r, bucket)
	return awsops.Read("GetBucketPolicy", r.Now(), text, err, codeNone)
}

func read(ctx context.Context, r *awsops.Reader, bucket string) (string, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return "", err
	}
	out, err := api.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket})
	if err != nil {
		return "", awsops.Wrap("GetBucketPolicy", bucket, "", err)
	}
	text := aws.ToString(out.Policy)
	if !bytes.HasPrefix(bytes.TrimSpace([]byte(text)), []byte("{")) {
		return "", &awsops.Error{Op: "GetBucketPolicy", Bucket: bucket, Kind: awsops.KindUnsupported, Message: "the server answered with something that is no policy",
			Hint: "A server that doesn't know bucket policies may answer so."}
	}
	return text, nil
}

// ARN names a bucket in the session's partition.
func ARN(ctx context.Context, r *awsops.Reader, bucket string) policy.ARN {
	return policy.BucketARN(r.Session().Partition(ctx), bucket)
}

// none is what a bucket without a policy has in place of a hash.
const none = "no policy"

// Hash names a policy by its bytes, "no policy" for an empty text.
func Hash(text string) string {
	if text == "" {
		return none
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256 " + hex.EncodeToString(sum[:8])
}

// state reads the policy as a text for fingerprints: its hash.
func state(bucket string, of func(string) string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		text, err := read(ctx, r, bucket)
		if e, ok := errors.AsType[*awsops.Error](err); ok && e.Code == codeNone {
			return none, nil
		}
		if err != nil {
			return "", err
		}
		return of(text), nil
	}
}

// meaning names what a policy says, whatever words the server keeps it in.
func meaning(text string) string {
	if text == "" {
		return none
	}
	return Hash(policy.Meaning([]byte(text)))
}

// unnamed stands for the caller and the account where a server can't say who calls.
const unnamed = "unknown"

// Caller is the session's caller as policies see it, and the facts of its connection that are known. A key that is
// known to be missing has no values.
func Caller(ctx context.Context, r *awsops.Reader) (policy.Caller, map[string][]string) {
	s := r.Session()
	secure := "false"
	if s.Secure() {
		secure = "true"
	}
	facts := map[string][]string{"aws:SecureTransport": {secure}, "aws:PrincipalIsAWSService": {"false"}, "s3:authType": {"REST-HEADER"},
		"s3:signatureversion": {"AWS4-HMAC-SHA256"}, "aws:RequestedRegion": {s.Region()}}
	id, ok := s.Identity(ctx).Get()
	if !ok {
		// Who calls can't be asked here: somebody of an account without a name, whom only statements for everyone meet.
		return policy.Caller{ARN: unnamed, Account: unnamed}, facts
	}
	c := policy.Caller{ARN: id.ARN, Account: id.Account, Root: id.Root}
	facts["aws:PrincipalAccount"], facts["aws:PrincipalArn"], facts["aws:userid"] = []string{id.Account}, []string{id.ARN}, []string{id.UserID}
	if _, rest, found := strings.Cut(id.ARN, ":assumed-role/"); found {
		name, _, _ := strings.Cut(rest, "/")
		c.RoleARN = "arn:" + id.Partition + ":iam::" + id.Account + ":role/" + name
		facts["aws:PrincipalArn"] = []string{c.RoleARN}
	}
	if key, ok := s.Key(ctx).Get(); ok && !key.Temporary {
		facts["aws:MultiFactorAuthPresent"], facts["aws:MultiFactorAuthAge"], facts["aws:TokenIssueTime"] = nil, nil, nil
	}
	return c, facts
}
