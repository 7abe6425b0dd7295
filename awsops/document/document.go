// Package document looks at the XML documents that servers answer with, before the SDK decodes them.
//
// A server with an S3 interface that doesn't know a sub-resource answers the plain operation: a
// GET of a bucket's encryption becomes a listing, which decodes into an empty setting without an error. The
// document's root element tells the two apart.
package document

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cooper/awsops"
)

// maxDocument is the largest configuration document that is looked at, in bytes. S3's own largest, a
// thousand lifecycle rules, is well below it.
const maxDocument = 4 << 20

// Expect makes a call fail with KindUnsupported unless a successful answer is an XML document with
// this root element. It is for calls whose answer is one small document.
func Expect(root string) func(*s3.Options) { return capture(root, nil) }

// Capture is Expect, and hands the document's bytes to take before the SDK decodes them.
func Capture(root string, take func([]byte)) func(*s3.Options) { return capture(root, take) }

// spellings are names that servers give a document in place of S3's.
var spellings = map[string]string{
	"BlockPublicAccessBlockConfiguration": "PublicAccessBlockConfiguration", // Ceph's gateway, with S3's fields inside
}

// Root gives the local name of a document's root element.
func Root(doc []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := d.Token()
		if err != nil {
			return "", err
		}
		if e, ok := tok.(xml.StartElement); ok {
			return e.Name.Local, nil
		}
	}
}

func capture(root string, take func([]byte)) func(*s3.Options) {
	look := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		middleware.DeserializeOutput, middleware.Metadata, error,
	) {
		out, md, err := next.HandleDeserialize(ctx, in)
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok || resp == nil || resp.StatusCode < 200 || resp.StatusCode > 299 {
			return out, md, err
		}
		doc, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
		if err != nil {
			return out, md, err
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{bytes.NewReader(doc), resp.Body}
		if err := checkRoot(awsmiddleware.GetOperationName(ctx), root, doc, resp.StatusCode); err != nil {
			return out, md, err
		}
		if take != nil {
			take(doc)
		}
		return out, md, nil
	}
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			// After: nearest to the wire, so that the SDK's decoder sees the body put back.
			return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("cooper.Document", look), middleware.After)
		})
	}
}

func checkRoot(op, root string, doc []byte, status int) error {
	e := &awsops.Error{Op: op, Kind: awsops.KindUnsupported, Status: status,
		Hint: "The server doesn't know this setting; it answered something else instead."}
	if len(bytes.TrimSpace(doc)) == 0 {
		e.Message = "the server answered " + op + " with an empty document"
		return e
	}
	got, err := Root(doc)
	switch {
	case err != nil:
		e.Message, e.Err = "the server answered "+op+" with something that is not XML", err
		return e
	case got != root && spellings[got] != root:
		e.Message = fmt.Sprintf("the server answered %s with a %.40q document, not %s", op, got, root)
		return e
	}
	return nil
}
