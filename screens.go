package main

import (
	"maps"

	"cooper/awsops"
	"cooper/awsops/archive"
	"cooper/awsops/athena"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/copies"
	"cooper/awsops/corsplan"
	"cooper/awsops/encryption"
	"cooper/awsops/logging"
	"cooper/awsops/objectedit"
	"cooper/awsops/reencrypt"
	"cooper/awsops/transfer"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/views"
	athenaview "cooper/views/athena"
	"cooper/views/edit"
	encryptionview "cooper/views/encryption"
	"cooper/views/logs"
	"cooper/views/preview"
	reencryptview "cooper/views/reencrypt"
)

// screens says which screen shows a place. A screen belongs to the session that is in force when it is opened.
func screens(env func() *views.Env) map[string]func(ui.Place) ui.View {
	at := func(open func(*views.Env, ui.Place) ui.View) func(ui.Place) ui.View {
		return func(p ui.Place) ui.View { return open(env(), p) }
	}
	return map[string]func(ui.Place) ui.View{
		"buckets":            at(views.NewBuckets),
		"objects":            at(views.NewObjects),
		"versions":           at(views.NewVersions),
		"timeline":           at(views.NewTimeline),
		"bin":                at(views.NewBin),
		"moment":             at(views.NewMoment),
		"cors":               at(views.NewCORS),
		"encryption":         at(encryptionview.New),
		reencryptview.Screen: at(reencryptview.New),

		encryptionview.UsageScreen: at(encryptionview.NewUsage),

		"policy":     at(views.NewPolicy),
		"logs":       at(logs.NewTab),
		"logread":    at(logs.NewReader),
		"properties": at(views.NewProperties),
		"devices":    at(views.NewDevices),
		"profiles":   at(views.NewProfiles),
		"accounts":   at(views.NewAccounts),
		"jobs":       at(views.NewJobs),
		"log":        at(views.NewLog),
		"calls":      at(views.NewCalls),
		"transfer":   at(views.NewTransfer),
		"presigned":  at(func(e *views.Env, p ui.Place) ui.View { return e.Presigner.Screen(e, p) }),
		"edit":       at(edit.New),
		"preview":    at(preview.New),

		athenaview.Screen: at(athenaview.New),
	}
}

// bucketTabs are the tabs of a bucket; digits never move.
func bucketTabs() []ui.Tab {
	return []ui.Tab{
		{Digit: 1, Title: "Objects", Screen: "objects"},
		{Digit: 2, Title: "Versions", Screen: "versions"},
		{Digit: 3, Title: "Encryption", Screen: "encryption"},
		{Digit: 4, Title: "CORS", Screen: "cors"},
		{Digit: 5, Title: "Policy", Screen: "policy"},
		{Digit: 6, Title: "Logs", Screen: "logs"},
		{Digit: 9, Title: "Properties", Screen: "properties"},
	}
}

// rootScreens are those that the palette reaches by their name.
func rootScreens() []ui.Root {
	root := func(name, title string) ui.Root {
		return ui.Root{Name: name, Title: title, Place: ui.Place{Screen: name}}
	}
	return []ui.Root{
		root("buckets", "all buckets"),
		root("jobs", "what runs and what ran"),
		root("devices", "MFA devices"),
		root("profiles", "who to sign in as"),
		root("log", "the journal: every change that was made"),
		root("transfer", "files here and objects there, in two panes"),
		root("presigned", "URLs and forms that were signed in this run"),
		root("calls", "every request that was sent"),
	}
}

// planners make again the plans of jobs that a killed or quit program left unfinished.
func planners() awsops.Planners {
	all := awsops.Planners{}
	for _, area := range []awsops.Planners{
		archive.Planners(), athena.Planners(), objectedit.Planners(),
		bucketpolicy.Planners(), buckets.Planners(), copies.Planners(), corsplan.Planners(), logging.Planners(), encryption.Planners(),
		reencrypt.Planners(), transfer.Planners(), versioning.Planners(), versions.Planners(),
	} {
		maps.Copy(all, area)
	}
	return all
}
