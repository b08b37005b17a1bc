package monitor

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/quota/forecast"
	"longhaul/workflows"
)

// The time comes before the reason: a narrow terminal shows only the beginning of the line.
func TestSnapshot_saysWhatASyncWaitsFor(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	describing := workflows.Progress{ToDescribe: 5000, Done: 1234, APICalls: 1300}
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
			"1,234 of 5,000 reports (24%), about 49 h left; waiting until 30 Nov 18:05 UTC: this sync has used its share",
		},
		{
			"the quota, nobody knows until when", workflows.PhaseDescribe, describing, "the org has used up its calls",
			time.Time{},
			"1,234 of 5,000 reports (24%), about 49 h left; waiting: the org has used up its calls",
		},
		{
			"an approval", workflows.PhaseHeld,
			workflows.Progress{},
			"half of the reports are missing", until,
			"no report described yet; waiting until 30 Nov 18:05 UTC at most: half of the reports are missing",
		},
		{
			"a fixed login", workflows.PhaseBlocked, describing, "Salesforce refuses the client secret", until,
			"1,234 of 5,000 reports (24%); waiting until 30 Nov 18:05 UTC at most: Salesforce refuses the client secret",
		},
		{
			"an operator", workflows.PhasePaused, describing, "paused by an operator",
			time.Time{},
			"1,234 of 5,000 reports (24%); waiting: paused by an operator",
		},
	} {
		s := Snapshot{Progress: row.from, Until: row.until}
		s.Forecast = &forecast.Forecast{Seconds: 49 * 3600, Waits: 48 * 3600}
		s.Phase, s.Waiting = row.phase, row.waiting
		if got := s.sentence(); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// A plan says what it describes though it did not change.
func TestSnapshot_saysWhatAPlanHasBrought(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]workflows.Progress{
		"1,234 reports to describe, 5,000 unchanged":              {ToDescribe: 1234, Reused: 5000},
		"1,234 reports to describe (1 audit), 5,000 unchanged":    {ToDescribe: 1234, Audits: 1, Reused: 5000},
		"1,234 reports to describe (700 audits), 5,000 unchanged": {ToDescribe: 1234, Audits: 700, Reused: 5000},
	} {
		s := Snapshot{Progress: p}
		s.Phase = workflows.PhasePlan
		if got := s.finishedWords(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Whatever a sync waits for, the bar keeps how far it is.
func TestShort_keepsHowFarItIs(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	for _, done := range []struct {
		described, all int64
		count          string
	}{{96, 400, "96 of 400"}, {123_456, 200_000, "123,456 of 200,000"}} {
		p := workflows.Progress{Waiting: "why", Done: done.described, ToDescribe: done.all}
		for _, row := range []struct {
			phase       workflows.Phase
			until, look time.Time
		}{
			{phase: workflows.PhaseBlocked, until: until},
			{phase: workflows.PhaseDescribe, until: until},
			{phase: workflows.PhaseDescribe, look: until},
			{phase: workflows.PhasePaused},
		} {
			s := Snapshot{Progress: p, Until: row.until}
			if s.Phase = row.phase; !row.look.IsZero() {
				s.Looks = &row.look
			}
			words := s.short()
			if !strings.HasPrefix(words, done.count) || len(words) > besideBar ||
				row.phase != workflows.PhasePaused && !strings.Contains(words, "30 Nov 18:05") {
				t.Errorf("%s: %d characters: %q", row.phase, len(words), words)
			}
		}
	}
}

// A terminal of 80 columns cuts nothing that matters.
func TestShort_fitsBesideABar(t *testing.T) {
	t.Parallel()
	for _, s := range []Snapshot{
		{Progress: workflows.Progress{
			Phase: workflows.PhaseDescribe, ToDescribe: 200_000, Done: 123_456, Forecast: &forecast.Forecast{Seconds: 85 * 3600},
		}},
		{
			Progress: workflows.Progress{Phase: workflows.PhaseDescribe, ToDescribe: 200_000, Done: 123_456, Waiting: "a long reason"},
			Until:    time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC),
		},
		{Progress: workflows.Progress{Phase: workflows.PhaseEnumerate, Listed: 1_234_567}},
		{Progress: workflows.Progress{Phase: workflows.PhaseHeld, ToDescribe: 5, Waiting: "why"}, Until: time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)},
	} {
		if words := s.short(); len(words) > besideBar || words == "" {
			t.Errorf("%d characters: %q", len(words), words)
		}
	}
}
