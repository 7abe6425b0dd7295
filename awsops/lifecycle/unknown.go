package lifecycle

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// elements are those of a lifecycle configuration that this package and the SDK carry.
var elements = map[string]bool{
	"LifecycleConfiguration": true, "Rule": true, "ID": true, "Status": true, "Prefix": true, "Filter": true, "And": true,
	"Tag": true, "Key": true, "Value": true, "ObjectSizeGreaterThan": true, "ObjectSizeLessThan": true,
	"Expiration": true, "Days": true, "Date": true, "ExpiredObjectDeleteMarker": true,
	"NoncurrentVersionExpiration": true, "NoncurrentDays": true, "NewerNoncurrentVersions": true,
	"Transition": true, "StorageClass": true, "NoncurrentVersionTransition": true,
	"AbortIncompleteMultipartUpload": true, "DaysAfterInitiation": true,
}

// UnknownElements gives the names of elements in a lifecycle configuration document that reading and
// sending it again would lose, sorted. A document that isn't XML is an error.
func UnknownElements(doc io.Reader) ([]string, error) {
	var unknown []string
	d := xml.NewDecoder(doc)
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			slices.Sort(unknown)
			return slices.Compact(unknown), nil
		}
		if err != nil {
			return nil, err
		}
		if e, ok := tok.(xml.StartElement); ok && !elements[e.Name.Local] {
			unknown = append(unknown, strings.ToValidUTF8(e.Name.Local, "?"))
		}
	}
}
