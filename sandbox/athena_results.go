package sandbox

import (
	"slices"
	"strings"
)

// writeQueryResult leaves the result where the query said.
func (c *call) writeQueryResult(b *bucket, run *athenaRun) {
	_, key, _ := strings.Cut(strings.TrimPrefix(run.output, "s3://"), "/")
	put := func(key, kind string, text []byte) {
		attrs := &attributes{headers: []field{{"Content-Type", kind}}, sse: b.encryption}
		b.put(key, &version{modified: c.now.Unix(), content: textContent(text), attrs: b.share(attrs)}, c.server.nextVersion)
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
	run.looks++
	state, scanned := run.state, int64(0)
	if run.looks == 1 && state != athenaCancelled {
		state = athenaRunning
	}
	if run.result != nil {
		scanned = run.result.Scanned
	}
	status := map[string]any{"State": state, "SubmissionDateTime": float64(run.at.UnixMilli()) / 1000}
	if run.reason != "" && state == run.state {
		status["StateChangeReason"] = run.reason
	}
	kind := "DML"
	if run.result == nil {
		kind = "DDL"
	}
	return map[string]any{"QueryExecution": map[string]any{"QueryExecutionId": run.id, "Query": run.sql, "StatementType": kind, "WorkGroup": run.group,
		"QueryExecutionContext": map[string]string{"Database": run.database}, "ResultConfiguration": map[string]string{"OutputLocation": run.output},
		"Status": status, "Statistics": map[string]int64{"DataScannedInBytes": scanned, "TotalExecutionTimeInMillis": 640}}}, nil
}

func getQueryResults(c *call, body []byte) (any, error) {
	s := &c.server.athena
	s.mu.Lock()
	defer s.mu.Unlock()
	run, err := s.look(c, "GetQueryResults", body)
	if err != nil {
		return nil, err
	}
	if run.looks < 2 || run.state != athenaSucceeded {
		return nil, errAthena("Query has not yet finished or did not succeed: its results can't be read")
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
	if run.looks < 2 && run.state != athenaFailed {
		run.state, run.reason = athenaCancelled, "Query cancelled by user"
	}
	return map[string]any{}, nil
}
