package views

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// Where a key of one's own comes from.
const (
	keyFromFile = "a key file"
	keyTyped    = "typed in"
	keyNew      = "a new one, saved to a file"
)

// keyWish says which key of one's own a form asked for.
type keyWish struct {
	held string // fingerprint of a key that the session holds
	from string // else: keyFromFile, keyTyped or keyNew
	file string
	text string
}

// keySources are the choices for a key: those that are held, and then where another comes from.
func keySources(env *Env, sources ...string) []string {
	var out []string
	for _, k := range env.Session.Keys().All() {
		out = append(out, heldLabel(k))
	}
	return append(out, sources...)
}

func heldLabel(k sse.Held) string {
	if k.File == "" {
		return k.Fingerprint
	}
	return k.Fingerprint + " " + k.File
}

// wishOf reads the fields of a key back.
func wishOf(env *Env, v ui.Values) keyWish {
	w := keyWish{from: v["keyfrom"], file: expandHome(v["keyfile"], env.Home), text: v["keytext"]}
	for _, k := range env.Session.Keys().All() {
		if heldLabel(k) == w.from {
			w.held = k.Fingerprint
		}
	}
	return w
}

// keyFields ask for a key. Those that don't matter are left out; hidden says when none does.
func keyFields(env *Env, hidden func(ui.Values) bool, sources ...string) []ui.FormField {
	from := keySources(env, sources...)
	unless := func(want ...string) func(ui.Values) bool {
		return func(v ui.Values) bool {
			if hidden(v) {
				return true
			}
			for _, s := range want {
				if v["keyfrom"] == s {
					return false
				}
			}
			return true
		}
	}
	return []ui.FormField{
		{ID: "keyfrom", Label: "your key", Kind: ui.ChoiceField, Options: from, Hidden: hidden,
			Help: "S3 keeps no copy of it. Whoever loses it loses the object: keep the file where you keep what must not be lost."},
		{ID: "keyfile", Label: "key file", Placeholder: "path", Hidden: unless(keyFromFile, keyNew),
			Help: "The 32 bytes themselves, or base64, or hexadecimal digits. A new one is made for its owner alone to read (0600), never over another file.",
			Check: func(s string) string {
				if strings.TrimSpace(s) == "" {
					return "type the path of the key file"
				}
				return ""
			}},
		{ID: "keytext", Label: "key", Placeholder: "44 characters of base64, or 64 hexadecimal digits", Secret: true, Hidden: unless(keyTyped),
			Help: "It is kept in memory until cooper ends, and nowhere else.", Check: func(s string) string {
				if _, err := sse.ParseKey(s); err != nil {
					return err.Error()
				}
				return ""
			}},
	}
}

// take gets the key that was asked for into the session's keyring, for the objects of a bucket, and gives its
// fingerprint. It reads or writes a file, so it runs off the loop.
func (w keyWish) take(s *awsops.Session, bucket string) (string, error) {
	key, file, err := w.get(s, bucket)
	if err != nil {
		return "", err
	}
	return s.Keys().Add(key, file, bucket), nil
}

// open gets the key that was asked for to open an object with. A key that isn't that object's is not kept.
func (w keyWish) open(s *awsops.Session, bucket, object string, missing *sse.MissingKey) error {
	key, file, err := w.get(s, bucket)
	switch print := key.Fingerprint(); {
	case err != nil:
		return err
	case missing.Fingerprint != "" && print != missing.Fingerprint:
		return awsops.Invalid("key", "that is another key: its fingerprint is "+print, "It was not kept.")
	case missing.Fingerprint != "" || object == "":
		s.Keys().Add(key, file, bucket)
	default:
		s.Keys().Try(key, file, bucket, object)
	}
	return nil
}

// get gives the key that was asked for and the file that it is in, "" for none.
func (w keyWish) get(s *awsops.Session, bucket string) (key sse.CustomerKey, file string, err error) {
	file = w.file
	switch {
	case w.held != "":
		var ok bool
		if key, ok = s.Keys().Get(w.held); !ok {
			return key, "", awsops.NoKey("key", bucket, "", &sse.MissingKey{Fingerprint: w.held})
		}
		file = ""
	case w.from == keyTyped:
		key, err = sse.ParseKey(w.text)
		file = ""
	case w.from == keyNew:
		if key, err = sse.GenerateKey(rand.Reader); err == nil {
			err = key.Save(file)
		}
	default:
		key, err = sse.ReadKey(file)
	}
	if err != nil {
		return key, "", awsops.Invalid("key", err.Error(), "")
	}
	return key, file, nil
}

// failKey asks for the key that an error wants, and goes on with retry; other errors are shown.
func failKey(env *Env, life *ui.Life, err error, retry func() tea.Cmd) tea.Cmd {
	missing, ok := errors.AsType[*sse.MissingKey](err)
	if own, isOwn := errors.AsType[*s3ec.Error](err); isOwn && own.Kind == s3ec.KindNoKey {
		return askOwnKey(env, life, awsops.Wrap("encrypt", "", "", err), own.Key, nil, func(transfer.Unsealing) tea.Cmd { return retry() }, unsealIt)
	}
	if !ok {
		return ui.Fail(err, retry)
	}
	var at ui.Place
	if e, ok := errors.AsType[*awsops.Error](err); ok {
		at.Bucket, at.Key = e.Bucket, e.Key
	}
	return askForKey(env, life, at, missing, nil, retry)
}

// askForKey asks for the key of an object that can't be read without it, or of a bucket when at names none. v is what was
// typed before.
func askForKey(env *Env, life *ui.Life, at ui.Place, missing *sse.MissingKey, v ui.Values, then func() tea.Cmd) tea.Cmd {
	text := upperFirst(missing.Error()) + "."
	switch {
	case missing.Fingerprint != "":
		text += " Its fingerprint says which one: " + missing.Fingerprint
	case at.Key != "":
		text += " A key that doesn't open it is not kept."
	}
	fields := refill(keyFields(env, func(ui.Values) bool { return false }, keyFromFile, keyTyped), v)
	fields[0].Options = untried(env, at.Bucket, fields[0].Options)
	return ui.Raise(ui.NewForm(ui.FormOptions{Title: "A key of your own is needed", Text: text, Submit: "use the key", Fields: fields,
		OK: func(v ui.Values) (tea.Cmd, string) {
			wish := wishOf(env, v)
			return ui.Do(life, "key", func(context.Context) (struct{}, error) {
				return struct{}{}, wish.open(env.Session, at.Bucket, at.Key, missing)
			}, func(_ struct{}, err error) tea.Cmd {
				if err != nil {
					return tea.Batch(ui.Fail(err, nil), askForKey(env, life, at, missing, v, then))
				}
				if then == nil {
					return nil
				}
				return then()
			}), ""
		}}))
}

// untried are the choices for the key of an object that no key given for its bucket has opened: those are not offered again,
// and what is held for other buckets comes last.
func untried(env *Env, bucket string, options []string) []string {
	ring := env.Session.Keys()
	tried := ring.ForBucket(bucket)
	var others []string
	for _, k := range ring.All() {
		label := heldLabel(k)
		options = slices.DeleteFunc(options, func(s string) bool { return s == label })
		if !slices.ContainsFunc(tried, func(key sse.CustomerKey) bool { return key.Fingerprint() == k.Fingerprint }) {
			others = append(others, label)
		}
	}
	return append(options, others...)
}

// openCustomerKeys shows the keys (SSE-C) that are held, and forgets one.
func openCustomerKeys(env *Env) tea.Cmd {
	var labels []string
	for _, k := range env.Session.Keys().All() {
		labels = append(labels, heldLabel(k))
	}
	if len(labels) == 0 {
		return ui.Status("No key of your own (SSE-C) is held: what needs one asks for it.", ui.Info)
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Keys of your own (SSE-C)", Submit: "forget the key",
		Text:   ui.Plural(int64(len(labels)), "key is", "keys are") + " held in memory until cooper ends. Its file stays where it is; what needs the key asks for it again.",
		Fields: []ui.FormField{{ID: "key", Label: "key", Kind: ui.ChoiceField, Options: labels}},
		OK: func(v ui.Values) (tea.Cmd, string) {
			for _, k := range env.Session.Keys().All() {
				if heldLabel(k) == v["key"] {
					env.Session.Keys().Drop(k.Fingerprint)
				}
			}
			return ui.Status("The key "+ui.Clean(v["key"])+" is forgotten.", ui.Info), ""
		}}))
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// refill puts what was typed before back into a form's fields.
func refill(fields []ui.FormField, v ui.Values) []ui.FormField {
	for i := range fields {
		if typed, ok := v[fields[i].ID]; ok {
			fields[i].Value = typed
		}
	}
	return fields
}
