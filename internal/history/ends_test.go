package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/quota"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
	"longhaul/internal/usage"
)

func sync(n int) staging.Sync {
	return staging.Sync{Source: "acme", ID: fmt.Sprintf("202611%02dT180000.000Z-ab12cd34", n)}
}

// started writes the start of a sync, whose run has its id.
func started(t *testing.T, s *staging.Store, y staging.Sync) Start {
	t.Helper()
	start := Start{Started: time.Date(2026, 11, 1, 18, 0, 0, 0, time.UTC), Trigger: TriggerCLI, Workflow: "sync-acme", Run: y.ID}
	if err := s.WriteJSON(t.Context(), y.Start(), start); err != nil {
		t.Fatal(err)
	}
	return start
}

func TestNoteEnds_asksAboutThoseThatLeftNone(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	for n := range 9 {
		started(t, s, sync(n))
	}
	at := time.Date(2026, 11, 1, 20, 0, 0, 0, time.UTC)
	says := map[string]string{
		sync(0).ID: OutcomeTerminated, sync(3).ID: OutcomeUnknown, sync(5).ID: OutcomeRunning, sync(6).ID: OutcomeTimedOut,
	}
	streamtest.Write(t, s, sync(1).Described())
	own := End{Outcome: "cancelled", At: at, Phase: "describe"}
	for key, object := range map[string]any{
		staging.RecordKey("acme", sync(1).ID): Record{}, sync(2).End(): own, sync(4).Start(): "torn",
	} {
		if err := s.WriteJSON(t.Context(), key, object); err != nil {
			t.Fatal(err)
		}
	}
	spend(t, s, sync(0), at)
	var asked []string
	how := func(_ context.Context, workflow, run string) (Fate, error) {
		if asked = append(asked, run); workflow != "sync-acme" {
			t.Errorf("asked for workflow %q", workflow)
		}
		if says[run] == OutcomeUnknown {
			return Fate{Outcome: OutcomeUnknown}, nil
		}
		return Fate{Outcome: says[run], At: at, Phase: "plan", Reason: "too late", Message: "of " + run}, nil
	}
	if err := NoteEnds(t.Context(), s, sync(7), how); err != nil {
		t.Fatal(err)
	}
	if want := []string{sync(6).ID, sync(5).ID, sync(3).ID, sync(0).ID}; !slices.Equal(asked, want) { // and not about itself, or a later one
		t.Errorf("asked about %q, want %q", asked, want)
	}
	course := Course{Trigger: TriggerCLI, Workflow: "sync-acme"}
	stopped := course
	stopped.Orders = []Order{{At: at, Name: OrderTerminate, Reason: "too late"}}
	for n, want := range map[int]End{
		0: {Outcome: OutcomeTerminated, At: at, Phase: "plan", Message: "of " + sync(0).ID, APICalls: 58, Course: stopped},
		2: own, 3: {Outcome: OutcomeUnknown, Course: course},
		6: {Outcome: OutcomeTimedOut, At: at, Phase: "plan", Message: "of " + sync(6).ID, Course: course},
	} {
		var got End
		if err := s.ReadJSON(t.Context(), sync(n).End(), &got); err != nil {
			t.Fatal(err)
		}
		if want.Workflow != "" {
			want.Run = sync(n).ID
		}
		switch {
		case want.Outcome == OutcomeUnknown: // it ended before this moment
			want.At = got.At
		case want.Run != "":
			want.Seconds = 7200
		}
		if diff := cmp.Diff(want, got); diff != "" || got.At.IsZero() {
			t.Errorf("sync %d (-want +got):\n%s", n, diff)
		}
	}
	left, err := Endless(t.Context(), s, "acme")
	if want := []string{sync(8).ID, sync(7).ID, sync(5).ID, sync(4).ID}; err != nil || !slices.Equal(left, want) {
		t.Errorf("without an end are %q, %v; want %q", left, err, want)
	}
}

func TestNoteEnds_isBoundedAndSaysWhatFails(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	for n := range 20 {
		started(t, s, sync(n))
	}
	asked := 0
	away := errors.New("Temporal is away")
	how := func(context.Context, string, string) (Fate, error) {
		if asked++; asked == 12 {
			return Fate{}, away
		}
		return Fate{Outcome: OutcomeUnknown}, nil
	}
	if err := NoteEnds(t.Context(), s, sync(20), how); err != nil || asked != endlessAsked {
		t.Errorf("asked %d times, %v", asked, err)
	}
	if err := NoteEnds(t.Context(), s, sync(20), how); !errors.Is(err, away) || asked != 12 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	if left, err := Endless(t.Context(), s, "acme"); err != nil || len(left) != 20-11 {
		t.Errorf("%d are without an end, %v", len(left), err)
	}
}

// spend notes 58 calls of a sync.
func spend(t *testing.T, s *staging.Store, y staging.Sync, at time.Time) {
	t.Helper()
	spent := usage.Attempt{Sync: y.ID, Type: "Describe", Run: "r", Activity: "5", Number: 1}
	if err := usage.Of(s, "acme").Record(t.Context(), spent, 58, 0, quota.Usage{}, at); err != nil {
		t.Fatal(err)
	}
}
