package athena

import (
	"context"
	"slices"
	"strings"

	"cooper/awsops"
)

const service = "athena"

// WorkGroup is where queries run: who pays, what they may read and where results go.
type WorkGroup struct {
	Name     string
	Enabled  bool
	Output   string // s3://…, where results go when a query says nothing; "" for nowhere
	Enforced bool   // its settings win over the query's
	Cutoff   int64  // bytes that a query may read before it is stopped; 0 for no bound
	Err      error  // why its settings, which are the last three, aren't known; nil when they are
}

// ReadWorkGroups lists the workgroups of the session's region with their settings, by name (ListWorkGroups,
// GetWorkGroup). One whose settings can't be read is listed without them, and says so. Errors are *awsops.Error; a compatible endpoint
// has no Athena: KindUnsupported.
func ReadWorkGroups(ctx context.Context, r *awsops.Reader, region string) ([]WorkGroup, error) {
	var out []WorkGroup
	token := ""
	for {
		in := map[string]any{"MaxResults": 50}
		if token != "" {
			in["NextToken"] = token
		}
		var page struct {
			WorkGroups []struct{ Name, State string }
			NextToken  string
		}
		if err := r.JSON(ctx, awsops.JSONCall{Service: service, Region: region, Action: "ListWorkGroups"}, in, &page); err != nil {
			return nil, err
		}
		for _, w := range page.WorkGroups {
			g := WorkGroup{Name: w.Name, Enabled: w.State == "ENABLED"}
			readWorkGroup(ctx, r, region, &g)
			out = append(out, g)
		}
		if page.NextToken == "" || page.NextToken == token {
			break
		}
		token = page.NextToken
	}
	slices.SortFunc(out, func(a, b WorkGroup) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func readWorkGroup(ctx context.Context, r *awsops.Reader, region string, g *WorkGroup) {
	var doc struct {
		WorkGroup struct {
			Configuration struct {
				ResultConfiguration           struct{ OutputLocation string }
				EnforceWorkGroupConfiguration bool
				BytesScannedCutoffPerQuery    int64
			}
		}
	}
	err := r.JSON(ctx, awsops.JSONCall{Service: service, Region: region, Action: "GetWorkGroup"}, map[string]any{"WorkGroup": g.Name}, &doc)
	if err != nil {
		g.Err = err // the group can be used without its settings being known
		return
	}
	c := doc.WorkGroup.Configuration
	g.Output, g.Enforced, g.Cutoff = c.ResultConfiguration.OutputLocation, c.EnforceWorkGroupConfiguration, c.BytesScannedCutoffPerQuery
}

// The states of an execution.
const (
	Queued    = "QUEUED"
	Running   = "RUNNING"
	Succeeded = "SUCCEEDED"
	Failed    = "FAILED"
	Cancelled = "CANCELLED"
)

// Execution is one run of a query.
type Execution struct {
	ID, State string
	Reason    string // why it is in this state, in Athena's words
	Output    string // where the result is
	Scanned   int64  // bytes read so far
	Millis    int64  // that it has taken
}

// Ended reports whether nothing more happens.
func (e Execution) Ended() bool {
	return e.State == Succeeded || e.State == Failed || e.State == Cancelled
}

// ReadExecution says how far a run is (GetQueryExecution).
func ReadExecution(ctx context.Context, r *awsops.Reader, region, id string) (Execution, error) {
	var doc struct {
		QueryExecution struct {
			Status              struct{ State, StateChangeReason string }
			ResultConfiguration struct{ OutputLocation string }
			Statistics          struct{ DataScannedInBytes, TotalExecutionTimeInMillis int64 }
		}
	}
	err := r.JSON(ctx, awsops.JSONCall{Service: service, Region: region, Action: "GetQueryExecution"}, map[string]any{"QueryExecutionId": id}, &doc)
	q := doc.QueryExecution
	return Execution{ID: id, State: q.Status.State, Reason: q.Status.StateChangeReason, Output: q.ResultConfiguration.OutputLocation,
		Scanned: q.Statistics.DataScannedInBytes, Millis: q.Statistics.TotalExecutionTimeInMillis}, err
}

// Result is what a query gave.
type Result struct {
	Columns []string
	Rows    [][]string // "" for NULL
	More    bool       // there are rows beyond those asked for
}

// ReadResult reads at most limit rows of a run that succeeded, page by page (GetQueryResults). The first row, which
// repeats the names of the columns, is left out.
func ReadResult(ctx context.Context, r *awsops.Reader, region, id string, limit int) (Result, error) {
	var out Result
	token := ""
	for first := true; ; first = false {
		columns, rows, next, err := readPage(ctx, r, region, id, token)
		if err != nil {
			return out, err
		}
		if first {
			if out.Columns = columns; len(rows) > 0 && slices.Equal(rows[0], columns) {
				rows = rows[1:]
			}
		}
		out.Rows = append(out.Rows, rows...)
		if out.More = len(out.Rows) > limit; out.More {
			out.Rows = out.Rows[:limit]
		}
		if out.More || next == "" || next == token {
			return out, nil
		}
		token = next
	}
}

func readPage(ctx context.Context, r *awsops.Reader, region, id, token string) (columns []string, rows [][]string, next string, err error) {
	in := map[string]any{"QueryExecutionId": id, "MaxResults": 1000}
	if token != "" {
		in["NextToken"] = token
	}
	var page struct {
		ResultSet struct {
			Rows []struct {
				Data []struct{ VarCharValue string }
			}
			ResultSetMetadata struct{ ColumnInfo []struct{ Name string } }
		}
		NextToken string
	}
	if err := r.JSON(ctx, awsops.JSONCall{Service: service, Region: region, Action: "GetQueryResults"}, in, &page); err != nil {
		return nil, nil, "", err
	}
	for _, c := range page.ResultSet.ResultSetMetadata.ColumnInfo {
		columns = append(columns, c.Name)
	}
	for _, row := range page.ResultSet.Rows {
		values := make([]string, len(row.Data))
		for j, d := range row.Data {
			values[j] = d.VarCharValue
		}
		rows = append(rows, values)
	}
	return columns, rows, page.NextToken, nil
}
