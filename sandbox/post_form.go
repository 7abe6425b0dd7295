package sandbox

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxFormFields is what the fields before the file may hold together, in bytes.
const maxFormFields = 20 << 10

// uploadForm is a browser's upload taken apart.
type uploadForm struct {
	fields   map[string]string // by their names in lower case
	filename string
	file     []byte
}

// readUploadForm reads multipart/form-data up to the file: what follows that is ignored.
func readUploadForm(c *call) (*uploadForm, error) {
	kind, params, err := mime.ParseMediaType(c.header("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, errPreconditionFailed("Bucket POST must be of the enclosure-type multipart/form-data")
	}
	if c.id.length < 0 {
		return nil, newError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	if c.id.length > maxUpload+maxFormFields {
		return nil, newError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
			field{"ProposedSize", strconv.FormatInt(c.id.length, 10)}, field{"MaxSizeAllowed", strconv.FormatInt(maxUpload, 10)})
	}
	form := &uploadForm{fields: map[string]string{}}
	parts := multipart.NewReader(c.id.body, params["boundary"])
	for left := int64(maxFormFields); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, formWithout(form)
		}
		if err != nil {
			return nil, malformedForm()
		}
		if strings.EqualFold(part.FormName(), "file") {
			return form, form.readFile(c, part)
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, malformedForm()
		}
		if left -= int64(len(value)); left < 0 {
			return nil, newError(400, "MaxPostPreDataLengthExceededError", "Your POST request fields preceding the upload file were too large.")
		}
		form.fields[strings.ToLower(part.FormName())] = string(value)
	}
}

func malformedForm() error {
	return newError(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
}

// formWithout says what a form without a file lacks.
func formWithout(f *uploadForm) error {
	if f.fields["key"] == "" {
		return missingField("key")
	}
	return errInvalidArgument("POST requires exactly one file upload per request.", "file", "0")
}

func missingField(name string) error {
	return errInvalidArgument("Bucket POST must contain a field named '"+name+"'.  If it is specified, please check the order of the fields.", name, "")
}

func (f *uploadForm) readFile(c *call, part *multipart.Part) error {
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, part); err != nil {
		return newError(400, "IncompleteBody", "The request body terminated unexpectedly")
	}
	if _, err := io.Copy(io.Discard, c.id.body); err != nil {
		return newError(400, "IncompleteBody", "The request body terminated unexpectedly")
	}
	f.file = buf.Bytes()
	// Browsers of old send a whole path.
	f.filename = path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
	if part.FileName() == "" {
		f.filename = ""
	}
	if f.fields["key"] == "" {
		return missingField("key")
	}
	f.fields["key"] = strings.ReplaceAll(f.fields["key"], "${filename}", f.filename)
	return nil
}

// renamedFields are the fields whose headers have other names.
var renamedFields = map[string]string{"acl": "X-Amz-Acl"}

// headerFields are the fields that say what PutObject says by headers.
var headerFields = strings.Fields("acl cache-control content-type content-disposition content-encoding content-language expires content-md5")

// signingFields belong to the signature and not to the object.
var signingFields = strings.Fields("x-amz-signature x-amz-credential x-amz-algorithm x-amz-date x-amz-security-token")

// header makes of the fields the headers that a PutObject would have.
func (f *uploadForm) header(h http.Header) (http.Header, error) {
	out := http.Header{}
	for _, name := range []string{"User-Agent", "Referer", "Origin"} {
		if v := h.Values(name); len(v) > 0 {
			out[name] = v
		}
	}
	for name, value := range f.fields {
		object := strings.HasPrefix(name, "x-amz-") && !slices.Contains(signingFields, name) || slices.Contains(headerFields, name)
		if !object || value == "" {
			continue
		}
		if other := renamedFields[name]; other != "" {
			name = other
		}
		out.Set(textproto.CanonicalMIMEHeaderKey(name), value)
	}
	return out, f.tagHeader(out)
}

// tagHeader turns the field tagging, which is a document, into the header that PutObject has.
func (f *uploadForm) tagHeader(h http.Header) error {
	text := f.fields["tagging"]
	if text == "" {
		return nil
	}
	var doc taggingDocument
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		return errMalformedXML()
	}
	var pairs []string
	for _, t := range doc.Tags {
		pairs = append(pairs, url.QueryEscape(t.Key)+"="+url.QueryEscape(t.Value))
	}
	h.Set("X-Amz-Tagging", strings.Join(pairs, "&"))
	return nil
}
