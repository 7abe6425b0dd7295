package awsops

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
)

// Identity is who calls, as AWS STS says it.
type Identity struct {
	Account, ARN, UserID string
	Partition            string // aws, aws-cn, aws-us-gov, aws-eusc
	Root                 bool   // the account's root user
}

// KeyInfo is what may be told of the credentials in use.
type KeyInfo struct {
	Tail      string    // the last four characters of the access key id
	Temporary bool      // they carry a session token
	Expires   time.Time // zero when they don't
	Source    string    // the kind of source they came from
}

type identityCache struct {
	mu sync.Mutex
	r  Reading[Identity]
	at time.Time     // when r was read, by the machine's clock
	in chan struct{} // closed when the call that is under way has ended
}

// fresh reports whether what is there is still good; c.mu must be held.
func (c *identityCache) fresh() bool {
	return c.r.State == Known || c.r.State == Failed && c.r.Err.Kind == KindNetwork && time.Since(c.at) < identityPause
}

func (c *identityCache) known() (Identity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.Get()
}

// identityPause is how long a failed question is not put again: every change asks, and a network
// without a way to AWS STS must not hold each of them up.
const identityPause = 15 * time.Second

// Identity asks AWS STS who calls (GetCallerIdentity), once. An endpoint that is not AWS has no one
// to ask: that is Unsupported. A network failure is remembered for 15 seconds, others not at all.
func (s *Session) Identity(ctx context.Context) Reading[Identity] {
	if s.opt.Dialect == DialectCompatible {
		return Reading[Identity]{State: Unsupported, At: s.opt.Clock.Now(), Source: "GetCallerIdentity", Err: &Error{
			Op: "GetCallerIdentity", Kind: KindUnsupported, Message: "this endpoint can't say who is calling",
			Hint: "It is configured as S3-compatible: there is no AWS STS to ask."}}
	}
	for {
		s.identity.mu.Lock()
		if s.identity.fresh() {
			defer s.identity.mu.Unlock()
			return s.identity.r
		}
		wait := s.identity.in
		if wait == nil {
			s.identity.in = make(chan struct{})
		}
		s.identity.mu.Unlock()
		if wait == nil {
			return s.askIdentity(ctx)
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return Read("GetCallerIdentity", s.opt.Clock.Now(), Identity{}, Wrap("GetCallerIdentity", "", "", ctx.Err()))
		}
	}
}

// KnownIdentity gives who calls if that has been asked already. It sends nothing, so it is safe where
// credentials are only being fetched, as while a role's code is asked for.
func (s *Session) KnownIdentity() (Identity, bool) { return s.identity.known() }

func (s *Session) askIdentity(ctx context.Context) Reading[Identity] {
	var id Identity
	out, err := s.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil {
		id = identityOf(aws.ToString(out.Account), aws.ToString(out.Arn), aws.ToString(out.UserId))
	}
	r := Reading[Identity]{State: Known, Value: id, At: s.opt.Clock.Now(), Source: "GetCallerIdentity"}
	if err != nil {
		r = Read("GetCallerIdentity", r.At, id, Wrap("GetCallerIdentity", "", "", err))
	}
	s.identity.mu.Lock()
	defer s.identity.mu.Unlock()
	s.identity.r, s.identity.at = r, time.Now()
	close(s.identity.in)
	s.identity.in = nil
	return r
}

func identityOf(account, arn, user string) Identity {
	id := Identity{Account: account, ARN: arn, UserID: user, Partition: "aws"}
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		id.Partition, id.Root = parts[1], parts[5] == "root"
	}
	return id
}

// Key tells what may be told of the credentials in use. It may fetch them, and so ask for a code.
func (s *Session) Key(ctx context.Context) Reading[KeyInfo] {
	at := s.opt.Clock.Now()
	if s.cfg.Credentials == nil {
		return Read("credentials", at, KeyInfo{}, &Error{Op: "credentials", Kind: KindCredentials, Message: "no credentials were found"})
	}
	c, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		e := Wrap("credentials", "", "", err)
		if e.Kind == KindBug {
			e.Kind, e.Message = KindCredentials, "the credentials could not be fetched"
		}
		return Read("credentials", at, KeyInfo{}, e)
	}
	return Reading[KeyInfo]{State: Known, Value: keyInfo(c), At: at, Source: "credentials"}
}

func (s *Session) sts() *sts.Client {
	g := &guard{s: s, anyMethod: true}
	return sts.NewFromConfig(s.cfg, func(o *sts.Options) {
		if s.opt.Dialect == DialectSandbox {
			o.BaseEndpoint = aws.String(s.opt.Endpoint)
		} else {
			o.BaseEndpoint = nil // the one endpoint for all is S3's
			if !endpointsIgnored(context.Background(), s.cfg) {
				o.BaseEndpoint = serviceEndpoint(context.Background(), s.cfg, "STS")
			}
		}
		o.HTTPSignerV4, o.Retryer = s.signer(), s.retryer()
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return g.add(stack) })
	})
}

// Partition is that of the caller's ARN. Where nobody can be asked who calls, it is the partition of the session's
// region: aws, aws-cn, aws-us-gov or aws-eusc.
func (s *Session) Partition(ctx context.Context) string {
	if id, ok := s.Identity(ctx).Get(); ok && id.Partition != "" {
		return id.Partition
	}
	if s.opt.Dialect == DialectAWS {
		return partitionOf(s.cfg.Region)
	}
	return "aws"
}
