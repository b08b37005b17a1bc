package gather

import (
	"fmt"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/quota"
	"longhaul/internal/report"
	"longhaul/internal/usage"
)

func TestGather_drawsCallsAndReportsOverTime(t *testing.T) {
	t.Parallel()
	o := newOrg(t, 480)
	log := usage.Of(o.Store, o.Sync.Source)
	for i, calls := range []int64{100, 150, 200} { // of 500: 50 are pruned
		at := start.Add(time.Duration(20*(i+1)) * time.Minute).Add(-time.Minute)
		a := usage.Attempt{Sync: o.Sync.ID, Type: "Describe", Run: "r", Activity: fmt.Sprint(i), Number: 1}
		if err := log.Record(t.Context(), a, calls, 0, quota.Usage{Clock: at}, at); err != nil {
			t.Fatal(err)
		}
	}
	wait := history.Span{Reason: history.WaitQuota, From: start.Add(time.Minute), To: start.Add(2 * time.Minute)}
	o.record(func(r *history.Record) { r.Spans = []history.Span{wait} })
	s := o.gather().Series
	if !s.Begin.Equal(start) || !s.End.Equal(start.Add(time.Hour)) || len(s.Points) > report.MostPoints || len(s.Waits) != 1 {
		t.Errorf("from %s to %s, %d points, %v", s.Begin, s.End, len(s.Points), s.Waits)
	}
	up := func(at time.Duration) (p report.Point) {
		for _, point := range s.Points {
			if !point.At.After(start.Add(at)) {
				p = point
			}
		}
		return p
	}
	for at, want := range map[time.Duration][2]int64{18 * time.Minute: {60, 47}, 20 * time.Minute: {60, 150}, 41 * time.Minute: {60, 300}, time.Hour: {60, 500}} {
		if p := up(at); p.Reports != want[0] || p.Calls < want[1]-3 || p.Calls > want[1] {
			t.Errorf("after %s: %+v, want %v", at, p, want)
		}
	}
	if p := up(4 * time.Minute); p.Reports < 28 || p.Reports > 31 {
		t.Errorf("after 4 minutes: %+v", p)
	}
}
