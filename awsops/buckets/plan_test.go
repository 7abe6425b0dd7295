package buckets

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/lifecycle"
)

func kindOf(err error) awsops.Kind {
	e, _ := errors.AsType[*awsops.Error](err)
	if e == nil {
		return awsops.KindBug
	}
	return e.Kind
}

func compatible(o *awsops.Options) { o.Dialect = awsops.DialectCompatible }

func TestACreatePlanNamesTheRegionOnlyWhereItMustBeNamed(t *testing.T) {
	for _, c := range []struct {
		region string
		change func(*awsops.Options)
		want   bool
	}{{"eu-west-1", func(*awsops.Options) {}, true}, {"us-east-1", func(*awsops.Options) {}, false}, {"eu-west-1", compatible, false}} {
		srv := &server{answers: map[string]reply{"HEAD /fresh": {404, "", nil}}}
		p, err := PlanCreate(context.Background(), session(t, srv, c.change).Reader(), CreateSpec{Name: "fresh", Region: c.region, Versioning: true})
		if err != nil {
			t.Fatal(err)
		}
		line := p.Steps[0].Command
		if got := strings.Contains(line, "LocationConstraint"); got != c.want || !strings.Contains(line, "--region "+c.region) {
			t.Errorf("%s: %s", c.region, line)
		}
		if len(p.Steps) != 2 || len(p.Basis) != 1 {
			t.Errorf("%d steps, %d of basis", len(p.Steps), len(p.Basis))
		}
	}
}

func TestATakenNameIsRefusedWhoeverHasIt(t *testing.T) {
	for status, header := range map[int]map[string]string{200: nil, 403: nil, 301: {"X-Amz-Bucket-Region": "us-west-2"}} {
		srv := &server{answers: map[string]reply{"HEAD /fresh": {status, "", header}}}
		_, err := PlanCreate(context.Background(), session(t, srv).Reader(), CreateSpec{Name: "fresh"})
		if kindOf(err) != awsops.KindConflict {
			t.Errorf("HEAD %d: %v", status, err)
		}
	}
}

func TestALockIsSaidToBeIrreversible(t *testing.T) {
	srv := &server{answers: map[string]reply{"HEAD /fresh": {404, "", nil}}}
	p, err := PlanCreate(context.Background(), session(t, srv).Reader(), CreateSpec{Name: "fresh", Lock: true, Versioning: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Steps) != 1 || !slices.ContainsFunc(p.Warnings, func(w awsops.Warning) bool { return w.Level == awsops.Irreversible }) {
		t.Errorf("steps %d, warnings %+v", len(p.Steps), p.Warnings)
	}
}

// TestASettingOfAServerThatFallsThroughIsNeverChanged: a DELETE or PUT of a sub-resource that the
// server doesn't know could delete or make the bucket itself.
func TestASettingOfAServerThatFallsThroughIsNeverChanged(t *testing.T) {
	const listing = `<ListBucketResult><Name>b</Name></ListBucketResult>`
	srv := &server{answers: map[string]reply{
		"GET /b?tagging": {200, listing, nil}, "GET /b?publicAccessBlock": {200, listing, nil}, "GET /b?ownershipControls": {200, "", nil},
		"GET /b?lifecycle": {200, listing, nil}, "GET /b?abac": xmlError(501, "NotImplemented"), "GET /b?versioning": {200, `<VersioningConfiguration/>`, nil},
	}}
	r := session(t, srv, compatible).Reader()
	ctx := context.Background()
	for name, plan := range map[string]func() (*awsops.Plan, error){
		"tags":      func() (*awsops.Plan, error) { return PlanTags(ctx, r, TagsSpec{Bucket: "b"}) },
		"block":     func() (*awsops.Plan, error) { return PlanBlock(ctx, r, BlockSpec{Bucket: "b"}) },
		"ownership": func() (*awsops.Plan, error) { return PlanOwnership(ctx, r, OwnershipSpec{"b", OwnerEnforced}) },
		"lifecycle": func() (*awsops.Plan, error) {
			return PlanLifecycle(ctx, r, LifecycleSpec{Bucket: "b", Remove: []string{"x"}})
		},
	} {
		if p, err := plan(); p != nil || kindOf(err) != awsops.KindUnsupported {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if n := srv.count("PUT") + srv.count("DELETE"); n > 0 {
		t.Errorf("%d changes were sent", n)
	}
}

func TestASettingThatIsDeniedIsNotReplaced(t *testing.T) {
	srv := &server{answers: map[string]reply{"GET /b?tagging": xmlError(403, "AccessDenied")}}
	_, err := PlanTags(context.Background(), session(t, srv).Reader(), TagsSpec{Bucket: "b", Tags: []Tag{{"a", "b"}}})
	if kindOf(err) != awsops.KindDenied {
		t.Errorf("got %v", err)
	}
}

func TestAWSsOwnTagsAreSentBackWithTheOthers(t *testing.T) {
	srv := oneBucket()
	p, err := PlanTags(context.Background(), session(t, srv).Reader(), TagsSpec{Bucket: "b", Tags: []Tag{{"team", "b"}, {"new", ""}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []awsops.Change{{Field: "tag team", Before: "a", After: "b"}, {Field: "tag new", Before: "(none)", After: `""`}}
	if !slices.Equal(p.Changes, want) {
		t.Errorf("changes %+v", p.Changes)
	}
	if line := p.Steps[0].Command; !strings.Contains(line, `{"Key":"aws:x","Value":"1"}`) {
		t.Errorf("the line leaves AWS's tag out: %s", line)
	}
}

func TestTagsThatS3RefusesAreNotPlanned(t *testing.T) {
	r := session(t, oneBucket()).Reader()
	many := make([]Tag, 50)
	for i := range many {
		many[i].Key = strings.Repeat("k", i+1)
	}
	for name, tags := range map[string][]Tag{
		"no key": {{"", "v"}}, "AWS's": {{"aws:y", "v"}}, "twice": {{"a", "1"}, {"a", "2"}}, "long key": {{strings.Repeat("k", 129), ""}},
		"long value": {{"k", strings.Repeat("ä", 257)}}, "50 and AWS's own": many,
	} {
		if p, err := PlanTags(context.Background(), r, TagsSpec{Bucket: "b", Tags: tags}); p != nil || kindOf(err) != awsops.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTagsOfABucketWithABACAreNotChangedByS3sCalls(t *testing.T) {
	srv := oneBucket()
	srv.answers["GET /b?abac"] = reply{200, `<AbacStatus><Status>Enabled</Status></AbacStatus>`, nil}
	_, err := PlanTags(context.Background(), session(t, srv).Reader(), TagsSpec{Bucket: "b", Tags: []Tag{{"a", "b"}}})
	if kindOf(err) != awsops.KindConflict {
		t.Errorf("got %v", err)
	}
}

func TestRulesWithUnknownElementsAreNotSentBackWithoutThem(t *testing.T) {
	srv := oneBucket()
	srv.answers["GET /b?lifecycle"] = reply{200, `<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter/><Vanish><Days>1</Days></Vanish></Rule></LifecycleConfiguration>`, nil}
	_, err := PlanLifecycle(context.Background(), session(t, srv).Reader(), LifecycleSpec{Bucket: "b", Add: []lifecycle.Rule{lifecycle.ExpireMarkers("")}})
	if kindOf(err) != awsops.KindUnsupported || !strings.Contains(err.Error(), "Vanish") {
		t.Errorf("got %v", err)
	}
}

func TestTheSmallestSizeForTransitionsIsSentBack(t *testing.T) {
	srv := oneBucket()
	srv.answers["GET /b?versioning"] = reply{200, `<VersioningConfiguration/>`, nil}
	srv.answers["GET /b?lifecycle"] = reply{200, `<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>`,
		map[string]string{"X-Amz-Transition-Default-Minimum-Object-Size": "varies_by_storage_class"}}
	p, err := PlanLifecycle(context.Background(), session(t, srv).Reader(), LifecycleSpec{Bucket: "b", Add: []lifecycle.Rule{lifecycle.ExpireMarkers("")}})
	if err != nil {
		t.Fatal(err)
	}
	if line := p.Steps[0].Command; !strings.Contains(line, "--transition-default-minimum-object-size varies_by_storage_class") {
		t.Errorf("the line resets it: %s", line)
	}
}

func TestWhatNamesABucketIsSaidAndWhatIsNotKnown(t *testing.T) {
	known := map[string]Facts{
		"logs": {Logging: awsops.Reading[Logging]{State: awsops.Known, Value: Logging{Target: "other"}}},
		"a":    {Logging: known(Logging{Target: "logs"}), Replication: state[[]string](awsops.Absent)},
		"b":    {Logging: known(Logging{}), Replication: known([]string{"arn:aws:s3:::logs"})},
		"c":    {Logging: state[Logging](awsops.Denied), Replication: state[[]string](awsops.Absent)},
	}
	got := References("logs", known)
	want := []string{"The access log of a is delivered here.", "b replicates its objects to here.", "Its own access log stays in other.",
		"Of 1 other bucket it is not known whether it logs or replicates to here."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
