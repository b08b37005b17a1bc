package castor

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
)

// With castor's files alone, exactly this is asked of Salesforce.
func TestFields_areReadWithThoseThatLonghaulNeeds(t *testing.T) {
	t.Parallel()
	want := map[listing.Kind]salesforce.Query{
		listing.Folders: {
			Object: "Folder", Fields: []string{"Id"}, Where: "Type IN ('Dashboard', 'Report')",
			Optional: []string{"DeveloperName", "Name", "NamespacePrefix", "ParentId", "Type", "CreatedById", "LastModifiedById"},
		},
		listing.Reports: {
			Object: "Report", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"CreatedBy.Id", "Description", "DeveloperName", "FolderName", "Format", "IsDeleted", "LastReferencedDate",
				"LastRunDate", "LastViewedDate", "Name", "NamespacePrefix", "OwnerId", "CreatedById", "LastModifiedById", "LastModifiedDate",
				"SystemModstamp",
			},
		},
		listing.Dashboards: {
			Object: "Dashboard", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"CreatedBy.Id", "CreatedDate", "Description", "DeveloperName", "FolderId", "FolderName", "IsDeleted",
				"LastReferencedDate", "LastViewedDate", "NamespacePrefix", "RunningUserId", "Title", "Type", "CreatedById", "LastModifiedById",
				"LastModifiedDate", "SystemModstamp",
			},
		},
		listing.Components: {Object: "DashboardComponent", Fields: []string{"Id"}, Optional: []string{"CustomReportId", "DashboardId", "Name"}},
		listing.Users: {
			Object: "User", Fields: []string{"Id"}, Optional: []string{"Email", "FirstName", "LastName", "CreatedDate"},
			Where: "UserType = 'Standard'",
		},
	}
	fields := export.Fields(Format{})
	for _, kind := range listing.Kinds {
		if diff := cmp.Diff(want[kind], kind.Query(fields[kind])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}
