package sandbox

import (
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"cooper/sandbox/athena"
)

// athenaStore is what Amazon Athena and the Glue Data Catalog hold.
type athenaStore struct {
	mu     sync.Mutex
	tables map[string]*athena.Table // by region, database and name
	runs   map[string]*athenaRun
	tokens map[string]string // ids by account and client request token
	takes  time.Duration     // that a query takes
	due    []*athenaRun      // those whose results are still to be written
}

// SlowQueries makes the queries of Athena that are started from now on wait and run for d altogether, by the server's
// clock. Without it they end at once, as statements that make a table do.
func (s *Server) SlowQueries(d time.Duration) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	s.athena.takes = d
}

// athenaRun is one execution. What comes of it is found out when it is started, and is there when it ends.
type athenaRun struct {
	id, sql, account, group, database string
	output                            string // of the result
	target                            *bucket
	at, begins, ends                  time.Time
	stopped                           time.Time // zero unless it was stopped before it ended
	state, reason                     string    // at its end
	result                            *athena.Result
}

// The states that a client sees.
const (
	athenaQueued    = "QUEUED"
	athenaRunning   = "RUNNING"
	athenaSucceeded = "SUCCEEDED"
	athenaFailed    = "FAILED"
	athenaCancelled = "CANCELLED"
)

// athenaActions are the operations of Amazon Athena that the sandbox has.
func athenaActions() map[string]func(*call, []byte) (any, error) {
	return map[string]func(*call, []byte) (any, error){
		"ListWorkGroups": listWorkGroups, "GetWorkGroup": getWorkGroup, "StartQueryExecution": startQuery,
		"GetQueryExecution": getQuery, "GetQueryResults": getQueryResults, "StopQueryExecution": stopQuery,
	}
}

// athenaGroups are the workgroups of every account.
var athenaGroups = map[string]string{"primary": "ENABLED", "retired": "DISABLED"}

func errAthena(message string) *apiError { return newError(400, "InvalidRequestException", message) }

func (c *call) mayAthena(action, group string) error {
	return c.server.hooks.authorize(c, "athena:"+action, "arn:aws:athena:"+c.region()+":"+c.id.who.Account+":workgroup/"+group)
}

func listWorkGroups(c *call, _ []byte) (any, error) {
	if err := c.server.hooks.authorize(c, "athena:ListWorkGroups", "*"); err != nil {
		return nil, err
	}
	var out []any
	for _, name := range []string{"primary", "retired"} {
		out = append(out, map[string]any{"Name": name, "State": athenaGroups[name], "Description": "", "EngineVersion": map[string]string{
			"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}})
	}
	return map[string]any{"WorkGroups": out}, nil
}

func getWorkGroup(c *call, body []byte) (any, error) {
	in, err := take[struct{ WorkGroup string }](body)
	if err != nil {
		return nil, err
	}
	if err := c.mayAthena("GetWorkGroup", in.WorkGroup); err != nil {
		return nil, err
	}
	state, ok := athenaGroups[in.WorkGroup]
	if !ok {
		return nil, errAthena("WorkGroup is not found.")
	}
	return map[string]any{"WorkGroup": map[string]any{"Name": in.WorkGroup, "State": state, "Configuration": map[string]any{
		"ResultConfiguration": map[string]any{}, "EnforceWorkGroupConfiguration": false, "PublishCloudWatchMetricsEnabled": true}}}, nil
}

// athenaStart is a request to run a query.
type athenaStart struct {
	QueryString, WorkGroup, ClientRequestToken string
	QueryExecutionContext                      struct{ Database string }
	ResultConfiguration                        struct{ OutputLocation string }
}

func startQuery(c *call, body []byte) (any, error) {
	in, err := take[athenaStart](body)
	if err != nil {
		return nil, err
	}
	if in.WorkGroup == "" {
		in.WorkGroup = "primary"
	}
	if err := c.mayAthena("StartQueryExecution", in.WorkGroup); err != nil {
		return nil, err
	}
	target, err := c.checkQuery(in)
	if err != nil {
		return nil, err
	}
	s := &c.server.athena
	s.mu.Lock()
	defer s.mu.Unlock()
	token := c.id.who.Account + " " + in.ClientRequestToken
	if id, again := s.tokens[token]; again {
		if s.runs[id].sql != in.QueryString {
			return nil, errAthena("Idempotent parameters do not match")
		}
		return map[string]string{"QueryExecutionId": id}, nil
	}
	run := &athenaRun{id: queryID(len(s.runs)), sql: in.QueryString, account: c.id.who.Account, group: in.WorkGroup, database: in.QueryExecutionContext.Database, at: c.now}
	run.output = in.ResultConfiguration.OutputLocation + run.id + ".csv"
	if err := s.carryOut(c, run); err != nil {
		return nil, err
	}
	s.schedule(run, target)
	s.settle(c.server, c.now)
	if s.runs == nil {
		s.runs, s.tokens = map[string]*athenaRun{}, map[string]string{}
	}
	s.runs[run.id], s.tokens[token] = run, run.id
	return map[string]string{"QueryExecutionId": run.id}, nil
}

// checkQuery refuses what Athena refuses before a query begins, and gives the bucket of the result.
func (c *call) checkQuery(in athenaStart) (*bucket, error) {
	state, ok := athenaGroups[in.WorkGroup]
	switch n := len(in.ClientRequestToken); {
	case !ok:
		return nil, errAthena("WorkGroup is not found.")
	case state != "ENABLED":
		return nil, errAthena("WorkGroup " + in.WorkGroup + " is disabled.")
	case n < 32 || n > 128:
		return nil, errAthena("1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length between 32 and 128")
	case in.QueryString == "" || len(in.QueryString) > 262144:
		return nil, errAthena("1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have length between 1 and 262144")
	case in.ResultConfiguration.OutputLocation == "":
		return nil, errAthena("No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.")
	}
	name, folder, _ := strings.Cut(strings.TrimPrefix(in.ResultConfiguration.OutputLocation, "s3://"), "/")
	b := c.server.findBucket(name)
	if b == nil || !strings.HasPrefix(in.ResultConfiguration.OutputLocation, "s3://") || b.region != c.region() {
		return nil, errAthena("Unable to verify/create output bucket " + name)
	}
	if c.server.hooks.authorize(c, "s3:PutObject", objectARN(name, folder)) != nil {
		return nil, errAthena("Access denied when writing output to url: " + in.ResultConfiguration.OutputLocation)
	}
	return b, nil
}

// queryID has the form of a UUID.
func queryID(n int) string {
	s := derived(32, "athena", itoa(n))
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// carryOut runs a statement. What Athena refuses before it begins is an error; what fails later is the run's state. The
// store's lock is held.
func (s *athenaStore) carryOut(c *call, run *athenaRun) error {
	var err error
	if athena.IsTable(run.sql) {
		run.output = strings.TrimSuffix(run.output, ".csv") + ".txt"
		err = s.makeTable(c, run)
	} else {
		err = s.query(c, run)
	}
	run.state = athenaSucceeded
	if e, ok := errors.AsType[*athena.Error](err); ok && e.Syntax {
		return errAthena(e.Message)
	}
	if err != nil {
		run.state, run.reason = athenaFailed, err.Error()
	}
	return nil
}

// athenaFailure is why a query failed after it had begun.
type athenaFailure string

func (f athenaFailure) Error() string { return string(f) }

func (s *athenaStore) makeTable(c *call, run *athenaRun) error {
	t, err := athena.ParseTable(run.sql)
	if err != nil {
		return err
	}
	if c.server.hooks.authorize(c, "glue:CreateTable", "*") != nil {
		return athenaFailure("FAILED: SemanticException Insufficient permissions: not authorized to perform: glue:CreateTable")
	}
	if t.Database != "default" {
		return athenaFailure("FAILED: SemanticException [Error 10072]: Database does not exist: " + t.Database)
	}
	key := c.region() + " " + t.Database + "." + t.Name
	if s.tables[key] != nil && !t.IfNotExists {
		return athenaFailure("FAILED: AlreadyExistsException Table " + t.Name + " already exists")
	}
	if s.tables == nil {
		s.tables = map[string]*athena.Table{}
	}
	if s.tables[key] == nil {
		s.tables[key] = t
	}
	return nil
}

func (s *athenaStore) query(c *call, run *athenaRun) error {
	q, err := athena.ParseQuery(run.sql)
	if err != nil {
		return err
	}
	if c.server.hooks.authorize(c, "glue:GetTable", "*") != nil {
		return athenaFailure("Insufficient permissions to execute the query: not authorized to perform: glue:GetTable")
	}
	t := s.tables[c.region()+" "+q.Database+"."+q.Table]
	if t == nil {
		return athenaFailure("TABLE_NOT_FOUND: Table 'awsdatacatalog." + q.Database + "." + q.Table + "' does not exist")
	}
	files, err := c.tableFiles(t)
	if err != nil {
		return err
	}
	run.result, err = q.Run(t, files)
	return err
}

// tableFiles reads the files below a table's location as the caller may.
func (c *call) tableFiles(t *athena.Table) ([]athena.File, error) {
	b := c.server.findBucket(t.Bucket())
	if b == nil {
		return nil, athenaFailure("HIVE_FILESYSTEM_ERROR: The specified bucket does not exist (Status Code: 404; Error Code: NoSuchBucket)")
	}
	type found struct {
		key     string
		content *content
	}
	var all []found
	b.mu.RLock()
	for at := b.keys.seek(t.Folder()); at.entry() != nil && strings.HasPrefix(at.entry().key, t.Folder()); at.next() {
		if e := at.entry(); !e.head.marker {
			all = append(all, found{e.key, e.head.content})
		}
	}
	b.mu.RUnlock()
	var out []athena.File
	for _, f := range all {
		if c.server.hooks.authorize(c, "s3:GetObject", objectARN(b.name, f.key)) != nil {
			return nil, athenaFailure("Permission denied on S3 path: s3://" + b.name + "/" + f.key)
		}
		raw, err := io.ReadAll(f.content.section(0, f.content.size))
		if err != nil {
			return nil, athenaFailure("HIVE_CURSOR_ERROR: Failed to read S3 object")
		}
		out = append(out, athena.File{Key: f.key, Text: string(raw)})
	}
	return out, nil
}
