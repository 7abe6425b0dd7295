package policy

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

// WayOut is how a bucket is opened again whose policy shuts everybody out.
const WayOut = "Root of the bucket's account can always delete the policy (aws s3api delete-bucket-policy). In an organisation with " +
	"centralised root access, the management account can take that role with sts assume-root and the task policy S3UnlockBucketPolicy."
