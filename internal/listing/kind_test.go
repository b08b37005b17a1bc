package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/salesforce"
)

func TestKinds_askForWhatLonghaulNeedsAndOthersWish(t *testing.T) {
	t.Parallel()
	want := map[Kind]salesforce.Query{
		Folders: {
			Object: "Folder", Fields: []string{"Id"}, Where: "Type IN ('Dashboard', 'Report')",
			Optional: []string{"Name", "ParentId", "CreatedById", "LastModifiedById"},
		},
		Reports: {
			Object: "Report", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{"OwnerId", "Name", "Format", "CreatedById", "LastModifiedById", "LastModifiedDate", "SystemModstamp"},
		},
		Dashboards: {
			Object: "Dashboard", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"Title", "FolderId", "RunningUserId", "CreatedById", "LastModifiedById", "LastModifiedDate", "SystemModstamp",
			},
		},
		Components: {Object: "DashboardComponent", Fields: []string{"Id"}, Optional: []string{"CustomReportId", "DashboardId", "Name"}},
		Users:      {Object: "User", Fields: []string{"Id"}, Optional: []string{"Email"}, Where: "UserType = 'Standard'"},
	}
	wished := Fields{Reports: {"OwnerId", "Id", "Name"}, Users: {"Email", "Email"}}
	for _, kind := range Kinds {
		if diff := cmp.Diff(want[kind], kind.Query(wished[kind])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	if len(Kinds) != len(want) {
		t.Errorf("there are %d kinds, want %d", len(Kinds), len(want))
	}
}
