package views

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

// oneUpload is a ledger of one record.
type oneUpload struct{ awsops.UploadRecord }

func (oneUpload) Keep(awsops.UploadRecord) error   { return nil }
func (oneUpload) Forget(awsops.UploadRecord) error { return nil }
func (l oneUpload) Kept() ([]awsops.UploadRecord, error) {
	return []awsops.UploadRecord{l.UploadRecord}, nil
}

func TestAnUploadThatWasBegunHereIsGoneOnWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "video.mp4")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	rec := awsops.UploadRecord{Endpoint: "https://cooper.localhost:9000", Bucket: "scratch", Key: "big/video.mp4", UploadID: "u-1", File: path,
		Size: info.Size(), Modified: info.ModTime(), Options: `{"content_type":"video/mp4"}`}
	build := func(t *testing.T) *stage {
		s := newStage(t, func(o *awsops.Options) { o.Uploads = oneUpload{rec} })
		reads := s3Answer(nil)
		s.wire.answer = func(r *http.Request, body string) (int, string, http.Header) {
			if r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "video.mp4") {
				return 404, "", nil
			}
			return reads(r, body)
		}
		s.view = NewProperties(s.Env, ui.Place{Screen: "properties", Bucket: "scratch"})
		return s
	}
	on(t, 160, 40, build, func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("c")
		p.Sees("tand on an incomplete upload")
		onLine(t, p, "big/video.mp4")
		p.Sees("sent from here")
		p.Press("c")
		p.Sleep(2 * time.Second)
		p.Sees("Upload video.mp4", "5 bytes", "video/mp4")
	})
}
