package views

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
	"cooper/ui"
)

// readDetails asks for everything there is to know of one object or version, and then runs then. beside says that there
// is an object with the name of its instruction file.
func readDetails(env *Env, life *ui.Life, at ui.Place, beside bool, then func(objects.Details) tea.Cmd) tea.Cmd {
	return ui.Do(life, "details", func(ctx context.Context) (objects.Details, error) {
		r := env.Session.Reader()
		d := objects.ReadDetails(ctx, r, at.Bucket, at.Key, at.Version)
		if head, ok := d.Head.Get(); ok && beside && clientside.WantsFile(head.Metadata) {
			d.Beside = clientside.FactsBeside(ctx, r, clientside.Object{Bucket: at.Bucket, Key: at.Key, Version: at.Version, Metadata: head.Metadata})
		}
		return d, nil
	}, func(d objects.Details, _ error) tea.Cmd {
		if e := d.Head.Err; e != nil {
			if missing, ok := errors.AsType[*sse.MissingKey](e); ok {
				return askForKey(env, life, at, missing, nil, func() tea.Cmd { return readDetails(env, life, at, beside, then) })
			}
		}
		return then(d)
	})
}

// detailsDialog shows all facts of an object.
func detailsDialog(key string, d objects.Details) tea.Cmd {
	var text strings.Builder
	for _, f := range objectFacts(key, d) {
		text.WriteString(f.Label + ": " + f.Value + "\n")
	}
	return ui.Raise(ui.NewText(ui.Clean(lastPart(key)), text.String()))
}

// objectFacts are all that is known of an object; values are clean. What may not be seen says so.
func objectFacts(key string, d objects.Details) []ui.Fact {
	facts := []ui.Fact{{Label: "key", Value: ui.Clean(key)}}
	head, ok := d.Head.Get()
	if !ok {
		facts = append(facts, ui.Fact{Label: "HEAD", Value: factText(d.Head, "not there", func(objects.Head) string { return "" })})
	} else {
		sealed := cleanFacts(d.Beside)
		if len(sealed) == 0 {
			sealed = clientFacts(head)
		}
		facts = append(facts, headFacts(head, sealed)...)
	}
	return append(facts,
		ui.Fact{Label: "tags", Value: factText(d.Tags, "none", pairsText)},
		ui.Fact{Label: "retention", Value: factText(d.Retention, "none", func(r objects.Retention) string {
			return r.Mode + " until " + ui.Time(r.Until)
		})},
		ui.Fact{Label: "legal hold", Value: factText(d.LegalHold, "never set", func(on bool) string {
			if on {
				return "on"
			}
			return "off"
		})})
}

// headFacts are what HEAD tells; sealed is what is known of client-side encryption.
func headFacts(h objects.Head, sealed []ui.Fact) []ui.Fact {
	facts := []ui.Fact{
		{Label: "size", Value: exactBytes(h.Size)},
		{Label: "modified", Value: ui.Time(h.Modified)},
	}
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, ui.Fact{Label: label, Value: ui.Clean(value)})
		}
	}
	add("version", h.VersionID)
	add("ETag", h.ETag)
	add("class", h.StorageClass)
	add("type", h.ContentType)
	add("encoding", h.ContentEncoding)
	add("disposition", h.ContentDisposition)
	add("language", h.ContentLanguage)
	add("cache", h.CacheControl)
	add("expires", h.Expires)
	add("encryption", h.Encryption.String())
	add("KMS key", h.Encryption.KeyID)
	if h.Encryption.KeyID != "" && h.Encryption.Algorithm == "aws:kms" { // DSSE-KMS has none
		add("bucket key", map[bool]string{true: "on", false: "off"}[h.Encryption.BucketKey])
	}
	add("key fingerprint", h.Encryption.CustomerKey)
	facts = append(facts, sealed...)
	for _, c := range h.Checksums {
		add("checksum "+c.Name, c.Value+" "+strings.ToLower(h.ChecksumFor))
	}
	if a := h.Archive(); a.Tier != "" || a.State != objects.AtHand {
		add("archive", a.Tier+", "+a.String())
	}
	add("replication", h.Replication)
	add("expiration", h.Expiration)
	add("redirect", h.Redirect)
	for _, p := range h.Metadata {
		add("meta "+ui.Clean(p.Name), p.Value)
	}
	if h.MissingMetadata > 0 {
		facts = append(facts, ui.Fact{Label: "metadata", Value: fmt.Sprintf("%d more that no header can carry", h.MissingMetadata)})
	}
	return facts
}

func pairsText(pairs []objects.Pair) string {
	if len(pairs) == 0 {
		return "none"
	}
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.Name + "=" + p.Value
	}
	return strings.Join(parts, ", ")
}

// exactBytes is a size in three digits, and to the byte where that says more.
func exactBytes(n int64) string {
	if n < 1024 {
		return ui.Bytes(n)
	}
	return ui.Bytes(n) + " (" + ui.Thousands(n) + " bytes)"
}
