package conformance

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	details "cooper/awsops/objects"
)

func TestTheDetailsOfAnObjectAreEachAFact(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "Enabled")
	key := "a/ö b+c%.txt"
	if _, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b, Key: &key, Body: bytes.NewReader([]byte("hello")), ContentType: ptr("text/plain"),
		CacheControl: ptr("no-store"), Metadata: map[string]string{"author": "ana"}, Tagging: ptr("team=a"), StorageClass: types.StorageClassStandard}); err != nil {
		t.Fatal(err)
	}
	d := details.ReadDetails(t.Context(), w.reader(), b, key, "")
	h := d.Head.Value
	got := []any{d.Head.State, h.Size, h.ContentType, h.CacheControl, h.StorageClass, h.ETag, h.VersionID != "", len(h.Metadata)}
	want := []any{awsops.Known, int64(5), "text/plain", "no-store", "STANDARD", `"5d41402abc4b2a76b9719d911017c592"`, true, 1}
	if !slices.Equal(got, want) || h.Metadata[0] != (details.Pair{Name: "author", Value: "ana"}) {
		t.Errorf("HEAD: %+v, %v", h, d.Head.Err)
	}
	if tags := d.Tags.Value; len(tags) != 1 || tags[0].Value != "a" {
		t.Errorf("tags: %+v, %v", tags, d.Tags.Err)
	}
	for name, s := range map[string]awsops.State{"retention": d.Retention.State, "legal hold": d.LegalHold.State} {
		if s != awsops.Absent && !w.differs(t, name+" of an object without lock is "+s.String(), serverRGW, serverVersityGW, serverSandbox) {
			t.Errorf("%s is %s: %v %v", name, s, d.Retention.Err, d.LegalHold.Err)
		}
	}
}

func TestADeleteMarkerIsToldFromAnObjectThatIsNotThere(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "Enabled")
	w.put(t, b, "gone", "x")
	w.hide(t, b, "gone")
	_, err := details.ReadHead(t.Context(), w.reader(), b, "gone", "")
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Code != details.CodeMarker {
		if !w.differs(t, "a 404 has no x-amz-delete-marker", serverRGW, serverVersityGW) {
			t.Errorf("got %v", err)
		}
	}
	_, err = details.ReadHead(t.Context(), w.reader(), b, "never", "")
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindNotFound || e.Code == details.CodeMarker {
		t.Errorf("got %v", err)
	}
}
