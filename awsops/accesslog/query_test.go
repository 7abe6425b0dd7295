package accesslog

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// day is a small log in which every question of Presets has an answer.
func day(t *testing.T) *Rows {
	t.Helper()
	dev, job := "arn:aws:iam::111122223333:user/dev", "arn:aws:sts::111122223333:assumed-role/job/run"
	lines := []map[Field]string{
		{Requester: dev, Key: "a.txt"},
		{Requester: dev, Key: "report.csv", Operation: "REST.PUT.OBJECT", BytesSent: "-"},
		{Requester: job, Key: "b.txt", Operation: "REST.DELETE.OBJECT", Status: "204", VersionID: "v1"},
		{Requester: job, Key: "c.txt", Operation: "REST.DELETE.OBJECT", Status: "204"},
		{Requester: job, Key: "d.txt", Operation: "BATCH.DELETE.OBJECT", Status: "204", VersionID: "v2", RequestURI: "-"},
		{Requester: "-", Key: "a.txt", Signature: "-", AuthType: "-", Status: "403", ErrorCode: "AccessDenied", RemoteIP: "198.51.100.7"},
		{Requester: dev, Cipher: "-", TLSVersion: "-", UserAgent: "old-backup/1.0"},
		{Requester: "-", Operation: "S3.EXPIRE.OBJECT", Cipher: "-", TLSVersion: "-", Signature: "-", AuthType: "-", Status: "-", RequestURI: "-", Key: "old.txt"},
		{Requester: dev, AuthType: "QueryString", Status: "404", ErrorCode: "NoSuchKey", Key: "gone.txt"},
	}
	var b strings.Builder
	for i, l := range lines {
		l[Time] = fmt.Sprintf("21/Nov/2026:10:%02d:00 +0000", i)
		b.WriteString(sample(l))
	}
	return loadText(t, b.String()+"broken\n")
}

func TestFiltersKeepWhatTheySay(t *testing.T) {
	rows := day(t)
	at := func(minute int) time.Time { return time.Date(2026, 11, 21, 10, minute, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		f    Filter
		want int
	}{
		"everything, the broken line too": {Filter{}, 10},
		"a time":                          {Filter{From: at(2), To: at(5)}, 3},
		"from a time on":                  {Filter{From: at(8)}, 2},
		"requester":                       {Filter{Requester: "USER/DEV"}, 4},
		"all other requesters":            {Filter{Requester: "!user/dev"}, 5},
		"exact key":                       {Filter{Key: Exactly("a.txt")}, 3},
		"exact is exact":                  {Filter{Key: Exactly("A.txt")}, 0},
		"glob":                            {Filter{Key: "*.CSV"}, 1},
		"operation":                       {Filter{Operation: "delete"}, 3},
		"operation glob":                  {Filter{Operation: "rest.*.object"}, 7},
		"address":                         {Filter{IP: "198.51."}, 1},
		"error code":                      {Filter{Code: "=NoSuchKey"}, 1},
		"status":                          {Filter{Status: "403, 404"}, 2},
		"status class":                    {Filter{Status: "2xx"}, 6},
		"status range":                    {Filter{Status: "200-203"}, 3},
		"no status":                       {Filter{Status: "-"}, 1},
		"anonymous clients":               {Filter{Anonymous: true, Clients: true}, 1},
		"without TLS":                     {Filter{TLS: TLSNo, Clients: true}, 1},
		"presigned":                       {Filter{Auth: AuthPresigned}, 1},
		"versions deleted":                {Filter{Versions: true}, 2},
		"deletions":                       {Filter{Deletes: true}, 4},
		"user agent":                      {Filter{Agent: "old-backup"}, 1},
		"bucket":                          {Filter{Bucket: Exactly("logged")}, 10},
		"another bucket":                  {Filter{Bucket: Exactly("other")}, 1}, // the broken line tells of none
	} {
		got, err := rows.Select(context.Background(), c.f)
		if err != nil || len(got) != c.want {
			t.Errorf("%s: %d records, want %d (%v)", name, len(got), c.want, err)
		}
	}
}

func TestTheLatestRecordStandsFirst(t *testing.T) {
	rows := day(t)
	places, err := rows.Select(context.Background(), Filter{Operation: "REST"})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(places); i++ {
		if rows.Record(places[i]).At.After(rows.Record(places[i-1]).At) {
			t.Fatalf("record %d is later than the one before it", i)
		}
	}
}

func TestAFilterSaysWhatIsWrongWithIt(t *testing.T) {
	for _, status := range []string{"4x", "99", "1000", "500-400", "a,b", "200,"} {
		if (Filter{Status: status}).Check() == "" {
			t.Errorf("status %q passes", status)
		}
		if _, err := day(t).Select(context.Background(), Filter{Status: status}); err == nil {
			t.Errorf("status %q selects", status)
		}
	}
	now := time.Now()
	if (Filter{From: now, To: now}).Check() == "" {
		t.Error("an empty time passes")
	}
}

func TestEveryPresetFindsItsRecords(t *testing.T) {
	rows := day(t)
	want := map[string]string{
		"requesters": "dev 4", "errors": "403 1", "denied": " 1", "anonymous": "198.51.100.7 1", "plain": "dev 1", "versions": "run 1",
		"deletes": " 1", "presigned": "gone.txt 1", "operations": "OBJECT 4", "status": "200 3", "addresses": "203.0.113.9 8", "keys": "a.txt 3",
	}
	for _, p := range Presets() {
		groups, err := rows.Group(context.Background(), p.Filter, p.By...)
		if err != nil || len(groups.Groups) == 0 {
			t.Errorf("%s: %v, %v", p.ID, groups, err)
			continue
		}
		g := groups.Groups[0]
		if got := fmt.Sprint(g.Values[0], " ", g.Count); !strings.HasSuffix(got, want[p.ID]) || want[p.ID] == "" {
			t.Errorf("%s begins with %q, want %q", p.ID, got, want[p.ID])
		}
	}
}

func TestGroupsAddUp(t *testing.T) {
	rows := day(t)
	groups, err := rows.Group(context.Background(), Filter{}, ByTLS)
	if err != nil {
		t.Fatal(err)
	}
	records, failed, sent := 0, 0, int64(0)
	for _, g := range groups.Groups {
		records, failed, sent = records+g.Count, failed+g.Errors, sent+g.Sent
		if g.Last.Before(g.First) {
			t.Errorf("%q ends before it begins", g.Values)
		}
	}
	if records != 9 || failed != 2 || sent != 8*120 || groups.Total != 2 {
		t.Errorf("%d records, %d errors, %d bytes, groups %+v", records, failed, sent, groups)
	}
}

func TestAValueThatBeginsWithADashStaysWhole(t *testing.T) {
	rows := loadText(t, sample(map[Field]string{UserAgent: "-x", Key: "-k", RequestURI: "GET /logged/-k HTTP/1.1"}))
	groups, err := rows.Group(context.Background(), Filter{}, ByAgent, ByKey)
	if err != nil || groups.Groups[0].Values[0] != "-x" || groups.Groups[0].Values[1] != "-k" {
		t.Errorf("%+v %v", groups, err)
	}
}

func TestTheTimelineCountsEveryRecordOnce(t *testing.T) {
	rows := day(t)
	places, err := rows.Select(context.Background(), Filter{Requester: "*"})
	if err != nil {
		t.Fatal(err)
	}
	slots := rows.Timeline(places, time.Time{}, time.Time{}, 4)
	records, failed := int64(0), int64(0)
	for _, s := range slots {
		records, failed = records+s.Records, failed+s.Errors
	}
	if len(slots) != 4 || records != 9 || failed != 2 {
		t.Errorf("%+v", slots)
	}
	if rows.Timeline(nil, time.Time{}, time.Time{}, 4) != nil {
		t.Error("nothing has a timeline")
	}
}

func TestWhatIsExportedAsCSVCanBeReadAgain(t *testing.T) {
	rows := day(t)
	places, err := rows.Select(context.Background(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := rows.WriteCSV(context.Background(), &table, places); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(lines) != 11 {
		t.Fatal(err, lines)
	}
	if lines[0][2] != "requestdatetime" || lines[3][9] != "" || lines[1][2] != "2026-11-21T10:08:00Z" {
		t.Errorf("%q", lines)
	}
}

func TestWhatIsExportedAsJSONCanBeReadAgain(t *testing.T) {
	rows := day(t)
	for _, want := range []int{10, 0} {
		places, err := rows.Select(context.Background(), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		var list bytes.Buffer
		if err := rows.WriteJSON(context.Background(), &list, places[:want]); err != nil {
			t.Fatal(err)
		}
		var objects []map[string]any
		if err := json.Unmarshal(list.Bytes(), &objects); err != nil || len(objects) != want {
			t.Fatal(err, list.String())
		}
		if want > 0 && (objects[0]["httpstatus"] != 404.0 || objects[0]["key_decoded"] != "gone.txt" || objects[1]["broken"] == nil) {
			t.Errorf("%v", objects)
		}
	}
}

func TestACancelledQuestionEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("enough")
	cancel(cause)
	rows := day(t)
	if _, err := rows.Select(ctx, Filter{}); !errors.Is(err, cause) {
		t.Errorf("Select: %v", err)
	}
	if _, err := rows.Group(ctx, Filter{}, ByKey); !errors.Is(err, cause) {
		t.Errorf("Group: %v", err)
	}
	if err := New().Load(ctx, strings.NewReader("x")); !errors.Is(err, cause) {
		t.Errorf("Load: %v", err)
	}
}

func TestATableIsReadWhileItGrows(t *testing.T) {
	table := New()
	done := make(chan error)
	go func() {
		var err error
		for i := 0; i < 40 && err == nil; i++ {
			var b strings.Builder
			for j := range 500 {
				b.WriteString(sample(map[Field]string{Key: fmt.Sprintf("k-%d-%d", i, j)}))
			}
			err = table.Load(context.Background(), strings.NewReader(b.String()))
		}
		done <- err
	}()
	for finished := false; !finished; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			finished = true
		default:
		}
		rows := table.Rows()
		if _, err := rows.Group(context.Background(), Filter{Key: "k-1"}, ByKey); err != nil {
			t.Fatal(err)
		}
		if n := rows.Len(); n > 0 && !strings.HasPrefix(rows.Record(uint32(n-1)).Key, "k-") {
			t.Fatal("the last record is not whole")
		}
	}
	if table.Len() != 20_000 {
		t.Errorf("%d records", table.Len())
	}
}
