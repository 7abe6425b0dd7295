package accesslog

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"time"
)

// WriteCSV writes the records at places as CSV (RFC 4180) with a line of names. A dash is an empty field, the time is
// in RFC 3339, and behind the fields of the log stand the decoded key, what is behind the fields that are known, and, for
// a line that is no record, the line. Values stand as clients sent them: a spreadsheet may take one for a formula.
func (r *Rows) WriteCSV(ctx context.Context, w io.Writer, places []uint32) error {
	out := csv.NewWriter(w)
	if err := out.Write(append(Columns(), "key_decoded", "extra", "broken")); err != nil {
		return err
	}
	fields := make([]string, FieldCount+3)
	for i, place := range places {
		if i%stride == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rec := r.Record(place)
		for f := range Field(FieldCount) {
			fields[f], _ = rec.exported(f)
		}
		fields[FieldCount], fields[FieldCount+1], fields[FieldCount+2] = rec.Key, rec.Extra, rec.Broken
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteJSON writes the records at places as a JSON array, an object a line. Fields without a value are left out;
// counts are numbers.
func (r *Rows) WriteJSON(ctx context.Context, w io.Writer, places []uint32) error {
	out := bufio.NewWriter(w)
	sep := "[\n"
	for i, place := range places {
		if i%stride == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rec := r.Record(place)
		line, err := json.Marshal(rec.object())
		if err != nil {
			return err
		}
		_, _ = out.WriteString(sep) // Flush reports what went wrong
		_, _ = out.Write(line)
		sep = ",\n"
	}
	if len(places) == 0 {
		_, _ = out.WriteString("[")
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}

// exported is a field's value for other programs.
func (r *Record) exported(f Field) (string, bool) {
	if f == Time && r.Broken == "" {
		return r.At.Format(time.RFC3339), true
	}
	v, ok := r.Get(f)
	if !ok {
		return "", false
	}
	return v, true
}

func (r *Record) object() map[string]any {
	out := map[string]any{}
	if r.Broken != "" {
		out["broken"] = r.Broken
		return out
	}
	for f := range Field(FieldCount) {
		v, ok := r.exported(f)
		switch {
		case !ok:
		case f == Status || f >= BytesSent && f <= TurnAround:
			out[f.Column()] = json.Number(v)
		default:
			out[f.Column()] = v
		}
	}
	if r.Key != "" {
		out["key_decoded"] = r.Key
	}
	if r.Extra != "" {
		out["extra"] = r.Extra
	}
	return out
}
