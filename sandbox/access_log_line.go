package sandbox

import (
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// logEntry is what differs between the records of one request.
type logEntry struct {
	operation, key, uri, code, versionID string
	status                               int
	sent, size                           int64 // 0 and -1 are written as a dash
}

// logEntry is the record of the request itself.
func (c *call) logEntry() logEntry {
	sub, err := subresourceOf(c)
	if err != nil {
		sub = ""
	}
	return logEntry{operation: logOperation(c.level, c.r, sub), key: c.key, uri: c.requestLine(),
		code: c.code, versionID: c.query.Get("versionId"), status: c.status, sent: c.sent, size: c.objectSize}
}

// batchEntry is the record of one key of a DeleteObjects request.
func (c *call) batchEntry(d batchDelete) logEntry {
	e := logEntry{operation: "BATCH.DELETE.OBJECT", key: d.key, versionID: d.versionID, status: http.StatusNoContent, size: -1}
	if d.err != nil {
		api := asAPIError(d.err)
		e.status, e.code = api.status, api.code
	}
	return e
}

// sourceEntry is the record of the reading half of a copy, in the log of the source's bucket.
func (c *call) sourceEntry(src *copySource) logEntry {
	return logEntry{operation: "REST.COPY.OBJECT_GET", key: src.key, uri: c.requestLine(), versionID: src.versionID,
		status: http.StatusOK, size: src.version.content.size}
}

func (c *call) requestLine() string { return c.r.Method + " " + c.r.RequestURI + " HTTP/1.1" }

// logSubjects are how records name what an operation works on, where that isn't the sub-resource in capitals.
var logSubjects = map[string]string{
	"versions": "BUCKETVERSIONS", "logging": "LOGGING_STATUS", "policy": "BUCKETPOLICY", "policyStatus": "POLICY_STATUS", "publicAccessBlock": "PUBLIC_ACCESS_BLOCK",
	"ownershipControls": "OWNERSHIP_CONTROLS", "object-lock": "OBJECT_LOCK_CONFIGURATION", "requestPayment": "REQUEST_PAYMENT", "legal-hold": "OBJECT_LOCK_LEGALHOLD",
	"retention": "OBJECT_LOCK_RETENTION", "delete": "MULTI_OBJECT_DELETE", "uploadId": "UPLOAD", "attributes": "OBJECT_ATTRIBUTES",
}

// logOperation names an operation as records do: REST, the method, and what it works on.
func logOperation(l level, r *http.Request, sub string) string {
	method, subject := r.Method, l.String()
	switch {
	case method == http.MethodOptions:
		subject = "PREFLIGHT"
	case sub == "uploadId" && method == http.MethodPut && r.URL.Query().Has("partNumber"):
		subject = "PART"
		if r.Header.Get("X-Amz-Copy-Source") != "" {
			method = "COPY"
		}
	case sub == "tagging":
		subject += "_TAGGING"
	case sub != "":
		if subject = logSubjects[sub]; subject == "" {
			subject = strings.ToUpper(sub)
		}
	case l == objectLevel && method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		method = "COPY"
	}
	return "REST." + method + "." + subject
}

// logKey encodes a key as records do: twice.
func logKey(key string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(key) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default: // %XX, and the percent sign again
			b.WriteString("%25")
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return orDash(b.String())
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func countOrDash(n int64) string {
	if n <= 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}

// logLine writes a record: 27 fields. How long a request took follows from its id, so that the same requests make the
// same log.
func (c *call) logLine(b *bucket, e logEntry) []byte {
	took := 4 + len(e.operation)%7 + int(hexValue(c.requestID[0]|0x20)%10)*3
	cipher, version := "-", "-"
	if c.r.TLS != nil {
		cipher, version = "TLS_AES_128_GCM_SHA256", strings.ReplaceAll(tls.VersionName(c.r.TLS.Version), "TLS ", "TLSv")
		if c.r.TLS.CipherSuite != 0 {
			cipher = tls.CipherSuiteName(c.r.TLS.CipherSuite)
		}
	}
	signature, kind := "-", "-"
	switch c.id.scheme {
	case headerSigned:
		signature, kind = "SigV4", "AuthHeader"
	case querySigned, formSigned:
		signature, kind = "SigV4", "QueryString"
	}
	uri := "-"
	if e.uri != "" {
		uri = `"` + e.uri + `"`
	}
	quote := func(s string) string { return `"` + strings.NewReplacer("\r", " ", "\n", " ").Replace(orDash(s)) + `"` }
	fields := []string{canonicalID(b.owner), b.name, "[" + c.now.UTC().Format("02/Jan/2006:15:04:05 -0700") + "]", c.remoteIP(), c.logRequester(), c.requestID,
		e.operation, logKey(e.key), uri, strconv.Itoa(e.status), orDash(e.code), countOrDash(e.sent), countOrDash(e.size), strconv.Itoa(took), strconv.Itoa(took - 2),
		quote(c.header("Referer")), quote(c.header("User-Agent")), orDash(e.versionID), c.hostID, signature, cipher, kind, orDash(c.r.Host), version, "-", "-", "-"}
	return append([]byte(strings.Join(fields, " ")), '\n')
}

func (c *call) remoteIP() string {
	if host, _, err := net.SplitHostPort(c.r.RemoteAddr); err == nil {
		return host
	}
	return "-"
}

// logRequester is the caller as records name one: root users by their canonical id.
func (c *call) logRequester() string {
	switch p := c.id.who; p.Kind {
	case anonymousPrincipal:
		return "-"
	case rootPrincipal:
		return canonicalID(p.Account)
	default:
		return p.ARN
	}
}
