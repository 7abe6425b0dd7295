package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/transfer"
)

// ownUploads are the records of a bucket's uploads that cooper began on this machine, by upload id. Those that can't be
// read can't be gone on with, and that is all.
func (e *Env) ownUploads(bucket string) map[string]awsops.UploadRecord {
	all, err := e.Session.Uploads().Kept()
	if err != nil {
		return nil
	}
	out := map[string]awsops.UploadRecord{}
	for _, r := range all {
		if r.Bucket == bucket && r.Endpoint == e.Session.Endpoint() {
			out[r.UploadID] = r
		}
	}
	return out
}

func (v *propertiesView) whyNotGoOn() string {
	p := v.current()
	if p.kind != propUpload {
		return "stand on an incomplete upload"
	}
	if _, ok := v.uploads.Value.ours[p.upload.ID]; !ok {
		return "this upload was not begun by cooper on this machine"
	}
	return ""
}

// goOn plans the rest of an upload that was cut off.
func (v *propertiesView) goOn() tea.Cmd {
	rec := v.uploads.Value.ours[v.current().upload.ID]
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return transfer.PlanGoOn(ctx, r, rec)
	})
}
