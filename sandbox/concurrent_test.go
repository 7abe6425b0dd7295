package sandbox

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestManyClientsWriteTagListAndDeleteAtOnce(t *testing.T) {
	s, c := newSandbox(t)
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 20 {
				key := fmt.Sprintf("%02d", (worker+i)%10)
				if err := churn(t, s, c, key); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			}
		})
	}
	all.Wait()
	b := s.findBucket("bucket")
	total := 0
	for e := b.keys.seek(""); e.entry() != nil; e.next() {
		for v := e.entry().head; v != nil; v = v.older {
			total++
		}
	}
	if total != 8*20*2 {
		t.Errorf("%d versions and markers, want %d", total, 8*20*2)
	}
}

// churn writes, tags, lists and deletes one key.
func churn(t *testing.T, s *Server, c *s3.Client, key string) error {
	t.Helper()
	bucket := aws.String("bucket")
	if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader(key)}); err != nil {
		return err
	}
	_, err := c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: bucket, Key: &key,
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("k"), Value: &key}}}})
	if err != nil && code(err) != "NoSuchKey" { // another worker deleted it
		return err
	}
	if _, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: bucket, MaxKeys: aws.Int32(50)}); err != nil {
		return err
	}
	if _, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket}); err != nil {
		return err
	}
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: &key})
	return err
}

func TestOfManyWritersThatWantToBeTheFirstOnlyOneIs(t *testing.T) {
	_, c := newSandbox(t)
	var all sync.WaitGroup
	codes := make([]string, 16)
	for i := range codes {
		all.Go(func() {
			_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"),
				Body: strings.NewReader(fmt.Sprint(i)), IfNoneMatch: aws.String("*")})
			codes[i] = code(err)
		})
	}
	all.Wait()
	winner := -1
	for i, got := range codes {
		switch {
		case got == "" && winner >= 0:
			t.Errorf("both %d and %d were the first", winner, i)
		case got == "":
			winner = i
		case got != "PreconditionFailed":
			t.Errorf("%d: %s", i, got)
		}
	}
	if got := get(t, c, "k", ""); got != fmt.Sprint(winner) {
		t.Errorf("%d won, but the object is %q", winner, got)
	}
}
