package main

import (
	"context"
	"testing"

	"cooper/awsops"
)

func TestSwitchingTheProfileKeepsThePlaceAndTheJobs(t *testing.T) {
	journey(t, setup{width: 120, height: 40}, func(r *rig) {
		r.until("root ⚠", "access-logs", "PUBLIC")
		r.bucket("invoices-2026")
		r.Press("enter")
		r.until("README.txt")
		r.selectRow("2026/")
		r.Press("enter")
		r.until("03/")
		stop := make(chan struct{})
		job := r.app.env.Session.Go(r.app.env.Context, "test", "long work", awsops.Target{}, func(ctx context.Context) error {
			select {
			case <-stop:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		r.Wait()
		r.Press(":")
		r.Type("profiles\n")
		r.until("admin-session", "temporary keys", "long-term key")
		r.selectRow("reader")
		r.Press("enter")
		r.until("Signed in as reader. 1 job goes on as before.", " reader · 111122223333 · reader · eu-west-1", "2026/", "03/")
		r.Press("J")
		r.until("long work", "running")
		close(stop)
		if err := job.Wait(r.app.env.Context); err != nil {
			t.Error(err)
		}
		r.Press("esc", "9")
		r.until("denied: GetAccountPublicAccessBlock") // what root could read, the reader can't
		r.Press(":")
		r.Type("profiles\n")
		r.selectRow("admin-session")
		r.Press("enter")
		r.until(" admin-session · 111122223333 · admin/cooper", "temporary")
	})
}

func TestScreensOpenedAfterASwitchAskWithTheNewSession(t *testing.T) {
	journey(t, setup{width: 120, height: 40}, func(r *rig) {
		r.until("root ⚠", "access-logs")
		root := r.app.env.Session
		r.Press(":")
		r.Type("profiles\n")
		r.until("operator")
		r.selectRow("admin")
		r.Press("enter")
		r.until(" admin · 111122223333 · admin")
		if r.app.env.Session == root || r.app.signIn.base.Session != r.app.env.Session {
			t.Error("the session in force is the old one")
		}
		before := root.CallCount()
		r.bucket("invoices-2026")
		r.Press("e")
		r.until("cost-centre")
		if root.CallCount() != before {
			t.Error("the old session was asked")
		}
	})
}
