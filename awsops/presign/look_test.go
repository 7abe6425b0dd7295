package presign

import (
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/objects"
)

func TestWhatStandsAtTheKeyIsSaidBeforeTheURLIsPassedOn(t *testing.T) {
	spec := func(m Method) Spec { return Spec{Bucket: "b", Key: "k", Method: m, Until: noon.Add(48 * time.Hour)} }
	pinned, fresh, keyed := spec(Get), spec(Put), spec(Get)
	pinned.Version, fresh.Upload.NewOnly, keyed.Customer = "v", true, "print"
	fails := func(kind awsops.Kind) error { return &awsops.Error{Op: "HeadObject", Kind: kind, Message: "no"} }
	for name, c := range map[string]struct {
		spec Spec
		head objects.Head
		err  error
		want string
	}{
		"plain":              {spec(Get), objects.Head{StorageClass: "STANDARD"}, nil, ""},
		"versions":           {spec(Get), objects.Head{VersionID: "v"}, nil, "pin a version"},
		"a pinned version":   {pinned, objects.Head{VersionID: "v"}, nil, ""},
		"archived":           {spec(Get), objects.Head{StorageClass: "GLACIER"}, nil, "in GLACIER: a GET is refused until it is restored"},
		"archived, HEAD":     {spec(Head), objects.Head{StorageClass: "GLACIER"}, nil, ""},
		"restored":           {spec(Get), objects.Head{StorageClass: "GLACIER", Restore: `ongoing-request="false", expiry-date="Mon, 02 Mar 2026 00:00:00 GMT"`}, nil, "until 2026-03-02"},
		"KMS":                {spec(Get), objects.Head{Encryption: objects.Encryption{Algorithm: "aws:kms"}}, nil, "kms:Decrypt"},
		"a customer's key":   {spec(Get), objects.Head{Encryption: objects.Encryption{CustomerKey: "print"}}, nil, "without that key in the signature"},
		"with the key":       {keyed, objects.Head{Encryption: objects.Encryption{CustomerKey: "print"}}, nil, ""},
		"not there":          {spec(Get), objects.Head{}, fails(awsops.KindNotFound), "answers 404"},
		"denied":             {spec(Head), objects.Head{}, fails(awsops.KindDenied), "refused a HEAD"},
		"no network":         {spec(Get), objects.Head{}, fails(awsops.KindNetwork), "could not be read"},
		"replaces":           {spec(Put), objects.Head{}, nil, "takes its place."},
		"adds a version":     {spec(Form), objects.Head{VersionID: "v"}, nil, "the old version stays"},
		"new keys only":      {fresh, objects.Head{}, nil, "the upload is refused"},
		"a new key":          {spec(Put), objects.Head{}, fails(awsops.KindNotFound), ""},
		"a locked version":   {spec(Delete), objects.Head{LockMode: "COMPLIANCE"}, nil, "Object Lock"},
		"an unlocked object": {spec(Delete), objects.Head{}, nil, ""},
	} {
		got := strings.Join(c.spec.notes(c.head, c.err), " ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
