package profiles

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// reader holds the sections of both files while profiles are made of them.
type reader struct {
	profiles, sessions, services map[string]*section
	inCredentials                map[string]bool
}

func (r *reader) add(s *section, credentials bool) {
	into := map[string]map[string]*section{"profile": r.profiles, "sso-session": r.sessions, "services": r.services}[s.kind]
	if s.kind == "profile" && credentials {
		r.inCredentials[s.name] = true
	}
	old := into[s.name]
	if old == nil {
		into[s.name] = s
		return
	}
	for k, v := range s.keys {
		old.keys[k] = v
	}
}

func (s *section) get(key string) string { return s.keys[key].value }

// has says which of the keys has a value.
func (s *section) has(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return s.get(k) != "" })
}

// at is the key's line, or the section's when the key isn't there.
func (s *section) line(key string) Position {
	if k, ok := s.keys[key]; ok {
		return k.at
	}
	return s.at
}

func (p *Profile) say(at Position, sentence string) {
	p.Troubles = append(p.Troubles, Trouble{at, sentence})
}

// refuse says what makes the profile unusable.
func (p *Profile) refuse(at Position, sentence string) {
	p.say(at, sentence)
	p.Kind = Broken
}

func (r *reader) profile(name string) Profile {
	s := r.profiles[name]
	p := Profile{Name: name, At: s.at, Credentials: r.inCredentials[name], Region: s.get("region"), Account: s.get("aws_account_id"),
		FIPS: strings.EqualFold(s.get("use_fips_endpoint"), "true"), DualStack: strings.EqualFold(s.get("use_dualstack_endpoint"), "true")}
	if tail := s.get("aws_access_key_id"); len(tail) >= 8 {
		p.KeyTail = tail[len(tail)-4:]
	}
	r.endpoint(&p, s)
	r.follow(&p, s, []string{name})
	if p.Kind != Broken && len(p.Chain) > 0 {
		p.Kind = Role
	}
	r.check(&p, s)
	return p
}

// endpoint finds S3's address: the services section before the profile's own endpoint_url.
func (r *reader) endpoint(p *Profile, s *section) {
	if strings.EqualFold(s.get("ignore_configured_endpoint_urls"), "true") {
		return
	}
	p.Endpoint = s.get("endpoint_url")
	name := s.get("services")
	if name == "" {
		return
	}
	services := r.services[name]
	if services == nil {
		p.say(s.line("services"), "there is no [services "+name+"]")
		return
	}
	if url := services.keys["s3"].sub["endpoint_url"].value; url != "" {
		p.Endpoint = url
	}
}

// follow goes from a profile to where its credentials begin, and notes the roles on the way.
func (r *reader) follow(p *Profile, s *section, seen []string) {
	if s.get("role_arn") == "" || s.has("web_identity_token_file") {
		r.origin(p, s)
		return
	}
	hop := Hop{Profile: s.name, RoleARN: s.get("role_arn"), ExternalID: s.get("external_id"), MFASerial: s.get("mfa_serial"),
		SessionName: s.get("role_session_name"), Duration: s.get("duration_seconds")}
	p.Chain = append([]Hop{hop}, p.Chain...)
	source, from := s.get("source_profile"), s.get("credential_source")
	switch {
	case source != "" && from != "":
		p.refuse(s.line("credential_source"), "source_profile and credential_source exclude each other")
	case from != "":
		r.credentialSource(p, s, from)
	case source == "":
		p.refuse(s.line("role_arn"), "role_arn needs source_profile or credential_source")
	case source == s.name:
		if !s.has("aws_access_key_id") {
			p.refuse(s.line("source_profile"), "the profile is its own source and has no access key")
			return
		}
		r.origin(p, s)
	case slices.Contains(seen, source):
		p.refuse(s.line("source_profile"), "the roles go round in a circle: "+strings.Join(append(seen, source), " → "))
	case r.profiles[source] == nil:
		p.refuse(s.line("source_profile"), "there is no profile "+strconv.Quote(source))
	default:
		p.Base = source
		r.follow(p, r.profiles[source], append(seen, source))
	}
}

func (r *reader) credentialSource(p *Profile, s *section, from string) {
	switch from {
	case "Environment":
		p.Source = Environment
	case "Ec2InstanceMetadata":
		p.Source = Instance
	case "EcsContainer":
		p.Source = Container
	default:
		p.refuse(s.line("credential_source"), strconv.Quote(from)+" is none of Environment, Ec2InstanceMetadata and EcsContainer")
	}
}

// origin reads where credentials begin, in the order in which the SDK looks.
func (r *reader) origin(p *Profile, s *section) {
	id, secret := s.has("aws_access_key_id"), s.has("aws_secret_access_key")
	switch {
	case id != secret:
		p.refuse(s.at, "an access key has two parts, aws_access_key_id and aws_secret_access_key: one is missing")
		return
	case id && s.has("aws_session_token"):
		p.Source = Temporary
	case id:
		p.Source = Static
	case s.has("web_identity_token_file"):
		p.Source, p.TokenFile = WebIdentity, s.get("web_identity_token_file")
		if !s.has("role_arn") {
			p.refuse(s.line("web_identity_token_file"), "web_identity_token_file needs role_arn")
			return
		}
		p.Account = firstOf(p.Account, accountOf(s.get("role_arn")))
	case s.has("sso_session", "sso_start_url", "sso_account_id", "sso_role_name"):
		r.signOn(p, s)
		if p.Kind == Broken {
			return
		}
	case s.has("login_session"):
		p.Source, p.LoginARN = Login, s.get("login_session")
	case s.has("credential_process"):
		p.Source, p.Process = Process, s.get("credential_process")
	default:
		p.Source = Surrounding
	}
	p.Kind = p.Source
}

// signOn reads the keys of IAM Identity Center, those of an sso-session first.
func (r *reader) signOn(p *Profile, s *section) {
	p.Source = SSO
	sso := SingleSignOn{Session: s.get("sso_session"), StartURL: s.get("sso_start_url"), Region: s.get("sso_region"),
		Account: s.get("sso_account_id"), Role: s.get("sso_role_name")}
	at := s
	if sso.Session != "" {
		session := r.sessions[sso.Session]
		if session == nil {
			p.refuse(s.line("sso_session"), "there is no [sso-session "+sso.Session+"]")
			return
		}
		for _, key := range []string{"sso_start_url", "sso_region"} {
			if own := s.get(key); own != "" && own != session.get(key) {
				p.refuse(s.line(key), key+" differs from that of [sso-session "+sso.Session+"]")
				return
			}
		}
		at, sso.StartURL, sso.Region = session, session.get("sso_start_url"), session.get("sso_region")
		sso.Scopes = session.scopes()
	}
	for _, need := range []struct {
		value, key string
		in         *section
	}{{sso.StartURL, "sso_start_url", at}, {sso.Region, "sso_region", at}, {sso.Account, "sso_account_id", s}, {sso.Role, "sso_role_name", s}} {
		if need.value == "" {
			p.refuse(need.in.at, need.key+" is missing")
			return
		}
	}
	p.SSO = &sso
}

// scopes are what an sso-session asks for, nil for the usual.
func (s *section) scopes() []string {
	var out []string
	for scope := range strings.SplitSeq(s.get("sso_registration_scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			out = append(out, scope)
		}
	}
	return out
}

// session reads an sso-session for itself, whether a profile uses it or not.
func (r *reader) session(name string) Profile {
	s := r.sessions[name]
	p := Profile{Name: name, Kind: Portal, Source: Portal, Region: s.get("sso_region"), At: s.at,
		SSO: &SingleSignOn{Session: name, StartURL: s.get("sso_start_url"), Region: s.get("sso_region"), Scopes: s.scopes()}}
	for _, key := range []string{"sso_start_url", "sso_region"} {
		if !s.has(key) {
			p.refuse(s.at, key+" is missing")
			break
		}
	}
	return p
}

var (
	account = regexp.MustCompile(`^[0-9]{12}$`)
	roleARN = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):role/.+$`)
)

// check finds the account and says what looks wrong but does not stop anything here.
func (r *reader) check(p *Profile, s *section) {
	n := len(p.Chain)
	switch {
	case n > 0:
		p.Account = accountOf(p.Chain[n-1].RoleARN)
	case p.Account != "":
	case p.SSO != nil:
		p.Account = p.SSO.Account
	default:
		p.Account = accountOf(p.LoginARN)
	}
	for _, h := range p.Chain {
		r.checkHop(p, h)
	}
	if p.Account != "" && !account.MatchString(p.Account) {
		p.say(s.line("aws_account_id"), strconv.Quote(p.Account)+" is not an account's twelve digits")
		p.Account = ""
	}
}

func (r *reader) checkHop(p *Profile, h Hop) {
	in := r.profiles[h.Profile]
	if !roleARN.MatchString(h.RoleARN) {
		p.say(in.line("role_arn"), strconv.Quote(h.RoleARN)+" is not a role's ARN")
	}
	if n, err := strconv.Atoi(h.Duration); h.Duration != "" && (err != nil || n < 900 || n > 43200) {
		p.say(in.line("duration_seconds"), "duration_seconds is 900 to 43200")
	}
}

// accountOf takes the account out of an ARN, "" when there is none.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || !account.MatchString(parts[4]) {
		return ""
	}
	return parts[4]
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
