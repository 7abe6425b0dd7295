package sandbox

import (
	"encoding/xml"
	"net/http"
)

// requestPayment says who pays for requests.
type requestPayment struct {
	XMLName xml.Name
	Payer   string `xml:"Payer"`
}

func paymentRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, sub: "requestPayment", handle: getRequestPayment, action: "s3:GetBucketRequestPayment"},
		{level: bucketLevel, method: http.MethodPut, sub: "requestPayment", handle: putRequestPayment, action: "s3:PutBucketRequestPayment"},
	}
}

func getRequestPayment(c *call) error {
	conf, ok := setting[*requestPayment](c.bucket, "requestPayment")
	if !ok {
		conf = &requestPayment{XMLName: named("RequestPaymentConfiguration"), Payer: "BucketOwner"}
	}
	return c.marshalXML(conf)
}

// putRequestPayment notes who is to pay. The sandbox asks nobody for money.
func putRequestPayment(c *call) error {
	conf := &requestPayment{}
	if err := c.readStrict("RequestPaymentConfiguration", conf); err != nil {
		return err
	}
	if conf.Payer != "BucketOwner" && conf.Payer != "Requester" {
		return errMalformedXML()
	}
	conf.XMLName = named("RequestPaymentConfiguration")
	c.bucket.setSetting("requestPayment", conf)
	return c.writeStatus(http.StatusOK)
}
