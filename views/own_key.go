package views

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// What becomes of an object that is client-side encrypted.
const (
	unsealIt = "decrypt it"
	asStored = "copy the ciphertext"
)

// clientFacts are what an object's metadata tells of client-side encryption; nothing when it tells nothing.
func clientFacts(h objects.Head) []ui.Fact {
	told, ok := clientside.Look(h.Metadata)
	if !ok {
		return nil
	}
	facts := cleanFacts(told.Facts())
	if told.PlainSize >= 0 {
		facts = append(facts, ui.Fact{Label: "plain size", Value: exactBytes(told.PlainSize)})
	}
	return facts
}

func cleanFacts(pairs []objects.Pair) []ui.Fact {
	out := make([]ui.Fact, len(pairs))
	for i, p := range pairs {
		out[i] = ui.Fact{Label: ui.Clean(p.Name), Value: ui.Clean(p.Value)}
	}
	return out
}

// unsealFields ask what becomes of objects that are client-side encrypted, for a job of many.
func unsealFields(env *Env) []ui.FormField {
	help := "Those whose key isn't among the session's fail, and the others go on. Key files are given under “client-side keys”."
	if n := len(env.Session.ClientKeys().All()); n > 0 {
		help = ui.Plural(int64(n), "key is held. ", "keys are held. ") + help
	}
	return []ui.FormField{
		{ID: "unseal", Label: "client-side encrypted", Kind: ui.ChoiceField, Options: []string{unsealIt, asStored}, Help: help},
		{ID: "ownkms", Label: "its KMS key", Placeholder: "an ARN, where a KMS key encrypted them", Hidden: func(v ui.Values) bool { return v["unseal"] == asStored },
			Check: func(s string) string {
				if s = strings.TrimSpace(s); s == "" {
					return ""
				}
				return clientside.Check(sse.Client{KeyID: s})
			}},
	}
}

func unsealingOf(v ui.Values) transfer.Unsealing {
	how := transfer.Unsealing{AsStored: v["unseal"] == asStored}
	if arn := strings.TrimSpace(v["ownkms"]); arn != "" && !how.AsStored {
		how.Client = &sse.Client{KeyID: arn}
	}
	return how
}

// askUnsealing asks for the key of a client-side encrypted object when that is what an error wants; else it is nil. how
// was tried.
func askUnsealing(env *Env, life *ui.Life, err error, how transfer.Unsealing, then func(transfer.Unsealing) tea.Cmd) tea.Cmd {
	e, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return nil
	}
	switch e.Code {
	case clientside.CodeNoKey, "WrongKey":
		if w, ok := errors.AsType[*s3ec.Error](err); ok {
			return askOwnKey(env, life, e, w.Key, nil, then, unsealIt, asStored)
		}
		return askOwnKMS(life, e, how.Client, then)
	case clientside.CodeNoKMSKey, "EncryptionContext":
		return askOwnKMS(life, e, how.Client, then)
	}
	return nil
}

// askOwnKey asks for a key file. wanted is the fingerprint that the object names; v is what was typed before. ways are what
// can be done with the object; of one it isn't asked.
func askOwnKey(env *Env, life *ui.Life, e *awsops.Error, wanted string, v ui.Values, then func(transfer.Unsealing) tea.Cmd, ways ...string) tea.Cmd {
	fields := []ui.FormField{
		{ID: "unseal", Label: "what", Kind: ui.ChoiceField, Options: ways, Hidden: func(ui.Values) bool { return len(ways) < 2 }},
		{ID: "ownfile", Label: "key file", Placeholder: "path", Hidden: func(v ui.Values) bool { return v["unseal"] == asStored }, Check: func(s string) string {
			if strings.TrimSpace(s) == "" {
				return "type the path of the key file"
			}
			return ""
		}, Help: "32 bytes, base64 or hexadecimal digits. It is kept in memory until cooper ends, and goes nowhere else."},
	}
	return ui.Raise(ui.NewForm(ui.FormOptions{Title: "Client-side encrypted", Text: ui.Clean(upperFirst(e.Message) + ". " + e.Hint), Submit: "go on", Fields: refill(fields, v),
		OK: func(v ui.Values) (tea.Cmd, string) {
			how := unsealingOf(v)
			if how.AsStored {
				return then(how), ""
			}
			return ui.Do(life, "own key", func(context.Context) (string, error) {
				held := env.Session.ClientKeys().All()
				print, _, err := takeOwn(env.Session, keyFromFile, expandHome(v["ownfile"], env.Home))
				before := slices.ContainsFunc(held, func(k s3ec.Held) bool { return k.Fingerprint == print })
				if err == nil && wanted != "" && print != wanted && !before {
					env.Session.ClientKeys().Drop(print)
				}
				return print, err
			}, func(print string, err error) tea.Cmd {
				if err == nil && wanted != "" && print != wanted {
					err = awsops.Invalid("decrypt", "this is the wrong key: its fingerprint is "+print+", and the object was encrypted with "+wanted, "Nothing was decrypted. Choose another file.")
				}
				if err != nil {
					return tea.Batch(ui.Fail(err, nil), askOwnKey(env, life, e, wanted, v, then, ways...))
				}
				return then(how)
			}), ""
		}}))
}

// askOwnKMS asks for the KMS key that is expected. typed is what was tried, nil for nothing.
func askOwnKMS(life *ui.Life, e *awsops.Error, typed *sse.Client, then func(transfer.Unsealing) tea.Cmd) tea.Cmd {
	if typed == nil {
		typed = &sse.Client{}
	}
	stored := func(v ui.Values) bool { return v["unseal"] == asStored }
	return ui.Raise(ui.NewForm(ui.FormOptions{Title: "Client-side encrypted", Text: ui.Clean(upperFirst(e.Message) + ". " + e.Hint), Submit: "go on", Fields: []ui.FormField{
		{ID: "unseal", Label: "what", Kind: ui.ChoiceField, Options: []string{unsealIt, asStored}},
		{ID: "ownkms", Label: "KMS key", Value: typed.KeyID, Placeholder: "arn:aws:kms:…:key/…", Hidden: stored, Check: checkOwnKMS},
		{ID: "owncontext", Label: "context", Value: typed.Context, Placeholder: "nothing takes the object's own", Hidden: stored, Check: func(s string) string {
			return checkOwnContext(s)
		}, Help: "When it is given it must be the object's."},
	}, OK: func(v ui.Values) (tea.Cmd, string) {
		how := unsealingOf(v)
		if how.Client != nil {
			how.Client.Context = strings.TrimSpace(v["owncontext"])
		}
		return then(how), ""
	}}))
}

// openClientKeys shows the keys that are held, takes another, and says what must be known of them.
func openClientKeys(env *Env, life *ui.Life) tea.Cmd {
	held := "None is held in this session."
	if all := env.Session.ClientKeys().All(); len(all) > 0 {
		lines := make([]string, len(all))
		for i, k := range all {
			lines[i] = ui.Clean(ownLabel(k))
		}
		held = "Held in this session: " + strings.Join(lines, "; ") + "."
	}
	fields := ownKeyFields(env, func(ui.Values) bool { return false }, keyFromFile, keyNew)
	fields[0].Options = []string{keyFromFile, keyNew}
	fields[0].Label, fields[1].Label = "add", "file"
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Keys for client-side encryption", Text: held + " What to know of them is under “about client-side keys”.", Submit: "add the key", Fields: fields,
		OK: func(v ui.Values) (tea.Cmd, string) {
			var said string
			return ui.Do(life, "own key", func(context.Context) (print string, err error) {
				print, said, err = takeOwn(env.Session, v["ownfrom"], expandHome(v["ownfile"], env.Home))
				return print, err
			}, func(print string, err error) tea.Cmd {
				if err != nil {
					return ui.Fail(err, nil)
				}
				if said == "" {
					said = "The key " + print + " is held until cooper ends."
				}
				return ui.Status(ui.Clean(said), ui.Info)
			}), ""
		}}))
}
