package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/workflows"
)

func TestLines_golden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := &lines{out: &out, every: 5 * time.Second}
	start := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	kinds := activities.Kinds{Folders: 60, Reports: 1000, Dashboards: 100, Components: 600, Users: 200}
	at := func(second int, p workflows.Progress) snapshot {
		return snapshot{Progress: p, At: start.Add(time.Duration(second) * time.Second)}
	}
	l.show(snapshot{})
	l.show(at(0, workflows.Progress{Phase: workflows.PhaseAuthenticate}))
	l.show(at(1, workflows.Progress{Phase: workflows.PhaseAuthenticate, Waiting: "cannot reach acme.my.salesforce.com"}))
	listing := at(2, workflows.Progress{Phase: workflows.PhaseEnumerate})
	listing.Listed = 1060
	l.show(listing)
	l.show(at(3, workflows.Progress{Phase: workflows.PhasePlan, Kinds: kinds}))
	described := func(second int, done int64, left time.Duration) {
		s := at(second, workflows.Progress{
			Phase: workflows.PhaseDescribe, Kinds: kinds, ToDescribe: 990, Described: done, APICalls: done + 9,
		})
		s.Left = left
		l.show(s)
	}
	described(4, 1, 0)
	described(5, 90, 0) // too soon after the last line
	described(9, 500, 8*time.Second)
	described(15, 500, 8*time.Second) // nothing new
	again := func(second int, p workflows.Progress) {
		s := at(second, p)
		s.Again = describesAgain(p)
		l.show(s)
	}
	again(16, workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 990, Described: 990, Shards: workflows.Count{Done: 8, Total: 8}})
	again(17, workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 1020, Described: 990, Shards: workflows.Count{Done: 8, Total: 9}})
	l.show(at(18, workflows.Progress{Phase: workflows.PhaseAssemble, Files: workflows.Count{Done: 2, Total: 7}}))
	l.show(at(19, workflows.Progress{Phase: workflows.PhaseUpload, Uploads: workflows.Count{Done: 0, Total: 7}}))
	l.show(at(20, workflows.Progress{Phase: workflows.PhaseDone, APICalls: 1012}))
	l.end()
	want := `authenticate  logging in
authenticate  logging in; waiting: cannot reach acme.my.salesforce.com
enumerate     1,060 records listed
plan          comparing 1,000 reports with what is known
describe      1 of 990 reports (0%), 10 API calls
describe      500 of 990 reports (50%), about 8.0 s left, 509 API calls
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

// The times of what waits come before its reason, of which a narrow terminal shows the beginning only.
func TestSnapshot_saysWhatASyncWaitsFor(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	describing := workflows.Progress{ToDescribe: 5000, Described: 1234, APICalls: 1300}
	for _, row := range []struct {
		name    string
		phase   workflows.Phase
		from    workflows.Progress
		waiting string
		until   time.Time
		want    string
	}{
		{"the guard", workflows.PhaseGuard, workflows.Progress{}, "", time.Time{}, "comparing with the last sync"},
		{"the last look", workflows.PhaseCatchUp, describing, "", time.Time{}, "looking for what changed since the start"},
		{
			"the quota", workflows.PhaseDescribe, describing, "this sync has used its share", until,
			"1,234 of 5,000 reports (24%); waiting until 30 Nov 18:05 UTC: this sync has used its share",
		},
		{
			"the quota, nobody knows until when", workflows.PhaseDescribe, describing, "the org has used up its calls",
			time.Time{},
			"1,234 of 5,000 reports (24%); waiting: the org has used up its calls",
		},
		{
			"an approval", workflows.PhaseHeld,
			workflows.Progress{},
			"half of the reports are missing", until,
			"no report described yet; waiting until 30 Nov 18:05 UTC at most: half of the reports are missing",
		},
		{
			"a mended login", workflows.PhaseBlocked, describing, "Salesforce refuses the client secret", until,
			"1,234 of 5,000 reports (24%); waiting until 30 Nov 18:05 UTC at most: Salesforce refuses the client secret",
		},
		{
			"an operator", workflows.PhasePaused, describing, "paused by an operator",
			time.Time{},
			"1,234 of 5,000 reports (24%); waiting: paused by an operator",
		},
	} {
		s := snapshot{Progress: row.from, Until: row.until, Left: time.Hour}
		s.Phase, s.Waiting = row.phase, row.waiting
		if got := s.sentence(); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestBars_takeEverySnapshotAndEnd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBars(&out)
	b.show(snapshot{})
	b.show(snapshot{Progress: workflows.Progress{Phase: workflows.PhaseAuthenticate}})
	b.show(snapshot{Progress: workflows.Progress{Phase: workflows.PhaseEnumerate}})
	for done := range int64(4) {
		b.show(snapshot{Progress: workflows.Progress{Phase: workflows.PhaseDescribe, ToDescribe: 4, Described: done}})
	}
	b.note("a note")
	b.show(snapshot{Progress: workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 4, Described: 4}})
	b.show(snapshot{Progress: workflows.Progress{Phase: workflows.PhaseCatchUp, ToDescribe: 6, Described: 4}, Again: true})
	b.show(snapshot{Progress: workflows.Progress{Phase: workflows.PhaseDone, ToDescribe: 6, Described: 6}})
	b.end()
	for _, part := range []string{
		"logged in", "enumerate", "describe", "4 of 4 reports (100%)", "a note", "looking for what changed", "6 of 6 reports (100%)", "done",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not shown in:\n%s", part, out.String())
		}
	}
}

func TestPace_tellsTheTimeLeft(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	s := func(second int, phase workflows.Phase, done int64) snapshot {
		return snapshot{
			Progress: workflows.Progress{Phase: phase, ToDescribe: 1000, Described: done},
			At:       start.Add(time.Duration(second) * time.Second),
		}
	}
	waits := func(second int, done int64) snapshot {
		shown := s(second, workflows.PhaseDescribe, done)
		shown.Waiting = "the org's API calls are spent"
		return shown
	}
	again := func(second int, done int64) snapshot {
		shown := s(second, workflows.PhaseCatchUp, done)
		shown.Again = true
		return shown
	}
	var p pace
	for _, row := range []struct {
		name string
		in   snapshot
		want time.Duration
	}{
		{"before describe nobody knows", s(0, workflows.PhasePlan, 0), 0},
		{"nor at its first sight", s(10, workflows.PhaseDescribe, 100), 0},
		{"nor a second later", s(11, workflows.PhaseDescribe, 150), 0},
		{"then by what was done since", s(20, workflows.PhaseDescribe, 200), 80 * time.Second},
		{"nothing is left at the end", s(30, workflows.PhaseDescribe, 1000), 0},
		{"a count that falls back starts anew", s(31, workflows.PhaseDescribe, 50), 0},
		{"nobody knows it of a sync that waits", waits(40, 100), 0},
		{"nor at its first sight after the wait", s(4000, workflows.PhaseDescribe, 100), 0},
		{"then by what was done since the wait", s(4010, workflows.PhaseDescribe, 200), 80 * time.Second},
		{"nobody knows it of a listing", s(4020, workflows.PhaseCatchUp, 900), 0},
		{"nor at the first sight of the second round", again(4030, 900), 0},
		{"then by what was done since its beginning", again(4040, 950), 10 * time.Second},
	} {
		if got := p.left(row.in); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ got, want string }{
		{grouped(0), "0"},
		{grouped(999), "999"},
		{grouped(1000), "1,000"},
		{grouped(-1234567), "-1,234,567"},
		{counted(1, "report"), "1 report"},
		{counted(0, "report"), "0 reports"},
		{sized(999), "999 B"},
		{sized(1500), "1.5 kB"},
		{sized(2_500_000), "2.5 MB"},
		{sized(7_000_000_000_000_000), "7000.0 TB"},
		{rounded(1500 * time.Millisecond), "1.5 s"},
		{rounded(90 * time.Second), "90 s"},
		{rounded(5 * time.Minute), "5 min"},
		{rounded(36 * time.Hour), "36.0 h"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
