package e2e_test

import (
	"os"
	"testing"
	"time"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
)

// budget is the size of a test of the quota: an org whose reports take days.
type budget struct{ reports, daily int }

// ceiling is what the org may have used in any 24 hours for a sync to make another call.
func (b budget) ceiling() int { return b.daily * 80 / 100 }

// wholeQuota says whether `make quota` asked for the whole size of the tests.
func wholeQuota() bool { return os.Getenv("LONGHAUL_E2E_QUOTA") == "1" }

// sizeOfBudget is small unless `make quota` asks for the whole by LONGHAUL_E2E_QUOTA=1.
func sizeOfBudget() budget {
	if wholeQuota() {
		return budget{reports: 5000, daily: 2000}
	}
	return budget{reports: 300, daily: 150}
}

// wholly skips what only `make quota` runs.
func wholly(t *testing.T) {
	t.Helper()
	if !wholeQuota() {
		t.Skip("it takes long: `make quota` runs it (LONGHAUL_E2E_QUOTA=1)")
	}
}

// open is an org that refuses no report for good, so that a sync of it has no gap.
type open struct{ org.Org }

// Describe answers as the org does, but for the reports that the run-as user may not read.
func (o open) Describe(i int) org.Describe {
	d := o.Org.Describe(i)
	if d.Status == org.Forbidden.Status && d.Message == org.Forbidden.Message {
		return org.NoColumns
	}
	return d
}

// openOrg generates one.
func openOrg(reports int) org.Org {
	return open{org.Generate(org.Spec{Reports: reports, Columns: 2, TypeMetadata: 1000})}
}

// thrifty lets a sync use the org up to the ceiling and look every second whether calls came back.
func thrifty(s *source.Source) {
	s.UnboundedLogins = true // sessions end with the org's clock, which leaps here
	s.Quota = source.Quota{Ceiling: 80, Share: 100, Probe: time.Second}
}

// hoursAtATime is how far the org's clock moves at a time, about as often as the sync looks at it. No clock moves by hours between two
// answers of one look.
const hoursAtATime = 8

// days lets hours pass on Salesforce's clock whenever the sync waits for them, until it has ended. It tells how many hours
// passed.
func (r running) days(t *testing.T, sim *server.Server) (hours int) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = r.Get(t.Context(), nil) // the caller asks again
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return hours
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-tick.C:
		}
		if p := r.progress(t); p.Waiting != "" {
			sim.Advance(hoursAtATime * time.Hour)
			hours += hoursAtATime
		}
	}
}

// timerSummaries are what stands beside the timers of a run in Temporal's UI.
func timerSummaries(t *testing.T, events []*historypb.HistoryEvent) (summaries []string) {
	t.Helper()
	for _, event := range events {
		if event.GetTimerStartedEventAttributes() == nil || event.GetUserMetadata().GetSummary() == nil {
			continue
		}
		var summary string
		if err := converter.GetDefaultDataConverter().FromPayload(event.GetUserMetadata().GetSummary(), &summary); err != nil {
			t.Fatal(err)
		}
		summaries = append(summaries, summary)
	}
	return summaries
}
