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
			spec, keys, err := f.asked(cmd, place)
			if err != nil {
				return usageError{err}
			}
			return p.withVerb(cmd.Context(), &f.verbFlags, func(v *verb) error {
				keys.hold(v.session, args)
				return f.run(v, spec)
			})
		},
	}
	f.register(cmd)
	return cmd
}

// finish adds when the URL ends, and checks what is asked for as a whole.
func (f *presignFlags) finish(v *verb, s presign.Spec) (presign.Spec, error) {
	var wrong string
	if s.Until, wrong = presign.ReadUntil(f.until, v.session.ServerNow()); wrong != "" {
		return s, usageError{errors.New("--until: " + wrong)}
	}
	if s.Method == presign.Delete && s.Version != "" && !f.yes {
		return s, usageError{errors.New("whoever has such a URL can delete the version for good: --yes says that this is meant")}
	}
	if wrong = s.Check(true); wrong != "" {
		return s, usageError{errors.New(wrong)}
	}
	return s, nil
}

func (f *presignFlags) run(v *verb, spec presign.Spec) error {
	spec, err := f.finish(v, spec)
	if err != nil {
		return err
	}
	around := presign.Survey(v.ctx, v.session.Reader(), spec.Bucket)
	m, err := presign.Make(v.ctx, v.session, spec, around)
	if err != nil {
		return err
	}
	said := around.Foretell(spec, m.At)
	said.Notes = append(said.Notes, presign.Look(v.ctx, v.session.Reader(), spec)...)
	if _, err := io.WriteString(v.p.err, presignText(m, said)); err != nil {
		return err
	}
	switch {
	case f.curl:
		_, err = fmt.Fprintln(v.p.out, m.Curl())
	case spec.Method == presign.Form:
		_, err = io.WriteString(v.p.out, m.JSON())
	case f.json:
		err = v.print(presignLine(m))
	default:
		_, err = fmt.Fprintln(v.p.out, m.URL().Reveal())
	}
	return err
}

// presignLine is a URL as programs take it. A key of one's own is named and not shown.
func presignLine(m *presign.Made) map[string]any {
	headers, keys := map[string]string{}, []string{}
	for _, h := range m.Headers {
		if h.Secret {
			keys = append(keys, h.Name)
			continue
		}
		headers[h.Name] = h.Value
	}
	line := map[string]any{"method": m.Spec.Method, "url": m.URL().Reveal(), "headers": headers, "until": m.Death.At, "why": m.Death.Text}
	if len(keys) > 0 {
		line["key_headers"] = keys
	}
	return line
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
		value := h.Value
		if h.Secret {
			value = "the key itself, in base64; in a curl line $KEY stands for it"
		}
		line("  must be sent: %s: %s", h.Name, value)
	}
	verdict := map[policy.Verdict]string{policy.Allowed: "lets it pass", policy.Refused: "refuses it", policy.Unsure: "may let it pass or not"}[said.Verdict]
	line("  the bucket %s: %s", verdict, said.Text)
	for _, n := range said.Notes {
		line("  %s", n)
	}
	return b.String()
}
