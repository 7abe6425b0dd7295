package main

import (
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// pour uploads standard input.
func (v *verb) pour(to string, f cpFlags) error {
	place, err := placeOf(to)
	switch {
	case err != nil:
		return usageError{err}
	case place.Prefix == "" || strings.HasSuffix(place.Prefix, "/"):
		return usageError{errors.New("standard input has no name: say the whole key")}
	case f.size < 0:
		return usageError{errors.New("--size is a number of bytes")}
	}
	existing, err := f.policy()
	if err != nil {
		return err
	}
	if existing == transfer.Differ {
		return usageError{errors.New("standard input has neither size nor time to compare: --existing is leave or replace")}
	}
	with, err := f.attributes()
	if err != nil {
		return err
	}
	spec := transfer.PourSpec{From: v.p.in, Size: f.size, UploadSpec: transfer.UploadSpec{File: "standard input", Bucket: place.Bucket, Key: place.Prefix,
		ContentType: f.contentType, With: with}}
	if existing == transfer.Replace {
		if spec.Replace, err = v.there(place); err != nil {
			return err
		}
	}
	return v.do(transfer.PlanPour(v.ctx, v.session.Reader(), spec))
}

// there is the ETag of what is at a place, "" for nothing.
func (v *verb) there(place ui.Place) (string, error) {
	head, err := objects.ReadHead(v.ctx, v.session.Reader(), place.Bucket, place.Prefix, "")
	if e, ok := errors.AsType[*awsops.Error](err); ok && e.Kind == awsops.KindNotFound && e.Code != "NoSuchBucket" {
		return "", nil
	}
	return head.ETag, err
}

// printOut writes an object to standard output; what there is to say goes to standard error.
func (v *verb) printOut(from string, f cpFlags) error {
	place, err := placeOf(from)
	if err == nil && place.Prefix == "" {
		err = errors.New("a key is wanted")
	}
	if err != nil {
		return usageError{err}
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that has enough ends the job, not the process in the middle of a journal line
	out := v.p.out
	p := *v.p
	p.out = p.err
	v.p = &p
	err = v.do(transfer.PlanPrint(v.ctx, v.session.Reader(), transfer.PrintSpec{Bucket: place.Bucket, Key: place.Prefix, Version: f.version, To: out, Name: "standard output", Unsealing: f.unsealing}))
	if errors.Is(err, syscall.EPIPE) {
		return verbError{error: err, code: 128 + int(syscall.SIGPIPE), said: true}
	}
	return err
}

// copy copies or moves on the server.
func (v *verb) copy(from, to string, f cpFlags, move bool) error {
	if err := f.noUpload(); err != nil {
		return usageError{err}
	}
	existing, err := f.policy()
	if err != nil {
		return err
	}
	source, err := placeOf(from)
	if err != nil {
		return usageError{err}
	}
	target, err := placeOf(to)
	if err != nil {
		return usageError{err}
	}
	spec := copies.Spec{From: source.Bucket, To: target.Bucket, Move: move, Existing: existing}
	if !f.encryption.IsZero() {
		spec.Encryption = &f.encryption
	}
	if f.deeply {
		spec.Under, spec.Prefix = true, asFolder(source.Prefix)
		spec.Base, spec.Into = spec.Prefix, asFolder(target.Prefix)
	} else if err := v.copyOne(&spec, source, target); err != nil {
		return err
	}
	if why := spec.Problem(); why != "" {
		return usageError{errors.New(why)}
	}
	return v.do(copies.PlanCopy(v.ctx, v.session.Reader(), spec))
}

// copyOne makes a spec of one object, into a place that ends in a slash under its own name.
func (v *verb) copyOne(spec *copies.Spec, source, target ui.Place) error {
	if source.Prefix == "" {
		return usageError{errors.New("a key is wanted; --recursive takes all of the bucket")}
	}
	head, err := objects.ReadHead(v.ctx, v.session.Reader(), source.Bucket, source.Prefix, "")
	if err != nil {
		return planned(err)
	}
	spec.Entries = []awsops.Entry{{Key: source.Prefix, Size: head.Size, ETag: head.ETag}}
	spec.Base, spec.Into = source.Prefix, target.Prefix
	if target.Prefix == "" || strings.HasSuffix(target.Prefix, "/") {
		spec.Into += source.Prefix[strings.LastIndexByte(source.Prefix, '/')+1:]
	}
	return nil
}

// noUpload refuses flags that mean nothing where the server copies: what an object has is carried over.
func (f cpFlags) noUpload() error {
	for flag, given := range map[string]bool{"--content-type": f.contentType != "", "--storage-class": f.class != "", "--cache-control": f.cache != "",
		"--expires": f.expires != "", "--metadata": len(f.metadata) > 0, "--tag": len(f.tags) > 0, "--markers": f.markers, "--version-id": f.version != "",
		"--size": f.size != 0, "--no-sync": f.unsynced} {
		if given {
			return fmt.Errorf("%s means nothing between buckets: what the object has is carried over", flag)
		}
	}
	return nil
}

func (p *process) mvCommand() *cobra.Command {
	var f cpFlags
	cmd := &cobra.Command{
		Use:   "mv s3://bucket/key s3://bucket/key",
		Short: "Move or rename objects on the server",
		Long: "mv copies an object, or all under a prefix with --recursive, and deletes each one after its copy was looked at. On a\n" +
			"versioned bucket the source stays as an older version.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !strings.HasPrefix(args[0], "s3://") || !strings.HasPrefix(args[1], "s3://") {
				return usageError{errors.New("mv moves on the server: both are s3://bucket/key")}
			}
			return p.withVerb(cmd.Context(), &f.verbFlags, func(v *verb) error { return v.copy(args[0], args[1], f, true) })
		},
	}
	f.add(cmd, true)
	cmd.Flags().StringVar(&f.existing, "existing", "leave", existingUsage)
	return cmd
}
