package athena

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"cooper/awsops/logging"
)

// Place is where the access logs of a bucket lie.
type Place struct {
	Source string `json:"source"` // the bucket whose requests they tell of
	Target string `json:"target"` // the bucket that the files lie in
	Prefix string `json:"prefix"`
	// Partitioned says that account, region, source and day are in the keys, ByDelivery that it is the day of the
	// delivery and not of the requests.
	Partitioned bool   `json:"partitioned,omitempty"`
	ByDelivery  bool   `json:"byDelivery,omitempty"`
	Account     string `json:"account,omitempty"` // of the source; with Region, part of partitioned keys
	Region      string `json:"region,omitempty"`
}

// Check says why Athena can't read the place, "" for nothing. Its locations are folders of plain characters.
func (p Place) Check() string {
	switch {
	case p.Target == "":
		return "the bucket's access is not logged"
	case p.Partitioned && (p.Account == "" || p.Region == ""):
		return "the account or the region in the keys of the log files is not known"
	case strings.ContainsFunc(p.Prefix, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }):
		return "the prefix holds control characters, which no location of Athena can"
	case strings.ContainsAny(p.Prefix, "*?{}$\\"):
		return "the prefix holds one of * ? { } $ \\, which mean something else in a location of Athena"
	}
	return ""
}

// Folder is the part of the keys below which all files lie: locations of Athena end with a slash.
func (p Place) Folder() string {
	if p.Partitioned {
		return p.Prefix + p.Account + "/" + p.Region + "/" + p.Source + "/"
	}
	return p.Prefix[:strings.LastIndexByte(p.Prefix, '/')+1]
}

// Location is the table's location.
func (p Place) Location() string { return "s3://" + p.Target + "/" + p.Folder() }

// Days gives the first and the last day in the keys of a range of time, as the partitions name them.
func (p Place) Days(from, to time.Time) (first, last string) {
	if p.ByDelivery {
		to = to.Add(logging.Lateness)
	}
	const day = "2006/01/02"
	return from.UTC().Format(day), to.UTC().Add(-time.Nanosecond).Format(day)
}

// Table is the name of the place's table: two places have two names, and the same place always the same.
func (p Place) Table() string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(p.Source))
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %t", p.Location(), p.Source, p.Partitioned))
	return "access_logs_" + plain + "_" + hex.EncodeToString(sum[:4])
}
