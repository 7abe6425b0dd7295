package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// describe names the operation that a request asks for, as the API does, with its bucket and key. It looks at
// the address only, so it also works for a request that will be refused.
func (c *call) describe() (operation, bucket, key string) {
	if _, other := c.server.services[claimedService(c.r)]; other {
		return c.queryOperation(), "", ""
	}
	a, err := parseAddress(c.r)
	if err != nil {
		return "", "", ""
	}
	sub, err := subresourceOf(c)
	if err != nil {
		return "", a.bucketName, a.key
	}
	return operationName(a.level, c.r, sub, c.query.Has("list-type")), a.bucketName, a.key
}

// queryOperation is the Action of a query service: in the URL, or in a form, which is put back as it was. S3
// Control has no Action.
func (c *call) queryOperation() string {
	if action := c.query.Get("Action"); action != "" || c.r.Body == nil || claimedService(c.r) == "s3-control" {
		return action
	}
	form, err := io.ReadAll(io.LimitReader(c.r.Body, 64<<10))
	c.r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(form), c.r.Body))
	values, perr := url.ParseQuery(string(form))
	if err != nil || perr != nil {
		return ""
	}
	return values.Get("Action")
}

func operationName(l level, r *http.Request, sub string, v2 bool) string {
	switch l {
	case serviceLevel:
		return "ListBuckets"
	case bucketLevel:
		return bucketOperation(r.Method, sub, v2)
	}
	return objectOperation(r, sub)
}

// plainBucket and plainObject are the operations without a sub-resource.
var (
	plainBucket = map[string]string{"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket", "POST": "PostObject"}
	plainObject = map[string]string{"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
)

// subjects are how operation names spell a sub-resource.
var subjects = map[string]string{
	"abac": "BucketAbac", "acl": "Acl", "cors": "BucketCors", "encryption": "BucketEncryption", "lifecycle": "BucketLifecycleConfiguration",
	"location": "BucketLocation", "logging": "BucketLogging", "object-lock": "ObjectLockConfiguration",
	"ownershipControls": "BucketOwnershipControls", "policy": "BucketPolicy", "policyStatus": "BucketPolicyStatus",
	"publicAccessBlock": "PublicAccessBlock", "replication": "BucketReplication", "versioning": "BucketVersioning",
	"attributes": "ObjectAttributes", "legal-hold": "ObjectLegalHold", "retention": "ObjectRetention",
	"notification": "BucketNotificationConfiguration", "website": "BucketWebsite", "requestPayment": "BucketRequestPayment",
}

// verb begins an operation's name.
var verb = map[string]string{"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head", "POST": "Post"}

func bucketOperation(method, sub string, v2 bool) string {
	switch {
	case sub == "" && method == http.MethodGet && v2:
		return "ListObjectsV2"
	case sub == "" && method == http.MethodGet:
		return "ListObjects"
	case sub == "":
		return plainBucket[method]
	case sub == "versions":
		return "ListObjectVersions"
	case sub == "uploads":
		return "ListMultipartUploads"
	case sub == "delete":
		return "DeleteObjects"
	case sub == "acl" || sub == "tagging":
		return verb[method] + "Bucket" + strings.ToUpper(sub[:1]) + sub[1:]
	}
	return verb[method] + subject(sub)
}

func subject(sub string) string {
	if s := subjects[sub]; s != "" {
		return s
	}
	return strings.ToUpper(sub[:1]) + sub[1:]
}

func objectOperation(r *http.Request, sub string) string {
	copies := r.Header.Get("X-Amz-Copy-Source") != ""
	switch {
	case sub == "uploadId":
		if copies {
			return "UploadPartCopy"
		}
		return map[string]string{"PUT": "UploadPart", "GET": "ListParts", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}[r.Method]
	case sub == "uploads":
		return "CreateMultipartUpload"
	case sub == "" && copies:
		return "CopyObject"
	case sub == "":
		return plainObject[r.Method]
	case sub == "encryption" && r.Method == http.MethodPut:
		return "UpdateObjectEncryption"
	case slices.Contains([]string{"acl", "tagging"}, sub):
		return verb[r.Method] + "Object" + strings.ToUpper(sub[:1]) + sub[1:]
	}
	return verb[r.Method] + subject(sub)
}
