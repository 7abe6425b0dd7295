package accesslog

import (
	"bytes"
	"strconv"
	"time"
)

// Rows is what a table held at a moment. It can be read while the table grows, by any number at once.
type Rows struct {
	blocks []*[blockRows]row
	n      int
	texts  [poolCount]texts
	own    [][]byte
	tails  []tail
}

// Rows gives what is in the table now.
func (t *Table) Rows() *Rows {
	t.mu.RLock()
	defer t.mu.RUnlock()
	r := &Rows{blocks: t.blocks, n: t.n, own: t.own.chunks, tails: t.tails}
	for i, p := range t.pools {
		r.texts[i] = p.snapshot()
	}
	return r
}

// Len is the number of records.
func (r *Rows) Len() int { return r.n }

func (r *Rows) row(i uint32) *row { return &r.blocks[i/blockRows][i%blockRows] }

func (r *Rows) keyText(w *row) string {
	key := r.texts[poolKey].at(w.key)
	if isDash(key) {
		return ""
	}
	return decodeKey(key, w.keyWay())
}

// Record gives a record by its place in the table.
func (r *Rows) Record(i uint32) Record {
	w := r.row(i)
	if w.broken() {
		return Record{Broken: string(textAt(r.own, w.own.place())), At: timeOf(w.at)}
	}
	out := Record{At: timeOf(w.at), Key: r.keyText(w), TLS: r.tails[w.tail].tls, Auth: r.tails[w.tail].auth, N: int(w.n), quoted: w.flags & (quotedRequest | quotedReferer | quotedAgent)}
	owner, bucket, _ := bytes.Cut(r.texts[poolContext].at(w.context), []byte(" "))
	v := &out.Value
	v[BucketOwner], v[Bucket] = string(owner), string(bucket)
	v[Time] = out.At.Format("02/Jan/2006:15:04:05 -0700")
	text := func(pool int, id uint32) string { return string(r.texts[pool].at(id)) }
	v[RemoteIP], v[Requester], v[Operation] = text(poolIP, w.ip), text(poolRequester, w.requester), text(poolOperation, w.operation)
	v[Key], v[ErrorCode], v[Referer] = text(poolKey, w.key), text(poolCode, w.code), text(poolReferer, w.referer)
	v[UserAgent], v[VersionID] = text(poolAgent, w.agent), text(poolVersion, w.version)
	request := r.texts[poolRequest].at(w.request)
	if v[RequestURI] = string(request); w.flags&flagHole != 0 {
		v[RequestURI] = withKey(request, r.texts[poolKey].at(w.key))
	}
	v[Status] = dash(int64(w.status)-1, 1)
	v[BytesSent], v[ObjectSize], v[TotalTime], v[TurnAround] = dash(w.sent, 0), dash(w.size, 0), dash(int64(w.total), 0), dash(int64(w.turn), 0)
	v[RequestID], v[HostID] = unpackOwn(textAt(r.own, w.own.place()))
	rest := r.texts[poolTail].at(w.tail)
	for f := Signature; int(f) < out.N; f++ {
		field, more, _ := word(rest)
		v[f], rest = string(field), more
	}
	out.Extra = string(rest)
	return out
}

// dash writes n + plus, "-" for a negative n.
func dash(n, plus int64) string {
	if n < 0 {
		return "-"
	}
	return strconv.FormatInt(n+plus, 10)
}

func timeOf(sec int64) time.Time {
	if sec == 0 {
		return time.Time{}
	}
	return time.Unix(sec, 0).UTC()
}
