package sandbox

import (
	"encoding/base64"
	"fmt"
)

// DemoClientKey is the key of the objects below sealed/ in the demo's legacy-imports, which were encrypted before they
// were sent: 32 bytes of text, so that it can be put into a file.
const DemoClientKey = "cooper-demo-client-key-is-public"

// sealedMinutes are a text in the format of the Amazon S3 Encryption Client, message format V3, under DemoClientKey. The
// sandbox only keeps them: S3 doesn't know what they are either.
const sealedMinutes = "iHBQrwlI4mbeQhmdvC9WXS3HmbX6PIV7KSFn1dZKIv+SPt5y3jC80aYBOWvi0muSbqEM3jUFxhcQWjay3sNMigZt1dfpCauRQRa3uskmd0XtlIuWEETXECd/" +
	"f2h19nQIfdPjM7Zkj64IlWYHzOCf5FOfiA+xTWY9bScgHXKSEHbquRw2/1xlxuFS0tvsGcbwn0p81037QeA7Do4fgwi125UfuVq+catr56gh6r58irobPtMX" +
	"vFBZgxkoYLoGsaR6Nf5WHc0zX63u1V2FaC7eOWbjqFaaT8PFoXHk6elmP87ZISZh86hU/jB9SWcqzpv+Lc4fNtArwqOxs2KlT3xhrqg="

// sealed puts objects into a bucket that their owner encrypted, one of them tampered with and one cut off.
func (d *seeder) sealed(b *bucket) error {
	body, err := base64.StdEncoding.DecodeString(sealedMinutes)
	if err != nil {
		return err
	}
	envelope := []field{
		{"x-amz-3", "rSMZ44A3TGL3byPrJ6aQsNlUu2IEuv9juomaI+1jagkjOGKDV0GSKPOJO74SGqEQSzK6TqpIPuXKN23Y"}, {"x-amz-c", "115"},
		{"x-amz-d", "JYyQt3/OZLqdNvvfkrhLCVYt4e1wdMhFvQ+zVA=="}, {"x-amz-i", "uVDQQrok9Q5NlUXFlI6mm4qAK090d6Rhc62DSg=="},
		{"x-amz-m", `{"key-sha256":"eb85d311c0eb6d8535c5503ee33d7e2f"}`}, {"x-amz-unencrypted-content-length", "241"}, {"x-amz-w", "02"},
	}
	tampered := append([]byte(nil), body...)
	tampered[120] ^= 1
	for i, o := range []struct {
		name string
		body []byte
	}{{"minutes.txt", body}, {"minutes-tampered.txt", tampered}, {"minutes-cut-off.txt", body[:200]}} {
		d.put(b, "sealed/"+o.name, textContent(o.body), d.ago(30, 10, i), func(a *attributes) { a.metadata = envelope })
	}
	d.put(b, "sealed/README.txt", d.text(fmt.Sprintf("The other files here were encrypted before they were sent. Their key is public:\n\n    printf %s > demo.key\n\n"+
		"Download minutes.txt with it, and the other two to see them refused.\n", DemoClientKey)), d.ago(30, 11, 0), nil)
	return nil
}
