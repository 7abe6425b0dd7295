package listing

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// raw is one answer as it was scanned: its slices point into the body or the scanner's scratch.
type raw struct {
	versions   bool // ListVersionsResult, not ListBucketResult
	rows       []rawRow
	prefixes   int // how many rows are common prefixes
	truncated  bool
	urlEncoded bool
	token      []byte // NextContinuationToken, opaque
	nextKey    []byte // NextKeyMarker, as written
	nextID     []byte // NextVersionIdMarker
}

type rawRow struct {
	key, id, class, etag []byte
	size, nanos          int64
	flags                uint8
}

// Flags of a row.
const (
	flagPrefix uint8 = 1 << iota
	flagMarker
	flagLatest
	flagVersion
	flagRestoring
	flagRestored
)

// noTime marks a row without LastModified.
const noTime = math.MinInt64

// scanBody reads a whole ListObjectsV2 or ListObjectVersions answer.
func scanBody(p *pull, out *raw) error {
	root, err := p.root()
	if err != nil {
		return err
	}
	switch string(root) {
	case "ListBucketResult":
	case "ListVersionsResult":
		out.versions = true
	default:
		return errOdd
	}
	for {
		name, ok, err := p.start()
		if err != nil || !ok {
			return err
		}
		if err := scanChild(p, out, name); err != nil {
			return err
		}
	}
}

// scanChild reads one child of the root element.
func scanChild(p *pull, out *raw, name []byte) (err error) {
	if flags, entry := entryFlags(string(name)); entry {
		if out.versions != (flags&flagVersion != 0) {
			return p.skip() // no decoder looks for it in this document
		}
		return scanRow(p, out, flags)
	}
	switch string(name) {
	case "CommonPrefixes":
		out.prefixes++
		return scanRow(p, out, flagPrefix)
	case "IsTruncated":
		out.truncated, err = scanBool(p)
	case "NextContinuationToken":
		out.token, err = p.text()
	case "NextKeyMarker":
		out.nextKey, err = p.text()
	case "NextVersionIdMarker":
		out.nextID, err = p.text()
	case "EncodingType":
		var t []byte
		t, err = p.text()
		out.urlEncoded = string(t) == "url"
	default:
		return skipUnknown(p, name)
	}
	return err
}

// entryFlags tells the elements that are rows.
func entryFlags(name string) (flags uint8, entry bool) {
	switch name {
	case "Contents":
		return 0, true
	case "Version":
		return flagVersion, true
	case "DeleteMarker":
		return flagVersion | flagMarker, true
	}
	return 0, false
}

// foldsToKnown reports whether a name differs from one that matters only by case. The SDK accepts
// those; its decoder shall have them.
func foldsToKnown(name []byte) bool {
	for _, k := range known {
		if len(k) == len(name) && string(name) != k && strings.EqualFold(string(name), k) {
			return true
		}
	}
	return false
}

// known are the names that are read.
var known = [...]string{"Contents", "Version", "DeleteMarker", "CommonPrefixes", "IsTruncated",
	"NextContinuationToken", "NextKeyMarker", "NextVersionIdMarker", "EncodingType", "Key", "Prefix", "Size",
	"ETag", "LastModified", "StorageClass", "VersionId", "IsLatest",
	"RestoreStatus", "IsRestoreInProgress"}

func scanRow(p *pull, out *raw, flags uint8) error {
	r := rawRow{flags: flags, nanos: noTime}
	for {
		name, ok, err := p.start()
		if err != nil {
			return err
		}
		if !ok {
			out.rows = append(out.rows, r)
			return nil
		}
		if err := scanField(p, &r, name); err != nil {
			return err
		}
	}
}

// scanField reads one child of an entry.
func scanField(p *pull, r *rawRow, name []byte) (err error) {
	if r.flags&flagPrefix != 0 {
		if string(name) == "Prefix" {
			r.key, err = p.text()
			return err
		}
		return skipUnknown(p, name)
	}
	switch string(name) {
	case "Key":
		r.key, err = p.text()
	case "Size":
		r.size, err = scanSize(p)
	case "LastModified":
		r.nanos, err = scanTime(p)
	case "ETag":
		r.etag, err = p.text()
	case "StorageClass":
		r.class, err = p.text()
	case "VersionId":
		r.id, err = p.text()
	case "IsLatest":
		var latest bool
		latest, err = scanBool(p)
		r.flags &^= flagLatest
		if latest {
			r.flags |= flagLatest
		}
	default:
		return scanRarer(p, r, name)
	}
	return err
}

// scanRarer reads the children that most entries don't have.
func scanRarer(p *pull, r *rawRow, name []byte) error {
	if string(name) == "RestoreStatus" {
		return scanRestore(p, r)
	}
	return skipUnknown(p, name)
}

// scanRestore reads how far a restore is. Where it says nothing, there is none.
func scanRestore(p *pull, r *rawRow) error {
	for {
		name, ok, err := p.start()
		switch {
		case err != nil || !ok:
			return err
		case string(name) != "IsRestoreInProgress":
			err = skipUnknown(p, name)
		default:
			var going bool
			going, err = scanBool(p)
			r.flags = r.flags&^(flagRestoring|flagRestored) | restoreFlag(going)
		}
		if err != nil {
			return err
		}
	}
}

func restoreFlag(going bool) uint8 {
	if going {
		return flagRestoring
	}
	return flagRestored
}

func skipUnknown(p *pull, name []byte) error {
	if foldsToKnown(name) {
		return errOdd
	}
	return p.skip()
}

func scanBool(p *pull) (bool, error) {
	t, err := p.text()
	switch {
	case err != nil:
		return false, err
	case string(t) == "true":
		return true, nil
	case string(t) == "false":
		return false, nil
	}
	return false, errOdd
}

func scanSize(p *pull) (int64, error) {
	t, err := p.text()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return 0, errOdd
	}
	return n, nil
}

// scanTime reads the form 2026-03-01T12:34:56.789Z by hand and leaves any other to the time package.
func scanTime(p *pull) (int64, error) {
	t, err := p.text()
	if err != nil {
		return 0, err
	}
	at, ok := plainTime(t)
	if !ok {
		if at, err = time.Parse(time.RFC3339Nano, string(t)); err != nil {
			return 0, errOdd
		}
	}
	if y := at.Year(); y < 1700 || y > 2200 {
		return 0, errOdd
	}
	return at.UnixNano(), nil
}

// plainTime reads UTC times with no fraction or with milliseconds.
func plainTime(t []byte) (time.Time, bool) {
	nanos := 0
	switch {
	case fits(t, "dddd-dd-ddTdd:dd:ddZ"):
	case fits(t, "dddd-dd-ddTdd:dd:dd.dddZ"):
		nanos = (two(t, 20)*10 + int(t[22]-'0')) * int(time.Millisecond)
	default:
		return time.Time{}, false
	}
	year, month, day := two(t, 0)*100+two(t, 2), two(t, 5), two(t, 8)
	h, m, s := two(t, 11), two(t, 14), two(t, 17)
	if month < 1 || month > 12 || day < 1 || day > 28 || h > 23 || m > 59 || s > 59 {
		return time.Time{}, false // days 29 to 31 need a calendar
	}
	return time.Date(year, time.Month(month), day, h, m, s, nanos, time.UTC), true
}

// fits compares with a shape in which d stands for a digit.
func fits(t []byte, shape string) bool {
	if len(t) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == 'd' && (t[i] < '0' || t[i] > '9') || shape[i] != 'd' && t[i] != shape[i] {
			return false
		}
	}
	return true
}

func two(t []byte, i int) int { return int(t[i]-'0')*10 + int(t[i+1]-'0') }
