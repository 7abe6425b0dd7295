package cors

import "slices"

// Preset is a rule for a usual purpose.
type Preset struct {
	ID, Title, Detail string
	Origin            string // the origin to begin with; "*" for a rule that is for everybody
	rule              Rule
}

// Rule makes the preset's rule for an origin.
func (p Preset) Rule(origin string) Rule {
	r := p.rule.Clone()
	r.ID, r.AllowedOrigins = p.ID, []string{origin}
	return r
}

// Presets are the usual rules.
func Presets() []Preset {
	const app = "https://app.example.com"
	age := func(n int32) *int32 { return &n }
	return []Preset{
		{ID: "public-read", Title: "fonts and assets for everybody", Detail: "GET and HEAD from any origin", Origin: "*",
			rule: Rule{AllowedMethods: []string{"GET", "HEAD"}, ExposeHeaders: []string{"ETag", "Content-Length"}, MaxAgeSeconds: age(3600)}},
		{ID: "site-read", Title: "a static site reads", Detail: "GET and HEAD with ranges from one origin", Origin: "https://www.example.com",
			rule: Rule{AllowedMethods: []string{"GET", "HEAD"}, AllowedHeaders: []string{"range", "if-none-match"},
				ExposeHeaders: []string{"ETag", "Content-Range", "Accept-Ranges"}, MaxAgeSeconds: age(3600)}},
		{ID: "browser-upload", Title: "upload by presigned URLs", Detail: "PUT, POST and HEAD; ETag and checksums can be read", Origin: app,
			rule: Rule{AllowedMethods: []string{"PUT", "POST", "HEAD"}, AllowedHeaders: []string{"content-type", "content-md5", "x-amz-*"},
				ExposeHeaders: []string{"ETag", "x-amz-version-id", "x-amz-checksum-crc32", "x-amz-checksum-crc64nvme"}, MaxAgeSeconds: age(600)}},
		{ID: "multipart-upload", Title: "multipart upload from a browser", Detail: "all methods and headers; ETag can be read", Origin: app,
			rule: Rule{AllowedMethods: slices.Clone(Methods), AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: age(600)}},
		{ID: "single-page-app", Title: "single-page app", Detail: "signed requests that read and write", Origin: app,
			rule: Rule{AllowedMethods: []string{"GET", "HEAD", "PUT", "DELETE"}, AllowedHeaders: []string{"authorization", "content-type", "range", "x-amz-*"},
				ExposeHeaders: []string{"ETag", "Content-Range", "x-amz-version-id", "x-amz-request-id"}, MaxAgeSeconds: age(600)}},
		{ID: "local-development", Title: "local development", Detail: "all methods from one port of this machine, nothing cached", Origin: "http://localhost:3000",
			rule: Rule{AllowedMethods: slices.Clone(Methods), AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: age(0)}},
	}
}
