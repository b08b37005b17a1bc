package account

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// audit is what an audit of report n brought on the second day.
func audit(t *testing.T, n int, state description.State, modified string) string {
	t.Helper()
	d := description.Description{
		ID: id("00O", n), State: state, Modified: modified, At: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), Audited: true,
		Reason: map[description.State]description.Reason{
			description.StateFailed: description.ReasonServerError, description.StateDenied: description.ReasonNoAccess,
			description.StateObsolete: description.ReasonObsolete, description.StateGone: description.ReasonGone,
		}[state],
	}
	line, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func putJSON(t *testing.T, f *fixture, key string, object any) {
	t.Helper()
	if err := f.Store.WriteJSON(t.Context(), key, object); err != nil {
		t.Fatal(err)
	}
}

// TestMergeDescriptions_anAuditThatFailsLosesNothing has reports that the sync before described, and audits of them.
func TestMergeDescriptions_anAuditThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	const failed, reused, described = description.StateFailed, description.StateReused, description.StateDescribed
	answered := []string{"failed", "denied", "obsolete", "failed", "failed", "failed"}
	kept := []string{"reused", "denied", "obsolete", "failed", "obsolete", "failed"}
	for name, row := range map[string]struct {
		change func(t *testing.T, f *fixture, last *history.Record)
		want   []string
	}{
		"as the sync before": {nil, kept},
		"no audit is planned": {func(t *testing.T, f *fixture, _ *history.Record) {
			t.Helper()
			putJSON(t, f, f.Sync.Plan(), map[string]int{})
		}, answered},
		"somebody else reads": {func(_ *testing.T, _ *fixture, last *history.Record) { last.Identity.UserID = "x" }, answered},
		"what it left is torn": {func(t *testing.T, f *fixture, last *history.Record) {
			t.Helper()
			streamtest.Tear(t, f.Store, last.Descriptions())
		}, answered},
		"what it left is gone": {func(t *testing.T, f *fixture, last *history.Record) {
			t.Helper()
			if err := f.Store.Delete(t.Context(), last.Descriptions()); err != nil {
				t.Fatal(err)
			}
		}, answered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			record := history.Record{Sync: "20261122T163337Z-ab12cd34", Source: "acme", Identity: orgtest.Me}
			last := staging.Sync{Source: "acme", ID: record.Sync}
			f.inventory(listing.Reports, report(0), report(1), report(2), report(3), report(4), report(5))
			old := reportOf(t, 0, 1, "T", "x", described, "a")
			f.Put(last.Described(), old, reportOf(t, 1, 1, "T", "x", reused, "a"), reportOf(t, 2, 1, "T", "x", reused, "a"),
				reportOf(t, 3, 1, "T", "x", reused, "a"), reportOf(t, 4, 1, "T", "x", description.StateObsolete, ""), reportOf(t, 7, 1, "T", "x", reused, "a"))
			putJSON(t, f, f.Sync.Plan(), map[string]int{"audits": 5})
			putJSON(t, f, f.Sync.Start(), history.Start{Identity: orgtest.Me})
			if row.change != nil {
				row.change(t, f, &record)
			}
			putJSON(t, f, staging.RecordKey("acme", last.ID), record)
			f.Put(f.Sync.Shard(0), audit(t, 0, description.StateDeferred, "x"), audit(t, 1, description.StateDenied, "x"),
				audit(t, 2, description.StateObsolete, "x"), audit(t, 3, failed, "y"), audit(t, 4, failed, "x"), audit(t, 5, failed, "x"))
			f.Put(f.Sync.Shard(1), audit(t, 0, failed, "x"))
			f.second = 1
			merged, err := f.merge(2)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, states(t, f)); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if n := merged.States[reused]; description.Total(merged.States) != 6 || (n == 1) != (row.want[0] == "reused") {
				t.Errorf("counted %v", merged.States)
			}
			want := strings.Replace(old, `"state":"described"`, `"state":"reused"`, 1)
			if first := streamtest.Read(t, f.Store, f.Sync.Described())[0]; row.want[0] == "reused" && first != want {
				t.Errorf("it is %s, want %s", first, want)
			}
		})
	}
}
