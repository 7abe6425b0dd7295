package sandbox

import (
	"fmt"
	"strings"
)

// The buckets of the demo that show versions: kept, deleted, guarded by codes, suspended, locked.

func versioned(b *bucket) { b.versioning = versioningEnabled }

// invoices is a versioned bucket with months, corrected summaries and deleted files.
func (d *seeder) invoices() error {
	b, err := d.bucket("invoices-2026", demoHome, 330, func(b *bucket) {
		versioned(b)
		b.tags = []tag{{"team", "finance"}, {"data-class", "confidential"}, {"cost-centre", "4711"}}
		b.settings["logging"] = logTo("access-logs", "invoices-2026/", nil)
	})
	if err != nil {
		return err
	}
	for month := 1; month <= 10; month++ {
		days := (11 - month) * 30
		for n := range 9 + month%4 {
			key := fmt.Sprintf("2026/%02d/INV-2026%02d-%04d.pdf", month, month, 1001+n*7)
			d.put(b, key, d.size(int64(38_400+1_733*((month*31+n*17)%40))), d.ago(days-n, 8+n%9, (n*13)%60), nil)
		}
		summary := fmt.Sprintf("2026/%02d/summary.csv", month)
		for revision := range 2 + month%4 {
			at := d.ago(days-10-revision, 17, 5+revision)
			if month == 6 { // a job wrote them all within one second: time can't tell their order
				at = d.ago(days-10, 17, 5)
			}
			d.put(b, summary, d.text(summaryCSV(month, revision)), at, nil)
		}
	}
	for i, key := range []string{"2026/03/INV-202603-1008.pdf", "2026/03/INV-202603-1015.pdf", "2026/05/summary.csv", "2026/08/INV-202608-1001.pdf"} {
		d.remove(b, key, d.ago(9-2*i, 18, 41))
	}
	d.put(b, "2026/03/notes.txt", d.text("Credit note for 1008 sent by post.\n"), d.ago(60, 11, 2), nil)
	d.remove(b, "2026/03/notes.txt", d.ago(40, 11, 3))
	d.put(b, "2026/03/notes.txt", d.text("Credit note for 1008 sent by post and by mail.\n"), d.ago(30, 9, 30), nil)
	d.remove(b, "2026/03/notes.txt", d.ago(4, 16, 20))
	d.put(b, "README.txt", d.text("One folder a month. Summaries are corrected until the books close.\n"), d.ago(329, 9, 40), nil)
	return nil
}

func summaryCSV(month, revision int) string {
	var b strings.Builder
	b.WriteString("invoice,customer,net,vat\n")
	for n := range 9 + month%4 {
		net := 1200 + (month*331+n*97)%4000 + revision*(n%3)
		fmt.Fprintf(&b, "INV-2026%02d-%04d,C%04d,%d.00,%d.%02d\n", month, 1001+n*7, 200+n*11, net, net*19/100, net*19%100)
	}
	return b.String()
}

// ledger is the bucket with MFA delete: more noncurrent versions under one prefix than two batches hold.
func (d *seeder) ledger() error {
	b, err := d.bucket("ledger-archive", demoHome, 1400, func(b *bucket) {
		versioned(b)
		b.mfaDelete = "Enabled"
		b.tags = []tag{{"team", "finance"}, {"retention", "10y"}}
	})
	if err != nil {
		return err
	}
	for file := range 300 {
		key := fmt.Sprintf("2019/journal-%04d.csv", file+1)
		for revision := range 9 {
			d.put(b, key, d.size(int64(2_000+37*((file+revision)%60))), d.ago(1390-file-revision, 4, revision*5), nil)
		}
		if file%5 != 0 {
			d.remove(b, key, d.ago(200-file%90, 5, file%60))
		}
	}
	for month := 1; month <= 10; month++ {
		key := fmt.Sprintf("2026/ledger-%02d.parquet", month)
		d.put(b, key, d.size(int64(310_000+month%3*4_321)), d.ago((11-month)*30, 2, 30), nil)
	}
	return nil
}

// drafts is suspended: its older versions live on, its null versions are overwritten.
func (d *seeder) drafts() error {
	b, err := d.bucket("media-drafts", demoOther, 500, versioned)
	if err != nil {
		return err
	}
	for i := range 12 {
		key := fmt.Sprintf("storyboards/scene-%02d.png", i+1)
		for revision := range 3 {
			d.put(b, key, d.size(int64(180_000+2_711*(i%4))), d.ago(400-20*revision-i, 10, revision), nil)
		}
	}
	b.mu.Lock()
	b.versioning = versioningSuspended
	b.mu.Unlock()
	for i := range 7 {
		d.put(b, fmt.Sprintf("storyboards/scene-%02d.png", i+1), d.size(int64(190_000+2_711*(i%4))), d.ago(60-i, 15, 10), nil)
	}
	d.remove(b, "storyboards/scene-03.png", d.ago(20, 9, 0))
	d.remove(b, "storyboards/scene-11.png", d.ago(19, 9, 0))
	d.put(b, "rough-cut.mp4", d.size(1_250_000), d.ago(45, 12, 0), nil)
	return nil
}

// contracts has Object Lock: retained, retained for good until a day, on hold, and free again.
func (d *seeder) contracts() error {
	days := 30
	b, err := d.bucket("contracts-worm", demoHome, 700, func(b *bucket) {
		versioned(b)
		b.lockEnabled = true
		b.settings["object-lock"] = &lockConfiguration{XMLName: named("ObjectLockConfiguration"), Enabled: "Enabled",
			Rule: &lockRule{Default: &lockDefault{Mode: "GOVERNANCE", Days: &days}}}
	})
	if err != nil {
		return err
	}
	locks := []lockState{
		{mode: "GOVERNANCE", until: d.ago(-21, 0, 0)}, {mode: "COMPLIANCE", until: d.ago(-3650, 0, 0)},
		{hold: "ON"}, {mode: "GOVERNANCE", until: d.ago(100, 0, 0), hold: "OFF"},
		{mode: "COMPLIANCE", until: d.ago(-400, 0, 0), hold: "ON"}, {},
	}
	for i := range 24 {
		key := fmt.Sprintf("signed/%s-%03d.pdf", []string{"nda", "lease", "supply", "employment"}[i%4], i+1)
		d.put(b, key, d.size(int64(90_000+3_003*(i%7))), d.ago(600-i*20, 14, i), func(a *attributes) { a.lock = locks[i%len(locks)] })
	}
	d.remove(b, "signed/nda-001.pdf", d.ago(3, 8, 8))
	d.remove(b, "signed/nda-001.pdf", d.ago(2, 8, 8)) // a second marker on top of the first
	return nil
}
