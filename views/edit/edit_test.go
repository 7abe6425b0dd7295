package edit

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objectset"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
	"cooper/views/viewtest"
)

func properties(version string) func(*views.Env) ui.View {
	return func(env *views.Env) ui.View {
		return New(env, ui.Place{Screen: "edit", Bucket: "films", Key: "a/player.json", Version: version})
	}
}

func showing(changes map[string]reply) func(t *testing.T) *stage {
	return func(t *testing.T) *stage { return newStage(t, usual(changes), properties("")) }
}

func TestPropertiesAtEverySize(t *testing.T) {
	for _, size := range viewtest.Sizes {
		t.Run(size.Name, func(t *testing.T) {
			on(t, size.W, size.H, showing(nil), func(_ *stage, p *uitest.Program) {
				p.Sleep(time.Second)
				uitest.Golden(t, "properties-"+size.Name, p.Text())
			})
		})
	}
}

func TestPicturesOfPropertiesLookDifferent(t *testing.T) {
	for name, changes := range map[string]map[string]reply{
		"denied":      {"HEAD " + object: {Status: 403}},
		"failed":      {"HEAD " + object: {Status: 404}},
		"tags-denied": {"GET " + object + "?tagging": {Status: 403, Body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"}},
		"archived":    {"HEAD " + object: {Body: text, Header: map[string]string{"ETag": `"e1"`, "X-Amz-Storage-Class": "DEEP_ARCHIVE", "X-Amz-Restore": `ongoing-request="true"`}}},
	} {
		on(t, 80, 24, showing(changes), func(_ *stage, p *uitest.Program) {
			p.Sleep(time.Second)
			uitest.Golden(t, "properties-"+name+"-80x24", p.Text())
		})
	}
}

func TestChangesAreGatheredAndSavedByOnePlan(t *testing.T) {
	on(t, 120, 60, showing(nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("j", "j", "j", "j", "enter")
		for range "max-age=300" {
			p.Press("backspace")
		}
		p.Type("no-store")
		p.Press("enter", "n", "tab")
		p.Type("Reviewed")
		p.Press("tab")
		p.Type("yes")
		p.Press("enter")
		p.Sees("no-store   was max-age=300", "reviewed", "yes   new", "2 changes are not saved.")
		p.Press("S")
		p.Sleep(time.Second)
		p.Sees("Plan: Edit a/player.json", "max-age=300 → no-store", "metadata reviewed", "--metadata-directive REPLACE")
		if len(s.Wire.Changes()) != 0 {
			t.Errorf("something was sent: %q", s.Wire.Changes())
		}
		p.Press("enter")
		p.Sleep(20 * time.Second)
		if got := s.Wire.Changes(); len(got) != 1 || !strings.HasPrefix(got[0], "PUT "+object) {
			t.Errorf("sent: %q", got)
		}
		p.Sees("the server answered with success and ignored it", "2 changes are not saved.") // the wire keeps nothing
	})
}

func TestTagsAloneNeedNoCopy(t *testing.T) {
	on(t, 120, 50, showing(nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("G", "enter")
		p.Type(" film")
		p.Press("enter", "S")
		p.Sleep(time.Second)
		p.Sees("Change the tags of a/player.json", "put-object-tagging", "no new version")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		if got := s.Wire.Changes(); len(got) != 1 || !strings.Contains(got[0], "<Value>workshop film</Value>") {
			t.Errorf("sent: %q", got)
		}
	})
}

func TestWrongInputIsSaidAndLosesNothing(t *testing.T) {
	on(t, 100, 40, showing(nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("enter")
		p.Type(" ü")
		p.Sees("Content-Type takes printable ASCII only")
		p.Press("enter")
		p.Sees("application/json ü")
		p.Press("esc", "n", "space", "tab")
		p.Type("aws:x")
		p.Press("enter")
		p.Sees("belong to AWS", "aws:x")
		p.Press("esc")
		p.Sees("Nothing is changed yet.")
	})
}

func TestAnOlderVersionHasOnlyItsTagsToChange(t *testing.T) {
	on(t, 120, 40, func(t *testing.T) *stage { return newStage(t, usual(nil), properties("v1")) }, func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sees("his is an older version: only its tags can be changed")
		p.Press("G", "d")
		p.Sees("(taken away)   was workshop")
	})
}

func TestDroppedChangesAreGone(t *testing.T) {
	on(t, 120, 40, showing(nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("d")
		p.Sees("1 change is not saved.")
		p.Press("U")
		p.Sees("Nothing is changed yet.")
	})
}

// chooser is a screen that offers to edit a set.
type chooser struct {
	env  *views.Env
	life *ui.Life
	set  objectset.Set
}

func (c *chooser) Init() tea.Cmd          { return nil }
func (c *chooser) Update(tea.Msg) tea.Cmd { return nil }
func (c *chooser) Render(int, int) string { return "" }
func (c *chooser) Title() string          { return "objects" }
func (c *chooser) Actions() []ui.Action {
	return []ui.Action{{ID: "object.edit", Keys: []string{"e"}, Help: "edit", Run: func() tea.Cmd { return Choose(c.env, c.life, c.set) }}}
}

func offering(set objectset.Set, changes map[string]reply, opt ...func(*awsops.Options)) func(t *testing.T) *stage {
	return func(t *testing.T) *stage {
		return newStage(t, usual(changes), func(env *views.Env) ui.View { return &chooser{env, env.Life(), set} }, opt...)
	}
}

var one = objectset.One("films", "a/player.json", "", `"e1"`, 19)

func two() objectset.Set {
	return objectset.Set{Bucket: "films", Entries: []awsops.Entry{{Key: "a/player.json"}, {Key: "b"}}}
}

func TestFormsOfManyObjectsAtEverySize(t *testing.T) {
	for i, name := range []string{"tags", "class", "headers", "restore"} {
		for _, size := range viewtest.Sizes[:2] {
			on(t, size.W, size.H, offering(objectset.Set{Bucket: "films", Under: true, Prefix: "masters/"}, nil), func(_ *stage, p *uitest.Program) {
				p.Press("e")
				for range i {
					p.Press("down")
				}
				p.Press("enter")
				uitest.Golden(t, "many-"+name+"-"+size.Name, p.Text())
			})
		}
	}
}

func TestMarkedObjectsGetTagsByOnePlan(t *testing.T) {
	tagging := reply{Body: `<Tagging><TagSet></TagSet></Tagging>`}
	on(t, 120, 50, offering(two(), map[string]reply{"GET /films/b?tagging": tagging}), func(_ *stage, p *uitest.Program) {
		p.Press("e", "enter")
		p.Type("team=a, nonsense")
		p.Press("enter")
		p.Sees(`"nonsense" is not name=value`, "team=a, nonsense")
		for range ", nonsense" {
			p.Press("backspace")
		}
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Change the tags of 2 objects", "project=workshop → project=workshop, team=a", "none → team=a")
	})
}

func TestAHyphenTakesAHeaderAwayAndEmptyFieldsKeep(t *testing.T) {
	on(t, 120, 60, offering(two(), map[string]reply{"HEAD /films/b": {Header: map[string]string{"ETag": `"b"`}}}), func(_ *stage, p *uitest.Program) {
		p.Press("e", "down", "down", "enter", "enter")
		p.Sees("nothing would change")
		p.Press("tab", "tab", "tab", "tab")
		p.Type("-")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("Edit 2 objects", "Cache-Control max-age=300 → Cache-Control (none)", "as it shall be → left alone")
	})
}

func TestARestoreIsAskedForWithItsDaysAndTier(t *testing.T) {
	cold := map[string]reply{"HEAD " + object: {Body: text, Header: map[string]string{"ETag": `"e1"`, "X-Amz-Storage-Class": "GLACIER"}}}
	on(t, 120, 50, offering(one, cold), func(s *stage, p *uitest.Program) {
		p.Press("e", "down", "down", "enter", "space", "tab", "backspace", "enter")
		p.Sees("a number of days, 1 to 3650")
		p.Type("30")
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("archived in GLACIER → readable in 5 to 12 hours, for 30 days", "Bulk is the cheapest")
		p.Press("enter")
		p.Sleep(20 * time.Second)
		got := strings.Join(s.Wire.Changes(), "\n")
		if !strings.Contains(got, "<Days>30</Days>") || !strings.Contains(got, "<Tier>Bulk</Tier>") {
			t.Errorf("sent: %q", got)
		}
	})
}

func TestEveryPrintableKeyReachesAValue(t *testing.T) {
	on(t, 160, 40, showing(nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("j", "enter")
		var all strings.Builder
		for c := '!'; c <= '~'; c++ {
			all.WriteRune(c)
		}
		p.Type(all.String())
		p.Press("enter")
		p.Sees(all.String())
	})
}
