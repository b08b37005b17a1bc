package workflows_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// revoked is a describe that is refused until fixed, after some reports came home: the ninth shard starts in place of
// one that is done.
func revoked(o *org, refused error, fixed *atomic.Bool) {
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		return activities.PlanResult{Reports: 160, ToDescribe: 160, Shards: 16}, nil
	}
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard >= 8 && !fixed.Load() {
			return activities.DescribeResult{}, refused
		}
		return described(10), nil
	}
}

func TestBlocked_waitsForResumeAndGoesOn(t *testing.T) {
	t.Parallel()
	const why = "the client secret is wrong"
	for name, refused := range map[string]error{
		"a login that is refused":      refusal(fault.LoginRefused, why),
		"a policy of sessions":         refusal(fault.SessionPolicy, why),
		"a permission that is missing": refusal(fault.PermissionMissing, why),
		"a secret's file that is lost": refusalBy(fault.Longhaul, fault.Invalid, why),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, fixed := new(org), new(atomic.Bool)
			revoked(o, refused, fixed)
			env := environment(t, o, "sync-acme")
			env.RegisterDelayedCallback(func() {
				p := ask(t, env)
				if p.Phase != workflows.PhaseBlocked || p.Waiting != why || p.Until == nil {
					t.Errorf("a blocked sync says %s, %q, until %v", p.Phase, p.Waiting, p.Until)
				}
				if login := name == "a login that is refused"; strings.Contains(p.Do, "`longhaul connect acme`") != login {
					t.Errorf("what to do: %s", p.Do)
				}
				env.SignalWorkflow(workflows.ResumeSignal, nil) // too early: nothing is fixed
			}, time.Hour)
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); p.Phase != workflows.PhaseBlocked {
					t.Errorf("not blocked again, but %s", p.Phase)
				}
				fixed.Store(true)
				env.SignalWorkflow(workflows.ResumeSignal, nil)
			}, 2*time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || got.Kept != 160 || got.Outcome != workflows.OutcomeComplete {
				t.Errorf("described %d, %v", got.Kept, failure)
			}
		})
	}
}

// TestBlocked_withoutWhatItHadWritten loses an object of its own: a resume brings nothing, so it is not what to do.
func TestBlocked_withoutWhatItHadWritten(t *testing.T) {
	t.Parallel()
	o := new(org)
	revoked(o, refusalBy(fault.Bucket, fault.Invalid, "the object a/b is gone from the bucket mem://"+staging.Anew), new(atomic.Bool))
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if p.Phase != workflows.PhaseBlocked || !strings.HasPrefix(p.Do, "`longhaul cancel acme`, then `longhaul sync acme`") {
			t.Errorf("in phase %s it says what to do: %s", p.Phase, p.Do)
		}
		env.CancelWorkflow()
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
}

func TestBlocked_failsWhenNobodyResumes(t *testing.T) {
	t.Parallel()
	o := new(org)
	revoked(o, refusal(fault.LoginRefused, "the client secret is wrong"), new(atomic.Bool))
	env := environment(t, o, "sync-acme")
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.LoginRefused) || env.Now().Sub(start) < 7*24*time.Hour {
		t.Errorf("got %v after %s", failure, env.Now().Sub(start))
	}
	if len(o.ended) != 1 || o.ended[0] != "failed" {
		t.Errorf("noted as %v", o.ended)
	}
}

// nothingHomeYet plans the first sync of an org: no record holds a description that could be reused.
func nothingHomeYet(activities.PlanParams) (activities.PlanResult, error) {
	return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
}

func TestBlocked_notBeforeAnythingCameHome(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]error{
		"a permission that is missing":  refusal(fault.PermissionMissing, "no Run Reports"),
		"a setting that cannot be used": refusalBy(fault.Longhaul, fault.Invalid, "the secret file is not there"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{describe: func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
				return activities.DescribeResult{}, refused
			}, plan: nothingHomeYet}
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if got, failure := resultOf(t, env); failure == nil || got.Seconds > 3600 {
				t.Errorf("a setup that never worked took %v s: %v", got.Seconds, failure)
			}
		})
	}
}

func TestBlocked_byTheCatalogInMidDelivery(t *testing.T) {
	t.Parallel()
	o, fixed := new(org), new(atomic.Bool)
	o.upload = func(p activities.UploadParams) (activities.UploadResult, error) {
		if p.File.Name == "reports" && !fixed.Load() {
			return activities.UploadResult{}, refusalBy(fault.Catalog, fault.LoginRefused, "the token is refused")
		}
		return activities.UploadResult{}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhaseBlocked || p.Uploads["castor"].Done != 3 {
			t.Errorf("it says %s with %d uploads", p.Phase, p.Uploads["castor"].Done)
		}
		fixed.Store(true)
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || !got.Uploaded || o.count("Upload") != 8 {
		t.Errorf("%d uploads, %v", o.count("Upload"), failure)
	}
}

// What somebody can fix blocks a sync in every step, once something came home: the setting of one worker must not end a sync
// that is nearly done.
func TestBlocked_inEveryStepThatReadsTheBucket(t *testing.T) {
	t.Parallel()
	refused := refusalBy(fault.Bucket, fault.Invalid, "this worker uses another bucket than the sync began in")
	for name, breaks := range map[string]func(*org, *atomic.Bool){
		"settle": func(o *org, fixed *atomic.Bool) {
			o.settle = func() (activities.MergeDescriptionsResult, error) {
				if !fixed.Load() {
					return activities.MergeDescriptionsResult{}, refused
				}
				return activities.MergeDescriptionsResult{States: activities.States{Described: 80, Reused: 20}}, nil
			}
		},
		"replan": func(o *org, fixed *atomic.Bool) {
			o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
				done := described(10)
				done.Deferred = 1
				return done, nil
			}
			o.replan = func(activities.ReplanParams) (activities.ReplanResult, error) {
				if !fixed.Load() {
					return activities.ReplanResult{}, refused
				}
				return activities.ReplanResult{}, nil
			}
		},
		"guard of the coverage": func(o *org, fixed *atomic.Bool) {
			o.guard = func(p activities.GuardParams) (activities.GuardResult, error) {
				if p.Stage == activities.GuardCoverage && !fixed.Load() {
					return activities.GuardResult{}, refused
				}
				return activities.GuardResult{}, nil
			}
		},
		"assemble": func(o *org, fixed *atomic.Bool) { o.step = refusing("Assemble", refused, fixed) },
		"account":  func(o *org, fixed *atomic.Bool) { o.step = refusing("WriteAccount", refused, fixed) },
		"record":   func(o *org, fixed *atomic.Bool) { o.step = refusing("Record", refused, fixed) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, fixed := new(org), new(atomic.Bool)
			breaks(o, fixed)
			env := environment(t, o, "sync-acme")
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); p.Phase != workflows.PhaseBlocked || !strings.Contains(p.Waiting, "another bucket") {
					t.Errorf("it says %s, %q", p.Phase, p.Waiting)
				}
				fixed.Store(true)
				env.SignalWorkflow(workflows.ResumeSignal, nil)
			}, time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
				t.Errorf("got %+v, %v", got, failure)
			}
		})
	}
}

// A sync that nobody resumes fails after one wait, however many steps its failure passes.
func TestBlocked_failsAfterOneWait(t *testing.T) {
	t.Parallel()
	o := &org{settle: func() (activities.MergeDescriptionsResult, error) {
		return activities.MergeDescriptionsResult{}, refusalBy(fault.Bucket, fault.Invalid, "this worker uses another bucket")
	}}
	env := environment(t, o, "sync-acme")
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if took := env.Now().Sub(start); failure == nil || took < 7*24*time.Hour || took > 8*24*time.Hour {
		t.Errorf("it failed after %s: %v", took, failure)
	}
}

// refusing is a step that one activity refuses until that is fixed.
func refusing(name string, refused error, fixed *atomic.Bool) func(string) error {
	return func(step string) error {
		if step == name && !fixed.Load() {
			return refused
		}
		return nil
	}
}

// TestBlocked_saysWhatHelpsByWhereTheCredentialsAre has a secret that the org refuses, as the login that began said where it is kept.
func TestBlocked_saysWhatHelpsByWhereTheCredentialsAre(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]string{
		activities.KeptSettings: "fix that; then `longhaul resume acme` (signal `resume`)",
		activities.KeptConnected: "fix that; then `longhaul resume acme` (signal `resume`); or give it other credentials by `longhaul connect acme`, " +
			"which resumes it too",
	} {
		o, fixed := new(org), new(atomic.Bool)
		o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			auth := healthy()
			auth.Kept = kept
			return auth, nil
		}
		revoked(o, refusal(fault.LoginRefused, "the user is frozen"), fixed)
		env := environment(t, o, "sync-acme")
		env.RegisterDelayedCallback(func() {
			if p := ask(t, env); p.Do != want || p.Kept != kept {
				t.Errorf("kept in %q: what to do: %s", p.Kept, p.Do)
			}
			fixed.Store(true)
			env.SignalWorkflow(workflows.ResumeSignal, nil)
		}, time.Hour)
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	}
}
