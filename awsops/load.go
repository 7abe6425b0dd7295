package awsops

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// load resolves region and credentials the way the AWS SDK does, and puts the session's HTTP
// client below everything that sends.
func (s *Session) load(ctx context.Context) error {
	inner, err := s.transport()
	if err != nil {
		return err
	}
	if s.opt.Isolated {
		return s.loadIsolated(inner)
	}
	s.inner = inner
	if s.cfg, err = s.readConfiguration(ctx); err != nil {
		return err
	}
	if s.profile == "" && s.opt.Static == nil {
		s.profile = os.Getenv("AWS_PROFILE")
	}
	s.fips, s.dualStack = endpointKinds(ctx, s.cfg)
	if err := s.adoptEndpoint(ctx); err != nil {
		return err
	}
	s.adopt(inner)
	return nil
}

// adopt puts what is ours around the HTTP client and the credentials that were resolved.
func (s *Session) adopt(inner aws.HTTPClient) {
	if s.cfg.HTTPClient != nil {
		inner = s.cfg.HTTPClient
	}
	s.http = newHTTPClient(inner)
	s.cfg.HTTPClient = s.http
	if s.cfg.Credentials != nil {
		s.source = newCredentialBox(s.cfg.Credentials)
		s.cfg.Credentials = s.source
	}
}

// readConfiguration reads environment and files as the AWS SDK does.
func (s *Session) readConfiguration(ctx context.Context) (aws.Config, error) {
	loaders := []func(*config.LoadOptions) error{
		config.WithAppID(s.opt.AppID),
		config.WithHTTPClient(s.inner),
		config.WithAssumeRoleCredentialOptions(s.assumeRole),
	}
	if s.opt.Region != "" {
		loaders = append(loaders, config.WithRegion(s.opt.Region))
	}
	if s.opt.SSO != nil {
		return s.readWithoutFiles(ctx, loaders)
	}
	if s.opt.Profile != "" {
		loaders = append(loaders, config.WithSharedConfigProfile(s.opt.Profile))
	}
	if s.opt.Static != nil {
		loaders = append(loaders, config.WithCredentialsProvider(s.opt.Static.provider()))
	}
	return config.LoadDefaultConfig(ctx, loaders...)
}

// readWithoutFiles reads the environment alone, for a role that was chosen in place of a profile. The files belong to
// another way to sign in: a default profile's endpoint or role must not mix with it.
func (s *Session) readWithoutFiles(ctx context.Context, loaders []func(*config.LoadOptions) error) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, append(loaders, config.WithSharedConfigFiles([]string{}),
		config.WithSharedCredentialsFiles([]string{}), config.WithCredentialsProvider(aws.AnonymousCredentials{}))...)
	if err != nil {
		return cfg, err
	}
	cfg.Credentials, err = s.opt.SSO.roleCredentials(cfg)
	return cfg, err
}

// adoptEndpoint takes an endpoint over that the environment or the profile names. Nobody said what
// it speaks, so it is treated as the dialect that may do least.
func (s *Session) adoptEndpoint(ctx context.Context) error {
	if s.opt.Endpoint != "" {
		return nil
	}
	if s.opt.Endpoint = configuredEndpoint(ctx, s.cfg); s.opt.Endpoint == "" {
		return nil
	}
	s.opt.Dialect = DialectCompatible
	return checkEndpoint(s.opt)
}

func (s *Session) loadIsolated(inner aws.HTTPClient) error {
	if s.opt.Static == nil {
		return &Error{Op: "open", Kind: KindCredentials, Message: "an isolated session was given no credentials"}
	}
	s.cfg = aws.Config{
		Region:                     s.opt.Region,
		Credentials:                aws.NewCredentialsCache(s.opt.Static.provider()),
		AppID:                      s.opt.AppID,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}
	s.adopt(inner)
	return nil
}

func (c *StaticCredentials) provider() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
}

// configuredEndpoint is the S3 endpoint that the environment or the profile names, "" for none. It
// must be visible, and the session must know it to tell http from https.
func configuredEndpoint(ctx context.Context, cfg aws.Config) string {
	if cfg.BaseEndpoint != nil {
		return *cfg.BaseEndpoint
	}
	if endpointsIgnored(ctx, cfg) {
		return ""
	}
	return aws.ToString(serviceEndpoint(ctx, cfg, "S3"))
}

// transport makes the HTTP client below the SDK. BuildableClient is the only kind that
// AWS_CA_BUNDLE works with; the session wraps it after the configuration was loaded.
func (s *Session) transport() (aws.HTTPClient, error) {
	if s.opt.Transport != nil {
		return &http.Client{Transport: s.opt.Transport, CheckRedirect: refuseRedirect}, nil
	}
	roots, err := s.roots()
	if err != nil {
		return nil, err
	}
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns = 256
		t.MaxIdleConnsPerHost = 128
		t.DialContext = loopback(t.DialContext)
		if s.opt.Dial != nil {
			t.DialContext = s.opt.Dial
		}
		if s.opt.Isolated {
			t.Proxy = nil
		}
		if roots != nil {
			t.TLSClientConfig.RootCAs = roots
		}
	}), nil
}

// dialer opens connections as net.Dialer.DialContext does.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// loopback sends names below .localhost to this machine, as RFC 6761 says they mean. Not every
// system's resolver knows them, and a local server needs names that an account or an access point can
// be put in front of.
func loopback(dial dialer) dialer {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".localhost") {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return dial(ctx, network, address)
	}
}

// refuseRedirect hands a redirect to the SDK: following it would send a signed request elsewhere.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (s *Session) roots() (*x509.CertPool, error) {
	if s.opt.RootCAs != nil || s.opt.CABundle == "" {
		return s.opt.RootCAs, nil
	}
	pem, err := os.ReadFile(s.opt.CABundle)
	if err != nil {
		return nil, &Error{Op: "open", Kind: KindInvalid, Message: "the CA bundle can't be read: " + err.Error(), Hint: "Check --ca-bundle.", Err: err}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, invalid("open", "the CA bundle "+s.opt.CABundle+" holds no PEM certificate", "Check --ca-bundle.")
	}
	return pool, nil
}

// assumeRole lets profiles with mfa_serial ask the same provider as MFA delete does, and turns
// retries off: AWS STS takes a code once.
func (s *Session) assumeRole(o *stscreds.AssumeRoleOptions) {
	if o.SerialNumber == nil {
		return
	}
	serial, role := *o.SerialNumber, o.RoleARN
	once := &onceSTS{inner: o.Client}
	o.TokenProvider = func() (string, error) { return s.roleCode(serial, role, once.refused.Swap(nil)) }
	o.Client = once
}

// onceSTS assumes roles without retries.
type onceSTS struct {
	inner   stscreds.AssumeRoleAPIClient
	refused atomic.Pointer[Error] // what the last code was answered with, until the next one is asked for
}

func (c *onceSTS) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, opts ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	out, err := c.inner.AssumeRole(ctx, in, append(opts, func(o *sts.Options) { o.Retryer = aws.NopRetryer{} })...)
	if e := Wrap("AssumeRole", "", "", err); e != nil && e.Status != 0 {
		c.refused.Store(e)
	}
	return out, err
}

// openError puts what LoadDefaultConfig says into a sentence.
func openError(opt Options, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := &Error{Op: "open", Kind: KindInvalid, Err: err, Hint: "Check the files below ~/.aws and the AWS_ variables."}
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		e.Kind, e.Message = KindCredentials, fmt.Sprintf("there is no profile %q", missing.Profile)
		e.Hint = "aws configure list-profiles shows the profiles that exist."
		return e
	}
	if _, ok := errors.AsType[config.AssumeRoleTokenProviderNotSetError](err); ok {
		e.Kind, e.Message = KindMFARequired, "the profile needs a one-time code and there is nobody to ask"
		return e
	}
	if strings.Contains(err.Error(), "CA bundle") {
		e.Message, e.Hint = "AWS_CA_BUNDLE can't be used", "It must name a PEM file."
		return e
	}
	e.Message = "the AWS configuration of profile " + profileName(opt.Profile) + " can't be used"
	return e
}

func profileName(p string) string {
	if p == "" {
		return "default"
	}
	return fmt.Sprintf("%q", p)
}
