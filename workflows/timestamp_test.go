package workflows_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/workflows"
)

// A sync keeps after the last one by the names of its files even where that one's are ahead of the clock, and says so.
func TestSyncSource_saysThatItsFilesAreNamedAhead(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC)
	for _, row := range []struct {
		name  string
		last  int64
		want  int64
		warns bool
	}{
		{"the first sync", 0, started.Unix(), false},
		{"a sync some seconds after the last", started.Unix() + 2, started.Unix() + 3, false},
		{"hours ahead", started.Unix() + 5*3600, started.Unix() + 5*3600 + 1, true},
		{"milliseconds", started.UnixMilli(), started.UnixMilli() + 1, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				r := healthy()
				r.LastTimestamp = row.last
				return r, nil
			}}
			env := environment(t, o, "sync-acme")
			env.SetStartTime(started)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || got.Files["castor"][0].Bytes != row.want {
				t.Fatalf("named %+v, want %d: %v", got.Files, row.want, failure)
			}
			if warned := strings.Contains(said(got.Warnings), "named with a time in the future"); warned != row.warns {
				t.Errorf("warnings %q", got.Warnings)
			}
		})
	}
}

func TestSyncSource_gapBetweenTimestampsNeverCloses(t *testing.T) {
	t.Parallel()
	const last = 4102444800 // far in the future: the clock of an earlier worker was wrong
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.LastTimestamp = last
		return r, nil
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, _ := resultOf(t, env)
	if got.Files["castor"][0].Bytes != last+1 {
		t.Errorf("the timestamp is %d, want %d", got.Files["castor"][0].Bytes, last+1)
	}
}
