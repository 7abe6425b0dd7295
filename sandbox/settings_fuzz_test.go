package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// FuzzConfigurationDocuments puts any document to any sub-resource: it is accepted, or refused as the client's
// fault, and what was accepted can be read again.
func FuzzConfigurationDocuments(f *testing.F) {
	subs := []string{"versioning", "encryption", "publicAccessBlock", "ownershipControls", "tagging", "lifecycle", "policy", "logging", "object-lock"}
	for i, doc := range []string{
		"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		"<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes/></Rule></ServerSideEncryptionConfiguration>",
		"<PublicAccessBlockConfiguration><BlockPublicAcls>maybe</BlockPublicAcls></PublicAccessBlockConfiguration>",
		"<OwnershipControls><Rule/></OwnershipControls>",
		"<Tagging><TagSet/></Tagging>",
		"<LifecycleConfiguration><Rule><Filter><And/></Filter><Status>Enabled</Status><Transition><Days>1</Days></Transition><NoncurrentVersionTransition/></Rule></LifecycleConfiguration>",
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"}}`,
		`<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket><TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"/></Grant></TargetGrants><TargetPrefix/></LoggingEnabled></BucketLoggingStatus>`,
		"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention/></Rule></ObjectLockConfiguration>",
	} {
		f.Add(i, []byte(doc))
	}
	f.Fuzz(func(t *testing.T, which int, doc []byte) {
		s := New(Options{Clock: fixedClock})
		if err := s.addBucket(newBucket("bucket", home, s.account, s.Now())); err != nil {
			t.Fatal(err)
		}
		sub := subs[uint(which)%uint(len(subs))]
		do := func(method string, body []byte) int {
			r, err := http.NewRequestWithContext(t.Context(), method, "https://cooper.localhost/bucket?"+sub, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Md5", base64MD5(string(body)))
			signFor(s, r, home)
			res, err := s.Transport().RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			_, _ = io.Copy(io.Discard, res.Body) // it is in memory
			return res.StatusCode
		}
		put := do(http.MethodPut, doc)
		if put >= 500 {
			t.Fatalf("%s %q: %d", sub, doc, put)
		}
		if get := do(http.MethodGet, nil); get >= 500 || put < 300 && get != 200 && get != 403 && sub != "tagging" {
			t.Errorf("%s %q: put %d, get %d", sub, doc, put, get)
		}
	})
}
