package conformance

import (
	"testing"

	"cooper/awsops/logging"
)

// logsBucket is the target of the scripts' access logs.
const logsBucket = "ledger-logs"

func hasTarget(t *testing.T, w *world) []string {
	t.Helper()
	w.named(t, logsBucket, "")
	return nil
}

func isLogged(t *testing.T, w *world) []string {
	t.Helper()
	hasTarget(t, w)
	w.setLogging(t, bucketName, logsBucket)
	return nil
}

var loggingScripts = []script{
	{name: "send access logs, keys by day", planner: "logging.PlanPut", prepare: having("", hasTarget),
		member: "TargetObjectKeyFormat", since: "November 2023", alone: true,
		plan: asks(logging.PlanPut, fixed(logging.PutSpec{Bucket: bucketName, Target: logsBucket, Prefix: "it's \"$HOME\"/", Keys: logging.ByEvent})),
		want: calls([]string{"s3api", "put-bucket-policy", "--bucket", logsBucket, "--policy", `{"Version":"2012-10-17","Statement":[` +
			logging.Statement("aws", logsBucket, "it's \"$HOME\"/", bucketName, "111122223333") + `]}`},
			s3api("put-bucket-logging", "--bucket-logging-status", `{"LoggingEnabled":{"TargetBucket":"ledger-logs","TargetPrefix":"it's \"$HOME\"/",`+
				`"TargetObjectKeyFormat":{"PartitionedPrefix":{"PartitionDateSource":"EventTime"}}}}`))},
	{name: "send access logs, simple keys", planner: "logging.PlanPut", prepare: having("", hasTarget),
		plan: asks(logging.PlanPut, fixed(logging.PutSpec{Bucket: bucketName, Target: logsBucket, Keys: logging.Simple})),
		want: calls([]string{"s3api", "put-bucket-policy", "--bucket", logsBucket, "--policy", `{"Version":"2012-10-17","Statement":[` +
			logging.Statement("aws", logsBucket, "", bucketName, "111122223333") + `]}`},
			s3api("put-bucket-logging", "--bucket-logging-status", `{"LoggingEnabled":{"TargetBucket":"ledger-logs","TargetPrefix":""}}`))},
	{name: "send access logs, a prefix that a shell reads in its own way", planner: "logging.PlanPut", prepare: having("", hasTarget),
		plan: asks(logging.PlanPut, fixed(logging.PutSpec{Bucket: bucketName, Target: logsBucket, Prefix: "it's \"$HOME\"/", Keys: logging.Simple})),
		want: calls([]string{"s3api", "put-bucket-policy", "--bucket", logsBucket, "--policy", `{"Version":"2012-10-17","Statement":[` +
			logging.Statement("aws", logsBucket, "it's \"$HOME\"/", bucketName, "111122223333") + `]}`},
			s3api("put-bucket-logging", "--bucket-logging-status", `{"LoggingEnabled":{"TargetBucket":"ledger-logs","TargetPrefix":"it's \"$HOME\"/"}}`))},
	{name: "keep no more access logs", planner: "logging.PlanOff", prepare: having("", isLogged),
		plan: asks(logging.PlanOff, fixed(logging.OffSpec{Bucket: bucketName})), want: calls(s3api("put-bucket-logging", "--bucket-logging-status", "{}"))},
}
