package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"cooper/awsops"
	"cooper/awsops/reencrypt"
	"cooper/awsops/sse"
)

// reencryptScripts encrypt anew. The AWS CLI of Debian 12 has no update-object-encryption, which is of January 2026: what
// is changed in place is proven on the sandbox alone.
var reencryptScripts = []script{
	{name: "encrypt anew by copying", planner: "reencrypt.Plan", prepare: having("", puts("it's", "b c")),
		plan: asks(reencrypt.Plan, fixed(reencrypt.Spec{Scope: reencrypt.Scope{Bucket: bucketName}, To: sse.Choice{Kind: sse.DSSE, KeyID: twinKey}})),
		want: calls(anew("b c", "content 1"), anew("it's", "content 0"))},
}

func anew(key, body string) []string {
	return s3api("copy-object", "--key", key, "--copy-source", bucketName+"/"+key, "--server-side-encryption", "aws:kms:dsse", "--ssekms-key-id", twinKey,
		"--copy-source-if-match", etagOf(body))
}

func TestTheAWSCLIReadsWhatCooperEncryptsAndTheReverse(t *testing.T) {
	path := os.Getenv("COOPER_AWSCLI")
	if path == "" {
		t.Log("COOPER_AWSCLI names no AWS CLI: nothing to read with")
		return
	}
	tw := openTwin(t, true)
	w := tw.a
	w.named(t, bucketName, "")
	w.allowSSEC(t, bucketName)
	key := customerKey(t, 'k')
	keyFile := filepath.Join(tw.dir, "it's a key")
	if err := key.Save(keyFile); err != nil {
		t.Fatal(err)
	}
	own := sse.Choice{Kind: sse.Customer, Fingerprint: w.session.Keys().Add(key, keyFile, bucketName)}
	cli := client{path: path, tw: tw}
	for name, c := range map[string]sse.Choice{"own": own, "kms": {Kind: sse.KMS, KeyID: twinKey, BucketKey: true}} {
		body := noise(9 << 20) // in parts, by both
		w.sealed(t, bucketName, name, body, c)
		target := awsops.Target{Region: "eu-west-1", Endpoint: tw.endA, CABundle: filepath.Join(tw.dir, "ca.pem")}
		run := func(line *awsops.CommandLine, options []sse.Option) {
			t.Helper()
			for _, o := range options {
				if o.Value == "" {
					line.Switch(o.Name)
				} else {
					line.Flag(o.Name, o.Value)
				}
			}
			if out, err := cli.run(t.Context(), line.String()); err != nil {
				t.Fatalf("%s: %v %s", name, err, out)
			}
		}
		down, back := filepath.Join(tw.dir, name+" down"), fmt.Sprintf("%s-back", name)
		run(awsops.Command(target, "s3api", "get-object").Flag("--bucket", bucketName).Flag("--key", name).Arg(down), c.ReadOptions(keyFile))
		if got, err := os.ReadFile(down); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: the CLI read %d bytes, %v", name, len(got), err)
		}
		run(awsops.Command(target, "s3", "cp").Arg(down, "s3://"+bucketName+"/"+back), c.CopyOptions(keyFile))
		w.fetched(t, bucketName, back, body)
		head := awsops.Command(target, "s3api", "head-object").Flag("--bucket", bucketName).Flag("--key", back)
		run(head, c.ReadOptions(keyFile))
	}
}
