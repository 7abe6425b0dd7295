package presign

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/sse"
)

// life is how long a URL signed at a time lives by its own terms: what was asked for, cut at 7 days.
func (s Spec) life(at time.Time) time.Duration {
	return min(s.Until.Sub(at), awsops.MaxPresigned).Truncate(time.Second)
}

// request is the request that a URL is to be good for.
func (s Spec) request(at time.Time) awsops.Presigning {
	p := awsops.Presigning{Bucket: s.Bucket, Key: s.Key, Method: string(s.Method), Style: s.Style, At: at, Life: s.life(at),
		Query: url.Values{}, Header: http.Header{}}
	if s.Version != "" {
		p.Query.Set("versionId", s.Version)
	}
	for _, r := range s.Response.pairs() {
		p.Query.Set(r.Name, r.Value)
	}
	if s.Key == "" && s.Method == Get {
		p.Query.Set("list-type", "2")
		if s.Prefix != "" {
			p.Query.Set("prefix", s.Prefix)
		}
	}
	if s.Method == Put {
		p.Length = s.Upload.Length
		for _, h := range s.Upload.headers() {
			p.Header.Set(h.Name, h.Value)
		}
		if s.Upload.NewOnly {
			p.Header.Set("If-None-Match", "*")
		}
		if tags := s.Upload.Tags; len(tags) > 0 {
			p.Header.Set("X-Amz-Tagging", tagQuery(tags))
		}
	}
	return p
}

// headers are what PUT sends as headers and a form as fields under the same names.
func (u Upload) headers() []awsops.Pair {
	out := kept(awsops.Pair{Name: "Content-Type", Value: u.Type}, awsops.Pair{Name: "x-amz-storage-class", Value: u.Class})
	if u.Encryption.Kind != sse.Customer { // the key's headers are filled in where it is signed
		for _, h := range u.Encryption.Headers() {
			out = append(out, awsops.Pair{Name: h.Name, Value: h.Value})
		}
	}
	if u.Checksum.Algorithm != "" {
		out = append(out, awsops.Pair{Name: "x-amz-checksum-" + strings.ToLower(u.Checksum.Algorithm), Value: u.Checksum.Value})
	}
	for _, m := range u.Metadata {
		out = append(out, awsops.Pair{Name: "x-amz-meta-" + strings.ToLower(m.Name), Value: m.Value})
	}
	return out
}

// tagQuery writes tags as the header carries them.
func tagQuery(tags []awsops.Pair) string {
	var words []string
	for _, t := range tags {
		words = append(words, url.QueryEscape(t.Name)+"="+url.QueryEscape(t.Value))
	}
	return strings.Join(words, "&")
}

// actions are the permissions that a use of the URL needs.
func (s Spec) actions() []string {
	versioned := func(action, versionAction string) string {
		if s.Version != "" {
			return versionAction
		}
		return action
	}
	switch {
	case s.Key == "" && (s.Method == Get || s.Method == Head):
		return []string{"s3:ListBucket"}
	case s.Method == Delete:
		return []string{versioned("s3:DeleteObject", "s3:DeleteObjectVersion")}
	case s.Method.Writes():
		out := []string{"s3:PutObject"}
		if len(s.Upload.Tags) > 0 {
			out = append(out, "s3:PutObjectTagging")
		}
		return out
	}
	return []string{versioned("s3:GetObject", "s3:GetObjectVersion")}
}

// Title says in one line what is made, for people and for the journal.
func (s Spec) Title() string {
	target := "s3://" + s.Bucket
	switch {
	case s.Key != "":
		target += "/" + s.Key
	case s.Prefix != "":
		target += "/" + s.Prefix + "…"
	}
	if s.Version != "" {
		target += " version " + s.Version
	}
	if s.Method == Form {
		return "Upload form for " + target
	}
	return "Presigned " + string(s.Method) + " for " + target
}
