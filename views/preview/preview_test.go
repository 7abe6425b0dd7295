package preview

import (
	"strings"
	"testing"
	"time"

	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
	"cooper/views/viewtest"
)

func looking(replies map[string]reply) func(t *testing.T) *stage {
	return func(t *testing.T) *stage {
		return viewtest.New(t, viewtest.NewWire("films", replies), func(env *views.Env) ui.View {
			return New(env, ui.Place{Screen: "preview", Bucket: "films", Key: "a/player.json"})
		})
	}
}

const hostile = `{"title":"\u202eevil` + "\x1b" + `[31m","note":"` + "\u202e" + `"}`

func TestContentsAtEverySize(t *testing.T) {
	for name, replies := range map[string]map[string]reply{
		"json":    holding(`{"autoplay":false,"quality":["1080p","720p"],"bitrate":4800,"none":null}`, nil),
		"text":    holding(strings.Repeat("2026-10-01 ingest take=20 ok and a line that is longer than a narrow screen is wide\r\n", 60), map[string]string{"Content-Type": "text/plain"}),
		"hostile": holding("a\x1b[31mred\x1b[0m \u202eevil\n\ttabbed\n"+hostile, map[string]string{"Content-Type": "text/\x1b[31m"}),
		"bytes":   holding("\x00\x01\x02 some bytes \xff\xfe and more of them, so that there is a second line", map[string]string{"Content-Type": "application/x-thing"}),
	} {
		for _, size := range viewtest.Sizes {
			on(t, size.W, size.H, looking(replies), func(_ *stage, p *uitest.Program) {
				p.Sleep(time.Second)
				uitest.Golden(t, name+"-"+size.Name, p.Text())
			})
		}
	}
}

func TestWhatHasNoContentToShowHasSignsOfItsOwn(t *testing.T) {
	for name, replies := range map[string]map[string]reply{
		"empty":     holding("", nil),
		"archived":  holding("x", map[string]string{"X-Amz-Storage-Class": "DEEP_ARCHIVE"}),
		"restoring": holding("x", map[string]string{"X-Amz-Storage-Class": "GLACIER", "X-Amz-Restore": `ongoing-request="true"`}),
		"client":    holding("x", map[string]string{"X-Amz-Meta-X-Amz-Key-V2": "AAAA", "X-Amz-Meta-X-Amz-Iv": "AAAA"}),
		"denied":    {"HEAD " + object: {Status: 403}},
		"gone":      {"HEAD " + object: {Status: 404}},
		"marker":    {"HEAD " + object: {Status: 404, Header: map[string]string{"X-Amz-Delete-Marker": "true"}}},
		"key": {"HEAD " + object: {Status: 400}, "GET " + object: {Status: 400, Body: "<Error><Code>InvalidRequest</Code><Message>The object was stored using a form of " +
			"Server Side Encryption. The correct parameters must be provided to retrieve the object.</Message></Error>"}},
	} {
		on(t, 80, 24, looking(replies), func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			uitest.Golden(t, "sign-"+name+"-80x24", p.Text())
		})
	}
}

func TestMoreIsReadOnlyWhenItIsAskedFor(t *testing.T) {
	body := strings.Repeat("0123456789abcde\n", 30_000) // 469 KiB
	on(t, 100, 30, looking(holding(body, nil)), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Sees("first 64.0 KiB of 469 KiB")
		p.Press("+")
		p.Sleep(time.Second)
		p.Sees("first 256 KiB of 469 KiB")
		p.Press("+")
		p.Sleep(time.Second)
		p.Sees("all of it, 469 KiB")
		p.Press("+")
		p.Sees("his is all of it")
		n := 0
		for _, sent := range s.Wire.Sent() {
			if strings.HasPrefix(sent, "GET "+object) {
				n++
			}
		}
		if n != 3 {
			t.Errorf("%d requests were sent: %q", n, s.Wire.Sent())
		}
		p.Press("G")
		p.Sees("of 30000")
	})
}

func TestNoMoreIsReadThanAMebibyte(t *testing.T) {
	on(t, 100, 30, looking(holding(strings.Repeat("x", 3<<20), nil)), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		for range 3 {
			p.Press("+")
			p.Sleep(time.Second)
		}
		p.Sees("first 1.00 MiB of 3.00 MiB", "o more than 1.00 MiB are read to look at")
	})
}

func TestTextIsShownAsBytesAndBack(t *testing.T) {
	on(t, 100, 30, looking(holding("plain text\n", nil)), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("x")
		p.Sees("00000000  70 6c 61 69 6e 20 74 65  78 74 0a")
		p.Press("x")
		p.SeesNot("00000000")
	})
}

func TestAnObjectThatIsReplacedMeanwhileIsNotMixed(t *testing.T) {
	replies := holding(strings.Repeat("x", 100_000), nil)
	on(t, 100, 30, looking(replies), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		s.Wire.Set("GET "+object, reply{Status: 412, Body: "<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>"})
		p.Press("+")
		p.Sleep(time.Second)
		p.Sees("the object was replaced while it was looked at", "first 64.0 KiB of 97.7 KiB")
	})
}

func TestAnObjectUnderACustomersKeyAsksForIt(t *testing.T) {
	refused := reply{Status: 400, Body: "<Error><Code>InvalidRequest</Code><Message>The object was stored using a form of Server Side Encryption. " +
		"The correct parameters must be provided to retrieve the object.</Message></Error>"}
	on(t, 100, 30, looking(map[string]reply{"HEAD " + object: {Status: 400}, "GET " + object: refused}), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("K")
		p.Sleep(time.Second)
		p.Sees("A key of your own is needed")
	})
}

func TestAWrongKeyIsNotKeptAndTheRightOneOpens(t *testing.T) {
	without := reply{Status: 400, Body: "<Error><Code>InvalidRequest</Code><Message>The object was stored using a form of Server Side Encryption. " +
		"The correct parameters must be provided to retrieve the object.</Message></Error>"}
	wrong := reply{Status: 403, Body: "<Error><Code>AccessDenied</Code><Message>Requests specifying Server Side Encryption with Customer provided keys must provide " +
		"the correct secret key.</Message></Error>"}
	replies := map[string]reply{"HEAD " + object: {Status: 400}, "GET " + object: without, "HEAD " + object + " with a key": {Status: 403}, "GET " + object + " with a key": wrong}
	on(t, 100, 30, looking(replies), func(s *stage, p *uitest.Program) {
		answer := func(head, get reply) {
			s.Wire.Set("HEAD "+object+" with a key", head)
			s.Wire.Set("GET "+object+" with a key", get)
		}
		typed := func(key string) {
			p.Press("K")
			p.Sleep(time.Second)
			p.Press("right", "tab")
			p.Type(key)
			p.Press("enter")
			p.Sleep(2 * time.Second)
		}
		p.Sleep(time.Second)
		typed(strings.Repeat("ab", 32))
		p.Sees("Another key is wanted than the one that was sent")
		if held := s.Env.Session.Keys().All(); len(held) > 0 {
			t.Errorf("a key that opened nothing is kept: %v", held)
		}
		all := holding("secret text", map[string]string{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES256"})
		answer(all["HEAD "+object], all["GET "+object])
		typed(strings.Repeat("cd", 32))
		p.Sees("secret text")
	})
}

func TestAnArchivedObjectIsAskedForFromItsPicture(t *testing.T) {
	on(t, 100, 30, looking(holding("x", map[string]string{"X-Amz-Storage-Class": "GLACIER"})), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("R")
		p.Sees("Restore player.json from archive", "tier", "days")
	})
}
