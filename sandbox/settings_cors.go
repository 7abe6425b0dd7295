package sandbox

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

type corsConfiguration struct {
	XMLName xml.Name
	Rules   []corsRule `xml:"CORSRule"`
}

type corsRule struct {
	ID      *string  `xml:"ID"`
	Headers []string `xml:"AllowedHeader"`
	Methods []string `xml:"AllowedMethod"`
	Origins []string `xml:"AllowedOrigin"`
	Exposed []string `xml:"ExposeHeader"`
	MaxAge  *int32   `xml:"MaxAgeSeconds"`
}

func corsRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "cors", handle: getCORS, action: "s3:GetBucketCORS"},
		{level: bucketLevel, method: http.MethodPut, sub: "cors", handle: putCORS, action: "s3:PutBucketCORS"},
		{level: bucketLevel, method: http.MethodDelete, sub: "cors", handle: dropSetting("cors"), action: "s3:PutBucketCORS"},
	}
}

func getCORS(c *call) error {
	conf, ok := setting[*corsConfiguration](c.bucket, "cors")
	if !ok {
		return newError(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist", field{"BucketName", c.bucket.name})
	}
	return c.marshalXML(conf)
}

// The limits of a configuration.
const (
	maxCORSRules    = 100
	maxCORSDocument = 64 << 10 // bytes
	maxCORSID       = 255
)

func putCORS(c *call) error {
	if c.id.length > maxCORSDocument {
		return newError(400, "MaxMessageLengthExceeded", "Your request was too big.", field{"MaxMessageLengthBytes", itoa(maxCORSDocument)})
	}
	conf := &corsConfiguration{}
	if err := c.readDigested("CORSConfiguration", conf); err != nil {
		return err
	}
	if err := conf.check(); err != nil {
		return err
	}
	conf.XMLName = named("CORSConfiguration")
	c.bucket.setSetting("cors", conf)
	return c.writeStatus(http.StatusOK)
}

func (conf *corsConfiguration) check() error {
	if len(conf.Rules) == 0 || len(conf.Rules) > maxCORSRules {
		return errMalformedXML()
	}
	for _, r := range conf.Rules {
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r corsRule) check() error {
	if len(r.Methods) == 0 || len(r.Origins) == 0 || r.MaxAge != nil && *r.MaxAge < 0 {
		return errMalformedXML()
	}
	if r.ID != nil && utf8.RuneCountInString(*r.ID) > maxCORSID {
		return errInvalidArgument("ID length should not exceed allowed limit of 255", "ID", *r.ID)
	}
	for _, m := range r.Methods {
		if !slices.Contains([]string{"GET", "PUT", "POST", "DELETE", "HEAD"}, m) {
			return errInvalidRequest("Found unsupported HTTP method in CORS config. Unsupported method is " + m)
		}
	}
	return r.checkStars()
}

func (r corsRule) checkStars() error {
	for _, o := range r.Origins {
		if strings.Count(o, "*") > 1 {
			return errInvalidRequest(`AllowedOrigin "` + o + `" can not have more than one wildcard.`)
		}
	}
	for _, h := range r.Headers {
		if strings.Count(h, "*") > 1 {
			return errInvalidRequest(`AllowedHeader "` + h + `" can not have more than one wildcard.`)
		}
	}
	for _, h := range r.Exposed {
		if strings.Contains(h, "*") {
			return errInvalidRequest(`ExposeHeader "` + h + `" contains wildcard. We currently do not support wildcard for ExposeHeader.`)
		}
	}
	return nil
}
