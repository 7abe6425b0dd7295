package edit

import (
	"slices"

	"cooper/awsops"
	"cooper/awsops/objectedit"
	"cooper/awsops/objects"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// kind is what a row is about.
type kind uint8

const (
	heading kind = iota
	header
	class
	meta
	tag
	told // a fact that can't be changed here
)

// row is a line of the screen.
type row struct {
	kind   kind
	header objectedit.Header // of a header
	name   string            // of metadata or a tag, true bytes
	label  string            // clean
	text   string            // clean
	style  grid.Style
}

// labels are the headers in few words.
var labels = map[objectedit.Header]string{
	objectedit.ContentType: "type", objectedit.ContentEncoding: "encoding", objectedit.ContentDisposition: "disposition", objectedit.ContentLanguage: "language",
	objectedit.CacheControl: "cache control", objectedit.Expires: "expires", objectedit.Redirect: "redirect",
}

// helps say what the headers are for.
var helps = map[objectedit.Header]string{
	objectedit.ContentType:        "Content-Type, such as text/html; charset=utf-8. Without one S3 says binary/octet-stream.",
	objectedit.ContentEncoding:    "Content-Encoding, such as gzip: how the bytes were packed. S3 doesn't pack or unpack.",
	objectedit.ContentDisposition: `Content-Disposition, such as attachment; filename="report.pdf".`,
	objectedit.ContentLanguage:    "Content-Language, such as en or de-CH.",
	objectedit.CacheControl:       "Cache-Control, such as max-age=3600 or no-store.",
	objectedit.Expires:            "Expires, such as Wed, 21 Oct 2026 07:28:00 GMT: until when caches may keep it. It deletes nothing.",
	objectedit.Redirect:           "Where a website's visitors are sent to: /other or https://…",
}

func label(h objectedit.Header) string { return labels[h] }

// build makes the rows of an object that was read.
func (v *screen) build() []row {
	before := v.now.Head.Value
	out := []row{{kind: heading, label: "Headers"}}
	for _, h := range objectedit.Headers() {
		out = append(out, changed(row{kind: header, header: h, label: label(h)}, *h.Of(&before), *h.Of(&v.head)))
	}
	out = append(out, row{kind: heading, label: "Storage"}, changed(row{kind: class, label: "class"}, before.StorageClass, v.head.StorageClass))
	if text := before.Archive().String(); text != "" {
		out = append(out, row{kind: told, label: "archive", text: before.Archive().Tier + ", " + text, style: views.CellWarn})
	}
	out = append(out, row{kind: told, label: "encryption", text: ui.Clean(before.Encryption.String()), style: views.CellMuted},
		row{kind: told, label: "size", text: ui.Bytes(before.Size), style: views.CellMuted}, row{kind: told, label: "ETag", text: ui.Clean(before.ETag), style: views.CellMuted})
	out = append(out, row{kind: heading, label: "Metadata"})
	out = append(out, pairRows(meta, before.Metadata, v.head.Metadata)...)
	out = append(out, row{kind: heading, label: "Tags"})
	switch v.now.Tags.State {
	case awsops.Known, awsops.Absent:
		return append(out, pairRows(tag, v.now.Tags.Value, v.tags)...)
	}
	text := v.now.Tags.State.String()
	if v.now.Tags.Err != nil {
		text += ": " + views.Explain(v.now.Tags.Err).Sentence
	}
	return append(out, row{kind: told, label: "tags", text: ui.Clean(text), style: views.CellBad})
}

// changed shows a value, and what it was when it is another one now.
func changed(r row, before, after string) row {
	r.text, r.style = value(after), views.CellText
	switch {
	case before != after:
		r.text, r.style = value(after)+"   was "+value(before), views.CellWarn
	case after == "":
		r.style = views.CellMuted
	}
	return r
}

// pairRows are names and values in the order of the names, also those that are to go.
func pairRows(k kind, before, after []objects.Pair) []row {
	all := map[string]bool{}
	for _, p := range slices.Concat(before, after) {
		all[p.Name] = true
	}
	var sorted []string
	for n := range all {
		sorted = append(sorted, n)
	}
	slices.Sort(sorted)
	var out []row
	for _, n := range sorted {
		was, had := find(before, n)
		is, has := find(after, n)
		r := row{kind: k, name: n, label: ui.Clean(n), text: value(is), style: views.CellText}
		switch {
		case !has:
			r.text, r.style = "(taken away)   was "+value(was), views.CellWarn
		case !had:
			r.text, r.style = value(is)+"   new", views.CellWarn
		case was != is:
			r.text, r.style = value(is)+"   was "+value(was), views.CellWarn
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		out = append(out, row{kind: told, label: "none", style: views.CellMuted})
	}
	return out
}

func find(pairs []objects.Pair, name string) (string, bool) {
	for _, p := range pairs {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}
