package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxExpires is the longest life of a presigned URL.
const maxExpires = 7 * 24 * time.Hour

// parse reads the signature's claim; nil without an error means that nobody signed.
func parse(r *http.Request, now time.Time) (*claim, error) {
	pairs := queryPairs(r.URL.RawQuery)
	auth := r.Header.Get("Authorization")
	_, signed := find(pairs, "X-Amz-Algorithm")
	if !signed {
		_, signed = find(pairs, "X-Amz-Signature")
	}
	switch {
	case auth != "" && signed:
		return nil, &Error{Status: http.StatusBadRequest, Code: "InvalidArgument",
			Message: "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
			Fields:  []Field{{"ArgumentName", "Authorization"}}}
	case auth != "":
		return parseHeader(r, auth)
	case signed:
		return parseQuery(pairs)
	}
	if _, old := find(pairs, "Signature"); old {
		if _, id := find(pairs, "AWSAccessKeyId"); id {
			return nil, versionTwo()
		}
	}
	return nil, nil
}

func versionTwo() *Error {
	return &Error{Status: http.StatusBadRequest, Code: "InvalidRequest",
		Message: "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."}
}

func parseHeader(r *http.Request, auth string) (*claim, error) {
	kind, rest, _ := strings.Cut(auth, " ")
	if kind != algorithm {
		if kind == "AWS" || strings.HasPrefix(kind, "AWS4-") {
			return nil, versionTwo()
		}
		return nil, &Error{Status: http.StatusBadRequest, Code: "InvalidArgument", Message: "Unsupported Authorization Type",
			Fields: []Field{{"ArgumentName", "Authorization"}}}
	}
	c := &claim{token: r.Header.Get("X-Amz-Security-Token")}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return nil, headerError("the authorization component \"" + name + "\" is malformed.")
		}
		parts[name] = value
	}
	for _, need := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[need] == "" {
			return nil, headerError("missing component \"" + need + "\" or empty.")
		}
	}
	if err := c.readCredential(parts["Credential"]); err != nil {
		return nil, err
	}
	c.signedHeaders = headerNames(parts["SignedHeaders"])
	c.signature = parts["Signature"]
	at, err := requestTime(r)
	if err != nil {
		return nil, err
	}
	c.at = at
	return c, c.checkDate()
}

// requestTime reads x-amz-date, or Date in its HTTP or ISO form.
func requestTime(r *http.Request) (time.Time, error) {
	text := r.Header.Get("X-Amz-Date")
	if text == "" {
		text = r.Header.Get("Date")
	}
	for _, layout := range []string{timeFormat, http.TimeFormat} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, &Error{Status: http.StatusForbidden, Code: "AccessDenied",
		Message: "AWS authentication requires a valid Date or x-amz-date header"}
}

func (c *claim) checkDate() error {
	if day := c.at.Format(dateFormat); c.date != day {
		return c.malformed("Invalid credential date \"" + c.date + "\". This date is not the same as X-Amz-Date: \"" + day + "\".")
	}
	return nil
}

// readCredential takes AKID/YYYYMMDD/REGION/SERVICE/aws4_request apart. An access key id holds no slash.
func (c *claim) readCredential(text string) error {
	parts := strings.Split(text, "/")
	if len(parts) != 5 {
		return c.malformed("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
	}
	c.accessKey, c.date, c.region, c.service = parts[0], parts[1], parts[2], parts[3]
	switch {
	case c.accessKey == "":
		return c.malformed("a non-empty Access Key (AKID) must be provided in the credential.")
	case len(c.date) != len(dateFormat):
		return c.malformed("incorrect date format \"" + c.date + "\". This date in the credential must be in the format \"yyyyMMdd\".")
	case c.region == "":
		return c.malformed("a non-empty region must be provided in the credential.")
	case parts[4] != terminal:
		return c.malformed("incorrect terminal \"" + parts[4] + "\". This endpoint belongs to \"" + terminal + "\".")
	}
	return nil
}

func parseQuery(pairs []pair) (*claim, error) {
	c := &claim{presigned: true}
	values := map[string]string{}
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires"} {
		v, ok := find(pairs, name)
		if !ok {
			return nil, queryError("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
		}
		values[name] = v
	}
	if values["X-Amz-Algorithm"] != algorithm {
		return nil, queryError("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
	}
	if err := c.readCredential(values["X-Amz-Credential"]); err != nil {
		return nil, err
	}
	at, err := time.Parse(timeFormat, values["X-Amz-Date"])
	if err != nil {
		return nil, queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
	}
	c.at = at
	if c.expires, err = lifetime(values["X-Amz-Expires"]); err != nil {
		return nil, err
	}
	c.signedHeaders = headerNames(values["X-Amz-SignedHeaders"])
	c.signature = values["X-Amz-Signature"]
	c.token, _ = find(pairs, "X-Amz-Security-Token")
	return c, c.checkDate()
}

func lifetime(text string) (time.Duration, error) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return 0, queryError("X-Amz-Expires should be a number")
	case seconds < 0:
		return 0, queryError("X-Amz-Expires must be non-negative")
	case seconds > int64(maxExpires/time.Second):
		return 0, queryError("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	return time.Duration(seconds) * time.Second, nil
}

// checkExpiry judges a presigned URL by the moment its request starts.
func (c *claim) checkExpiry(now time.Time) error {
	denied := func(text string) *Error {
		return &Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: text}
	}
	if c.at.Sub(now) > MaxSkew {
		return denied("Request is not yet valid").with("ServerTime", isoTime(now))
	}
	if end := c.at.Add(c.expires); now.After(end) {
		return denied("Request has expired").with("X-Amz-Expires", strconv.Itoa(int(c.expires/time.Second))).
			with("Expires", isoTime(end)).with("ServerTime", isoTime(now))
	}
	return nil
}

func headerNames(list string) []string {
	names := strings.Split(strings.ToLower(list), ";")
	slices.Sort(names)
	return names
}
