package sandbox

import "net/http"

// sourceAccounts are the accounts that IAM Identity Center shows to whoever is logged in, with their roles ("AWS SSO
// Portal API Reference", ListAccounts and ListAccountRoles).
func (c *Sources) sourceAccounts() map[string][]string {
	return map[string][]string{c.server.account: {SourceRole, MaintainerRole}}
}

// bearer refuses a request whose token is none of a login.
func (c *Sources) bearer(w http.ResponseWriter, r *http.Request) bool {
	c.mu.Lock()
	ends, known := c.tokens[r.Header.Get("X-Amz-Sso_bearer_token")]
	c.mu.Unlock()
	if known && c.server.clock().Before(ends) {
		return true
	}
	refuseJSON(w, http.StatusUnauthorized, "UnauthorizedException", "", "Session token not found or invalid")
	return false
}

func (c *Sources) listAccounts(w http.ResponseWriter, r *http.Request) {
	if !c.bearer(w, r) {
		return
	}
	list := []map[string]string{}
	for id := range c.sourceAccounts() {
		list = append(list, map[string]string{"accountId": id, "accountName": "sandbox", "emailAddress": "root@example.com"})
	}
	answerJSON(w, http.StatusOK, map[string]any{"accountList": list})
}

func (c *Sources) listAccountRoles(w http.ResponseWriter, r *http.Request) {
	if !c.bearer(w, r) {
		return
	}
	account := r.URL.Query().Get("account_id")
	roles, known := c.sourceAccounts()[account]
	if !known {
		refuseJSON(w, http.StatusForbidden, "ForbiddenException", "", "No access")
		return
	}
	list := []map[string]string{}
	for _, role := range roles {
		list = append(list, map[string]string{"accountId": account, "roleName": role})
	}
	answerJSON(w, http.StatusOK, map[string]any{"roleList": list})
}
