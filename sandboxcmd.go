package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"cooper/sandbox"
)

// sandboxFlags shape the embedded AWS that other clients use.
type sandboxFlags struct {
	listen, clock string
	seed          uint64
	empty         bool
	faults        []string
}

func (p *process) sandboxCommand() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run the embedded AWS for other clients until interrupted",
		Long: "sandbox serves the demo's AWS on one loopback port, HTTP and TLS at once, and prints the environment that\n" +
			"other clients need. Everything is in memory and gone when it ends. Its keys and seeds are public.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runSandbox(cmd.Context(), f) },
	}
	s := cmd.Flags()
	s.StringVar(&f.listen, "listen", "127.0.0.1:0", "listen at `address`, of the loopback interface")
	s.Uint64Var(&f.seed, "seed", 1, "version ids and request ids follow from `N`")
	s.StringVar(&f.clock, "clock", "", "stand still at `TIME` (RFC 3339)")
	s.BoolVar(&f.empty, "empty", false, "start without the demo's buckets")
	s.StringArrayVar(&f.faults, "fault", nil, "break requests by `RULE`, such as slowdown,op=PutObject,times=3")
	return cmd
}

func (p *process) runSandbox(ctx context.Context, f sandboxFlags) error {
	server, err := newSandbox(f)
	if err != nil {
		return usageError{err}
	}
	endpoint, err := server.Start(f.listen)
	if err != nil {
		return fmt.Errorf("the sandbox can't listen at %s: %w", f.listen, err)
	}
	defer func() { _ = endpoint.Close() }()
	dir, err := os.MkdirTemp("", "cooper-sandbox-")
	if err != nil {
		return fmt.Errorf("there is no place for the certificate: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, endpoint.CAPEM, 0o600); err != nil {
		return fmt.Errorf("the certificate can't be written: %w", err)
	}
	if err := printSandbox(p.out, server, endpoint, ca); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func newSandbox(f sandboxFlags) (*sandbox.Server, error) {
	o := sandbox.Options{Seed: f.seed}
	if f.clock != "" {
		at, err := time.Parse(time.RFC3339, f.clock)
		if err != nil {
			return nil, fmt.Errorf("--clock wants a time such as 2026-11-21T10:00:05Z, not %q", f.clock)
		}
		o.Clock, o.SignatureClock = func() time.Time { return at }, time.Now
	}
	server := sandbox.New(o)
	if !f.empty {
		server.SeedDemo()
	}
	for _, text := range f.faults {
		rule, err := sandbox.ParseFault(text)
		if err != nil {
			return nil, fmt.Errorf("--fault %s: %w", text, err)
		}
		server.Faults.Add(rule)
	}
	return server, nil
}

// printSandbox prints what a shell can evaluate; what is for people is in comments.
func printSandbox(w io.Writer, server *sandbox.Server, endpoint *sandbox.Endpoint, ca string) error {
	root, ok := server.Credentials(sandbox.RootUser)
	if !ok {
		return errors.New("the embedded AWS has no root user")
	}
	_, err := fmt.Fprintf(w, `# cooper sandbox: an AWS in memory, until this program ends
# The awscli before 2.13 does not read AWS_ENDPOINT_URL: give it --endpoint-url "$AWS_ENDPOINT_URL".
# Clients that put names in front of the host need lines such as these in the hosts file:
#   127.0.0.1 %[1]s %[2]s.%[1]s BUCKET.%[1]s
# Plain HTTP on the same port: %[3]s
# A code of the root's MFA device: oathtool --totp --base32 "$COOPER_MFA_SEED"
export AWS_ENDPOINT_URL=%[4]s
export AWS_CA_BUNDLE=%[5]s
export AWS_REGION=%[6]s
export AWS_DEFAULT_REGION=%[6]s
export AWS_ACCESS_KEY_ID=%[7]s
export AWS_SECRET_ACCESS_KEY=%[8]s
export COOPER_DIALECT=sandbox
export COOPER_MFA_SERIAL=%[9]s
export COOPER_MFA_SEED=%[10]s
`, "cooper.localhost", server.Account(), endpoint.HTTP, endpoint.TLS, ca, demoRegion,
		root.AccessKeyID, root.SecretAccessKey, server.Device().Serial, sandbox.RootDeviceSeed)
	return err
}
