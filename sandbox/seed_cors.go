package sandbox

import "fmt"

// uploads is what a web app uploads to, with the mistakes that people make: an origin with a slash at its end, no ETag
// for multipart uploads, and a rule that the one above it hides.
func (d *seeder) uploads() error {
	hour := int32(3600)
	rule := func(id string, origins, methods, headers []string) corsRule {
		return corsRule{ID: &id, Origins: origins, Methods: methods, Headers: headers, MaxAge: &hour}
	}
	b, err := d.bucket("web-uploads", demoHome, 150, func(b *bucket) {
		b.settings["logging"] = logTo("access-logs", "web-uploads/", partitionedByDay())
		b.settings["cors"] = &corsConfiguration{XMLName: named("CORSConfiguration"), Rules: []corsRule{
			rule("app", []string{"https://app.example.com/"}, []string{"GET", "HEAD", "PUT"}, []string{"content-type"}),
			rule("everyone", []string{"*"}, []string{"GET", "HEAD"}, nil),
			rule("partners", []string{"https://*.partner.example"}, []string{"GET", "HEAD"}, nil),
		}}
	})
	if err != nil {
		return err
	}
	for i := range 16 {
		d.put(b, fmt.Sprintf("avatars/user-%04d.png", 17+i*31), d.size(int64(22_000+i%5*1_913)), d.ago(140-i*8, 7+i%12, i*3), nil)
	}
	return nil
}
