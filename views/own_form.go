package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/ui"
)

// The choices for encrypting before anything is sent.
const (
	ownNo   = "no"
	ownFile = "with a key file"
	ownKMS  = "with a KMS key"
)

// aboutKeys says what a person must know of the keys of client-side encryption.
const aboutKeys = "Making one: 32 random bytes in a file that only you can read. cooper makes it, or: head -c 32 /dev/urandom > FILE. " +
	"Hexadecimal digits and base64 are read, too.\n\n" +
	"Losing one: every object that it encrypted is lost with it. S3 has no copy, AWS can't help, and there is no way around it. Keep a second copy " +
	"where the objects are not, and keep it as long as any version of them.\n\n" +
	"Knowing one: the fingerprint is the first half of the file's SHA-256 (sha256sum FILE, for 32 raw bytes). Each object that cooper encrypts names it " +
	"in its metadata, so an object tells which key it needs.\n\n" +
	"Rotating one: make a new key, download each object and upload it again with the new key; then delete the old versions, which the old key still " +
	"opens, and only then the old key. The official clients can also wrap the data key anew in an instruction file, which cooper reads; the content " +
	"then stays under the same data key, so that is for a key that is retired and not for one that was stolen."

// ownFields ask whether and how the content is encrypted before it is sent.
func ownFields(env *Env) []ui.FormField {
	unless := func(want string) func(ui.Values) bool { return func(v ui.Values) bool { return v["own"] != want } }
	fields := []ui.FormField{
		{ID: "own", Label: "client-side", Kind: ui.ChoiceField, Options: []string{ownNo, ownFile, ownKMS}, Below: ownLines,
			Help: "Encrypts here, before anything is sent, in the format of the Amazon S3 Encryption Client. The server's encryption comes on top."},
	}
	fields = append(fields, ownKeyFields(env, unless(ownFile), keyFromFile, keyNew)...)
	return append(fields,
		ui.FormField{ID: "ownkms", Label: "its KMS key", Placeholder: "arn:aws:kms:…:key/…", Hidden: unless(ownKMS), Check: checkOwnKMS, Help: "The full ARN. KMS makes a data key for each object; reading needs kms:Decrypt and this ARN."},
		ui.FormField{ID: "owncontext", Label: "its context", Placeholder: `{"project":"x"}, or nothing`, Hidden: unless(ownKMS), Check: checkOwnContext,
			Help: "A KMS encryption context: it is kept in the object's metadata and in CloudTrail, in plain text."},
		ui.FormField{ID: "ownold", Label: "for old readers", Kind: ui.CheckField, Hidden: func(v ui.Values) bool { return !sealsHere(v) },
			Help: "Writes message format V2, without key commitment. Only where a client must read it that knows no V3."})
}

func sealsHere(v ui.Values) bool { return v["own"] == ownFile || v["own"] == ownKMS }

func checkOwnKMS(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "type the key's full ARN"
	}
	return clientside.Check(sse.Client{KeyID: s})
}

func checkOwnContext(s string) string {
	return clientside.Check(sse.Client{KeyID: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", Context: strings.TrimSpace(s)})
}

// ownLines say what is stored in place of the content.
func ownLines(v ui.Values) []string {
	if !sealsHere(v) {
		return nil
	}
	c := sse.Client{Old: v.Yes("ownold")}
	names := "x-amz-3, x-amz-c, x-amz-w, x-amz-m, x-amz-d, x-amz-i"
	switch {
	case c.Old:
		names = "x-amz-key-v2, x-amz-iv, x-amz-cek-alg, x-amz-wrap-alg, x-amz-matdesc, x-amz-tag-len"
	case v["own"] == ownKMS:
		names = strings.Replace(names, "x-amz-m,", "x-amz-t,", 1)
	}
	return []string{clientside.SuiteOf(c).String() + ": 16 bytes longer", "adds metadata: " + names + ", x-amz-unencrypted-content-length"}
}

// ownKeyFields ask for a raw key. Those that don't matter are left out; hidden says when none does.
func ownKeyFields(env *Env, hidden func(ui.Values) bool, sources ...string) []ui.FormField {
	var from []string
	for _, k := range env.Session.ClientKeys().All() {
		from = append(from, ownLabel(k))
	}
	from = append(from, sources...)
	return []ui.FormField{
		{ID: "ownfrom", Label: "its key", Kind: ui.ChoiceField, Options: from, Hidden: hidden,
			Help: "It never leaves this machine. Whoever loses it loses the object: nobody has a copy, and nobody can help."},
		{ID: "ownfile", Label: "its key file", Placeholder: "path", Hidden: func(v ui.Values) bool {
			return hidden(v) || !slices.Contains(sources, v["ownfrom"]) && v["ownfrom"] != ""
		}, Help: "32 bytes, base64 or hexadecimal digits. A new one is for its owner alone to read (0600), and never written over another file.",
			Check: func(s string) string {
				if strings.TrimSpace(s) == "" {
					return "type the path of the key file"
				}
				return ""
			}},
	}
}

func ownLabel(k s3ec.Held) string {
	if k.File == "" {
		return k.Fingerprint
	}
	return k.Fingerprint + " " + k.File
}

// takeOwn gets the raw key that a form asked for among the session's, and gives its fingerprint and what is to be said of
// it. It reads or writes a file, so it runs off the loop.
func takeOwn(s *awsops.Session, from, file string) (print, said string, err error) {
	for _, k := range s.ClientKeys().All() {
		if ownLabel(k) == from {
			return k.Fingerprint, "", nil
		}
	}
	var key s3ec.Key
	others := false
	if from == keyNew {
		key = s3ec.NewKey()
		err = clientside.SaveKeyFile(file, key)
		said = "The new key " + key.Fingerprint() + " is in " + file + ". Keep a copy elsewhere: without it the objects are lost."
	} else if key, others, err = clientside.ReadKeyFile(file); others {
		said = "Others can read the key file " + file + ": chmod 600 it."
	}
	if err != nil {
		return "", "", err
	}
	return s.ClientKeys().Add(key, file), said, nil
}

// withOwn adds client-side encryption to a choice, where that was asked for, before then gets it.
func withOwn(env *Env, life *ui.Life, v ui.Values, again func(ui.Values) tea.Cmd, then func(sse.Choice) tea.Cmd) func(sse.Choice) tea.Cmd {
	client := sse.Client{Old: v.Yes("ownold")}
	switch v["own"] {
	case ownKMS:
		client.KeyID, client.Context = strings.TrimSpace(v["ownkms"]), strings.TrimSpace(v["owncontext"])
		return func(c sse.Choice) tea.Cmd {
			c.Client = &client
			return then(c)
		}
	case ownFile:
		return func(c sse.Choice) tea.Cmd {
			var said string
			return ui.Do(life, "own key", func(context.Context) (print string, err error) {
				print, said, err = takeOwn(env.Session, v["ownfrom"], expandHome(v["ownfile"], env.Home))
				return print, err
			}, func(print string, err error) tea.Cmd {
				if err != nil {
					return tea.Batch(ui.Fail(err, nil), again(v))
				}
				client.Fingerprint, c.Client = print, &client
				return tea.Sequence(ui.Status(ui.Clean(said), ui.Warn), then(c))
			})
		}
	}
	return then
}
