package workflows_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// Reports that Salesforce described without some of their columns make one warning with their number, in the result and in the
// account, however often the files are written.
func TestSyncSource_countsReportsThatLackSomeColumns(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		partial map[string]int64
		want    []string
	}{
		{"none", nil, nil},
		{"one", map[string]int64{"reports_metadata": 1}, []string{
			"Salesforce described 1 report without some of its columns, so the files lack those",
		}},
		{"many", map[string]int64{"reports_metadata": 1234}, []string{
			"Salesforce described 1234 reports without some of their columns, so the files lack those",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var accounted []warning.Warning
			uploads := 0
			o := &org{
				partial: row.partial,
				account: func(p activities.WriteAccountParams) (activities.WriteAccountResult, error) {
					accounted = p.Warnings
					return activities.WriteAccountResult{}, nil
				},
				upload: func(activities.UploadParams) (activities.UploadResult, error) {
					if uploads++; uploads == 1 { // so that all files are written again
						return activities.UploadResult{}, temporal.NewNonRetryableApplicationError("taken", activities.NameTaken, nil)
					}
					return activities.UploadResult{}, nil
				},
			}
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil {
				t.Fatal(failure)
			}
			if diff := cmp.Diff(warning.Show(accounted), got.Warnings, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the warnings (-account +result):\n%s", diff)
			}
			columns := slices.DeleteFunc(messages(got.Warnings), func(w string) bool { return !strings.Contains(w, "columns") })
			if diff := cmp.Diff(row.want, columns, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("of columns (-want +got):\n%s", diff)
			}
			if n := o.count("Assemble"); n != 14 {
				t.Errorf("%d files were written, want seven two times", n)
			}
		})
	}
}
