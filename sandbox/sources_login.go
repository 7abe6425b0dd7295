package sandbox

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// deviceLogin is a login by device code under way.
type deviceLogin struct {
	user    string // the code that the person compares
	ends    time.Time
	allowed bool
	denied  bool
}

const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"

func (c *Sources) registerClient(w http.ResponseWriter, r *http.Request) {
	in := readJSON(r)
	if text(in, "clientName") == "" || text(in, "clientType") != "public" {
		refuseJSON(w, http.StatusBadRequest, "InvalidClientMetadataException", "invalid_client_metadata", "The client's metadata is not acceptable.")
		return
	}
	id, secret := c.random(), c.random()
	c.mu.Lock()
	c.clients[id] = secret
	c.mu.Unlock()
	now := c.server.clock()
	answerJSON(w, http.StatusOK, map[string]any{"clientId": id, "clientSecret": secret,
		"clientIdIssuedAt": now.Unix(), "clientSecretExpiresAt": now.Add(90 * 24 * time.Hour).Unix()})
}

// knowsClient judges clientId and clientSecret; it answers when they are wrong.
func (c *Sources) knowsClient(w http.ResponseWriter, in map[string]any) bool {
	c.mu.Lock()
	secret, known := c.clients[text(in, "clientId")]
	c.mu.Unlock()
	if known && subtle.ConstantTimeCompare([]byte(secret), []byte(text(in, "clientSecret"))) == 1 {
		return true
	}
	refuseJSON(w, http.StatusUnauthorized, "InvalidClientException", "invalid_client", "Invalid client provided")
	return false
}

func (c *Sources) authorizeDevice(w http.ResponseWriter, r *http.Request) {
	in := readJSON(r)
	if !c.knowsClient(w, in) {
		return
	}
	if !strings.HasPrefix(text(in, "startUrl"), "https://") {
		refuseJSON(w, http.StatusBadRequest, "InvalidRequestException", "invalid_request", "Invalid start url provided")
		return
	}
	code := c.random()
	user := strings.ToUpper(code[:4] + "-" + code[4:8])
	c.mu.Lock()
	c.devices[code] = &deviceLogin{user: user, ends: c.server.clock().Add(c.codeFor)}
	life := c.codeFor
	c.mu.Unlock()
	page := "http://" + r.Host + "/device"
	answerJSON(w, http.StatusOK, map[string]any{"deviceCode": code, "userCode": user, "verificationUri": page,
		"verificationUriComplete": page + "?user_code=" + user, "expiresIn": int(life / time.Second), "interval": 1})
}

// Allow is the person who compares the code and allows the login; Deny is the one who refuses. Both report whether
// such a login is under way.
func (c *Sources) Allow(userCode string) bool {
	return c.decide(userCode, func(d *deviceLogin) { d.allowed = true })
}

// Deny refuses a login.
func (c *Sources) Deny(userCode string) bool {
	return c.decide(userCode, func(d *deviceLogin) { d.denied = true })
}

func (c *Sources) decide(userCode string, set func(*deviceLogin)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.devices {
		if d.user == userCode && c.server.clock().Before(d.ends) {
			set(d)
			return true
		}
	}
	return false
}

// devicePage is what a person sees who opens the address; sending the form allows the login.
func (c *Sources) devicePage(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("user_code")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.Method == http.MethodPost {
		answer := "There is no such login."
		if c.Allow(code) {
			answer = "The login is allowed."
		}
		_, _ = fmt.Fprintln(w, answer)
		return
	}
	_, _ = fmt.Fprintln(w, `<form method="post">Code: <input name="user_code"> <button>Allow</button></form>`)
}

func (c *Sources) createToken(w http.ResponseWriter, r *http.Request) {
	in := readJSON(r)
	if !c.knowsClient(w, in) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch text(in, "grantType") {
	case deviceGrantType:
		if !c.allowedDevice(w, text(in, "deviceCode")) {
			return
		}
	case "refresh_token":
		if !c.refresh[text(in, "refreshToken")] {
			refuseJSON(w, http.StatusBadRequest, "InvalidGrantException", "invalid_grant", "Invalid refresh token provided")
			return
		}
		delete(c.refresh, text(in, "refreshToken"))
	default:
		refuseJSON(w, http.StatusBadRequest, "UnsupportedGrantTypeException", "unsupported_grant_type", "Unsupported grant type")
		return
	}
	token, refresh := c.random(), c.random()
	c.tokens[token], c.refresh[refresh] = c.server.clock().Add(c.loginFor), true
	answerJSON(w, http.StatusOK, map[string]any{"accessToken": token, "refreshToken": refresh, "tokenType": "Bearer",
		"expiresIn": int(c.loginFor / time.Second)})
}

// allowedDevice answers why a device code brings no token; false then. The lock is held.
func (c *Sources) allowedDevice(w http.ResponseWriter, code string) bool {
	d := c.devices[code]
	refuse := func(exception, word, message string) bool {
		refuseJSON(w, http.StatusBadRequest, exception, word, message)
		return false
	}
	switch {
	case d == nil:
		return refuse("InvalidGrantException", "invalid_grant", "Invalid device code provided")
	case c.slow > 0:
		c.slow--
		return refuse("SlowDownException", "slow_down", "Slow down to prevent overloading the service")
	case !c.server.clock().Before(d.ends):
		return refuse("ExpiredTokenException", "expired_token", "The device code has expired")
	case d.denied:
		return refuse("AccessDeniedException", "access_denied", "The request was denied")
	case !d.allowed:
		return refuse("AuthorizationPendingException", "authorization_pending", "The request is pending")
	}
	delete(c.devices, code)
	return true
}

// roleCredentials is GetRoleCredentials of IAM Identity Center's portal.
func (c *Sources) roleCredentials(w http.ResponseWriter, r *http.Request) {
	if !c.bearer(w, r) {
		return
	}
	q := r.URL.Query()
	if !slices.Contains(c.sourceAccounts()[q.Get("account_id")], q.Get("role_name")) {
		refuseJSON(w, http.StatusForbidden, "ForbiddenException", "forbidden", "No access")
		return
	}
	p := c.leaseOf(q.Get("role_name"), "sso-user")
	answerJSON(w, http.StatusOK, map[string]any{"roleCredentials": map[string]any{"accessKeyId": p.AccessKeyID,
		"secretAccessKey": p.SecretAccessKey, "sessionToken": p.SessionToken, "expiration": p.Expires * 1000}})
}

// signIn is CreateOAuth2Token of the sign-in service, as aws login's sessions are refreshed.
func (c *Sources) signIn(w http.ResponseWriter, r *http.Request) {
	in := readJSON(r)
	c.mu.Lock()
	good := c.refresh[text(in, "refreshToken")] && text(in, "grantType") == "refresh_token" && r.Header.Get("Dpop") != ""
	delete(c.refresh, text(in, "refreshToken"))
	life := c.life
	c.mu.Unlock()
	if !good {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		answerJSON(w, http.StatusForbidden, map[string]string{"error": "TOKEN_EXPIRED", "message": "The refresh token has expired"})
		return
	}
	p := c.lease("login-user")
	answerJSON(w, http.StatusOK, map[string]any{"tokenType": "aws_sigv4", "expiresIn": int(life / time.Second), "refreshToken": c.LoginToken(),
		"accessToken": map[string]string{"accessKeyId": p.AccessKeyID, "secretAccessKey": p.SecretAccessKey, "sessionToken": p.SessionToken}})
}

// LoginToken makes a refresh token as a login by browser would leave behind.
func (c *Sources) LoginToken() string {
	token := c.random()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refresh[token] = true
	return token
}
