package lifecycle

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// FromSDK reads a rule of the SDK into the model.
func FromSDK(r types.LifecycleRule) Rule {
	out := Rule{ID: aws.ToString(r.ID), Status: string(r.Status), Filter: filterFromSDK(r)}
	if e := r.Expiration; e != nil {
		out.Expiration = &Expiration{Days: e.Days, Date: e.Date, Marker: e.ExpiredObjectDeleteMarker}
	}
	if n := r.NoncurrentVersionExpiration; n != nil {
		out.Noncurrent = &NoncurrentExpiration{Days: n.NoncurrentDays, Keep: n.NewerNoncurrentVersions}
	}
	for _, t := range r.Transitions {
		out.Transitions = append(out.Transitions, Transition{Days: t.Days, Date: t.Date, Class: string(t.StorageClass)})
	}
	for _, t := range r.NoncurrentVersionTransitions {
		out.NoncurrentTransitions = append(out.NoncurrentTransitions,
			NoncurrentTransition{Days: t.NoncurrentDays, Keep: t.NewerNoncurrentVersions, Class: string(t.StorageClass)})
	}
	if a := r.AbortIncompleteMultipartUpload; a != nil {
		out.AbortDays = a.DaysAfterInitiation
		if out.AbortDays == nil {
			out.AbortDays = aws.Int32(0)
		}
	}
	return out
}

//nolint:staticcheck // Prefix in the rule itself is deprecated and still found in real buckets.
func filterFromSDK(r types.LifecycleRule) Filter {
	f := r.Filter
	switch {
	case f == nil:
		return Filter{Legacy: true, Prefix: r.Prefix}
	case f.And != nil:
		out := Filter{And: true, Prefix: f.And.Prefix, LargerThan: f.And.ObjectSizeGreaterThan, SmallerThan: f.And.ObjectSizeLessThan}
		for _, t := range f.And.Tags {
			out.Tags = append(out.Tags, Tag{aws.ToString(t.Key), aws.ToString(t.Value)})
		}
		return out
	}
	out := Filter{Prefix: f.Prefix, LargerThan: f.ObjectSizeGreaterThan, SmallerThan: f.ObjectSizeLessThan}
	if f.Tag != nil {
		out.Tags = []Tag{{aws.ToString(f.Tag.Key), aws.ToString(f.Tag.Value)}}
	}
	return out
}

// ToSDK gives a rule as the SDK sends it. FromSDK and ToSDK are each other's inverse.
//
//nolint:staticcheck // Prefix in the rule itself is deprecated and must be sent back where it was.
func (r Rule) ToSDK() types.LifecycleRule {
	out := types.LifecycleRule{Status: types.ExpirationStatus(r.Status)}
	if r.ID != "" {
		out.ID = aws.String(r.ID)
	}
	if r.Filter.Legacy {
		out.Prefix = r.Filter.Prefix
	} else {
		out.Filter = r.Filter.toSDK()
	}
	if e := r.Expiration; e != nil {
		out.Expiration = &types.LifecycleExpiration{Days: e.Days, Date: e.Date, ExpiredObjectDeleteMarker: e.Marker}
	}
	if n := r.Noncurrent; n != nil {
		out.NoncurrentVersionExpiration = &types.NoncurrentVersionExpiration{NoncurrentDays: n.Days, NewerNoncurrentVersions: n.Keep}
	}
	for _, t := range r.Transitions {
		out.Transitions = append(out.Transitions,
			types.Transition{Days: t.Days, Date: t.Date, StorageClass: types.TransitionStorageClass(t.Class)})
	}
	for _, t := range r.NoncurrentTransitions {
		out.NoncurrentVersionTransitions = append(out.NoncurrentVersionTransitions, types.NoncurrentVersionTransition{
			NoncurrentDays: t.Days, NewerNoncurrentVersions: t.Keep, StorageClass: types.TransitionStorageClass(t.Class)})
	}
	if r.AbortDays != nil {
		out.AbortIncompleteMultipartUpload = &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: r.AbortDays}
	}
	return out
}

func (f Filter) toSDK() *types.LifecycleRuleFilter {
	if f.And {
		and := &types.LifecycleRuleAndOperator{Prefix: f.Prefix, ObjectSizeGreaterThan: f.LargerThan, ObjectSizeLessThan: f.SmallerThan}
		for _, t := range f.Tags {
			and.Tags = append(and.Tags, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
		}
		return &types.LifecycleRuleFilter{And: and}
	}
	out := &types.LifecycleRuleFilter{Prefix: f.Prefix, ObjectSizeGreaterThan: f.LargerThan, ObjectSizeLessThan: f.SmallerThan}
	if len(f.Tags) > 0 {
		out.Tag = &types.Tag{Key: aws.String(f.Tags[0].Key), Value: aws.String(f.Tags[0].Value)}
	}
	return out
}
