// Package versioning reads a bucket's versioning state and plans its changes: enable, suspend, and
// MFA delete on and off.
//
// Versioning has three states, and suspended is the dangerous one: a PUT or DELETE then destroys the
// null version of its key for good. A bucket never returns to "never enabled". See "How S3 Versioning
// works" and "Configuring MFA delete" in the Amazon S3 User Guide.
package versioning

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/document"
)

// The values of Status and MFADelete.
const (
	Enabled   = "Enabled"
	Suspended = "Suspended"
	Disabled  = "Disabled"
)

const opGet = "GetBucketVersioning"

// State is a bucket's versioning state.
type State struct {
	Status    string // Enabled, Suspended, "" for never enabled
	MFADelete string // Enabled, Disabled, "" for never configured
}

// Never reports that versioning was never enabled: a DELETE removes data for good.
func (s State) Never() bool { return s.Status == "" }

// On reports that every PUT makes a version.
func (s State) On() bool { return s.Status == Enabled }

// NeedsCode reports that permanent deletes and changes of the state need a one-time code.
func (s State) NeedsCode() bool { return s.MFADelete == Enabled }

// String gives the state in words.
func (s State) String() string {
	return s.status() + ", MFA delete " + s.mfa()
}

func (s State) status() string {
	switch s.Status {
	case Enabled:
		return "enabled"
	case Suspended:
		return "suspended"
	case "":
		return "never enabled"
	}
	return s.Status
}

func (s State) mfa() string {
	switch s.MFADelete {
	case Enabled:
		return "on"
	case Disabled:
		return "off"
	case "":
		return "never configured"
	}
	return s.MFADelete
}

// Read asks for a bucket's versioning state (GetBucketVersioning). Errors are *awsops.Error;
// KindUnsupported when the server answers with anything but a versioning document.
func Read(ctx context.Context, r *awsops.Reader, bucket string) (State, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return State{}, err
	}
	out, err := api.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &bucket}, document.Expect("VersioningConfiguration"))
	if err != nil {
		return State{}, awsops.Wrap(opGet, bucket, "", err)
	}
	return State{Status: string(out.Status), MFADelete: string(out.MFADelete)}, nil
}

// Reading is Read with what can go wrong as a state.
func Reading(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[State] {
	s, err := Read(ctx, r, bucket)
	return awsops.Read(opGet, r.Now(), s, err)
}

// Fingerprint is the state as what a plan was computed from.
func (s State) Fingerprint(bucket string) awsops.Fingerprint {
	return awsops.Fingerprint{What: "the versioning state", Value: s.String(), Read: readText(bucket)}
}

// proof is what the read-back of a change compares. Off and never configured are one to it: some
// servers say "Disabled" once versioning was touched, and both mean that no code is needed.
func (s State) proof() string {
	if s.NeedsCode() {
		return s.status() + ", MFA delete on"
	}
	return s.status() + ", MFA delete not on"
}

func readProof(bucket string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		s, err := Read(ctx, r, bucket)
		if err != nil {
			return "", err
		}
		return s.proof(), nil
	}
}

func readText(bucket string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		s, err := Read(ctx, r, bucket)
		if err != nil {
			return "", err
		}
		return s.String(), nil
	}
}
