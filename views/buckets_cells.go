package views

import (
	"time"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
	"cooper/ui/grid"
)

// bucketColumns are the list's columns. Those with the highest Drop go first when room is short.
var bucketColumns = []grid.Column{
	{Title: "name", Width: 16, Flex: 1, Max: 63, Cut: grid.CutMiddle},
	{Title: "region", Width: 12, Drop: 2},
	{Title: "created", Width: 10, Drop: 5},
	{Title: "versioning", Width: 10},
	{Title: "MFA del.", Width: 8},
	{Title: "encrypted", Width: 9, Drop: 1},
	{Title: "public", Width: 13},
	{Title: "lock", Width: 15, Drop: 4},
	{Title: "log", Width: 16, Drop: 3, Cut: grid.CutMiddle},
}

// Len, Want and Cell make the view its own table's source.
func (v *bucketsView) Len() (int, bool) { return len(v.rows), v.stream == nil || v.stream.Complete() }

// Want does nothing: follow reads ahead of the cursor.
func (v *bucketsView) Want(int, int) {}

func (v *bucketsView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	b := v.rows[row]
	if col == 1 {
		return append(buf, v.region(b)...), cellMuted
	}
	text, style := bucketCell(b, v.board.Facts(b.Name), col)
	return append(buf, text...), style
}

func (v *bucketsView) region(b buckets.Bucket) string {
	if b.Region != "" {
		return ui.Clean(b.Region)
	}
	text, _ := readingCell(v.board.Facts(b.Name).Region, "", func(s string) (string, grid.Style) { return ui.Clean(s), cellMuted })
	return text
}

// bucketCell gives a cell in words: colour only repeats what they say.
func bucketCell(b buckets.Bucket, f buckets.Facts, col int) (string, grid.Style) {
	switch col {
	case 0:
		return ui.Clean(b.Name), cellText
	case 2:
		if b.Created.IsZero() {
			return "", cellMuted
		}
		return b.Created.UTC().Format(time.DateOnly), cellMuted
	case 3:
		return readingCell(f.Versioning, "", versioningCell)
	case 4:
		return readingCell(f.Versioning, "", mfaCell)
	case 5:
		return readingCell(f.Encryption, "none", func(e buckets.Encryption) (string, grid.Style) { return ui.Clean(e.String()), cellText })
	case 6:
		return publicCell(f)
	case 7:
		return readingCell(f.Lock, "off", func(l buckets.Lock) (string, grid.Style) {
			if l.Enabled {
				return ui.Clean(l.String()), cellGood
			}
			return "off", cellMuted
		})
	}
	return readingCell(f.Logging, "off", func(l buckets.Logging) (string, grid.Style) {
		if l.Target == "" {
			return "off", cellMuted
		}
		return ui.Clean(l.Target), cellText
	})
}

func versioningCell(v buckets.Versioning) (string, grid.Style) {
	switch v.Status {
	case "Enabled":
		return "on", cellGood
	case "Suspended":
		return "suspended", cellWarn
	}
	return ui.Clean(v.String()), cellMuted
}

func mfaCell(v buckets.Versioning) (string, grid.Style) {
	switch v.MFADelete {
	case "Enabled":
		return "on", cellGood
	case "Disabled":
		return "off", cellMuted
	case "":
		return "never", cellMuted
	}
	return ui.Clean(v.MFADelete), cellText
}

func publicCell(f buckets.Facts) (string, grid.Style) {
	p := f.Public()
	switch p.Exposure {
	case buckets.IsPublic:
		return p.Exposure.String(), cellBad
	case buckets.NotPublic:
		return p.Exposure.String(), cellGood
	case buckets.ObjectsMayBePublic:
		return "maybe, by ACL", cellWarn
	}
	if f.PolicyPublic.State <= awsops.Loading || f.ACL.State <= awsops.Loading {
		return "…", cellFaint
	}
	return p.Exposure.String(), cellWarn
}

// readingCell words a Reading: each of its states looks different, and none but Known and Absent says
// anything about the setting.
func readingCell[T any](r awsops.Reading[T], absent string, known func(T) (string, grid.Style)) (string, grid.Style) {
	switch r.State {
	case awsops.Unread:
		return "", cellFaint
	case awsops.Loading:
		return "…", cellFaint
	case awsops.Known:
		return known(r.Value)
	case awsops.Absent:
		return absent, cellMuted
	case awsops.Denied:
		return "denied", cellWarn
	case awsops.Unsupported:
		return "n/a", cellFaint
	}
	return "failed", cellBad
}
