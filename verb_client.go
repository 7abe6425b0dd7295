package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// clientFlags say how files are encrypted before they are sent, and with which keys what was is decrypted. A raw key is
// named by its file, never by its bytes.
type clientFlags struct {
	files                   []string
	kmsKey, context, format string
	asStored                bool
}

func (f *clientFlags) add(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringArrayVar(&f.files, "client-key", nil, "`FILE` with a raw AES key: encrypts uploads before they are sent, decrypts downloads; may be repeated for downloads")
	s.StringVar(&f.kmsKey, "client-kms-key-id", "", "full `ARN` of the KMS key that encrypts uploads before they are sent, or that downloads were encrypted by")
	s.StringVar(&f.context, "client-kms-context", "", "its encryption context, a `JSON` object of strings; of downloads it must be the objects' own")
	s.StringVar(&f.format, "client-format", "v3", "message format of uploads, `v3|v2`: v2 has no key commitment and is for clients that know no v3")
	s.BoolVar(&f.asStored, "as-stored", false, "copy the ciphertext of client-side encrypted objects as it is")
}

// given says whether a flag names a key.
func (f *clientFlags) given() bool { return len(f.files) > 0 || f.kmsKey != "" || f.context != "" }

// conflict says which flags don't go together. up and down are copies into a bucket and out of one; both are copies
// between buckets.
func (f *clientFlags) conflict(up, down bool) error {
	old := f.format == "v2"
	if !old && f.format != "v3" {
		return fmt.Errorf("--client-format is v3 or v2, not %q", f.format)
	}
	return f.misplaced(up, down, old)
}

// misplaced says which flag means nothing for a way of copying.
func (f *clientFlags) misplaced(up, down, old bool) error {
	any := f.given() || f.asStored || old
	for _, c := range []struct {
		wrong bool
		text  string
	}{
		{any && up && down, "between buckets the server copies the ciphertext with its envelope: --client-key and what goes with it mean nothing there"},
		{up && f.asStored, "--as-stored is for downloads"},
		{f.asStored && f.given(), "--as-stored copies the ciphertext: it needs no key"},
		{down && old, "--client-format is for uploads: a download tells its format itself"},
		{old && !f.given(), "--client-format goes with --client-key or --client-kms-key-id"},
		{up && len(f.files) > 1, "an upload takes one --client-key"},
	} {
		if c.wrong {
			return errors.New(c.text)
		}
	}
	return nil
}

// ownKeys is what the flags come to.
type ownKeys struct {
	keys   []s3ec.Key
	files  []string
	others []string    // files that not only their owner may read
	choice *sse.Client // of uploads, nil without
	how    transfer.Unsealing
}

// read reads the flags and the key files.
func (f *clientFlags) read(up, down bool) (ownKeys, error) {
	var own ownKeys
	if err := f.conflict(up, down); err != nil {
		return own, err
	}
	for _, name := range f.files {
		if err := own.take(name); err != nil {
			return own, err
		}
	}
	own.how.AsStored = f.asStored
	if !f.given() {
		return own, nil
	}
	client := sse.Client{KeyID: f.kmsKey, Context: f.context, Old: f.format == "v2"}
	if down {
		own.how.Client = &client
		if f.kmsKey == "" && f.context == "" { // key files alone: they are found by what each object says
			return own, nil
		}
	} else {
		own.choice = &client
		if len(own.keys) == 1 {
			client.Fingerprint = own.keys[0].Fingerprint()
		}
	}
	if why := clientside.Check(client); why != "" {
		return own, errors.New(why)
	}
	return own, nil
}

// take reads a key file.
func (o *ownKeys) take(name string) error {
	key, others, err := clientside.ReadKeyFile(name)
	if err != nil {
		return errors.New("--client-key: " + ui.Clean(name) + ": " + awsops.Wrap("", "", "", err).Message)
	}
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	o.keys, o.files = append(o.keys, key), append(o.files, name)
	if others {
		o.others = append(o.others, name)
	}
	return nil
}

// hold gives a session the keys, and says which files others can read.
func (o ownKeys) hold(v *verb) {
	for i, key := range o.keys {
		v.session.ClientKeys().Add(key, o.files[i])
	}
	for _, name := range o.others {
		_, _ = fmt.Fprintf(v.p.err, "Others can read the key file %s: chmod 600 it.\n", name)
	}
}

// flagged names the flag that gives the key that an error wants.
func flagged(err error) error {
	e, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return err
	}
	flag := map[string]string{clientside.CodeNoKey: "--client-key FILE", clientside.CodeNoKMSKey: "--client-kms-key-id ARN"}[e.Code]
	if flag == "" {
		return err
	}
	own := *e
	own.Message += ": " + flag + " gives it, and --as-stored copies the ciphertext"
	return &own
}
