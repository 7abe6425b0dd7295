package awsops

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/smithy-go/middleware"
)

// SSORole is a role of an account that IAM Identity Center hands out credentials of. It stands in place of a profile:
// the shared AWS files are not read. Without Account and Role the session signs nothing and is good for logging in and
// for looking at what there is.
type SSORole struct {
	Session       string // the sso-session's name, which the login's token is filed under
	StartURL      string
	Region        string // of the directory
	Account, Role string
}

// Portal are the calls that list what a login of IAM Identity Center may use. They carry the login's token and are not
// signed.
type Portal interface {
	ListAccounts(context.Context, *sso.ListAccountsInput, ...func(*sso.Options)) (*sso.ListAccountsOutput, error)
	ListAccountRoles(context.Context, *sso.ListAccountRolesInput, ...func(*sso.Options)) (*sso.ListAccountRolesOutput, error)
}

// Portal gives IAM Identity Center's portal of a region, over the session's own way out and an endpoint that
// AWS_ENDPOINT_URL_SSO names. Its answers are in the command log, tokens are not.
func (s *Session) Portal(region string) Portal {
	g := &guard{s: s, unsigned: true}
	return sso.NewFromConfig(s.cfg, func(o *sso.Options) {
		o.Region, o.Retryer = region, s.retryer()
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return g.add(stack) })
	})
}

// roleCredentials are those of a chosen role, made as the SDK makes them for a profile with an sso-session; nil while no
// role is chosen.
func (r *SSORole) roleCredentials(cfg aws.Config) (aws.CredentialsProvider, error) {
	if r.Role == "" {
		return nil, nil
	}
	file, err := ssocreds.StandardCachedTokenFilepath(r.Session)
	if err != nil {
		return nil, err
	}
	at := cfg.Copy()
	at.Region = r.Region
	at.Credentials = nil
	tokens := ssocreds.NewSSOTokenProvider(ssooidc.NewFromConfig(at), file)
	return aws.NewCredentialsCache(ssocreds.New(sso.NewFromConfig(at), r.Account, r.Role, r.StartURL, func(o *ssocreds.Options) {
		o.SSOTokenProvider, o.CachedTokenFilepath = tokens, file
	})), nil
}
