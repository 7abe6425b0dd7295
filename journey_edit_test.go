package main

import (
	"strings"
	"testing"
	"time"

	"cooper/ui"
)

func TestAnObjectIsLookedAtEditedAndTaggedFromTheListOfObjects(t *testing.T) {
	journey(t, setup{width: 120, height: 44, start: ui.Place{Screen: "objects", Bucket: "video-ingest", Prefix: "config/"}}, func(r *rig) {
		r.until("player.json")
		r.selectRow("player.json")
		r.Press("v")
		r.until("all of it, 118 B", "JSON, laid out", `"autoplay": false`)
		r.Press("e")
		r.until("Edit player.json")
		r.Press("enter")
		r.until("cache control", "max-age=300")
		r.selectRow("cache control")
		r.Press("d", "S")
		r.until("Plan: Edit config/player.json", "max-age=300 → nothing", "Versioning isn't on")
		r.consent()
		r.until("Edit config/player.json: done", "Nothing is changed yet.")
		r.Press("G", "enter")
		r.until("Tag project")
		r.Type("-2026")
		r.Press("enter", "S")
		r.until("Plan: Change the tags of config/player.json", "workshop-film-2026")
		r.consent()
		r.until("Change the tags of config/player.json: done")
		if sent := r.wire.sent(); len(sent) != 2 || !strings.HasSuffix(sent[1], "tagging=") {
			t.Errorf("sent: %q", sent)
		}
	})
}

func TestAnArchivedPrefixIsRestoredAndReadableByTheClock(t *testing.T) {
	journey(t, setup{width: 120, height: 44, start: ui.Place{Screen: "objects", Bucket: "video-ingest", Prefix: "masters/2025/"}}, func(r *rig) {
		r.until("take-03.mov", "✓ GLACIER")
		r.selectRow("take-03.mov")
		r.Press("v")
		r.until("It is archived in GLACIER")
		r.Press("R", "left", "enter")
		r.until("Plan: Restore masters/2025/take-03.mov from archive", "archived in GLACIER → readable in 1 to 5 minutes, for 7 days")
		r.consent()
		r.until("on its way from the archive")
		r.Press("esc")
		r.until("… GLACIER")
		r.Sleep(5 * time.Minute)
		r.Press("v")
		r.until("first 64.0 KiB of 2.32 MiB")
	})
}
