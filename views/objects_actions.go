package views

import (
	"context"
	"net/url"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/transfer"
	"cooper/awsops/versions"
	"cooper/ui"
)

func (v *objectsView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "object.open", Keys: []string{"enter"}, Help: "open", Why: v.none, Run: v.open},
		previewAction(v.bucket, []string{"v", "V"}, v.noKey, v.current),
		{ID: "object.delete", Keys: []string{"d"}, Help: "delete", Why: v.none, Run: v.delete},
		{ID: "object.upload", Keys: []string{"u"}, Help: "upload", Run: v.upload},
		{ID: "object.download", Keys: []string{"D"}, Help: "download", Why: v.none, Run: v.download},
		v.env.editAction(v.life, v.bucket, v.none, v.chosen),
		{ID: "object.versions", Keys: []string{"t"}, Help: "versions of the key", Why: v.noKey, Run: v.timeline},
		{ID: "object.details", Keys: []string{"i"}, Help: "details", Why: v.none, Run: v.showDetails},
		v.env.presign(v.life, nil, v.signed),
		{ID: "objects.sort", Keys: []string{"s"}, Help: "sort", Run: v.chooseOrder},
		{ID: "objects.flat", Keys: []string{"F"}, Help: "all levels, or one", Run: v.toggleFlat},
		{ID: "objects.goto", Keys: []string{"o"}, Help: "go to a prefix", Run: v.askPrefix},
		{ID: "objects.up", Keys: []string{"backspace"}, Help: "one level up", Why: v.whyUp, Run: v.up},
		{ID: "objects.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
		{ID: "object.copy", Keys: []string{"c"}, Help: "copy, move, rename", Why: v.none, Run: func() tea.Cmd {
			return askCopy(v.env, v.life, v.bucket, v.prefix, v.chosen(), v.apart(v.chosen()))
		}},
		{ID: "object.encryption", Keys: []string{"E"}, Help: "encryption of objects", Why: v.none, Run: v.openKinds},
		{ID: "objects.stop", Keys: []string{"X"}, Help: "stop listing", Why: v.whyStop, Run: v.stop},
		{ID: "object.customerkeys", Help: "keys of your own (SSE-C)", Run: func() tea.Cmd { return openCustomerKeys(v.env) }},
		{ID: "object.clientkeys", Help: "client-side keys", Run: func() tea.Cmd { return openClientKeys(v.env, v.life) }},
		{ID: "object.clientkeys.about", Help: "about client-side keys", Run: func() tea.Cmd { return ui.Push(ui.NewText("Keys for client-side encryption", aboutKeys)) }},
		{ID: "object.panes", Keys: []string{"T"}, Help: "two panes, here and there", Run: v.panes},
	}
	return append(own, v.table.actions()...)
}

// openKinds opens the screen that counts how what is chosen is encrypted; a prefix stands for what is below it.
func (v *objectsView) openKinds() tea.Cmd {
	place := ui.Place{Screen: "kinds", Bucket: v.bucket}
	rows := v.chosen()
	if len(rows) == 1 && rows[0].Prefix {
		place.Prefix = rows[0].Key
		return ui.Open(place)
	}
	var keys []string
	for _, row := range rows {
		if row.Prefix {
			return ui.Status("Choose objects, or one prefix.", ui.Warn)
		}
		keys = append(keys, row.Key)
	}
	place.Focus = v.env.Keep(keys)
	return ui.Open(place)
}

func (v *objectsView) none() string {
	if _, ok := v.current(); !ok {
		return "there is nothing here"
	}
	return ""
}

func (v *objectsView) noKey() string {
	row, ok := v.current()
	switch {
	case !ok:
		return "there is no object here"
	case row.Prefix:
		return "this is a prefix, not an object: enter opens it, i counts what is below it"
	}
	return ""
}

func (v *objectsView) whyUp() string {
	if v.prefix == "" {
		return "this is the top of the bucket"
	}
	return ""
}

func (v *objectsView) open() tea.Cmd {
	row, ok := v.current()
	if !ok {
		return nil
	}
	if row.Prefix {
		return ui.Open(ui.Place{Screen: "objects", Bucket: v.bucket, Prefix: row.Key})
	}
	return v.showDetails()
}

func (v *objectsView) showDetails() tea.Cmd {
	row, ok := v.current()
	switch {
	case !ok:
		return nil
	case row.Prefix:
		return ui.Push(newPrefixCount(v.env, v.bucket, row.Key))
	}
	return readDetails(v.env, v.life, ui.Place{Bucket: v.bucket, Key: row.Key}, v.beside(row.Key), func(d objects.Details) tea.Cmd {
		v.details = &objectDetails{row.Key, d}
		return detailsDialog(row.Key, d)
	})
}

// signed is what a presigned URL is made for: the object or prefix under the cursor, else the level that is shown.
func (v *objectsView) signed() ui.Place {
	row, ok := v.current()
	switch {
	case !ok:
		return ui.Place{Bucket: v.bucket, Prefix: v.prefix}
	case row.Prefix:
		return ui.Place{Bucket: v.bucket, Prefix: row.Key}
	}
	return ui.Place{Bucket: v.bucket, Key: row.Key}
}

func (v *objectsView) timeline() tea.Cmd {
	row, ok := v.current()
	if !ok || row.Prefix {
		return nil
	}
	return ui.Open(ui.Place{Screen: "timeline", Bucket: v.bucket, Key: row.Key})
}

func (v *objectsView) toggleFlat() tea.Cmd {
	v.flat = !v.flat
	return v.refresh()
}

func (v *objectsView) up() tea.Cmd {
	parent := strings.TrimRight(v.prefix, "/")
	parent = parent[:strings.LastIndexByte(parent, '/')+1]
	return ui.Replace(ui.Place{Screen: "objects", Bucket: v.bucket, Prefix: parent})
}

func (v *objectsView) askPrefix() tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Go to a prefix", Label: "prefix", Value: v.prefix,
		Text: "Keys that begin with it are listed. It need not end in a slash.",
		OK: func(s string) tea.Cmd {
			return ui.Open(ui.Place{Screen: "objects", Bucket: v.bucket, Prefix: s})
		}}))
}

// delete plans deleting what is chosen: keys, or everything below one prefix.
func (v *objectsView) delete() tea.Cmd {
	rows := v.chosen()
	sel, why := deletion(v.bucket, rows)
	if why != "" {
		return ui.Status(why, ui.Warn)
	}
	return v.env.Propose(v.life, warned(v.apart(rows), func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return versions.PlanDelete(ctx, r, sel)
	}))
}

// deletion makes a selection of rows, or says why it can't.
func deletion(bucket string, rows []listing.Row) (versions.Selection, string) {
	sel := versions.Selection{Bucket: bucket}
	prefixes := 0
	for _, row := range rows {
		if row.Prefix {
			prefixes++
			sel.Under, sel.Prefix = true, row.Key
			continue
		}
		sel.Entries = append(sel.Entries, awsops.Entry{Key: row.Key, VersionID: row.VersionID, Size: row.Size, ETag: row.ETag, Marker: row.Marker})
	}
	switch {
	case len(rows) == 0:
		return sel, "There is nothing to delete here."
	case prefixes > 1 || prefixes == 1 && len(rows) > 1:
		return sel, "One prefix is deleted at a time, and not together with keys: take some marks away."
	}
	return sel, ""
}

func (v *objectsView) upload() tea.Cmd { return openUpload(v.env, v.life, v.bucket, v.prefix) }

// download copies the object under the cursor into a file, or all that is marked, or a prefix, into a folder.
func (v *objectsView) download() tea.Cmd {
	rows := v.chosen()
	if len(rows) == 1 && !rows[0].Prefix {
		return openDownload(v.env, v.life, ui.Place{Bucket: v.bucket, Key: rows[0].Key}, v.beside(rows[0].Key))
	}
	picks := transfer.PicksOf(rows)
	for i, p := range picks {
		picks[i].Beside = !p.Under && v.beside(p.Key)
	}
	return openGet(v.env, v.life, v.bucket, v.prefix, picks)
}

func (v *objectsView) panes() tea.Cmd {
	return ui.Open(ui.Place{Screen: "transfer", Bucket: v.bucket, Prefix: v.prefix})
}

func (v *objectsView) Copies() []ui.CopyItem {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return keyCopies(v.env, v.partition, v.bucket, row)
}

// keyCopies are what may be taken away of a key or a version.
func keyCopies(env *Env, partition, bucket string, row listing.Row) []ui.CopyItem {
	t := awsops.Target{Profile: env.Session.Profile(), Region: env.Session.Region(), Endpoint: env.Session.Endpoint()}
	items := []ui.CopyItem{
		{Label: "key", Value: row.Key},
		{Label: "s3:// URI", Value: "s3://" + bucket + "/" + row.Key},
		{Label: "ARN", Value: buckets.ARN(partition, bucket) + "/" + row.Key},
	}
	if row.Prefix {
		return append(items, ui.CopyItem{Label: "command line", Value: awsops.Command(t, "s3", "ls").Arg("s3://" + bucket + "/" + row.Key).String()})
	}
	if env.Session.Endpoint() == "" {
		u := url.URL{Scheme: "https", Host: bucket + ".s3." + env.Session.Region() + ".amazonaws.com", Path: "/" + row.Key}
		items = append(items, ui.CopyItem{Label: "URL", Value: u.String()})
	}
	if row.VersionID != "" {
		items = append(items, ui.CopyItem{Label: "version id", Value: row.VersionID})
	}
	if row.ETag != "" {
		items = append(items, ui.CopyItem{Label: "ETag", Value: row.ETag})
	}
	line := awsops.Command(t, "s3api", "head-object").Flag("--bucket", bucket).Flag("--key", row.Key).FlagIf("--version-id", row.VersionID)
	return append(items, ui.CopyItem{Label: "command line", Value: line.String()})
}
