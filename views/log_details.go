package views

import (
	"bufio"
	"io"

	"cooper/awsops/journal"
	"cooper/ui"
)

// recordLines is all that the journal says about a change.
func recordLines(r journal.Record) []string {
	out := []string{r.Title, ""}
	add := func(label, value string) {
		if value != "" {
			out = append(out, ui.Pad(label, 12)+value)
		}
	}
	add("result", outcomeOf(r))
	if r.Result != nil {
		add("read back", r.Result.Verdict)
		add("sentence", r.Result.Sentence)
		add("ended", ui.Time(r.Result.Time))
		if r.Result.Succeeded > 0 {
			add("done", ui.Thousands(r.Result.Succeeded))
		}
		if r.Result.FailedN > 0 {
			add("failed", ui.Thousands(r.Result.FailedN))
		}
	}
	add("started", ui.Time(r.Time))
	add("by", r.Caller)
	add("account", r.Account)
	add("profile", r.Profile)
	add("bucket", string(r.Bucket))
	add("region", r.Region)
	add("endpoint", r.Endpoint)
	add("kind", r.Kind)
	add("id", r.ID)
	add("goes on with", r.Resumes)
	for _, d := range r.Replaces {
		text := "the " + d.What + " of " + string(d.Bucket) + " from before, " + ui.Bytes(int64(len(d.Text)))
		if d.Text == "" {
			text = string(d.Bucket) + " had no " + d.What
		}
		add("keeps", text+": z and Z on its tab put it back")
	}
	if r.Result != nil {
		for _, id := range r.Result.RequestIDs {
			add("request id", id)
		}
	}
	if len(r.Commands) > 0 {
		out = append(append(out, ""), r.Commands...)
	}
	return out
}

// firstLines reads at most n lines, each cut to a length that a dialog can show.
func firstLines(r io.Reader, n int) ([]string, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var out []string
	for len(out) < n {
		line, err := in.ReadString('\n')
		if line != "" {
			out = append(out, ui.Cut(line, 500))
		}
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
