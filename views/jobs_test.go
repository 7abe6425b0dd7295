package views

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/ui"
	"cooper/ui/uitest"
)

// slowJob runs n batches of a thousand, a second each.
func slowJob(s *stage, n int) *awsops.Job {
	return s.Session.Apply(s.Context, &awsops.Plan{
		Kind: "test.slow", Title: fmt.Sprintf("Delete %d,000 versions of logs", n), Target: awsops.Target{Bucket: "logs"},
		Effects: awsops.Effects{Versions: int64(n) * 1000},
		Steps: []awsops.Step{{Title: "delete", Source: &awsops.Source{Open: func(context.Context, *awsops.Reader, string) iter.Seq2[awsops.Item, error] {
			return func(yield func(awsops.Item, error) bool) {
				for i := range n {
					if !yield(awsops.Item{Cursor: fmt.Sprint(i)}, nil) {
						return
					}
				}
			}
		}}, Do: func(ctx context.Context, _ *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			select {
			case <-time.After(time.Second):
				return awsops.Receipt{Done: 1000}, nil
			case <-ctx.Done():
				return awsops.Receipt{}, ctx.Err()
			}
		}}},
	})
}

func failedJob(s *stage) *awsops.Job {
	return s.Session.Apply(s.Context, &awsops.Plan{Kind: "test.fail", Title: "Delete bucket backups", Steps: []awsops.Step{{
		Do: func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
			return awsops.Receipt{}, &awsops.Error{Op: "DeleteBucket", Bucket: "backups", Kind: awsops.KindConflict, Code: "BucketNotEmpty",
				Status: 409, Message: "The bucket you tried to delete is not empty", Hint: "Versions, delete markers or uploads are left in it."}
		},
	}}})
}

func jobsStage(t *testing.T) *stage {
	s := newStage(t)
	s.view = NewJobs(s.Env, ui.Place{})
	return s
}

func TestTheJobsScreenAtEverySize(t *testing.T) {
	goldens(t, "jobs", jobsStage, func(s *stage, p *uitest.Program) {
		<-failedJob(s).Done()
		job := slowJob(s, 20)
		p.Send(ui.Wake()())
		p.Sleep(5 * time.Second)
		p.Mark()
		job.Pause()
		p.Sleep(2 * time.Second)
	})
}

func TestTheEmptyJobsScreenSaysWhatItIsFor(t *testing.T) {
	goldens(t, "jobs-empty", jobsStage, nil)
}

func TestAJobIsPausedGoesOnAndIsCancelledAfterAsking(t *testing.T) {
	on(t, 80, 24, jobsStage, func(s *stage, p *uitest.Program) {
		job := slowJob(s, 100)
		p.Send(ui.Wake()())
		p.Sleep(1500 * time.Millisecond)
		p.Sees("running", "1,000")
		p.Press("p")
		p.Sleep(3 * time.Second)
		p.Sees("paused", "2,000")
		p.Press("p")
		p.Sleep(1500 * time.Millisecond)
		p.Sees("running")
		p.Press("d")
		p.Sees("What it has done stays done")
		p.Press("enter")
		if job.State().Ended() {
			t.Fatal("enter cancelled it")
		}
		p.Press("y")
		p.Sleep(time.Second)
		p.Sees("cancelled")
		if !errors.Is(job.Err(), errQuit) {
			t.Errorf("error %v", job.Err())
		}
		p.Press("p")
		p.Sees("This job has ended")
	})
}

func TestAJobThatEndedBeforeAnybodyLookedIsToldAllTheSame(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		<-failedJob(s).Done()
		p.Send(ui.Wake()())
		p.Sleep(time.Second)
		p.Sees("Delete bucket backups: failed")
		p.Sleep(time.Minute)
		if n := len(s.Works()); n != 0 {
			t.Errorf("%d jobs are still shown as running", n)
		}
	})
}

func TestAFailedJobTellsItsError(t *testing.T) {
	on(t, 80, 24, jobsStage, func(s *stage, p *uitest.Program) {
		<-failedJob(s).Done()
		p.Send(ui.Wake()())
		p.Sees("failed", "The bucket you tried to delete is not empty")
		p.Press("enter")
		p.Sees("DeleteBucket backups", "BucketNotEmpty")
	})
}

func TestAnUnfinishedJobOfAnEarlierRunIsOfferedAndPlannedAgain(t *testing.T) {
	build := func(t *testing.T) *stage {
		s := jobsStage(t)
		dir := t.TempDir()
		before, err := journal.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := before.Start(journal.Entry{ID: "left", Kind: "test.left", Title: "Delete versions of logs", Params: json.RawMessage(`{}`),
			Endpoint: s.Session.Endpoint(), Bucket: "logs"}); err != nil {
			t.Fatal(err)
		}
		if err := before.Close(); err != nil {
			t.Fatal(err)
		}
		if s.Journal, err = journal.Open(dir); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Journal.Close(); err != nil {
				t.Error(err)
			}
		})
		s.Planners = awsops.Planners{"test.left": func(context.Context, *awsops.Reader, json.RawMessage) (*awsops.Plan, error) {
			return &awsops.Plan{Kind: "test.left", Title: "Delete the rest of the versions of logs", Consent: awsops.Consent{Kind: awsops.ConsentYes}, Steps: []awsops.Step{{}}}, nil
		}}
		return s
	}
	on(t, 80, 24, build, func(_ *stage, p *uitest.Program) {
		p.Sees("Delete versions of logs", "unfinished since")
		p.Press("n")
		p.Sleep(grace)
		p.Sees("Plan: Delete the rest of the versions of logs")
	})
}
