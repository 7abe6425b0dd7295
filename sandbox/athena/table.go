package athena

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Table is what a CREATE EXTERNAL TABLE statement makes.
type Table struct {
	Database, Name string
	IfNotExists    bool
	Location       string // s3://BUCKET/FOLDER/
	Columns        []string
	Partition      string // a column whose values stand in the keys by Template; "" for none
	Template       string // s3://BUCKET/FOLDER/${day}
	numbers        map[string]bool
	regex          *regexp.Regexp
}

// IsTable reports whether a statement makes a table.
func IsTable(sql string) bool {
	return len(sql) > 6 && strings.EqualFold(strings.TrimSpace(sql)[:6], "create")
}

// ParseTable reads a CREATE EXTERNAL TABLE statement over text files that the Regex SerDe takes apart.
func ParseTable(sql string) (*Table, error) {
	tokens, err := lex(sql, true)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	t := &Table{numbers: map[string]bool{}}
	if !p.words("CREATE", "EXTERNAL", "TABLE") {
		return nil, refuse("only external tables can be made")
	}
	t.IfNotExists = p.words("IF", "NOT", "EXISTS")
	if t.Database, t.Name, err = p.tableName(); err != nil {
		return nil, err
	}
	if t.Columns, err = p.columns(t.numbers); err != nil {
		return nil, err
	}
	if p.words("PARTITIONED", "BY") {
		names, err := p.columns(t.numbers)
		if err != nil {
			return nil, err
		}
		if len(names) != 1 {
			return nil, refuse("one partition column is supported here")
		}
		t.Partition = names[0]
	}
	return t, t.storage(p)
}

// storage reads what a table says of its files.
func (t *Table) storage(p *parser) error {
	if err := t.serde(p); err != nil {
		return err
	}
	if !p.words("STORED", "AS", "INPUTFORMAT") || p.next().text != "org.apache.hadoop.mapred.TextInputFormat" ||
		!p.words("OUTPUTFORMAT") || p.next().kind != str || !p.words("LOCATION") {
		return refuse("text files are read here")
	}
	location := p.next()
	if t.Location = location.text; location.kind != str || !strings.HasPrefix(t.Location, "s3://") || !strings.HasSuffix(t.Location, "/") {
		return refuse("LOCATION is s3://BUCKET/FOLDER/")
	}
	if err := t.projection(p); err != nil {
		return err
	}
	if p.peek().kind != end {
		return refuse("mismatched input %q", p.peek().text)
	}
	return nil
}

func (t *Table) serde(p *parser) error {
	if !p.words("ROW", "FORMAT", "SERDE") || p.next().text != "org.apache.hadoop.hive.serde2.RegexSerDe" || !p.words("WITH", "SERDEPROPERTIES") {
		return refuse("tables are made with the Regex SerDe here")
	}
	with, err := p.properties()
	if err != nil {
		return err
	}
	if t.regex, err = regexp.Compile("^(?:" + with["input.regex"] + ")$"); err != nil || t.regex.NumSubexp() != len(t.Columns) {
		return refuse("input.regex needs a group for each of the %d columns", len(t.Columns))
	}
	return nil
}

// projection reads where the partitions' values stand in the keys.
func (t *Table) projection(p *parser) error {
	all := map[string]string{}
	if p.words("TBLPROPERTIES") {
		var err error
		if all, err = p.properties(); err != nil {
			return err
		}
	}
	if t.Partition == "" {
		return nil
	}
	of := func(name string) string { return all["projection."+t.Partition+"."+name] }
	t.Template = all["storage.location.template"]
	if all["projection.enabled"] != "true" || of("type") != "date" || of("format") != "yyyy/MM/dd" || of("range") == "" || !strings.HasSuffix(t.Template, "${"+t.Partition+"}") {
		return refuse("partitions are projected dates with a range here")
	}
	return nil
}

// Bucket and Folder part the location.
func (t *Table) Bucket() string { return split(t.Location)[0] }

// Folder is what the keys of the table's files begin with.
func (t *Table) Folder() string { return split(t.Location)[1] }

func split(location string) [2]string {
	bucket, folder, _ := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	return [2]string{bucket, folder}
}

// partitionOf gives the value of the partition column for a key; false when the key is in no partition.
func (t *Table) partitionOf(key string) (string, bool) {
	if t.Partition == "" {
		return "", true
	}
	rest, ok := strings.CutPrefix(key, split(strings.TrimSuffix(t.Template, "${"+t.Partition+"}"))[1])
	if !ok || len(rest) < len("2006/01/02/") || rest[10] != '/' {
		return "", false
	}
	_, err := time.Parse("2006/01/02", rest[:10])
	return rest[:10], err == nil
}

// row gives the values of a line: all NULL when the expression doesn't fit it.
func (t *Table) row(line, partition string) map[string]value {
	out := map[string]value{}
	if t.Partition != "" {
		out[t.Partition] = partition
	}
	at := t.regex.FindStringSubmatchIndex(line)
	for i, c := range t.Columns {
		if at == nil || at[2*i+2] < 0 {
			out[c] = nil
			continue
		}
		field := line[at[2*i+2]:at[2*i+3]]
		out[c] = field
		if t.numbers[c] {
			if n, err := strconv.ParseInt(field, 10, 64); err == nil {
				out[c] = n
			} else {
				out[c] = nil
			}
		}
	}
	return out
}

func (t *Table) has(column string) bool {
	return slices.Contains(t.Columns, column) || t.Partition != "" && column == t.Partition
}
