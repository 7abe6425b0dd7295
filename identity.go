package main

import (
	"context"
	"net/url"
	"strings"

	"cooper/awsops"
	"cooper/ui"
)

// askWho asks who calls and has the top line drawn again with the answer.
func (a *app) askWho(ctx context.Context) {
	who := a.identityLine(a.session.Identity(ctx), a.session.Key(ctx))
	a.who.Store(&who)
	a.env.Asker.Wake()
}

// identity is the top line as far as it is known; the shell asks for it on every draw.
func (a *app) identity() ui.Identity {
	var who ui.Identity
	if p := a.who.Load(); p != nil {
		who = *p
	} else {
		who = a.where()
	}
	who.Skew = a.session.Skew()
	return who
}

// where is what is known before anybody has answered.
func (a *app) where() ui.Identity {
	who := ui.Identity{
		Profile: a.session.Profile(), Region: a.session.Region(), Scheme: "https",
		ReadOnly: a.session.ReadOnly(), Demo: a.clock != nil,
	}
	if a.clock != nil { // the keys are the program's: no profile of that name exists
		who.Profile = "demo"
	}
	if !a.session.Secure() {
		who.Scheme = "http"
	}
	if u, err := url.Parse(a.session.Endpoint()); err == nil {
		who.Endpoint = u.Host
	}
	return who
}

func (a *app) identityLine(id awsops.Reading[awsops.Identity], key awsops.Reading[awsops.KeyInfo]) ui.Identity {
	who := a.where()
	switch v, ok := id.Get(); {
	case ok:
		who.Account, who.Root, who.Caller = v.Account, v.Root, callerName(v)
	case id.State == awsops.Unsupported:
		who.Caller = "caller can't be asked here"
	default:
		who.Caller = "caller unknown: " + id.State.String()
	}
	if k, ok := key.Get(); ok && k.Temporary {
		who.Until = k.Expires
	}
	return who
}

// callerName is the last part of an ARN: root, alice, or the role of an assumed one.
func callerName(id awsops.Identity) string {
	if id.Root {
		return "root"
	}
	_, resource, _ := strings.Cut(id.ARN, "::"+id.Account+":")
	if resource == "" {
		return id.ARN
	}
	return strings.TrimPrefix(strings.TrimPrefix(resource, "user/"), "assumed-role/")
}
