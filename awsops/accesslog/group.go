package accesslog

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// By is what records can be grouped by.
type By uint8

// The things to group by.
const (
	ByRequester By = iota
	ByOperation
	ByStatus
	ByCode
	ByIP
	ByKey
	ByAgent
	ByTLS
	ByAuth
	ByHost
	ByVersion
	ByReferer
	byCount
)

var byTitles = [byCount]string{"requester", "operation", "status", "error", "remote IP", "key", "user agent", "TLS", "authentication", "host", "version", "referer"}

// String is what it is called on a screen.
func (b By) String() string { return byTitles[b] }

// Group is what records with the same values have in common.
type Group struct {
	Values      []string // in the order that was asked for; "" where a record has none
	Count       int
	Errors      int   // with a status from 400 on
	Sent        int64 // bytes
	First, Last time.Time
}

// Preset is a question that is asked of every log.
type Preset struct {
	ID, Title string
	Filter    Filter // besides the one that the person has set
	By        []By
}

// Presets are the questions that are asked of every log.
func Presets() []Preset {
	return []Preset{
		{"requesters", "who sends the requests", Filter{}, []By{ByRequester}},
		{"errors", "errors", Filter{Status: "400-599"}, []By{ByStatus, ByCode, ByOperation, ByRequester}},
		{"denied", "denied requests", Filter{Status: "403"}, []By{ByRequester, ByOperation, ByCode}},
		{"anonymous", "requests that nobody signed", Filter{Anonymous: true, Clients: true}, []By{ByIP, ByOperation, ByAgent}},
		{"plain", "requests without TLS", Filter{TLS: TLSNo, Clients: true}, []By{ByRequester, ByAgent, ByIP}},
		{"versions", "versions deleted for good", Filter{Versions: true}, []By{ByRequester, ByKey, ByVersion}},
		{"deletes", "deletions of all kinds", Filter{Deletes: true}, []By{ByRequester, ByOperation, ByKey}},
		{"presigned", "requests by presigned URL", Filter{Auth: AuthPresigned}, []By{ByKey, ByIP}},
		{"operations", "operations", Filter{}, []By{ByOperation}},
		{"status", "status", Filter{}, []By{ByStatus}},
		{"addresses", "remote addresses", Filter{}, []By{ByIP}},
		{"keys", "keys", Filter{}, []By{ByKey}},
	}
}

// And narrows a filter by another one: a field that the other leaves open stays.
func (f Filter) And(o Filter) Filter {
	if f.Status == "" {
		f.Status = o.Status
	}
	if f.TLS == TLSUnknown {
		f.TLS = o.TLS
	}
	if f.Auth == AuthUnknown {
		f.Auth = o.Auth
	}
	f.Anonymous, f.Versions, f.Deletes, f.Clients = f.Anonymous || o.Anonymous, f.Versions || o.Versions, f.Deletes || o.Deletes, f.Clients || o.Clients
	for _, p := range []struct{ own, other *Pattern }{{&f.Bucket, &o.Bucket}, {&f.Requester, &o.Requester}, {&f.Operation, &o.Operation}, {&f.Key, &o.Key}, {&f.IP, &o.IP}, {&f.Agent, &o.Agent}, {&f.Code, &o.Code}} {
		*p.own = cmp.Or(*p.own, *p.other)
	}
	f.From, f.To = orElse(f.From, o.From), orElse(f.To, o.To)
	return f
}

// groupID gives the number of a record's value, by which the records of a group are found.
func (r *Rows) groupID(w *row, by By) uint32 {
	switch by {
	case ByRequester:
		return w.requester
	case ByOperation:
		return w.operation
	case ByStatus:
		return uint32(w.status)
	case ByCode:
		return w.code
	case ByIP:
		return w.ip
	case ByKey:
		return w.key
	case ByAgent:
		return w.agent
	case ByReferer:
		return w.referer
	case ByVersion:
		return w.version
	}
	return w.tail
}

// valueOf is the value itself, "" for none. Two numbers may have the same one.
func (r *Rows) valueOf(w *row, by By) string {
	text := func(pool int, id uint32) string { return undash(r.texts[pool].at(id)) }
	switch by {
	case ByRequester:
		return text(poolRequester, w.requester)
	case ByOperation:
		return text(poolOperation, w.operation)
	case ByStatus:
		return undash([]byte(dash(int64(w.status)-1, 1)))
	case ByCode:
		return text(poolCode, w.code)
	case ByIP:
		return text(poolIP, w.ip)
	case ByKey:
		return r.keyText(w)
	case ByAgent:
		return text(poolAgent, w.agent)
	case ByReferer:
		return text(poolReferer, w.referer)
	case ByVersion:
		return text(poolVersion, w.version)
	}
	field := map[By]Field{ByTLS: TLSVersion, ByAuth: AuthType, ByHost: Host}[by]
	rest := r.texts[poolTail].at(w.tail)
	var value []byte
	for range int(field-Signature) + 1 {
		value, rest, _ = word(rest)
	}
	return undash(value)
}

func undash(s []byte) string {
	if isDash(s) {
		return ""
	}
	return string(s)
}

// sum is a group in the making.
type sum struct {
	first, last, sent int64
	sample            uint32 // one of its records
	count, errors     int32
}

func (g *sum) take(w *row) {
	g.count++
	g.sent += max(w.sent, 0)
	if w.status >= 400 {
		g.errors++
	}
	g.first, g.last = min(g.first, w.at), max(g.last, w.at)
}

// Groups are the largest groups and how many there are.
type Groups struct {
	Groups []Group
	Total  int // of groups; at most MostGroups of them are here
}

// MostGroups is how many groups a grouping gives.
const MostGroups = 10_000

// Group groups the records that f means by one or more of their values, the largest group first. Broken lines are in no
// group. It ends early with the context's cause.
func (r *Rows) Group(ctx context.Context, f Filter, by ...By) (Groups, error) {
	s, err := r.sieve(f)
	if err != nil {
		return Groups{}, err
	}
	sums := make([]sum, 0, r.expected(by))
	place := r.finder(by)
	for i := range uint32(r.n) {
		if i%stride == 0 && ctx.Err() != nil {
			return Groups{}, context.Cause(ctx)
		}
		w := r.row(i)
		if w.broken() || !s.ok(w) {
			continue
		}
		at := place(w, len(sums))
		if at == len(sums) {
			sums = append(sums, sum{first: w.at, last: w.at, sample: i})
		}
		sums[at].take(w)
	}
	return r.largest(sums, by), context.Cause(ctx)
}

// largest sorts groups and brings those together whose values are the same though the numbers of them aren't.
func (r *Rows) largest(sums []sum, by []By) Groups {
	slices.SortFunc(sums, func(a, b sum) int { return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.sample, b.sample)) })
	out := Groups{Total: len(sums)}
	merged := map[string]int{}
	for _, g := range sums[:min(len(sums), MostGroups)] {
		group := Group{Count: int(g.count), Errors: int(g.errors), Sent: g.sent, First: timeOf(g.first), Last: timeOf(g.last)}
		for _, b := range by {
			group.Values = append(group.Values, r.valueOf(r.row(g.sample), b))
		}
		name := strings.Join(group.Values, "\x00")
		if at, found := merged[name]; found {
			out.Groups[at].take(group)
			out.Total--
			continue
		}
		merged[name] = len(out.Groups)
		out.Groups = append(out.Groups, group)
	}
	slices.SortFunc(out.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), slices.Compare(a.Values, b.Values))
	})
	return out
}

// finder gives what finds a record's group: its place, or next, which it then has.
func (r *Rows) finder(by []By) func(w *row, next int) int {
	if len(by) == 1 && by[0] != ByStatus {
		places := make([]int32, r.numbers(by[0])) // place + 1
		return func(w *row, next int) int {
			at := &places[r.groupID(w, by[0])]
			if *at == 0 {
				*at = int32(next + 1)
			}
			return int(*at - 1)
		}
	}
	places := map[string]int{}
	id := make([]byte, 4*len(by))
	return func(w *row, next int) int {
		for k, b := range by {
			binary.LittleEndian.PutUint32(id[4*k:], r.groupID(w, b))
		}
		at, found := places[string(id)]
		if !found {
			at = next
			places[string(id)] = at
		}
		return at
	}
}

// expected is how many groups there may be, where that is known beforehand.
func (r *Rows) expected(by []By) int {
	if len(by) == 1 && by[0] != ByStatus {
		return min(r.numbers(by[0]), r.n)
	}
	return 0
}

// numbers is how many different values a table has of what is not the status.
func (r *Rows) numbers(by By) int {
	pool, ok := map[By]int{ByRequester: poolRequester, ByOperation: poolOperation, ByCode: poolCode, ByIP: poolIP, ByKey: poolKey, ByAgent: poolAgent,
		ByReferer: poolReferer, ByVersion: poolVersion}[by]
	if !ok {
		pool = poolTail
	}
	return r.texts[pool].len()
}

// take adds a group whose values are the same.
func (g *Group) take(o Group) {
	g.Count += o.Count
	g.Errors += o.Errors
	g.Sent += o.Sent
	if o.First.Before(g.First) {
		g.First = o.First
	}
	if o.Last.After(g.Last) {
		g.Last = o.Last
	}
}
