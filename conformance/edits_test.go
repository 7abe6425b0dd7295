package conformance

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/objectedit"
	details "cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/versioning"
)

// headOf reads what an object has, beside the code under test.
func (w *world) headOf(t *testing.T, bucket, key string) *s3.HeadObjectOutput {
	t.Helper()
	out, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) tagsOf(t *testing.T, bucket, key, version string) string {
	t.Helper()
	in := &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := w.fixture.GetObjectTagging(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return tagText(out.TagSet)
}

// plain puts an object with headers, metadata and tags that every server keeps.
func plain(t *testing.T, w *world, bucket, key, body string) {
	t.Helper()
	_, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(body),
		ContentType: aws.String("text/x-ledger"), CacheControl: aws.String("no-cache"), ContentLanguage: aws.String("de"),
		ContentDisposition: aws.String("attachment"), Metadata: map[string]string{"owner": "finance"}, Tagging: aws.String("a=1&b=x%20y")})
	if err != nil {
		t.Fatal(err)
	}
}

// ends applies a plan of which some objects fail.
func (w *world) ends(t *testing.T, p *awsops.Plan, done, failures int64) {
	t.Helper()
	s := w.apply(t, p)
	if s.State != awsops.JobDone || s.Done != done || s.Failures != failures || s.Verdict != awsops.VerdictDone {
		t.Errorf("%v: %d done, %d failed, %v %v", s.State, s.Done, s.Failures, s.Err, s.Notes)
	}
}

func of(bucket string, keys ...string) objectset.Set {
	s := objectset.Set{Bucket: bucket}
	for _, key := range keys {
		s.Entries = append(s.Entries, awsops.Entry{Key: key})
	}
	return s
}

func kindOf(err error) awsops.Kind {
	e, _ := errors.AsType[*awsops.Error](err)
	if e == nil {
		return 255
	}
	return e.Kind
}

func TestHeadersAndMetadataAreEditedAndNothingElseChanges(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	key := "a b+ü.txt"
	plain(t, w, b, key, "content")
	change := objectedit.Change{Headers: map[objectedit.Header]string{objectedit.CacheControl: "max-age=60", objectedit.ContentLanguage: ""},
		Metadata: objectedit.Pairs{Set: []details.Pair{{Name: "reviewed", Value: "yes"}}}}
	language := ""
	if w.differs(t, "a header that is not sent again with REPLACE stays; the read-back says so", serverVersityGW) {
		delete(change.Headers, objectedit.ContentLanguage)
		language = "de"
	}
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, key), Change: change})
	s := w.done(t, p, err)
	h := w.headOf(t, b, key)
	got := []string{aws.ToString(h.ContentType), aws.ToString(h.CacheControl), aws.ToString(h.ContentLanguage), aws.ToString(h.ContentDisposition)}
	if strings.Join(got, "|") != "text/x-ledger|max-age=60|"+language+"|attachment" {
		t.Errorf("the headers are %q", got)
	}
	if !maps.Equal(h.Metadata, map[string]string{"owner": "finance", "reviewed": "yes"}) {
		t.Errorf("the metadata is %v", h.Metadata)
	}
	if got := w.tagsOf(t, b, key, ""); got != `"a"="1","b"="x y"` {
		t.Errorf("the tags are %s", got)
	}
	if got := w.text(t, b, key); got != "content" {
		t.Errorf("it holds %q", got)
	}
	if n := w.versions(t, b); n != 2 && !w.differs(t, "a copy onto itself changes the object in place", serverVersityGW) ||
		!strings.Contains(strings.Join(s.Notes, " "), "The new version is "+aws.ToString(h.VersionId)) && !w.differs(t, "a copy's answer names no version", serverRGW) {
		t.Errorf("%d versions, and the notes are %q", n, s.Notes)
	}
}

func TestTheStorageClassChangesAndEverythingElseIsCarriedOver(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	rich(t, w, b, "k", "content")
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "k"), Change: objectedit.Change{Class: "GLACIER_IR"}})
	w.done(t, p, err)
	if got := w.headOf(t, b, "k").StorageClass; got != types.StorageClassGlacierIr {
		t.Errorf("it is in %s", got)
	}
	back, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "k"), Change: objectedit.Change{Class: "STANDARD"}})
	w.done(t, back, err)
	again, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "k"), Change: objectedit.Change{Class: "STANDARD_IA"}})
	w.done(t, again, err)
	checkRich(t, w, b, "k", "content")
}

func TestEncryptionAndLocksAreCarriedOverByAnEdit(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	retained(t, w)
	arn := "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	_, err := w.fixture.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: aws.String(bucketName),
		ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{{
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &arn}}}}})
	if err != nil {
		t.Fatal(err)
	}
	spec := objectedit.Spec{Set: of(bucketName, "kept"), Change: objectedit.Change{Headers: map[objectedit.Header]string{objectedit.ContentType: "text/plain"}}}
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), spec)
	if err == nil && !warned(p, "Object Lock") {
		t.Errorf("it warns %+v", p.Warnings)
	}
	w.done(t, p, err)
	h := w.headOf(t, bucketName, "kept")
	if h.ServerSideEncryption != types.ServerSideEncryptionAes256 || h.ObjectLockMode != types.ObjectLockModeGovernance || aws.ToString(h.ContentType) != "text/plain" {
		t.Errorf("%s, %s, %s", h.ServerSideEncryption, h.ObjectLockMode, aws.ToString(h.ContentType))
	}
}

func TestAnObjectThatChangedSinceItWasSeenIsNotEdited(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	plain(t, w, b, "k", "content")
	spec := objectedit.Spec{Set: objectset.One(b, "k", "", aws.ToString(w.headOf(t, b, "k").ETag), 7),
		Change: objectedit.Change{Headers: map[objectedit.Header]string{objectedit.CacheControl: "no-store"}}}
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, b, "k", "another text")
	if s := w.apply(t, p); s.Err == nil || !errors.Is(s.Err, awsops.ErrChanged) {
		t.Errorf("it ends with %v", s.Err)
	}
	if _, err := objectedit.PlanEdit(t.Context(), w.reader(), spec); kindOf(err) != awsops.KindChanged {
		t.Errorf("it is planned with %v", err)
	}
	p.Basis, p.ID = nil, "" // as if it changed between the look and the copy
	if s := w.apply(t, p); s.Err == nil || s.Err.Kind != awsops.KindChanged {
		t.Errorf("the copy ends with %v", s.Err)
	}
	if got := w.text(t, b, "k"); got != "another text" {
		t.Errorf("it holds %q", got)
	}
}

func TestManyObjectsAreEditedAndThoseThatCanNotBeAreListed(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	for _, key := range []string{"in/a", "in/b", "in/c", "out/d"} {
		plain(t, w, b, key, key)
	}
	if _, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b, Key: aws.String("in/cold"), Body: strings.NewReader("x"), StorageClass: types.StorageClassGlacier}); err != nil {
		t.Fatal(err)
	}
	spec := objectedit.Spec{Set: objectset.Set{Bucket: b, Under: true, Prefix: "in/"}, Change: objectedit.Change{
		Class: "INTELLIGENT_TIERING", Metadata: objectedit.Pairs{Set: []details.Pair{{Name: "moved", Value: "2026"}}, Remove: []string{"owner"}}}}
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.ends(t, p, 3, 1)
	h := w.headOf(t, b, "in/b")
	if h.StorageClass != types.StorageClassIntelligentTiering || !maps.Equal(h.Metadata, map[string]string{"moved": "2026"}) || aws.ToString(h.CacheControl) != "no-cache" {
		t.Errorf("%s, %v", h.StorageClass, h.Metadata)
	}
	if h := w.headOf(t, b, "out/d"); h.StorageClass != "" || h.Metadata["owner"] != "finance" {
		t.Errorf("what lies beside is %s, %v", h.StorageClass, h.Metadata)
	}
}

func TestAnEditThatIsGoneOnWithLeavesAloneWhatIsDone(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	for _, key := range []string{"a", "b"} {
		plain(t, w, b, key, key)
	}
	change := objectedit.Change{Headers: map[objectedit.Header]string{objectedit.CacheControl: "no-store"}}
	one, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "a"), Change: change})
	w.done(t, one, err)
	p, err := objectedit.PlanEdit(t.Context(), w.reader(), objectedit.Spec{Set: of(b, "a", "b"), Change: change})
	if err != nil {
		t.Fatal(err)
	}
	again, err := objectedit.Planners()[p.Kind](t.Context(), w.reader(), p.Params)
	w.done(t, again, err)
	if n := w.versions(t, b); n != 4 && !w.differs(t, "a copy onto itself changes the object in place", serverVersityGW) {
		t.Errorf("there are %d versions", n)
	}
}

func TestTagsAreSetMergedAndTakenAwayWithoutACopy(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	old := w.put(t, b, "k", "first")
	plain(t, w, b, "k", "second")
	tags := func(set objectset.Set, pairs objectedit.Pairs) {
		t.Helper()
		p, err := objectedit.PlanTags(t.Context(), w.reader(), objectedit.TagSpec{Set: set, Tags: pairs})
		w.done(t, p, err)
	}
	tags(of(b, "k"), objectedit.Pairs{Set: []details.Pair{{Name: "b", Value: "2"}, {Name: "c", Value: ""}}, Remove: []string{"a"}})
	if got := w.tagsOf(t, b, "k", ""); got != `"b"="2","c"=""` {
		t.Errorf("the tags are %s", got)
	}
	tags(objectset.One(b, "k", old, "", 5), objectedit.Pairs{Only: true, Set: []details.Pair{{Name: "old", Value: "yes"}}})
	if got := w.tagsOf(t, b, "k", old); got != `"old"="yes"` {
		t.Errorf("the tags of the version are %s", got)
	}
	tags(of(b, "k"), objectedit.Pairs{Only: true})
	if got := w.tagsOf(t, b, "k", "") + w.tagsOf(t, b, "k", old); got != `"old"="yes"` {
		t.Errorf("afterwards they are %s", got)
	}
	if n := w.versions(t, b); n != 2 {
		t.Errorf("there are %d versions", n)
	}
	if _, err := objectedit.PlanTags(t.Context(), w.reader(), objectedit.TagSpec{Set: of(b, "k"), Tags: objectedit.Pairs{Only: true}}); kindOf(err) != awsops.KindInvalid {
		t.Errorf("what changes nothing is planned with %v", err)
	}
}

func TestAnEditThatCanNotBeIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	v := w.put(t, b, "k", "x")
	type c = objectedit.Change
	headers := func(h objectedit.Header, value string) c { return c{Headers: map[objectedit.Header]string{h: value}} }
	for name, spec := range map[string]objectedit.Spec{
		"nothing":             {Set: of(b, "k")},
		"no such class":       {Set: of(b, "k"), Change: c{Class: "COLD"}},
		"the class it has":    {Set: of(b, "k"), Change: c{Class: "STANDARD"}},
		"no such object":      {Set: of(b, "none"), Change: c{Class: "STANDARD_IA"}},
		"an older version":    {Set: objectset.One(b, "k", v, "", 1), Change: c{Class: "STANDARD_IA"}},
		"a line in a header":  {Set: of(b, "k"), Change: headers(objectedit.CacheControl, "a\r\nb")},
		"a space at an end":   {Set: of(b, "k"), Change: headers(objectedit.ContentType, "text/plain ")},
		"names in upper case": {Set: of(b, "k"), Change: c{Metadata: objectedit.Pairs{Set: []details.Pair{{Name: "Owner", Value: "x"}}}}},
		"too much metadata":   {Set: of(b, "k"), Change: c{Metadata: objectedit.Pairs{Set: []details.Pair{{Name: "n", Value: strings.Repeat("x", 2048)}}}}},
		"nothing under it":    {Set: objectset.Set{Bucket: b, Under: true, Prefix: "zzz"}, Change: c{Class: "STANDARD_IA"}},
		"tags in part":        {Set: of(b, "k"), Change: c{Class: "STANDARD_IA", Tags: objectedit.Pairs{Set: []details.Pair{{Name: "n"}}}}},
	} {
		if _, err := objectedit.PlanEdit(t.Context(), w.reader(), spec); err == nil {
			t.Errorf("%s: it was planned", name)
		}
	}
}

func TestALockedDownTagReadingKeepsTagsFromBeingReplaced(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	plain(t, w, b, "k", "x")
	w.setPolicy(t, b, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObjectTagging","Resource":"arn:aws:s3:::`+b+`/*"}]}`)
	_, err := objectedit.PlanTags(t.Context(), w.reader(), objectedit.TagSpec{Set: of(b, "k"), Tags: objectedit.Pairs{Set: []details.Pair{{Name: "c", Value: "3"}}}})
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindDenied || !strings.Contains(e.Hint, "s3:GetObjectTagging") {
		t.Errorf("it is planned with %v", err)
	}
}

// drafted reads an object for an editor and writes what the person made of it.
func drafted(t *testing.T, w *world, bucket, key, text string) objectedit.TextSpec {
	t.Helper()
	now, err := objectedit.ReadText(t.Context(), w.reader(), bucket, key)
	if err != nil {
		t.Fatal(err)
	}
	path, err := objectedit.NewDraft(key, now.Body)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { objectedit.ForgetDraft(path) })
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the draft is %v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return objectedit.TextSpec{Bucket: bucket, Key: key, ETag: now.Head.ETag, File: path}
}

func TestAnEditedTextIsStoredWithAllThatTheObjectHad(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	key := "conf/a b+ü.conf"
	plain(t, w, b, key, "one\ntwo\nthree\n")
	spec := drafted(t, w, b, key, "one\n2\nthree\n")
	if filepath.Ext(spec.File) != ".conf" {
		t.Errorf("the draft is %s", spec.File)
	}
	p, err := objectedit.PlanText(t.Context(), w.reader(), spec)
	if err == nil && !strings.Contains(strings.Join(p.Diff, "\n"), "-two\n+2") {
		t.Errorf("the difference is %q", p.Diff)
	}
	w.done(t, p, err)
	h := w.headOf(t, b, key)
	if w.text(t, b, key) != "one\n2\nthree\n" || aws.ToString(h.ContentType) != "text/x-ledger" || aws.ToString(h.CacheControl) != "no-cache" ||
		h.Metadata["owner"] != "finance" || w.tagsOf(t, b, key, "") != `"a"="1","b"="x y"` {
		t.Errorf("%q %s %s %v %s", w.text(t, b, key), aws.ToString(h.ContentType), aws.ToString(h.CacheControl), h.Metadata, w.tagsOf(t, b, key, ""))
	}
	if _, err := os.Stat(filepath.Dir(spec.File)); !os.IsNotExist(err) {
		t.Errorf("the draft is still there: %v", err)
	}
}

func TestATextThatSomebodyElseChangedIsKeptInItsFile(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "k.txt", "mine\n")
	spec := drafted(t, w, b, "k.txt", "mine and more\n")
	p, err := objectedit.PlanText(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, b, "k.txt", "theirs\n")
	kept := func(what string, err error) {
		t.Helper()
		e, ok := errors.AsType[*awsops.Error](err)
		if !ok || !errors.Is(err, awsops.ErrChanged) || !strings.Contains(e.Hint, spec.File) {
			t.Errorf("%s ends with %v", what, err)
		}
		if text, rerr := os.ReadFile(spec.File); rerr != nil || string(text) != "mine and more\n" {
			t.Errorf("the file holds %q, %v", text, rerr)
		}
	}
	kept("the basis", w.apply(t, p).Err)
	p.Basis, p.ID = nil, ""
	kept("the PUT", w.apply(t, p).Err)
	_, err = objectedit.PlanText(t.Context(), w.reader(), spec)
	kept("another plan", err)
	if got := w.text(t, b, "k.txt"); got != "theirs\n" {
		t.Errorf("it holds %q", got)
	}
}

func TestWhatIsNoTextIsNotGivenToAnEditor(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	for name, in := range map[string]*s3.PutObjectInput{
		"UTF-8":            {Body: strings.NewReader("a\x00b")},
		"1 MiB":            {Body: strings.NewReader(strings.Repeat("x", objectedit.MaxText+1))},
		"content encoding": {Body: strings.NewReader("x"), ContentEncoding: aws.String("gzip")},
		"archived":         {Body: strings.NewReader("x"), StorageClass: types.StorageClassDeepArchive},
		"the program that": {Body: strings.NewReader("x"), Metadata: map[string]string{"x-amz-key-v2": "AAAA", "x-amz-iv": "AAAA"}},
	} {
		in.Bucket, in.Key = &b, &name
		if _, err := w.fixture.PutObject(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, err := objectedit.ReadText(t.Context(), w.reader(), b, name); kindOf(err) != awsops.KindConflict || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
