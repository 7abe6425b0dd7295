package conformance

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/sandbox"
)

// hasAccountBlock gives the account a public access block.
func hasAccountBlock(t *testing.T, w *world) []string {
	t.Helper()
	w.setAccountBlock(t, buckets.Block{IgnorePublicAcls: true})
	return nil
}

// setAccountBlock applies a plan, since the fixture's client doesn't speak S3 Control.
func (w *world) setAccountBlock(t *testing.T, b buckets.Block) {
	t.Helper()
	s := w.control(t)
	p, err := buckets.PlanAccountBlock(t.Context(), s.Reader(), buckets.AccountBlockSpec{Account: sandbox.DefaultAccount, Block: b})
	if err != nil {
		t.Fatal(err)
	}
	job := s.Apply(t.Context(), p)
	<-job.Done()
	if got := job.Snapshot(); got.State != awsops.JobDone {
		t.Fatalf("%+v", got)
	}
}

// control is a session on the world's own sandbox.
func (w *world) control(t *testing.T) *awsops.Session {
	t.Helper()
	root := w.server.Root()
	s, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
		Transport: w.server.Transport(), Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// dumpAccount tells what the account as a whole has.
func (w *world) dumpAccount(t *testing.T) string {
	t.Helper()
	if r := buckets.ReadAccountBlock(t.Context(), w.control(t).Reader()); r.State == awsops.Known || r.State == awsops.Absent {
		return "account's public access block: " + r.State.String() + " " + r.Value.String()
	}
	return "account's public access block: not read"
}

var accountScripts = []script{
	{name: "set the account's public access block", planner: "buckets.PlanAccountBlock", prepare: having(""),
		plan: asks(buckets.PlanAccountBlock, fixed(buckets.AccountBlockSpec{Account: sandbox.DefaultAccount,
			Block: buckets.Block{BlockPublicPolicy: true, RestrictPublicBuckets: true}})),
		want: calls([]string{"s3control", "put-public-access-block", "--account-id", sandbox.DefaultAccount, "--public-access-block-configuration",
			"BlockPublicAcls=false,IgnorePublicAcls=false,BlockPublicPolicy=true,RestrictPublicBuckets=true"})},
	{name: "remove the account's public access block", planner: "buckets.PlanAccountBlock", prepare: having("", hasAccountBlock),
		plan: asks(buckets.PlanAccountBlock, fixed(buckets.AccountBlockSpec{Account: sandbox.DefaultAccount, Remove: true})),
		want: calls([]string{"s3control", "delete-public-access-block", "--account-id", sandbox.DefaultAccount})},
}

// tunnel is a proxy that leads every connection to one address. The AWS CLI puts the account in front of S3 Control's
// host, a name that only this way leads to the loopback interface.
func tunnel(t *testing.T, to string) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", to)
		if err != nil || r.Method != http.MethodConnect {
			http.Error(w, "this proxy tunnels", http.StatusBadGateway)
			return
		}
		defer func() { _ = server.Close() }()
		w.WriteHeader(http.StatusOK)
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = client.Close() }()
		go func() { _, _ = io.Copy(server, client) }()
		_, _ = io.Copy(client, server)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func TestTheAccountsBlockIsChangedForEveryBucketAndNamesThoseThatItOpens(t *testing.T) {
	w := open(t)
	spec := buckets.AccountBlockSpec{Account: sandbox.DefaultAccount, Block: buckets.Block{IgnorePublicAcls: true, RestrictPublicBuckets: true}}
	if w.name != serverSandbox {
		_, err := buckets.PlanAccountBlock(t.Context(), w.reader(), spec)
		if e := awsops.Wrap("", "", "", err); e == nil || e.Kind != awsops.KindUnsupported {
			t.Errorf("a compatible server is offered %v", err)
		}
		return
	}
	public := w.bucket(t, "")
	p, err := buckets.PlanBlock(t.Context(), w.reader(), buckets.BlockSpec{Bucket: public})
	w.done(t, p, err)
	w.setPolicy(t, public, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::`+public+`/*"}]}`)

	p, err = buckets.PlanAccountBlock(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if p.Consent.Phrase != sandbox.DefaultAccount || !strings.Contains(said(p), "every bucket") || !strings.Contains(said(p), "The public loses, at once, what it has in: "+public) {
		t.Errorf("%+v %s", p.Consent, said(p))
	}
	p, err = buckets.PlanAccountBlock(t.Context(), w.reader(), buckets.AccountBlockSpec{Account: sandbox.DefaultAccount, Remove: true})
	w.done(t, p, err)
	if !strings.Contains(said(p), "It opens to the public, by their policies or ACLs: "+public) {
		t.Error(said(p))
	}
	if r := buckets.ReadAccountBlock(t.Context(), w.reader()); r.State != awsops.Absent {
		t.Errorf("%+v", r)
	}
	for _, bad := range []buckets.AccountBlockSpec{{Account: "444455556666"}, {Account: sandbox.DefaultAccount, Remove: true}} {
		if p, err := buckets.PlanAccountBlock(t.Context(), w.reader(), bad); err == nil {
			t.Errorf("%+v is planned: %+v", bad, p.Changes)
		}
	}
}

// said is all that a plan warns of.
func said(p *awsops.Plan) string {
	var all []string
	for _, w := range p.Warnings {
		all = append(all, w.Text)
	}
	return strings.Join(all, "\n")
}
