package main

import "testing"

func TestFromTheBucketsToTheObjectsToTheVersionsAndBack(t *testing.T) {
	journey(t, setup{width: 120, height: 40}, func(r *rig) {
		r.until("root ⚠", "access-logs", "PUBLIC")
		r.bucket("invoices-2026")
		r.Press("enter")
		r.until("README.txt")
		r.selectRow("2026/")
		r.Press("enter")
		r.until("03/")
		r.selectRow("03/")
		r.Press("enter")
		r.until("summary.csv")
		r.selectRow("summary.csv")
		r.Press("i")
		r.until("text/csv", "SSE-S3", "469 B")
		r.Sleep(quiet)
		r.Press("esc", "t")
		r.until("5 versions · 0 delete markers")
		r.Press("esc", "esc", "esc")
		r.until("README.txt")
		r.Press("2")
		r.until("112 current", "31 noncurrent", "6 delete markers")
		r.Press("9")
		r.until("arn:aws:s3:::invoices-2026", "cost-centre")
		r.Press("1")
		r.until("README.txt")
		r.Press("esc")
		r.until("fresh-start")
		if sent := r.wire.sent(); len(sent) != 0 {
			t.Errorf("looking around sent %v", sent)
		}
	})
}
