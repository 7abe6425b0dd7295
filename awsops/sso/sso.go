// Package sso logs in with IAM Identity Center by device code (RFC 8628), without a browser on this machine: a person
// opens an address elsewhere, compares a code and allows the login. The token is filed where the AWS CLI and the SDKs
// look for it, in their format, readable by nobody else.
//
// Source: the API reference of IAM Identity Center OIDC; "Token provider configuration" of the AWS SDKs and Tools
// Reference Guide for the file.
package sso

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"

	"cooper/awsops"
)

// Target says where to log in.
type Target struct {
	Key      string   // names the token's file: the sso-session's name, else the start URL
	Refresh  bool     // the token may be refreshed: only those of an sso-session are
	StartURL string   // such as https://example.awsapps.com/start
	Region   string   // of the directory
	Scopes   []string // empty: sso:account:access
}

// Prompt is what a person needs to allow the login. It is no secret that could be used later: it ends with Expires.
type Prompt struct {
	URL      string // with the code in it
	Page     string // without the code, to be typed there
	UserCode string
	Expires  time.Time
}

// Login is one login under way.
type Login struct {
	api      awsops.OIDC
	clock    awsops.Clock
	target   Target
	file     string
	client   registration
	device   string
	interval time.Duration
	prompt   Prompt
}

const (
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	refreshGrant = "refresh_token"
	usualScope   = "sso:account:access"
	clientName   = "cooper"
)

// slower is how much longer to wait between two questions once the service asked for it (RFC 8628, 3.5).
const slower = 5 * time.Second

// Begin registers a client where none is known yet and asks for a code. file is where the token will be, see File.
// Errors are *awsops.Error.
func Begin(ctx context.Context, api awsops.OIDC, clock awsops.Clock, t Target, file string) (*Login, error) {
	if len(t.Scopes) == 0 {
		t.Scopes = []string{usualScope}
	}
	l := &Login{api: api, clock: clock, target: t, file: file}
	if err := l.register(ctx); err != nil {
		return nil, wrap("RegisterClient", err)
	}
	out, err := api.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: &l.client.ID, ClientSecret: &l.client.Secret, StartUrl: &t.StartURL,
	})
	if err != nil {
		return nil, wrap("StartDeviceAuthorization", err)
	}
	l.device = aws.ToString(out.DeviceCode)
	l.interval = time.Duration(max(out.Interval, 1)) * time.Second
	l.prompt = Prompt{URL: aws.ToString(out.VerificationUriComplete), Page: aws.ToString(out.VerificationUri),
		UserCode: aws.ToString(out.UserCode), Expires: clock.Now().Add(time.Duration(out.ExpiresIn) * time.Second)}
	if l.prompt.URL == "" {
		l.prompt.URL = l.prompt.Page
	}
	return l, nil
}

func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return awsops.Wrap(op, "", "", err)
}

// register takes the client of the last login over while it is good, as the AWS CLI does.
func (l *Login) register(ctx context.Context) error {
	old, err := readToken(l.file)
	known := err == nil && old.ClientID != "" && old.ClientSecret != "" && old.Region == l.target.Region &&
		old.StartURL == l.target.StartURL && l.clock.Now().Add(10*time.Minute).Before(old.RegistrationExpiresAt)
	if known && slices.Equal(old.Scopes, l.target.Scopes) {
		l.client = registration{ID: old.ClientID, Secret: old.ClientSecret, Expires: old.RegistrationExpiresAt}
		return nil
	}
	in := &ssooidc.RegisterClientInput{ClientName: aws.String(clientName), ClientType: aws.String("public")}
	if l.target.Refresh {
		in.Scopes, in.GrantTypes = l.target.Scopes, []string{deviceGrant, refreshGrant}
	}
	out, err := l.api.RegisterClient(ctx, in)
	if err != nil {
		return err
	}
	l.client = registration{ID: aws.ToString(out.ClientId), Secret: aws.ToString(out.ClientSecret),
		Expires: time.Unix(out.ClientSecretExpiresAt, 0).UTC()}
	return nil
}

// Prompt is what to show.
func (l *Login) Prompt() Prompt { return l.prompt }

// Wait asks every few seconds whether the person has allowed the login, and files the token. Errors: KindExpired when
// the code ended first, KindDenied when the login was refused, KindCancelled with ctx, and whatever else the service
// answered; all are *awsops.Error.
func (l *Login) Wait(ctx context.Context) error {
	for {
		if err := l.clock.Until(ctx, l.clock.Now().Add(l.interval)); err != nil {
			return &awsops.Error{Op: "CreateToken", Kind: awsops.KindCancelled, Message: "the login was given up", Err: err}
		}
		out, err := l.api.CreateToken(ctx, &ssooidc.CreateTokenInput{
			ClientId: &l.client.ID, ClientSecret: &l.client.Secret, DeviceCode: &l.device, GrantType: aws.String(deviceGrant),
		})
		if err == nil {
			return l.keep(out)
		}
		if err := l.judge(err); err != nil {
			return err
		}
	}
}

// judge tells answers that mean "not yet" from those that end the login.
func (l *Login) judge(err error) error {
	var pending *types.AuthorizationPendingException
	var slow *types.SlowDownException
	var expired *types.ExpiredTokenException
	var denied *types.AccessDeniedException
	over := func(kind awsops.Kind, message string) error {
		return &awsops.Error{Op: "CreateToken", Kind: kind, Message: message, Hint: "Begin the login again."}
	}
	switch {
	case errors.As(err, &slow):
		l.interval += slower
		return nil
	case errors.As(err, &expired):
		return over(awsops.KindExpired, "the code ended before anybody allowed the login")
	case errors.As(err, &denied):
		return over(awsops.KindDenied, "the login was refused")
	case !errors.As(err, &pending):
		return wrap("CreateToken", err)
	case !l.clock.Now().Before(l.prompt.Expires):
		return over(awsops.KindExpired, "the code ended before anybody allowed the login")
	}
	return nil
}

func (l *Login) keep(out *ssooidc.CreateTokenOutput) error {
	t := token{
		StartURL: l.target.StartURL, Region: l.target.Region, AccessToken: aws.ToString(out.AccessToken),
		ExpiresAt: l.clock.Now().Add(time.Duration(out.ExpiresIn) * time.Second).UTC().Truncate(time.Second),
		ClientID:  l.client.ID, ClientSecret: l.client.Secret, RegistrationExpiresAt: l.client.Expires,
		RefreshToken: aws.ToString(out.RefreshToken), Scopes: l.target.Scopes,
	}
	if err := writeToken(l.file, t); err != nil {
		return &awsops.Error{Op: "CreateToken", Kind: awsops.KindInvalid, Message: "the login went well and its token can't be filed",
			Hint: "Check the folder sso/cache below .aws in your home folder.", Err: err}
	}
	return nil
}
