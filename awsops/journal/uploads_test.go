package journal

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUploadsAreKeptUntilTheyAreForgotten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	u := OpenUploads(dir)
	if all, err := u.All(); err != nil || len(all) > 0 {
		t.Fatalf("a folder that is not there: %v, %v", all, err)
	}
	a := Upload{Bucket: "b", Key: "k\xff", UploadID: "1", File: "/some/file", Size: 7, PartSize: 5, Modified: time.Unix(1, 2).UTC(), Begun: time.Unix(3, 0).UTC()}
	b := a
	b.UploadID = "2"
	for _, r := range []Upload{a, b, a} {
		if err := u.Keep(r); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := u.All(); err != nil || len(all) != 2 {
		t.Errorf("kept %v, %v", all, err)
	}
	if err := u.Forget(b); err != nil {
		t.Fatal(err)
	}
	if err := u.Forget(b); err != nil {
		t.Errorf("forgetting twice: %v", err)
	}
	if all, err := OpenUploads(dir).All(); err != nil || cmp.Diff([]Upload{a}, all) != "" {
		t.Errorf("%v, %s", err, cmp.Diff([]Upload{a}, all))
	}
}

func TestARecordOfAnUploadIsItsOwnersAlone(t *testing.T) {
	u, r := OpenUploads(t.TempDir()), Upload{Bucket: "b", UploadID: "1"}
	if err := u.Keep(r); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(u.path(r)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestWhatIsNoRecordOfAnUploadIsPassedOver(t *testing.T) {
	u := OpenUploads(t.TempDir())
	if err := u.Keep(Upload{Bucket: "b", UploadID: "1"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(u.dir, "torn.json"), []byte(`{"bucket":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := u.All(); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
