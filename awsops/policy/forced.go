package policy

// Forced is what a policy makes everybody keep to, the owner and strangers alike, for every object of the bucket. It is
// found by evaluating requests, not by looking for words.
type Forced struct {
	TLS        Finding // requests without TLS are refused
	MinTLS     Finding // Detail is the lowest TLS version that is not refused, such as 1.2
	Encryption Finding // Detail names the kinds that uploads may ask for
	Key        Finding // uploads that name another KMS key than Detail are refused
	NamedKey   Finding // uploads that ask for SSE-KMS without naming a key are refused: they would take aws/s3
	NoSSEC     Finding // uploads under a customer's key are refused
}

// otherKey is a KMS key that no sensible policy names.
const otherKey = "arn:aws:kms:xx-nowhere-1:000000000000:key/00000000-0000-0000-0000-000000000000"

// ForcedOn gives what a policy forces on a bucket. d is nil for a bucket without one.
func ForcedOn(d *Document, bucket ARN) Forced {
	none := Finding{Statement: -1}
	f := Forced{none, none, none, none, none, none}
	if d == nil {
		return f
	}
	f.TLS, f.MinTLS, f.Encryption = d.tls(bucket), d.minTLS(bucket), d.encryption(bucket)
	put := func(facts map[string][]string) Finding {
		facts["aws:SecureTransport"], facts["s3:TlsVersion"] = []string{"true"}, []string{newestTLS}
		if i := d.denied(bucket, "s3:PutObject", somewhere, facts); i >= 0 {
			return Finding{Yes: true, Statement: i}
		}
		return none
	}
	if !d.someUpload(put) { // nobody may upload: that forces no kind in particular
		f.Encryption = none
		return f
	}
	f.NoSSEC = put(map[string][]string{sseCKey: {"AES256"}})
	for _, kind := range []string{"aws:kms", "aws:kms:dsse"} {
		named := d.keyNamed()
		if named == nil || put(map[string][]string{sseKey: {kind}, kmsKey: named}).Yes {
			continue // no key is named, or this kind is refused as such
		}
		if other := put(map[string][]string{sseKey: {kind}, kmsKey: {otherKey}}); other.Yes {
			f.Key, f.NamedKey = other, put(map[string][]string{sseKey: {kind}})
			f.Key.Detail = named[0]
			break
		}
	}
	return f
}

// someUpload tries the kinds of uploads that there are: is one of them not refused?
func (d *Document) someUpload(put func(map[string][]string) Finding) bool {
	if !put(map[string][]string{}).Yes {
		return true
	}
	for _, kind := range []string{"AES256", "aws:kms", "aws:kms:dsse"} {
		facts := map[string][]string{sseKey: {kind}}
		if named := d.keyNamed(); named != nil && kind != "AES256" {
			facts[kmsKey] = named
		}
		if !put(facts).Yes {
			return true
		}
	}
	return false
}

const newestTLS = "1.3"

// minTLS tries the versions from the newest down to the first that is refused.
func (d *Document) minTLS(bucket ARN) Finding {
	lowest := ""
	for _, version := range []string{newestTLS, "1.2", "1.1", "1.0"} {
		facts := map[string][]string{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {version}}
		at := -1
		for _, probe := range [][2]string{{"s3:GetObject", somewhere}, {"s3:PutObject", somewhere}, {"s3:ListBucket", ""}} {
			if at = d.denied(bucket, probe[0], probe[1], facts); at < 0 {
				break
			}
		}
		if at >= 0 {
			return Finding{Yes: lowest != "", Statement: at, Detail: lowest}
		}
		lowest = version
	}
	return Finding{Statement: -1}
}
