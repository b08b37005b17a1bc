package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
)

// usage is what a process took of the machine.
type usage struct {
	cpu  time.Duration // user and system
	peak int64         // bytes of memory, at the most since the process began
}

// tick is the unit of times in /proc: all Linux systems that Go runs on say 100 a second.
const tick = 10 * time.Millisecond

// usageOf reads what a running process has taken so far. Only Linux tells it of other processes.
func usageOf(t *testing.T, p *process) usage {
	t.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		t.Skipf("what a process takes is read from /proc, which is not there (%v)", err)
	}
	_, after, _ := strings.Cut(string(stat), ") ") // behind the name, which may hold anything
	fields := strings.Fields(after)
	var u usage
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		u.cpu += time.Duration(n) * tick
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(peak, &u.peak); err != nil {
		t.Fatal(err)
	}
	u.peak *= 1 << 10
	return u
}

// orgProcess is a simulator in a process of its own, so that what it takes is not counted with what is measured.
type orgProcess struct {
	ready server.Ready
}

// simulateApart starts a simulator as a process.
func simulateApart(t *testing.T, args ...string) orgProcess {
	t.Helper()
	p := background(t, nil, program(t, simulator), args...)
	var o orgProcess
	text, err := json.Marshal(p.ready)
	if err == nil {
		err = json.Unmarshal(text, &o.ready)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// stats asks the simulator what it has served.
func (o orgProcess) stats(t *testing.T) server.Stats {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.ready.Salesforce+"/simulator/stats", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var stats server.Stats
	if err := json.NewDecoder(answer.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	return stats
}

// median of an odd number of figures.
func median[T int | int64 | float64 | time.Duration](figures []T) T {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}
