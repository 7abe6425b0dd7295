package preview

import (
	"maps"
	"testing"

	"cooper/ui/uitest"
	"cooper/views/viewtest"
)

type (
	reply = viewtest.Reply
	stage = viewtest.Stage
)

const object = "/films/a/player.json"

// holding answers an object with these bytes and headers.
func holding(body string, header map[string]string) map[string]reply {
	h := map[string]string{"ETag": `"e1"`, "Content-Type": "application/json"}
	maps.Copy(h, header)
	return map[string]reply{"HEAD " + object: {Body: body, Header: h}, "GET " + object: {Body: body, Header: h}}
}

func on(t *testing.T, w, h int, build func(t *testing.T) *stage, script func(s *stage, p *uitest.Program)) {
	t.Helper()
	viewtest.On(t, w, h, build, nil, script)
}
