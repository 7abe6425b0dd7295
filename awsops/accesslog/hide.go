package accesslog

import "bytes"

// secretParameters are parameters of presigned URLs that must not be kept: whoever has the whole URL is let in until it
// ends. They stand in requests, and in the referers of pages that were reached by such a URL.
var secretParameters = [][]byte{[]byte("X-Amz-Signature="), []byte("X-Amz-Security-Token="), []byte("Signature="), []byte("x-amz-security-token=")}

const hidden = "HIDDEN"

// hide puts a word in the place of the values of secret parameters. It gives s itself where there are none.
func hide(s []byte) []byte {
	if !bytes.Contains(s, []byte("ignature=")) && !bytes.Contains(s, []byte("ecurity-")) {
		return s
	}
	for _, name := range secretParameters {
		for at := 0; ; {
			i := bytes.Index(s[at:], name)
			if i < 0 {
				break
			}
			from := at + i + len(name)
			to := from
			for to < len(s) && bytes.IndexByte([]byte(`& "#`), s[to]) < 0 {
				to++
			}
			if to > from && !bytes.Equal(s[from:to], []byte(hidden)) {
				s = append(append(append(make([]byte, 0, len(s)), s[:from]...), hidden...), s[to:]...)
				to = from + len(hidden)
			}
			at = to
		}
	}
	return s
}
