package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"cooper/awsops/policy"
	"cooper/awsops/presign"
	"cooper/ui"
)

// presignFlags are those of cooper presign.
type presignFlags struct {
	verbFlags
	method, until, version, kind, sizes string
	overwrite, curl                     bool
}

func (p *process) presignCommand() *cobra.Command {
	f := &presignFlags{}
	cmd := &cobra.Command{
		Use:   "presign s3://bucket/key",
		Short: "Print a presigned URL, or the fields of an upload form",
		Long: "presign prints a URL that does one thing for whoever has it, until it dies. What must be known of it goes to standard\n" +
			"error: when it dies and why, the headers that its user must send, what the bucket's policy says to it. With --method POST\n" +
			"the address and the fields of a form are printed as JSON; a key that ends in a slash then lets the user choose the name.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			place, err := startPlace(args)
			if err != nil {
				return usageError{err}
			}
			return p.withVerb(cmd.Context(), &f.verbFlags, func(v *verb) error { return f.run(v, place) })
		},
	}
	addConnection(cmd, &f.connection)
	s := cmd.Flags()
	s.StringVar(&f.method, "method", "GET", "GET, HEAD, PUT, DELETE or POST")
	s.StringVar(&f.until, "until", "1h", "how long it lives: 90m, 7d, or a time in UTC")
	s.StringVar(&f.version, "version-id", "", "this version, for GET, HEAD and DELETE")
	s.StringVar(&f.kind, "content-type", "", "what an upload must send; with POST, image/* is whatever begins so")
	s.StringVar(&f.sizes, "size", "", "of an upload: exactly so many bytes with PUT, such as 1 KB - 10 MB with POST")
	s.BoolVar(&f.overwrite, "overwrite", false, "let a PUT replace an object that is there")
	s.BoolVar(&f.yes, "yes", false, "agree to a URL that deletes a version for good")
	s.BoolVar(&f.curl, "curl", false, "print the curl line that uses it")
	s.BoolVar(&f.json, "json", false, "print JSON")
	return cmd
}

// spec is what the command line asks for.
func (f *presignFlags) spec(v *verb, place ui.Place) (presign.Spec, error) {
	s := presign.Spec{Bucket: place.Bucket, Key: place.Prefix, Version: f.version, Method: presign.Method(strings.ToUpper(f.method))}
	if s.Method == presign.Form && strings.HasSuffix(s.Key, "/") {
		s.Key, s.Prefix = "", s.Key
	}
	var wrong string
	if s.Until, wrong = presign.ReadUntil(f.until, v.session.ServerNow()); wrong != "" {
		return s, usageError{errors.New("--until: " + wrong)}
	}
	if wrong = f.upload(&s); wrong != "" {
		return s, usageError{errors.New(wrong)}
	}
	if s.Method == presign.Delete && s.Version != "" && !f.yes {
		return s, usageError{errors.New("whoever has such a URL can delete the version for good: --yes says that this is meant")}
	}
	if wrong = s.Check(true); wrong != "" {
		return s, usageError{errors.New(wrong)}
	}
	return s, nil
}

// upload fills in what an upload must be, or says what is wrong with it.
func (f *presignFlags) upload(s *presign.Spec) (wrong string) {
	s.Upload.Type, s.Upload.TypePrefix = strings.CutSuffix(f.kind, "*")
	s.Upload.NewOnly = s.Method == presign.Put && !f.overwrite
	switch {
	case s.Method != presign.Put && s.Method != presign.Form:
		if f.kind != "" || f.sizes != "" {
			return "--content-type and --size are for uploads"
		}
	case s.Method == presign.Form:
		s.Upload.Min, s.Upload.Max, wrong = presign.ReadSizes(f.sizes)
	case s.Upload.TypePrefix:
		return "only a form can leave the content type open"
	case f.sizes != "":
		s.Upload.Length, wrong = presign.ReadSize(f.sizes)
	}
	return wrong
}

func (f *presignFlags) run(v *verb, place ui.Place) error {
	spec, err := f.spec(v, place)
	if err != nil {
		return err
	}
	around := presign.Survey(v.ctx, v.session.Reader(), spec.Bucket)
	m, err := presign.Make(v.ctx, v.session, spec, around)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(v.p.err, presignText(m, around.Foretell(spec, m.At))); err != nil {
		return err
	}
	switch {
	case f.curl:
		_, err = fmt.Fprintln(v.p.out, m.Curl())
	case spec.Method == presign.Form:
		_, err = io.WriteString(v.p.out, m.JSON())
	case f.json:
		headers := map[string]string{}
		for _, h := range m.Headers {
			headers[h.Name] = h.Value
		}
		err = v.print(map[string]any{"method": spec.Method, "url": m.URL().Reveal(), "headers": headers, "until": m.Death.At, "why": m.Death.Text})
	default:
		_, err = fmt.Fprintln(v.p.out, m.URL().Reveal())
	}
	return err
}

// presignText is what must be known of a URL, without the URL.
func presignText(m *presign.Made, said presign.Forecast) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintln(&b, ui.CleanLines(fmt.Sprintf(format, args...))) }
	line("%s", m.Spec.Title())
	line("  dies at %s: %s", ui.Time(m.Death.At), m.Death.Text)
	for _, d := range m.Death.Doubts {
		line("  %s", d)
	}
	for _, h := range m.Headers {
		line("  must be sent: %s: %s", h.Name, h.Value)
	}
	verdict := map[policy.Verdict]string{policy.Allowed: "lets it pass", policy.Refused: "refuses it", policy.Unsure: "may let it pass or not"}[said.Verdict]
	line("  the bucket %s: %s", verdict, said.Text)
	for _, n := range said.Notes {
		line("  %s", n)
	}
	return b.String()
}
