package main

import "testing"

func TestADeletedFileLeadsToWhoDeletedItInTheLogs(t *testing.T) {
	journey(t, setup{width: 120, height: 44}, func(r *rig) {
		r.bucket("invoices-2026")
		r.Press("enter", "2")
		r.until("[2 Versions]")
		r.Press("B")
		r.until("2026/03/INV-202603-1008.pdf", "comes back")
		r.Press("W")
		r.until("DELETE.OBJECT", "retention-", "1 record with key =2026/03/INV-202603-1008.pdf")
	})
}

func TestLogsOfABucketAreSentWhereTheLogServiceMayWriteAndArrive(t *testing.T) {
	journey(t, setup{width: 120, height: 44}, func(r *rig) {
		r.bucket("ledger-archive")
		r.Press("enter", "6")
		r.until("off: nobody writes down")
		r.Press("e")
		r.until("never itself", "in us-east-1, not in eu-west-1")
		r.Press("enter") // access-logs
		r.until("show the plan")
		r.Press("enter")
		r.until("Plan: Send the access logs of ledger-archive to access-logs", "aws:SourceArn")
		r.consent()
		r.until("may write", "partitioned by the day of the requests")
	})
}
