package sandbox

import (
	"net/http"
	"strings"
)

// controlNamespace is that of S3 Control's documents.
const controlNamespace = "http://awss3control.amazonaws.com/doc/2018-08-20/"

// controlService answers S3 Control: the public access block of an account.
func controlService(c *call) error {
	account := c.header("X-Amz-Account-Id")
	if account == "" {
		account, _, _ = strings.Cut(c.r.Host, ".")
	}
	if len(account) != 12 || strings.Trim(account, "0123456789") != "" {
		return errInvalidRequest("Missing required header for this request: x-amz-account-id")
	}
	if c.r.URL.Path != controlPrefix+"configuration/publicAccessBlock" {
		return errNotImplemented(strings.TrimPrefix(c.r.URL.Path, controlPrefix))
	}
	if c.id.who.Account != account {
		return errAccessDenied("Access Denied")
	}
	switch c.r.Method {
	case http.MethodGet:
		return getAccountBlock(c, account)
	case http.MethodPut:
		return putAccountBlock(c, account)
	case http.MethodDelete:
		if err := c.server.hooks.authorize(c, "s3:PutAccountPublicAccessBlock", "*"); err != nil {
			return err
		}
		c.server.blocks.set(account, nil)
		return c.writeStatus(http.StatusNoContent)
	}
	return errMethodNotAllowed(c.r.Method, "PUBLICACCESSBLOCK")
}

func getAccountBlock(c *call, account string) error {
	if err := c.server.hooks.authorize(c, "s3:GetAccountPublicAccessBlock", "*"); err != nil {
		return err
	}
	b, ok := c.server.blocks.get(account)
	if !ok {
		return errNoPublicAccessBlock()
	}
	return c.writePublicAccessBlock(controlNamespace, b)
}

func putAccountBlock(c *call, account string) error {
	if err := c.server.hooks.authorize(c, "s3:PutAccountPublicAccessBlock", "*"); err != nil {
		return err
	}
	var d publicAccessDocument
	if err := c.readStrict("PublicAccessBlockConfiguration", &d); err != nil {
		return err
	}
	b, err := d.block()
	if err != nil {
		return err
	}
	c.server.blocks.set(account, &b)
	return c.writeStatus(http.StatusOK)
}
