package main

import (
	"fmt"
	"os"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"cooper/awsops/buckets"
	"cooper/awsops/listing"
	"cooper/ui"
)

func (p *process) lsCommand() *cobra.Command {
	var f verbFlags
	var versions bool
	cmd := &cobra.Command{
		Use:   "ls [s3://bucket[/prefix]]",
		Short: "List buckets, or what is under a prefix",
		Long: "ls lists buckets, or one level of what is under a prefix, or all of it with --recursive. On a terminal names are\n" +
			"cleaned of what could steer it; elsewhere they are the true bytes, a line each. --json keeps every name apart.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			place, err := startPlace(args)
			if err != nil {
				return usageError{err}
			}
			return p.withVerb(cmd.Context(), &f, func(v *verb) error {
				if place.Bucket == "" {
					return v.listBuckets()
				}
				q := listing.Query{Bucket: place.Bucket, Prefix: place.Prefix, Delimiter: "/", Versions: versions}
				if f.deeply {
					q.Delimiter = ""
				}
				return v.listKeys(q)
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().BoolVar(&versions, "versions", false, "all versions and delete markers")
	return cmd
}

// name is how a foreign name is printed: cleaned for a terminal, as it is for a program.
func (v *verb) name(s string) string {
	if f, ok := v.p.out.(*os.File); ok && term.IsTerminal(f.Fd()) {
		return ui.Clean(s)
	}
	return s
}

const verbTime = "2006-01-02 15:04:05"

func (v *verb) listBuckets() error {
	for page, err := range buckets.List(v.ctx, v.session.Reader()) {
		if err != nil {
			return err
		}
		for _, b := range page {
			if v.flags.json {
				err = v.print(map[string]any{"bucket": b.Name, "region": b.Region, "created": b.Created.UTC()})
			} else {
				_, err = fmt.Fprintf(v.p.out, "%s %-15s %s\n", b.Created.UTC().Format(verbTime), b.Region, v.name(b.Name))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// lsRow is a line of JSON.
type lsRow struct {
	Prefix   string     `json:"prefix,omitempty"`
	Key      string     `json:"key,omitempty"`
	Size     *int64     `json:"size,omitempty"`
	Modified *time.Time `json:"modified,omitempty"`
	ETag     string     `json:"etag,omitempty"`
	Class    string     `json:"class,omitempty"`
	Version  string     `json:"version,omitempty"`
	Latest   bool       `json:"latest,omitempty"`
	Marker   bool       `json:"marker,omitempty"`
}

func (v *verb) listKeys(q listing.Query) error {
	found := false
	for rows, err := range listing.Pages(v.ctx, v.session.Reader(), q) {
		if err != nil {
			return err
		}
		for _, row := range rows {
			found = true
			if err := v.listRow(row); err != nil {
				return err
			}
		}
	}
	if !found && q.Prefix != "" {
		return verbError{error: fmt.Errorf("no key begins with %s", ui.Clean(q.Prefix)), code: exitNothing}
	}
	return nil
}

func (v *verb) listRow(row listing.Row) error {
	if v.flags.json {
		out := lsRow{ETag: row.ETag, Class: row.Class, Version: row.VersionID, Latest: row.Latest, Marker: row.Marker}
		if row.Prefix {
			out.Prefix = row.Key
		} else {
			at := row.Modified.UTC()
			out.Key, out.Size, out.Modified = row.Key, &row.Size, &at
		}
		return v.print(out)
	}
	if row.Prefix {
		_, err := fmt.Fprintf(v.p.out, "%19s %12s %s\n", "", "PRE", v.name(row.Key))
		return err
	}
	what := fmt.Sprint(row.Size)
	if row.Marker {
		what = "MARKER"
	}
	line := fmt.Sprintf("%s %12s ", row.Modified.UTC().Format(verbTime), what)
	if row.VersionID != "" {
		latest := " "
		if row.Latest {
			latest = "*"
		}
		line += fmt.Sprintf("%s%-32s ", latest, row.VersionID)
	}
	_, err := fmt.Fprintln(v.p.out, line+v.name(row.Key))
	return err
}
