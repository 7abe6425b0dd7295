package sandbox

import (
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5
	"strings"
	"time"

	"cooper/sandbox/policy"
)

// deliverLogs writes the records whose time has come into their target buckets, a file for each source and, where the
// day of the request is in the key, for each day.
func (s *Server) deliverLogs(now time.Time) {
	records := s.log.take(now)
	type file struct {
		source *bucket
		to     *loggingEnabled
		day    time.Time // of the records, where they are parted by it
	}
	texts := map[file][]byte{}
	var order []file
	for _, r := range records {
		f := file{source: r.source, to: r.to}
		if r.to.Format.source() == "EventTime" {
			f.day = r.at.UTC().Truncate(24 * time.Hour)
		}
		if texts[f] == nil {
			order = append(order, f)
		}
		texts[f] = append(texts[f], r.line...)
	}
	for _, f := range order {
		s.deliverLog(f.source, f.to, f.day, now, texts[f])
	}
}

// deliverLog writes one file. Where the log service may not write, or can't, nothing happens and nobody is told.
func (s *Server) deliverLog(source *bucket, to *loggingEnabled, day, now time.Time, text []byte) {
	target := s.findBucket(to.TargetBucket)
	if target == nil || target.owner != source.owner || target.region != source.region {
		return
	}
	unique := strings.ToUpper(derived(16, "access log", source.name, itoa(s.log.nextFile())))
	key := to.fileName(source, day, now, unique)
	if !s.logServiceMayPut(source, target, key, now) || logObstacle(target) != "" {
		return
	}
	target.mu.Lock()
	defer target.mu.Unlock()
	if target.deleted || target.encryption.usesKMS() {
		return // the log service can't use KMS keys
	}
	attrs := &attributes{headers: []field{{"Content-Type", "text/plain"}}, sse: target.encryption}
	target.put(key, &version{modified: now.Unix(), content: textContent(text), attrs: target.share(attrs)}, s.nextVersion)
}

// textContent is content that is at hand.
func textContent(data []byte) *content {
	sum := newHash(defaultSum)
	_, _ = sum.Write(data)                                                                                           // a hash takes everything
	return &content{size: int64(len(data)), data: data, etag: etagFor(md5.Sum(data), sseState{algorithm: "AES256"}), //nolint:gosec // see the import
		sum: checksum{defaultSum, fullObjectSum, encodeSum(sum)}}
}

// source says whose day stands in the keys: EventTime or DeliveryTime, "" for keys without one.
func (f *loggingKeyStyle) source() string {
	switch {
	case f == nil || f.Partitioned == nil:
		return ""
	case f.Partitioned.DateSource == nil:
		return "DeliveryTime"
	}
	return *f.Partitioned.DateSource
}

// fileName is a log file's key. With the day of the requests in it, its time of day is midnight.
func (e *loggingEnabled) fileName(source *bucket, day, now time.Time, unique string) string {
	at := now.UTC()
	if !day.IsZero() {
		at = day
	}
	folder := ""
	if e.Format.source() != "" {
		folder = source.owner + "/" + source.region + "/" + source.name + "/" + at.Format("2006/01/02") + "/"
	}
	return *e.TargetPrefix + folder + at.Format("2006-01-02-15-04-05") + "-" + unique
}

// logServiceMayPut asks the target's policy, or the grants of the configuration where the target has ACLs.
func (s *Server) logServiceMayPut(source, target *bucket, key string, now time.Time) bool {
	stored, ok := setting[*bucketPolicy](target, "policy")
	if !ok {
		return false
	}
	keys := policy.Context{}
	keys.Set("aws:SourceArn", "arn:aws:s3:::"+source.name)
	keys.Set("aws:SourceAccount", source.owner)
	keys.Set("aws:PrincipalIsAWSService", "true")
	keys.Set("aws:PrincipalServiceName", logService)
	keys.Set("aws:SecureTransport", "true")
	keys.Set("aws:CurrentTime", now.UTC().Format(time.RFC3339))
	verdict, _ := stored.parsed.Evaluate(policy.Request{Caller: policy.Caller{Service: logService}, Action: "s3:PutObject",
		Resource: objectARN(target.name, key), Context: keys})
	return verdict == policy.Allow
}

const logService = "logging.s3.amazonaws.com"

// logObstacle says what a bucket has that no target of logs may have, "" for nothing: see "Enabling Amazon S3 server
// access logging" in the S3 User Guide.
func logObstacle(target *bucket) string {
	if conf, ok := setting[*lockConfiguration](target, "object-lock"); ok && conf.Rule != nil {
		return "a default retention period"
	}
	if conf, ok := setting[*requestPayment](target, "requestPayment"); ok && conf.Payer == "Requester" {
		return "requester pays"
	}
	return ""
}
