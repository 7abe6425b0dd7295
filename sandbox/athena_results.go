package sandbox

import (
	"slices"
	"strings"
	"time"
)

// schedule says when a run begins and ends.
func (s *athenaStore) schedule(run *athenaRun, target *bucket) {
	takes := s.takes
	if run.result == nil {
		takes = 0
	}
	run.target, run.begins, run.ends = target, run.at.Add(takes/4), run.at.Add(takes)
	s.due = append(s.due, run)
}

// settle writes the results of the queries that have ended. There is no timer: the first request after the end does it.
// The store's lock is held.
func (s *athenaStore) settle(server *Server, now time.Time) {
	s.due = slices.DeleteFunc(s.due, func(run *athenaRun) bool {
		if run.stopped.IsZero() && now.Before(run.ends) {
			return false
		}
		if run.stateAt(now) == athenaSucceeded {
			server.writeQueryResult(run)
		}
		return true
	})
}

// settleQueries is settle for every request.
func (s *Server) settleQueries(now time.Time) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	if len(s.athena.due) > 0 {
		s.athena.settle(s, now)
	}
}

// stateAt is what a client sees of a run.
func (run *athenaRun) stateAt(now time.Time) string {
	switch {
	case !run.stopped.IsZero():
		return athenaCancelled
	case now.Before(run.begins):
		return athenaQueued
	case now.Before(run.ends):
		return athenaRunning
	}
	return run.state
}

// progress is how many bytes a run has read, and for how many milliseconds it has been there.
func (run *athenaRun) progress(now time.Time) (scanned, millis int64) {
	const small = 640 // what a query takes that ends at once by the server's clock
	if !run.stopped.IsZero() {
		now = run.stopped
	}
	all := int64(0)
	if run.result != nil {
		all = run.result.Scanned
	}
	switch whole := run.ends.Sub(run.begins); {
	case whole == 0:
		return all, small
	case !now.Before(run.ends):
		return all, run.ends.Sub(run.at).Milliseconds()
	case now.Before(run.begins):
		return 0, now.Sub(run.at).Milliseconds()
	default:
		return int64(float64(all) * float64(now.Sub(run.begins)) / float64(whole)), now.Sub(run.at).Milliseconds()
	}
}

// writeQueryResult leaves the result where the query said.
func (s *Server) writeQueryResult(run *athenaRun) {
	b := run.target
	_, key, _ := strings.Cut(strings.TrimPrefix(run.output, "s3://"), "/")
	put := func(key, kind string, text []byte) {
		attrs := &attributes{headers: []field{{"Content-Type", kind}}, sse: b.encryption}
		b.put(key, &version{modified: run.ends.Unix(), content: textContent(text), attrs: b.share(attrs)}, s.nextVersion)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deleted {
		return
	}
	var csv []byte
	if run.result != nil {
		for _, row := range run.allRows() {
			for i, v := range row {
				if i > 0 {
					csv = append(csv, ',')
				}
				if v != nil {
					csv = append(csv, `"`+strings.ReplaceAll(*v, `"`, `""`)+`"`...)
				}
			}
			csv = append(csv, '\n')
		}
	}
	put(key, "application/octet-stream", csv)
	put(key+".metadata", "application/octet-stream", []byte(run.id))
}

// allRows are the result's rows with the names of the columns before them.
func (run *athenaRun) allRows() [][]*string {
	head := make([]*string, len(run.result.Columns))
	for i := range head {
		head[i] = &run.result.Columns[i]
	}
	return slices.Insert(slices.Clone(run.result.Rows), 0, head)
}

// look finds the caller's run.
func (s *athenaStore) look(c *call, action string, body []byte) (*athenaRun, error) {
	in, err := take[struct{ QueryExecutionId string }](body)
	if err != nil {
		return nil, err
	}
	run := s.runs[in.QueryExecutionId]
	if run == nil || run.account != c.id.who.Account {
		return nil, errAthena("QueryExecution " + in.QueryExecutionId + " was not found")
	}
	return run, c.mayAthena(action, run.group)
}

func getQuery(c *call, body []byte) (any, error) {
	s := &c.server.athena
	s.mu.Lock()
	defer s.mu.Unlock()
	run, err := s.look(c, "GetQueryExecution", body)
	if err != nil {
		return nil, err
	}
	state := run.stateAt(c.now)
	scanned, millis := run.progress(c.now)
	status := map[string]any{"State": state, "SubmissionDateTime": float64(run.at.UnixMilli()) / 1000}
	if reason := map[string]string{athenaFailed: run.reason, athenaCancelled: "Query cancelled by user"}[state]; reason != "" {
		status["StateChangeReason"] = reason
	}
	kind := "DML"
	if run.result == nil {
		kind = "DDL"
	}
	return map[string]any{"QueryExecution": map[string]any{"QueryExecutionId": run.id, "Query": run.sql, "StatementType": kind, "WorkGroup": run.group,
		"QueryExecutionContext": map[string]string{"Database": run.database}, "ResultConfiguration": map[string]string{"OutputLocation": run.output},
		"Status": status, "Statistics": map[string]int64{"DataScannedInBytes": scanned, "TotalExecutionTimeInMillis": millis}}}, nil
}

func getQueryResults(c *call, body []byte) (any, error) {
	s := &c.server.athena
	s.mu.Lock()
	defer s.mu.Unlock()
	run, err := s.look(c, "GetQueryResults", body)
	if err != nil {
		return nil, err
	}
	switch state := run.stateAt(c.now); state {
	case athenaSucceeded:
	case athenaFailed, athenaCancelled:
		return nil, errAthena("Query did not finish successfully. Final query state: " + state)
	default:
		return nil, errAthena("Query has not yet finished. Current state: " + state)
	}
	in, err := take[struct {
		NextToken  string
		MaxResults int
	}](body)
	if err != nil {
		return nil, err
	}
	if run.result == nil {
		return map[string]any{"ResultSet": map[string]any{"Rows": []any{}, "ResultSetMetadata": map[string]any{"ColumnInfo": []any{}}}}, nil
	}
	return run.page(in.NextToken, in.MaxResults)
}

// page is a page of a result; its token is the number of rows before it.
func (run *athenaRun) page(token string, most int) (any, error) {
	if most < 1 || most > 1000 {
		most = 1000
	}
	from := int64(0)
	if token != "" {
		var err error
		if from, err = parseLength(token); err != nil || from < 0 {
			return nil, errAthena("Invalid NextToken")
		}
	}
	all := run.allRows()
	start := min(int(from), len(all))
	stop := min(start+most, len(all))
	var rows, info []any
	for _, row := range all[start:stop] {
		data := []any{}
		for _, v := range row {
			if v == nil {
				data = append(data, map[string]string{})
				continue
			}
			data = append(data, map[string]string{"VarCharValue": *v})
		}
		rows = append(rows, map[string]any{"Data": data})
	}
	for _, name := range run.result.Columns {
		info = append(info, map[string]string{"Name": name, "Label": name, "Type": "varchar"})
	}
	out := map[string]any{"ResultSet": map[string]any{"Rows": rows, "ResultSetMetadata": map[string]any{"ColumnInfo": info}}}
	if stop < len(all) {
		out["NextToken"] = itoa(stop)
	}
	return out, nil
}

func stopQuery(c *call, body []byte) (any, error) {
	s := &c.server.athena
	s.mu.Lock()
	defer s.mu.Unlock()
	run, err := s.look(c, "StopQueryExecution", body)
	if err != nil {
		return nil, err
	}
	if c.now.Before(run.ends) && run.stopped.IsZero() {
		run.stopped = c.now
	}
	return map[string]any{}, nil
}
