package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"cooper/config"
	"cooper/ui"
	"cooper/ui/grid"
)

// actionIDs are the actions of the shell, of its dialogs and of every screen. They are written down because a screen
// tells its own only once it is open, and a dialog needs something to be about.
var actionIDs = []string{
	"accounts.lines", "accounts.login", "accounts.refresh", "accounts.use",
	"bin.deleter", "encryption.objects", "kinds.differs", "kinds.encrypt", "kinds.objects", "kinds.refresh", "kinds.stop",
	"kinds.up", "logread.athena", "logread.clear", "logread.export", "logread.filter", "logread.follow", "logread.group",
	"logread.open", "logread.refresh", "logread.stop", "logread.trouble", "logread.ungroup", "logread.window", "logs.http",
	"logs.off", "logs.read", "logs.refresh", "logs.set", "object.clientkeys", "object.clientkeys.about", "object.customerkeys",
	"object.encryption",
	"version.deleter",
	"athena.key", "athena.question", "athena.refresh", "athena.run", "athena.show", "athena.stop", "athena.time", "athena.where",
	"bin.all", "bin.dates", "bin.flat", "bin.goto", "bin.moment", "bin.open", "bin.purge", "bin.refresh", "bin.sort",
	"bin.stop", "bin.undelete", "path.panes", "transfer.copy", "transfer.goto", "transfer.open", "transfer.pane",
	"transfer.refresh", "transfer.up", "uploads.goon",
	"bucket.create", "bucket.delete", "bucket.details", "bucket.empty", "bucket.named", "bucket.open",
	"bucket.properties",
	"buckets.refresh", "buckets.sort",
	"calls.details",
	"code.pause", "code.seed", "code.serial",
	"confirm.no", "confirm.yes",
	"cors.add", "cors.again", "cors.ask", "cors.close", "cors.curl", "cors.delete", "cors.down", "cors.drop", "cors.earlier", "cors.edit", "cors.export",
	"cors.import", "cors.json", "cors.refresh", "cors.remove", "cors.revert", "cors.save", "cors.try", "cors.up", "cors.view", "cors.xml",
	"devices.add", "devices.down", "devices.enrol", "devices.forget", "devices.keep", "devices.refresh", "devices.up",
	"edit.cut", "edit.outside", "edit.problem", "edit.redo", "edit.submit", "edit.undo",
	"encryption.edit", "encryption.key", "encryption.refresh", "encryption.reset", "encryption.revert", "encryption.row", "encryption.ssec",
	"encryption.usage", "encryption.usage.other", "usage.details", "usage.older", "usage.refresh",
	"error.copy", "error.retry",
	"jobs.bottom", "jobs.cancel", "jobs.details", "jobs.down", "jobs.pause", "jobs.resume", "jobs.top", "jobs.up",
	"list.filter", "list.unfilter",
	"log.details", "log.refresh",
	"login.again", "login.copy", "login.qr", "moment.all", "moment.details", "moment.download", "moment.flat",
	"moment.open", "moment.other", "moment.refresh", "moment.restore", "moment.sort", "moment.stop", "object.copy",
	"object.delete", "object.details", "object.download", "object.open", "object.panes", "object.upload",
	"object.versions",
	"edit.add", "edit.change", "edit.drop", "edit.key", "edit.refresh", "edit.remove", "edit.restore", "edit.save", "edit.text",
	"object.edit", "object.preview", "preview.hex", "preview.key", "preview.more", "preview.refresh", "preview.restore", "preview.stop",
	"objects.flat", "objects.goto", "objects.refresh", "objects.sort", "objects.stop", "objects.up",
	"path.complete", "path.ok",
	"plan.apply", "plan.commands", "plan.http",
	"presign.aws", "presign.close", "presign.copy", "presign.curl", "presign.json", "presign.make", "presign.qr", "presign.revoke", "presign.save",
	"presign.try", "presigned.forget", "presigned.open",
	"policy.account", "policy.add", "policy.block", "policy.delete", "policy.drop", "policy.earlier", "policy.edit", "policy.external",
	"policy.json", "policy.refresh", "policy.revert",
	"policy.statement.remove", "policy.try", "prefix.stop", "profiles.check", "profiles.details", "profiles.forget", "profiles.login",
	"profiles.refresh", "profiles.use",
	"properties.add", "properties.edit", "properties.refresh", "properties.remove",
	"scroll.bottom", "scroll.down", "scroll.pagedown", "scroll.pageup", "scroll.top", "scroll.up",
	"shell.back", "shell.calls", "shell.copy", "shell.error", "shell.help", "shell.jobs", "shell.leave",
	"shell.palette", "shell.quit", "shell.redraw",
	"tab.next", "tab.previous",
	"table.filter", "table.unfilter",
	"text.close",
	"timeline.refresh",
	"uploads.abort",
	"value.close", "value.copy", "value.qr",
	"version.details", "version.download", "version.open", "version.purge", "version.restore", "version.undelete",
	"versioning.change", "versioning.mfa",
	"versions.bin", "versions.goto", "versions.moment", "versions.prefix", "versions.prune", "versions.refresh", "versions.sort", "versions.stop",
}

// bindable are the ids that [keys] of the configuration may name.
func bindable() map[string]bool {
	ids := map[string]bool{}
	for _, id := range actionIDs {
		ids[id] = true
	}
	for _, m := range grid.Motions() {
		ids[m.ID()] = true
	}
	for _, t := range bucketTabs() {
		ids["tab."+t.Screen] = true
	}
	return ids
}

// checkKeys refuses what [keys] of the configuration can't mean: an action that there is nowhere, and a key that never
// reaches the program.
func checkKeys(cfg *config.Config) error {
	var errs []error
	ids := bindable()
	for _, id := range slices.Sorted(maps.Keys(cfg.Keys)) {
		if !ids[id] {
			errs = append(errs, cfg.RefuseKey(id, fmt.Sprintf("no screen has an action %s; the palette (:) shows their ids", id)))
			continue
		}
		if err := ui.CheckKeys(map[string][]string{id: cfg.Keys[id]}); err != nil {
			errs = append(errs, cfg.RefuseKey(id, err.Error()))
		}
	}
	return errors.Join(errs...)
}
