package athena

import (
	"strings"
	"testing"
)

// ddl makes a table as the User Guide does, with a column of its own for each group.
const ddl = `CREATE EXTERNAL TABLE IF NOT EXISTS ` + "`default`.`logs`" + ` (
  who string, ` + "`key`" + ` string, bytes bigint, tls string)
PARTITIONED BY (` + "`day`" + ` string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES ('input.regex'='([^ ]*) \\[(.*?)\\] ([0-9]*|-)(?: ([^ ]*))?.*$')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://logs/it\'s/'
TBLPROPERTIES ('projection.enabled'='true','projection.day.type'='date','projection.day.format'='yyyy/MM/dd','projection.day.range'='2023/11/01,NOW',
 'storage.location.template'='s3://logs/it\'s/${day}')`

var files = []File{
	{"it's/2026/11/01/a", "ann [x] 10 TLSv1.3\nbob [y z] -\nann [x] 5 -\n"},
	{"it's/2026/11/02/b", "cy [it's] 7 TLSv1.2\nno line at all\n"},
	{"it's/2026/11/03/c", "dan [x] 100 TLSv1.3\n"},
	{"it's/elsewhere/d", "eve [x] 1 TLSv1.3\n"},
}

func asked(t *testing.T, sql string) (string, error) {
	t.Helper()
	table, err := ParseTable(ddl)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseQuery(sql)
	if err != nil {
		return "", err
	}
	got, err := q.Run(table, files)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, row := range got.Rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte('|')
			}
			if v == nil {
				b.WriteString("NULL")
			} else {
				b.WriteString(*v)
			}
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func TestQuestionsAreAnswered(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{`SELECT who, count(*) AS n, sum(bytes) AS b FROM "default"."logs" WHERE day BETWEEN '2026/11/01' AND '2026/11/02' GROUP BY 1 ORDER BY 2 DESC LIMIT 10`,
			"ann|2|15\nbob|1|NULL\ncy|1|7\nNULL|1|NULL\n"},
		{`select who from default.logs where tls = '-' or "key" = 'it''s'`, "ann\ncy\n"},
		{`SELECT who FROM "default"."logs" WHERE tls <> '-' AND who NOT LIKE 'd%'`, "ann\ncy\n"}, // NULL is neither
		{`SELECT who FROM "default"."logs" WHERE who LIKE '%n' AND bytes > bytes`, ""},
		{`SELECT "key" FROM "default"."logs" WHERE "key" IN ('y z', 'x') ORDER BY "key" DESC LIMIT 2`, "y z\nx\n"},
	} {
		if got, err := asked(t, c.sql); err != nil || got != c.want {
			t.Errorf("%s\n%q, want %q (%v)", c.sql, got, c.want, err)
		}
	}
}

func TestFilesOfOtherDaysAreNotRead(t *testing.T) {
	table, err := ParseTable(ddl)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseQuery(`SELECT who FROM "default"."logs" WHERE day = '2026/11/03' AND tls = 'TLSv1.3'`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := q.Run(table, files)
	if err != nil || len(got.Rows) != 1 || got.Scanned != int64(len(files[2].Text)) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestFreeSQLIsRefusedWithASentence(t *testing.T) {
	for _, sql := range []string{
		"SELECT * FROM \"default\".\"logs\"", "SELECT who FROM logs", "DROP TABLE logs", "SELECT a.who FROM \"default\".\"logs\" a JOIN x", "SELECT who FROM \"default\".\"logs\" WHERE lower(who) = 'a'",
		"SELECT who FROM \"default\".\"logs\"; DELETE", "SELECT who FROM \"default\".\"logs\" WHERE who = 'a", "SELECT who FROM \"default\".\"logs\" LIMIT x", "SELECT who FROM \"default\".\"logs\" WHERE who LIKE 'a_'", "",
	} {
		if got, err := asked(t, sql); err == nil || !strings.Contains(err.Error(), "The sandbox's Athena runs a SELECT over one table") {
			t.Errorf("%q: %q %v", sql, got, err)
		}
	}
	for sql, want := range map[string]string{
		`SELECT nobody FROM "default"."logs"`:                   "COLUMN_NOT_FOUND",
		`SELECT who, count(*) FROM "default"."logs" GROUP BY 2`: "EXPRESSION_NOT_AGGREGATE",
		`SELECT who FROM "default"."logs" WHERE bytes = 'a'`:    "TYPE_MISMATCH",
	} {
		if _, err := asked(t, sql); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestTablesThatCantBeReadAreRefused(t *testing.T) {
	for _, change := range [][2]string{
		{"EXTERNAL ", ""}, {"RegexSerDe'", "OpenCSVSerde'"}, {`\\[(.*?)\\] `, ""}, {"TextInputFormat", "OrcInputFormat"}, {"it\\'s/'\nTBL", "it\\'s'\nTBL"},
		{"'projection.enabled'='true'", "'projection.enabled'='false'"}, {"bytes bigint", "bytes int"}, {"`default`.", ""}, {"${day}", "${month}"},
	} {
		sql := strings.Replace(ddl, change[0], change[1], 1)
		if sql == ddl {
			t.Fatalf("%q is not in the statement", change[0])
		}
		if _, err := ParseTable(sql); err == nil {
			t.Errorf("taken without %q", change[0])
		}
	}
}

func FuzzStatements(f *testing.F) {
	f.Add(ddl)
	f.Add(`SELECT who, count(*) AS n FROM "default"."logs" WHERE (a LIKE '%x' OR b <> 'c') AND d IN ('e') GROUP BY 1 ORDER BY 2 DESC LIMIT 10`)
	f.Fuzz(func(t *testing.T, sql string) {
		table, err := ParseTable(ddl)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = ParseTable(sql)
		if q, err := ParseQuery(sql); err == nil {
			_, _ = q.Run(table, files)
		}
	})
}
