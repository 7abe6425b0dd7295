package uitest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// sampler draws everything a picture can show.
func sampler(t *testing.T) *Screen {
	t.Helper()
	s := NewScreen(40, 9)
	draw(t, s, "\x1b]2;cooper <demo> & more\x07\x1b[?25l"+
		"\x1b[1mbold\x1b[0m \x1b[2mfaint\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder line\x1b[0m \x1b[9mgone\x1b[0m\r\n"+
		"\x1b[31mred\x1b[0m \x1b[92mgreen\x1b[0m \x1b[38;5;214morange\x1b[0m \x1b[38;2;138;173;244mblue\x1b[0m <&>\r\n"+
		"\x1b[7m reversed \x1b[0m \x1b[44;97m on blue \x1b[0m \x1b[48;5;52;7mboth\x1b[0m\r\n"+
		"╭────┬──╮ ┌─┐ ━┃ 木木 ok\r\n"+
		"│ ab ├──┤ │x│\r\n"+
		"╰────┴──╯ └─┘ ┼\r\n"+
		"▁▂▃▄▅▆▇█ ▏▎▍▌▋▊▉▐ ░▒▓\r\n"+
		"█▀▀▀█ ▄▀ █▀█\r\n"+
		"last")
	return s
}

func TestAPictureIsTheSameToTheByte(t *testing.T) {
	s := sampler(t)
	first := SVG(s)
	if !bytes.Equal(first, SVG(s)) || !bytes.Equal(first, SVG(sampler(t))) {
		t.Error("two pictures of one screen differ")
	}
	Golden(t, "sampler.svg", string(first))
}

func TestTheColourOfABlankMakesNoOtherPicture(t *testing.T) {
	picture := func(text string) string {
		s := NewScreen(16, 2)
		draw(t, s, "\x1b[?25l"+text)
		return string(SVG(s))
	}
	plain := picture("\x1b[1mkey\x1b[0m \x1b[1mup\x1b[0m \x1b[44m on \x1b[0m x")
	for _, same := range []string{
		"\x1b[1mkey up\x1b[0m \x1b[44m on \x1b[0m x\x1b[31m   ",
		"\x1b[1mkey\x1b[31m \x1b[39mup\x1b[0m \x1b[44;31m \x1b[39mon\x1b[1m \x1b[0;32m \x1b[0mx",
	} {
		if got := picture(same); got != plain {
			t.Errorf("%q draws\n%s\nnot\n%s", same, got, plain)
		}
	}
	for _, other := range []string{"\x1b[1mkey\x1b[4m \x1b[24mup\x1b[0m \x1b[44m on \x1b[0m x", "\x1b[1mkey up\x1b[44m  on \x1b[0m x"} {
		if picture(other) == plain {
			t.Errorf("%q draws the same", other)
		}
	}
}

func TestAPictureIsWellFormedAndHoldsTheText(t *testing.T) {
	d := xml.NewDecoder(bytes.NewReader(SVG(sampler(t))))
	var text strings.Builder
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if chars, ok := tok.(xml.CharData); ok {
			text.Write(chars)
		}
	}
	for _, want := range []string{"cooper <demo> & more", "bold", "under line", "<&>", "reversed", "木", "last"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in %q", want, text.String())
		}
	}
}

func TestTheCursorIsDrawnOnlyWhereItCanBeSeen(t *testing.T) {
	s := NewScreen(4, 1)
	draw(t, s, "ab\x1b[1;2H")
	with := string(SVG(s))
	draw(t, s, "\x1b[?25l")
	without := string(SVG(s))
	if !strings.Contains(with, `<rect x="28"`) || strings.Contains(without, `<rect x="28"`) {
		t.Errorf("with:\n%s\nwithout:\n%s", with, without)
	}
}
