package main

import (
	"context"
	"net/url"
	"strings"

	"cooper/awsops"
	"cooper/ui"
)

// askWho asks who calls and has the top line drawn again with the answer.
func (a *app) askWho(ctx context.Context, s *awsops.Session) {
	a.who.Store(&whoCalls{session: s, id: s.Identity(ctx)})
	a.signIn.base.Asker.Wake()
}

// whoCalls is what AWS STS said of one session.
type whoCalls struct {
	session *awsops.Session
	id      awsops.Reading[awsops.Identity]
}

// identity is the top line as far as it is known; the shell asks for it on every draw.
func (a *app) identity() ui.Identity {
	session := a.env.Session
	who := a.where(session)
	id, asked := session.KnownIdentity()
	said := a.who.Load()
	switch {
	case asked:
		who.Account, who.Root, who.Caller = id.Account, id.Root, callerName(id)
	case said == nil || said.session != session: // not answered yet
	case said.id.State == awsops.Unsupported:
		who.Caller = "caller can't be asked here"
	default:
		who.Caller = "caller unknown: " + said.id.State.String()
	}
	// A new login brings other credentials: those in use are asked for on every draw.
	if k, ok := session.KnownKey(); ok && k.Temporary {
		who.Temporary = true
		who.Until, who.Over = k.Expires, !k.Expires.IsZero() && !session.ServerNow().Before(k.Expires)
	}
	who.Skew = session.Skew()
	return who
}

// where is what is known before anybody has answered.
func (a *app) where(session *awsops.Session) ui.Identity {
	who := ui.Identity{
		Profile: session.Profile(), Region: session.Region(), Scheme: "https",
		ReadOnly: session.ReadOnly(), Demo: a.clock != nil,
	}
	if a.clock != nil { // the keys are the program's: no profile of that name exists
		who.Profile = *a.present.Load()
	}
	if !session.Secure() {
		who.Scheme = "http"
	}
	if u, err := url.Parse(session.Endpoint()); err == nil {
		who.Endpoint = u.Host
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
