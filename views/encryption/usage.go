package encryption

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/kms"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// UsageScreen is the name under which NewUsage is opened: the bucket's region is where the key is looked up, and the
// place's Focus is the key's ARN.
const UsageScreen = "keyusage"

// usage shows who used a KMS key, as CloudTrail's event history has it.
type usage struct {
	env    *views.Env
	life   *ui.Life
	bucket string
	key    string
	table  views.Table

	list   []kms.Use
	next   string // of the page after the last, "" when there is none
	seen   int    // events that were read, those of other kinds among them
	state  awsops.State
	failed error
}

// NewUsage makes the screen of one key's uses.
func NewUsage(env *views.Env, place ui.Place) ui.View {
	v := &usage{env: env, life: env.Life(), bucket: place.Bucket, key: place.Focus}
	v.table = views.NewTable(env.Theme, v,
		grid.Column{Title: "when", Width: 21}, grid.Column{Title: "what", Width: 15}, grid.Column{Title: "who", Width: 18, Flex: 2},
		grid.Column{Title: "for", Width: 16, Flex: 3, Drop: 2}, grid.Column{Title: "from", Width: 15, Drop: 1})
	return v
}

func (v *usage) Title() string { return "key usage" }
func (v *usage) Close()        { v.life.Close() }

func (v *usage) Init() tea.Cmd { return v.load() }

// load reads the newest page anew.
func (v *usage) load() tea.Cmd {
	v.list, v.next, v.seen, v.failed, v.state = nil, "", 0, nil, awsops.Loading
	return v.page()
}

// page reads the next page.
func (v *usage) page() tea.Cmd {
	v.build()
	next := v.next
	return ui.Do(v.life, "page", func(ctx context.Context) (kms.Uses, error) {
		r := v.env.Session.Reader()
		region, err := r.Region(ctx, v.bucket)
		if err != nil {
			return kms.Uses{}, err
		}
		return kms.History(ctx, r, region, v.key, time.Time{}, next)
	}, func(got kms.Uses, err error) tea.Cmd {
		if err != nil {
			if len(v.list) > 0 {
				v.state = awsops.Known
				return ui.Fail(err, v.page)
			}
			v.failed = err
			v.state = awsops.Read("LookupEvents", v.env.Now(), 0, err).State
			v.build()
			return nil
		}
		v.list, v.next, v.state = append(v.list, got.List...), got.Next, awsops.Known
		v.seen += got.Seen
		v.build()
		return nil
	})
}

func (v *usage) build() {
	switch {
	case v.failed != nil && v.state == awsops.Denied:
		e := awsops.Wrap("LookupEvents", "", "", v.failed)
		v.table.Picture(ui.Denied, "Who used the key is in AWS CloudTrail's event history, which is denied to you: it takes cloudtrail:LookupEvents.", views.Explain(e).Sentence)
	case v.failed != nil:
		v.table.Trouble(v.failed)
	case len(v.list) > 0:
	case v.state == awsops.Loading:
		v.table.Picture(ui.Loading, "Reading who used the key…")
	default:
		v.table.Picture(ui.Empty, "No use of this key is in the event history of this account and region: 90 days, minutes late. Uses by other accounts are in theirs.",
			"With a Bucket Key most uploads and reads leave no trace there.")
	}
}

func (v *usage) Update(msg tea.Msg) tea.Cmd { return v.table.Update(msg) }

// Render draws the table below a line that says what it is and what it isn't.
func (v *usage) Render(w, h int) string {
	head := ui.Cut(v.env.Theme.Paint(ui.RoleMuted, ui.Clean(v.key)), w)
	note := "CloudTrail's event history: 90 days, this account and region, minutes late; a Bucket Key hides most reads."
	if v.next != "" {
		note = "The newest " + ui.Thousands(int64(v.seen)) + " events; n reads older ones. Minutes late; a Bucket Key hides most reads."
	}
	lines := []string{head, ui.Cut(v.env.Theme.Paint(ui.RoleFaint, note), w)}
	if h < 8 {
		lines = lines[:1]
	}
	return strings.Join(lines, "\n") + "\n" + v.table.Render(w, max(h-len(lines), 1))
}

// Len, Want and Cell make the view its own table's source.
func (v *usage) Len() (int, bool) { return len(v.list), v.next == "" }

// Want does nothing: CloudTrail is asked two times a second at most, so older pages are read by a key.
func (v *usage) Want(int, int) {}

func (v *usage) Cell(r, col int, buf []byte) ([]byte, grid.Style) {
	u := v.list[r]
	style := views.CellText
	if u.Refused() {
		style = views.CellBad
	}
	switch col {
	case 0:
		return append(buf, ui.Time(u.At)...), style
	case 1:
		text := u.Operation
		if u.Refused() {
			text = v.env.Theme.Glyph().Cross + " " + text
		}
		return append(buf, ui.Clean(text)...), style
	case 2:
		return append(buf, ui.Clean(who(u))...), style
	case 3:
		text := strings.TrimPrefix(u.For, "arn:aws:s3:::")
		if u.Refused() {
			text = u.Error + " " + text
		}
		return append(buf, ui.Clean(text)...), style
	}
	return append(buf, ui.Clean(u.From)...), views.CellMuted
}

// who is the caller without what all of an account share.
func who(u kms.Use) string {
	if _, rest, ok := strings.Cut(u.Who, ":iam::"); ok {
		if _, name, ok := strings.Cut(rest, ":"); ok {
			return strings.TrimPrefix(name, "user/")
		}
	}
	if _, rest, ok := strings.Cut(u.Who, ":assumed-role/"); ok {
		return rest
	}
	if u.Who == "" {
		return u.Name
	}
	return u.Who
}

// Actions are the keys of the screen.
func (v *usage) Actions() []ui.Action {
	return append([]ui.Action{
		{ID: "usage.details", Keys: []string{"enter", "i"}, Help: "details", Why: func() string {
			if _, ok := v.table.Selected(); !ok {
				return "there is no use to show"
			}
			return ""
		}, Run: v.details},
		{ID: "usage.older", Keys: []string{"n"}, Help: "older", Why: func() string {
			switch {
			case v.state == awsops.Loading:
				return "a page is being read"
			case v.next == "":
				return "there are no older ones"
			}
			return ""
		}, Run: func() tea.Cmd { v.state = awsops.Loading; return v.page() }},
		{ID: "usage.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
	}, v.table.Keys()...)
}

func (v *usage) details() tea.Cmd {
	r, ok := v.table.Selected()
	if !ok || r >= len(v.list) {
		return nil
	}
	u := v.list[r]
	lines := []string{"when      " + u.At.UTC().Format("2006-01-02 15:04:05 UTC"), "what      " + u.Operation, "who       " + u.Who}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+text)
		}
	}
	add("from      ", u.From)
	add("by        ", u.Agent)
	for _, name := range slices.Sorted(maps.Keys(u.Context)) {
		add("context   ", name+" = "+u.Context[name])
	}
	add("refused   ", u.Error)
	add("because   ", u.Message)
	add("event     ", u.EventID)
	return ui.Push(ui.NewValue(ui.ValueOptions{Label: "Use of a KMS key", Value: strings.Join(lines, "\n")}))
}

// Copies are what the copy menu offers.
func (v *usage) Copies() []ui.CopyItem {
	out := []ui.CopyItem{{Label: "ARN of the key", Value: v.key}}
	if r, ok := v.table.Selected(); ok && r < len(v.list) {
		out = append(out, ui.CopyItem{Label: "who used it", Value: v.list[r].Who}, ui.CopyItem{Label: "event id", Value: v.list[r].EventID})
	}
	return out
}
