package monitor

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/quota/forecast"
	"longhaul/workflows"
)

func TestLines_golden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := &lines{out: &out, every: 5 * time.Second}
	start := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	kinds := activities.Kinds{Folders: 60, Reports: 1000, Dashboards: 100, Components: 600, Users: 200}
	at := func(second int, p workflows.Progress) Snapshot {
		return Snapshot{Progress: p, At: start.Add(time.Duration(second) * time.Second)}
	}
	l.Show(Snapshot{})
	l.Show(at(0, workflows.Progress{Phase: workflows.PhaseAuthenticate}))
	l.Show(at(1, workflows.Progress{Phase: workflows.PhaseAuthenticate, Waiting: "cannot reach acme.my.salesforce.com"}))
	listing := at(2, workflows.Progress{Phase: workflows.PhaseEnumerate})
	listing.Listed = 1060
	l.Show(listing)
	l.Show(at(3, workflows.Progress{Phase: workflows.PhasePlan, Kinds: kinds}))
	described := func(second int, done int64, left time.Duration) {
		s := at(second, workflows.Progress{
			Phase: workflows.PhaseDescribe, Kinds: kinds, ToDescribe: 990, Done: done, APICalls: done + 9,
		})
		if left > 0 {
			s.Forecast = &forecast.Forecast{Seconds: int64(left / time.Second), Ends: s.At.Add(left), AsOf: s.At}
		}
		l.Show(s)
	}
	described(4, 1, 0)
	described(5, 90, 0) // too soon after the last line
	described(9, 500, 8*time.Second)
	described(15, 500, 8*time.Second) // nothing new
	again := func(second int, p workflows.Progress) {
		s := at(second, p)
		s.SecondRound = inSecondRound(p)
		l.Show(s)
	}
	again(16, workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 990, Done: 990, Shards: workflows.Count{Done: 8, Total: 8}})
	again(17, workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 1020, Done: 990, Shards: workflows.Count{Done: 8, Total: 9}})
	l.Show(at(18, workflows.Progress{Phase: workflows.PhaseAssemble, Files: map[string]workflows.Count{"castor": {Done: 2, Total: 7}}}))
	l.Show(at(19, workflows.Progress{Phase: workflows.PhaseUpload, Uploads: map[string]workflows.Count{"castor": {Done: 0, Total: 7}}}))
	l.Show(at(20, workflows.Progress{Phase: workflows.PhaseDone, APICalls: 1012}))
	l.End()
	want := `authenticate  logging in
authenticate  logging in; waiting: cannot reach acme.my.salesforce.com
enumerate     1,060 records listed
plan          comparing 1,000 reports with what is known
describe      1 of 990 reports (0%), 10 API calls
describe      500 of 990 reports (50%), about 8 s left, 509 API calls
catch_up      looking for what changed since the start
catch_up      990 of 1,020 reports (97%), 0 API calls
assemble      2 of 7 files written
upload        0 of 7 files delivered
done          1,012 API calls in all
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestBars_takeEverySnapshotAndEnd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBars(&out)
	b.Show(Snapshot{})
	b.Show(Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseAuthenticate}})
	b.Show(Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseEnumerate}})
	for done := range int64(4) {
		b.Show(Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseDescribe, ToDescribe: 4, Done: done}})
	}
	b.Note("a note")
	b.Show(Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 4, Done: 4}})
	b.Show(Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 6, Done: 4}, SecondRound: true})
	b.Show(Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseDone, ToDescribe: 6, Done: 6}})
	b.End()
	for _, part := range []string{
		"logged in", "enumerate", "describe", "4 of 4 reports (100%)", "a note", "looking for what changed", "6 of 6 reports (100%)", "done",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not shown in:\n%s", part, out.String())
		}
	}
}

// The line of a bar has no room for a reason, so it stands above, whole, and once.
func TestBars_sayWhyASyncWaits(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBars(&out)
	const why = "this source has used its share of the org's API calls (10,000 of 10,000 in 24 hours); the first come back at 30 Nov 18:00 UTC"
	s := Snapshot{Progress: workflows.Progress{Phase: workflows.PhaseDescribe, ToDescribe: 4, Done: 2, Waiting: why}}
	b.Show(s)
	b.Show(s)
	b.End()
	if n := strings.Count(out.String(), "Waiting: "+why+"."); n != 1 {
		t.Errorf("the reason is there %d times:\n%s", n, out.String())
	}
}
