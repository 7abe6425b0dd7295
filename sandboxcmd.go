package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cooper/sandbox"
)

// sandboxFlags shape the embedded AWS that other clients use.
type sandboxFlags struct {
	listen, clock, sources string
	seed                   uint64
	empty                  bool
	faults, fill           []string
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
	s.StringVar(&f.sources, "sources", "", "play IAM Identity Center, aws login, EC2's metadata and a container's endpoint, too, at `address`")
	s.StringArrayVar(&f.fill, "fill", nil, "make a bucket with so many small objects, `BUCKET=N`")
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
	if f.sources != "" {
		stop, err := p.serveSources(ctx, server, f.sources)
		if err != nil {
			return err
		}
		defer stop()
	}
	<-ctx.Done()
	return nil
}

// serveSources plays what hands out credentials, at an address of its own, and prints how clients find it.
func (p *process) serveSources(ctx context.Context, server *sandbox.Server, address string) (stop func(), err error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the sources of credentials can't be served at %s: %w", address, err)
	}
	if a, ok := listener.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, errors.Join(usageError{fmt.Errorf("--sources %s is no loopback address: whoever asks there gets credentials", address)}, listener.Close())
	}
	services := &http.Server{Handler: server.Sources(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = services.Serve(listener) }() // ends when it is closed
	_, err = fmt.Fprintf(p.out, `# Sources of credentials; their keys are good on this sandbox until it ends
# IAM Identity Center: aws configure sso, or a profile with sso_start_url = https://sandbox.awsapps.com/start and sso_region = %[2]s,
#   sso_account_id = %[3]s, sso_role_name = %[4]s; the page that a login shows is here, too
export AWS_ENDPOINT_URL_SSO=%[1]s
export AWS_ENDPOINT_URL_SSO_OIDC=%[1]s
export AWS_ENDPOINT_URL_SIGNIN=%[1]s
export AWS_ENDPOINT_URL_STS=$AWS_ENDPOINT_URL
# EC2: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY, and
#   export AWS_EC2_METADATA_SERVICE_ENDPOINT=%[1]s
# A container: unset them, and
#   export AWS_CONTAINER_CREDENTIALS_FULL_URI=%[1]s/v2/credentials AWS_CONTAINER_AUTHORIZATION_TOKEN=%[5]s
`, "http://"+listener.Addr().String(), demoRegion, server.Account(), sandbox.SourceRole, sandbox.ContainerToken)
	return func() { _ = services.Close() }, err
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
	if f.clock == "" {
		server.SlowQueries(demoQueryTime)
	}
	if !f.empty {
		server.SeedDemo()
	}
	for _, text := range f.fill {
		if err := fill(server, text); err != nil {
			return nil, fmt.Errorf("--fill %s: %w", text, err)
		}
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

// fill makes a bucket with so many small objects.
func fill(server *sandbox.Server, text string) error {
	name, count, _ := strings.Cut(text, "=")
	n, err := strconv.Atoi(count)
	if name == "" || err != nil || n < 0 || n > mostFilled {
		return fmt.Errorf("BUCKET=N is wanted, with N up to %d", mostFilled)
	}
	if err := server.AddBucket(name, demoRegion); err != nil {
		return err
	}
	return server.Fill(name, n, func(i int) string { return fmt.Sprintf("filled/%03d/%07d.dat", i/10_000, i) }, sandbox.FillOptions{})
}

// mostFilled bounds a filling: an object takes about 200 bytes of memory.
const mostFilled = 10_000_000

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
