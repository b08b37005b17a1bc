package docs_test

import (
	"os"
	"strings"
	"testing"

	"longhaul/internal/salesforce/place"
)

// TestPages_showTheWayToEveryPlace holds the paths of the pages to those that `check` names. A place that a row names and no page
// explains is missing here.
func TestPages_showTheWayToEveryPlace(t *testing.T) {
	t.Parallel()
	var pages strings.Builder
	for _, name := range []string{"salesforce-setup.md", "troubleshooting.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages.WriteString(strings.Join(strings.Fields(string(text)), " "))
	}
	for _, path := range []string{
		place.App, place.Scopes, place.Keys, place.Flows, place.Policies, place.RunAs, place.Permitted, place.Addresses, place.AppUsage,
		place.Connected, place.Blocked, place.OrgFlows, place.Assurance, place.MyDomain, place.Company, place.CallsOfADay, place.Sessions, place.User,
		place.Activity, place.Logins, place.LoginRanges, place.Sets, place.Permissions, place.NewSet,
	} {
		for part := range strings.SplitSeq(path, "; of a connected app ") {
			if !strings.Contains(pages.String(), part) {
				t.Errorf("no page shows the way to %s", part)
			}
		}
	}
}
