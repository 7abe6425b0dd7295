package cors

import (
	"fmt"
	"slices"
	"strings"
)

// Lint gives what S3 takes and people usually didn't mean, in the order of the rules. A configuration that Check finds
// fault with can be linted, too.
func Lint(rules []Rule) []Problem {
	var out []Problem
	for i, r := range rules {
		c := checker{at: fmt.Sprintf("CORSRules[%d]", i), rule: i}
		for j, o := range r.AllowedOrigins {
			if text := oddOrigin(o, r.AllowedOrigins); text != "" {
				c.add(fmt.Sprintf("AllowedOrigins[%d]", j), text)
			}
		}
		c.lintMethods(r)
		c.lintHeaders(r)
		c.lintOrder(rules[:i], r)
		out = append(out, c.found...)
	}
	return out
}

// oddOrigin says what is odd about an origin among its neighbours.
func oddOrigin(o string, all []string) string {
	if o == "*" {
		if len(all) > 1 {
			return "The star allows every origin, and S3 then answers \"*\" to all: the origins beside it have no effect, and none may send credentials."
		}
		return "Every origin is allowed, but without credentials: a browser refuses \"*\" for requests that send cookies or TLS certificates."
	}
	if o == "null" {
		return "The origin null is that of files, sandboxed frames and some redirects: any page can have it."
	}
	scheme, host, ok := strings.Cut(o, "://")
	if !ok {
		return "An origin begins with http:// or https://: without it, a browser's origin matches only where a star stands for the scheme."
	}
	return oddHost(scheme, host, o, all)
}

func oddHost(scheme, host, o string, all []string) string {
	switch name := withoutPort(host); {
	case strings.HasSuffix(host, "/"):
		return "A browser sends no slash at the end, so this matches nothing."
	case strings.Contains(host, "/"):
		return "An origin has no path, so this matches nothing."
	case host != strings.ToLower(host) || scheme != strings.ToLower(scheme):
		return "Browsers send the origin in small letters, so this matches nothing."
	case usualPort(scheme, host):
		return "Browsers leave out the port that is usual for the scheme, so this matches nothing."
	case local(name):
		return oddLocal(name, host)
	case strings.HasPrefix(host, "*.") && !slices.ContainsFunc(all, func(p string) bool { return MatchOrigin(p, scheme+"://"+host[2:]) }):
		return "The star stands for at least one character: " + scheme + "://" + host[2:] + " itself is not allowed."
	case scheme == "http" && !slices.ContainsFunc(all, func(p string) bool { return MatchOrigin(p, "https://"+host) }):
		return "https://" + host + " is another origin, which is not allowed: " + o + " alone is a page without TLS."
	}
	return ""
}

func usualPort(scheme, host string) bool {
	port := map[string]string{"https": ":443", "http": ":80"}[scheme]
	return port != "" && strings.HasSuffix(host, port)
}

func local(name string) bool { return name == "localhost" || name == "127.0.0.1" || name == "[::1]" }

func oddLocal(name, host string) string {
	if name == host {
		return "The port is part of the origin, and development servers have one of their own: " + name + ":3000, or " + name + ":* for any."
	}
	return ""
}

func (c *checker) lintMethods(r Rule) {
	has := func(m string) bool { return slices.Contains(r.AllowedMethods, m) }
	if has("GET") && !has("HEAD") {
		c.add("AllowedMethods", "HEAD is not allowed with GET: scripts that look at an object's size or ETag first fail.")
	}
}

func (c *checker) lintHeaders(r Rule) {
	writes := slices.Contains(r.AllowedMethods, "PUT") || slices.Contains(r.AllowedMethods, "POST")
	switch {
	case len(r.AllowedHeaders) == 0:
		c.add("AllowedHeaders", "No request header is allowed: a preflight that asks for content-type, authorization, range or x-amz-… fails.")
	case writes && !allows(r, "x-amz-checksum-crc32"):
		c.add("AllowedHeaders", "x-amz-checksum-… is not allowed: an upload with a checksum, which SDKs send by default, fails.")
	}
	if writes && !slices.ContainsFunc(r.ExposeHeaders, func(h string) bool { return strings.EqualFold(h, "ETag") }) {
		c.add("ExposeHeaders", "ETag is not exposed: a multipart upload from a browser can't be completed without reading it.")
	}
}

func allows(r Rule, header string) bool {
	return slices.ContainsFunc(r.AllowedHeaders, func(p string) bool { return MatchHeader(p, header) })
}

// lintOrder says which rule above answers before this one.
func (c *checker) lintOrder(above []Rule, r Rule) {
	if len(r.AllowedOrigins) == 0 || len(r.AllowedMethods) == 0 {
		return
	}
	for i, a := range above {
		if !coversOrigins(a, r) || !coversMethods(a, r) {
			continue
		}
		if coversHeaders(a, r) {
			c.add("AllowedOrigins", fmt.Sprintf("Rule %d above matches whatever this one matches, and the first match answers: this rule never does.", i+1))
		} else {
			c.add("AllowedOrigins", fmt.Sprintf("Rule %d above answers first, but for preflights that ask for headers which it doesn't allow.", i+1))
		}
		return
	}
}

func coversMethods(a, r Rule) bool {
	return !slices.ContainsFunc(r.AllowedMethods, func(m string) bool { return !slices.Contains(a.AllowedMethods, m) })
}

func coversOrigins(a, r Rule) bool {
	return !slices.ContainsFunc(r.AllowedOrigins, func(o string) bool {
		return !slices.ContainsFunc(a.AllowedOrigins, func(p string) bool { return coversPattern(p, o) })
	})
}

func coversHeaders(a, r Rule) bool {
	return !slices.ContainsFunc(r.AllowedHeaders, func(h string) bool {
		return !slices.ContainsFunc(a.AllowedHeaders, func(p string) bool { return coversPattern(strings.ToLower(p), strings.ToLower(h)) })
	})
}

// coversPattern says whether all that inner matches is matched by outer. What stands for inner's star is at least one
// character, so that it can be taken for one.
func coversPattern(outer, inner string) bool {
	if outer == "*" || outer == inner {
		return true
	}
	if inner == "*" || strings.Count(inner, "*") > 1 {
		return false
	}
	before, after, star := strings.Cut(outer, "*")
	return star && len(inner) > len(before)+len(after) && strings.HasPrefix(inner, before) && strings.HasSuffix(inner, after)
}
