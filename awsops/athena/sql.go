package athena

import (
	"fmt"
	"strings"
	"time"
)

// Quote makes s a string of Trino's SQL, which knows one way out of a string: its quote, written twice.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// name makes s a name of Trino's SQL.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// hive makes s a string of Hive's language, in which tables are made: there the backslash counts, too.
func hive(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// hiveName makes s a name of Hive's language.
func hiveName(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }

// columns are those of AWS's table for access logs, with that of the 27th field.
var columns = strings.Fields(`bucketowner bucket_name requestdatetime remoteip requester requestid operation key request_uri httpstatus errorcode
	bytessent objectsize totaltime turnaroundtime referrer useragent versionid hostid sigv ciphersuite authtype endpoint tlsversion
	accesspointarn aclrequired sourceregion`)

// pattern takes a line of 18 to 27 fields apart. Source: Amazon S3 User Guide, "Using Amazon Athena to query access logs".
const pattern = `([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ` +
	`("[^"]*"|-) ("[^"]*"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?(?: ([^ ]*))?.*$`

// firstDay is where the partitions of a projection begin: no bucket of this table's kind had partitioned keys before
// ("Amazon S3 server access logging now supports automatic date-based partitioning", November 2023).
const firstDay = "2023/11/01"

// CreateTable is the statement that makes the table over the files of a place, unless it is there.
func CreateTable(database string, p Place) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE EXTERNAL TABLE IF NOT EXISTS %s.%s (\n", hiveName(database), hiveName(p.Table()))
	for i, c := range columns {
		kind := "string"
		if c == "bytessent" || c == "objectsize" {
			kind = "bigint"
		}
		comma := ","
		if i == len(columns)-1 {
			comma = ")"
		}
		fmt.Fprintf(&b, "  %s %s%s\n", hiveName(c), kind, comma)
	}
	if p.Partitioned {
		b.WriteString("PARTITIONED BY (`day` string)\n")
	}
	b.WriteString("ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'\n" +
		"WITH SERDEPROPERTIES ('input.regex'=" + hive(pattern) + ")\n" +
		"STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'\n" +
		"OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n" +
		"LOCATION " + hive(p.Location()))
	if p.Partitioned {
		b.WriteString("\nTBLPROPERTIES ('projection.enabled'='true','projection.day.type'='date','projection.day.format'='yyyy/MM/dd'," +
			"'projection.day.range'='" + firstDay + ",NOW+2DAYS','projection.day.interval'='1','projection.day.interval.unit'='DAYS'," +
			"'storage.location.template'=" + hive(p.Location()+"${day}") + ")")
	}
	return b.String()
}

// Question is one of the questions that are asked of every log.
type Question struct {
	ID, Title string
	Keyed     bool // it can be asked about one key
	Columns   []string
	where     []string
	list      bool // single records, the latest first, in place of groups
}

const deletions = "(operation LIKE '%DELETE%' OR operation LIKE 'S3.EXPIRE%')"

// notItself leaves out what S3 did itself, such as expiring objects.
const notItself = "operation NOT LIKE 'S3.%'"

var questions = []Question{
	{ID: "deleted", Title: "who deleted", Keyed: true, list: true, where: []string{deletions},
		Columns: []string{"requestdatetime", "requester", "remoteip", "operation", "key", "versionid", "httpstatus", "useragent"}},
	{ID: "requesters", Title: "top requesters", Columns: []string{"requester"}},
	{ID: "errors", Title: "errors", Columns: []string{"httpstatus", "errorcode", "operation", "requester"}, where: []string{"(httpstatus LIKE '4%' OR httpstatus LIKE '5%')"}},
	{ID: "denied", Title: "denied requests", Columns: []string{"requester", "operation", "errorcode"}, where: []string{"httpstatus = '403'"}},
	{ID: "anonymous", Title: "requests that nobody signed", Columns: []string{"remoteip", "operation", "useragent"}, where: []string{"requester = '-'", notItself}},
	{ID: "plain", Title: "requests without TLS", Columns: []string{"requester", "useragent", "remoteip"}, where: []string{"tlsversion = '-'", notItself}},
	{ID: "versions", Title: "versions deleted for good", list: true, where: []string{deletions, "versionid <> '-'", "httpstatus LIKE '2%'"},
		Columns: []string{"requestdatetime", "requester", "remoteip", "operation", "key", "versionid"}},
}

// Questions lists them.
func Questions() []Question { return append([]Question(nil), questions...) }

// Find gives the question with an id.
func Find(id string) (Question, bool) {
	for _, q := range questions {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}

// Range is what a question is asked about.
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Key  string    `json:"key,omitempty"` // one key, for a question that takes it
}

// mostRows bounds what a question gives.
const mostRows = 1000

const (
	receivedAt = "parse_datetime(requestdatetime, 'dd/MMM/yyyy:HH:mm:ss Z')"
	moment     = "2006-01-02T15:04:05Z"
)

// SQL writes a question about a place.
func (q Question) SQL(database string, p Place, r Range) string {
	what := strings.Join(q.Columns, ", ")
	if !q.list {
		what += ", count(*) AS requests, sum(bytessent) AS bytes"
	}
	where := []string{"bucket_name = " + Quote(p.Source)}
	if p.Partitioned {
		first, last := p.Days(r.From, r.To)
		where = append(where, "day BETWEEN "+Quote(first)+" AND "+Quote(last))
	}
	where = append(where, receivedAt+" >= from_iso8601_timestamp("+Quote(r.From.UTC().Format(moment))+")",
		receivedAt+" < from_iso8601_timestamp("+Quote(r.To.UTC().Format(moment))+")")
	where = append(where, q.where...)
	if q.Keyed && r.Key != "" {
		var keys []string
		for _, k := range encodings(r.Key) {
			keys = append(keys, Quote(k))
		}
		where = append(where, "key IN ("+strings.Join(keys, ", ")+")")
	}
	out := "SELECT " + what + "\nFROM " + name(database) + "." + name(p.Table()) + "\nWHERE " + strings.Join(where, "\n  AND ")
	if q.list {
		return fmt.Sprintf("%s\nORDER BY %s DESC\nLIMIT %d", out, receivedAt, mostRows)
	}
	var by []string
	for i := range q.Columns {
		by = append(by, fmt.Sprint(i+1))
	}
	return fmt.Sprintf("%s\nGROUP BY %s\nORDER BY %d DESC\nLIMIT %d", out, strings.Join(by, ", "), len(q.Columns)+1, mostRows)
}

// encodings are the ways in which records may name a key: as it is, and percent-encoded once and, as S3 does now, twice.
func encodings(key string) []string {
	once := encode(key)
	twice := encode(once)
	out := []string{key}
	for _, e := range []string{once, twice} {
		if e != out[len(out)-1] {
			out = append(out, e)
		}
	}
	return out
}

// encode percent-encodes all but the unreserved characters and the slash.
func encode(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}
