package stream

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var current = staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}

// lineOf is a line with the Id of report n.
func lineOf(n int) string {
	return fmt.Sprintf(`{"Id":%q,"Name":"report %d"}`, streamtest.ReportID(n), n)
}
