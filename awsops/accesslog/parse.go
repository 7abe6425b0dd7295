package accesslog

import (
	"bytes"
	"math"
)

// Parts are the fields of one line as they stand there, without the brackets around the time and the quotes around the
// request, the referer and the user agent. They point into the line.
type Parts struct {
	Field [FieldCount][]byte // nil where an older line ends before it
	N     int                // how many of them the line has
	Extra []byte             // what stands behind the fields that are known, separated by spaces; nil for nothing

	tail   []byte // what stands behind the host id
	quoted uint8  // which of request, referer and user agent stood in quotes
}

// Parse takes a line without its line end apart. It reports false for one that isn't a record: fewer fields than the
// oldest format had, no time, or a status that is no number.
func Parse(line []byte, p *Parts) bool {
	*p = Parts{}
	rest := trimEnd(line)
	for f := BucketOwner; f < RequestURI; f++ {
		var ok bool
		if f == Time {
			p.Field[f], rest, ok = bracketed(rest)
		} else {
			p.Field[f], rest, ok = word(rest)
		}
		if !ok {
			return false
		}
	}
	var ok bool
	p.mark(quotedRequest, rest)
	if p.Field[RequestURI], rest, ok = request(rest); !ok {
		return false
	}
	for f := Status; f < Referer; f++ {
		if p.Field[f], rest, ok = word(rest); !ok {
			return false
		}
	}
	p.mark(quotedReferer, rest)
	if rest, ok = p.takeClient(rest); !ok {
		return false
	}
	p.takeTail(rest)
	return p.N >= leastFields && isStatus(p.Field[Status])
}

// takeTail takes the fields behind the user agent, of which older lines have fewer.
func (p *Parts) takeTail(rest []byte) {
	p.N = int(UserAgent) + 1
	for ; p.N < FieldCount && len(rest) > 0; p.N++ {
		p.Field[p.N], rest, _ = word(rest)
		if p.N == int(HostID) {
			p.tail = rest
		}
	}
	if len(rest) > 0 {
		p.Extra = rest
	}
}

// Which of the fields that can stand in quotes do.
const (
	quotedRequest = 1 << iota
	quotedReferer
	quotedAgent
)

func (p *Parts) mark(which uint8, rest []byte) {
	if len(rest) > 0 && rest[0] == '"' {
		p.quoted |= which
	}
}

// trimEnd leaves line ends and spaces at the end out.
func trimEnd(s []byte) []byte {
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

// word takes what stands before the next space. It reports false when there is nothing.
func word(s []byte) (field, rest []byte, ok bool) {
	if i := bytes.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i+1:], i > 0
	}
	return s, nil, len(s) > 0
}

func bracketed(s []byte) (field, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '[' {
		return nil, nil, false
	}
	end := bytes.Index(s, []byte("] "))
	if end < 0 {
		return nil, nil, false
	}
	return s[1:end], s[end+2:], true
}

// request takes the quoted request. What a client asks for can hold quotes, even in front of the space before the
// protocol, so the one that ends the field is followed by a status
// and what comes after it.
func request(s []byte) (field, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' {
		return word(s)
	}
	for at := 1; ; {
		i := bytes.Index(s[at:], []byte(`" `))
		if i < 0 {
			return nil, nil, false
		}
		at += i + 2
		if isOutcome(s[at:]) {
			return s[1 : at-2], s[at:], true
		}
	}
}

// isOutcome reports whether s begins with status, error code, bytes sent, object size, total and turn-around time.
func isOutcome(s []byte) bool {
	status, s, _ := word(s)
	_, s, ok := word(s)
	if !ok || !isStatus(status) {
		return false
	}
	for range 4 {
		var count []byte
		count, s, _ = word(s)
		if _, ok := number(count, math.MaxInt64); !ok {
			return false
		}
	}
	return true
}

func isStatus(s []byte) bool {
	if len(s) == 1 {
		return s[0] == '-'
	}
	if len(s) != 3 || s[0] == '0' {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// takeClient takes the referer and the user agent, both of them the client's own words with whatever quotes and spaces
// it chose. The user agent ends where a quote is followed by what follows it in every record; the last such place
// counts, since what the client wrote stands before it. Between the two the first possible place counts.
func (p *Parts) takeClient(s []byte) (rest []byte, ok bool) {
	if len(s) == 0 {
		return nil, false
	}
	if s[0] != '"' {
		if p.Field[Referer], s, ok = word(s); !ok || len(s) == 0 {
			return nil, false
		}
		if s[0] != '"' {
			p.Field[UserAgent], rest, ok = word(s)
			return rest, ok
		}
		end := agentEnd(s)
		if end < 0 {
			return nil, false
		}
		p.quoted |= quotedAgent
		p.Field[UserAgent] = s[1:end]
		return after(s, end), true
	}
	end := agentEnd(s)
	if end < 0 {
		return nil, false
	}
	if cut := bytes.Index(s[1:end], []byte(`" "`)); cut >= 0 {
		p.quoted |= quotedAgent
		p.Field[Referer], p.Field[UserAgent] = s[1:1+cut], s[cut+4:end]
		return after(s, end), true
	}
	p.Field[Referer] = s[1:end]
	p.Field[UserAgent], rest, ok = word(after(s, end)) // only the referer is in quotes
	return rest, ok
}

func after(s []byte, quote int) []byte { return s[min(quote+2, len(s)):] }

// agentEnd gives the index of the quote that ends the user agent, -1 for none. Of the quotes before a space the last one
// counts that is followed by what looks like the fields behind the user agent as they are since 2019; where no quote is,
// the last one that is followed by anything, as in older lines; and else one at the end of the line.
func agentEnd(s []byte) int {
	weak, last := -1, -1
	for at := len(s); at > 1; {
		i := bytes.LastIndexByte(s[1:at], '"')
		if i < 0 {
			break
		}
		at = 1 + i
		switch {
		case at == len(s)-1:
			last = at
		case s[at+1] != ' ':
		case isTail(s[at+2:]):
			return at
		case weak < 0 && at+2 < len(s):
			weak = at
		}
	}
	if weak >= 0 {
		return weak
	}
	return last
}

// isTail reports whether s begins with version id, host id, signature version, cipher suite, authentication type, host
// and TLS version.
func isTail(s []byte) bool {
	var field [7][]byte
	for i := range field {
		var ok bool
		if field[i], s, ok = word(s); !ok {
			return false
		}
	}
	return dashOr(field[2], "SigV") && dashOr(field[6], "TLSv")
}

// dashOr reports whether s is a dash or begins with the prefix, in either case: AWS writes TLSv1.2 and TLSV1.2.
func dashOr(s []byte, prefix string) bool {
	return len(s) == 1 && s[0] == '-' || len(s) > len(prefix) && bytes.EqualFold(s[:len(prefix)], []byte(prefix))
}
