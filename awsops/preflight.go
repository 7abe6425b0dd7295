package awsops

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// CheckResult is how one check of a preflight came out.
type CheckResult uint8

// The results. Skipped is for what this endpoint has nobody to ask about.
const (
	CheckOK CheckResult = iota
	CheckFailed
	CheckSkipped
	CheckUnknown
)

// String gives the result as it is shown.
func (r CheckResult) String() string { return [...]string{"ok", "failed", "skipped", "can't tell"}[r] }

// Check is one thing that MFA delete needs.
type Check struct {
	Name   string
	Result CheckResult
	Text   string // what was found, a sentence
	Do     string // what to do about it, "" when nothing
}

// Preflight checks, before anybody is asked for a code, what MFA delete on a bucket needs: https,
// long-term keys of the owning account's root, no Object Lock, and, for enabling it, no lifecycle
// rules. It sends reading calls only.
func Preflight(ctx context.Context, r *Reader, bucket string, enabling bool) []Check {
	checks := []Check{checkHTTPS(r.s), checkKeys(ctx, r.s)}
	checks = append(checks, checkRoot(ctx, r, bucket)...)
	if enabling {
		checks = append(checks, checkLifecycle(ctx, r, bucket))
	}
	return append(checks, checkLock(ctx, r, bucket))
}

// Blocked gives the first failed check, nil when there is none.
func Blocked(checks []Check) *Check {
	for i := range checks {
		if checks[i].Result == CheckFailed {
			return &checks[i]
		}
	}
	return nil
}

func checkHTTPS(s *Session) Check {
	c := Check{Name: "https", Text: "the endpoint speaks TLS"}
	if !s.Secure() {
		c.Result, c.Text, c.Do = CheckFailed, "the endpoint is plain http, and codes are sent over TLS only", "Use the endpoint's https address."
	}
	return c
}

func checkKeys(ctx context.Context, s *Session) Check {
	c := Check{Name: "long-term keys", Text: "the credentials carry no session token"}
	reading := s.Key(ctx)
	key, ok := reading.Get()
	switch {
	case !ok:
		c.Result, c.Text, c.Do = CheckUnknown, reading.Err.Error(), reading.Err.Hint
	case key.Temporary:
		c.Result, c.Text = CheckFailed, "the credentials are temporary, and S3 takes no code together with a session token"
		c.Do = "Use an access key of the root user itself, made for this and deleted afterwards."
	}
	return c
}

func checkRoot(ctx context.Context, r *Reader, bucket string) []Check {
	root := Check{Name: "root user"}
	owner := Check{Name: "owner"}
	reading := r.s.Identity(ctx)
	id, ok := reading.Get()
	switch {
	case reading.State == Unsupported:
		root.Result, root.Text = CheckSkipped, "this endpoint can't say who is calling"
		owner.Result, owner.Text = CheckSkipped, root.Text
		return []Check{root, owner}
	case !ok:
		root.Result, root.Text, root.Do = CheckUnknown, reading.Err.Error(), reading.Err.Hint
		owner.Result, owner.Text = CheckUnknown, "the caller's account is not known"
		return []Check{root, owner}
	case id.Partition == "aws-cn":
		root.Result, root.Text = CheckFailed, "the China regions have no root user, and so no MFA delete"
		root.Do = "Protect the versions with Object Lock instead."
	case !id.Root:
		root.Result, root.Text = CheckFailed, "the caller is "+id.ARN
		root.Do = "Only the root user of account " + id.Account + " can do this; no policy can grant it."
	default:
		root.Text = "the caller is the root user of account " + id.Account
	}
	owner.Text = "the bucket belongs to account " + id.Account
	if r.Owner(ctx, bucket) != id.Account {
		owner.Result, owner.Text = CheckUnknown, "it could not be proven that the bucket belongs to account "+id.Account
		owner.Do = "If it belongs to another account, its root must do this."
	}
	return []Check{root, owner}
}

func checkLifecycle(ctx context.Context, r *Reader, bucket string) Check {
	c := Check{Name: "no lifecycle rules", Text: "the bucket has no lifecycle rules"}
	api, err := r.S3(ctx, bucket)
	n := 0
	if err == nil {
		var out *s3.GetBucketLifecycleConfigurationOutput
		if out, err = api.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &bucket}); err == nil {
			n = len(out.Rules)
		}
	}
	reading := Read("GetBucketLifecycleConfiguration", r.Now(), n, wrapped("GetBucketLifecycleConfiguration", bucket, err), "NoSuchLifecycleConfiguration")
	switch {
	case reading.State == Known && n > 0:
		c.Result, c.Text = CheckFailed, fmt.Sprintf("the bucket has %d lifecycle %s, which MFA delete excludes", n, plural(n, "rule", "rules"))
		c.Do = "Remove the lifecycle rules first (Properties, lifecycle)."
	case reading.State != Known && reading.State != Absent:
		c.Result, c.Text, c.Do = CheckUnknown, reading.Err.Error(), reading.Err.Hint
	}
	return c
}

func checkLock(ctx context.Context, r *Reader, bucket string) Check {
	c := Check{Name: "no Object Lock", Text: "the bucket has no Object Lock configuration"}
	api, err := r.S3(ctx, bucket)
	locked := false
	if err == nil {
		var out *s3.GetObjectLockConfigurationOutput
		if out, err = api.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &bucket}); err == nil {
			locked = out.ObjectLockConfiguration != nil && out.ObjectLockConfiguration.ObjectLockEnabled != ""
		}
	}
	reading := Read("GetObjectLockConfiguration", r.Now(), locked, wrapped("GetObjectLockConfiguration", bucket, err), "ObjectLockConfigurationNotFoundError")
	switch {
	case reading.State == Known && locked:
		c.Result, c.Text = CheckFailed, "the bucket has Object Lock, which fixes its versioning state"
		c.Do = "Rely on the lock: it protects versions from root too, in compliance mode."
	case reading.State == Unsupported:
		c.Result, c.Text = CheckSkipped, "this endpoint has no Object Lock"
	case reading.State != Known && reading.State != Absent:
		c.Result, c.Text, c.Do = CheckUnknown, reading.Err.Error(), reading.Err.Hint
	}
	return c
}

// wrapped is Wrap for a caller that wants a nil error to stay nil as an interface.
func wrapped(op, bucket string, err error) error {
	if e := Wrap(op, bucket, "", err); e != nil {
		return e
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
