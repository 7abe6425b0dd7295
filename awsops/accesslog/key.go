package accesslog

import (
	"bytes"
	"net/url"
)

// The ways to read a key. S3 encodes keys twice for the log: a quote becomes %2522. Whether it did can be seen where the
// request is there, too, since the path in it is encoded once.
const (
	keyOnce = iota
	keyTwice
	keyOncePlus // a plus is a space
	keyTwicePlus
	keyWays
)

// decodeKey decodes the field of a key in one of the ways; text that is not encoded correctly stays as it is.
func decodeKey(field []byte, way uint8) string {
	s := string(field)
	decode := url.PathUnescape
	if way == keyOncePlus || way == keyTwicePlus {
		decode = url.QueryUnescape
	}
	for range 1 + int(way%2) {
		d, err := decode(s)
		if err != nil {
			return s
		}
		s = d
	}
	return s
}

// keyWay finds out how a key is to be read.
func keyWay(field, request []byte) uint8 {
	if bytes.IndexByte(field, '%') < 0 && bytes.IndexByte(field, '+') < 0 {
		return keyOnce
	}
	if path := requestPath(request); path != "" {
		for _, way := range [keyWays]uint8{keyTwice, keyOnce, keyTwicePlus, keyOncePlus} {
			if key := decodeKey(field, way); len(path) > len(key) && path[len(path)-len(key)-1] == '/' && path[len(path)-len(key):] == key {
				return way
			}
		}
	}
	once := decodeKey(field, keyOnce)
	if bytes.IndexByte([]byte(once), '%') >= 0 && isEncoded(once) {
		return keyTwice
	}
	return keyOnce
}

// isEncoded reports whether nothing in a text would have to be encoded again.
func isEncoded(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7F || bytes.IndexByte([]byte("\"<>\\^`{|}"), c) >= 0 {
			return false
		}
	}
	return true
}

// requestPath is the decoded path of a request such as GET /bucket/key?x HTTP/1.1.
func requestPath(request []byte) string {
	_, rest, ok := bytes.Cut(request, []byte(" "))
	if !ok {
		return ""
	}
	if i := bytes.LastIndex(rest, []byte(" HTTP/")); i >= 0 {
		rest = rest[:i]
	}
	rest, _, _ = bytes.Cut(rest, []byte("?"))
	path, err := url.PathUnescape(string(rest))
	if err != nil {
		return string(rest)
	}
	return path
}

// hole stands for the key in a request that is kept without it: most requests differ in their key alone.
const hole = 0

// withoutKey gives the request with a hole where the key's field stands, decoded once or as it is.
func withoutKey(request, field, buf []byte) []byte {
	if len(field) < 4 || bytes.IndexByte(request, hole) >= 0 {
		return request
	}
	written := writtenKey(field)
	i := bytes.Index(request, written)
	if i < 0 {
		return request
	}
	return append(append(append(buf[:0], request[:i]...), hole), request[i+len(written):]...)
}

// withKey fills the hole again.
func withKey(request, field []byte) string {
	i := bytes.IndexByte(request, hole)
	if i < 0 {
		return string(request)
	}
	out := make([]byte, 0, len(request)+len(field))
	return string(append(append(append(out, request[:i]...), writtenKey(field)...), request[i+1:]...))
}

func writtenKey(field []byte) []byte {
	if bytes.IndexByte(field, '%') < 0 {
		return field
	}
	return []byte(decodeKey(field, keyOnce))
}
