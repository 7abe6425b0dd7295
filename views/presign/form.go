package presign

import (
	"strings"
	"time"

	"cooper/awsops"
	sign "cooper/awsops/presign"
	"cooper/awsops/sse"
	"cooper/ui"
	"cooper/views"
)

// What a URL may be for, as the form offers it.
const (
	doGet    = "GET: read it"
	doHead   = "HEAD: look at its headers"
	doPut    = "PUT: upload"
	doDelete = "DELETE: delete it"
	doForm   = "POST: upload by a form"
	doList   = "GET: list it"
)

var methodOf = map[string]sign.Method{doGet: sign.Get, doHead: sign.Head, doPut: sign.Put, doDelete: sign.Delete, doForm: sign.Form, doList: sign.Get}

// methods are what a place can be signed for.
func methods(p ui.Place) []string {
	switch {
	case p.Key != "" && p.Version != "":
		return []string{doGet, doHead, doDelete}
	case p.Key != "":
		return []string{doGet, doHead, doPut, doForm, doDelete}
	}
	return []string{doForm, doPut, doList}
}

// The lives that are offered, and how they are typed.
const lifeOther = "other"

var lives = []struct{ label, text string }{
	{"15 minutes", "15m"}, {"1 hour", "1h"}, {"12 hours (the console's limit)", "12h"}, {"7 days (the longest there is)", "7d"},
}

func lifeLabels() []string {
	var out []string
	for _, l := range lives {
		out = append(out, l.label)
	}
	return append(out, lifeOther)
}

var styleOf = map[string]awsops.AddressStyle{awsops.AddressAuto.String(): awsops.AddressAuto, awsops.AddressVirtualHost.String(): awsops.AddressVirtualHost,
	awsops.AddressPath.String(): awsops.AddressPath, awsops.AddressDualStack.String(): awsops.AddressDualStack}

func styles(s *awsops.Session) []string {
	out := []string{awsops.AddressAuto.String(), awsops.AddressVirtualHost.String(), awsops.AddressPath.String()}
	if s.Endpoint() == "" {
		out = append(out, awsops.AddressDualStack.String())
	}
	return out
}

// form asks what a URL is to be for. What was typed before stands in it.
type form struct {
	env   *views.Env
	place ui.Place
	was   ui.Values
}

// only hides a field unless the method is one of these.
func only(wanted ...string) func(ui.Values) bool {
	return func(v ui.Values) bool {
		for _, w := range wanted {
			if v["method"] == w {
				return false
			}
		}
		return true
	}
}

// more hides a field until all options are asked for, and then unless the method is one of these.
func more(wanted ...string) func(ui.Values) bool {
	return func(v ui.Values) bool { return !v.Yes("more") || only(wanted...)(v) }
}

func (f form) fields() []ui.FormField {
	all := append(f.aim(), f.upload()...)
	all = append(all,
		ui.FormField{ID: "more", Label: "all options", Kind: ui.CheckField, Help: "Response headers, metadata, tags, checksum, storage class, kind of address."},
		ui.FormField{ID: "style", Label: "address", Kind: ui.ChoiceField, Options: styles(f.env.Session), Hidden: func(v ui.Values) bool { return !v.Yes("more") },
			Help: "Where the bucket's name stands. As configured is what cooper itself uses."})
	all = append(all, f.extras()...)
	for i := range all {
		if was, ok := f.was[all[i].ID]; ok {
			all[i].Value = was
		}
	}
	return all
}

// aim are the fields that say what for and how long.
func (f form) aim() []ui.FormField {
	below := "any key"
	if f.place.Prefix != "" {
		below = "any key below " + ui.Clean(f.place.Prefix)
	}
	fields := []ui.FormField{
		{ID: "method", Label: "for", Kind: ui.ChoiceField, Options: methods(f.place)},
		{ID: "life", Label: "until", Kind: ui.ChoiceField, Options: lifeLabels(), Value: lives[1].label,
			Help: "Keys of a session end it earlier, and so may the bucket's policy: the result says when it dies, and why."},
		{ID: "until", Label: "", Placeholder: "90m, 2d, 18:30, 2026-03-01 18:30", Hidden: func(v ui.Values) bool { return v["life"] != lifeOther },
			Help: "How long from now, or a time in UTC.", Check: func(s string) string { _, wrong := sign.ReadUntil(s, f.env.Session.ServerNow()); return wrong }},
	}
	if f.place.Key == "" {
		fields = append(fields, ui.FormField{ID: "key", Label: "key", Value: f.place.Prefix, Hidden: only(doPut), Help: "The key that is uploaded to.",
			Check: func(s string) string {
				if s == "" || s == f.place.Prefix && strings.HasSuffix(s, "/") {
					return "name the key that is uploaded to"
				}
				return ""
			}},
			ui.FormField{ID: "formkey", Label: "key", Placeholder: below, Hidden: only(doForm), Help: "Empty lets the user of the form choose: ${filename} stands for the file's name."})
	}
	if f.place.Key != "" && f.place.Version == "" {
		fields = append(fields, ui.FormField{ID: "version", Label: "version", Placeholder: "the current one when it is used", Hidden: more(doGet, doHead, doDelete)})
	}
	return fields
}

// upload are the fields that say what an upload must be.
func (f form) upload() []ui.FormField {
	fields := []ui.FormField{
		{ID: "saveas", Label: "save as", Placeholder: "as the object says", Hidden: only(doGet), Help: "The file's name that browsers offer (Content-Disposition: attachment)."},
		{ID: "type", Label: "content type", Placeholder: "any", Hidden: only(doPut, doForm), Help: "The upload must send it exactly so. A form takes image/* for whatever begins with image/."},
		{ID: "length", Label: "size", Placeholder: "any", Hidden: only(doPut), Help: "The exact size in bytes. Only a form can take a range of sizes.", Check: optional(func(s string) string { _, wrong := sign.ReadSize(s); return wrong })},
		{ID: "sizes", Label: "sizes", Placeholder: "any", Hidden: only(doForm), Help: "Such as 1 KB - 10 MB, or the largest alone.", Check: func(s string) string { _, _, wrong := sign.ReadSizes(s); return wrong }},
		{ID: "newonly", Label: "new keys only", Kind: ui.CheckField, Value: "yes", Hidden: only(doPut), Help: "The upload is refused where there is an object already (If-None-Match: *)."},
		{ID: "sse", Label: "encryption", Kind: ui.ChoiceField, Options: f.kinds(), Hidden: only(doPut, doForm), Help: "The upload must ask for it exactly so."},
		{ID: "kms", Label: "KMS key", Placeholder: "arn:aws:kms:REGION:ACCOUNT:key/ID", Hidden: func(v ui.Values) bool {
			return only(doPut, doForm)(v) || v["sse"] != sse.KMS.String() && v["sse"] != sse.DSSE.String()
		}},
	}
	if prints := f.prints(); len(prints) > 0 {
		fields = append(fields, ui.FormField{ID: "customer", Label: "customer's key", Kind: ui.ChoiceField, Options: append([]string{noKey}, prints...), Value: f.known(), Hidden: func(v ui.Values) bool {
			return v["method"] == doPut && v["sse"] != sse.Customer.String() || only(doGet, doHead, doPut)(v)
		}, Help: "Its three headers are signed: whoever uses the URL needs the key, too, and must send it."})
	}
	return fields
}

const noKey = "none"

// prints are the fingerprints of the customer's keys at hand.
func (f form) prints() []string {
	var out []string
	for _, held := range f.env.Session.Keys().All() {
		out = append(out, held.Fingerprint)
	}
	return out
}

// known is the fingerprint of the key that the object was last read with, noKey when there is none.
func (f form) known() string {
	key, ok := f.env.Session.Keys().For(f.place.Bucket, f.place.Key, f.place.Version)
	if !ok {
		return noKey
	}
	return key.Fingerprint()
}

// kinds are the encryptions that can be demanded; a form can't hide a customer's key.
func (f form) kinds() []string {
	out := []string{sse.Default.String(), sse.S3.String(), sse.KMS.String(), sse.DSSE.String()}
	if len(f.prints()) > 0 {
		out = append(out, sse.Customer.String())
	}
	return out
}

// extras are the fields that most URLs don't need.
func (f form) extras() []ui.FormField {
	header := func(id, label, placeholder string) ui.FormField {
		return ui.FormField{ID: id, Label: label, Placeholder: placeholder, Hidden: more(doGet, doHead), Help: "What the answer says in place of the object's own header."}
	}
	sums := []string{noKey}
	for _, a := range sign.ChecksumAlgorithms {
		sums = append(sums, a.Name)
	}
	return []ui.FormField{
		header("rtype", "Content-Type", "as the object says"), header("rcache", "Cache-Control", "as the object says"),
		header("rencoding", "Content-Encoding", "as the object says"), header("rlanguage", "Content-Language", "as the object says"),
		header("rexpires", "Expires", "as the object says"),
		{ID: "metadata", Label: "metadata", Placeholder: "none", Hidden: more(doPut, doForm), Help: "name=value, name=value", Check: pairsCheck},
		{ID: "tags", Label: "tags", Placeholder: "none", Hidden: more(doPut, doForm), Help: "key=value, key=value", Check: pairsCheck},
		{ID: "class", Label: "storage class", Kind: ui.ChoiceField, Options: classes, Hidden: more(doPut, doForm)},
		{ID: "sum", Label: "checksum", Kind: ui.ChoiceField, Options: sums, Hidden: more(doPut, doForm), Help: "Pins the content: only these bytes can be uploaded."},
		{ID: "sumvalue", Label: "its value", Placeholder: "base64", Hidden: func(v ui.Values) bool { return more(doPut, doForm)(v) || v["sum"] == noKey }},
		{ID: "status", Label: "answer", Kind: ui.ChoiceField, Options: []string{"204", "200", "201"}, Hidden: more(doForm), Help: "The status of an upload that went well; 201 comes with a document."},
		{ID: "redirect", Label: "then go to", Placeholder: "nowhere", Hidden: more(doForm), Help: "Where the browser goes after the upload."},
	}
}

var classes = []string{"STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "REDUCED_REDUNDANCY"}

func optional(check func(string) string) func(string) string {
	return func(s string) string {
		if strings.TrimSpace(s) == "" {
			return ""
		}
		return check(s)
	}
}

func pairsCheck(s string) string { _, wrong := sign.ReadPairs(s); return wrong }

// spec makes of what was typed what is to be signed, or says what is wrong with it.
func (f form) spec(v ui.Values, now time.Time) (sign.Spec, string) {
	s := sign.Spec{Bucket: f.place.Bucket, Key: f.place.Key, Prefix: f.place.Prefix, Version: f.place.Version, Method: methodOf[v["method"]], Style: styleOf[v["style"]]}
	if version := strings.TrimSpace(v["version"]); version != "" {
		s.Version = version
	}
	text := v["until"]
	for _, l := range lives {
		if l.label == v["life"] {
			text = l.text
		}
	}
	var wrong string
	if s.Until, wrong = sign.ReadUntil(text, now); wrong != "" {
		return s, wrong
	}
	switch v["method"] {
	case doPut:
		s.Key = first(s.Key, v["key"])
	case doForm:
		s.Key = first(s.Key, v["formkey"])
	case doGet, doHead:
		s.Response = response(v)
		if s.Customer = v["customer"]; s.Customer == noKey {
			s.Customer = ""
		}
	}
	if s.Method == sign.Put || s.Method == sign.Form {
		s.Version = ""
		if s.Upload, wrong = upload(v); wrong != "" {
			return s, wrong
		}
	}
	return s, s.Check(f.env.Session.Dialect() == awsops.DialectCompatible)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func response(v ui.Values) sign.Response {
	r := sign.Response{Type: v["rtype"], Cache: v["rcache"], Encoding: v["rencoding"], Language: v["rlanguage"], Expires: v["rexpires"]}
	if name := v["saveas"]; name != "" {
		r.Disposition = sign.SaveAs(name)
	}
	return r
}

func upload(v ui.Values) (u sign.Upload, wrong string) {
	u = sign.Upload{Type: v["type"], NewOnly: v.Yes("newonly"), Redirect: v["redirect"]}
	if kind, ok := strings.CutSuffix(u.Type, "*"); ok {
		if v["method"] == doPut {
			return u, "only a form can leave the content type open: name it, or leave it empty"
		}
		u.Type, u.TypePrefix = kind, true
	}
	if text := v["length"]; strings.TrimSpace(text) != "" {
		if u.Length, wrong = sign.ReadSize(text); wrong != "" {
			return u, wrong
		}
		if u.Length == 0 {
			return u, "an upload of a size that is signed has a byte at least"
		}
	}
	if u.Min, u.Max, wrong = sign.ReadSizes(v["sizes"]); wrong != "" {
		return u, wrong
	}
	if u.Metadata, wrong = sign.ReadPairs(v["metadata"]); wrong != "" {
		return u, wrong
	}
	if u.Tags, wrong = sign.ReadPairs(v["tags"]); wrong != "" {
		return u, wrong
	}
	u.Encryption = encryption(v)
	if v["class"] != classes[0] {
		u.Class = v["class"]
	}
	if v["status"] != "204" {
		u.Status = v["status"]
	}
	if v["sum"] != noKey {
		u.Checksum = sign.Checksum{Algorithm: v["sum"], Value: strings.TrimSpace(v["sumvalue"])}
	}
	return u, ""
}

func encryption(v ui.Values) sse.Choice {
	c := sse.Choice{}
	for _, kind := range sse.Kinds() {
		if kind.String() == v["sse"] {
			c.Kind = kind
		}
	}
	switch c.Kind {
	case sse.KMS, sse.DSSE:
		c.KeyID = strings.TrimSpace(v["kms"])
	case sse.Customer:
		if c.Fingerprint = v["customer"]; c.Fingerprint == noKey {
			c.Fingerprint = ""
		}
	}
	return c
}
