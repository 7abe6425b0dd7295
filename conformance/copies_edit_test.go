package conformance

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objectedit"
	details "cooper/awsops/objects"
	"cooper/awsops/transfer"
	"cooper/awsops/versioning"
	"cooper/sandbox"
)

// elevenMiB is three parts of 5 MiB, the least that S3 takes.
var elevenMiB = strings.Repeat("0123456789abcdef", 11<<16)

// byParts is an edit of an object onto itself, as one is made that is larger than a CopyObject takes.
func byParts(etag string) copies.Options {
	return copies.Options{Parts: 5 << 20, Onto: true, Edit: &copies.Edit{ETag: etag,
		Head: func(h details.Head) details.Head {
			h.ContentType, h.StorageClass = "text/plain", "STANDARD"
			h.Metadata = append(slices.Clone(h.Metadata), details.Pair{Name: "case", Value: "4711"})
			return h
		},
		Tags: func(now []details.Pair) []details.Pair { return append(now, details.Pair{Name: "c", Value: "3"}) }}}
}

func TestAnObjectThatIsTooLargeForOneCopyIsEditedByParts(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	rich(t, w, b, "large", elevenMiB)
	at := copies.Place{Bucket: b, Key: "large"}
	before := aws.ToString(w.headOf(t, b, "large").ETag)
	if s := copyByParts(t, w, at, at, byParts(before)); s.State != awsops.JobDone {
		t.Fatalf("%v %v", s.State, s.Err)
	}
	w.isEdited(t, b, "large")
	if s := copyByParts(t, w, at, at, byParts(before)); s.Err == nil || s.Err.Kind != awsops.KindChanged {
		t.Errorf("edited though it is another one: %v", s.Err)
	}
	if left := w.left(t, b); len(left) != 0 {
		t.Errorf("%d uploads are left", len(left))
	}
}

// isEdited holds that a rich object has what byParts changes, and all else that it had.
func (w *world) isEdited(t *testing.T, bucket, key string) {
	t.Helper()
	h := w.headOf(t, bucket, key)
	got := []string{aws.ToString(h.ContentType), h.Metadata["case"], aws.ToString(h.CacheControl), h.Metadata["owner"], aws.ToString(h.WebsiteRedirectLocation),
		w.tagsOf(t, bucket, key, ""), strings.TrimPrefix(string(h.StorageClass), "STANDARD")}
	if want := []string{"text/plain", "4711", "no-cache", "finance", "/other", `"a"="1","b"="x y","c"="3"`, ""}; !slices.Equal(got, want) {
		t.Errorf("it has %q, want %q", got, want)
	}
	if w.text(t, bucket, key) != elevenMiB || !strings.HasSuffix(aws.ToString(h.ETag), `-3"`) {
		t.Errorf("its bytes or its parts differ: %s", aws.ToString(h.ETag))
	}
}

func TestAnEditByPartsReplacesNothingThatSomebodyElseWroteMeanwhile(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	rich(t, w, b, "large", elevenMiB)
	at := copies.Place{Bucket: b, Key: "large"}
	w.server.Faults.Sleep = func(context.Context, time.Duration) error {
		w.put(t, b, "large", "somebody else's")
		return nil
	}
	w.server.Faults.Add(sandbox.Fault{Operation: "CompleteMultipartUpload", Times: 1, Kind: sandbox.FaultDelay, Delay: time.Second})
	if s := copyByParts(t, w, at, at, byParts("")); s.Err == nil || s.Err.Kind != awsops.KindPrecondition {
		t.Errorf("it ended with %v", s.Err)
	}
	if got := w.text(t, b, "large"); got != "somebody else's" {
		t.Errorf("it was replaced")
	}
	if left := w.left(t, b); len(left) != 0 {
		t.Errorf("%d uploads are left", len(left))
	}
}

// endingAt ends the login once at each of the operations, where delays end it. It counts those where it did.
func endingAt(b *bastion, ops ...string) (struck func() int) {
	var all []func() int
	for _, op := range ops {
		all = append(all, b.server.Faults.Add(sandbox.Fault{Operation: op, Times: 1, Kind: sandbox.FaultDelay, Delay: time.Second}))
	}
	return func() (n int) {
		for _, f := range all {
			n += f()
		}
		return n
	}
}

func TestACopyByPartsWaitsForALoginAtEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, l, w := inBubble(t)
		const bucket = "lapse"
		makeBucketIn(t, w, bucket, "eu-west-1")
		p, err := transfer.PlanPut(t.Context(), w.reader(), transfer.PutSpec{Bucket: bucket, Roots: []transfer.Root{{Path: tree(t, map[string]string{"k": elevenMiB}), Key: "in/"}}})
		w.done(t, p, err)
		b.server.Faults.Sleep = func(context.Context, time.Duration) error {
			b.server.EndSessions()
			return nil
		}
		for _, c := range []struct {
			to  string
			opt copies.Options
		}{{"copy", copies.Options{Parts: 5 << 20, New: true}}, {"in/k", byParts("")}} {
			b.server.Faults.Clear()
			struck := endingAt(b, "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload")
			l.asked.Store(0)
			s := copyByParts(t, w, copies.Place{Bucket: bucket, Key: "in/k"}, copies.Place{Bucket: bucket, Key: c.to}, c.opt)
			if s.State != awsops.JobDone || l.asked.Load() == 0 {
				t.Errorf("%s: %v, asked %d times, %v", c.to, s.State, l.asked.Load(), s.Err)
			}
			if n := struck(); n != 3 {
				t.Errorf("%s: the login ended at %d calls", c.to, n)
			}
			head, err := details.ReadHead(t.Context(), w.reader(), bucket, c.to, "")
			if err != nil || head.Size != int64(len(elevenMiB)) || !strings.HasSuffix(head.ETag, `-3"`) {
				t.Errorf("%s: %+v, %v", c.to, head, err)
			}
		}
		api, err := w.reader().S3(t.Context(), bucket)
		if err != nil {
			t.Fatal(err)
		}
		if left, err := api.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket)}); err != nil || len(left.Uploads) != 0 {
			t.Errorf("left over: %+v, %v", left, err)
		}
	})
}

func TestAnEditAboveFiveGiBGoesByPartsAndLeavesNothingBehindWhenItIsRefused(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	const parts = 5<<30>>23 + 1 // of 8 MiB: one more than 5 GiB has
	if err := w.server.PutLarge(b, "big", parts, w.clock.Now(), ""); err != nil {
		t.Fatal(err)
	}
	sent := w.server.Faults.Add(sandbox.Fault{Operation: "UploadPartCopy", Kind: sandbox.FaultError, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "big"),
		Change: objectedit.Change{Headers: map[objectedit.Header]string{objectedit.CacheControl: "max-age=60"}}})
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Join(p.Commands(), "\n"); !strings.Contains(lines, "s3 cp") {
		t.Errorf("one copy-object can't take it: %s", lines)
	}
	if s := w.apply(t, p); s.Err == nil || s.Err.Kind != awsops.KindDenied || sent() == 0 {
		t.Errorf("it ended with %v after %d parts", s.Err, sent())
	}
	if h := w.headOf(t, b, "big"); aws.ToString(h.CacheControl) != "" || aws.ToInt64(h.ContentLength) != parts<<23 {
		t.Errorf("it is %v, %d bytes", aws.ToString(h.CacheControl), aws.ToInt64(h.ContentLength))
	}
	if left := w.left(t, b); len(left) != 0 {
		t.Errorf("%d uploads are left", len(left))
	}
}
