package uitest

import tea "charm.land/bubbletea/v2"

// Post hands msg to the program and doesn't wait until it is dealt with. It is
// what a goroutine beside the script uses; Send is for the script itself.
func (p *Program) Post(msg tea.Msg) { p.prog.Send(msg) }
