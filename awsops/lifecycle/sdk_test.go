package lifecycle

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRulesGoThroughTheModelAndBackUnchanged(t *testing.T) {
	tag := types.Tag{Key: aws.String("k"), Value: aws.String("v")}
	date := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	cases := []types.LifecycleRule{
		{ID: aws.String("legacy"), Status: "Enabled", Prefix: aws.String("old/"), Expiration: &types.LifecycleExpiration{Days: aws.Int32(1)}},
		{ID: aws.String("legacy-none"), Status: "Disabled", Expiration: &types.LifecycleExpiration{Date: &date}},
		{ID: aws.String("empty-filter"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{}, AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(7)}},
		{ID: aws.String("prefix"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")}, Expiration: &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)}},
		{ID: aws.String("tag"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{Tag: &tag}, Transitions: []types.Transition{{Days: aws.Int32(0), StorageClass: "GLACIER"}, {Date: &date, StorageClass: "A_NEW_CLASS"}}},
		{ID: aws.String("size"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{ObjectSizeGreaterThan: aws.Int64(5)}, NoncurrentVersionTransitions: []types.NoncurrentVersionTransition{{NoncurrentDays: aws.Int32(1), NewerNoncurrentVersions: aws.Int32(2), StorageClass: "GLACIER_IR"}}},
		{ID: aws.String("and"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{And: &types.LifecycleRuleAndOperator{Prefix: aws.String("p"), Tags: []types.Tag{tag, tag}, ObjectSizeGreaterThan: aws.Int64(1), ObjectSizeLessThan: aws.Int64(9)}}, NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(3), NewerNoncurrentVersions: aws.Int32(4)}},
		{Status: "Enabled", Filter: &types.LifecycleRuleFilter{And: &types.LifecycleRuleAndOperator{Prefix: aws.String("p")}}, Expiration: &types.LifecycleExpiration{Days: aws.Int32(2)}},
	}
	opt := cmpopts.IgnoreUnexported(types.LifecycleRule{}, types.LifecycleRuleFilter{}, types.LifecycleRuleAndOperator{}, types.Tag{}, types.LifecycleExpiration{},
		types.Transition{}, types.NoncurrentVersionTransition{}, types.NoncurrentVersionExpiration{}, types.AbortIncompleteMultipartUpload{})
	for _, want := range cases {
		got := FromSDK(want)
		if diff := cmp.Diff(want, got.ToSDK(), opt); diff != "" {
			t.Errorf("%s changed: %s", aws.ToString(want.ID), diff)
		}
		if !Equal(got, FromSDK(got.ToSDK())) {
			t.Errorf("%s isn't equal to itself", got.ID)
		}
	}
}
