package gather

import (
	"math"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/streamtest"
)

// line is a description that a sync made.
func line(t *testing.T, n int, state description.State) string {
	t.Helper()
	d := description.Description{ID: id("00O", n), State: state, Modified: "2026-01-01T00:00:00.000+0000", At: start.Add(time.Duration(n) * time.Second)}
	if !state.HasColumns() {
		d.Reason = description.ReasonServerError
	}
	text, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A sync that was cancelled has described something all the same: the next one takes it over.
func TestGather_countsWhatASyncWithoutAnAccountDescribed(t *testing.T) {
	t.Parallel()
	o := stage(t)
	described := description.StateDescribed
	o.Put(o.Sync.Shard(0), line(t, 1, described), line(t, 2, description.StateFailed), line(t, 3, described))
	o.Put(o.Sync.Part(0, id("00O", 1), id("00O", 1), 1), line(t, 1, described)) // which could not be removed
	o.Put(o.Sync.Part(1, id("00O", 4), id("00O", 5), 1), line(t, 4, described), line(t, 5, described))
	o.Put(o.Sync.Part(1, id("00O", 5), id("00O", 6), 2), line(t, 5, described), line(t, 6, described))
	o.Put(o.Sync.Part(2, id("00O", 7), id("00O", 7), 1), line(t, 7, described))
	streamtest.Tear(t, o.Store, o.Sync.Part(2, id("00O", 7), id("00O", 7), 1))
	if err := o.Store.WriteJSON(t.Context(), o.Sync.End(), history.End{Outcome: "cancelled", At: start.Add(time.Minute), APICalls: 9}); err != nil {
		t.Fatal(err)
	}
	s := o.gather().Series
	if last := s.Points[len(s.Points)-1]; !s.Counted || last.Reports < 6 || last.Reports > 7 { // of a torn part, what is before the tear
		t.Errorf("%+v", last)
	}
}

// Where the end says how many were described, the chart ends there, as the message of the sync does, and rises as evenly as the descriptions came.
func TestGather_countsAsTheEndOfTheSync(t *testing.T) {
	t.Parallel()
	for _, described := range []int64{2, 3, 4} {
		o := stage(t)
		o.Put(o.Sync.Shard(0), line(t, 1, description.StateDescribed), line(t, 2, description.StateUnsupported), line(t, 3, description.StateDescribed))
		end := history.End{Outcome: "cancelled", At: start.Add(time.Minute), Reports: 8, Described: described, Reused: 1}
		if err := o.Store.WriteJSON(t.Context(), o.Sync.End(), end); err != nil {
			t.Fatal(err)
		}
		s := o.gather().Series
		for _, point := range s.Points {
			if point.Reports > described {
				t.Errorf("%d of %d", point.Reports, described)
			}
		}
		if last := s.Points[len(s.Points)-1].Reports; last != described {
			t.Errorf("the chart ends with %d, want %d", last, described)
		}
	}
}

// What is known of a part of the reports shows when all were described: nothing jumps at the end, and nothing stands still before it.
func TestGather_drawsSharesOfWhatTheEndSays(t *testing.T) {
	t.Parallel()
	for _, described := range []int64{30, 60, 120} {
		o := stage(t)
		var lines []string
		for i := range 60 {
			lines = append(lines, line(t, i+1, description.StateDescribed))
		}
		o.Put(o.Sync.Shard(0), lines...)
		end := history.End{Outcome: "cancelled", At: start.Add(61 * time.Second), Reports: 200, Described: described}
		if err := o.Store.WriteJSON(t.Context(), o.Sync.End(), end); err != nil {
			t.Fatal(err)
		}
		for _, point := range o.gather().Series.Points {
			want := float64(described) * point.At.Sub(start).Seconds() / 61
			if off := float64(point.Reports) - want; math.Abs(off) > float64(described)/20 {
				t.Errorf("of %d reports %d were described at %s, want %.0f", described, point.Reports, point.At, want)
			}
		}
	}
}
