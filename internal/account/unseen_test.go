package account

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/listing"
)

// TestWrite_countsTheReportsThatDashboardsUseAndNoListingHas counts each once, and says how well that is known. The
// reports 0 to 7 are listed; 6 is filtered and 7 answered that it is gone.
func TestWrite_countsTheReportsThatDashboardsUseAndNoListingHas(t *testing.T) {
	t.Parallel()
	all := map[string]bool{"RunReports": true, "ViewPublicReports": true, "ViewPublicDashboards": true, "ManagePvtRptsAndDashbds": true}
	but := func(name string) map[string]bool {
		rights := map[string]bool{}
		for right, has := range all {
			rights[right] = has && right != name
		}
		return rights
	}
	some := []string{
		component(1, quoted(0), 1), component(2, quoted(9), 1), component(3, quoted(9), 2), component(4, quoted(8), 2),
		component(5, `"000000000000001AAA"`, 1), component(6, "null", 1), component(7, quoted(6), 1), component(8, quoted(7), 1),
	}
	tests := map[string]struct {
		components []string
		rights     map[string]bool
		want       listing.Unseen
	}{
		"some, with a right that is missing":     {some, but("ViewPublicReports"), listing.Unseen{Count: 3, Kind: listing.UnseenAtLeast}},
		"some, with every right":                 {some, all, listing.Unseen{Count: 3, Kind: listing.UnseenAtLeast, SeesAll: true}},
		"none, with every right":                 {some[:1], all, listing.Unseen{Kind: listing.UnseenExact}},
		"no dashboards, with every right":        {nil, all, listing.Unseen{Kind: listing.UnseenExact}},
		"none, with a right that is missing":     {some[:1], but("ViewPublicDashboards"), listing.Unseen{Kind: listing.UnseenAtLeast}},
		"none, with rights that nobody can read": {some[:1], nil, listing.Unseen{Kind: listing.UnseenAtLeast}},
		"the field is refused": {
			[]string{component(1, "", 1)}, but("ManagePvtRptsAndDashbds"), listing.Unseen{Kind: listing.UnseenUnknown},
		},
		"the field is refused, and rights cannot be read": {[]string{component(1, "", 1)}, nil, listing.Unseen{Kind: listing.UnseenUnknown}},
		"no dashboards, and the field would be refused":   {nil, but("ManagePvtRptsAndDashbds"), listing.Unseen{Kind: listing.UnseenUnknown}},
		"only what a describe found gone":                 {some[7:], all, listing.Unseen{Kind: listing.UnseenExact}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			f.inventory(listing.Dashboards, dashboard(1), dashboard(2))
			f.inventory(listing.Components, test.components...)
			if _, err := f.merge(2); err != nil {
				t.Fatal(err)
			}
			got, err := Write(t.Context(), f.in, Manifest{Permissions: test.rights})
			if diff := cmp.Diff(test.want, got.Unseen); diff != "" || err != nil {
				t.Errorf("(-want +got):\n%s%v", diff, err)
			}
			var doc Document
			if err := f.Store.ReadJSON(t.Context(), f.Sync.Manifest(), &doc); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, doc.Unseen); diff != "" {
				t.Errorf("the manifest has (-want +got):\n%s", diff)
			}
		})
	}
}
