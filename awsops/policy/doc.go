// Package policy reads, explains, checks, evaluates and edits S3 bucket policies. It is pure: no network, no clock.
//
// [Parse] keeps every byte of the text, and [Document.Add], [Document.Replace] and [Document.Remove] change one
// statement and leave the rest as it was. [Evaluate] answers allowed, refused or unknown, with the statement that
// decides and the facts that are missing. [Lint] finds mistakes with their place, [Judge] says what a policy achieves
// as a whole, [LockOut] whether a caller would lose the policy itself.
//
// Sources: IAM User Guide, "IAM JSON policy elements reference" and "Policy evaluation logic"; Amazon S3 User Guide,
// "Bucket policies" and "Blocking public access"; Service Authorization Reference, "Amazon S3". The cases that the
// rules are tested with name their page one by one.
package policy

// MaxSize is the longest bucket policy that S3 takes, in bytes.
const MaxSize = 20 << 10
