package accesslog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter says which records are meant. The zero value means all of them. Broken lines are among them as long as it asks
// for nothing but a time and a bucket.
type Filter struct {
	From, To time.Time // received at From or later, and before To; zero: no bound

	Bucket                                     Pattern // log files of several buckets may lie in one place
	Requester, Operation, Key, IP, Agent, Code Pattern

	Status string // "403", "4xx", "200-299", several with commas; "-" for none; "" for any
	TLS    TLS
	Auth   Auth

	Anonymous bool // nobody signed
	Versions  bool // deletions of a version, which can't be undone
	Deletes   bool // deletions of any kind, those of S3 itself too
	Clients   bool // leave out what S3 did itself, such as expiring objects
}

// Check says what is wrong with the filter, "" for nothing.
func (f Filter) Check() string {
	if _, err := parseStatus(f.Status); err != nil {
		return err.Error()
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return "the time ends before it begins"
	}
	return ""
}

// statusRange holds both ends; 0 is a record without a status.
type statusRange struct{ from, to uint16 }

func parseStatus(s string) ([]statusRange, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var out []statusRange
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		from, to, isRange := strings.Cut(part, "-")
		switch {
		case part == "-":
			out = append(out, statusRange{})
			continue
		case len(part) == 3 && strings.EqualFold(part[1:], "xx"):
			from, to = part[:1]+"00", part[:1]+"99"
		case !isRange:
			to = from
		}
		a, err := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
		b, err2 := strconv.ParseUint(strings.TrimSpace(to), 10, 16)
		if err != nil || err2 != nil || a < 100 || b > 999 || b < a {
			return nil, fmt.Errorf("%q is no status: write 403, 4xx, 200-299, or several with commas", part)
		}
		out = append(out, statusRange{uint16(a), uint16(b)})
	}
	return out, nil
}

// memo remembers for each text of a pool whether it is meant.
type memo struct {
	is    func(string) bool
	texts texts
	known []uint8 // 0 not asked, 1 no, 2 yes
}

func (m *memo) ok(id uint32) bool {
	if m.known[id] == 0 {
		m.known[id] = 1
		if m.is(string(m.texts.at(id))) {
			m.known[id] = 2
		}
	}
	return m.known[id] == 2
}

// sieve is a filter made ready for the records of a table.
type sieve struct {
	f        Filter
	rows     *Rows
	status   []statusRange
	from, to int64
	memos    []fieldMemo
	keys     [keyWays]*memo
	ops      *memo // operations that are meant by Versions, Deletes and Clients
	plain    bool  // nothing but a time is asked for
}

type fieldMemo struct {
	of func(*row) uint32
	*memo
}

func (r *Rows) sieve(f Filter) (*sieve, error) {
	status, err := parseStatus(f.Status)
	if err != nil {
		return nil, err
	}
	s := &sieve{f: f, rows: r, status: status, from: -1 << 62, to: 1 << 62}
	if !f.From.IsZero() {
		s.from = f.From.Unix()
	}
	if !f.To.IsZero() {
		s.to = f.To.Unix()
	}
	rest := f
	rest.From, rest.To, rest.Bucket = time.Time{}, time.Time{}, ""
	s.plain = rest == Filter{}
	for _, m := range []struct {
		pattern Pattern
		pool    int
		of      func(*row) uint32
	}{
		{f.Requester, poolRequester, func(w *row) uint32 { return w.requester }}, {f.Operation, poolOperation, func(w *row) uint32 { return w.operation }},
		{f.IP, poolIP, func(w *row) uint32 { return w.ip }}, {f.Agent, poolAgent, func(w *row) uint32 { return w.agent }}, {f.Code, poolCode, func(w *row) uint32 { return w.code }},
	} {
		if m.pattern != "" {
			s.memos = append(s.memos, fieldMemo{m.of, r.memo(m.pool, m.pattern.matcher())})
		}
	}
	if f.Bucket != "" {
		match := f.Bucket.matcher()
		s.memos = append(s.memos, fieldMemo{func(w *row) uint32 { return w.context }, r.memo(poolContext, func(owned string) bool {
			_, bucket, _ := strings.Cut(owned, " ")
			return match(bucket)
		})})
	}
	if f.Key != "" {
		match := f.Key.matcher()
		for way := range s.keys {
			s.keys[way] = r.memo(poolKey, func(field string) bool { return match(plainKey(field, uint8(way))) })
		}
	}
	if f.Versions || f.Deletes || f.Clients {
		s.ops = r.memo(poolOperation, f.operation)
	}
	return s, nil
}

func plainKey(field string, way uint8) string {
	if field == "-" {
		return ""
	}
	return decodeKey([]byte(field), way)
}

func (r *Rows) memo(pool int, is func(string) bool) *memo {
	return &memo{is: is, texts: r.texts[pool], known: make([]uint8, r.texts[pool].len())}
}

// operation reports whether the filter means an operation. What deletes are called is in the pages "Amazon S3 server
// access log format" and "Lifecycle and logging".
func (f Filter) operation(op string) bool {
	own := strings.HasPrefix(op, "S3.")
	remove := strings.HasSuffix(op, ".DELETE.OBJECT") || op == "S3.EXPIRE.OBJECT" || op == "S3.CREATE.DELETEMARKER"
	switch {
	case f.Clients && own:
		return false
	case f.Versions:
		return remove && !own
	case f.Deletes:
		return remove
	}
	return true
}

func (s *sieve) ok(w *row) bool {
	if w.at < s.from || w.at >= s.to {
		return false
	}
	if w.broken() {
		return s.plain
	}
	if s.ops != nil && !s.ops.ok(w.operation) || s.keys[0] != nil && !s.keys[w.keyWay()].ok(w.key) {
		return false
	}
	return s.kind(w) && s.texts(w)
}

// texts reports whether a record's status and texts are meant.
func (s *sieve) texts(w *row) bool {
	if s.status != nil && !slices.ContainsFunc(s.status, func(r statusRange) bool { return w.status >= r.from && w.status <= r.to }) {
		return false
	}
	for _, m := range s.memos {
		if !m.ok(m.of(w)) {
			return false
		}
	}
	return true
}

// kind reports whether a record's connection, authentication and version are meant.
func (s *sieve) kind(w *row) bool {
	f, t := &s.f, &s.rows.tails[w.tail]
	switch {
	case f.TLS != TLSUnknown && t.tls != f.TLS, f.Auth != AuthUnknown && t.auth != f.Auth:
		return false
	case f.Anonymous && !isDash(s.rows.texts[poolRequester].at(w.requester)):
		return false
	}
	return !f.Versions || !isDash(s.rows.texts[poolVersion].at(w.version))
}

// stride is how many records are looked at between two looks at a context.
const stride = 1 << 14

// Select gives the places of the records that f means, the latest first; records of one second stand as they came. It
// ends early with the context's cause.
func (r *Rows) Select(ctx context.Context, f Filter) ([]uint32, error) {
	s, err := r.sieve(f)
	if err != nil {
		return nil, err
	}
	var out []uint32
	for i := range uint32(r.n) {
		if i%stride == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.ok(r.row(i)) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b uint32) int { return int(max(min(r.row(b).at-r.row(a).at, 1), -1)) })
	return out, context.Cause(ctx)
}
