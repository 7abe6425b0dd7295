package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/ui"
)

// past is what is known of a document of a bucket as it was before: the latest first, none of them as it is now.
type past struct {
	all []journal.Earlier
	err error // of the journal: there may be more than is known
}

// replaced reads in the journal what a bucket's document was before each change that this program made.
func (e *Env) replaced(what, bucket, owner string) past {
	if e.Journal == nil {
		return past{}
	}
	all, err := e.Journal.Replaced(journal.Of{What: what, Bucket: bucket, Endpoint: e.Session.Endpoint(), Owner: owner})
	return past{all, err}
}

// saw remembers a document from before a change that was seen, whoever made it. It is kept while the program runs.
func (e *Env) saw(what, bucket, was string) {
	if e.seen == nil {
		e.seen = map[[2]string][]journal.Earlier{}
	}
	at := [2]string{what, bucket}
	e.seen[at] = append(e.seen[at], journal.Earlier{Text: was, Until: e.Now()})
}

// with adds what was seen to what the journal has, and leaves out what is as it is now.
func (p past) with(seen []journal.Earlier, same func(text string) bool) past {
	all := append(slices.Clone(seen), p.all...)
	slices.SortStableFunc(all, func(a, b journal.Earlier) int { return b.Until.Compare(a.Until) })
	p.all = nil
	for i, e := range all {
		// Of one text that was seen to go and that the journal knows, the journal says more.
		twice := i+1 < len(all) && all[i+1].Text == e.Text
		if !twice && !same(e.Text) {
			p.all = append(p.all, e)
		}
	}
	return p
}

// last is the document before the last change, false for none.
func (p past) last() (journal.Earlier, bool) {
	if len(p.all) == 0 {
		return journal.Earlier{}, false
	}
	return p.all[0], true
}

// whyNot says why there is nothing to go back to, "" where there is.
func (p past) whyNot() string {
	switch {
	case len(p.all) > 0:
		return ""
	case p.err != nil:
		return "the journal can't be read: " + ui.Clean(p.err.Error())
	}
	return "no other one from before is known: the journal has what cooper changed"
}

// choose lets a person take one of the documents from before. size says in words what one holds.
func (p past) choose(title string, size func(text string) string, ok func(journal.Earlier) tea.Cmd) tea.Cmd {
	var items []ui.Choice
	for _, e := range p.all {
		items = append(items, ui.Choice{Title: ui.Time(e.Until) + " " + size(e.Text), Detail: changedBy(e)})
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: title, Items: items, OK: func(i int) tea.Cmd { return ok(p.all[i]) }}))
}

// changedBy says which change replaced a document, and whose it was.
func changedBy(e journal.Earlier) string {
	switch {
	case e.Title == "":
		return "changed outside of this program"
	case e.Caller == "":
		return ui.Clean(e.Title)
	}
	return ui.Clean(fmt.Sprintf("%s: %s", e.Caller[strings.LastIndexByte(e.Caller, ':')+1:], e.Title))
}

// back titles a plan that puts a document back.
func back(what, bucket string, until time.Time) string {
	return fmt.Sprintf("Put back the %s from before %s: %s", what, ui.Time(until), bucket)
}

func known(s awsops.State) bool { return s == awsops.Known || s == awsops.Absent }
