package sandbox

import (
	"crypto/md5" //nolint:gosec // the fingerprint that S3 demands of a customer's key
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"cooper/sandbox/kms"
)

// The buckets of the demo that show encryption, the keys behind them, and who used those.

// DemoCustomerKey is the key (SSE-C) of the objects below vendor/ in the demo's legacy-imports: 32 bytes of text, so that
// it can be typed and put into a file. Its base64 form is Y29vcGVyLWRlbW8tY3VzdG9tZXItdG9wLXNlY3JldC0=.
const DemoCustomerKey = "cooper-demo-customer-top-secret-"

// keys enters the account's KMS keys beyond those that every region has.
func (d *seeder) keys() error {
	for _, k := range []KMSKey{
		{ID: "2c1f0b7a-93d4-4e6f-8a55-0d7b6c9e4f10", Region: demoHome, Alias: "alias/payments", Description: "Card payments"},
		{ID: "5e8a4d3b-1c27-4f90-b6e2-7a9d0c8f3b21", Region: demoHome, Alias: "alias/old-imports", Description: "Imports until 2024", State: kms.Disabled},
		{ID: "9b7c6d5e-4f3a-4b2c-8d1e-0f9a8b7c6d54", Region: demoHome, Alias: "alias/release-signing", Description: "Signs releases", Usage: "SIGN_VERIFY", Spec: "ECC_NIST_P256"},
		{ID: doomedKeyID, Region: demoOther, Alias: "alias/retired-archive", Description: "Archive of the old shop", State: kms.PendingDeletion, Deleted: d.today.AddDate(0, 0, 9).Add(8 * time.Hour)},
		{ID: "4d2e1f0a-6b5c-4c3d-9e8f-7a6b5c4d3e32", Region: demoHome, Account: OtherAccount, Alias: "alias/partner-handover", Description: "Handover to partners",
			Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + OtherAccount + `:root"},"Action":"kms:*","Resource":"*"},` +
				`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + d.s.account + `:root"},"Action":["kms:DescribeKey","kms:GenerateDataKey","kms:Decrypt"],"Resource":"*"}]}`},
	} {
		d.s.AddKMSKey(k)
	}
	return nil
}

const doomedKeyID = "e1d2c3b4-a596-4877-8695-a4b3c2d1e0f9"

// payments encrypts in two layers, and its policy lets nothing else in.
func (d *seeder) payments() error {
	key := "arn:aws:kms:" + demoHome + ":" + d.s.account + ":key/2c1f0b7a-93d4-4e6f-8a55-0d7b6c9e4f10"
	b, err := d.bucket("payments-2026", demoHome, 320, func(b *bucket) {
		versioned(b)
		b.encryption = sseState{algorithm: "aws:kms:dsse", keyID: key}
		b.tags = []tag{{"team", "payments"}, {"data-class", "card"}}
	})
	if err != nil {
		return err
	}
	for i := range 24 {
		d.put(b, fmt.Sprintf("settlements/%s.csv", d.ago(12*i+2, 0, 0).Format("2006-01-02")), d.size(int64(18_000+i*977)), d.ago(12*i+2, 23, 40), nil)
	}
	return d.policy(b, `{"Version":"2012-10-17","Statement":[`+
		`{"Sid":"CooperDenyInsecureTransport","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::payments-2026","arn:aws:s3:::payments-2026/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},`+
		`{"Sid":"CooperDenyOtherSse","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::payments-2026/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"false"},"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms:dsse"}}},`+
		`{"Sid":"OnlyOurKey","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::payments-2026/*","Condition":{"Null":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"false"},"ArnNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"`+key+`"}}}]}`)
}

// mixed holds objects of every kind of encryption, one of them under a key that is disabled.
func (d *seeder) mixed() error {
	b, err := d.bucket("legacy-imports", demoHome, 1300, func(b *bucket) { b.blockSSEC = false })
	if err != nil {
		return err
	}
	mine := DemoKMSKey(d.s.account, demoHome)
	managed := "arn:aws:kms:" + demoHome + ":" + d.s.account + ":key/" + managedKeyID(d.s.account, demoHome)
	off := "arn:aws:kms:" + demoHome + ":" + d.s.account + ":key/5e8a4d3b-1c27-4f90-b6e2-7a9d0c8f3b21"
	for i, k := range []struct {
		key string
		sse sseState
	}{
		{"orders/2023-01.csv", sseState{algorithm: "AES256"}}, {"orders/2023-02.csv", sseState{algorithm: "AES256"}}, {"orders/2023-03.csv", sseState{algorithm: "AES256"}},
		{"crm/accounts.parquet", sseState{algorithm: "aws:kms", keyID: mine, bucketKey: true}}, {"crm/contacts.parquet", sseState{algorithm: "aws:kms", keyID: mine, bucketKey: true}},
		{"crm/notes.parquet", sseState{algorithm: "aws:kms", keyID: mine}},
		{"mail/2024.mbox", sseState{algorithm: "aws:kms", keyID: managed}}, {"mail/2025.mbox", sseState{algorithm: "aws:kms", keyID: managed}},
		{"audit/ledger.json", sseState{algorithm: "aws:kms:dsse", keyID: mine}},
		{"imports/2022.csv", sseState{algorithm: "aws:kms", keyID: off}}, {"imports/2023.csv", sseState{algorithm: "aws:kms", keyID: off}},
	} {
		d.put(b, k.key, d.size(int64(6_400+i*3_313)), d.ago(1200-90*i, 11, i), func(a *attributes) { a.sse = k.sse })
	}
	raw := []byte(DemoCustomerKey)
	sum := md5.Sum(raw) //nolint:gosec // see the import
	for i, name := range []string{"vendor/prices-q1.csv", "vendor/prices-q2.csv", "vendor/contract.pdf"} {
		c, err := seal(raw, d.text(fmt.Sprintf("%s, sealed by the vendor\n", name)), d.s.newSealNumber())
		if err != nil {
			return err
		}
		d.put(b, name, c, d.ago(400-60*i, 15, i), func(a *attributes) { a.sse = sseState{customerMD5: base64.StdEncoding.EncodeToString(sum[:])} })
	}
	return d.sealed(b)
}

// doomed encrypts with a key that is pending deletion: nothing in it can be read, and soon for good.
func (d *seeder) doomed() error {
	key := "arn:aws:kms:" + demoOther + ":" + d.s.account + ":key/" + doomedKeyID
	b, err := d.bucket("retired-archive", demoOther, 900, func(b *bucket) {
		b.encryption = sseState{algorithm: "aws:kms", keyID: key, bucketKey: true}
	})
	if err != nil {
		return err
	}
	for i := range 12 {
		d.put(b, fmt.Sprintf("shop/20%02d-%02d.tar.gz", 23+i/12, 1+i), d.size(int64(410_000+i*7_919)), d.ago(800-i*30, 2, 30), nil)
	}
	return nil
}

// keyUses gives CloudTrail's history two weeks of the demo's keys at work.
func (d *seeder) keyUses() error {
	analyst := &principal{Kind: userPrincipal, Account: d.s.account, Name: "analyst", ARN: "arn:aws:iam::" + d.s.account + ":user/analyst", UserID: "AIDA" + derived(17, "analyst"), AccessKeyID: "AKIA" + derived(16, "analyst")}
	export := &principal{Kind: rolePrincipal, Account: d.s.account, Name: "exporter", ARN: "arn:aws:sts::" + d.s.account + ":assumed-role/exporter/weekly", UserID: "AROA" + derived(17, "exporter") + ":weekly", AccessKeyID: "ASIA" + derived(16, "exporter")}
	intern := &principal{Kind: userPrincipal, Account: d.s.account, Name: "intern", ARN: "arn:aws:iam::" + d.s.account + ":user/intern", UserID: "AIDA" + derived(17, "intern"), AccessKeyID: "AKIA" + derived(16, "intern")}
	use := func(at time.Time, who *principal, operation, key, region, object string, refused error) {
		k, err := d.s.kms.Find(key, region, d.s.account)
		if err != nil {
			return
		}
		r := &http.Request{Header: http.Header{"User-Agent": {"aws-cli/2.31.2"}}, RemoteAddr: "198.51.100.23:40112"}
		c := &call{server: d.s, r: r, id: identity{who: who}, requestID: derived(16, operation, object, at.String()), now: at}
		c.recordS3KeyUse(operation, k, sseState{keyID: k.ARN()}, kms.Context{"aws:s3:arn": object}, refused)
	}
	denied := errAccessDenied("User: " + intern.ARN + " is not authorized to perform: kms:Decrypt on this resource because no identity-based policy allows the kms:Decrypt action")
	for day := 14; day >= 1; day-- {
		use(d.ago(day, 1, 2), export, "GenerateDataKey", demoKeyID, demoOther, "arn:aws:s3:::customer-exports", nil)
		use(d.ago(day, 1, 7), export, "GenerateDataKey", demoKeyID, demoOther, "arn:aws:s3:::customer-exports", nil)
		for n := range 3 {
			use(d.ago(day, 8+n, 11*n), analyst, "Decrypt", demoKeyID, demoOther, "arn:aws:s3:::customer-exports", nil)
		}
		if day%5 == 2 {
			use(d.ago(day, 16, 40), intern, "Decrypt", demoKeyID, demoOther, "arn:aws:s3:::customer-exports", denied)
		}
		use(d.ago(day, 19, 3), analyst, "Decrypt", doomedKeyID, demoOther, "arn:aws:s3:::retired-archive", &kms.Error{Code: "KMSInvalidStateException",
			Message: "arn:aws:kms:" + demoOther + ":" + d.s.account + ":key/" + doomedKeyID + " is pending deletion."})
		use(d.ago(day, 23, 40), export, "GenerateDataKey", "alias/payments", demoHome, "arn:aws:s3:::payments-2026/settlements/"+d.ago(day, 0, 0).Format("2006-01-02")+".csv", nil)
	}
	return nil
}
