package sandbox

import (
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cooper/sandbox/kms"
)

// trailEvent is one event of CloudTrail's history. Times have whole seconds.
type trailEvent struct {
	id, name, region string
	at               time.Time
	account          string // that it is shown to
	user             string
	accessKey        string
	resource         string // a key's ARN
	text             []byte // the record
}

// trail is the event history: the uses of KMS keys. It keeps the last trailKept.
type trail struct {
	mu     sync.Mutex
	events []trailEvent         // oldest first
	quiet  map[string]time.Time // when a Bucket Key was last fetched, by operation, caller and bucket
}

const trailKept = 20_000

// bucketKeyLife is how long a bucket-level key serves before S3 asks KMS for another. AWS says "time-limited" only.
const bucketKeyLife = 5 * time.Minute

func (t *trail) add(e trailEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events) >= trailKept {
		t.events = slices.Delete(t.events, 0, trailKept/10)
	}
	t.events = append(t.events, e)
}

// fresh says whether a Bucket Key that was fetched before still serves, and books a fetch where none does.
func (t *trail) fresh(who string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.quiet[who]) < bucketKeyLife {
		return true
	}
	if t.quiet == nil {
		t.quiet = map[string]time.Time{}
	}
	t.quiet[who] = now
	return false
}

// keyUse is what is recorded of a use.
type keyUse struct {
	operation string
	key       kms.Key
	about     kms.Context
	spec      string
	via       string // the service that asked on the caller's behalf
	err       error
}

// recordKeyUse keeps a direct use of a key. Nothing is known of a key that wasn't found.
func (c *call) recordKeyUse(operation string, k kms.Key, in keyRequest, err error) {
	if k.ID == "" {
		return
	}
	c.record(keyUse{operation: operation, key: k, about: in.EncryptionContext, spec: in.KeySpec, err: err})
}

// recordS3KeyUse keeps a use by S3. With a Bucket Key most requests need none.
func (c *call) recordS3KeyUse(operation string, k kms.Key, s sseState, about kms.Context, err error) {
	if s.bucketKey && err == nil && c.server.trail.fresh(operation+" "+c.id.who.ARN+" "+about["aws:s3:arn"]+" "+k.ARN(), c.now) {
		return
	}
	use := keyUse{operation: operation, key: k, about: about, via: "s3.amazonaws.com", err: err}
	if operation == "GenerateDataKey" {
		use.spec = "AES_256"
	}
	c.record(use)
}

// record keeps a use for the caller's account, and for the key's where that is another.
func (c *call) record(u keyUse) {
	accounts := []string{c.id.who.Account}
	if u.key.Account != c.id.who.Account {
		accounts = append(accounts, u.key.Account)
	}
	for _, account := range accounts {
		id := c.requestID + "-" + u.operation + "-" + account
		id = derived(32, id)
		e := trailEvent{id: id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:], name: u.operation, region: u.key.Region,
			at: c.now.UTC().Truncate(time.Second), account: account, user: userOf(c.id.who), accessKey: c.id.who.AccessKeyID, resource: u.key.ARN()}
		e.text = c.eventRecord(e, u)
		c.server.trail.add(e)
	}
}

func userOf(p *principal) string {
	switch p.Kind {
	case rootPrincipal:
		return "root"
	case rolePrincipal:
		_, session, _ := cutLast(p.ARN, "/")
		return session
	}
	return p.Name
}

// eventRecord writes the record as CloudTrail does ("CloudTrail record contents").
func (c *call) eventRecord(e trailEvent, u keyUse) []byte {
	who := c.id.who
	identity := map[string]any{"type": [...]string{anonymousPrincipal: "AWSAccount", rootPrincipal: "Root", userPrincipal: "IAMUser", rolePrincipal: "AssumedRole"}[who.Kind],
		"principalId": who.UserID, "arn": who.ARN, "accountId": who.Account, "accessKeyId": who.AccessKeyID}
	if who.Kind == userPrincipal {
		identity["userName"] = who.Name
	}
	source, agent := "127.0.0.1", c.header("User-Agent")
	if host, _, err := net.SplitHostPort(c.r.RemoteAddr); err == nil {
		source = host
	}
	if u.via != "" {
		source, agent, identity["invokedBy"] = "AWS Internal", "AWS Internal", "AWS Internal"
	}
	request := map[string]any{"keyId": u.key.ARN()}
	if len(u.about) > 0 {
		request["encryptionContext"] = u.about
	}
	if u.spec != "" {
		request["keySpec"] = u.spec
	}
	if u.operation != "GenerateDataKey" {
		request["encryptionAlgorithm"] = "SYMMETRIC_DEFAULT"
	}
	record := map[string]any{"eventVersion": "1.11", "userIdentity": identity, "eventTime": e.at.Format(iamTime), "eventSource": "kms.amazonaws.com",
		"eventName": u.operation, "awsRegion": e.region, "sourceIPAddress": source, "userAgent": agent, "requestParameters": request,
		"responseElements": nil, "requestID": c.requestID, "eventID": e.id, "readOnly": true, "eventType": "AwsApiCall", "managementEvent": true,
		"recipientAccountId": e.account, "eventCategory": "Management",
		"resources": []map[string]string{{"accountId": u.key.Account, "type": "AWS::KMS::Key", "ARN": u.key.ARN()}}}
	if u.err != nil {
		record["errorCode"], record["errorMessage"] = trailError(u.err)
	}
	text, err := json.Marshal(record)
	if err != nil {
		return nil // maps of texts always marshal
	}
	return text
}

func trailError(err error) (code, message string) {
	if refusal, ok := errors.AsType[*kms.Error](err); ok {
		return refusal.Code, refusal.Message
	}
	api := asAPIError(err)
	return api.code, api.message
}

// trailActions are the operations of CloudTrail that the sandbox has.
func trailActions() map[string]func(*call, []byte) (any, error) {
	return map[string]func(*call, []byte) (any, error){"LookupEvents": lookupEvents}
}

type lookupRequest struct {
	LookupAttributes   []struct{ AttributeKey, AttributeValue string }
	StartTime, EndTime float64
	MaxResults         int
	NextToken          string
}

// lookupAttributes are what events can be looked up by, and what an event has there.
var lookupAttributes = map[string]func(trailEvent) string{
	"EventId":      func(e trailEvent) string { return e.id },
	"EventName":    func(e trailEvent) string { return e.name },
	"EventSource":  func(trailEvent) string { return "kms.amazonaws.com" },
	"ReadOnly":     func(trailEvent) string { return "true" },
	"Username":     func(e trailEvent) string { return e.user },
	"ResourceType": func(trailEvent) string { return "AWS::KMS::Key" },
	"ResourceName": func(e trailEvent) string { return e.resource },
	"AccessKeyId":  func(e trailEvent) string { return e.accessKey },
}

func (in *lookupRequest) check() error {
	if len(in.LookupAttributes) > 1 {
		return newError(400, "InvalidLookupAttributesException", "You can only use one lookup attribute at a time.")
	}
	for _, a := range in.LookupAttributes {
		if lookupAttributes[a.AttributeKey] == nil {
			return newError(400, "InvalidLookupAttributesException", "Invalid lookup attribute: "+a.AttributeKey)
		}
	}
	if in.MaxResults == 0 {
		in.MaxResults = 50
	}
	if in.MaxResults < 1 || in.MaxResults > 50 {
		return newError(400, "InvalidMaxResultsException", "The MaxResults must be between 1 and 50.")
	}
	if in.EndTime != 0 && in.EndTime < in.StartTime {
		return newError(400, "InvalidTimeRangeException", "The start time must be before the end time.")
	}
	return nil
}

func (in *lookupRequest) wants(e trailEvent) bool {
	for _, a := range in.LookupAttributes {
		if lookupAttributes[a.AttributeKey](e) != a.AttributeValue {
			return false
		}
	}
	at := float64(e.at.Unix())
	return at >= in.StartTime && (in.EndTime == 0 || at <= in.EndTime)
}

// lookupEvents gives the caller's account's events of a region, newest first.
func lookupEvents(c *call, body []byte) (any, error) {
	in, err := take[lookupRequest](body)
	if err != nil {
		return nil, err
	}
	if err := c.server.hooks.authorize(c, "cloudtrail:LookupEvents", "*"); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	list, next, err := c.server.trail.find(in, func(e trailEvent) bool { return e.account == c.id.who.Account && e.region == c.region() })
	if err != nil {
		return nil, err
	}
	found := make([]map[string]any, 0, len(list))
	for _, e := range list {
		found = append(found, map[string]any{"EventId": e.id, "EventName": e.name, "ReadOnly": "true", "AccessKeyId": e.accessKey, "EventTime": float64(e.at.Unix()),
			"EventSource": "kms.amazonaws.com", "Username": e.user, "CloudTrailEvent": string(e.text),
			"Resources": []map[string]string{{"ResourceType": "AWS::KMS::Key", "ResourceName": e.resource}}})
	}
	out := map[string]any{"Events": found}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

// find gives a page of the events that are the caller's to see. A token says before which event the page begins.
func (t *trail) find(in lookupRequest, visible func(trailEvent) bool) (list []trailEvent, next string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := len(t.events)
	if in.NextToken != "" {
		if from, err = strconv.Atoi(strings.TrimPrefix(in.NextToken, "before-")); err != nil || from < 0 || from > len(t.events) {
			return nil, "", newError(400, "InvalidNextTokenException", "The token is not valid.")
		}
	}
	for i := from - 1; i >= 0; i-- {
		if !visible(t.events[i]) || !in.wants(t.events[i]) {
			continue
		}
		if len(list) == in.MaxResults {
			return list, "before-" + itoa(i+1), nil
		}
		list = append(list, t.events[i])
	}
	return list, "", nil
}
