package answer

import (
	"strings"
	"testing"

	"longhaul/internal/history/item"
)

// TestInOrg_speaksOfTheRecycleBinWhereItWasLookedInto as a look-up of a folder or a component does not see it.
func TestInOrg_speaksOfTheRecycleBinWhereItWasLookedInto(t *testing.T) {
	t.Parallel()
	for kind, bin := range map[item.Kind]bool{item.Report: true, item.Dashboard: true, item.Component: false, item.Folder: false} {
		says := inOrg(kind, Found{}, StateUnknown, "")
		_, fix := goneWords(kind, sighting{}, "")
		speaks := strings.Contains(says, "recycle bin")
		if speaks != bin || strings.Contains(fix, "recycle bin") != bin || !strings.Contains(says, "hidden from the run-as user") {
			t.Errorf("of a %s: %s\n%s", kind, says, fix)
		}
	}
}
