package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// metadataToken begins a session of IMDSv2.
func (c *Sources) metadataToken(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"))
	if err != nil || seconds < 1 || seconds > 21600 {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	token := c.random()
	c.mu.Lock()
	c.metadata[token] = c.server.clock().Add(time.Duration(seconds) * time.Second)
	c.mu.Unlock()
	w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", strconv.Itoa(seconds))
	_, _ = fmt.Fprint(w, token)
}

// metadataSession refuses a request without a token: version 1 is switched off here.
func (c *Sources) metadataSession(w http.ResponseWriter, r *http.Request) bool {
	c.mu.Lock()
	ends, known := c.metadata[r.Header.Get("X-Aws-Ec2-Metadata-Token")]
	c.mu.Unlock()
	if known && c.server.clock().Before(ends) {
		return true
	}
	http.Error(w, "Unauthorized", http.StatusUnauthorized)
	return false
}

func (c *Sources) metadataRegion(w http.ResponseWriter, r *http.Request) {
	if c.metadataSession(w, r) {
		_, _ = fmt.Fprint(w, "eu-west-1")
	}
}

// metadataCredentials names the instance's role, or gives its credentials.
func (c *Sources) metadataCredentials(w http.ResponseWriter, r *http.Request) {
	if !c.metadataSession(w, r) {
		return
	}
	switch r.PathValue("role") {
	case "":
		_, _ = fmt.Fprint(w, SourceRole)
	case SourceRole:
		document := metadataDocument(c.lease("i-0123456789abcdef0"))
		document["Code"], document["Type"] = "Success", "AWS-HMAC"
		document["LastUpdated"] = c.server.clock().UTC().Format(time.RFC3339)
		answerJSON(w, http.StatusOK, document)
	default:
		http.NotFound(w, r)
	}
}

// containerCredentials is the endpoint of ECS tasks and EKS pods.
func (c *Sources) containerCredentials(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != ContainerToken {
		answerJSON(w, http.StatusUnauthorized, map[string]string{"code": "Unauthorized", "message": "the token is missing or wrong"})
		return
	}
	answerJSON(w, http.StatusOK, metadataDocument(c.lease("task")))
}

func metadataDocument(p *principal) map[string]string {
	return map[string]string{"AccessKeyId": p.AccessKeyID, "SecretAccessKey": p.SecretAccessKey, "Token": p.SessionToken,
		"Expiration": time.Unix(p.Expires, 0).UTC().Format(time.RFC3339)}
}
