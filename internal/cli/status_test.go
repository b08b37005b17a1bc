package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/workflows"
)

func TestSummary_isNeverCompleteWithoutWhatIsUnseen(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		unseen *listing.Unseen
		want   string
	}{
		{&listing.Unseen{Kind: listing.UnseenExact}, "Sync of acme: complete in "},
		{
			&listing.Unseen{Kind: listing.UnseenAtLeast, Count: 12},
			"Sync of acme: complete; at least 12 reports that dashboards use are not visible to the run-as user, in ",
		},
		{&listing.Unseen{Kind: listing.UnseenUnknown}, "Sync of acme: complete; whether reports exist that the run-as user does not see is not known, in "},
	} {
		result := completeResult()
		result.Unseen = row.unseen
		f := &fakeTemporal{pollers: 1, result: result, last: result}
		for _, verb := range []string{"sync", "status"} {
			if _, out := run(t, f, nil, "longhaul", verb, "acme"); !strings.Contains(out.stdout.String(), row.want) {
				t.Errorf("%s says\n%s", verb, out.stdout.String())
			}
			var shown struct{ Unseen *listing.Unseen }
			_, out := run(t, f, nil, "longhaul", verb, "acme", "--json")
			if err := json.Unmarshal(out.stdout.Bytes(), &shown); err != nil || !cmp.Equal(shown.Unseen, row.unseen) {
				t.Errorf("%s --json says %s: %v", verb, out.stdout.String(), err)
			}
		}
	}
}

func TestStatus_saysWhatToDoAboutAStandstill(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{open: true, progress: workflows.Progress{
		Source: "acme", Phase: workflows.PhaseHeld, Waiting: "half of the reports are missing",
	}}
	code, out := run(t, f, nil, "longhaul", "status", "acme")
	want := `acme is being synced: held: no report described yet
The sync is held: half of the reports are missing. Fix that, discard the sync and start it again; or approve what it found:
  longhaul discard acme
  longhaul approve acme
`
	if diff := cmp.Diff(want, out.stdout.String()); diff != "" || code != 0 {
		t.Errorf("code %d: %s", code, diff)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	running := workflows.Progress{Source: "acme", Phase: workflows.PhaseDescribe, ToDescribe: 100, Done: 50}
	again := workflows.Progress{
		Source: "acme", Phase: workflows.PhaseCatchUp, ToDescribe: 120, Done: 100, Shards: workflows.Count{Done: 8, Total: 10},
	}
	for _, row := range []struct {
		name    string
		f       fakeTemporal
		outcome any
		running bool
		says    string
	}{
		{"never synced", fakeTemporal{}, nil, false, "acme has not been synced yet, as far as Temporal remembers: `longhaul history acme` says what the bucket knows.\n"},
		{
			"the first one runs",
			fakeTemporal{open: true, progress: running},
			nil, true,
			"acme is being synced: describe: 50 of 100 reports (50%), 0 API calls\n",
		},
		{
			"its second round runs",
			fakeTemporal{open: true, progress: again},
			nil, true,
			"acme is being synced: catch_up: 100 of 120 reports (83%), 0 API calls\n",
		},
		{"one has ended", fakeTemporal{last: completeResult()}, "complete", false, "Sync of acme: complete"},
		{"one runs after another", fakeTemporal{open: true, progress: running, last: completeResult()}, "complete", true, "acme is being synced: describe"},
		{
			"the last one failed",
			fakeTemporal{last: completeResult(), failure: temporal.NewApplicationError("why", string(fault.Invalid))},
			"failed", false, "The last sync of acme failed: why\n",
		},
	} {
		f := row.f
		code, out := run(t, &f, nil, "longhaul", "status", "acme")
		if code != 0 || !strings.Contains(out.stdout.String(), row.says) {
			t.Errorf("%s: code %d, stdout:\n%s%s", row.name, code, out.stdout.String(), out.stderr.String())
		}
		code, out = run(t, &f, nil, "longhaul", "status", "acme", "--json")
		var got map[string]any
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
			t.Fatalf("%s: code %d, %v: %s", row.name, code, err, out.stdout.String())
		}
		outcome, there := got["outcome"]
		if !there || outcome != row.outcome || got["source"] != "acme" || (got["running"] != nil) != row.running {
			t.Errorf("%s: got %s", row.name, out.stdout.String())
		}
	}
}
