package promtest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience bounds what a test waits for Prometheus to see.
const patience = 2 * time.Minute

// named is an alert with its source, receiver or worker.
func named(labels map[string]string) string {
	return strings.TrimSpace(labels["alertname"] + " " + labels["source"] + labels["receiver"] + labels["instance"])
}

// firing are the alerts that fire.
func (s *Server) firing(t *testing.T) (names []string) {
	t.Helper()
	var data struct {
		Alerts []struct {
			State  string
			Labels map[string]string
		}
	}
	if err := s.ask(t, "alerts", url.Values{}, &data); err != nil {
		t.Logf("no alerts yet: %v", err)
	}
	for _, alert := range data.Alerts {
		if alert.State == "firing" {
			names = append(names, named(alert.Labels))
		}
	}
	slices.Sort(names)
	return names
}

// WaitFor waits until exactly these alerts fire, each written as its name and its source, receiver or worker.
func (s *Server) WaitFor(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	var got []string
	Until(t, func() bool {
		got = s.firing(t)
		return slices.Equal(got, want)
	}, func() string { return fmt.Sprintf("%q fire, want %q", got, want) })
}

// Fired is how often each alert has begun to fire since the server was started.
func (s *Server) Fired(t *testing.T) map[string]int {
	t.Helper()
	times := map[string][]time.Time{} // by alert: the seconds in which it fired, whatever other labels it had
	for _, line := range s.All(t, `ALERTS{alertstate="firing"}`) {
		for _, value := range line.Values {
			times[named(line.Labels)] = append(times[named(line.Labels)], value.At)
		}
	}
	fired := map[string]int{}
	for name := range maps.Keys(times) {
		slices.SortFunc(times[name], time.Time.Compare)
		before := time.Time{}
		for _, at := range times[name] {
			if at.Sub(before) > time.Second {
				fired[name]++
			}
			before = at
		}
	}
	return fired
}

// Until asks again until it is so.
func Until(t *testing.T, so func() bool, otherwise func() string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !so(); <-tick.C {
		if t.Failed() || time.Now().After(deadline) {
			t.Fatal(otherwise())
		}
	}
}
