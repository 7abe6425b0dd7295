package ui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// editors are all dialogs that take text, and how to read what they hold.
func editors() map[string]struct {
	d     Dialog
	value func(Dialog) string
} {
	field := func(get func(Dialog) *Field) func(Dialog) string {
		return func(d Dialog) string { return get(d).Value() }
	}
	r := newRig()
	return map[string]struct {
		d     Dialog
		value func(Dialog) string
	}{
		"prompt":    {NewPrompt(PromptOptions{Title: "t"}), field(func(d Dialog) *Field { return d.(*prompt).field })},
		"secret":    {NewPrompt(PromptOptions{Title: "t", Secret: true}), field(func(d Dialog) *Field { return d.(*prompt).field })},
		"type name": {NewTypeName("t", "", "name", nil, nil), field(func(d Dialog) *Field { return d.(*prompt).field })},
		"choose":    {NewChoose(ChooseOptions{Title: "t"}), field(func(d Dialog) *Field { return d.(*choose).field })},
		"palette":   {r.newPalette(), field(func(d Dialog) *Field { return d.(*palette).field })},
		"form":      {NewForm(FormOptions{Title: "t", Fields: []FormField{{ID: "a", Label: "A"}}}), field(func(d Dialog) *Field { return d.(*form).inputs[0] })},
	}
}

func TestEveryPrintableKeyArrivesInEveryEditor(t *testing.T) {
	for name, e := range editors() {
		t.Run(name, func(t *testing.T) {
			inBubble(t, uitest.Opts{}, newRig(), func(p *uitest.Program) {
				p.Send(Push(e.d)())
				var want strings.Builder
				for c := rune(' '); c < 127; c++ {
					want.WriteRune(c)
					p.Type(string(c))
				}
				want.WriteString("é鍵")
				p.Type("é鍵")
				p.Paste(" pasted\x1b")
				want.WriteString(" pasted")
				if got := e.value(e.d); got != want.String() {
					t.Errorf("got  %q\nwant %q", got, want.String())
				}
				p.Press("backspace", "left", "backspace", "ctrl+a", "delete", "ctrl+e", "alt+backspace")
				if got := e.value(e.d); !strings.HasPrefix(got, `!"#`) || strings.Contains(got, "past") {
					t.Errorf("after editing %q", got)
				}
				p.Press("esc")
				if p.Send(Status("ok", Info)()); p.Ended() {
					t.Error("a key quit")
				}
			})
		})
	}
}

func TestAConfirmationIsAnsweredByLetterAndWhenDangerousNotByEnter(t *testing.T) {
	for _, c := range []struct {
		danger bool
		key    string
		yes    int
		no     int
		open   bool
	}{
		{false, "y", 1, 0, false}, {false, "enter", 1, 0, false}, {false, "n", 0, 1, false}, {false, "esc", 0, 1, false},
		{true, "y", 1, 0, false}, {true, "enter", 0, 0, true}, {true, "ctrl+c", 0, 1, false}, {true, "x", 0, 0, true},
	} {
		r := newRig()
		inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
			yes, no := 0, 0
			p.Send(Push(NewConfirm(ConfirmOptions{Title: "Delete?", Text: "All 3 versions go.", Yes: "delete them", Danger: c.danger,
				OK: func() tea.Cmd { yes++; return nil }, Cancelled: func() { no++ }}))())
			p.Sees("Delete?", "All 3 versions go.", "y delete them")
			p.Press(c.key)
			if yes != c.yes || no != c.no || (r.dialog() != nil) != c.open {
				t.Errorf("%+v: yes %d, no %d, open %v", c, yes, no, r.dialog() != nil)
			}
		})
	}
}

func TestAPromptSaysWhatIsWrongAsItIsTyped(t *testing.T) {
	var got []string
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Push(NewPrompt(PromptOptions{
			Title: "New bucket", Text: "Names are global.", Label: "Name", Placeholder: "my-bucket",
			Check: func(s string) string {
				if len(s) < 3 {
					return "at least three characters"
				}
				return ""
			},
			OK:    func(v string) tea.Cmd { got = append(got, v); return nil },
			Clean: func(s string) string { return strings.ReplaceAll(s, " ", "") },
		}))())
		p.Sees("Names are global.", "Name", "my-bucket", "enter ok")
		p.Type("ab")
		p.Sees("⚠ at least three characters")
		p.Press("enter")
		p.Sees("New bucket")
		p.Paste(" c d")
		p.SeesNot("at least")
		p.Press("enter")
		if !slices.Equal(got, []string{"abcd"}) || r.dialog() != nil {
			t.Errorf("got %q", got)
		}
	})
}

func TestASecretIsNotShown(t *testing.T) {
	inBubble(t, uitest.Opts{}, newRig(), func(p *uitest.Program) {
		p.Send(Push(NewPrompt(PromptOptions{Title: "Passphrase", Secret: true}))())
		p.Type("hunter2")
		p.SeesNot("hunter")
		p.Sees("*******")
	})
}

func TestOnlyTheExactNameIsConsent(t *testing.T) {
	ok := 0
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Push(NewTypeName("Delete bucket", "It can't be undone.", "invoices", func() tea.Cmd { ok++; return nil }, nil))())
		p.Type("invoice\n")
		p.Sees("Type invoices to go on", "not the same yet")
		p.Type("s\n")
		if ok != 1 || r.dialog() != nil {
			t.Errorf("ok %d", ok)
		}
	})
}

func TestAChoiceIsNarrowedAndSaysWhyOneIsOff(t *testing.T) {
	chosen := -1
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Push(NewChoose(ChooseOptions{Title: "Encryption", Text: "For new objects.", At: 1, Items: []Choice{
			{Title: "SSE-S3", Detail: "AES-256"}, {Title: "SSE-KMS", Detail: "a key of yours"},
			{Title: "DSSE-KMS", Why: "the server answers NotImplemented"},
		}, OK: func(i int) tea.Cmd { chosen = i; return nil }}))())
		p.Sees("▸ SSE-KMS", "○ the server answers NotImplemented")
		p.Press("down", "down", "enter")
		p.Sees("⚠ the server answers NotImplemented")
		p.Type("s3")
		p.Sees("▸ SSE-S3")
		p.SeesNot("DSSE")
		p.Type("zz")
		p.Sees("nothing matches")
		p.Press("enter", "backspace", "backspace", "enter")
		if chosen != 0 || r.dialog() != nil {
			t.Errorf("chose %d", chosen)
		}
	})
}

func TestAFormKeepsWhatWasTypedWhenItIsRefused(t *testing.T) {
	var got Values
	tries := 0
	r := newRig()
	inBubble(t, uitest.Opts{Height: 30, Width: 80}, r, func(p *uitest.Program) {
		p.Send(Push(NewForm(FormOptions{Title: "Rule", Submit: "save", Fields: []FormField{
			{ID: "id", Label: "Name", Help: "Shown in the list.", Check: func(s string) string {
				if s == "" {
					return "needs a name"
				}
				return ""
			}},
			{ID: "mode", Label: "Mode", Kind: ChoiceField, Options: []string{"governance", "compliance"}},
			{ID: "days", Label: "Days", Hidden: func(v Values) bool { return v["mode"] != "compliance" }},
			{ID: "on", Label: "Enabled", Kind: CheckField, Value: "yes"},
		}, OK: func(v Values) (tea.Cmd, string) {
			if tries++; tries == 1 {
				return nil, "The server refused it."
			}
			got = v
			return nil, ""
		}}))())
		p.Sees("Shown in the list.", "governance", "[x]")
		p.SeesNot("Days", "needs a name")
		p.Press("enter")
		p.Sees("⚠ needs a name")
		p.Type("weekly")
		p.Press("tab", "right")
		p.Sees("< compliance >", "Days")
		p.Press("q", "tab")
		p.Type("30")
		p.Press("tab", "space")
		p.Sees("[ ]", "space change")
		p.Press("enter")
		p.Sees("✗ The server refused it.", "weekly", "30")
		p.Press("shift+tab", "1", "enter")
		if r.dialog() != nil || got["id"] != "weekly" || got["mode"] != "compliance" || got["days"] != "301" || got.Yes("on") {
			t.Errorf("got %v", got)
		}
	})
}

func TestACopiedValueIsShownWholeAndSentAsItIs(t *testing.T) {
	value := "s3://bucket/" + strings.Repeat("long/", 30) + "end\x1b"
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		for _, msg := range Copy("S3 URI", value)().(tea.BatchMsg) {
			p.Send(msg())
		}
		p.Sees("S3 URI", "end␛")
		if c := p.Screen().Copied(); !slices.Equal(c, []string{value}) {
			t.Errorf("copied %q", c)
		}
		p.Press("c")
		if c := p.Screen().Copied(); len(c) != 2 {
			t.Errorf("copied %d times", len(c))
		}
		p.Press("Q")
		p.Sees("The QR code needs a terminal that is 8 lines higher.")
		p.Resize(80, 31)
		p.Sees("The QR code needs a terminal that is 1 line higher.")
		p.Resize(40, 24)
		p.Sees("columns wider and")
		p.Resize(80, 32)
		p.Sees("▀▄")
		p.Press("enter")
		p.SeesNot("S3 URI")
	})
}

func TestAQRCodeFitsOrSaysWhyNot(t *testing.T) {
	lines, why := QR("https://example.com/x", 60, 30, false)
	if why != "" || len(lines) == 0 || Width(lines[0]) != Width(lines[len(lines)-1]) {
		t.Errorf("%d lines, %s", len(lines), why)
	}
	if ascii, why := QR("https://example.com/x", 80, 40, true); why != "" || len(ascii) != Width(ascii[0])/2 {
		t.Errorf("ascii: %d lines of %d, %s", len(ascii), Width(ascii[0]), why)
	}
	if _, why := QR(strings.Repeat("x", 4000), 400, 400, false); why == "" {
		t.Error("4,000 bytes fit")
	}
}

func TestTheCopyMenuOffersWhatTheViewHas(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("y")
		p.Sees("There is nothing to copy here.")
		r.home.copies = []CopyItem{{"Name", "b"}, {"ARN", "arn:aws:s3:::b\n"}}
		p.Press("y")
		p.Sees("arn:aws:s3:::b␊")
		p.Press("down", "enter")
		if c := p.Screen().Copied(); !slices.Equal(c, []string{"arn:aws:s3:::b\n"}) {
			t.Errorf("copied %q", c)
		}
	})
}

func TestALongTextScrolls(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Push(NewText("Policy", "first\n"+strings.Repeat("line\n", 100)+"last\tline"))())
		p.Sees("first", "of 102")
		p.Press("G")
		p.Sees("last    line")
		p.SeesNot("first")
		p.Press("pgup", "k", "up", "j", "g")
		p.Sees("first", "1–18 of 102")
		p.Press("q")
		p.SeesNot("Policy")
	})
}

func TestHelpListsEverythingWithReasons(t *testing.T) {
	r := newRig(func(r *rig) {
		r.home.actions = []Action{{ID: "v", Keys: []string{"v"}, Help: "suspend versioning", Why: func() string { return "versioning is off" }, Run: func() tea.Cmd { return nil }}}
	})
	inBubble(t, uitest.Opts{Width: 90, Height: 50}, r, func(p *uitest.Program) {
		p.Press("?")
		p.Sees("suspend versioning", "○ versioning is off", "In lists", "Everywhere", "command log", "twice quits")
		p.Press("?", "esc")
		p.SeesNot("Everywhere")
		p.Send(Push(NewValue(ValueOptions{Label: "ARN", Value: "arn"}))())
		p.Press("?")
		p.Sees("QR code", "Everywhere")
		p.Press("esc")
		p.Sees("ARN")
	})
}

func TestADialogThatOpensByItselfSwallowsKeysUntilThePersonIsQuiet(t *testing.T) {
	yes := 0
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		ask := func() Dialog {
			return NewConfirm(ConfirmOptions{Title: "Go on?", OK: func() tea.Cmd { yes++; return nil }})
		}
		p.Send(Raise(ask())())
		for range 30 {
			p.Press("y")
			p.Paste("y")
			p.Sleep(quiet / 2)
		}
		if yes != 0 || r.home.keys() != "" {
			t.Fatalf("answered %d times, below %q", yes, r.home.keys())
		}
		p.Sleep(quiet)
		p.Press("y")
		if yes != 1 {
			t.Error("it stays deaf")
		}
		p.Send(Push(ask())())
		p.Press("y")
		if yes != 2 {
			t.Error("a dialog that was asked for is deaf")
		}
		p.Send(Raise(ask())())
		p.Press("ctrl+c")
		if r.dialog() != nil {
			t.Error("ctrl+c doesn't get through")
		}
	})
}
