package text_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/document"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/text"
	"longhaul/internal/source"
)

func shown(s schedule.State) string {
	var b strings.Builder
	page := text.Page{Place: time.UTC, Say: func(flags string) string { return "longhaul schedule acme " + flags }}
	document.Terminal{}.Print(&b, page.Of(s))
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestOf_saysWhoSetWhat in each state that a schedule can have.
func TestOf_saysWhoSetWhat(t *testing.T) {
	t.Parallel()
	day, hour := &source.Schedule{Every: 24 * time.Hour}, &source.Schedule{Every: time.Hour}
	there := schedule.State{Source: "acme", ID: "longhaul-acme", Exists: true, Spec: "every 24h, up to 10m later", Wanted: day, By: schedule.ByVerb}
	with := func(change func(*schedule.State)) schedule.State {
		s := there
		change(&s)
		return s
	}
	for says, s := range map[string]schedule.State{
		"acme has no schedule. Make one: longhaul schedule acme --every 24h":                                            {Source: "acme"},
		"acme has no schedule: it was ended.":                                                                           {Source: "acme", Off: true},
		"The schedule of acme, every 24h, is not in Temporal: a worker makes it within a":                               {Source: "acme", Wanted: day, By: schedule.BySettings},
		"The schedule of acme: every 24h, up to 10m later. It was set by `longhaul schedule`.":                          there,
		"The settings say so: sources.acme.schedule.":                                                                   with(func(s *schedule.State) { s.By = schedule.BySettings }),
		"Periods are counted from midnight UTC, not from when it was set: for other times give cron in place of every.": there,
		"Periods are counted from Thursday 1 January 1970, midnight UTC, not from when it was set": with(func(s *schedule.State) {
			s.Wanted = &source.Schedule{Every: 7 * 24 * time.Hour}
		}),
		"It was made by hand, and stays as it is.":                                        with(func(s *schedule.State) { s.ByHand, s.Wanted = true, nil }),
		"It was changed by hand, and stays so. `longhaul schedule` said last: every 24h.": with(func(s *schedule.State) { s.ByHand = true }),
		"Have that back: longhaul schedule acme --every 24h":                              with(func(s *schedule.State) { s.ByHand = true }),
		"Have that back: longhaul schedule acme --cron '0 2 * * *' --timezone Europe/Paris": with(func(s *schedule.State) {
			s.ByHand, s.Wanted = true, &source.Schedule{Cron: "0 2 * * *", Timezone: "Europe/Paris"}
		}),
		"Have that back: longhaul schedule acme --cron '0 3 * * *'": with(func(s *schedule.State) {
			s.ByHand, s.Wanted = true, &source.Schedule{Cron: "0 3 * * *"}
		}),
		"The settings of the worker that answered say every 1h: another worker wrote": with(func(s *schedule.State) { s.Settings = hour }),
		"Since it was made: 7 starts, 2 skipped, for the sync before still ran, 1 missed, for Temporal was away for more than 6h.": with(func(s *schedule.State) {
			s.Counts = schedule.Counts{Started: 7, Skipped: 2, Missed: 1}
		}),
		"Last starts Workflow Mon 30 Nov 2026 02:03 UTC longhaul-acme-2026-11-30T02:00:00Z": with(func(s *schedule.State) {
			s.Last = []schedule.Run{{Started: time.Date(2026, 11, 30, 2, 3, 0, 0, time.UTC), Workflow: "longhaul-acme-2026-11-30T02:00:00Z"}}
		}),
	} {
		if got := shown(s); !strings.Contains(got, says) {
			t.Errorf("%q is missing in %q", says, got)
		}
	}
	if got := shown(with(func(s *schedule.State) { s.Wanted = &source.Schedule{Cron: "0 2 * * *"} })); strings.Contains(got, "Periods") {
		t.Errorf("of cron it says %q", got)
	}
	if got := shown(with(func(s *schedule.State) { s.Note = "resumed by `schedule --resume`" })); strings.Contains(got, "note") {
		t.Errorf("an active schedule says %q", got)
	}
	paused := with(func(s *schedule.State) { s.Paused, s.Note = true, "org maintenance" })
	if got := shown(paused); !strings.Contains(got, "The note says: org maintenance.") {
		t.Errorf("a paused schedule says %q", got)
	}
	if got := shown(with(func(s *schedule.State) { s.Paused, s.Note = true, "\x1b[2Jwhy" })); strings.Contains(got, "\x1b") {
		t.Errorf("a note moves the cursor: %q", got)
	}
}
