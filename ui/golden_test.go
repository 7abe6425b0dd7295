package ui

import (
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// samples are one dialog of each kind.
func samples() map[string]func() Dialog {
	return map[string]func() Dialog{
		"confirm": func() Dialog {
			return NewConfirm(ConfirmOptions{Title: "Suspend versioning?", Yes: "suspend", Danger: true,
				Text: "New objects get the version null. Versions that exist stay and are still paid for."})
		},
		"typename": func() Dialog {
			return NewTypeName("Delete bucket", "All 12,000 versions go with it.", "invoices-2026", nil, nil)
		},
		"prompt": func() Dialog {
			return NewPrompt(PromptOptions{Title: "New bucket", Text: "Names are shared by all accounts.", Label: "Name", Placeholder: "my-bucket"})
		},
		"choose": func() Dialog {
			return NewChoose(ChooseOptions{Title: "Encryption", Items: []Choice{{Title: "SSE-S3", Detail: "keys of S3"},
				{Title: "SSE-KMS", Detail: "a key of yours, and its calls are paid for"}, {Title: "DSSE-KMS", Why: "the server answers NotImplemented"}}})
		},
		"form": func() Dialog {
			return NewForm(FormOptions{Title: "CORS rule", Text: "What browsers may do.", Submit: "check", Fields: []FormField{
				{ID: "origin", Label: "Origin", Value: "https://example.com", Help: "One * is allowed."},
				{ID: "method", Label: "Method", Kind: ChoiceField, Options: []string{"GET", "PUT"}},
				{ID: "age", Label: "Max age", Placeholder: "3600"},
				{ID: "expose", Label: "Expose ETag", Kind: CheckField, Value: "yes"},
			}})
		},
		"value": func() Dialog {
			return NewValue(ValueOptions{Label: "Presigned URL", Value: "https://b.s3.example.com/" + strings.Repeat("k/", 50), Note: "Valid for 15 min."})
		},
		"error": func() Dialog {
			return NewError(ErrorDetail{Sentence: "Access denied: this user may not read the bucket's policy.", Retry: func() tea.Cmd { return nil },
				Facts: []Fact{{"code", "AccessDenied"}, {"status", "403"}, {"request id", "4442587FB7D0A2F9"}}})
		},
		"text": func() Dialog {
			return NewText("Policy", "{\n\t\"Version\": \"2012-10-17\"\n}"+strings.Repeat("\nline", 40))
		},
	}
}

func TestEveryDialogAtEverySize(t *testing.T) {
	for name, build := range samples() {
		for _, size := range [][2]int{{80, 24}, {40, 10}} {
			golden := "dialog-" + name + "-" + strconv.Itoa(size[0]) + "x" + strconv.Itoa(size[1])
			t.Run(golden, func(t *testing.T) {
				inBubble(t, uitest.Opts{Width: size[0], Height: size[1]}, bucketRig(), func(p *uitest.Program) {
					p.Send(Push(build())())
					uitest.Golden(t, golden, p.Text())
				})
			})
		}
	}
}

func TestPaletteAndHelpAtEverySize(t *testing.T) {
	for name, key := range map[string]string{"palette": ":", "help": "?"} {
		for _, size := range [][2]int{{80, 24}, {40, 10}, {120, 40}} {
			golden := name + "-" + strconv.Itoa(size[0]) + "x" + strconv.Itoa(size[1])
			t.Run(golden, func(t *testing.T) {
				inBubble(t, uitest.Opts{Width: size[0], Height: size[1]}, bucketRig(), func(p *uitest.Program) {
					p.Press(key)
					uitest.Golden(t, golden, p.Text())
				})
			})
		}
	}
}
