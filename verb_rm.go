package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/versions"
	"cooper/ui"
)

// rmFlags say what rm removes.
type rmFlags struct {
	verbFlags
	versions bool
	version  string
}

func (p *process) rmCommand() *cobra.Command {
	var f rmFlags
	cmd := &cobra.Command{
		Use:   "rm s3://bucket/key",
		Short: "Delete objects, or versions for good",
		Long: "rm deletes an object, or all under a prefix with --recursive. On a versioned bucket that adds delete markers; with\n" +
			"--versions all versions go for good, with --version-id one of them. The plan is written to standard error.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			place, err := placeOf(args[0])
			switch {
			case err != nil:
				return usageError{err}
			case place.Prefix == "" && !f.deeply:
				return usageError{errors.New("a key is wanted; --recursive takes all of the bucket")}
			case f.version != "" && (f.versions || f.deeply):
				return usageError{errors.New("--version-id names one version: it goes without --versions and --recursive")}
			}
			return p.withVerb(cmd.Context(), &f.verbFlags, func(v *verb) error { return v.remove(place, f) })
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVar(&f.versions, "versions", false, "all versions and delete markers, for good")
	cmd.Flags().StringVar(&f.version, "version-id", "", "the version `ID` alone, for good")
	return cmd
}

// mostVersions is how many versions of one key rm takes at a time.
const mostVersions = 100_000

func (v *verb) remove(place ui.Place, f rmFlags) error {
	r, sel := v.session.Reader(), versions.Selection{Bucket: place.Bucket}
	switch {
	case f.deeply:
		sel.Under, sel.Prefix = true, place.Prefix
	case f.version != "":
		sel.Entries = []awsops.Entry{{Key: place.Prefix, VersionID: f.version}}
	case f.versions:
		rows, more, err := listing.Exactly(v.ctx, r, place.Bucket, place.Prefix, mostVersions)
		if err != nil {
			return err
		}
		if more {
			_, _ = fmt.Fprintf(v.p.err, "These are the newest %d versions; run it again for the others.\n", mostVersions)
		}
		for _, row := range rows {
			sel.Entries = append(sel.Entries, awsops.Entry{Key: row.Key, VersionID: row.VersionID, Size: row.Size, Marker: row.Marker})
		}
	default:
		head, err := objects.ReadHead(v.ctx, r, place.Bucket, place.Prefix, "")
		if err != nil {
			return planned(err)
		}
		sel.Entries = []awsops.Entry{{Key: place.Prefix, Size: head.Size, ETag: head.ETag}}
	}
	if f.versions || f.version != "" {
		return v.do(versions.PlanPurge(v.ctx, r, sel))
	}
	return v.do(versions.PlanDelete(v.ctx, r, sel))
}
