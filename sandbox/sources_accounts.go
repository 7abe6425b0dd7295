package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// sourceAccounts are the accounts that IAM Identity Center shows to whoever is logged in, with their roles ("AWS SSO
// Portal API Reference", ListAccounts and ListAccountRoles).
func (c *Sources) sourceAccounts() map[string][]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accounts != nil {
		return c.accounts
	}
	return map[string][]string{c.server.account: {SourceRole, MaintainerRole}}
}

// SetAccounts says which accounts IAM Identity Center shows from now on, with their roles. The map is not to be changed
// after that.
func (c *Sources) SetAccounts(accounts map[string][]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accounts = accounts
}

// sourcePage is how many accounts or roles are in a page: the service may give fewer than it was asked for.
const sourcePage = 2

// portalPage cuts a list by max_result and next_token; next is nil after the last page.
func portalPage(r *http.Request, list []map[string]string) (part []map[string]string, next *string) {
	from, err := strconv.Atoi(r.URL.Query().Get("next_token"))
	if err != nil || from < 0 || from > len(list) {
		from = 0
	}
	size := sourcePage
	if n, err := strconv.Atoi(r.URL.Query().Get("max_result")); err == nil && n > 0 {
		size = min(size, n)
	}
	to := min(from+size, len(list))
	if to < len(list) {
		text := strconv.Itoa(to)
		next = &text
	}
	return list[from:to], next
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
	for _, id := range slices.Sorted(maps.Keys(c.sourceAccounts())) {
		list = append(list, map[string]string{"accountId": id, "accountName": "sandbox", "emailAddress": "root@example.com"})
	}
	list, next := portalPage(r, list)
	answerJSON(w, http.StatusOK, map[string]any{"accountList": list, "nextToken": next})
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
	list, next := portalPage(r, list)
	answerJSON(w, http.StatusOK, map[string]any{"roleList": list, "nextToken": next})
}
