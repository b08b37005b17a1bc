package e2e_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// TestLies_aListingIsWholeOrIsNone has every answer to a query contradict itself for a while, in every way that the simulator knows:
// nothing is counted before the answers are true again, and then nothing is missing.
func TestLies_aListingIsWholeOrIsNone(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 60, Columns: 1, TypeMetadata: 1000}, nil)
	var lies []server.Fault
	for _, name := range faults.Names() {
		if strings.HasPrefix(name, "query_") {
			lies = append(lies, server.Fault{Name: name, Times: 3}) // a try of an activity
		}
	}
	r := p.begin(t)
	truth := r.result(t)

	if err := p.sim.SetFaults(lies); err != nil {
		t.Fatal(err)
	}
	again := p.begin(t)
	eventually(t, 2*time.Minute, func() bool {
		got := again.progress(t) // before the faults, which may end meanwhile
		for _, state := range p.sim.Faults() {
			if state.Hits < state.Fault.Times {
				if got.Phase == workflows.PhaseDescribe {
					t.Fatalf("it describes %+v although %s has not ended", got.Kinds, state.Fault.Name)
				}
				return false
			}
		}
		return true
	})
	result := again.result(t)
	if result.Kinds != truth.Kinds || result.Outcome != truth.Outcome {
		t.Errorf("%s with %+v, want %s with %+v", result.Outcome, result.Kinds, truth.Outcome, truth.Kinds)
	}
	audit(t, p.store, result)
}

// TestLies_aClockThatRunsAheadBreaksNoBound has pages of a proxy, and then all that it passes on, tell a time that lies a day ahead.
func TestLies_aClockThatRunsAheadBreaksNoBound(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]server.Fault{
		"one page of a proxy":      {Name: "api_503_date", Route: "describe", Times: 1},
		"pages of a proxy":         {Name: "api_503_date", Rate: 0.05},
		"every twentieth answer":   {Name: "date_ahead", Rate: 0.05},
		"all answers of describes": {Name: "date_ahead", Route: "describe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const daily, share = 2000, 25
			p := newPlant(t, server.Options{Org: openOrg(900), DailyLimit: daily, Latency: 50 * time.Millisecond}, func(s *source.Source) {
				s.Quota = source.Quota{Ceiling: 80, Share: share, Probe: time.Second}
			})
			r := p.begin(t)
			eventually(t, time.Minute, func() bool { return described(p.sim) >= 100 })
			if err := p.sim.SetFaults([]server.Fault{fault}); err != nil {
				t.Fatal(err)
			}
			waiting := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
			if !strings.Contains(waiting.Waiting, "share") {
				t.Errorf("it waits for %q", waiting.Waiting)
			}
			looked := p.sim.Stats().Routes["versions"]["200"]
			eventually(t, time.Minute, func() bool { return p.sim.Stats().Routes["versions"]["200"] > looked+2 })
			if peak := p.sim.Stats().PeakByUs; peak > daily*share/100+2 { // a call or two may be spent on asking
				t.Errorf("%d calls within a day, the share is %d", peak, daily*share/100)
			}
			if got := r.progress(t); got.Waiting == "" {
				t.Errorf("it went on in phase %s", got.Phase)
			}
			for _, state := range p.sim.Faults() {
				if state.Hits == 0 {
					t.Error("no answer told a wrong time")
				}
			}
		})
	}
}

// TestLinks_areThoseOfOneInstance has an org that lives elsewhere than its login, and moves in the middle of a sync.
func TestLinks_areThoseOfOneInstance(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 200, Columns: 1, TypeMetadata: 1000, Latency: 100 * time.Millisecond}, nil)
	lives, err := p.sim.MoveInstance()
	if err != nil {
		t.Fatal(err)
	}
	r := p.begin(t)
	eventually(t, time.Minute, func() bool { return described(p.sim) >= 20 })
	if _, err := p.sim.MoveInstance(); err != nil {
		t.Fatal(err)
	}
	files := readExtract(t, p.store, r.result(t))
	for name, object := range map[string]string{"reports": "Report", "dashboards": "Dashboard"} {
		if len(files[name]) == 0 {
			t.Errorf("there are no %s", name)
		}
		for id, record := range files[name] {
			want := lives + "/lightning/r/" + object + "/" + id + "/view"
			if link, _ := record["Url"].(string); link != want {
				t.Fatalf("the link of %s is %q, want %s", id, link, want)
			}
		}
	}
}
