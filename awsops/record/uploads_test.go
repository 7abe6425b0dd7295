package record

import (
	"reflect"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/journal"
)

func TestEveryFieldOfAnUploadIsKept(t *testing.T) {
	want := awsops.UploadRecord{Endpoint: "https://s3.example", Bucket: "b", Key: "k\xff", UploadID: "1", File: "/f", Size: 7, Modified: time.Unix(1, 2).UTC(),
		PartSize: 5, Options: "{}", Envelope: `{"x-amz-c":"115"}`, Begun: time.Unix(3, 0).UTC()}
	v := reflect.ValueOf(want)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the test leaves %s empty", v.Type().Field(i).Name)
		}
	}
	l := Uploads(journal.OpenUploads(t.TempDir()))
	if err := l.Keep(want); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Kept(); err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("kept %+v, %v", got, err)
	}
	if err := l.Forget(want); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Kept(); err != nil || len(got) != 0 {
		t.Errorf("not forgotten: %+v, %v", got, err)
	}
}
