package sandbox

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

const maxBucketsPage = 10000

// listBuckets answers ListBuckets: the caller's own buckets by name, in pages when asked for.
func listBuckets(c *call) error {
	limit, err := c.bucketLimit()
	if err != nil {
		return err
	}
	after, err := bucketToken(c.query.Get("continuation-token"))
	if err != nil {
		return err
	}
	region := c.query.Get("bucket-region")
	if region != "" && region != c.region() {
		return errInvalidArgument("Argument value "+region+" is not a valid AWS Region", "bucket-region", region)
	}
	prefix := c.query.Get("prefix")
	var page []*bucket
	more := false
	for _, b := range c.server.ownBuckets(c.id.who.Account) {
		if b.name <= after || !strings.HasPrefix(b.name, prefix) || (region != "" && b.region != region) {
			continue
		}
		if more = len(page) == limit; more {
			break
		}
		page = append(page, b)
	}
	return c.writeBuckets(page, more, prefix)
}

func (c *call) writeBuckets(page []*bucket, more bool, prefix string) error {
	w := newXMLWriter("ListAllMyBucketsResult", 256+len(page)*192)
	w.open("Owner")
	w.text("ID", canonicalID(c.id.who.Account))
	w.close("Owner")
	w.open("Buckets")
	for _, b := range page {
		w.open("Bucket")
		w.text("Name", b.name)
		w.time("CreationDate", b.created)
		if c.pagedBuckets() {
			w.text("BucketRegion", b.region)
		}
		w.text("BucketArn", "arn:aws:s3:::"+b.name)
		w.close("Bucket")
	}
	w.close("Buckets")
	if more {
		w.text("ContinuationToken", base64.StdEncoding.EncodeToString([]byte("b1:"+page[len(page)-1].name)))
	}
	w.optional("Prefix", prefix)
	return c.writeXML(w, "ListAllMyBucketsResult")
}

// pagedBuckets says whether the request uses any of the newer parameters, which make the answer name regions.
func (c *call) pagedBuckets() bool {
	for _, name := range []string{"max-buckets", "prefix", "bucket-region", "continuation-token"} {
		if c.query.Has(name) {
			return true
		}
	}
	return false
}

func (c *call) bucketLimit() (int, error) {
	text := c.query.Get("max-buckets")
	if text == "" {
		return maxBucketsPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxBucketsPage {
		return 0, errInvalidArgument("Argument max-buckets must be an integer between 1 and 10000", "max-buckets", text)
	}
	return n, nil
}

func bucketToken(token string) (after string, err error) {
	if token == "" {
		return "", nil
	}
	raw, err := base64.StdEncoding.DecodeString(token)
	after, ok := strings.CutPrefix(string(raw), "b1:")
	if err != nil || !ok {
		return "", errInvalidArgument("The continuation token provided is incorrect", "continuation-token", token)
	}
	return after, nil
}

// ownBuckets returns the account's buckets in the order of their names.
func (s *Server) ownBuckets(account string) []*bucket {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var own []*bucket
	for _, b := range s.buckets {
		if b.owner == account {
			own = append(own, b)
		}
	}
	slices.SortFunc(own, func(a, b *bucket) int { return cmp.Compare(a.name, b.name) })
	return own
}
