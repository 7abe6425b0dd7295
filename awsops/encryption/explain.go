package encryption

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/kms"
	"cooper/awsops/policy"
)

// explain says what a new default does and what it doesn't.
func explain(ctx context.Context, r *awsops.Reader, p *awsops.Plan, before, after buckets.Encryption) {
	note(p, awsops.Note, "It is for new objects that are written without encryption headers. Those that are there keep their encryption.")
	if UsesKMS(before.Algorithm) && (before.Algorithm != after.Algorithm || before.KeyID != after.KeyID) {
		note(p, awsops.Note, "What was encrypted under the key before can be read only as long as that key lives and is enabled.")
	}
	if after.Algorithm == KMS && after.BucketKey && !before.BucketKey {
		note(p, awsops.Note, "With a Bucket Key the encryption context is the bucket's ARN, not the object's: a key policy with a condition on "+
			"kms:EncryptionContext:aws:s3:arn must name the bucket, and CloudTrail shows fewer uses.")
	}
	if blocked, _ := Blocks(after); blocked {
		if was, _ := Blocks(before); !was {
			note(p, awsops.Risk, "Uploads and copies under a customer's key (SSE-C) are refused from now on; what is stored so can still be read with its key.")
		}
	} else if was, _ := Blocks(before); was {
		note(p, awsops.Risk, "Objects may then be uploaded under keys that only the uploader has (SSE-C): whoever loses such a key has lost the object.")
	}
	if UsesKMS(after.Algorithm) {
		explainKMS(ctx, r, p, after)
	}
	explainPolicy(ctx, r, p, after)
}

// explainKMS says what requests the default makes of KMS, and against which quota they count.
func explainKMS(ctx context.Context, r *awsops.Reader, p *awsops.Plan, after buckets.Encryption) {
	p.Effects.Lines = append(p.Effects.Lines, Requests(after)...)
	if r.Session().Dialect() != awsops.DialectCompatible {
		p.Effects.Lines = append(p.Effects.Lines, QuotaWords(kms.Quota(ctx, r, p.Target.Region), p.Target.Region))
	}
}

// Requests says how many requests to KMS a default makes, in sentences.
func Requests(e buckets.Encryption) []string {
	switch {
	case e.Algorithm == KMS && e.BucketKey:
		return []string{"With a Bucket Key S3 asks KMS for a short-lived key of the bucket and not for each object: up to 99 % fewer requests than one for each upload and each read."}
	case e.Algorithm == KMS:
		return []string{"Without a Bucket Key each upload is a GenerateDataKey and each read a Decrypt: 10,000 uploads and 10,000 reads are 20,000 KMS requests. A Bucket Key spares up to 99 % of them."}
	case e.Algorithm == DSSE:
		return []string{"DSSE-KMS encrypts in two layers and has no Bucket Key: each upload and each read asks KMS, 10,000 uploads and 10,000 reads at least 20,000 times."}
	}
	return nil
}

// QuotaWords says against what KMS requests count.
func QuotaWords(quota awsops.Reading[int64], region string) string {
	const shared = "They count, with all other uses of symmetric keys, against the account's quota in " // of the account that asks
	if n, ok := quota.Get(); ok {
		return shared + region + ": " + thousands(n) + " requests a second. Requests of other accounts count against theirs."
	}
	text := shared + region + ", which could not be read"
	if quota.Err != nil {
		text += " (" + quota.Err.Error() + ")"
	}
	return text + "."
}

func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// logDelivery is the service that writes access logs.
const logDelivery = "logging.s3.amazonaws.com"

// explainPolicy evaluates the bucket's policy against the new default.
func explainPolicy(ctx context.Context, r *awsops.Reader, p *awsops.Plan, after buckets.Encryption) {
	text, ok := bucketpolicy.Read(ctx, r, p.Target.Bucket).Get()
	if !ok {
		return
	}
	d, err := policy.Parse([]byte(text))
	if err != nil {
		return
	}
	arn := bucketpolicy.ARN(ctx, r, p.Target.Bucket)
	forced := policy.ForcedOn(d, arn)
	kinds, _, _ := strings.Cut(forced.Encryption.Detail, " (")
	if forced.Encryption.Yes && !slices.Contains(strings.Split(kinds, " or "), after.Algorithm) {
		note(p, awsops.Risk, "The bucket's policy lets uploads ask for", kinds, "only; the new default is another kind, which uploads without headers then get.")
	}
	if forced.Key.Yes && UsesKMS(after.Algorithm) && after.KeyID != forced.Key.Detail {
		note(p, awsops.Risk, "The bucket's policy forces the key", forced.Key.Detail, "and the new default names another: uploads without headers may be refused.")
	}
	delivery := policy.Evaluate(d, policy.Bucket{Owner: p.Target.Owner}, policy.Request{Caller: policy.Caller{Service: logDelivery}, Action: "s3:PutObject",
		Resource: string(arn) + "/log", Unknown: func(string) bool { return true }})
	if UsesKMS(after.Algorithm) && delivery.Verdict != policy.Refused {
		note(p, awsops.Risk, "Access logs may be delivered to this bucket, and S3 delivers them to buckets whose default is SSE-S3 only.")
	}
	if j := policy.Judge(d, arn, p.Target.Owner); j.Accounts.Yes && UsesKMS(after.Algorithm) {
		note(p, awsops.Risk, "The policy lets other accounts in ("+j.Accounts.Detail+"): they need rights on the key, too, which aws/s3 can't give them.")
	}
}
