package sandbox

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"testing"
)

func hexSHA256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func base64MD5(s string) string {
	sum := md5.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// config puts a document to a sub-resource of the bucket "bucket", with a digest.
func config(t *testing.T, s *Server, sub, body string, header ...string) (int, string) {
	t.Helper()
	digest := base64MD5(body)
	res, answer := send(t, s, "PUT", "https://cooper.localhost/bucket?"+sub, body, append([]string{"Content-Md5", digest}, header...)...)
	return res.StatusCode, html.UnescapeString(answer)
}

func show(t *testing.T, s *Server, sub string) string {
	t.Helper()
	_, body := send(t, s, "GET", "https://cooper.localhost/bucket?"+sub, "")
	_, body, _ = strings.Cut(body, "\n")
	return strings.ReplaceAll(body, ` xmlns="`+namespace+`"`, "")
}

func TestANewBucketAnswersEverySettingAsAWSDoes(t *testing.T) {
	s, _ := newSandbox(t)
	for sub, want := range map[string]string{
		"versioning": "<VersioningConfiguration></VersioningConfiguration>",
		"encryption": "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BlockedEncryptionTypes>" +
			"<EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes><BucketKeyEnabled>false</BucketKeyEnabled>",
		"policy": "<Code>NoSuchBucketPolicy</Code>", "policyStatus": "<Code>NoSuchBucketPolicy</Code>",
		"publicAccessBlock": "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>" +
			"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>",
		"ownershipControls": "<ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>",
		"acl":               "<Permission>FULL_CONTROL</Permission>", "cors": "<Code>NoSuchCORSConfiguration</Code>",
		"logging": "<BucketLoggingStatus></BucketLoggingStatus>", "object-lock": "<Code>ObjectLockConfigurationNotFoundError</Code>",
		"lifecycle": "<Code>NoSuchLifecycleConfiguration</Code>", "tagging": "<Code>NoSuchTagSet</Code>",
		"abac": "<Status>Disabled</Status>", "replication": "<Code>ReplicationConfigurationNotFoundError</Code>",
		"website": "<Code>NotImplemented</Code>", "analytics": "<Code>NotImplemented</Code>",
	} {
		if got := show(t, s, sub); !strings.Contains(got, want) {
			t.Errorf("%s: %s", sub, got)
		}
	}
}

// rules: each document is refused with the code and words, or accepted and given back when code is "".
func TestDocumentsAreCheckedAndGivenBack(t *testing.T) {
	sse := func(inner string) string {
		return "<ServerSideEncryptionConfiguration>" + inner + "</ServerSideEncryptionConfiguration>"
	}
	kms := "<ApplyServerSideEncryptionByDefault><KMSMasterKeyID>arn:aws:kms:eu-west-1:111122223333:key/k</KMSMasterKeyID><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
	aes := "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
	lock := func(inner string) string {
		return "<ObjectLockConfiguration>" + inner + "</ObjectLockConfiguration>"
	}
	log := func(inner string) string {
		return "<BucketLoggingStatus><LoggingEnabled>" + inner + "</LoggingEnabled></BucketLoggingStatus>"
	}
	owner := func(word string) string {
		return "<OwnershipControls><Rule><ObjectOwnership>" + word + "</ObjectOwnership></Rule></OwnershipControls>"
	}
	cases := []struct{ sub, body, code, words string }{
		{"encryption", sse("<Rule>" + kms + "<BlockedEncryptionTypes><EncryptionType>NONE</EncryptionType></BlockedEncryptionTypes><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"), "", ""},
		{"encryption", sse(""), "MalformedXML", ""},
		{"encryption", sse("<Rule>" + aes + "</Rule><Rule>" + aes + "</Rule>"), "MalformedXML", ""},
		{"encryption", sse("<Rule/>"), "MalformedXML", ""},
		{"encryption", sse("<Rule>" + strings.Replace(aes, "AES256", "AES512", 1) + "</Rule>"), "MalformedXML", ""},
		{"encryption", sse("<Rule>" + strings.Replace(kms, ">aws:kms<", ">AES256<", 1) + "</Rule>"), "InvalidArgument", "a KMSMasterKeyID is not applicable"},
		{"encryption", sse("<Rule>" + aes + "<BlockedEncryptionTypes><EncryptionType>SSE-S3</EncryptionType></BlockedEncryptionTypes></Rule>"), "MalformedXML", ""},
		{"encryption", sse("<Rule>" + aes + "<Sauce/></Rule>"), "MalformedXML", ""},
		{"publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>", "", ""},
		{"publicAccessBlock", "<PublicAccessBlockConfiguration/>", "InvalidRequest", "Must specify at least one configuration."},
		{"ownershipControls", owner("ObjectWriter"), "", ""},
		{"ownershipControls", owner("Nobody"), "MalformedXML", ""},
		{"tagging", "<Tagging><TagSet><Tag><Key>team</Key><Value>a/b</Value></Tag></TagSet></Tagging>", "", ""},
		{"tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>a</Key><Value>2</Value></Tag></TagSet></Tagging>", "InvalidTag", "Cannot provide multiple Tags with the same key"},
		{"tagging", "<Tagging></Tagging>", "MalformedXML", ""},
		{"object-lock", lock("<ObjectLockEnabled>Enabled</ObjectLockEnabled>"), "InvalidBucketState", "Versioning must be 'Enabled'"},
		{"object-lock", lock("<ObjectLockEnabled>On</ObjectLockEnabled>"), "MalformedXML", ""},
		{"object-lock", lock("<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years></DefaultRetention></Rule>"), "MalformedXML", ""},
		{"object-lock", lock("<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>36501</Days></DefaultRetention></Rule>"), "InvalidArgument", "too large"},
		{"logging", log("<TargetBucket>bucket</TargetBucket><TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat><TargetPrefix>logs/</TargetPrefix>"), "", ""},
		{"logging", log("<TargetBucket>nowhere</TargetBucket><TargetPrefix></TargetPrefix>"), "InvalidTargetBucketForLogging", "The target bucket for logging does not exist"},
		{"logging", log("<TargetBucket>bucket</TargetBucket>"), "MalformedXML", ""},
		{"logging", log("<TargetBucket>bucket</TargetBucket><TargetObjectKeyFormat/><TargetPrefix/>"), "MalformedXML", ""},
	}
	for _, c := range cases {
		s, _ := newSandbox(t)
		status, answer := config(t, s, c.sub, c.body)
		if c.code != "" {
			if status < 400 || !strings.Contains(answer, "<Code>"+c.code+"</Code>") || !strings.Contains(answer, c.words) {
				t.Errorf("%s: %d %s, want %s", c.body, status, answer, c.code)
			}
			continue
		}
		if got := show(t, s, c.sub); status > 299 || got != c.body {
			t.Errorf("%d %s\nsent  %s\nshown %s", status, answer, c.body, got)
		}
	}
}

func TestLifecycleRulesAreCheckedAndGivenBack(t *testing.T) {
	rule := func(inner string) string { return "<Rule>" + inner + "</Rule>" }
	all := "<Filter><Prefix></Prefix></Filter>"
	expire := "<Expiration><Days>30</Days></Expiration>"
	on := "<ID>r</ID><Status>Enabled</Status>"
	good := []string{
		rule(expire + all + on),
		rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload><Filter></Filter>" + on),
		rule("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><Filter><And><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan><Prefix>a/</Prefix></And></Filter>" + on),
		rule("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><ID>r</ID><NoncurrentVersionExpiration><NewerNoncurrentVersions>3</NewerNoncurrentVersions><NoncurrentDays>90</NoncurrentDays></NoncurrentVersionExpiration><Status>Disabled</Status>"),
		rule("<Expiration><Days>365</Days></Expiration><ID>r</ID><Prefix>old/</Prefix><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition><Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>"),
	}
	s, _ := newSandbox(t)
	for _, body := range good {
		doc := "<LifecycleConfiguration>" + body + "</LifecycleConfiguration>"
		status, answer := config(t, s, "lifecycle", doc)
		if got := show(t, s, "lifecycle"); status != 200 || got != doc {
			t.Errorf("%d %s\nsent  %s\nshown %s", status, answer, doc, got)
		}
	}
	many := strings.Repeat(rule(expire+all+"<Status>Enabled</Status>"), 1001)
	for body, want := range map[string]string{
		"": "MalformedXML", many: "limit of 1000 rules",
		rule(all + on):     "At least one action needs to be specified in a rule",
		rule(expire + on):  "MalformedXML",
		rule(expire + all): "MalformedXML",
		rule(expire+all+on) + rule(expire+all+on):                                                                                                                 "Rule ID must be unique",
		rule(expire + all + "<ID>" + strings.Repeat("x", 256) + "</ID>" + on[9:]):                                                                                 "ID length should not exceed allowed limit of 255",
		rule("<Expiration><Days>0</Days></Expiration>" + all + on):                                                                                                "must be a positive integer",
		rule("<Expiration><Date>2027-01-01T10:00:00Z</Date></Expiration>" + all + on):                                                                             "'Date' must be at midnight GMT",
		rule("<Expiration><Days>1</Days><Date>2027-01-01T00:00:00Z</Date></Expiration>" + all + on):                                                               "MalformedXML",
		rule(expire + "<Filter><Prefix>a</Prefix><ObjectSizeLessThan>1</ObjectSizeLessThan></Filter>" + on):                                                       "MalformedXML",
		rule(expire + "<Filter><And><Prefix>a</Prefix></And></Filter>" + on):                                                                                      "MalformedXML",
		rule(expire + all + on + "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>"):                                                  "must be greater than 'Days' in the Transition action",
		rule(all + on + "<Transition><Days>30</Days><StorageClass>FLOPPY</StorageClass></Transition>"):                                                            "MalformedXML",
		rule(all + on + "<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>"):                                          "must be a positive integer",
		rule("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>" + on): "cannot be specified with tags",
		rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>" + all + on):                          "must be a positive integer",
	} {
		status, answer := config(t, s, "lifecycle", "<LifecycleConfiguration>"+body+"</LifecycleConfiguration>")
		if status != 400 || !strings.Contains(answer, want) {
			t.Errorf("%.200s: %d %s, want %s", body, status, answer, want)
		}
	}
	ids := "<LifecycleConfiguration>" + strings.Repeat(rule(expire+all+"<Status>Enabled</Status>"), 2) + "</LifecycleConfiguration>"
	if status, answer := config(t, s, "lifecycle", ids); status != 200 || strings.Count(show(t, s, "lifecycle"), "<ID>") != 2 {
		t.Errorf("rules without ID: %d %s", status, answer)
	}
	const minimum = "X-Amz-Transition-Default-Minimum-Object-Size"
	doc := "<LifecycleConfiguration>" + good[0] + "</LifecycleConfiguration>"
	if status, answer := config(t, s, "lifecycle", doc, minimum, "varies"); status != 400 {
		t.Errorf("%d %s", status, answer)
	}
	config(t, s, "lifecycle", doc, minimum, "varies_by_storage_class")
	if res, _ := send(t, s, "GET", "https://cooper.localhost/bucket?lifecycle", ""); res.Header.Get(minimum) != "varies_by_storage_class" {
		t.Errorf("%v", res.Header)
	}
	if res, body := send(t, s, "PUT", "https://cooper.localhost/bucket?lifecycle", doc); res.StatusCode != 400 {
		t.Errorf("without a digest: %s", body)
	}
}

func TestObjectLockFixesVersioningAndKeepsVersions(t *testing.T) {
	s, c := newSandbox(t)
	enable := "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
	config(t, s, "versioning", enable)
	doc := "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
	if status, answer := config(t, s, "object-lock", doc); status != 200 || show(t, s, "object-lock") != doc {
		t.Fatalf("%d %s", status, answer)
	}
	if status, answer := config(t, s, "versioning", strings.Replace(enable, "Enabled", "Suspended", 1)); status != 409 || !strings.Contains(answer, "so the versioning state cannot be changed.") {
		t.Errorf("%d %s", status, answer)
	}
	id := *put(t, c, "k", "v").VersionId
	url := "https://cooper.localhost/bucket/k?versionId=" + id
	res, body := send(t, s, "DELETE", url, "")
	wantError(t, res, body, 403, "AccessDenied", "Access Denied because object protected by object lock.")
	if res, body = send(t, s, "DELETE", url, "", "X-Amz-Bypass-Governance-Retention", "true"); res.StatusCode != 204 {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestLogsStayInTheirRegion(t *testing.T) {
	s, _ := newSandbox(t)
	if res, body := send(t, s, "PUT", "https://cooper.localhost/far-logs", "", "Region", "us-east-1"); res.StatusCode != 200 {
		t.Fatal(body)
	}
	status, answer := config(t, s, "logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>far-logs</TargetBucket><TargetPrefix/></LoggingEnabled></BucketLoggingStatus>")
	if status != 403 || !strings.Contains(answer, "<Code>CrossLocationLoggingProhibitted</Code>") || !strings.Contains(answer, "<TargetBucketLocation>us-east-1</TargetBucketLocation>") {
		t.Errorf("%s %s", strconv.Itoa(status), answer)
	}
}
