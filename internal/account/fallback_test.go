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
	answered := []string{"failed", "denied", "obsolete", "failed", "failed", "failed", "reused"}
	kept := []string{"reused", "denied", "obsolete", "failed", "obsolete", "failed", "reused"}
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
			f.inventory(listing.Reports, report(0), report(1), report(2), report(3), report(4), report(5), report(6))
			old := reportOf(t, 0, 1, "T", "x", described, "a")
			f.Put(f.Sync.Reused(), failedOnce(t, reportOf(t, 6, 1, "T", "x", reused, "a")))
			f.Put(last.Described(), old, reportOf(t, 1, 1, "T", "x", reused, "a"), reportOf(t, 2, 1, "T", "x", reused, "a"),
				reportOf(t, 3, 1, "T", "x", reused, "a"), failedOnce(t, reportOf(t, 4, 1, "T", "x", description.StateObsolete, "")),
				reportOf(t, 7, 1, "T", "x", reused, "a"))
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
			whole := row.want[0] == "reused"
			if n := merged.States[reused]; description.Total(merged.States) != 7 || (n == 2) != whole || (merged.Unaudited == 3) != whole ||
				merged.Unaudited == 0 {
				t.Errorf("counted %v, %d unaudited", merged.States, merged.Unaudited)
			}
			if whole {
				requireFailures(t, f, old)
			}
		})
	}
}

// failedOnce is a line whose audit failed on the day on which it was described.
func failedOnce(t *testing.T, line string) string {
	t.Helper()
	marked, err := description.MarkFailedAudit(nil, []byte(line), 0, day(1))
	if err != nil {
		t.Fatal(err)
	}
	return string(marked)
}

// requireFailures looks at what is kept of audits that failed: the first one of report 0, and another one of report 4.
func requireFailures(t *testing.T, f *fixture, old string) {
	t.Helper()
	lines := streamtest.Read(t, f.Store, f.Sync.Described())
	marks := `,"audit_failures":1,"audit_tried":"2026-11-02T00:00:00Z"`
	want := strings.Replace(old, `"state":"described"`, `"state":"reused"`, 1)
	if plain := strings.Replace(lines[0], marks, "", 1); plain != want || plain == lines[0] {
		t.Errorf("it is %s, want %s with %s", lines[0], want, marks)
	}
	again, err := description.DecodeHead([]byte(lines[4]))
	if err != nil || again.AuditFailures != 2 || !again.AuditTried.Equal(day(2)) || !again.At.Equal(day(1)) {
		t.Errorf("it is %s, %v", lines[4], err)
	}
}

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

// TestFallback_ofAnAuditWithoutAnAnswer was tried when its sync began, as far as anybody knows.
func TestFallback_ofAnAuditWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	old := reportOf(t, 0, 1, "T", "x", description.StateReused, "a")
	f := fallback{began: day(3)}
	if err := f.take([]byte(old)); err != nil {
		t.Fatal(err)
	}
	brought := description.Description{ID: id("00O", 0), State: description.StateFailed, Modified: "x", Audited: true}
	line, state, unaudited, err := f.instead(&brought, nil)
	if err != nil || !unaudited || state != description.StateReused {
		t.Fatal(state, unaudited, err)
	}
	if d, err := description.Decode(line); err != nil || d.AuditFailures != 1 || !d.AuditTried.Equal(day(3)) || len(d.ReportMetadata) == 0 {
		t.Errorf("it is %s, %v", line, err)
	}
}
