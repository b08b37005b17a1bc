package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/salesforce"
)

func TestKinds_askForWhatCastorWrites(t *testing.T) {
	t.Parallel()
	want := map[Kind]salesforce.Query{
		Folders: {
			Object: "Folder", Fields: []string{"Id"}, Optional: []string{"DeveloperName", "Name", "NamespacePrefix", "ParentId", "Type"},
			Where: "Type IN ('Dashboard', 'Report')",
		},
		Reports: {
			Object: "Report", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"CreatedBy.Id", "Description", "DeveloperName", "FolderName", "Format", "IsDeleted", "LastReferencedDate",
				"LastRunDate", "LastViewedDate", "Name", "NamespacePrefix", "OwnerId", "LastModifiedDate", "SystemModstamp",
			},
		},
		Dashboards: {
			Object: "Dashboard", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"CreatedBy.Id", "CreatedDate", "Description", "DeveloperName", "FolderId", "FolderName", "IsDeleted",
				"LastReferencedDate", "LastViewedDate", "NamespacePrefix", "RunningUserId", "Title", "Type", "LastModifiedDate", "SystemModstamp",
			},
		},
		Components: {Object: "DashboardComponent", Fields: []string{"Id"}, Optional: []string{"CustomReportId", "DashboardId", "Name"}},
		Users: {
			Object: "User", Fields: []string{"Id"}, Optional: []string{"Email", "FirstName", "LastName", "CreatedDate"},
			Where: "UserType = 'Standard'",
		},
	}
	for _, kind := range Kinds {
		if diff := cmp.Diff(want[kind], kind.Query()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	if len(Kinds) != len(want) || Components.File() != "dashboard_components" || Reports.File() != "reports" {
		t.Error("kinds or their files are not castor's")
	}
}
