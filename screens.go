package main

import (
	"maps"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/transfer"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/views"
)

// screens says which screen shows a place.
func screens(env *views.Env) map[string]func(ui.Place) ui.View {
	at := func(open func(*views.Env, ui.Place) ui.View) func(ui.Place) ui.View {
		return func(p ui.Place) ui.View { return open(env, p) }
	}
	return map[string]func(ui.Place) ui.View{
		"buckets":    at(views.NewBuckets),
		"objects":    at(views.NewObjects),
		"versions":   at(views.NewVersions),
		"timeline":   at(views.NewTimeline),
		"policy":     at(views.NewPolicy),
		"properties": at(views.NewProperties),
		"devices":    at(views.NewDevices),
		"jobs":       at(views.NewJobs),
		"log":        at(views.NewLog),
		"calls":      at(views.NewCalls),
	}
}

// bucketTabs are the tabs of a bucket; digits never move.
func bucketTabs() []ui.Tab {
	return []ui.Tab{
		{Digit: 1, Title: "Objects", Screen: "objects"},
		{Digit: 2, Title: "Versions", Screen: "versions"},
		{Digit: 5, Title: "Policy", Screen: "policy"},
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
		root("log", "the journal: every change that was made"),
		root("calls", "every request that was sent"),
	}
}

// planners make again the plans of jobs that a killed or quit program left unfinished.
func planners() awsops.Planners {
	all := awsops.Planners{}
	for _, area := range []awsops.Planners{buckets.Planners(), bucketpolicy.Planners(), transfer.Planners(), versioning.Planners(), versions.Planners()} {
		maps.Copy(all, area)
	}
	return all
}
