package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/presign"
	"cooper/ui"
)

// presignFlags are those of cooper presign.
type presignFlags struct {
	verbFlags
	method, until, version, address string
	kind, sizes, class, checksum    string // of an upload
	metadata, tags                  []string
	status, redirect                string // of a form
	saveAs                          string
	response                        presign.Response
	sse                             sseFlags
	overwrite, curl                 bool
}

func (f *presignFlags) register(cmd *cobra.Command) {
	addConnection(cmd, &f.connection)
	s := cmd.Flags()
	s.StringVar(&f.method, "method", "GET", "`GET|HEAD|PUT|DELETE|POST`")
	s.StringVar(&f.until, "until", "1h", "how long it lives: `90m|7d|TIME`, a time in UTC")
	s.StringVar(&f.version, "version-id", "", "the version `ID`, for GET, HEAD and DELETE")
	s.StringVar(&f.address, "address", "auto", "where the bucket's name stands: `auto|virtual|path|dual-stack`")
	s.StringVar(&f.saveAs, "save-as", "", "the file's `name` that browsers offer, for GET and HEAD")
	s.StringVar(&f.response.Disposition, "response-content-disposition", "", "what the answer to GET and HEAD says in place of the object's own `header`, as the five below")
	s.StringVar(&f.response.Type, "response-content-type", "", "`header` of the answer")
	s.StringVar(&f.response.Cache, "response-cache-control", "", "`header` of the answer")
	s.StringVar(&f.response.Encoding, "response-content-encoding", "", "`header` of the answer")
	s.StringVar(&f.response.Language, "response-content-language", "", "`header` of the answer")
	s.StringVar(&f.response.Expires, "response-expires", "", "`header` of the answer")
	s.StringVar(&f.kind, "content-type", "", "`type` that an upload must send; with POST, image/* is whatever begins so")
	s.StringVar(&f.sizes, "size", "", "of an upload: exactly so many `bytes` with PUT, such as \"1 KB - 10 MB\" with POST")
	s.StringVar(&f.class, "storage-class", "", "storage `class` that an upload must ask for")
	s.StringArrayVar(&f.metadata, "metadata", nil, "metadata that an upload must send, `name=value`; may be repeated")
	s.StringArrayVar(&f.tags, "tag", nil, "tag that an upload must send, `key=value`; may be repeated")
	s.StringVar(&f.checksum, "checksum", "", "the one content that can be uploaded: `ALGORITHM=BASE64`, with SHA256, SHA1, CRC32, CRC32C or CRC64NVME")
	f.sse.addKinds(cmd)
	s.StringVar(&f.status, "status", "", "of a form: the `status` of an upload that went well, 200, 201 or 204")
	s.StringVar(&f.redirect, "redirect", "", "of a form: the `address` that the browser goes to after the upload")
	s.BoolVar(&f.overwrite, "overwrite", false, "let a PUT replace an object that is there")
	s.BoolVar(&f.yes, "yes", false, "agree to a URL that deletes a version for good")
	s.BoolVar(&f.curl, "curl", false, "print the curl line that uses it")
	s.BoolVar(&f.json, "json", false, "print JSON")
}

// presignUses says which methods a flag is for. Those that are not here are for all.
var presignUses = func() map[string][]presign.Method {
	uses := map[string][]presign.Method{"overwrite": {presign.Put}, "status": {presign.Form}, "redirect": {presign.Form},
		"version-id": {presign.Get, presign.Head, presign.Delete}, "sse-c-key": {presign.Get, presign.Head, presign.Put}, "sse-c": {presign.Put}}
	for _, name := range strings.Fields("content-type size storage-class metadata tag checksum sse sse-kms-key-id sse-kms-context sse-bucket-key") {
		uses[name] = []presign.Method{presign.Put, presign.Form}
	}
	for _, name := range strings.Fields("save-as response-content-disposition response-content-type response-cache-control response-content-encoding response-content-language response-expires") {
		uses[name] = []presign.Method{presign.Get, presign.Head}
	}
	return uses
}()

// misused says which flag was given that the method has no use for, "" for none.
func misused(cmd *cobra.Command, m presign.Method) string {
	if !slices.Contains([]presign.Method{presign.Get, presign.Head, presign.Put, presign.Delete, presign.Form}, m) {
		return "" // that is said better elsewhere
	}
	for _, name := range slices.Sorted(maps.Keys(presignUses)) {
		if methods := presignUses[name]; cmd.Flags().Changed(name) && !slices.Contains(methods, m) {
			var names []string
			for _, m := range methods {
				names = append(names, string(m))
			}
			return "--" + name + " is for " + listed(names) + ", not for " + string(m)
		}
	}
	return ""
}

// listed is "a", "a and b", "a, b and c".
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// asked is what the command line asks for and the keys that it needs, without the time of its end. Errors are those of
// a command line that can't be used.
func (f *presignFlags) asked(cmd *cobra.Command, place ui.Place) (s presign.Spec, keys held, err error) {
	s = presign.Spec{Bucket: place.Bucket, Key: place.Prefix, Version: f.version, Method: presign.Method(strings.ToUpper(f.method)), Response: f.response}
	if s.Method == presign.Form && strings.HasSuffix(s.Key, "/") {
		s.Key, s.Prefix = "", s.Key
	}
	var ok bool
	if s.Style, ok = addressStyles[f.address]; !ok {
		return s, keys, fmt.Errorf("--address is %s, not %q", listed(slices.Sorted(maps.Keys(addressStyles))), f.address)
	}
	if wrong := misused(cmd, s.Method); wrong != "" {
		return s, keys, errors.New(wrong)
	}
	if err := f.naming(&s); err != nil {
		return s, keys, err
	}
	if s.Method == presign.Put || s.Method == presign.Form {
		if err := f.upload(&s); err != nil {
			return s, keys, err
		}
		keys, err = f.sse.choice(true, false)
		s.Upload.Encryption = keys.Choice
		return s, keys, err
	}
	switch keys, err = f.sse.choice(false, false); {
	case err != nil:
		return s, keys, err
	case len(keys.keys) > 1:
		return s, keys, errors.New("one object has one --sse-c-key")
	case len(keys.keys) == 1:
		s.Customer = keys.keys[0].Fingerprint()
	}
	return s, keys, nil
}

// naming fills in the name that browsers offer.
func (f *presignFlags) naming(s *presign.Spec) error {
	switch {
	case f.saveAs == "":
		return nil
	case s.Response.Disposition != "":
		return errors.New("--save-as is a Content-Disposition: give that or --response-content-disposition")
	}
	s.Response.Disposition = presign.SaveAs(f.saveAs)
	return nil
}

var addressStyles = map[string]awsops.AddressStyle{"auto": awsops.AddressAuto, "virtual": awsops.AddressVirtualHost, "path": awsops.AddressPath, "dual-stack": awsops.AddressDualStack}

// upload fills in what an upload must be.
func (f *presignFlags) upload(s *presign.Spec) error {
	u := &s.Upload
	u.Type, u.TypePrefix = strings.CutSuffix(f.kind, "*")
	u.NewOnly, u.Class, u.Status, u.Redirect = s.Method == presign.Put && !f.overwrite, f.class, f.status, f.redirect
	if f.checksum != "" {
		algorithm, value, ok := strings.Cut(f.checksum, "=")
		if !ok {
			return errors.New("--checksum wants ALGORITHM=BASE64, such as SHA256=…")
		}
		u.Checksum = presign.Checksum{Algorithm: strings.ToUpper(algorithm), Value: value}
	}
	for _, list := range []struct {
		flag string
		in   []string
		out  *[]awsops.Pair
	}{{"--metadata", f.metadata, &u.Metadata}, {"--tag", f.tags, &u.Tags}} {
		for _, text := range list.in {
			name, value, ok := strings.Cut(text, "=")
			if !ok || name == "" {
				return fmt.Errorf("%s wants name=value, not %q", list.flag, text)
			}
			*list.out = append(*list.out, awsops.Pair{Name: name, Value: value})
		}
	}
	return f.uploadSize(s)
}

func (f *presignFlags) uploadSize(s *presign.Spec) error {
	u, wrong := &s.Upload, ""
	switch {
	case s.Method == presign.Form:
		u.Min, u.Max, wrong = presign.ReadSizes(f.sizes)
	case u.TypePrefix:
		wrong = "only a form can leave the content type open"
	case f.sizes != "":
		if u.Length, wrong = presign.ReadSize(f.sizes); wrong == "" && u.Length == 0 {
			wrong = "an upload of a size that is signed has a byte at least"
		}
	}
	if wrong != "" {
		return errors.New(wrong)
	}
	return nil
}
