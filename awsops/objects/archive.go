package objects

import (
	"net/http"
	"strings"
	"time"
)

// Archive is where an object that must be restored before it can be read stands.
type Archive struct {
	State ArchiveState
	Tier  string    // GLACIER, DEEP_ARCHIVE, or ARCHIVE_ACCESS and DEEP_ARCHIVE_ACCESS of Intelligent-Tiering; "" when at hand
	Until time.Time // when a restored copy goes; zero when it stays, or isn't there
}

// ArchiveState says whether an archived object can be read.
type ArchiveState uint8

// The states of an archived object.
const (
	AtHand    ArchiveState = iota // it isn't archived
	Archived                      // nobody has asked for it back, or its copy has gone again
	Restoring                     // it was asked for
	Restored                      // there is a copy to read
)

// Deep reports whether the archive is one of the two deep ones, which have no Expedited retrieval.
func (a Archive) Deep() bool { return strings.HasPrefix(a.Tier, "DEEP_ARCHIVE") }

// Readable reports whether a GET answers the content.
func (a Archive) Readable() bool { return a.State == AtHand || a.State == Restored }

// String says it in a sentence's words, "" for what is at hand.
func (a Archive) String() string {
	switch a.State {
	case Archived:
		return "archived: restore it before it can be read"
	case Restoring:
		return "being restored; it can't be read yet"
	case Restored:
		if a.Until.IsZero() {
			return "restored"
		}
		return "restored until " + a.Until.UTC().Format("2006-01-02 15:04 UTC")
	}
	return ""
}

// Archive tells it from the storage class, x-amz-archive-status and x-amz-restore.
func (h Head) Archive() Archive {
	a := Archive{Tier: h.ArchiveStatus}
	if h.StorageClass == "GLACIER" || h.StorageClass == "DEEP_ARCHIVE" {
		a.Tier = h.StorageClass
	}
	switch {
	case strings.Contains(h.Restore, `ongoing-request="true"`):
		a.State = Restoring
	case strings.Contains(h.Restore, `ongoing-request="false"`):
		a.State = Restored
		if _, rest, ok := strings.Cut(h.Restore, `expiry-date="`); ok {
			date, _, _ := strings.Cut(rest, `"`)
			if t, err := http.ParseTime(date); err == nil {
				a.Until = t
			}
		}
	case a.Tier != "":
		a.State = Archived
	}
	return a
}
