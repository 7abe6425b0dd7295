package sandbox

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"strings"
	"testing"
)

// customerKey returns the three headers of a key of 32 equal bytes.
func customerKey(b byte, prefix string) []string {
	key := bytes.Repeat([]byte{b}, 32)
	sum := md5.Sum(key)
	name := prefix + "Server-Side-Encryption-Customer-"
	return []string{name + "Algorithm", "AES256", name + "Key", base64.StdEncoding.EncodeToString(key),
		name + "Key-Md5", base64.StdEncoding.EncodeToString(sum[:])}
}

func TestAnObjectUnderACustomersKeyIsReadWithThatKeyOnly(t *testing.T) {
	s, _ := newSandbox(t)
	url := "https://cooper.localhost/bucket/k"
	res, body := send(t, s, "PUT", url, "body", customerKey('a', "X-Amz-")...)
	wantError(t, res, body, 403, "AccessDenied", "") // new buckets block it
	s.findBucket("bucket").blockSSEC = false
	if res, body = send(t, s, "PUT", url, "body", customerKey('a', "X-Amz-")...); res.StatusCode != 200 ||
		res.Header.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != "AES256" || strings.Contains(res.Header.Get("Etag"), hexMD5("body")) {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, body)
	}
	res, body = send(t, s, "GET", url, "")
	wantError(t, res, body, 400, "InvalidRequest", "The correct parameters must be provided to retrieve the object.")
	res, body = send(t, s, "GET", url, "", customerKey('b', "X-Amz-")...)
	wantError(t, res, body, 403, "AccessDenied", "must provide the correct secret key.")
	if _, body = send(t, s, "GET", url, "", customerKey('a', "X-Amz-")...); body != "body" {
		t.Error(body)
	}
	copyOf := append(customerKey('a', "X-Amz-Copy-Source-"), "X-Amz-Copy-Source", "bucket/k")
	if res, body = send(t, s, "PUT", "https://cooper.localhost/bucket/plain", "", copyOf...); res.StatusCode != 200 ||
		!strings.Contains(body, hexMD5("body")) {
		t.Errorf("a copy without the key has the bytes' MD5 as its ETag again: %d %s", res.StatusCode, body)
	}
	res, body = send(t, s, "GET", "https://cooper.localhost/bucket/plain", "", customerKey('a', "X-Amz-")...)
	wantError(t, res, body, 400, "InvalidRequest", "not applicable to this object")
}

func TestEncryptionHeadersAreCheckedOnAWrite(t *testing.T) {
	s, _ := newSandbox(t)
	s.findBucket("bucket").blockSSEC = false
	good := customerKey('a', "X-Amz-")
	for _, c := range []struct {
		scheme string
		header []string
		code   string
		words  string
	}{
		{"http", good, "InvalidArgument", "must be made over a secure connection"},
		{"http", []string{sseHeader, "aws:kms"}, "InvalidArgument", "must be made over a secure connection"},
		{"https", good[:4], "InvalidArgument", "The calculated MD5 hash of the key did not match"},
		{"https", good[:2], "InvalidArgument", "must provide an appropriate secret key"},
		{"https", good[2:], "InvalidArgument", "valid encryption algorithm"},
		{"https", []string{good[0], "AES512"}, "InvalidEncryptionAlgorithmError", "Supported value: AES256."},
		{"https", []string{good[0], "AES256", good[2], "c2hvcnQ="}, "InvalidArgument", "The secret key was invalid"},
		{"https", append(good[:6:6], sseHeader, "AES256"), "InvalidArgument", "is incompatible with the encryption method specified"},
		{"https", []string{sseHeader, "rot13"}, "InvalidArgument", "The encryption method specified is not supported"},
		{"https", []string{sseHeader, "AES256", sseHeader + "-Aws-Kms-Key-Id", "k"}, "InvalidArgument", "requires HTTP header"},
	} {
		res, body := send(t, s, "PUT", c.scheme+"://cooper.localhost/bucket/k", "body", c.header...)
		wantError(t, res, body, 400, c.code, c.words)
	}
}

func TestAKMSKeyIsNamedByItsARN(t *testing.T) {
	s, _ := newSandbox(t)
	mine, foreign := DemoKMSKey(DefaultAccount, home), s.AddKMSKey(KMSKey{ID: "00000000-1111-2222-3333-444444444444", Region: home, Account: OtherAccount,
		Policy: `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}]}`})
	for _, c := range []struct{ algorithm, key, want string }{
		{"aws:kms", "", "arn:aws:kms:eu-west-1:111122223333:key/" + managedKeyID("111122223333", home)},
		{"aws:kms", demoKeyID, mine},
		{"aws:kms:dsse", "alias/customer-data", mine},
		{"aws:kms", foreign, foreign},
	} {
		res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/k", "body", sseHeader, c.algorithm,
			sseHeader+"-Aws-Kms-Key-Id", c.key, sseHeader+"-Bucket-Key-Enabled", "true")
		bucketKey := map[bool]string{true: "true"}[c.algorithm == "aws:kms"]
		if got := res.Header.Get(sseHeader + "-Aws-Kms-Key-Id"); got != c.want || res.Header.Get(sseHeader) != c.algorithm ||
			res.Header.Get(sseHeader+"-Bucket-Key-Enabled") != bucketKey {
			t.Errorf("%+v: %v %s", c, res.Header, body)
		}
	}
}

func TestAPartIsCopiedOutOfOneCustomersKeyIntoAnother(t *testing.T) {
	s, _ := newSandbox(t)
	s.findBucket("bucket").blockSSEC = false
	const url = "https://cooper.localhost/bucket/"
	send(t, s, "PUT", url+"from", "0123456789", customerKey('a', "X-Amz-")...)
	res, body := send(t, s, "POST", url+"big?uploads", "", customerKey('b', "X-Amz-")...)
	_, id, _ := strings.Cut(body, "<UploadId>")
	id, _, ok := strings.Cut(id, "</UploadId>")
	if !ok {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	part := url + "big?partNumber=1&uploadId=" + id
	headers := func(source, target byte) []string {
		h := []string{"X-Amz-Copy-Source", "bucket/from", "X-Amz-Copy-Source-Range", "bytes=2-5"}
		if source != 0 {
			h = append(h, customerKey(source, "X-Amz-Copy-Source-")...)
		}
		if target != 0 {
			h = append(h, customerKey(target, "X-Amz-")...)
		}
		return h
	}
	for _, c := range []struct {
		source, target byte
		status         int
		code, words    string
	}{
		{0, 'b', 400, "InvalidRequest", "The correct parameters must be provided to retrieve the object."},
		{'b', 'b', 403, "AccessDenied", "must provide the correct secret key."},
		{'a', 0, 400, "InvalidRequest", ""},
		{'a', 'a', 400, "InvalidRequest", ""},
	} {
		res, body := send(t, s, "PUT", part, "", headers(c.source, c.target)...)
		wantError(t, res, body, c.status, c.code, c.words)
	}
	res, body = send(t, s, "PUT", part, "", headers('a', 'b')...)
	sum := md5.Sum(bytes.Repeat([]byte{'b'}, 32))
	if res.StatusCode != 200 || res.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5") != base64.StdEncoding.EncodeToString(sum[:]) || strings.Contains(body, hexMD5("2345")) {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, body)
	}
	_, etag, _ := strings.Cut(body, "<ETag>")
	etag, _, _ = strings.Cut(etag, "</ETag>")
	done := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>"
	if res, body = send(t, s, "POST", url+"big?uploadId="+id, done, customerKey('b', "X-Amz-")...); res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	res, body = send(t, s, "GET", url+"big", "", customerKey('a', "X-Amz-")...)
	wantError(t, res, body, 403, "AccessDenied", "must provide the correct secret key.")
	if _, body = send(t, s, "GET", url+"big", "", customerKey('b', "X-Amz-")...); body != "2345" {
		t.Errorf("%q", body)
	}
}
