package workflows_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/quota"
	"longhaul/workflows"
)

// eventLog keeps the kinds of our own lines.
type eventLog struct {
	mu   sync.Mutex
	seen []string
}

func (l *eventLog) note(keyvals []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(keyvals, any("event")); at >= 0 && at%2 == 0 {
		l.seen = append(l.seen, keyvals[at+1].(string))
	}
}

func (l *eventLog) Debug(_ string, keyvals ...any) { l.note(keyvals) }
func (l *eventLog) Info(_ string, keyvals ...any)  { l.note(keyvals) }
func (l *eventLog) Warn(_ string, keyvals ...any)  { l.note(keyvals) }
func (l *eventLog) Error(_ string, keyvals ...any) { l.note(keyvals) }

// A sync that waits for four looks and is paused has a line for each of what happens, however often it looks.
func TestLog_aLineForEachStartWaitAndEnd(t *testing.T) {
	t.Parallel()
	log, looks := new(eventLog), 0
	o := &org{authenticate: spentBut(1990), log: log}
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if looks++; looks < 4 {
			return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn}}, nil
		}
		return activities.CheckQuotaResult{Usage: later(100, time.Hour), Calls: 1}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, time.Minute)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 2*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if diff := cmp.Diff([]string{"start", "wait", "pause", "wait", "end"}, log.seen); diff != "" {
		t.Errorf("the log has (-want +got):\n%s", diff)
	}
}
