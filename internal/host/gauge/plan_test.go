package gauge

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/history"
	"longhaul/internal/staging"
)

func TestPlan_isCheckedWhenARunShouldHaveCome(t *testing.T) {
	t.Parallel()
	var p plan
	at := func(times ...time.Time) (all []*timestamppb.Timestamp) {
		for _, one := range times {
			all = append(all, timestamppb.New(one))
		}
		return all
	}
	info := &schedulepb.ScheduleListInfo{FutureActionTimes: at(monday, monday.AddDate(0, 0, 1), monday.AddDate(0, 0, 4))}
	p.take(info, monday.Add(-time.Hour))
	if !p.due(monday.Add(-time.Hour)) || p.period != 72*time.Hour {
		t.Errorf("at the start: due %v, period %s, want a check and the longest of the next times", p.due(monday.Add(-time.Hour)), p.period)
	}
	p.checked, p.check = monday.Add(-time.Hour), time.Time{}
	p.take(info, monday.Add(-time.Hour))
	if p.due(monday.Add(time.Minute)) || !p.due(monday.Add(late)) {
		t.Error("want a check two minutes after the next run")
	}
	p.checked, p.check = monday.Add(late), time.Time{} // and nothing was missed
	p.take(info, monday.Add(late))
	if p.due(monday.Add(late + time.Minute)) {
		t.Error("an old list lets it ask at each look")
	}
	info.Spec = &schedulepb.ScheduleSpec{Interval: []*schedulepb.IntervalSpec{{Interval: durationpb.New(24 * time.Hour)}}}
	if p.take(info, monday); p.period != 24*time.Hour {
		t.Errorf("the period is %s", p.period)
	}
	p.overdue, info.Paused = monday, true
	if p.take(info, monday); p.period != 0 || !p.overdue.IsZero() || p.due(monday.AddDate(0, 0, 9)) {
		t.Errorf("a paused schedule is %+v", p)
	}
	if p.take(nil, monday); p.there {
		t.Error("a schedule that is gone is there")
	}
}

func TestProbe_asksSeldomAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, answer := 0, error(nil)
		release := make(chan struct{})
		p := &Probe{
			Name:     "b-of-" + t.Name(),
			Temporal: func(context.Context) error { asked++; return answer },
			Bucket:   func(ctx context.Context) error { return nil },
		}
		for range 5 {
			if err := p.Ready(t.Context()); err != nil {
				t.Error(err)
			}
		}
		answer = errors.New("connection refused")
		time.Sleep(probeEvery) //nolint:forbidigo // of a synctest bubble
		err := p.Ready(t.Context())
		if asked != 2 || err == nil || err.Error() != "Temporal does not answer as it should: connection refused" {
			t.Errorf("asked %d times, got %v", asked, err)
		}
		p.Bucket = func(context.Context) error { <-release; return nil } // as a dead mount
		time.Sleep(probeEvery)                                           //nolint:forbidigo // of a synctest bubble
		began := time.Now()
		err = p.Ready(t.Context())
		if took := time.Since(began); took != probeWithin || err == nil || !strings.Contains(err.Error(), "; the bucket cannot be used: ") {
			t.Errorf("got %v after %s", err, took)
		}
		close(release)
		synctest.Wait()
	})
}

func TestReadPast_keepsWhatItCannotReadAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.record(t, "20260301T060000Z-aa", history.Record{
		Outcome: "complete", Finished: monday, Exports: map[string]history.Delivery{"castor": {Delivered: true}},
	})
	known, err := readPast(t.Context(), b.Store, "acme", past{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Store.Write(t.Context(), staging.RecordKey("acme", "20260302T060000Z-bb"), []byte("{")); err != nil {
		t.Fatal(err)
	}
	missed := history.Record{Outcome: "gaps", Finished: monday.Add(time.Hour)}
	missed.Missed = &history.Missed{Count: 3}
	b.record(t, "20260302T050000Z-cc", missed)
	next, err := readPast(t.Context(), b.Store, "acme", known)
	if err != nil {
		t.Fatal(err)
	}
	if next.missed != 3 || next.last.Outcome != "gaps" || !maps.Equal(next.delivered, known.delivered) || len(next.ended) != 2 {
		t.Errorf("got %+v", next)
	}
}
