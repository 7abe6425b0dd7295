package sandbox

import (
	"encoding/xml"
	"net/http"
	"time"
)

// restoreState is how far an archived object's restore is. The zero value was never asked for.
type restoreState struct {
	tier  string
	ready time.Time // when the copy is there
	until time.Time // when the copy goes; zero for Intelligent-Tiering, which keeps it
}

func (r restoreState) ongoing(now time.Time) bool { return now.Before(r.ready) }

func (r restoreState) readable(now time.Time) bool {
	return !r.ready.IsZero() && !now.Before(r.ready) && (r.until.IsZero() || now.Before(r.until))
}

// coldTier returns what must be restored before it can be read: GLACIER, DEEP_ARCHIVE, or an archive tier of
// Intelligent-Tiering; "" for everything that is at hand.
func (a *attributes) coldTier() string {
	switch {
	case a.class == "GLACIER" || a.class == "DEEP_ARCHIVE":
		return a.class
	case a.class == "INTELLIGENT_TIERING":
		return a.tier
	}
	return ""
}

// archived says whether the object must be restored before it can be read.
func (a *attributes) archived(now time.Time) bool {
	return a.coldTier() != "" && !a.restore.readable(now)
}

// restoreHeader is what x-amz-restore says, "" when there is nothing to say: the object was never restored, its copy
// has gone again, or Intelligent-Tiering has taken it back among what is at hand.
func (a *attributes) restoreHeader(now time.Time) string {
	switch r := a.restore; {
	case r.ongoing(now):
		return `ongoing-request="true"`
	case r.readable(now) && !r.until.IsZero():
		return `ongoing-request="false", expiry-date="` + r.until.UTC().Format(http.TimeFormat) + `"`
	}
	return ""
}

// archiveStatus is what x-amz-archive-status says of Intelligent-Tiering.
func (a *attributes) archiveStatus(now time.Time) string {
	if a.class == "INTELLIGENT_TIERING" && !a.restore.readable(now) {
		return a.tier
	}
	return ""
}

// errArchived answers a read of an archived object.
func errArchived(a *attributes, message string) *apiError {
	fields := []field{{"StorageClass", a.class}}
	if a.class == "INTELLIGENT_TIERING" {
		fields = append(fields, field{"AccessTier", a.tier})
	}
	return newError(http.StatusForbidden, "InvalidObjectState", message, fields...)
}

// restoreTimes are how long a restore takes by tier, within what "Archive retrieval options" of the user guide gives:
// for GLACIER and the Archive Access tier, and for DEEP_ARCHIVE and the Deep Archive Access tier, which have no
// Expedited.
var restoreTimes = map[string][2]time.Duration{
	"Expedited": {4 * time.Minute, 0},
	"Standard":  {4 * time.Hour, 12 * time.Hour},
	"Bulk":      {8 * time.Hour, 48 * time.Hour},
}

type restoreDocument struct {
	XMLName xml.Name `xml:"RestoreRequest"`
	Days    *int     `xml:"Days"`
	Glacier *struct {
		Tier string `xml:"Tier"`
	} `xml:"GlacierJobParameters"`
	Plain  string    `xml:"Tier"`
	Type   string    `xml:"Type"`
	Select *struct{} `xml:"SelectParameters"`
}

func restoreRoutes() []route {
	return []route{{level: objectLevel, method: http.MethodPost, sub: "restore", handle: restoreObject,
		action: "s3:RestoreObject", query: "versionId"}}
}

// restoreObject answers RestoreObject.
func restoreObject(c *call) error {
	var doc restoreDocument
	if err := c.readDocument("RestoreRequest", &doc); err != nil {
		return err
	}
	v, versioned, err := c.findNamed()
	if err != nil {
		return err
	}
	if doc.Type != "" || doc.Select != nil {
		return errNotImplemented("SelectParameters") // S3 Select was closed to new customers in 2024
	}
	next, status, err := c.restored(v.attrs, doc)
	if err != nil {
		return err
	}
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	b := c.bucket
	b.mu.Lock()
	stored := b.versionOf(c.key, v.id)
	if stored != nil {
		stored.change(func(a *attributes) { a.restore = next })
	}
	b.mu.Unlock()
	if stored == nil { // deleted since
		return errNoSuchKey(c.key)
	}
	return c.writeStatus(status)
}

// restored gives what a request makes of an object's restore: 202 for one that begins, 200 for a copy that is kept
// longer or shorter.
func (c *call) restored(a *attributes, doc restoreDocument) (restoreState, int, error) {
	now, cold := a.restore, a.coldTier()
	if cold == "" || a.class == "INTELLIGENT_TIERING" && now.readable(c.now) {
		return now, 0, newError(http.StatusForbidden, "InvalidObjectState",
			"Restore is not allowed for the object's current storage class", field{"StorageClass", a.storageClass()})
	}
	if err := checkDays(a, doc.Days); err != nil {
		return now, 0, err
	}
	tier, delay, err := doc.tier(cold)
	if err != nil {
		return now, 0, err
	}
	if now.readable(c.now) { // only its days change
		now.until = c.goesAt(*doc.Days)
		return now, http.StatusOK, nil
	}
	next := restoreState{tier: tier, ready: c.now.Add(delay)}
	if now.ongoing(c.now) && !next.ready.Before(now.ready) {
		return now, 0, newError(http.StatusConflict, "RestoreAlreadyInProgress", "Object restore is already in progress")
	}
	if doc.Days != nil {
		next.until = c.goesAt(*doc.Days)
	}
	return next, http.StatusAccepted, nil
}

// tier gives the tier that is asked for, and how long it takes.
func (doc restoreDocument) tier(cold string) (string, time.Duration, error) {
	tier := doc.Plain
	if doc.Glacier != nil {
		tier = doc.Glacier.Tier
	}
	if tier == "" {
		tier = "Standard"
	}
	took, known := restoreTimes[tier]
	if !known {
		return "", 0, errMalformedXML()
	}
	delay := took[0]
	if cold == "DEEP_ARCHIVE" || cold == "DEEP_ARCHIVE_ACCESS" {
		delay = took[1]
	}
	if delay == 0 {
		return "", 0, errInvalidArgument("Retrieval option is not supported by this storage class", "Tier", tier)
	}
	return tier, delay, nil
}

// checkDays refuses a lifetime where there is none, and none where there must be one.
func checkDays(a *attributes, days *int) error {
	switch {
	case a.class == "INTELLIGENT_TIERING" && days != nil:
		return errInvalidArgument("INTELLIGENT_TIERING objects are not subject to restore expiry. Do not specify Days when restoring this object",
			"Days", itoa(*days))
	case a.class != "INTELLIGENT_TIERING" && days == nil:
		return errMalformedXML()
	case days != nil && *days < 1:
		return errInvalidArgument("restoration days should be at least 1", "Days", itoa(*days))
	}
	return nil
}

// goesAt is when a restored copy goes: so many days after the request, rounded up to midnight UTC.
func (c *call) goesAt(days int) time.Time {
	t := c.now.UTC().AddDate(0, 0, days)
	midnight := t.Truncate(24 * time.Hour)
	if midnight.Before(t) {
		midnight = midnight.AddDate(0, 0, 1)
	}
	return midnight
}
