// Package ui is the shell of a terminal program: a stack of views, a stack of
// dialogs, one way for keys to become actions, a theme and the lines around
// it all. It knows nothing of what the program is about.
//
// # How a screen is written
//
// A screen is a pointer that implements [View]. It gets what it needs in its
// constructor, which the program puts into [Options].Screens under the
// screen's name; other screens open it by [Place], never by type:
//
//	type owners struct {
//		th   *ui.Theme
//		life *ui.Life
//		call func(context.Context) ([]string, error)
//		got  []string
//		err  error
//	}
//
//	func (o *owners) Init() tea.Cmd   { return o.load() }
//	func (o *owners) Close()          { o.life.Close() } // cancels what is under way
//	func (o *owners) Title() string   { return "owners" }
//	func (o *owners) Update(tea.Msg) tea.Cmd { return nil }
//
//	func (o *owners) load() tea.Cmd {
//		return ui.Do(o.life, "owners", o.call, func(got []string, err error) tea.Cmd {
//			o.got, o.err = got, err // on the loop: no lock, no message type
//			return ui.Fail(err, o.load)
//		})
//	}
//
//	func (o *owners) Render(w, h int) string {
//		if o.life.Busy("owners") {
//			return ui.Picture(o.th, ui.Loading, "Asking for the owners…", w, h)
//		}
//		return strings.Join(o.got, "\n") // cleaned by ui.Clean when it came in
//	}
//
//	func (o *owners) Actions() []ui.Action {
//		return []ui.Action{
//			{ID: "owners.refresh", Keys: []string{"r"}, Help: "refresh", Run: o.load},
//			{ID: "owners.remove", Keys: []string{"d"}, Help: "remove", Why: o.whyNot, Run: o.remove},
//		}
//	}
//
// Requests and their answers sit in one method by [Do]; a source that fills
// while it is looked at is followed by [Watch]. Methods are called on the
// program's loop only, so a view has no locks, and none of them may block.
//
// # Keys
//
// Every key is an [Action]. The dialog on top is asked first, then the view,
// then what works everywhere; an action that can't be done now says why. A key
// that nobody's action takes goes to Update last. While Typing() is true,
// text, editing keys and pastes go to Update and only actions on ctrl, function
// keys and esc stay live. ctrl+s, ctrl+q, ctrl+h, ctrl+i and ctrl+z are never
// bound. Update gets tab, enter and the arrows while text is typed.
//
// # Dialogs
//
// [NewConfirm], [NewTypeName], [NewPrompt], [NewChoose], [NewForm], [NewValue],
// [NewError] and [NewText] make dialogs; [Push] opens one the person asked for,
// [Raise] one that opens by itself and therefore takes no key before the person
// was quiet for 400 ms. [Ask] raises one from another goroutine and waits for
// its answer.
//
// # Pieces
//
// [Filter] is the "/" line of a list, [Field] a line of text, [Picture] what
// stands where there is nothing to show, [FactLines] a table of labels and
// values, [Theme].Paint and [Theme].Cell the styles, [Box] the arithmetic of
// rows and columns.
//
// # Text
//
// Whatever strangers wrote passes [Clean] once before it is drawn; copying takes
// the true bytes. Widths are columns, by [Width], [Cut] and [Pad].
package ui
