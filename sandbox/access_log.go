package sandbox

import (
	"sync"
	"sync/atomic"
	"time"
)

// logDelay is how long records wait before they are delivered. Amazon S3 takes hours.
const logDelay = 5 * time.Second

// accessLog holds the records of requests to buckets whose access is logged until they are delivered. There is no timer
// behind it: the first request after the delay delivers, so that a server whose clock stands still stays as it is.
type accessLog struct {
	due     atomic.Int64 // Unix nanoseconds of the next delivery, 0 for none
	mu      sync.Mutex
	pending []logRecord
	files   int // delivered so far
}

// logRecord is a line that waits, with where it goes by the configuration that was in force at the request.
type logRecord struct {
	source *bucket
	to     *loggingEnabled
	at     time.Time
	line   []byte
}

// batchDelete is what became of one key of a DeleteObjects request.
type batchDelete struct {
	key, versionID string
	err            error
}

// logAccess notes the request in the logs of the buckets that it concerned.
func (c *call) logAccess() {
	b := c.bucket
	if b == nil {
		// The request was refused before its bucket was looked for: for its signature, say.
		if a, err := parseAddress(c.r); err == nil && a.level != serviceLevel && c.id.service != "sts" {
			c.address = a
			b = c.server.findBucket(a.bucketName)
		}
	}
	if b != nil {
		c.noteAccess(b, c.logEntry())
		for _, d := range c.batch {
			c.noteAccess(b, c.batchEntry(d))
		}
	}
	if src := c.source; src != nil {
		c.noteAccess(src.bucket, c.sourceEntry(src))
	}
}

// noteAccess adds a record to what waits, when the bucket's access is logged.
func (c *call) noteAccess(b *bucket, e logEntry) {
	conf, ok := setting[*bucketLogging](b, "logging")
	if !ok || conf.Enabled == nil {
		return
	}
	c.server.log.add(logRecord{source: b, to: conf.Enabled, at: c.now, line: c.logLine(b, e)})
}

func (l *accessLog) add(r logRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		l.due.Store(r.at.Add(logDelay).UnixNano())
	}
	l.pending = append(l.pending, r)
}

// take gives what is to be delivered at now, nil while the delay lasts.
func (l *accessLog) take(now time.Time) []logRecord {
	if due := l.due.Load(); due == 0 || now.UnixNano() < due {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.pending
	l.pending = nil
	l.due.Store(0)
	return out
}

func (l *accessLog) nextFile() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files++
	return l.files
}
