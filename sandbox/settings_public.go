package sandbox

import (
	"encoding/xml"
	"net/http"
	"sync"
)

// publicAccessBlock is the four switches of a bucket or of an account.
type publicAccessBlock struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

var blockAll = publicAccessBlock{true, true, true, true}

type publicAccessDocument struct {
	XMLName               xml.Name
	BlockPublicAcls       *bool `xml:"BlockPublicAcls"`
	IgnorePublicAcls      *bool `xml:"IgnorePublicAcls"`
	BlockPublicPolicy     *bool `xml:"BlockPublicPolicy"`
	RestrictPublicBuckets *bool `xml:"RestrictPublicBuckets"`
}

// block reads the document; a switch left out is off, but they can't all be left out.
func (d publicAccessDocument) block() (publicAccessBlock, error) {
	if d.BlockPublicAcls == nil && d.IgnorePublicAcls == nil && d.BlockPublicPolicy == nil && d.RestrictPublicBuckets == nil {
		return publicAccessBlock{}, errInvalidRequest("Must specify at least one configuration.")
	}
	on := func(b *bool) bool { return b != nil && *b }
	return publicAccessBlock{on(d.BlockPublicAcls), on(d.IgnorePublicAcls), on(d.BlockPublicPolicy), on(d.RestrictPublicBuckets)}, nil
}

func (c *call) writePublicAccessBlock(space string, b publicAccessBlock) error {
	return c.marshalXML(publicAccessDocument{XMLName: xml.Name{Space: space, Local: "PublicAccessBlockConfiguration"}, BlockPublicAcls: &b.BlockPublicAcls,
		IgnorePublicAcls: &b.IgnorePublicAcls, BlockPublicPolicy: &b.BlockPublicPolicy, RestrictPublicBuckets: &b.RestrictPublicBuckets})
}

func errNoPublicAccessBlock() *apiError {
	return newError(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
}

func publicAccessRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "publicAccessBlock", handle: getPublicAccessBlock, action: "s3:GetBucketPublicAccessBlock"},
		{level: bucketLevel, method: http.MethodPut, sub: "publicAccessBlock", handle: putPublicAccessBlock, action: "s3:PutBucketPublicAccessBlock"},
		{level: bucketLevel, method: http.MethodDelete, sub: "publicAccessBlock", handle: dropSetting("publicAccessBlock"), action: "s3:PutBucketPublicAccessBlock"},
	}
}

func getPublicAccessBlock(c *call) error {
	b, ok := setting[publicAccessBlock](c.bucket, "publicAccessBlock")
	if !ok {
		e := errNoPublicAccessBlock()
		e.fields = []field{{"BucketName", c.bucket.name}}
		return e
	}
	return c.writePublicAccessBlock(namespace, b)
}

func putPublicAccessBlock(c *call) error {
	var d publicAccessDocument
	if err := c.readStrict("PublicAccessBlockConfiguration", &d); err != nil {
		return err
	}
	b, err := d.block()
	if err != nil {
		return err
	}
	c.bucket.setSetting("publicAccessBlock", b)
	return c.writeStatus(http.StatusOK)
}

// accountBlocks are the public access blocks of whole accounts.
type accountBlocks struct {
	mu sync.RWMutex
	by map[string]publicAccessBlock
}

func (a *accountBlocks) get(account string) (publicAccessBlock, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	b, ok := a.by[account]
	return b, ok
}

func (a *accountBlocks) set(account string, b *publicAccessBlock) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if b == nil {
		delete(a.by, account)
		return
	}
	if a.by == nil {
		a.by = map[string]publicAccessBlock{}
	}
	a.by[account] = *b
}

// effectiveBlock is the stricter of the bucket's and its account's setting, switch by switch.
func (s *Server) effectiveBlock(b *bucket) publicAccessBlock {
	own, _ := setting[publicAccessBlock](b, "publicAccessBlock")
	whole, _ := s.blocks.get(b.owner)
	return publicAccessBlock{
		own.BlockPublicAcls || whole.BlockPublicAcls, own.IgnorePublicAcls || whole.IgnorePublicAcls,
		own.BlockPublicPolicy || whole.BlockPublicPolicy, own.RestrictPublicBuckets || whole.RestrictPublicBuckets,
	}
}
