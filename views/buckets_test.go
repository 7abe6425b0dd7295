package views

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

// bucketAnswers are what S3 answers in these tests, by path and sub-resource. "*" stands for any bucket.
var bucketAnswers = map[string]string{
	"/":                              `<ListAllMyBucketsResult><Buckets>` + entryXML("invoices-2026", "eu-west-1") + entryXML("logs-eu", "eu-west-1") + entryXML("public-site", "us-east-1") + entryXML("scratch", "eu-central-1") + `</Buckets></ListAllMyBucketsResult>`,
	"/*?versioning":                  `<VersioningConfiguration/>`,
	"/invoices-2026?versioning":      `<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>`,
	"/scratch?versioning":            `<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>`,
	"/*?encryption":                  `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
	"/invoices-2026?encryption":      `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:eu-west-1:111122223333:key/1</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>`,
	"/*?publicAccessBlock":           `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`,
	"/public-site?publicAccessBlock": `404 NoSuchPublicAccessBlockConfiguration`,
	"/*?policyStatus":                `404 NoSuchBucketPolicy`,
	"/*?policy":                      `404 NoSuchBucketPolicy`,
	"/public-site?policyStatus":      `<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>`,
	"/*?ownershipControls":           `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`,
	"/*?acl":                         `<AccessControlPolicy><Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner><AccessControlList></AccessControlList></AccessControlPolicy>`,
	"/*?object-lock":                 `404 ObjectLockConfigurationNotFoundError`,
	"/logs-eu?object-lock":           `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>7</Years></DefaultRetention></Rule></ObjectLockConfiguration>`,
	"/*?logging":                     `<BucketLoggingStatus/>`,
	"/invoices-2026?logging":         `<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs-eu</TargetBucket><TargetPrefix>s3/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`,
	"/scratch?logging":               `403 AccessDenied`,
	"/*?tagging":                     `<Tagging><TagSet><Tag><Key>team</Key><Value>billing</Value></Tag><Tag><Key>aws:cloudformation:stack-name</Key><Value>base</Value></Tag></TagSet></Tagging>`,
	"/*?lifecycle":                   `<LifecycleConfiguration><Rule><ID>old-logs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>`,
	"/*?replication":                 `404 ReplicationConfigurationNotFoundError`,
	"/*?abac":                        `<AbacStatus><Status>Disabled</Status></AbacStatus>`,
	"/*?uploads":                     `<ListMultipartUploadsResult><EncodingType>url</EncodingType><Upload><Key>big%2Fvideo.mp4</Key><UploadId>u-1</UploadId><Initiator><DisplayName>ana</DisplayName></Initiator><StorageClass>STANDARD</StorageClass><Initiated>1999-12-20T00:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>`,
	"/*?versions":                    `<ListVersionsResult></ListVersionsResult>`,
	"/v20180820/configuration/publicAccessBlock": `404 NoSuchPublicAccessBlockConfiguration`,
	"/v20180820/accesspoint":                     `<ListAccessPointsResult><AccessPointList/></ListAccessPointsResult>`,
}

func entryXML(name, region string) string {
	return `<Bucket><Name>` + name + `</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate><BucketRegion>` + region + `</BucketRegion></Bucket>`
}

// subresources tell one GET of a bucket from another.
var subresources = []string{"policy", "versioning", "encryption", "publicAccessBlock", "policyStatus", "ownershipControls", "acl", "object-lock", "logging",
	"tagging", "lifecycle", "replication", "abac", "uploads", "versions", "cors"}

// s3Answer answers from bucketAnswers, with changes on top.
func s3Answer(changes map[string]string) answer {
	return func(r *http.Request, body string) (int, string, http.Header) {
		if r.Method == http.MethodHead || strings.Contains(body, "GetCallerIdentity") {
			return asRoot(r, body)
		}
		sub := ""
		for _, s := range subresources {
			if _, ok := r.URL.Query()[s]; ok {
				sub = "?" + s
			}
		}
		keys := []string{r.URL.Path + sub, "/*" + sub}
		for _, m := range []map[string]string{changes, bucketAnswers} {
			for _, k := range keys {
				if text, ok := m[r.Method+" "+k]; ok {
					return reply(text)
				}
				if text, ok := m[k]; ok && r.Method == http.MethodGet {
					return reply(text)
				}
			}
		}
		return reply("501 NotImplemented")
	}
}

// reply makes an answer of a document, or of "404 Code".
func reply(text string) (int, string, http.Header) {
	if status, code, ok := strings.Cut(text, " "); ok && len(status) == 3 {
		n := map[string]int{"204": 204, "400": 400, "403": 403, "404": 404, "409": 409, "500": 500, "501": 501}[status]
		return n, "<Error><Code>" + code + "</Code><Message>said by the test</Message></Error>", nil
	}
	return 200, text, http.Header{"Content-Type": {"application/xml"}}
}

func bucketsStage(changes map[string]string, opts ...func(*awsops.Options)) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t, opts...)
		s.wire.answer = s3Answer(changes)
		s.view = NewBuckets(s.Env, ui.Place{})
		s.more = map[string]func(ui.Place) ui.View{"objects": func(p ui.Place) ui.View { return &named{place: p} },
			"properties": func(p ui.Place) ui.View { return &named{place: p} }}
		return s
	}
}

// named is a screen that shows which place it was opened at.
type named struct {
	blank
	place ui.Place
}

func (n *named) Render(int, int) string { return "opened " + n.place.String() }

func TestTheBucketsAtEverySize(t *testing.T) {
	goldens(t, "buckets", bucketsStage(nil), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestFivePicturesOfTheListLookDifferent(t *testing.T) {
	for name, list := range map[string]string{
		"empty":  `<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>`,
		"denied": "403 AccessDenied", "failed": "400 InvalidRequest", "unsupported": "501 NotImplemented",
	} {
		goldens(t, "buckets-"+name, bucketsStage(map[string]string{"/": list}), func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
	}
}

func TestABucketIsOpenedByNameWhenTheListIsDenied(t *testing.T) {
	on(t, 100, 24, bucketsStage(map[string]string{"/": "403 AccessDenied"}), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("o")
		p.Type("s3://invoices-2026/2026/03/\n")
		p.Sees("opened objects invoices-2026 2026/03/")
		p.Press("q")
		p.Sleep(time.Second)
		p.Sees("invoices-2026", "The list is not whole")
	})
}

func TestTheFilterAndTheOrderOfBuckets(t *testing.T) {
	on(t, 120, 30, bucketsStage(nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		p.Type("site")
		p.Press("enter")
		p.Sees("public-site", "PUBLIC")
		p.SeesNot("scratch")
		p.Press("esc")
		p.Press("s")
		p.Type("public")
		p.Press("enter")
		p.Sleep(time.Second)
		text := p.Text()
		if strings.Index(text, "public-site") > strings.Index(text, "invoices-2026") {
			t.Errorf("the public bucket is not first:\n%s", text)
		}
	})
}

func TestEveryPrintableKeyReachesTheFilter(t *testing.T) {
	on(t, 120, 30, bucketsStage(nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("/")
		var all strings.Builder
		for c := '!'; c <= '~'; c++ {
			all.WriteRune(c)
		}
		p.Type(all.String())
		if got := s.view.(*bucketsView).table.text; got != all.String() {
			t.Errorf("got %q", got)
		}
	})
}

func TestABucketsNameIsCheckedAsItIsTyped(t *testing.T) {
	goldens(t, "create", bucketsStage(nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n")
		p.Press("tab")
		p.Type("My_Bucket")
	})
}

func TestATakenNameBringsTheFormBackAsItWas(t *testing.T) {
	on(t, 120, 40, bucketsStage(nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("n", "tab")
		p.Type("taken")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Create a bucket", "taken-111122223333-eu-west-1-an", "the name is taken")
	})
}

func TestDeletingAnEmptyBucketSaysWhatNamesItAndAsksForTheName(t *testing.T) {
	goldens(t, "delete", bucketsStage(map[string]string{"/logs-eu?uploads": `<ListMultipartUploadsResult/>`}), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("j", "d")
		p.Sleep(2 * time.Second)
	})
}

func TestAReadOnlySessionShowsThePlanAndSaysWhyItCanNotBeApplied(t *testing.T) {
	build := bucketsStage(nil, func(o *awsops.Options) { o.ReadOnly = true })
	on(t, 120, 30, build, func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("d")
		p.Sleep(2 * time.Second)
		p.Sees("Plan: Delete bucket")
		p.Press("enter")
		p.Sees("read-only")
	})
}
