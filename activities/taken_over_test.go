package activities_test

import (
	"errors"
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// A sync that was silent for long, as one that is paused, must not go on beside the one that has taken its source over.
func TestOwner_aSyncThatWasTakenOverEndsAndTouchesNothing(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	before, err := r.begin(r.a, syncOfA, staging.Seen{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.begin(r.b, syncOfB, r.waits(t, r.b, syncOfB)); err != nil {
		t.Fatalf("the second Temporal, after the silence of the first: %v", err)
	}
	var left []string
	list := func() (keys []string) {
		for key, err := range r.store.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key)
		}
		return keys
	}
	left = list()
	for name, params := range map[string]any{
		"Guard":      activities.GuardParams{Sync: before},
		"Plan":       activities.PlanParams{Sync: before},
		"Enumerate":  activities.EnumerateParams{Sync: before, Kind: "reports"},
		"Describe":   activities.DescribeParams{Sync: before, Share: 1},
		"Upload":     activities.UploadParams{Sync: before, Export: "castor", File: activities.File{Name: fileName}},
		"Record":     activities.RecordParams{Account: activities.WriteAccountParams{Sync: before}},
		"CheckQuota": activities.CheckQuotaParams{Sync: before},
		"MarkEnded":  activities.MarkEndedParams{Sync: before, End: history.End{Outcome: "failed"}},
	} {
		_, err := r.a.ExecuteActivity(name, params)
		var failure *temporal.ApplicationError
		var details activities.Failure
		if !errors.As(err, &failure) || failure.Details(&details) != nil || details.Owner == "" || failure.Type() != string(fault.Invalid) ||
			!failure.NonRetryable() || !strings.Contains(details.Message, "has taken source acme over in this bucket") {
			t.Errorf("%s of the sync that was taken over: %v, %+v", name, err, details)
		}
	}
	if _, err := r.a.ExecuteActivity("Prune", activities.PruneParams{Sync: before}); err != nil {
		t.Errorf("Prune of a sync that is recorded: %v", err)
	}
	if now := list(); strings.Join(now, "\n") != strings.Join(left, "\n") {
		t.Errorf("the bucket held\n%s\nand holds\n%s", strings.Join(left, "\n"), strings.Join(now, "\n"))
	}
	r.waits(t, r.a, syncOfA)
}

// A sync that was reset after its end was not silent: another one took a source that was free.
func TestOwner_aSyncThatGoesOnAfterItsEndIsToldWhatIsSo(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	ended, err := r.begin(r.a, syncOfA, staging.Seen{})
	if err == nil {
		_, err = r.a.ExecuteActivity("MarkEnded", activities.MarkEndedParams{Sync: ended, End: history.End{Outcome: "cancelled"}})
	}
	if err == nil {
		_, err = r.begin(r.b, syncOfB, staging.Seen{})
	}
	if err == nil {
		err = r.store.Write(t.Context(), staging.RecordKey("acme", syncOfB), []byte("{}"))
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.a.ExecuteActivity("Guard", activities.GuardParams{Sync: ended})
	if err == nil || !strings.Contains(err.Error(), "as this sync had ended there or nothing was heard of it for 20 minutes") {
		t.Errorf("it goes on with %v", err)
	}
}

// A sync that was reset to after its login must not go on once a later one is recorded, in whose time its files were removed.
func TestOwner_aSyncThatALaterOneFollowedEndsAndTouchesNothing(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	first, err := r.begin(r.a, syncOfA, staging.Seen{})
	if err != nil {
		t.Fatal(err)
	}
	own := staging.RecordKey("acme", syncOfA)
	if err := r.store.Write(t.Context(), own, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.a.ExecuteActivity("Guard", activities.GuardParams{Sync: first}); err != nil {
		t.Errorf("after its own record: %v", err)
	}
	later, err := r.begin(r.a, syncOfB, staging.Seen{})
	if err == nil {
		err = r.store.Write(t.Context(), staging.RecordKey("acme", syncOfB), []byte("{}"))
	}
	if err == nil {
		_, err = r.a.ExecuteActivity("Prune", activities.PruneParams{Sync: later})
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, params := range map[string]any{
		"Guard":     activities.GuardParams{Sync: first},
		"Enumerate": activities.EnumerateParams{Sync: first, Kind: "reports", Budget: activities.CallBudget{Calls: 100}},
		"Upload":    activities.UploadParams{Sync: first, Export: "castor", File: activities.File{Name: fileName}},
	} {
		_, err := r.a.ExecuteActivity(name, params)
		var failure *temporal.ApplicationError
		var details activities.Failure
		if !errors.As(err, &failure) || failure.Details(&details) != nil || details.Owner == "" || failure.Type() != string(fault.Invalid) ||
			!failure.NonRetryable() || !strings.Contains(details.Message, syncOfB+" came after this sync") {
			t.Errorf("%s goes on with %v, %+v", name, err, details)
		}
	}
	if owned := r.owner(t); !owned.Ended || owned.Sync != syncOfB {
		t.Errorf("the source belongs to %+v", owned)
	}
	if _, err := r.a.ExecuteActivity("Guard", activities.GuardParams{Sync: later}); err != nil {
		t.Errorf("the later one, which was reset too: %v", err)
	}
}

// A sync of an older version, which took no mark, goes on as it was.
func TestOwner_aSyncWithoutAMarkHasNoneToLose(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	old, err := r.begin(r.a, syncOfA, staging.Seen{})
	if err != nil {
		t.Fatal(err)
	}
	old.Owner = activities.Ownership{}
	if _, err := r.begin(r.b, syncOfB, r.waits(t, r.b, syncOfB)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.a.ExecuteActivity("Guard", activities.GuardParams{Sync: old}); err != nil {
		t.Error(err)
	}
}
