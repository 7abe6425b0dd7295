package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// cpFlags say how files are copied.
type cpFlags struct {
	verbFlags
	existing, contentType, class, cache, expires, version string
	metadata, tags                                        []string
	markers, unsynced                                     bool
	size                                                  int64
	sse                                                   sseFlags
	client                                                clientFlags
	encryption                                            sse.Choice
	unsealing                                             transfer.Unsealing
}

func (p *process) cpCommand() *cobra.Command {
	var f cpFlags
	cmd := &cobra.Command{
		Use:   "cp SOURCE DESTINATION",
		Short: "Copy files into a bucket, objects into files, or objects on the server",
		Long: "cp copies between local files and buckets: at least one of the two is s3://bucket/key. With --recursive what is in the\n" +
			"folder, or under the prefix, goes into the destination. Between buckets the server copies, with what a plain copy would\n" +
			"lose. Nothing that is there is replaced unless --existing says so. A copy that was cut off goes on when the same command\n" +
			"is given again: no part is sent twice.\n\n" +
			"A hyphen in place of a file is standard input or output. What is written to a pipe can't be taken back: a checksum that\n" +
			"differs shows at the end, in the exit code.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			up, down := strings.HasPrefix(args[1], "s3://"), strings.HasPrefix(args[0], "s3://")
			keys, err := f.sse.choice(up, down)
			if err != nil {
				return usageError{err}
			}
			own, err := f.client.read(up, down)
			if err != nil {
				return usageError{err}
			}
			f.encryption, f.unsealing = keys.Choice, own.how
			f.encryption.Client = own.choice
			run, err := wayOf(args[0], args[1], f)
			if err != nil {
				return usageError{err}
			}
			return p.withVerb(cmd.Context(), &f.verbFlags, func(v *verb) error {
				keys.hold(v.session, args)
				own.hold(v)
				return run(v)
			})
		},
	}
	f.add(cmd, true)
	s := cmd.Flags()
	s.StringVar(&f.existing, "existing", "leave", existingUsage)
	s.StringVar(&f.contentType, "content-type", "", "content `type` of uploads; guessed from the extension when not given")
	s.StringVar(&f.class, "storage-class", "", "storage `class` of uploads")
	s.StringVar(&f.cache, "cache-control", "", "Cache-Control `header` of uploads")
	s.StringVar(&f.expires, "expires", "", "Expires header of uploads, a `time` (RFC 3339)")
	s.StringArrayVar(&f.metadata, "metadata", nil, "metadata of uploads, `name=value`; may be repeated")
	s.StringArrayVar(&f.tags, "tag", nil, "tag of uploads, `key=value`; may be repeated")
	s.StringVar(&f.version, "version-id", "", "download the version `ID`")
	f.sse.add(cmd)
	f.client.add(cmd)
	s.BoolVar(&f.markers, "markers", false, "upload empty folders as markers: empty objects whose key ends in a slash")
	s.BoolVar(&f.unsynced, "no-sync", false, "don't wait until downloads are on the disk: a crash of the machine can take what was reported done")
	s.Int64Var(&f.size, "size", 0, "`bytes` that will come from standard input: parts are made large enough, and fewer are refused")
	return cmd
}

const existingUsage = "what becomes of what is there: `leave|replace|differ`; differ replaces where the size differs or the source is newer"

// wayOf tells the four ways of copying apart.
func wayOf(from, to string, f cpFlags) (func(*verb) error, error) {
	remote := func(s string) bool { return strings.HasPrefix(s, "s3://") }
	switch {
	case !remote(from) && !remote(to):
		return nil, errors.New("one of the two is s3://bucket/key")
	case remote(from) && remote(to):
		return func(v *verb) error { return v.copy(from, to, f, false) }, nil
	case f.deeply && (from == "-" || to == "-"):
		return nil, errors.New("standard input and output carry one object: they go without --recursive")
	case from == "-":
		return func(v *verb) error { return v.pour(to, f) }, nil
	case to == "-":
		return func(v *verb) error { return v.printOut(from, f) }, nil
	case remote(to):
		return func(v *verb) error { return v.upload(from, to, f) }, nil
	}
	return func(v *verb) error { return v.download(from, to, f) }, nil
}

func (f cpFlags) policy() (transfer.Existing, error) {
	e := transfer.Existing(f.existing)
	if e == "leave" {
		e = transfer.Leave
	}
	if !e.Valid() {
		return e, usageError{fmt.Errorf("--existing is leave, replace or differ, not %q", f.existing)}
	}
	return e, nil
}

func (f cpFlags) attributes() (transfer.Attributes, error) {
	a := transfer.Attributes{CacheControl: f.cache, Class: f.class, Encryption: f.encryption}
	var err error
	if f.expires != "" {
		if a.Expires, err = time.Parse(time.RFC3339, f.expires); err != nil {
			return a, usageError{fmt.Errorf("--expires wants a time such as 2027-01-31T12:00:00Z, not %q", f.expires)}
		}
	}
	for _, list := range []struct {
		flag string
		in   []string
		out  *[]objects.Pair
	}{{"--metadata", f.metadata, &a.Metadata}, {"--tag", f.tags, &a.Tags}} {
		for _, text := range list.in {
			name, value, ok := strings.Cut(text, "=")
			if !ok || name == "" {
				return a, usageError{fmt.Errorf("%s wants name=value, not %q", list.flag, text)}
			}
			*list.out = append(*list.out, objects.Pair{Name: name, Value: value})
		}
	}
	if why := a.Check(); why != "" {
		return a, usageError{errors.New(why)}
	}
	return a, nil
}

// upload puts a file under a key, or what is in a folder under a prefix.
func (v *verb) upload(from, to string, f cpFlags) error {
	place, err := placeOf(to)
	if err != nil {
		return usageError{err}
	}
	existing, err := f.policy()
	if err != nil {
		return err
	}
	with, err := f.attributes()
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	switch {
	case err != nil:
		return err
	case info.IsDir() && !f.deeply:
		return usageError{fmt.Errorf("%s is a folder: --recursive copies what is in it", ui.Clean(from))}
	}
	root := transfer.Root{Path: from, Key: place.Prefix}
	switch {
	case info.IsDir():
		root.Key = asFolder(root.Key)
	case root.Key == "" || strings.HasSuffix(root.Key, "/"):
		root.Key += filepath.Base(from)
	}
	return v.do(transfer.PlanPut(v.ctx, v.session.Reader(), transfer.PutSpec{Bucket: place.Bucket, Roots: []transfer.Root{root}, Existing: existing,
		Markers: f.markers, ContentType: f.contentType, With: with}))
}

// asFolder ends a prefix in a slash: what is copied into a place goes below it, not beside it.
func asFolder(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix
	}
	return prefix + "/"
}

// download copies an object into a file, or all under a prefix into a folder.
func (v *verb) download(from, to string, f cpFlags) error {
	place, err := placeOf(from)
	if err != nil {
		return usageError{err}
	}
	existing, err := f.policy()
	if err != nil {
		return err
	}
	if f.deeply {
		spec := transfer.GetSpec{Bucket: place.Bucket, Folder: to, Existing: existing, Unsynced: f.unsynced, Unsealing: f.unsealing,
			Picks: []transfer.Pick{{Key: asFolder(place.Prefix), Under: true}}}
		return v.do(v.agreed(transfer.PlanGet(v.ctx, v.session.Reader(), spec)))
	}
	if place.Prefix == "" {
		return usageError{errors.New("a key is wanted; --recursive takes all of the bucket")}
	}
	return v.downloadOne(place, to, existing, f)
}

// downloadOne copies one object into a file, or into a folder under a name that its key makes.
func (v *verb) downloadOne(place ui.Place, to string, existing transfer.Existing, f cpFlags) error {
	head, err := objects.ReadHead(v.ctx, v.session.Reader(), place.Bucket, place.Prefix, f.version)
	if err != nil {
		return planned(err)
	}
	if info, err := os.Stat(to); err == nil && info.IsDir() || strings.HasSuffix(to, "/") {
		to = filepath.Join(to, transfer.SafeName(place.Prefix))
	}
	replace := existing == transfer.Replace
	if info, err := os.Stat(to); err == nil && existing == transfer.Differ {
		replace = info.Size() != head.Size || head.Modified.After(info.ModTime())
	}
	d, err := transfer.PlanDownload(v.ctx, v.session.Reader(), transfer.DownloadSpec{Bucket: place.Bucket, Key: place.Prefix, Version: f.version, File: to,
		Replace: replace, Unsynced: f.unsynced, Unsealing: f.unsealing})
	if err != nil {
		return planned(err)
	}
	return v.do(d.Plan(v.session.Reader()), nil)
}

// agreed takes the command itself for consent to a plan that replaces nothing: like cp, it needs no --yes then.
func (v *verb) agreed(plan *awsops.Plan, err error) (*awsops.Plan, error) {
	if err == nil && plan.Reads() && !destroys(plan) {
		plan.Consent = awsops.Consent{Kind: awsops.ConsentNone}
	}
	return plan, err
}

func destroys(plan *awsops.Plan) bool {
	for _, w := range plan.Warnings {
		if w.Level == awsops.Irreversible {
			return true
		}
	}
	return false
}
