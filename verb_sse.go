package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/sse"
)

// sseFlags say how uploads are encrypted, and which keys of one's own are held, under the names that aws s3 cp has for
// it. A key is named by its file, never by its bytes: an argument can be seen by everybody on the machine.
type sseFlags struct {
	kind, kmsKey, context, customer, source string
	bucketKey                               bool
	keys                                    []string
}

func (f *sseFlags) add(cmd *cobra.Command) {
	f.addKinds(cmd)
	cmd.Flags().StringVar(&f.source, "sse-c-copy-source-key", "", "`FILE` with the key of your own that a copy's source is encrypted with")
}

// addKinds adds the flags of one object.
func (f *sseFlags) addKinds(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.kind, "sse", "", "encryption of uploads: `AES256|aws:kms|aws:kms:dsse`; the bucket's default when not given")
	s.StringVar(&f.kmsKey, "sse-kms-key-id", "", "full `ARN` of the KMS key; aws:kms needs one")
	s.StringVar(&f.context, "sse-kms-context", "", "KMS encryption context, a `JSON` object of strings")
	s.BoolVar(&f.bucketKey, "sse-bucket-key", false, "use a bucket key: far fewer KMS calls")
	s.StringVar(&f.customer, "sse-c", "", "`AES256`: encrypt with the key of --sse-c-key, which says so by itself")
	s.StringArrayVar(&f.keys, "sse-c-key", nil, "`FILE` with a key of your own (SSE-C), for uploads and downloads; may be repeated for downloads")
}

// held is what the flags come to: the choice for uploads, and the keys with their files.
type held struct {
	sse.Choice
	keys  []sse.CustomerKey
	files []string
}

// choice reads the flags and the key files. up is for uploads and copies, which take one key; copies have a source in a
// bucket.
func (f *sseFlags) choice(up, fromBucket bool) (held, error) {
	h, err := readKeys("--sse-c-key", f.keys)
	if err == nil {
		err = f.conflict(up, len(h.keys))
	}
	if err == nil && f.source != "" && !(up && fromBucket) {
		err = errors.New("--sse-c-copy-source-key is for copies between buckets")
	}
	if err != nil || !up {
		return h, err
	}
	if h.Choice, err = f.chosen(h.keys); err != nil || f.source == "" {
		return h, err
	}
	source, err := readKeys("--sse-c-copy-source-key", []string{f.source})
	h.keys, h.files = append(h.keys, source.keys...), append(h.files, source.files...)
	return h, err
}

// chosen is what the flags ask an upload to be encrypted with.
func (f *sseFlags) chosen(keys []sse.CustomerKey) (sse.Choice, error) {
	c := sse.Choice{KeyID: f.kmsKey, Context: f.context, BucketKey: f.bucketKey}
	if len(keys) == 1 {
		c.Kind, c.Fingerprint = sse.Customer, keys[0].Fingerprint()
	}
	for _, k := range []sse.Kind{sse.S3, sse.KMS, sse.DSSE} {
		if f.kind == (sse.Choice{Kind: k}).Algorithm() {
			c.Kind = k
		}
	}
	if f.kind != "" && c.Kind == sse.Default {
		return c, fmt.Errorf("--sse is AES256, aws:kms or aws:kms:dsse, not %q", f.kind)
	}
	if why := c.Check(true); why != "" {
		return c, errors.New(why)
	}
	return c, nil
}

// serverSide says whether a flag asks for encryption by the server's keys.
func (f *sseFlags) serverSide() bool {
	return f.kind != "" || f.kmsKey != "" || f.context != "" || f.bucketKey
}

// readKeys reads the key files that a flag names; aws names them by fileb://.
func readKeys(flag string, names []string) (held, error) {
	var h held
	for _, name := range names {
		name = strings.TrimPrefix(name, "fileb://")
		key, err := sse.ReadKey(name)
		if err != nil {
			return h, fmt.Errorf("%s: %w", flag, err)
		}
		if abs, err := filepath.Abs(name); err == nil {
			name = abs
		}
		h.keys, h.files = append(h.keys, key), append(h.files, name)
	}
	return h, nil
}

// conflict says which flags don't go together.
func (f *sseFlags) conflict(up bool, keys int) error {
	server := f.serverSide()
	switch {
	case f.customer != "" && f.customer != "AES256":
		return fmt.Errorf("--sse-c is AES256, not %q", f.customer)
	case f.customer != "" && keys == 0:
		return errors.New("--sse-c needs --sse-c-key FILE")
	case !up && server:
		return errors.New("--sse, --sse-kms-key-id, --sse-kms-context and --sse-bucket-key are for uploads")
	case up && keys > 1:
		return errors.New("an upload takes one --sse-c-key")
	case keys > 0 && server:
		return errors.New("--sse and --sse-c-key are two kinds of encryption: give one")
	}
	return nil
}

// hold gives a session the keys, for the bucket that the arguments name.
func (h held) hold(s *awsops.Session, args []string) {
	for _, arg := range args {
		place, err := placeOf(arg)
		if err != nil || !strings.HasPrefix(arg, "s3://") {
			continue
		}
		for i, key := range h.keys {
			s.Keys().Add(key, h.files[i], place.Bucket)
		}
	}
}
