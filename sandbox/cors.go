package sandbox

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Cross-origin requests: preflights, which carry no signature and are answered from the bucket's configuration
// alone, and the headers on the answers to actual requests.

const corsNotAllowed = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / " +
	"Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."

// crossOrigin is what a request says of where it comes from and what it is about.
type crossOrigin struct {
	origin, method string
	headers        []string // in small letters
}

func (c *call) crossOrigin() crossOrigin {
	x := crossOrigin{origin: c.header("Origin"), method: c.header("Access-Control-Request-Method")}
	if x.method == "" && c.r.Method != http.MethodOptions {
		x.method = c.r.Method
	}
	for _, line := range c.r.Header.Values("Access-Control-Request-Headers") {
		x.headers = append(x.headers, strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })...)
	}
	return x
}

// preflight answers OPTIONS on a bucket or an object.
func (c *call) preflight() error {
	x := c.crossOrigin()
	switch {
	case x.origin == "":
		return newError(400, "BadRequest", "Insufficient information. Origin request header needed.")
	case x.method == "":
		return newError(400, "BadRequest", "Invalid Access-Control-Request-Method: null")
	}
	refuse := func(words string) error {
		return newError(403, "AccessForbidden", words, field{"Method", x.method}, field{"ResourceType", c.level.String()})
	}
	b := c.server.findBucket(c.bucketName)
	if b == nil {
		return refuse("CORSResponse: Bucket not found")
	}
	conf, ok := setting[*corsConfiguration](b, "cors")
	if !ok {
		return refuse("CORSResponse: CORS is not enabled for this bucket.")
	}
	rule := conf.answering(x)
	if rule == nil {
		return refuse(corsNotAllowed)
	}
	c.stampCORS(rule, x, true)
	c.w.Header().Set("Content-Length", "0")
	return c.writeStatus(http.StatusOK)
}

// shareAnswer puts CORS headers on the answer to an actual request, whatever the answer will be.
func (c *call) shareAnswer() {
	x := c.crossOrigin()
	if x.origin == "" {
		return
	}
	if conf, ok := setting[*corsConfiguration](c.bucket, "cors"); ok {
		if rule := conf.answering(x); rule != nil {
			c.stampCORS(rule, x, false)
		}
	}
}

// answering is the first rule that allows the request, nil when none does.
func (conf *corsConfiguration) answering(x crossOrigin) *corsRule {
	for i := range conf.Rules {
		if conf.Rules[i].allows(x) {
			return &conf.Rules[i]
		}
	}
	return nil
}

func (r *corsRule) allows(x crossOrigin) bool {
	if !anyOf(r.Methods, "", "", x.method) || !anyOf(r.Origins, ".+", "", x.origin) {
		return false
	}
	for _, h := range x.headers {
		if !anyOf(r.Headers, ".*", "(?i)", h) {
			return false
		}
	}
	return true
}

// anyOf matches s with patterns whose star stands for an expression; with "" it stands for itself.
func anyOf(patterns []string, star, flags, s string) bool {
	for _, p := range patterns {
		if p == s || p == "*" && star != "" {
			return true
		}
		if star == "" || flags == "" && !strings.Contains(p, "*") {
			continue
		}
		text := strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, star)
		if re, err := regexp.Compile(flags + "(?s)^(?:" + text + ")$"); err == nil && re.MatchString(s) {
			return true
		}
	}
	return false
}

func (c *call) stampCORS(r *corsRule, x crossOrigin, preflight bool) {
	h := c.w.Header()
	h.Set("Access-Control-Allow-Origin", x.origin)
	for _, o := range r.Origins {
		if o == "*" {
			h.Set("Access-Control-Allow-Origin", "*")
		}
	}
	if h.Get("Access-Control-Allow-Origin") != "*" {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(r.Methods, ", "))
	if preflight && len(x.headers) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(x.headers, ", "))
	}
	if len(r.Exposed) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(r.Exposed, ", "))
	}
	if r.MaxAge != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(*r.MaxAge)))
	}
	h.Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
}
