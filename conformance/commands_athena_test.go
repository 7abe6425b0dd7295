package conformance

import (
	"testing"

	"cooper/awsops/athena"
	"cooper/sandbox"
)

// loggedPlace is where the logs of the scripts lie, with a prefix that a shell and two dialects of SQL read in their own way.
var loggedPlace = athena.Place{Source: bucketName, Target: bucketName, Prefix: "it's \"here\" `x`/", Partitioned: true, Account: sandbox.DefaultAccount, Region: "eu-west-1"}

func hasLogs(t *testing.T, w *world) []string {
	t.Helper()
	w.putLogs(t, loggedPlace)
	return nil
}

var scriptQuery = athena.QuerySpec{Place: loggedPlace, Question: "deleted", Range: athena.Range{From: secondOfFebruary.From, To: secondOfFebruary.To, Key: "it's gone.txt"},
	Database: "default", WorkGroup: "primary", Output: "s3://" + bucketName + "/results/"}

var athenaScripts = []script{
	{name: "ask Athena", planner: "athena.PlanQuery", prepare: having("", hasLogs), plan: asks(athena.PlanQuery, fixed(scriptQuery)),
		want: func([]string, string) [][]string {
			q, _ := athena.Find("deleted")
			var out [][]string
			for _, sql := range []string{athena.CreateTable("default", loggedPlace), q.SQL("default", loggedPlace, scriptQuery.Range)} {
				out = append(out, []string{"athena", "start-query-execution", "--query-string", sql, "--work-group", "primary",
					"--query-execution-context", "Database=default", "--result-configuration", "OutputLocation=s3://" + bucketName + "/results/"})
			}
			return out
		}},
}
