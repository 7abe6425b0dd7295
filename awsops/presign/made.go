package presign

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cooper/awsops"
)

// Made is a URL or a form that was made. It holds a secret and redacts it; Reveal and its like give it to a person who
// asked for it. It lives in memory only.
type Made struct {
	ID      string
	Spec    Spec
	At      time.Time // signed
	Headers []awsops.SignedHeader
	Region  string
	Signer  string // ARN, "" where it can't be asked
	Key     awsops.KeyInfo
	Death   Death
	Target  awsops.Target

	url  awsops.SignedURL
	form awsops.SignedForm
}

// record is what the journal keeps: for what and until when, never the URL.
type record struct {
	Bucket  string    `json:"bucket"`
	Key     []byte    `json:"object,omitempty"` // its bytes need not be text
	Prefix  []byte    `json:"prefix,omitempty"`
	Version string    `json:"version,omitempty"`
	Method  string    `json:"method"`
	Until   time.Time `json:"until"`
	Why     string    `json:"why"`
	Tail    string    `json:"signer_key_tail"` // the last four characters of the access key id
}

// Make signs what is asked for and writes into the journal that it was made: for what, by whom and until when, before
// the URL is handed out. Errors are *awsops.Error; KindInvalid for what Check finds.
func Make(ctx context.Context, s *awsops.Session, spec Spec, around Surroundings) (*Made, error) {
	const op = "Presign"
	if wrong := spec.Check(s.Dialect() == awsops.DialectCompatible); wrong != "" {
		return nil, awsops.Invalid(op, wrong, "")
	}
	key := s.Key(ctx)
	if key.Err != nil {
		return nil, key.Err
	}
	at := spec.At
	if at.IsZero() {
		at = s.ServerNow()
	}
	at = at.UTC().Truncate(time.Second)
	if spec.life(at) < time.Second {
		return nil, awsops.Invalid(op, "it would be over already", "Ask for a later end.")
	}
	m := &Made{ID: s.NewID(), Spec: spec, At: at, Key: key.Value, Target: s.Reader().Target(ctx, spec.Bucket)}
	m.Signer = m.Target.Caller
	m.Death = DiesAt(spec, at, key.Value, around)
	note := record{Bucket: spec.Bucket, Key: []byte(spec.Key), Prefix: []byte(spec.Prefix), Version: spec.Version, Method: string(spec.Method),
		Until: m.Death.At, Why: m.Death.Text, Tail: key.Value.Tail}
	title := spec.Title() + ", until " + m.Death.At.UTC().Format("2006-01-02 15:04:05") + " UTC"
	err := s.Journalled(ctx, Kind, title, spec.Bucket, note, func() error { return m.sign(ctx, s) })
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Made) sign(ctx context.Context, s *awsops.Session) error {
	if m.Spec.Method != Form {
		p, err := m.presigning(s)
		if err != nil {
			return err
		}
		got, err := s.SignURL(ctx, p)
		if err != nil {
			return err
		}
		m.url, m.Headers, m.Region = got.URL, got.Headers, got.Region
		return nil
	}
	until := m.At.Add(m.Spec.life(m.At))
	form, err := s.SignForm(ctx, awsops.FormSigning{Bucket: m.Spec.Bucket, Style: m.Spec.Style, At: m.At,
		Policy: func(signing []awsops.Pair) ([]byte, error) { return m.Spec.document(until, signing) }})
	if err != nil {
		return err
	}
	m.form, m.Region = form, form.Region
	return nil
}

// presigning is the request with the customer's key that it needs, which only the session's keyring holds.
func (m *Made) presigning(s *awsops.Session) (awsops.Presigning, error) {
	p := m.Spec.request(m.At)
	print := m.Spec.fingerprint()
	if print == "" {
		return p, nil
	}
	key, ok := s.Keys().Get(print)
	if !ok {
		return p, awsops.Invalid("Presign", "the customer's key "+print+" isn't at hand", "Load it first: the key's three headers are part of the signature.")
	}
	p.Customer = key
	return p, nil
}

// URL is the presigned URL, empty for a form.
func (m *Made) URL() awsops.SignedURL { return m.url }

// Value is what is taken away: the URL, or the form as a page. It is a secret.
func (m *Made) Value() string {
	if m.Spec.Method == Form {
		return m.HTML()
	}
	return m.url.Reveal()
}

// Address is where it leads, without what makes it work.
func (m *Made) Address() string {
	if m.Spec.Method == Form {
		return m.form.Address
	}
	return m.url.Address()
}

// Over reports whether it has died by the server's time.
func (m *Made) Over(now time.Time) bool { return !now.Before(m.Death.At) }

// String tells what it is for and hides the rest.
func (m *Made) String() string { return m.Spec.Title() }

// Curl gives the line that uses it. It holds the URL, so it is a secret; a customer's key is a variable in it.
func (m *Made) Curl() string {
	words := append([]string{"curl", "-sS", "--fail-with-body"}, m.methodWords()...)
	if dotted("/" + m.Spec.Key + "/") {
		words = append(words, "--path-as-is")
	}
	for _, h := range m.Headers {
		switch {
		case h.Secret:
			words = append(words, "-H", `"`+h.Name+`: $KEY"`)
		case h.Name == "content-length": // curl counts the file itself
		default:
			words = append(words, "-H", awsops.Quote(h.Name+": "+h.Value))
		}
	}
	at := m.url.Reveal()
	if m.Spec.Method == Form {
		at = m.form.Address
	}
	return strings.Join(append(words, awsops.Quote(at)), " ")
}

func (m *Made) methodWords() []string {
	switch m.Spec.Method {
	case Form:
		return m.formWords()
	case Head:
		return []string{"-I"}
	case Put:
		return m.uploading()
	case Delete:
		return []string{"-X", "DELETE"}
	}
	if m.Spec.Key == "" {
		return nil
	}
	return []string{"-o", "FILE"}
}

func (m *Made) formWords() []string {
	fields := m.Fields()
	if m.Spec.Upload.TypePrefix {
		fields = append(fields, awsops.Pair{Name: "Content-Type", Value: m.Spec.Upload.Type})
	}
	var words []string
	for _, f := range fields {
		words = append(words, "--form-string", awsops.Quote(f.Name+"="+f.Value))
	}
	return append(words, "-F", "file=@FILE")
}

// uploading makes curl send the file FILE. To an address that ends in a slash it would add the file's name.
func (m *Made) uploading() []string {
	if !strings.HasSuffix(m.Spec.Key, "/") {
		return []string{"-T", "FILE"}
	}
	words := []string{"-X", "PUT", "--data-binary", "@FILE"}
	if m.Spec.Upload.Type == "" {
		words = append(words, "-H", "Content-Type:")
	}
	return words
}

// dotted reports a path that clients shorten unless they are told not to.
func dotted(path string) bool { return strings.Contains(path, "/./") || strings.Contains(path, "/../") }

// Command gives the aws command line that makes such a URL, or why there is none.
func (m *Made) Command() (line, why string) {
	s := m.Spec
	switch {
	case s.Method != Get:
		return "", "aws s3 presign makes URLs for GET only"
	case s.Key == "":
		return "", "aws s3 presign makes URLs for objects only"
	case s.Version != "":
		return "", "aws s3 presign can't pin a version"
	case len(s.Response.pairs()) > 0:
		return "", "aws s3 presign can't set response headers"
	case s.Style != awsops.AddressAuto:
		return "", "aws s3 presign takes the kind of address from the configuration"
	}
	seconds := fmt.Sprint(int64(s.life(m.At) / time.Second))
	return awsops.Command(m.Target, "s3", "presign").Arg("s3://"+s.Bucket+"/"+s.Key).Flag("--expires-in", seconds).String(), ""
}
