package views

import (
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/lifecycle"
	"cooper/ui"
	"cooper/ui/grid"
)

// propertyKind says what can be done with an item.
type propertyKind uint8

const (
	propPlain propertyKind = iota
	propSection
	propBlock
	propAccountBlock
	propOwnership
	propTag
	propRule
	propUpload
)

// property is one item of the tab. label and text are clean; copy holds the true bytes.
type property struct {
	id, section string // id is stable while the tab is rebuilt
	kind        propertyKind
	label, text string
	style       grid.Style
	copy        string

	tag    buckets.Tag
	rule   lifecycle.Rule
	upload buckets.Upload
}

// The sections, as links name them.
const (
	sectionAccess    = "access"
	sectionTags      = "tags"
	sectionLifecycle = "lifecycle"
	sectionUploads   = "uploads"
)

func (v *propertiesView) properties() []property {
	f := v.board.Facts(v.bucket)
	out := identityProperties(v.partition, v.bucket, f)
	out = append(out, accessProperties(f)...)
	out = append(out, tagProperties(f.Tags)...)
	out = append(out, ruleProperties(f)...)
	return append(out, v.uploadProperties()...)
}

func plainProperty(label, text, copied string) property {
	return property{id: label, kind: propPlain, label: label, text: text, style: cellText, copy: copied}
}

func sectionTitle(section, title, text string) property {
	return property{id: "section " + section, section: section, kind: propSection, label: title, text: text, style: cellMuted}
}

func identityProperties(partition, bucket string, f buckets.Facts) []property {
	arn := buckets.ARN(partition, bucket)
	return []property{
		plainProperty("ARN", ui.Clean(arn), arn),
		plainProperty("region", factText(f.Region, "", func(s string) string { return s }), f.Region.Value),
		plainProperty("owner", factText(f.Owner(), "", func(o buckets.Owner) string { return strings.TrimSpace(o.Name + " " + o.ID) }), f.ACL.Value.OwnerID),
		plainProperty("versioning", factText(f.Versioning, "", func(x buckets.Versioning) string {
			on, _ := versioningCell(x)
			mfa, _ := mfaCell(x)
			return on + ", MFA delete " + mfa
		}), ""),
		plainProperty("encryption", factText(f.Encryption, "none", encryptionText), f.Encryption.Value.KeyID),
		plainProperty("Object Lock", factText(f.Lock, "off", buckets.Lock.String), ""),
		plainProperty("logging", factText(f.Logging, "off", loggingText), f.Logging.Value.Target),
		plainProperty("replication", factText(f.Replication, "none", func(to []string) string { return "to " + strings.Join(to, ", ") }), ""),
	}
}

func accessProperties(f buckets.Facts) []property {
	public := f.Public()
	_, style := publicCell(f)
	return []property{
		sectionTitle(sectionAccess, "Access", ""),
		{id: "public", section: sectionAccess, label: "public", text: public.Exposure.String() + ". " + public.Reason, style: style},
		{id: "block", section: sectionAccess, kind: propBlock, label: "bucket block", style: cellText,
			text: factText(f.Block, buckets.Block{}.String()+" (not set)", buckets.Block.String)},
		{id: "account block", section: sectionAccess, kind: propAccountBlock, label: "account block", style: cellText,
			text: factText(f.AccountBlock, buckets.Block{}.String()+" (not set)", buckets.Block.String)},
		{id: "ownership", section: sectionAccess, kind: propOwnership, label: "ownership", style: cellText,
			text: factText(f.Ownership, buckets.ObjectWriter+" (not set): ACLs are on", ownershipWords)},
		{id: "acl", section: sectionAccess, label: "ACL", style: cellText, text: factText(f.ACL, "", aclText)},
	}
}

func ownershipWords(s string) string {
	if s == buckets.OwnerEnforced {
		return s + ": ACLs are off"
	}
	return s + ": ACLs are on"
}

func aclText(a buckets.ACL) string {
	if a.Private() {
		return "grants nothing to anybody but the owner"
	}
	var parts []string
	for _, g := range a.Grants {
		parts = append(parts, g.Grantee(a.OwnerID)+": "+g.Permission)
	}
	return strings.Join(parts, "; ")
}

func tagProperties(r awsops.Reading[[]buckets.Tag]) []property {
	head := sectionTitle(sectionTags, "Tags", "")
	if r.State == awsops.Absent || r.State == awsops.Known && len(r.Value) == 0 {
		head.text = "none"
		return []property{head}
	}
	if r.State != awsops.Known {
		head.text = factText(r, "", nil)
		return []property{head}
	}
	out := []property{head}
	for _, t := range r.Value {
		p := property{id: "tag " + t.Key, section: sectionTags, kind: propTag, label: ui.Clean(t.Key), text: ui.Clean(t.Value), style: cellText, copy: t.Value, tag: t}
		if len(t.Key) > 16 {
			p.label, p.text = "", ui.Clean(t.Key)+" = "+ui.Clean(t.Value)
		}
		if t.System() {
			p.text, p.style = p.text+"  (AWS's own)", cellMuted
		}
		out = append(out, p)
	}
	return out
}

func ruleProperties(f buckets.Facts) []property {
	r := f.Lifecycle
	head := sectionTitle(sectionLifecycle, "Lifecycle", "")
	if v, ok := f.Versioning.Get(); ok && v.MFADelete == "Enabled" {
		head.text = "MFA delete is on: S3 has no lifecycle rules on such a bucket."
	}
	switch {
	case r.State == awsops.Absent || r.State == awsops.Known && len(r.Value) == 0:
		head.text = strings.TrimSpace("no rules. " + head.text)
		return []property{head}
	case r.State != awsops.Known:
		head.text = factText(r, "", nil)
		return []property{head}
	}
	out := []property{head}
	for i, rule := range r.Value {
		p := property{id: fmt.Sprint("rule ", i, rule.ID), section: sectionLifecycle, kind: propRule, label: ui.Clean(rule.ID),
			text: ui.Clean(rule.Summary()), style: cellText, copy: rule.Summary(), rule: rule}
		if rule.Status != lifecycle.Enabled {
			p.style = cellMuted
		}
		out = append(out, p)
	}
	return out
}

func (v *propertiesView) uploadProperties() []property {
	r := v.uploads
	head := sectionTitle(sectionUploads, "Uploads", "")
	if r.State != awsops.Known {
		head.text = factText(r, "", nil)
		return []property{head}
	}
	n := ui.Count(len(r.Value.uploads), !r.Value.more)
	head.text = n + " incomplete; each is billed like an object until it is completed or aborted"
	if len(r.Value.uploads) == 0 {
		head.text = "none is incomplete"
	}
	out := []property{head}
	for _, u := range r.Value.uploads {
		text := ui.Clean(u.Key) + ", begun " + ui.Age(u.Begun, v.env.Now()) + " ago"
		if u.Initiator != "" {
			text += " by " + initiator(u.Initiator, v.board.Facts(v.bucket).ACL.Value.OwnerID)
		}
		if p, ok := r.Value.parts[u.ID]; ok {
			text += ", " + partsText(p)
		}
		if rec, ok := r.Value.ours[u.ID]; ok {
			text += ", sent from here: " + ui.Clean(rec.File)
		}
		out = append(out, property{id: "upload " + u.ID, section: sectionUploads, kind: propUpload, text: text, style: cellText, copy: u.ID, upload: u})
	}
	return out
}

// initiator names who began an upload; a canonical id is 64 characters that tell a person nothing.
func initiator(name, ownerID string) string {
	switch {
	case name == ownerID:
		return "the owner"
	case len(name) == 64 && !strings.Contains(name, ":"):
		return "canonical user " + ui.Clean(name[:12]) + "…"
	}
	return ui.Clean(name)
}

func partsText(p buckets.Parts) string {
	least := ""
	if p.AtLeast {
		least = "at least "
	}
	return least + ui.Plural(p.N, "part", "parts") + ", " + ui.Bytes(p.Bytes)
}
