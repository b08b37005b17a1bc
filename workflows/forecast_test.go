package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/quota"
	"longhaul/workflows"
)

// TestForecast_ofASyncThatWaitsTwoDays looks at syncs again and again, and compares what they say of the time left with what came.
func TestForecast_ofASyncThatWaitsTwoDays(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*metered{
		"alone":                         {daily: 2500},
		"others work all day":           {daily: 3500, steady: 35},
		"others work all day and night": {daily: 3500, steady: 20, burst: 300},
		"slow":                          {daily: 2500, latency: 8 * time.Second},
		"a few too many for two days":   {daily: 2500},
		"a share":                       {daily: 8000, policy: quota.Policy{Ceiling: 80, Share: 25}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reports := int64(5000)
			if name == "a few too many for two days" {
				reports = 3960
			}
			m.kinds = activities.Kinds{Folders: 100, Reports: reports, Dashboards: 300, Components: 2000, Users: 500}
			m.open(t)
			looks, ended, result := m.watch(t)
			said, worst := 0, 0.0
			for _, l := range looks {
				if l.Phase != workflows.PhaseDescribe && l.Phase != workflows.PhaseCatchUp {
					continue
				}
				left := ended.Sub(l.at)
				if l.Forecast == nil {
					if l.Waiting != "" || l.Done > 0 {
						t.Errorf("%s: it says nothing, %s before the end", l.at.Sub(dawn), left)
					}
					continue
				}
				said++
				off := l.Forecast.Ends.Sub(ended)
				if left > time.Minute {
					worst = max(worst, off.Abs().Seconds()/left.Seconds())
				}
				if off.Abs() > left/5+5*time.Second {
					t.Errorf("%s: it ends in %s, and says %s: %s off, %d described", l.at.Sub(dawn), left, l.Forecast.LeftWords(), off, l.Done)
				}
			}
			if days := ended.Sub(dawn) / (24 * time.Hour); days < 2 || said < 100 {
				t.Errorf("it took %s and said %d times what is left: the test shows nothing", ended.Sub(dawn), said)
			}
			t.Logf("%d looks, %.0f %% off at most, %s, %d calls", said, 100*worst, ended.Sub(dawn), result.APICalls)
		})
	}
}

// TestForecast_isNoneWhileSomebodyMustAct pauses a sync, and has an org that does not tell its maximum.
func TestForecast_isNoneWhileSomebodyMustAct(t *testing.T) {
	t.Parallel()
	kinds := activities.Kinds{Reports: 8000}
	paused := &metered{daily: 100_000, kinds: kinds}
	paused.open(t)
	for at, signal := range map[time.Duration]string{100 * time.Second: workflows.PauseSignal, 10 * time.Minute: workflows.ResumeSignal} {
		paused.env.RegisterDelayedCallback(func() { paused.env.SignalWorkflow(signal, nil) }, at)
	}
	silent := &metered{daily: 100_000, kinds: kinds, silent: true}
	silent.open(t)
	for name, m := range map[string]*metered{"a pause": paused, "no maximum": silent} {
		shown := map[workflows.Phase][2]int{} // looks without a forecast, and with one
		looks, _, _ := m.watch(t)
		for _, l := range looks {
			count := shown[l.Phase]
			if l.Forecast == nil {
				count[0]++
			} else {
				count[1]++
			}
			shown[l.Phase] = count
		}
		t.Logf("%s: %v", name, shown)
		describing, standing := shown[workflows.PhaseDescribe], shown[workflows.PhasePaused]
		if m.silent && (describing[1] > 0 || describing[0] == 0) || !m.silent && (describing[1] == 0 || standing[1] > 0 || standing[0] == 0) {
			t.Errorf("%s: looks without and with a forecast are %v", name, shown)
		}
	}
}

// TestForecast_isNoneBeforeATryThatMayFail has a step that fails again and again in the middle of describing, for reasons nobody knows.
func TestForecast_isNoneBeforeATryThatMayFail(t *testing.T) {
	t.Parallel()
	m := &metered{daily: 100_000, kinds: activities.Kinds{Reports: 8000}}
	m.open(t)
	describe, failed := m.org.describe, 0
	m.org.describe = func(ctx context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		m.org.mu.Lock()
		fails := m.done[9] > 0 && failed < 3
		if fails {
			failed++
		}
		m.org.mu.Unlock()
		if fails {
			return activities.DescribeResult{}, bug()
		}
		return describe(ctx, p)
	}
	between, describing := 0, 0
	looks, _, _ := m.watch(t)
	for _, l := range looks {
		switch {
		case strings.Contains(l.Waiting, "; try "):
			if between++; l.Forecast != nil {
				t.Errorf("before a try that may fail it says %s", l.Forecast.Words())
			}
		case l.Phase == workflows.PhaseDescribe && l.Forecast != nil:
			describing++
		}
	}
	if between == 0 || describing == 0 {
		t.Errorf("%d looks before a try, %d with a forecast: the test shows nothing", between, describing)
	}
}
