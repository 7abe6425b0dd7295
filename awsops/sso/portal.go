package sso

import (
	"context"
	"iter"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	portal "github.com/aws/aws-sdk-go-v2/service/sso"

	"cooper/awsops"
)

// Account is an account that a login may use.
type Account struct {
	ID, Name, Email string
}

// Portal lists the accounts and the roles of a login. It refreshes the login's token where that can be done without a
// person. It is safe for use by several goroutines.
type Portal struct {
	api    awsops.Portal
	tokens *ssocreds.SSOTokenProvider
	turn   sync.Mutex // two refreshes at once would spend one refresh token twice
}

// NewPortal makes a Portal for the login that is filed under key. It sends nothing.
func NewPortal(api awsops.Portal, oidc awsops.OIDC, key string) (*Portal, error) {
	file, err := File(key)
	if err != nil {
		return nil, wrap("ListAccounts", err)
	}
	return &Portal{api: api, tokens: ssocreds.NewSSOTokenProvider(oidc, file)}, nil
}

func (p *Portal) token(ctx context.Context) (string, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	t, err := p.tokens.RetrieveBearerToken(ctx)
	return t.Value, err
}

// pageSize is how many accounts or roles are asked for at once; 100 is the most that the service gives.
const pageSize = 100

// Accounts gives the accounts page by page. Errors are *awsops.Error: KindExpired without a login that is good.
func (p *Portal) Accounts(ctx context.Context) iter.Seq2[[]Account, error] {
	return func(yield func([]Account, error) bool) {
		var next *string
		for {
			token, err := p.token(ctx)
			if err != nil {
				yield(nil, wrap("ListAccounts", err))
				return
			}
			out, err := p.api.ListAccounts(ctx, &portal.ListAccountsInput{AccessToken: &token, NextToken: next, MaxResults: aws.Int32(pageSize)})
			if err != nil {
				yield(nil, wrap("ListAccounts", err))
				return
			}
			var page []Account
			for _, a := range out.AccountList {
				page = append(page, Account{ID: aws.ToString(a.AccountId), Name: aws.ToString(a.AccountName), Email: aws.ToString(a.EmailAddress)})
			}
			if next = out.NextToken; !yield(page, nil) || aws.ToString(next) == "" {
				return
			}
		}
	}
}

// Roles gives all roles of an account by name. Errors are *awsops.Error: KindExpired without a login that is good,
// KindDenied for an account that the login may not use.
func (p *Portal) Roles(ctx context.Context, account string) ([]string, error) {
	var roles []string
	for in := (portal.ListAccountRolesInput{AccountId: &account, MaxResults: aws.Int32(pageSize)}); ; {
		token, err := p.token(ctx)
		if err != nil {
			return nil, wrap("ListAccountRoles", err)
		}
		in.AccessToken = &token
		out, err := p.api.ListAccountRoles(ctx, &in)
		if err != nil {
			return nil, wrap("ListAccountRoles", err)
		}
		for _, r := range out.RoleList {
			roles = append(roles, aws.ToString(r.RoleName))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return roles, nil
		}
	}
}
