package accesslog

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"sync"
)

// row is a record as the table keeps it: numbers, and the numbers of texts.
type row struct {
	at          int64  // Unix seconds
	sent, size  int64  // -1 for a dash
	total, turn int32  // ms, -1 for a dash
	own         packed // request id and host id, or the whole of a broken line

	context, ip, requester, operation, key, request, code, referer, agent, version, tail uint32

	status uint16 // 0 for a dash
	n      uint8  // fields
	flags  uint8
}

// The flags of a row besides quotedRequest, quotedReferer and quotedAgent.
const (
	flagBroken   = 1 << 3
	flagHole     = 1 << 4 // the request is kept without the key
	flagKeyShift = 5      // two bits: how the key is encoded
)

func (r *row) broken() bool  { return r.flags&flagBroken != 0 }
func (r *row) keyWay() uint8 { return r.flags >> flagKeyShift & 3 }

const blockRows = 4096

// The texts that are kept once each.
const (
	poolContext = iota // bucket owner and bucket
	poolIP
	poolRequester
	poolOperation
	poolKey
	poolRequest
	poolCode
	poolReferer
	poolAgent
	poolVersion
	poolTail // signature version and what follows
	poolCount
)

// Table keeps records in the order in which they came. It takes some 220 bytes for a record of 600. It is safe for
// concurrent use: any number may add and look at the same time.
type Table struct {
	mu     sync.RWMutex
	blocks []*[blockRows]row
	n      int
	broken int
	bytes  int64
	pools  [poolCount]*pool
	own    arena
	tails  []tail
	buf    []byte
}

// tail is what the fields behind the host id say.
type tail struct {
	tls  TLS
	auth Auth
}

// New makes an empty table.
func New() *Table {
	t := &Table{}
	for i := range t.pools {
		t.pools[i] = newPool()
	}
	return t
}

// Counts are how much is in a table.
type Counts struct {
	Records int   // all of them, the broken ones too
	Broken  int   // lines that are no record
	Bytes   int64 // of the lines
}

// Counts says how much is in the table.
func (t *Table) Counts() Counts {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return Counts{Records: t.n, Broken: t.broken, Bytes: t.bytes}
}

// Len is the number of records.
func (t *Table) Len() int { return t.Counts().Records }

// next gives the row to be filled. The table's lock is held; readers see it once n has grown.
func (t *Table) next() *row {
	if t.n == len(t.blocks)*blockRows {
		t.blocks = append(t.blocks, new([blockRows]row))
	}
	return &t.blocks[t.n/blockRows][t.n%blockRows]
}

func (t *Table) last() *row {
	if t.n == 0 {
		return &row{}
	}
	return &t.blocks[(t.n-1)/blockRows][(t.n-1)%blockRows]
}

// Add takes in a record's parts as Parse or PartsOf give them. One whose time can't be read is kept as a broken line.
func (t *Table) Add(p *Parts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(p, nil)
}

// add takes in a record; line is what it was read from, nil for one that comes from elsewhere.
func (t *Table) add(p *Parts, line []byte) {
	var r row
	if !r.takeNumbers(p) {
		if line == nil {
			line = p.line()
		}
		t.addBroken(line)
		return
	}
	t.bytes += int64(len(line)) + 1
	t.takeTexts(&r, p)
	*t.next() = r
	t.n++
}

// takeNumbers takes the fields that are numbers over, and reports false when one of them is none.
func (r *row) takeNumbers(p *Parts) bool {
	var good [6]bool
	var status, total, turn int64
	r.at, good[0] = parseTime(p.Field[Time])
	status, good[1] = number(p.Field[Status], 999)
	r.sent, good[2] = number(p.Field[BytesSent], math.MaxInt64)
	r.size, good[3] = number(p.Field[ObjectSize], math.MaxInt64)
	total, good[4] = number(p.Field[TotalTime], math.MaxInt32)
	turn, good[5] = number(p.Field[TurnAround], math.MaxInt32)
	r.status, r.total, r.turn, r.n = uint16(max(status, 0)), int32(total), int32(turn), uint8(p.N)
	return good == [6]bool{true, true, true, true, true, true}
}

// takeTexts enters the texts of a record. The record before it has many of them, too.
func (t *Table) takeTexts(r *row, p *Parts) {
	was := t.last()
	p.Field[RequestURI], p.Field[Referer] = hide(p.Field[RequestURI]), hide(p.Field[Referer])
	r.flags = p.quoted | keyWay(p.Field[Key], p.Field[RequestURI])<<flagKeyShift
	t.buf = append(append(append(t.buf[:0], p.Field[BucketOwner]...), ' '), p.Field[Bucket]...)
	r.context = t.pools[poolContext].add(t.buf, was.context)
	r.ip = t.pools[poolIP].add(p.Field[RemoteIP], was.ip)
	r.requester = t.pools[poolRequester].add(p.Field[Requester], was.requester)
	r.operation = t.pools[poolOperation].add(p.Field[Operation], was.operation)
	r.key = t.pools[poolKey].add(p.Field[Key], was.key)
	request := withoutKey(p.Field[RequestURI], p.Field[Key], t.buf)
	if len(request) != len(p.Field[RequestURI]) || len(request) > 0 && &request[0] != &p.Field[RequestURI][0] {
		r.flags |= flagHole
	}
	r.request = t.pools[poolRequest].add(request, was.request)
	r.code = t.pools[poolCode].add(p.Field[ErrorCode], was.code)
	r.referer = t.pools[poolReferer].add(p.Field[Referer], was.referer)
	r.agent = t.pools[poolAgent].add(p.Field[UserAgent], was.agent)
	r.version = t.pools[poolVersion].add(p.Field[VersionID], was.version)
	r.tail = t.pools[poolTail].add(p.tail, was.tail)
	if int(r.tail) == len(t.tails) {
		t.tails = append(t.tails, tailOf(p))
	}
	t.buf = packOwn(t.buf[:0], p.Field[RequestID], p.Field[HostID])
	if len(t.buf) > longestLine { // rows from elsewhere have no longest line; such ids name nothing
		t.buf = packOwn(t.buf[:0], nil, nil)
	}
	r.own = t.own.keep(t.buf).pack()
}

// addBroken keeps a line that is no record beside the record before it.
func (t *Table) addBroken(line []byte) {
	t.bytes += int64(len(line)) + 1
	line = hide(line[:min(len(line), longestLine)])
	line = line[:min(len(line), longestLine)]
	was, r := t.last(), t.next()
	*r = row{at: was.at, flags: flagBroken, own: t.own.keep(line).pack(), sent: -1, size: -1, total: -1, turn: -1}
	t.n++
	t.broken++
}

var strictBase64 = base64.StdEncoding.Strict()

// packOwn writes what no other record has: request ids are hexadecimal and host ids base64, as a rule.
func packOwn(buf, id, host []byte) []byte {
	const hexID, base64Host = 1, 2
	at := len(buf)
	buf = append(buf, 0)
	if isHex(id) {
		buf[at] |= hexID
		buf = binary.AppendUvarint(buf, uint64(len(id)/2))
		for i := 0; i < len(id); i += 2 {
			buf = append(buf, nibble(id[i])<<4|nibble(id[i+1]))
		}
	} else {
		buf = append(binary.AppendUvarint(buf, uint64(len(id))), id...)
	}
	if from := len(buf); len(host) > 0 && len(host)%4 == 0 {
		buf = slices.Grow(buf, base64.StdEncoding.DecodedLen(len(host)))[:from+base64.StdEncoding.DecodedLen(len(host))]
		n, err := strictBase64.Decode(buf[from:], host)
		if buf = buf[:from+n]; err == nil && base64.StdEncoding.EncodedLen(n) == len(host) {
			buf[at] |= base64Host
			return buf
		}
		buf = buf[:from]
	}
	return append(buf, host...)
}

func isHex(id []byte) bool {
	for _, c := range id {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return len(id) > 0 && len(id)%2 == 0
}

func nibble(c byte) byte {
	if c >= 'A' {
		return c - 'A' + 10
	}
	return c - '0'
}

func unpackOwn(own []byte) (id, host string) {
	flags, own := own[0], own[1:]
	size, used := binary.Uvarint(own)
	plain, rest := own[used:used+int(size)], own[used+int(size):]
	if id = string(plain); flags&1 != 0 {
		id = upperHex(plain)
	}
	if host = string(rest); flags&2 != 0 {
		host = base64.StdEncoding.EncodeToString(rest)
	}
	return id, host
}

func upperHex(b []byte) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}
