package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// route is one operation: which method at which level with which sub-resource.
type route struct {
	level  level
	method string
	sub    string // the query parameter that selects the operation, "" for the plain one
	handle func(*call) error

	action        string // IAM action that the caller needs
	versionAction string // the same when the request names a version; "": action
	query         string // further query parameters that the operation knows, separated by spaces

	creates bool // the bucket need not exist yet
	open    bool // the handler asks for permission itself, or none is needed
}

func (r *route) actionFor(c *call) string {
	if r.versionAction != "" && c.query.Has("versionId") {
		return r.versionAction
	}
	return r.action
}

type routeKey struct {
	level  level
	method string
	sub    string
}

// routeTables is the one place where the tables of the single files come together.
func routeTables() [][]route {
	return [][]route{
		bucketRoutes(), objectRoutes(), listRoutes(), postRoutes(), multipartRoutes(), settingRoutes(), lockReadRoutes(), updateEncryptionRoutes(),
		restoreRoutes(),
	}
}

// serviceTable lists the neighbours that share the listener, by the service name of the credential scope.
// S3 Control signs as s3 and is told apart by its path: it is "s3-control" here.
func serviceTable() map[string]func(*call) error {
	all := map[string]func(*call) error{"s3-control": controlService}
	for service, actions := range queryActions() {
		all[service] = queryService(service, actions)
	}
	for name, service := range jsonServices() {
		all[name] = service.serve
	}
	return all
}

func mergeRoutes(tables ...[]route) map[routeKey]*route {
	all := map[routeKey]*route{}
	for _, table := range tables {
		for i := range table {
			r := &table[i]
			key := routeKey{r.level, r.method, r.sub}
			if all[key] != nil {
				panic("sandbox: two routes for " + r.level.String() + " " + r.method + " ?" + r.sub)
			}
			all[key] = r
		}
	}
	return all
}

// subresources are the query parameters that select an operation of S3. One of them that no route serves
// is NotImplemented.
var subresources = strings.Fields(`abac accelerate acl analytics annotation append attributes cors delete
	encryption event-hold intelligent-tiering inventory legal-hold lifecycle location logging
	metadataAnnotationTable metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable
	metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject
	replication requestPayment restore retention select session tagging torrent uploadId uploads versioning
	versions website`)

// findRoute picks the operation. What it does not know is 501 and never the plain operation.
func findRoute(c *call) (*route, error) {
	sub, err := subresourceOf(c)
	if err != nil {
		return nil, err
	}
	r := c.server.routes[routeKey{c.level, c.r.Method, sub}]
	if r == nil {
		return nil, noRoute(c, sub)
	}
	for name := range c.query {
		if name != sub && !knownParameter(r, name) {
			return nil, errNotImplemented(name)
		}
	}
	return r, nil
}

func subresourceOf(c *call) (string, error) {
	var found []string
	for name := range c.query {
		if slices.Contains(subresources, name) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", errInvalidArgument("Conflicting query string parameters: "+strings.Join(found, ", "),
		"ResourceType", found[0])
}

// noRoute tells a method that a known sub-resource does not have from a sub-resource nobody serves.
func noRoute(c *call, sub string) error {
	for name := range c.query {
		if name != sub && !knownParameter(&route{}, name) {
			return errNotImplemented(name)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPost, http.MethodHead} {
		if c.server.routes[routeKey{c.level, method, sub}] != nil {
			return errMethodNotAllowed(c.r.Method, resourceType(c.level, sub))
		}
	}
	if c.level == objectLevel && c.server.routes[routeKey{bucketLevel, c.r.Method, sub}] != nil {
		return errInvalidRequest("There is no such thing as the ?" + sub + " sub-resource for a key")
	}
	return errNotImplemented(sub)
}

func resourceType(l level, sub string) string {
	if sub == "" {
		return l.String()
	}
	return strings.ToUpper(strings.ReplaceAll(sub, "-", "_"))
}

// knownParameter says whether name may stand in the query. S3 leaves every parameter that begins with x-
// to the caller, for the access log; presigned URLs carry X-Amz-…
func knownParameter(r *route, name string) bool {
	if len(name) > 2 && strings.EqualFold(name[:2], "x-") {
		return true
	}
	return slices.Contains(strings.Fields(r.query), name)
}

func itoa(n int) string { return strconv.Itoa(n) }

func parseLength(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }
