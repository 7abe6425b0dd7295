package conformance

import (
	"testing"

	"cooper/awsops/cors"
	"cooper/awsops/corsplan"
)

// hardCORS is a rule whose text a shell and JSON each read in their own way.
var hardCORS = cors.Rule{ID: "it's \"$HOME\"", AllowedOrigins: []string{"https://*.example.com", "http://localhost:3000"}, AllowedMethods: []string{"GET", "PUT"},
	AllowedHeaders: []string{"x-amz-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: new(int32)}

func hasCORS(t *testing.T, w *world) []string {
	t.Helper()
	if err := w.setCORS(t, bucketName, []cors.Rule{corsRule("old", "*", "GET", "")}); err != nil {
		t.Fatal(err)
	}
	return nil
}

var corsScripts = []script{
	{name: "replace CORS rules", planner: "corsplan.PlanPut", prepare: having("", hasCORS),
		plan: asks(corsplan.PlanPut, fixed(corsplan.PutSpec{Bucket: bucketName, Rules: []cors.Rule{hardCORS}})),
		want: calls(s3api("put-bucket-cors", "--cors-configuration", `{"CORSRules":[{"ID":"it's \"$HOME\"","AllowedOrigins":["https://*.example.com","http://localhost:3000"],`+
			`"AllowedMethods":["GET","PUT"],"AllowedHeaders":["x-amz-*"],"ExposeHeaders":["ETag"],"MaxAgeSeconds":0}]}`))},
	{name: "remove CORS rules", planner: "corsplan.PlanRemove", prepare: having("", hasCORS),
		plan: asks(corsplan.PlanRemove, fixed(corsplan.RemoveSpec{Bucket: bucketName})), want: calls(s3api("delete-bucket-cors"))},
}
