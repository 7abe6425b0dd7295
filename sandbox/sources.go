package sandbox

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// Sources plays the services that hand out credentials beside AWS STS: IAM Identity Center with its login by device
// code, the sign-in service behind aws login, EC2's metadata service (IMDSv2 only) and the credentials endpoint of a
// container. It is an http.Handler for a loopback address of its own, because its paths would be buckets on S3's; the
// credentials are good on the Server that it belongs to.
type Sources struct {
	server *Server
	mux    *http.ServeMux

	mu       sync.Mutex
	life     time.Duration // of what is handed out
	loginFor time.Duration // of a login's token
	codeFor  time.Duration // of a device code
	slow     int           // how many more questions are answered with SlowDown
	clients  map[string]string
	devices  map[string]*deviceLogin // by device code
	tokens   map[string]time.Time    // access tokens and when they end
	refresh  map[string]bool         // refresh tokens that are good
	metadata map[string]time.Time    // IMDSv2 tokens
	accounts map[string][]string     // what IAM Identity Center shows, nil: this account
}

// ContainerToken is what the container endpoint wants in the Authorization header.
const ContainerToken = "sandbox-container-token"

// SourceRole is the role that all of the sources hand out credentials of; IAM Identity Center offers MaintainerRole, too.
const SourceRole = AdminUser

// Sources makes the services that hand out credentials of this server.
func (s *Server) Sources() *Sources {
	c := &Sources{server: s, life: time.Hour, loginFor: 8 * time.Hour, codeFor: 10 * time.Minute, clients: map[string]string{},
		devices: map[string]*deviceLogin{}, tokens: map[string]time.Time{}, refresh: map[string]bool{}, metadata: map[string]time.Time{}}
	c.mux = http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"POST /client/register":                           c.registerClient,
		"POST /device_authorization":                      c.authorizeDevice,
		"POST /token":                                     c.createToken,
		"GET /device":                                     c.devicePage,
		"POST /device":                                    c.devicePage,
		"GET /federation/credentials":                     c.roleCredentials,
		"GET /assignment/accounts":                        c.listAccounts,
		"GET /assignment/roles":                           c.listAccountRoles,
		"POST /v1/token":                                  c.signIn,
		"PUT /latest/api/token":                           c.metadataToken,
		"GET /latest/meta-data/iam/security-credentials/": c.metadataCredentials,
		"GET /latest/meta-data/iam/security-credentials/{role}": c.metadataCredentials,
		"GET /latest/meta-data/placement/region":                c.metadataRegion,
		"GET /v2/credentials":                                   c.containerCredentials,
	} {
		c.mux.HandleFunc(pattern, handle)
	}
	return c
}

// ServeHTTP answers one request.
func (c *Sources) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// SetLives says how long credentials, logins and device codes are good from now on.
func (c *Sources) SetLives(credentials, login, code time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.life, c.loginFor, c.codeFor = credentials, login, code
}

// EndLogins ends every login: no token is good any more, and none can be refreshed.
func (c *Sources) EndLogins() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.tokens)
	clear(c.refresh)
}

// SlowDown has the next n questions for a token answered with SlowDownException.
func (c *Sources) SlowDown(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slow = n
}

// lease makes credentials of SourceRole. The caller does not hold the lock.
func (c *Sources) lease(session string) *principal { return c.leaseOf(SourceRole, session) }

func (c *Sources) leaseOf(role, session string) *principal {
	c.mu.Lock()
	life := c.life
	c.mu.Unlock()
	return c.server.leaseRole(role, session, life)
}

// leaseRole gives the credentials of a session of a role.
func (s *Server) leaseRole(name, session string, life time.Duration) *principal {
	r := roles()[name]
	unique, _ := accessKeyFor("AROA", s.account, "role/"+name+"/unique")
	p := &principal{Kind: rolePrincipal, Account: s.account, Name: name, UserID: unique + ":" + session, Policy: r.policy,
		ARN: "arn:aws:sts::" + s.account + ":assumed-role/" + name + "/" + session}
	id, _ := s.newRequestID()
	p.AccessKeyID, p.SecretAccessKey = accessKeyFor("ASIA", s.account, "session/"+id)
	p.SessionToken = "FwoGZXIvYXdz" + derived(96, s.account, id, "token")
	p.Expires = s.clock().Add(life).Unix()
	s.addPrincipal(p)
	return p
}

func (c *Sources) random() string {
	id, host := c.server.newRequestID()
	return derived(48, id, host)
}

// answerJSON sends a document of the REST JSON services.
func answerJSON(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document) // the client is gone then
}

// refuseJSON answers an exception of the REST JSON services.
func refuseJSON(w http.ResponseWriter, status int, exception, code, message string) {
	w.Header().Set("X-Amzn-Errortype", exception)
	answerJSON(w, status, map[string]string{"error": code, "error_description": message, "message": message})
}

func readJSON(r *http.Request) map[string]any {
	var in map[string]any
	if json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<16)).Decode(&in) != nil {
		return map[string]any{}
	}
	return in
}

func text(in map[string]any, key string) string {
	s, _ := in[key].(string)
	return s
}

// EndSessions ends all temporary credentials that were handed out so far.
func (s *Server) EndSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.principals {
		if p.Expires != 0 {
			over := *p
			over.Expires = s.clock().Unix() - 1
			s.principals[id] = &over
		}
	}
}
