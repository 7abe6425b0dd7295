package policy

import "strings"

// Danger is a right over the policy itself that a caller would lose.
type Danger struct {
	Action   string
	Decision Decision // Refused or Unsure
}

// LockOut says which of reading, changing and deleting the policy a caller could no longer do under d, or perhaps
// could not. f are the facts of the caller's connection; a key that isn't among them counts as not known. Rights that
// d doesn't take away are the caller's own policies' business.
func LockOut(d *Document, bucket ARN, owner string, c Caller, f map[string][]string) []Danger {
	var out []Danger
	for _, action := range []string{"s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"} {
		got := Evaluate(d, Bucket{Owner: owner}, Request{Caller: c, Own: OwnAllows, Action: action, Resource: string(bucket),
			Facts: f, Unknown: func(string) bool { return true }})
		if got.Verdict != Allowed {
			out = append(out, Danger{action, got})
		}
	}
	return out
}

// somebody is a caller of the owner's account whom no policy names.
func somebody(bucket ARN, owner string) Caller {
	return Caller{ARN: "arn:" + bucket.Partition() + ":iam::" + owner + ":user/somebody", Account: owner}
}

// OnlyRoot says which of reading, changing and deleting the policy nobody but root of the account can surely do any
// more under d, where somebody could under before.
func OnlyRoot(before, d *Document, bucket ARN, owner string, f map[string][]string) []Danger {
	var out []Danger
	could := LockOut(before, bucket, owner, somebody(bucket, owner), f)
	for _, x := range LockOut(d, bucket, owner, somebody(bucket, owner), f) {
		lost := x.Decision.Verdict == Refused
		for _, y := range could {
			lost = lost && (y.Action != x.Action || y.Decision.Verdict != Refused)
		}
		if lost {
			out = append(out, x)
		}
	}
	return out
}

// Losses says what a caller could do with the bucket's objects under before, and can't, or perhaps can't, under d: list
// them, read, write and delete them. Requests without headers of their own are meant.
func Losses(before, d *Document, bucket ARN, owner string, c Caller, f map[string][]string) []Danger {
	var out []Danger
	try := func(d *Document, action string) Decision {
		r := Request{Caller: c, Own: OwnAllows, Action: action, Resource: string(bucket), Facts: f,
			Unknown: func(key string) bool { return len(key) < 3 || !strings.EqualFold(key[:3], "s3:") }}
		if !ForBucket(action) {
			r.Resource += "/" + somewhere
		}
		return Evaluate(d, Bucket{Owner: owner}, r)
	}
	for _, action := range []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
		if got := try(d, action); got.Verdict != Allowed && try(before, action).Verdict == Allowed {
			out = append(out, Danger{action, got})
		}
	}
	return out
}

// WayOut is how a bucket is opened again whose policy shuts everybody out.
const WayOut = "Root of the bucket's account can always delete the policy (aws s3api delete-bucket-policy). In an organisation with " +
	"centralised root access, the management account can take that role with sts assume-root and the task policy S3UnlockBucketPolicy."
