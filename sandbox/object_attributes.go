package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// getObjectAttributes answers GetObjectAttributes: what the header lists of ETag, Checksum, ObjectParts,
// StorageClass and ObjectSize.
func getObjectAttributes(c *call) error {
	wanted, err := c.wantedAttributes()
	if err != nil {
		return err
	}
	suffix := ""
	if c.query.Has("versionId") {
		suffix = "Version"
	}
	if err := c.allowed("s3:GetObject" + suffix); err != nil {
		return err
	}
	if err := c.allowed("s3:GetObject" + suffix + "Attributes"); err != nil {
		return err
	}
	v, versioned, err := c.findNamed()
	if err != nil {
		return err
	}
	if err := c.server.hooks.checkSSERead(c, v.attrs.sse, "X-Amz-"); err != nil {
		return err
	}
	c.w.Header().Set("Last-Modified", v.time().Format(http.TimeFormat))
	if versioned {
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	w := newXMLWriter("GetObjectAttributesResponse", 1024)
	if err := c.writeAttributes(w, wanted, v); err != nil {
		return err
	}
	return c.writeXML(w, "GetObjectAttributesResponse")
}

func (c *call) writeAttributes(w *xmlWriter, wanted map[string]bool, v version) error {
	if wanted["ETag"] {
		w.text("ETag", v.content.etag)
	}
	if wanted["Checksum"] && v.content.sum.algorithm != "" {
		w.open("Checksum")
		w.text(v.content.sum.element(), v.content.sum.value)
		w.text("ChecksumType", v.content.sum.kind)
		w.close("Checksum")
	}
	if wanted["ObjectParts"] && len(v.content.parts) > 0 {
		if err := c.writeParts(w, v.content.parts); err != nil {
			return err
		}
	}
	if wanted["StorageClass"] {
		w.text("StorageClass", v.attrs.storageClass())
	}
	if wanted["ObjectSize"] {
		w.number("ObjectSize", v.content.size)
	}
	return nil
}

func (c *call) wantedAttributes() (map[string]bool, error) {
	wanted := map[string]bool{}
	for _, line := range c.r.Header["X-Amz-Object-Attributes"] {
		for name := range strings.SplitSeq(line, ",") {
			switch name = strings.TrimSpace(name); name {
			case "ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize":
				wanted[name] = true
			default:
				return nil, errInvalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", name)
			}
		}
	}
	if len(wanted) == 0 {
		return nil, errInvalidRequest("The x-amz-object-attributes header specifying the attributes to be retrieved is " +
			"either missing or empty")
	}
	return wanted, nil
}

// writeParts writes a page of the parts of a multipart object.
func (c *call) writeParts(w *xmlWriter, parts []part) error {
	limit, err := headerNumber(c, "X-Amz-Max-Parts", maxPage)
	if err != nil {
		return err
	}
	after, err := headerNumber(c, "X-Amz-Part-Number-Marker", 0)
	if err != nil {
		return err
	}
	var page []part
	more := false
	for _, p := range parts {
		if p.number <= after {
			continue
		}
		if more = len(page) == min(limit, maxPage); more {
			break
		}
		page = append(page, p)
	}
	w.open("ObjectParts")
	w.number("PartsCount", int64(len(parts)))
	w.number("PartNumberMarker", int64(after))
	if len(page) > 0 {
		w.number("NextPartNumberMarker", int64(page[len(page)-1].number))
	}
	w.number("MaxParts", int64(min(limit, maxPage)))
	w.flag("IsTruncated", more)
	for _, p := range page {
		w.open("Part")
		w.number("PartNumber", int64(p.number))
		w.number("Size", p.size)
		if p.sum.algorithm != "" {
			w.text(p.sum.element(), p.sum.value)
		}
		w.close("Part")
	}
	w.close("ObjectParts")
	return nil
}

// headerNumber reads a header that holds a count.
func headerNumber(c *call, name string, otherwise int) (int, error) {
	text := c.header(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errInvalidArgument("Argument "+strings.ToLower(name)+" must be an integer between 0 and 2147483647",
			strings.ToLower(name), text)
	}
	return n, nil
}
