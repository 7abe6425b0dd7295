package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/config"
	"cooper/ui"
	"cooper/views"
)

// process is what one run of the program has from outside.
type process struct {
	env      func(string) string
	in       io.Reader
	out, err io.Writer
	clock    awsops.Clock // of the verbs' sessions; nil is the machine's
}

// usageError is a command line or a configuration that can't be used.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// signalError is the cause of the context's end after a signal.
type signalError struct{ signal syscall.Signal }

func (e signalError) Error() string { return "ended by signal: " + e.signal.String() }

// catchSignals ends the context when the process is told to go. A signal must not kill a job in the middle of a
// journal line, nor leave the terminal in raw mode.
func (p *process) catchSignals(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-signals:
			// A shell that goes, too, takes the terminal back. Putting the terminal right must then not stop this
			// process for ever, with the journal's lock in its hands.
			signal.Ignore(syscall.SIGTTIN, syscall.SIGTTOU)
			if number, ok := s.(syscall.Signal); ok {
				cancel(signalError{number})
			}
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

func (p *process) exitCode(ctx context.Context, err error) int {
	if s, ok := errors.AsType[signalError](context.Cause(ctx)); ok {
		return 128 + int(s.signal)
	}
	if err == nil {
		return 0
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if v, ok := errors.AsType[verbError](err); ok {
		return v.code
	}
	return exitFailed
}

// sentence is what is said of an error on standard error, free of anything a server could have put there to steer
// the terminal.
func (p *process) sentence(err error) string {
	if _, ok := errors.AsType[signalError](err); ok {
		return ""
	}
	if v, ok := errors.AsType[verbError](err); ok && v.said {
		return ""
	}
	return strings.TrimPrefix(ui.CleanLines(views.Explain(err).Sentence), "open: ")
}

func (p *process) rootCommand() *cobra.Command {
	var flags config.Flags
	var demo demoFlags
	cmd := &cobra.Command{
		Use:   "cooper [s3://bucket[/prefix]]",
		Short: "Manage Amazon S3 buckets and how they are protected",
		Long: "cooper manages Amazon S3 buckets in the terminal: versions, MFA delete, encryption, public access and\n" +
			"what is in them. Every change is shown as a plan before it is made and read back after it.\n\n" +
			"cooper --demo opens it on an embedded AWS with a seeded account: no network, no account, nothing to install.",
		Args:              cobra.MaximumNArgs(1),
		SilenceUsage:      true,
		SilenceErrors:     true,
		Version:           version(),
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		RunE: func(cmd *cobra.Command, args []string) error {
			start, err := startPlace(args)
			if err != nil {
				return usageError{err}
			}
			if demo.on {
				return p.runDemo(cmd.Context(), flags, demo, start)
			}
			if demo.clock != "" {
				return usageError{errors.New("--demo-clock goes with --demo")}
			}
			return p.runTUI(cmd.Context(), flags, start)
		},
	}
	cmd.SetVersionTemplate("cooper {{.Version}}\n")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	addFlags(cmd, &flags)
	cmd.Flags().BoolVar(&demo.on, "demo", false, "open on an embedded AWS with a seeded account")
	cmd.Flags().StringVar(&demo.clock, "demo-clock", "", "freeze the demo's clock at `TIME` (RFC 3339), for recordings")
	cmd.AddCommand(p.lsCommand(), p.cpCommand(), p.mvCommand(), p.rmCommand(), p.presignCommand(), p.sandboxCommand(), p.versionCommand())
	return cmd
}

func addFlags(cmd *cobra.Command, f *config.Flags) {
	s := cmd.Flags()
	addConnection(cmd, f)
	s.StringVar(&f.Theme, "theme", "", "colours: `auto|dark|light|mono`")
	s.StringVar(&f.DebugLog, "debug-log", "", "write message types and action ids to `file`")
	s.BoolVar(&f.ASCII, "ascii", false, "draw with ASCII characters only")
}

// addConnection adds the flags that say who acts and where, and what it may do.
func addConnection(cmd *cobra.Command, f *config.Flags) {
	s := cmd.Flags()
	s.StringVar(&f.Profile, "profile", "", "profile `P` of the shared AWS configuration")
	s.StringVar(&f.Region, "region", "", "region `R`")
	s.StringVar(&f.EndpointURL, "endpoint-url", "", "talk to the S3 server at `U`")
	s.StringVar(&f.Dialect, "dialect", "", "what the endpoint speaks: `aws|sandbox|compatible`")
	s.StringVar(&f.PathStyle, "path-style", "", "put bucket names into the path: `auto|always|never`")
	s.StringVar(&f.CABundle, "ca-bundle", "", "trust the authorities in the PEM `file`, too")
	s.StringVar(&f.Config, "config", "", "read this configuration `file`")
	s.BoolVar(&f.ReadOnly, "read-only", false, "change nothing; plans can be seen and their command lines copied")
}

// startPlace reads the argument s3://bucket[/prefix].
func startPlace(args []string) (ui.Place, error) {
	if len(args) == 0 {
		return ui.Place{}, nil
	}
	return placeOf(args[0])
}

// placeOf reads s3://bucket[/prefix], a bucket's name alone, or its ARN. ARNs of access points name no bucket.
func placeOf(s string) (ui.Place, error) {
	if name := strings.TrimPrefix(s, "s3://"); strings.HasPrefix(name, "arn:") {
		var err error
		if s, err = named(name); err != nil {
			return ui.Place{}, err
		}
	}
	rest, isURI := strings.CutPrefix(s, "s3://")
	if !isURI && strings.Contains(s, "://") {
		return ui.Place{}, fmt.Errorf("%q is not an S3 address: it looks like s3://bucket/prefix", s)
	}
	bucket, prefix, _ := strings.Cut(rest, "/")
	if !isURI && strings.ContainsAny(bucket, " \t") {
		return ui.Place{}, fmt.Errorf("%q is no name of a bucket", s)
	}
	if bucket == "" {
		return ui.Place{}, fmt.Errorf("%q names no bucket: an S3 address looks like s3://bucket/prefix", s)
	}
	return ui.Place{Screen: "objects", Bucket: bucket, Prefix: prefix}, nil
}

// named is what the ARN of a bucket or an object names: arn:PARTITION:s3:::bucket[/key].
func named(arn string) (string, error) {
	parts := strings.SplitN(arn, ":", 6)
	switch {
	case len(parts) == 6 && parts[2] == "s3" && parts[3] == "" && parts[4] == "" && parts[5] != "":
		return parts[5], nil
	case len(parts) == 6 && strings.Contains(parts[2], "s3") && strings.HasPrefix(parts[5], "accesspoint"):
		return "", fmt.Errorf("%q is an access point: give the bucket behind it, or the access point's alias, which ends in -s3alias and stands for a bucket's name", arn)
	}
	return "", fmt.Errorf("%q is no ARN of a bucket: that looks like arn:aws:s3:::bucket", arn)
}

func (p *process) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "cooper "+version())
			return err
		},
	}
}

// version is what the build knows of itself: a module version, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && v == "(devel)" {
			v = "devel " + s.Value[:min(len(s.Value), 12)]
		}
	}
	return v + " " + info.GoVersion
}
