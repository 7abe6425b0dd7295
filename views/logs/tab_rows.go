package logs

import (
	"fmt"
	"time"

	"cooper/awsops"
	"cooper/awsops/policy"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// say tells what is known, each fact in a row of its own.
func (v *tab) say() []row {
	c, ok := v.conf.Get()
	switch {
	case v.conf.State <= awsops.Loading:
		return []row{{"logging", "loading", views.CellInfo}}
	case !ok:
		return []row{{"logging", trouble(v.conf.State, v.conf.Err), views.CellBad}}
	case !c.On():
		return []row{{"logging", "off: nobody writes down who reads, writes and deletes here. e sends access logs to another bucket.", views.CellWarn}}
	}
	out := []row{{"logging", "on", views.CellGood}, {"target", "s3://" + c.Target + "/" + c.Prefix, views.CellText}, {"keys", c.Keys.String(), views.CellText}}
	if c.Grants > 0 {
		out = append(out, row{"grants", ui.Plural(int64(c.Grants), "grant", "grants") + " on the log files, in the old way of ACLs", views.CellWarn})
	}
	out = append(out, v.sayLast(), v.sayDelivery())
	out = append(out, v.sayTarget()...)
	return out
}

func trouble(state awsops.State, err *awsops.Error) string {
	if err == nil {
		return state.String()
	}
	return state.String() + ": " + views.Explain(err).Sentence
}

// sayLast says when a log file came last: the only proof that delivery works.
func (v *tab) sayLast() row {
	switch v.last.State {
	case awsops.Known:
		ago := v.env.Now().Sub(v.last.Value.Modified)
		style := views.CellGood
		if ago > 48*time.Hour {
			style = views.CellWarn
		}
		return row{"last log file", roughly(ago) + " ago, " + ui.Bytes(v.last.Value.Size) + ": " + v.last.Value.Key, style}
	case awsops.Absent:
		return row{"last log file", "none in the last two weeks. Just after a change that means nothing; later it means that S3 can't deliver, which it never says.", views.CellWarn}
	case awsops.Unread, awsops.Loading:
		return row{"last log file", "looking…", views.CellInfo}
	}
	return row{"last log file", trouble(v.last.State, v.last.Err), views.CellBad}
}

func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return ui.Plural(int64(d/time.Minute), "minute", "minutes")
	case d < 48*time.Hour:
		return ui.Plural(int64(d/time.Hour), "hour", "hours")
	}
	return ui.Plural(int64(d/(24*time.Hour)), "day", "days")
}

// sayDelivery says whether the target's policy lets the log service write.
func (v *tab) sayDelivery() row {
	t, ok := v.target.Get()
	if !ok {
		return row{"log service", trouble(v.target.State, v.target.Err), views.CellBad}
	}
	d := t.Delivery(v.bucket, v.place.Account, v.partition, v.place.Prefix)
	switch d.Verdict {
	case policy.Allowed:
		return row{"log service", "may write: " + d.Reason, views.CellGood}
	case policy.Refused:
		return row{"log service", "may not write: " + d.Reason + " Logs never arrive, and S3 doesn't say so. e mends the target's policy.", views.CellBad}
	}
	return row{"log service", "can't tell whether it may write: " + d.Reason, views.CellWarn}
}

// sayTarget says what counts of the target besides.
func (v *tab) sayTarget() []row {
	t, ok := v.target.Get()
	if !ok {
		return nil
	}
	out := []row{known("encryption", t.Encryption, "S3's own", func(s string) string { return s })}
	if days, expires := t.Expires(v.place.Prefix); expires {
		out = append(out, row{"expiry", fmt.Sprintf("log files expire after %d days", days), views.CellGood})
	} else if t.Lifecycle.State == awsops.Known || t.Lifecycle.State == awsops.Absent {
		out = append(out, row{"expiry", "never: log files pile up", views.CellWarn})
	} else {
		out = append(out, row{"expiry", trouble(t.Lifecycle.State, t.Lifecycle.Err), views.CellMuted})
	}
	for _, o := range t.Obstacles(v.bucket, v.place.Region) {
		style, label := views.CellWarn, "note"
		if o.Refused {
			style, label = views.CellBad, "in the way"
		}
		out = append(out, row{label, o.Text + " " + o.Do, style})
	}
	return out
}

// known says a fact that has words of its own.
func known[T fmt.Stringer](label string, r awsops.Reading[T], absent string, dress func(string) string) row {
	style := grid.Style(views.CellText)
	switch r.State {
	case awsops.Known:
		return row{label, dress(r.Value.String()), style}
	case awsops.Absent:
		return row{label, absent, style}
	}
	return row{label, trouble(r.State, r.Err), views.CellMuted}
}
