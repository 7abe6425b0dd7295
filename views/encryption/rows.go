package encryption

import (
	"strings"

	"cooper/awsops"
	"cooper/awsops/buckets"
	defaults "cooper/awsops/encryption"
	"cooper/awsops/kms"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// The ids of rows with which something can be done.
const (
	rowDefault = "default"
	rowKey     = "key"
	rowSSEC    = "ssec"
)

func row(id, label, text string, style grid.Style) item {
	return item{id: id, label: label, text: ui.Clean(text), style: style}
}

// rows are what the tab says, in words.
func (v *tab) rows() []item {
	out := []item{{label: "Default", heading: true, text: " "}}
	out = append(out, v.defaultRows()...)
	out = append(out, item{label: "In transit", heading: true, text: " "}, v.endpointRow())
	return append(out, v.switchRows()...)
}

// trouble is a row for a reading that holds no value; ok is false when it does hold one.
func trouble[T any](id, label string, r awsops.Reading[T], absent string) (item, bool) {
	switch r.State {
	case awsops.Known:
		return item{}, false
	case awsops.Unread, awsops.Loading:
		return row(id, label, "loading", views.CellInfo), true
	case awsops.Absent:
		return row(id, label, absent, views.CellWarn), true
	case awsops.Unsupported:
		return row(id, label, "not offered by this server: "+views.Explain(r.Err).Sentence, views.CellMuted), true
	}
	return row(id, label, r.State.String()+": "+views.Explain(r.Err).Sentence, views.CellBad), true
}

func (v *tab) defaultRows() []item {
	if it, none := trouble(rowDefault, "  new objects", v.byDefault, "none: what is uploaded without encryption headers is stored in plain text"); none {
		return []item{it}
	}
	e := v.byDefault.Value
	var out []item
	if k, ok := v.key.key.Get(); ok && defaults.UsesKMS(e.Algorithm) {
		out = v.keyAlarms(k)
	}
	out = append(out, row(rowDefault, "  new objects", kindWords(e), views.CellText))
	if defaults.UsesKMS(e.Algorithm) {
		out = append(out, v.keyRows(e)...)
		out = append(out, v.bucketKeyRow(e), v.requestsRow(e))
	}
	return append(out, ssecRow(e))
}

func kindWords(e buckets.Encryption) string {
	switch e.Algorithm {
	case defaults.SSES3:
		return "SSE-S3: encrypted with keys that S3 keeps; whoever may read the object can read it"
	case defaults.KMS:
		return "SSE-KMS: encrypted with a KMS key; readers need rights on the key, too"
	case defaults.DSSE:
		return "DSSE-KMS: encrypted twice with a KMS key, for rules that ask for two layers"
	case "":
		return "the server names no algorithm"
	}
	return e.Algorithm + ": not a kind that is known here"
}

// keyRows say which key it is and in what state.
func (v *tab) keyRows(e buckets.Encryption) []item {
	name := "aws/s3, the key that AWS keeps for S3 in every account"
	if e.KeyID != "" {
		name = e.KeyID
	}
	out := []item{row(rowKey, "  KMS key", name, views.CellText)}
	if e.KeyID != "" && !kms.IsKeyARN(e.KeyID) && v.env.Session.Dialect() != awsops.DialectCompatible {
		out = append(out, v.loud(rowKey, "", "This is no key's ARN: it is looked up in each writer's own account, so that a writer of another account encrypts with a key of theirs. e sets the full ARN.", views.CellWarn))
	}
	if v.key.key.State == awsops.Absent && e.KeyID == "" {
		return append(out, row(rowKey, "  key state", "AWS makes it at its first use", views.CellMuted))
	}
	if it, none := trouble(rowKey, "  key state", v.key.key, "there is no such key (any more) in "+v.target.Region+": uploads without headers fail, and nothing that it encrypted can be read"); none {
		if v.key.key.State == awsops.Absent {
			it = v.loud(rowKey, it.label, it.text, views.CellBad)
		}
		return append(out, it)
	}
	k := v.key.key.Value
	if names := aliasNames(v.key.aliases); names != "" {
		out = append(out, row(rowKey, "  alias", names, views.CellText))
	}
	style := views.CellGood
	if !k.Enabled() {
		style = views.CellBad
	}
	return append(out, row(rowKey, "  key state", defaults.Describe(k)+", "+k.Region, style))
}

// keyAlarms are what must not be overlooked.
func (v *tab) keyAlarms(k kms.Key) []item {
	var out []item
	switch why := k.ForS3(v.target.Region); {
	case k.Doomed():
		left := "at an unknown time"
		if !k.Deleted.IsZero() {
			left = "in " + ui.Span(k.Deleted.Sub(v.env.Session.ServerNow())) + ", on " + ui.Time(k.Deleted)
		}
		out = append(out, v.loud(rowKey, "  PENDING DELETION", "The key is gone "+left+". From then on nothing that it encrypted can ever be read again, here or anywhere; "+
			"uploads and reads fail already. If it is still needed, cancel the deletion now and enable it: y copies the command line.", views.CellBad))
	case k.State == "Disabled":
		out = append(out, v.loud(rowKey, "  DISABLED", "The key is disabled: what it encrypted can't be read, and uploads without headers fail, until it is enabled again.", views.CellBad))
	case why != "":
		out = append(out, v.loud(rowKey, "  CAN'T BE USED", why, views.CellBad))
	}
	owner := v.target.Owner
	if owner == "" {
		owner = v.target.Account
	}
	if owner != "" && k.Account != owner {
		out = append(out, v.loud(rowKey, "  FOREIGN KEY", "The key belongs to account "+k.Account+", which can disable or delete it.", views.CellWarn))
	}
	return out
}

// loud is a row with the warning sign.
func (v *tab) loud(id, label, text string, style grid.Style) item {
	it := row(id, label, v.env.Theme.Glyph().Warn+" "+text, style)
	it.loud = true
	return it
}

func aliasNames(r awsops.Reading[[]kms.Alias]) string {
	var names []string
	for _, a := range r.Value {
		names = append(names, a.Name)
	}
	switch {
	case r.State == awsops.Denied:
		return "denied: listing aliases needs kms:ListAliases"
	case r.State == awsops.Known && len(names) == 0:
		return "none"
	}
	return strings.Join(names, ", ")
}

func (v *tab) bucketKeyRow(e buckets.Encryption) item {
	switch {
	case e.Algorithm == defaults.DSSE:
		return row(rowDefault, "  Bucket Key", "not possible with DSSE-KMS", views.CellMuted)
	case e.BucketKey:
		return row(rowDefault, "  Bucket Key", "on", views.CellGood)
	}
	return row(rowDefault, "  Bucket Key", "off", views.CellWarn)
}

func (v *tab) requestsRow(e buckets.Encryption) item {
	text := strings.Join(defaults.Requests(e), " ")
	switch v.key.quota.State {
	case awsops.Unread, awsops.Loading, awsops.Unsupported:
	default:
		text += " " + defaults.QuotaWords(v.key.quota, v.target.Region)
	}
	return row(rowDefault, "  KMS requests", text, views.CellMuted)
}

func ssecRow(e buckets.Encryption) item {
	blocked, known := defaults.Blocks(e)
	switch {
	case blocked:
		return row(rowSSEC, "  SSE-C", "blocked: nobody can upload under a key that the bucket's owner doesn't have", views.CellGood)
	case known:
		return row(rowSSEC, "  SSE-C", "allowed: objects may be stored under keys that only their uploaders have", views.CellWarn)
	}
	return row(rowSSEC, "  SSE-C", "the server doesn't say whether it is blocked", views.CellMuted)
}

func (v *tab) endpointRow() item {
	if v.env.Session.Secure() {
		return row("", "  this connection", "https", views.CellGood)
	}
	return v.loud("", "  this connection", "http: everything travels in plain text. Keys (SSE-C), data keys of KMS and one-time codes are refused here before they are sent.", views.CellBad)
}
