package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"cooper/awsops"
	"cooper/awsops/logging"
)

// KindQuery is the kind of the plans of PlanQuery.
const KindQuery = "athena.query"

// QuerySpec is a question, where it is asked and where the answer goes.
type QuerySpec struct {
	Place    Place  `json:"place"`
	Question string `json:"question"` // its id
	Range    Range  `json:"range"`

	Database  string `json:"database"`
	WorkGroup string `json:"workgroup"`
	Output    string `json:"output,omitempty"` // s3://BUCKET/PREFIX/; "" leaves it to the workgroup
	Once      string `json:"once,omitempty"`   // the request's idempotency token, so that going on asks nothing twice; made by the planner

	// Started is told each execution that begins, so that it can be watched. It is not recorded.
	Started func(Execution) `json:"-"`
}

// Planners make this package's plans again from what the journal keeps.
func Planners() awsops.Planners {
	return awsops.Planners{KindQuery: func(ctx context.Context, r *awsops.Reader, params json.RawMessage) (*awsops.Plan, error) {
		var spec QuerySpec
		if err := json.Unmarshal(params, &spec); err != nil {
			return nil, awsops.Invalid("plan", "the job's parameters can't be read", "Plan the change again.")
		}
		return PlanQuery(ctx, r, spec)
	}}
}

// CheckOutput says what is wrong with a result location, "" for nothing.
func CheckOutput(s string) string {
	rest, ok := strings.CutPrefix(s, "s3://")
	bucket, _, slash := strings.Cut(rest, "/")
	switch {
	case !ok || bucket == "" || !slash || !strings.HasSuffix(s, "/"):
		return "s3://BUCKET/PREFIX/, with a slash at the end"
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "no control characters"
	}
	return ""
}

// PlanQuery plans asking a question about access logs by Athena: the table over the log files is made unless it is there,
// then the query runs, and its result is written to S3. The plan says how many bytes will be read. Each step waits for
// its end; a step whose job is cancelled stops the query. Errors: KindUnsupported on a compatible endpoint, KindInvalid for
// a place that Athena can't read or a specification that is not whole.
func PlanQuery(ctx context.Context, r *awsops.Reader, spec QuerySpec) (*awsops.Plan, error) {
	q, ok := Find(spec.Question)
	switch {
	case r.Session().Dialect() == awsops.DialectCompatible:
		return nil, &awsops.Error{Op: "StartQueryExecution", Kind: awsops.KindUnsupported, Message: "this endpoint has no Amazon Athena to ask",
			Hint: "Copy the SQL and run it where the logs can be read."}
	case !ok:
		return nil, awsops.Invalid("StartQueryExecution", "there is no such question", "")
	case spec.Place.Check() != "":
		return nil, awsops.Invalid("StartQueryExecution", spec.Place.Check(), "")
	case !spec.Range.From.Before(spec.Range.To):
		return nil, awsops.Invalid("StartQueryExecution", "the time ends before it begins", "")
	case spec.Output != "" && CheckOutput(spec.Output) != "":
		return nil, awsops.Invalid("StartQueryExecution", "the result location is "+CheckOutput(spec.Output), "")
	}
	target := r.Target(ctx, spec.Place.Target)
	if err := reachable(ctx, r, spec.Output, target.Region); err != nil {
		return nil, err
	}
	id := r.Session().NewID()
	run := &run{fresh: spec.takeToken(once(id, r.Now())), region: target.Region}
	run.spec = spec
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	e, err := Measure(ctx, r, spec.Place, spec.Range)
	if err != nil {
		return nil, err
	}
	p := &awsops.Plan{ID: id, Kind: KindQuery, Title: "Ask Athena: " + q.Title + ", of " + spec.Place.Source, Target: target, Params: raw,
		Consent: awsops.Consent{Kind: awsops.ConsentYes},
		Undo:    "Reading changes nothing. The result stays at its location until it is deleted there; the table until DROP TABLE `" + spec.Place.Table() + "`."}
	describe(p, spec, e)
	p.Steps = []awsops.Step{
		run.step(target, "make the table, unless it is there", CreateTable(spec.Database, spec.Place), "table"),
		run.step(target, "run the query", q.SQL(spec.Database, spec.Place, spec.Range), "query"),
	}
	p.Expect = []awsops.Expectation{{What: "the query", Want: Succeeded, Read: run.state}}
	return p, nil
}

// reachable refuses a result location that Athena can't write to, before anything runs.
func reachable(ctx context.Context, r *awsops.Reader, output, region string) error {
	if output == "" {
		return nil
	}
	bucket, _, _ := strings.Cut(strings.TrimPrefix(output, "s3://"), "/")
	at, err := r.Region(ctx, bucket)
	switch {
	case err != nil:
		return awsops.Invalid("StartQueryExecution", "the bucket "+bucket+" for the result can't be found: "+awsops.Wrap("HeadBucket", bucket, "", err).Message, "")
	case at != region:
		return awsops.Invalid("StartQueryExecution", "the bucket "+bucket+" for the result is in "+at+", and Athena runs with the logs in "+region, "Choose a bucket there.")
	}
	return nil
}

func describe(p *awsops.Plan, spec QuerySpec, e Estimate) {
	where := spec.Output
	if where == "" {
		where = "the location of workgroup " + spec.WorkGroup
	}
	p.Changes = []awsops.Change{{Field: "table", Before: "", After: spec.Database + "." + spec.Place.Table() + ", in the Glue Data Catalog"},
		{Field: "result", Before: "", After: "a CSV file and its metadata at " + where}}
	if !spec.Place.Partitioned {
		p.Warnings = append(p.Warnings, awsops.Warning{Text: "The keys of these log files are not partitioned: every query reads all of them, whatever range of time is asked for."})
	}
	if spec.Place.ByDelivery {
		p.Warnings = append(p.Warnings, awsops.Warning{Text: fmt.Sprintf("The keys have the day of the delivery: %d days more are read, for requests whose records came late.", logging.Lateness/(24*time.Hour))})
	}
	p.Effects.Lines = []string{"It reads " + e.Words() + ".", "Athena's own requests to S3 are billed besides: about one GET a file, and LISTs."}
	p.Effects.Requests = []awsops.RequestCount{{Class: "LIST/PUT", N: 2}, {Class: "GET", N: e.Files}}
	p.Effects.AtLeast, p.Effects.Scanned = e.AtLeast, e.Counted()
}

// takeToken takes a token unless there is one, and gives it back then.
func (s *QuerySpec) takeToken(token string) (left string) {
	if s.Once == "" {
		s.Once = token
		return ""
	}
	return token
}

// once is an idempotency token as long as Athena wants it: 32 characters or more.
func once(id string, now time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", id, now.UnixNano()))
	return hex.EncodeToString(sum[:20])
}

// run is a plan's work, with the execution that ran last.
type run struct {
	spec   QuerySpec
	fresh  string // a token of a job that goes on: its own one may lead to a query that was stopped or failed
	region string
	mu     sync.Mutex
	last   string // its id
}

func (x *run) state(ctx context.Context, r *awsops.Reader) (string, error) {
	x.mu.Lock()
	id := x.last
	x.mu.Unlock()
	if id == "" {
		return "not run", nil
	}
	e, err := ReadExecution(ctx, r, x.region, id)
	return e.State, err
}

func (x *run) step(target awsops.Target, title, sql, part string) awsops.Step {
	line := awsops.Command(target, service, "start-query-execution").Flag("--query-string", sql).Flag("--work-group", x.spec.WorkGroup).
		Flag("--query-execution-context", "Database="+x.spec.Database)
	in := map[string]any{"QueryString": sql, "WorkGroup": x.spec.WorkGroup, "QueryExecutionContext": map[string]string{"Database": x.spec.Database},
		"ClientRequestToken": x.spec.Once + part}
	if x.spec.Output != "" {
		line.Flag("--result-configuration", "OutputLocation="+x.spec.Output)
		in["ResultConfiguration"] = map[string]string{"OutputLocation": x.spec.Output}
	}
	return awsops.Step{Title: title, Command: line.String(),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			id, err := x.start(ctx, w, in, part)
			if err != nil {
				return awsops.Receipt{}, err
			}
			return x.wait(ctx, w, id, part == "query")
		}}
}

// start begins a query, or finds the one that was begun with the same token. Of one that came to nothing Athena would
// give the end again and again, so a job that goes on then asks anew.
func (x *run) start(ctx context.Context, w *awsops.Writer, in map[string]any, part string) (id string, err error) {
	var out struct{ QueryExecutionId string }
	call := awsops.JSONCall{Service: service, Region: x.region, Action: "StartQueryExecution"}
	if err := w.JSON(ctx, call, in, &out); err != nil {
		return "", err
	}
	if x.fresh != "" {
		e, err := ReadExecution(ctx, &w.Reader, x.region, out.QueryExecutionId)
		if err != nil {
			return "", err
		}
		if e.Ended() && e.State != Succeeded {
			anew := maps.Clone(in)
			anew["ClientRequestToken"] = x.fresh + part
			if err := w.JSON(ctx, call, anew, &out); err != nil {
				return "", err
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.last = out.QueryExecutionId
	return x.last, nil
}

// The pauses between two looks at a run.
const (
	firstLook = 300 * time.Millisecond
	lastLook  = 3 * time.Second
)

// wait watches a run until it ends, and stops it when the job is cancelled.
func (x *run) wait(ctx context.Context, w *awsops.Writer, id string, tell bool) (awsops.Receipt, error) {
	clock := w.Session().Clock()
	last := Execution{ID: id}
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		e, err := ReadExecution(ctx, &w.Reader, x.region, id)
		if err == nil {
			last = e
		}
		if err == nil && tell && x.spec.Started != nil {
			x.spec.Started(e)
		}
		switch {
		case ctx.Err() != nil:
			x.stop(ctx, w, last)
			return awsops.Receipt{}, awsops.Wrap("GetQueryExecution", "", "", context.Cause(ctx))
		case err != nil:
			return awsops.Receipt{}, err
		case e.State == Succeeded:
			return awsops.Receipt{Done: 1, Bytes: e.Scanned, Note: fmt.Sprintf("query %s read %d bytes in %d ms; its result is %s", id, e.Scanned, e.Millis, e.Output)}, nil
		case e.Ended():
			return awsops.Receipt{}, &awsops.Error{Op: "StartQueryExecution", Kind: awsops.KindConflict, Code: e.State, Message: "the query ended as " + e.State + ": " + e.Reason}
		}
		if err := clock.Until(ctx, clock.Now().Add(pause)); err != nil {
			x.stop(ctx, w, last)
			return awsops.Receipt{}, awsops.Wrap("GetQueryExecution", "", "", err)
		}
	}
}

// stop ends a run that nobody waits for any more (StopQueryExecution): it would go on reading and costing.
func (x *run) stop(ctx context.Context, w *awsops.Writer, last Execution) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := w.JSON(ctx, awsops.JSONCall{Service: service, Region: x.region, Action: "StopQueryExecution"}, map[string]any{"QueryExecutionId": last.ID}, nil)
	if err == nil && x.spec.Started != nil {
		last.State = Cancelled
		x.spec.Started(last)
	}
}
