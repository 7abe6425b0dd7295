package sandbox

import "net/url"

// getCallerIdentity needs no permission: who can sign may know who they are.
func getCallerIdentity(c *call, _ url.Values) error {
	return c.answerQuery(stsNamespace, "GetCallerIdentity", func(w *xmlWriter) {
		w.text("Arn", c.id.who.ARN)
		w.text("UserId", c.id.who.UserID)
		w.text("Account", c.id.who.Account)
	})
}
