package awsops

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/smithy-go/middleware"
)

// OIDC are the calls of a login with IAM Identity Center by device code. They are not signed.
type OIDC interface {
	RegisterClient(context.Context, *ssooidc.RegisterClientInput, ...func(*ssooidc.Options)) (*ssooidc.RegisterClientOutput, error)
	StartDeviceAuthorization(context.Context, *ssooidc.StartDeviceAuthorizationInput, ...func(*ssooidc.Options)) (*ssooidc.StartDeviceAuthorizationOutput, error)
	CreateToken(context.Context, *ssooidc.CreateTokenInput, ...func(*ssooidc.Options)) (*ssooidc.CreateTokenOutput, error)
}

// OIDC gives the login service of a region, over the session's own way out: its proxy, its authorities, and an endpoint
// that AWS_ENDPOINT_URL_SSO_OIDC names. Its answers are in the command log, its tokens are not.
func (s *Session) OIDC(region string) OIDC {
	g := &guard{s: s, anyMethod: true, unsigned: true} // a lapsed login must not wait for itself
	return ssooidc.NewFromConfig(s.cfg, func(o *ssooidc.Options) {
		o.Region, o.Retryer = region, s.retryer()
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return g.add(stack) })
	})
}

// serviceEndpoint is what AWS_ENDPOINT_URL_NAME or the profile's services section says of one service, nil for nothing.
func serviceEndpoint(ctx context.Context, cfg aws.Config, sdkID string) *string {
	for _, source := range cfg.ConfigSources {
		if of, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		}); ok {
			if v, found, err := of.GetServiceBaseEndpoint(ctx, sdkID); err == nil && found {
				return &v
			}
		}
	}
	return nil
}

// endpointsIgnored tells whether configured endpoints are to be left alone.
func endpointsIgnored(ctx context.Context, cfg aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if off, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
		}); ok {
			if ignore, found, err := off.GetIgnoreConfiguredEndpoints(ctx); err == nil && found && ignore {
				return true
			}
		}
	}
	return false
}

// endpointKinds tells whether AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or the profile's settings of that
// name, are on. The SDK's clients look themselves; this is for requests that are made without them.
func endpointKinds(ctx context.Context, cfg aws.Config) (fips, dualStack bool) {
	for _, source := range cfg.ConfigSources {
		if of, ok := source.(interface {
			GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
		}); ok {
			v, found, err := of.GetUseFIPSEndpoint(ctx)
			fips = fips || err == nil && found && v == aws.FIPSEndpointStateEnabled
		}
		if of, ok := source.(interface {
			GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
		}); ok {
			v, found, err := of.GetUseDualStackEndpoint(ctx)
			dualStack = dualStack || err == nil && found && v == aws.DualStackEndpointStateEnabled
		}
	}
	return fips, dualStack
}
