package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/workflows"
)

// TestCourse_endsOfEachKind reads what syncs leave that get no record.
func TestCourse_endsOfEachKind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set  func(*org)
		want history.End
	}{
		"the first login is refused": {
			func(o *org) {
				o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
					return activities.AuthenticateResult{}, refusal(fault.LoginRefused, "the secret is wrong")
				}
			},
			history.End{Outcome: "failed", Class: "login_refused", System: "salesforce", Message: "the secret is wrong", Phase: "authenticate"},
		},
		"the bucket is away at the first login": {
			func(o *org) {
				o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
					return activities.AuthenticateResult{}, refusalBy(fault.Bucket, fault.Invalid, "no such bucket")
				}
			},
			history.End{},
		},
		"nobody approves": {
			func(o *org) { o.guard = concerned(activities.GuardCoverage) },
			history.End{
				Outcome: "discarded", Phase: "upload", APICalls: 93, Sent: map[string]history.Sent{"castor": {Files: 7}},
				Reports: 100, Described: 80, Reused: 20,
			},
		},
		"the catalog refuses": {
			func(o *org) {
				o.upload = func(activities.UploadParams) (activities.UploadResult, error) {
					return activities.UploadResult{}, refusalBy(fault.Catalog, fault.LoginRefused, "the token is unknown")
				}
			},
			history.End{
				Outcome: "failed", Class: "login_refused", System: "catalog", Message: "the token is unknown", Phase: "upload", APICalls: 93,
				Sent: map[string]history.Sent{"castor": {Files: 7}}, Reports: 100, Described: 80, Reused: 20,
			},
		},
		"the catalog refuses the third file": {
			func(o *org) {
				sent := 0
				o.upload = func(activities.UploadParams) (activities.UploadResult, error) {
					if sent++; sent < 3 {
						return activities.UploadResult{To: "h"}, nil
					}
					return activities.UploadResult{}, refusalBy(fault.Catalog, fault.Invalid, "the file is too large")
				}
			},
			history.End{
				Outcome: "failed", Class: "invalid", System: "catalog", Message: "the file is too large", Phase: "upload", APICalls: 93,
				Sent: map[string]history.Sent{"castor": {Files: 7, Done: 2, To: "h"}}, Reports: 100, Described: 80, Reused: 20,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			test.set(o)
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			resultOf(t, env)
			course := o.end.Course
			o.end.Course, o.end.At = history.Course{}, time.Time{}
			if diff := cmp.Diff(test.want, o.end); diff != "" {
				t.Errorf("the end (-want +got):\n%s", diff)
			}
			if test.want.Outcome == "" {
				return
			}
			last := course.Phases[len(course.Phases)-1]
			if course.Trigger != history.TriggerOther || course.Workflow != "sync-acme" || course.Run == "" || last.Phase != test.want.Phase {
				t.Errorf("the course is %+v", course)
			}
		})
	}
}
