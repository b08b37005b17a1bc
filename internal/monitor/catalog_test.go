package monitor

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// TestStatus_saysOfEachExportWhatTheCatalogHas has two exports. The last sync failed because one was refused, and has delivered the other.
func TestStatus_saysOfEachExportWhatTheCatalogHas(t *testing.T) {
	t.Parallel()
	both, half := delivered, delivered
	both.result.Exports = map[string]activities.Delivery{"castor": {Delivered: true}, "lineage": {Delivered: true}}
	refused := &activities.Failure{Class: fault.LoginRefused, System: fault.Catalog, Message: "the token is refused"}
	half.id, half.first, half.status, half.closed = "r2", "r2", enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, monday.Add(24*time.Hour)
	half.result.Sync, half.result.Uploaded, half.result.Outcome, half.result.Failure = "20261124T000000Z-r2", false, workflows.OutcomeFailed, refused
	half.result.Exports = map[string]activities.Delivery{"castor": {Delivered: true}, "lineage": {Failure: refused}}
	half.failure = temporal.NewApplicationErrorWithOptions(refused.Message, string(refused.Class), temporal.ApplicationErrorOptions{
		Details: []any{half.result},
	})
	const castor = "Export castor: delivered as of 24 Nov 2026 02:14 UTC, by sync 20261124T000000Z-r2.\n"
	for name, row := range map[string]struct {
		all    []run
		says   string
		newest string // that was delivered whole
	}{
		"one was refused": {
			all: []run{half, both}, newest: `"catalog":{"as_of":"2026-11-23T02:14:00Z"`,
			says: castor + "Export lineage: delivered as of 23 Nov 2026 02:14 UTC, by sync 20261123T000000Z-r1.\n",
		},
		"one never was": {
			all: []run{half}, newest: `"catalog":null`,
			says: castor + "Export lineage: nothing was delivered yet, as far as Temporal remembers: `longhaul history acme` says what the bucket knows.\n",
		},
	} {
		s, err := NewStatus(t.Context(), &runs{all: row.all}, "acme", UI{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var out bytes.Buffer
		s.Print(&out, false)
		if !strings.Contains(out.String(), "\n"+row.says) || strings.Contains(out.String(), "Catalog as of") {
			t.Errorf("%s: it says\n%s", name, &out)
		}
		text, err := json.Marshal(s)
		if err != nil || !strings.Contains(string(text), row.newest) ||
			!strings.Contains(string(text), `"delivered":{"castor":{"as_of":"2026-11-24T02:14:00Z"`) {
			t.Errorf("%s: the JSON is %s (%v)", name, text, err)
		}
	}
}

// What is said of the catalog is said of castor's files alone.
func TestStatus_saysOfAnotherExportWhereItsFilesWent(t *testing.T) {
	t.Parallel()
	alone := delivered
	alone.result.Exports = map[string]activities.Delivery{"csv": {Delivered: true, To: "/srv/reports"}}
	if got, want := deliveryWords(&alone.result), "Export csv: all files were delivered to /srv/reports."; got != want {
		t.Errorf("of the sync it says %q, want %q", got, want)
	}
	s, err := NewStatus(t.Context(), &runs{all: []run{alone}}, "acme", UI{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "Export csv: delivered as of 23 Nov 2026 02:14 UTC, by sync 20261123T000000Z-r1."
	if got := s.catalogWords(); got != want {
		t.Errorf("of the source it says %q, want %q", got, want)
	}
}
