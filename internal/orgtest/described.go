package orgtest

import (
	"fmt"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// When records of Unchanged changed, and a later time.
const (
	Changed = "2026-11-20T10:00:00.000+0000"
	Later   = "2026-11-23T18:30:00.000+0000"
)

// Values that tests share: a sync, the one before it, and who reads the org. None is changed.
var (
	ChangedAt = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	Current   = staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}
	Earlier   = staging.Sync{Source: "acme", ID: "20261122T181610Z-ab12cd34"}
	Me        = description.Identity{
		OrgID: "00Dxx0000001gPLEAY", APIVersion: "59.0", UserID: "005xx000001SwiUAAS", Locale: "en_US", Format: description.Format,
	}
)

// Described is the line of a description of report n.
func Described(tb testing.TB, n int, state description.State, modified string, at time.Time) string {
	tb.Helper()
	d := description.Description{ID: streamtest.ReportID(n), State: state, Modified: modified, At: at}
	if state.HasColumns() {
		d.ReportExtendedMetadata = fmt.Appendf(nil, `{"at":%q}`, at.Format(time.TimeOnly))
	}
	if state == description.StateObsolete || state == description.StateUnsupported {
		d.Reason = description.Reason(state) // which is named as the state
	}
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return string(line)
}
