package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/staging"
)

// mapped runs an activity that fails with err through toTemporal.
func mapped(t *testing.T, err error) *temporal.ApplicationError {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	fails := func(ctx context.Context) error { return toTemporal(ctx, err) }
	env.RegisterActivity(fails)
	_, got := env.ExecuteActivity(fails)
	var failure *temporal.ApplicationError
	if !errors.As(got, &failure) {
		t.Fatalf("got %v, want an application error", got)
	}
	return failure
}

func TestToTemporal_classes(t *testing.T) {
	t.Parallel()
	for class, retried := range map[fault.Class]bool{
		fault.LoginRefused: false, fault.SessionExpired: true, fault.SessionPolicy: false, fault.PermissionMissing: false,
		fault.QuotaExhausted: false, fault.Throttled: true, fault.Gone: false, fault.Obsolete: false, fault.Unsupported: false,
		fault.Transient: true, fault.Poison: false, fault.Invalid: false,
	} {
		cause := &fault.Error{Class: class, System: fault.Salesforce, Message: "a sentence", Err: errors.New("a cause below")}
		got := mapped(t, fmt.Errorf("doing it: %w", cause))
		if got.Type() != string(class) || got.NonRetryable() == retried {
			t.Errorf("%s became type %s, non-retryable %v", class, got.Type(), got.NonRetryable())
		}
		var details Failure
		if err := got.Details(&details); err != nil || details.Class != class || details.System != fault.Salesforce {
			t.Errorf("%s: the details are %+v, %v", class, details, err)
		}
	}
}

func TestToTemporal_namesATornShard(t *testing.T) {
	t.Parallel()
	damaged := &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: "the object is damaged", Err: staging.ErrTorn}
	var details Failure
	got := mapped(t, fmt.Errorf("merge: %w", &description.TornShardError{Shard: 0, Err: damaged}))
	if err := got.Details(&details); err != nil || details.Torn == nil || *details.Torn != 0 || got.Type() != string(fault.Invalid) {
		t.Errorf("it became type %s with %+v, %v", got.Type(), details, err)
	}
	var other Failure
	if err := mapped(t, damaged).Details(&other); err != nil || other.Torn != nil {
		t.Errorf("what is no shard became %+v, %v", other, err)
	}
}

func TestToTemporal_leavesALongWaitToTheWorkflow(t *testing.T) {
	t.Parallel()
	cause := &fault.Error{Class: fault.Throttled, System: fault.Salesforce, Message: "too many logins", RetryAfter: time.Hour}
	got := mapped(t, &waitInWorkflow{error: fmt.Errorf("log in: %w", cause)})
	if got.Type() != string(fault.Throttled) || !got.NonRetryable() || got.Message() != "too many logins" {
		t.Errorf("it became type %s, %q, non-retryable %v", got.Type(), got.Message(), got.NonRetryable())
	}
}

// TestToTemporal_anAttemptThatTemporalDidNotHearOf is cut off by the SDK with the error of the heartbeat that did not get
// through, which is no bug of ours.
func TestToTemporal_anAttemptThatTemporalDidNotHearOf(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cause error
		want  func(error) bool
	}{
		"a heartbeat that got no answer": {serviceerror.NewDeadlineExceeded("context deadline exceeded"), func(err error) bool {
			var failure *temporal.ApplicationError
			return errors.As(err, &failure) && failure.Type() == string(fault.Transient) && !failure.NonRetryable()
		}},
		"a cancel of the workflow": {temporal.NewCanceledError(), func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestActivityEnvironment()
		cut := func(ctx context.Context) error {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(row.cause)
			if got := toTemporal(ctx, fmt.Errorf("sending a file: %w", context.Cause(ctx))); !row.want(got) {
				t.Errorf("%s became %v", name, got)
			}
			if got := cutOff(ctx, errors.New("something else"), nil, 0); got != nil {
				t.Errorf("%s: another error became %v", name, got)
			}
			return nil
		}
		env.RegisterActivity(cut)
		if _, err := env.ExecuteActivity(cut); err != nil {
			t.Error(err)
		}
	}
}

// TestToTemporal_whatTheAttemptItselfBounds is no end of the activity, whatever lies below the error.
func TestToTemporal_whatTheAttemptItselfBounds(t *testing.T) {
	t.Parallel()
	silent := &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: "no answer came", Err: context.Canceled}
	if got := mapped(t, fmt.Errorf("describing: %w", silent)); got.Message() != "no answer came" || got.Type() != string(fault.Transient) {
		t.Errorf("a silent bucket became %v", got)
	}
	if got := mapped(t, fmt.Errorf("describing: %w", context.Canceled)); got.Type() != string(fault.Transient) || strings.Contains(got.Message(), "stopped") {
		t.Errorf("a bound without a class became %v", got)
	}
}

func TestToTemporal_waits(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err  error
		want time.Duration
	}{
		"as long as the server asks for":                   {&fault.Error{Class: fault.Throttled, RetryAfter: 90 * time.Second}, 90 * time.Second},
		"no longer than is sensible":                       {&fault.Error{Class: fault.Transient, RetryAfter: 68 * 365 * 24 * time.Hour}, longestWait},
		"as the policy says when the server asks for none": {&fault.Error{Class: fault.Transient}, 0},
	} {
		if got := mapped(t, row.err).NextRetryDelay(); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestToTemporal_withoutAClass(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err     error
		kind    string
		retried bool
	}{
		"a bug fails loudly":             {errors.New("the account does not add up"), Internal, false},
		"time that ran out is retried":   {fmt.Errorf("reading: %w", context.DeadlineExceeded), string(fault.Transient), true},
		"a worker that stops gives back": {fmt.Errorf("shard 3: %w", context.Canceled), string(fault.Transient), true},
	} {
		got := mapped(t, row.err)
		if got.Type() != row.kind || got.NonRetryable() == row.retried {
			t.Errorf("%s: type %s, non-retryable %v", name, got.Type(), got.NonRetryable())
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	all := map[string]bool{"RunReports": true, "ViewPublicReports": true, "ViewPublicDashboards": true, "ManagePvtRptsAndDashbds": true}
	without := func(name string) permission.Set {
		granted := map[string]bool{}
		for n, has := range all {
			granted[n] = has && n != name
		}
		return permission.NewSet(granted)
	}
	for name, row := range map[string]struct {
		permissions permission.Set
		private     bool
		warnings    int
		refused     bool
	}{
		"all there":                            {without(""), true, 0, false},
		"none known":                           {permission.NewSet(nil), true, 1, false},
		"no Run Reports":                       {without("RunReports"), false, 1, false},
		"not all public folders":               {without("ViewPublicReports"), false, 1, false},
		"not all dashboards":                   {without("ViewPublicDashboards"), false, 1, false},
		"no private ones, and none are wanted": {without("ManagePvtRptsAndDashbds"), false, 1, false},
		"no private ones, although they are asked for": {without("ManagePvtRptsAndDashbds"), true, 1, true},
	} {
		warnings, err := checkPermissions(row.permissions, row.private, nil)
		if len(warnings) != row.warnings || fault.Is(err, fault.PermissionMissing) != row.refused {
			t.Errorf("%s: %q, %v", name, warnings, err)
		}
	}
}
