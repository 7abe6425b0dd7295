package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/sse"
	"cooper/ui"
)

// asSource is a copy's choice to be encrypted as its source is.
const asSource = "as the source"

// encryptionFields ask how an object is encrypted on the server. first are choices before the kinds. The choice's own
// line shows the headers that it sends.
func encryptionFields(env *Env, first ...string) []ui.FormField {
	kinds := slices.Clone(first)
	for _, k := range sse.Kinds() {
		kinds = append(kinds, k.String())
	}
	unless := func(want ...sse.Kind) func(ui.Values) bool {
		return func(v ui.Values) bool { return !slices.Contains(want, kindOf(v)) }
	}
	any := env.Session.Dialect() == awsops.DialectCompatible
	fields := []ui.FormField{
		{ID: "sse", Label: "encryption", Kind: ui.ChoiceField, Options: kinds, Value: kinds[0], Below: func(v ui.Values) []string { return headerLines(env, v) }},
		{ID: "kms", Label: "KMS key", Placeholder: "arn:aws:kms:…:key/…", Hidden: unless(sse.KMS, sse.DSSE), Check: func(s string) string {
			if s = strings.TrimSpace(s); s == "" {
				return "type the key's full ARN"
			}
			return sse.Choice{Kind: sse.KMS, KeyID: s}.Check(any)
		}, Help: "The full ARN of a symmetric key in the bucket's region. Without one S3 takes the account's aws/s3 key, and not the bucket's."},
		{ID: "context", Label: "context", Placeholder: `{"project":"x"}, or nothing`, Hidden: unless(sse.KMS, sse.DSSE), Check: func(s string) string {
			return sse.Choice{Kind: sse.KMS, KeyID: "arn:aws:kms:a:1:key/a", Context: strings.TrimSpace(s)}.Check(true)
		}, Help: "A KMS encryption context: it is no secret, it is in CloudTrail, and a copy does not keep it."},
		{ID: "bucketkey", Label: "bucket key", Kind: ui.CheckField, Hidden: unless(sse.KMS), Help: "Far fewer KMS calls; the context that KMS sees is then the bucket's."},
	}
	return append(fields, keyFields(env, unless(sse.Customer), keyFromFile, keyNew, keyTyped)...)
}

func kindOf(v ui.Values) sse.Kind {
	for _, k := range sse.Kinds() {
		if k.String() == v["sse"] {
			return k
		}
	}
	return ""
}

// choiceOf reads the fields back; the key of one's own isn't looked at.
func choiceOf(v ui.Values) sse.Choice {
	c := sse.Choice{Kind: kindOf(v)}
	if c.Kind == sse.KMS || c.Kind == sse.DSSE {
		c.KeyID, c.Context = strings.TrimSpace(v["kms"]), strings.TrimSpace(v["context"])
	}
	c.BucketKey = c.Kind == sse.KMS && v.Yes("bucketkey")
	return c
}

// headerLines are exactly the headers that the choice sends, with the key hidden.
func headerLines(env *Env, v ui.Values) []string {
	if v["sse"] == asSource {
		return []string{"sends the source's KMS key within a region, and the source's own key (SSE-C)"}
	}
	c := choiceOf(v)
	if c.Kind == sse.Default {
		return []string{"sends no header: the bucket's default encryption holds"}
	}
	if c.Kind == sse.Customer {
		if c.Fingerprint = wishOf(env, v).held; c.Fingerprint == "" {
			c.Fingerprint = "(MD5 of the key, in base64)"
		}
	}
	var out []string
	for _, h := range c.Headers() {
		out = append(out, h.Name+": "+h.Value)
	}
	return out
}

// withChoice gets the key of one's own, where one was chosen, and goes on with the choice. Where that fails the form
// opens again with what was typed.
func withChoice(env *Env, life *ui.Life, bucket string, v ui.Values, again func(ui.Values) tea.Cmd, then func(sse.Choice) tea.Cmd) tea.Cmd {
	c := choiceOf(v)
	then = withOwn(env, life, v, again, then)
	if c.Kind != sse.Customer {
		return then(c)
	}
	wish := wishOf(env, v)
	return ui.Do(life, "key", func(context.Context) (string, error) { return wish.take(env.Session, bucket) },
		func(print string, err error) tea.Cmd {
			if err != nil {
				return tea.Batch(ui.Fail(err, nil), again(v))
			}
			c.Fingerprint = print
			return tea.Batch(ui.Status("", ui.Info), then(c))
		})
}
