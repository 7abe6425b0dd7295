package listing

import (
	"bytes"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// objectsPage takes over a page that the SDK decoded, because its form was not plain.
func objectsPage(out *s3.ListObjectsV2Output) *page {
	r := raw{truncated: aws.ToBool(out.IsTruncated), urlEncoded: out.EncodingType == types.EncodingTypeUrl,
		token: text(out.NextContinuationToken)}
	for _, o := range out.Contents {
		r.rows = append(r.rows, rawRow{key: text(o.Key), class: []byte(o.StorageClass), etag: text(o.ETag),
			size: aws.ToInt64(o.Size), nanos: nanos(o.LastModified), flags: restore(o.RestoreStatus)})
	}
	r.addPrefixes(out.CommonPrefixes)
	return build(&r)
}

// versionsPage takes over a page of versions that the SDK decoded. It loses how versions and
// markers follow one another within a key; the times tell, and IsLatest comes first.
func versionsPage(out *s3.ListObjectVersionsOutput) *page {
	r := raw{versions: true, truncated: aws.ToBool(out.IsTruncated), urlEncoded: out.EncodingType == types.EncodingTypeUrl,
		nextKey: text(out.NextKeyMarker), nextID: text(out.NextVersionIdMarker)}
	for _, v := range out.Versions {
		r.rows = append(r.rows, rawRow{key: text(v.Key), id: text(v.VersionId), class: []byte(v.StorageClass), etag: text(v.ETag),
			size: aws.ToInt64(v.Size), nanos: nanos(v.LastModified), flags: flagVersion | latest(v.IsLatest) | restore(v.RestoreStatus)})
	}
	for _, m := range out.DeleteMarkers {
		r.rows = append(r.rows, rawRow{key: text(m.Key), id: text(m.VersionId), nanos: nanos(m.LastModified),
			flags: flagVersion | flagMarker | latest(m.IsLatest)})
	}
	r.addPrefixes(out.CommonPrefixes)
	if r.urlEncoded {
		for i := range r.rows {
			r.rows[i].key = unescape(r.rows[i].key)
		}
		r.nextKey, r.urlEncoded = unescape(r.nextKey), false
	}
	sortVersions(r.rows)
	return build(&r)
}

// sortVersions puts rows in the order of S3: by key, the current one first, then the newest. Rows with
// the same time keep the order they had.
func sortVersions(rows []rawRow) {
	slices.SortStableFunc(rows, func(a, b rawRow) int {
		if c := bytes.Compare(a.key, b.key); c != 0 {
			return c
		}
		if c := int(b.flags&flagLatest) - int(a.flags&flagLatest); c != 0 {
			return c
		}
		switch {
		case a.nanos > b.nanos:
			return -1
		case a.nanos < b.nanos:
			return 1
		}
		return 0
	})
}

func (r *raw) addPrefixes(all []types.CommonPrefix) {
	for _, p := range all {
		r.prefixes++
		r.rows = append(r.rows, rawRow{key: text(p.Prefix), nanos: noTime, flags: flagPrefix})
	}
}

func text(s *string) []byte {
	if s == nil {
		return nil
	}
	return []byte(*s)
}

func nanos(t *time.Time) int64 {
	if t == nil {
		return noTime
	}
	return t.UnixNano()
}

func restore(s *types.RestoreStatus) uint8 {
	if s == nil || s.IsRestoreInProgress == nil {
		return 0
	}
	return restoreFlag(*s.IsRestoreInProgress)
}

func latest(b *bool) uint8 {
	if aws.ToBool(b) {
		return flagLatest
	}
	return 0
}
