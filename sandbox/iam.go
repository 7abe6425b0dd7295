package sandbox

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// deviceEnabled is when the devices were assigned.
var deviceEnabled = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// iamTime is how IAM writes an instant.
const iamTime = "2006-01-02T15:04:05Z"

// listVirtualMFADevices lists the virtual devices of the caller's account. All of the sandbox's are assigned.
func listVirtualMFADevices(c *call, form url.Values) error {
	status := form.Get("AssignmentStatus")
	if !slices.Contains([]string{"", "Any", "Assigned", "Unassigned"}, status) {
		return newError(400, "ValidationError", "Value '"+status+"' at 'assignmentStatus' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [Any, Unassigned, Assigned]")
	}
	return c.answerQuery(iamNamespace, "ListVirtualMFADevices", func(w *xmlWriter) {
		w.flag("IsTruncated", false)
		w.open("VirtualMFADevices")
		for _, d := range c.server.devices.list {
			if !strings.HasPrefix(d.Owner, "arn:aws:iam::"+c.id.who.Account+":") || status == "Unassigned" {
				continue
			}
			w.open("member")
			w.text("SerialNumber", d.Serial)
			w.text("EnableDate", deviceEnabled.Format(iamTime))
			w.open("User")
			w.text("UserId", c.server.userID(d.Owner))
			w.text("Arn", d.Owner)
			w.text("CreateDate", deviceEnabled.AddDate(-2, 0, 0).Format(iamTime))
			w.close("User")
			w.close("member")
		}
		w.close("VirtualMFADevices")
	})
}

// listMFADevices lists the devices of the named user, or of the caller.
func listMFADevices(c *call, form url.Values) error {
	owner, name := c.id.who.ARN, form.Get("UserName")
	if name != "" {
		owner = "arn:aws:iam::" + c.id.who.Account + ":user/" + name
		if !c.server.hasUser(owner) {
			return newError(404, "NoSuchEntity", "The user with name "+name+" cannot be found.")
		}
	}
	return c.answerQuery(iamNamespace, "ListMFADevices", func(w *xmlWriter) {
		w.flag("IsTruncated", false)
		w.open("MFADevices")
		for _, d := range c.server.devices.list {
			if d.Owner != owner {
				continue
			}
			w.open("member")
			w.text("UserName", name)
			w.text("SerialNumber", d.Serial)
			w.text("EnableDate", deviceEnabled.Format(iamTime))
			w.close("member")
		}
		w.close("MFADevices")
	})
}

func (s *Server) hasUser(arn string) bool { return s.userID(arn) != "" }

// userID returns the unique id of the principal with an ARN, "" when there is none.
func (s *Server) userID(arn string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, p := range s.principals {
		if p.ARN == arn {
			return p.UserID
		}
	}
	return ""
}
