package activities

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"longhaul/internal/staging"
)

// lone is a worker of one source.
type lone struct{}

// Source finds the source.
func (lone) Source(_ context.Context, name string) (*Source, error) { return &Source{Name: name}, nil }

// owning is a worker with a sync that owns its source, and renewed gives when its mark was last renewed.
func owning(t *testing.T, bucketURL string) (a *Activities, sync Sync, renewed func() time.Time, stop func()) {
	t.Helper()
	store, err := staging.Open(t.Context(), bucketURL)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := store.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sync = Sync{Source: "acme", ID: "20261123T181610.000Z-ab12cd34", Bucket: bucket}
	claim, err := store.Owners("acme").Take(t.Context(), staging.Owner{Temporal: "A", Sync: sync.ID}, time.Now(), staging.Seen{})
	if err != nil {
		t.Fatal(err)
	}
	sync.Owner = Ownership{Number: claim.Number, Temporal: "A"}
	renewed = func() time.Time {
		var mark staging.Owner
		if err := store.ReadJSON(t.Context(), staging.OwnerKey("acme", claim.Number), &mark); err != nil {
			t.Fatal(err)
		}
		return mark.Renewed
	}
	return &Activities{Store: store, Sources: lone{}}, sync, renewed, func() { _ = store.Close() }
}

// work runs an activity that opens the sync and works for some time.
func work(t *testing.T, a *Activities, sync Sync, d time.Duration) {
	t.Helper()
	openAndWork(t, a, sync, d, 0, nil)
}

// openAndWork is work for an activity that opens the sync some times more, with a log.
func openAndWork(t *testing.T, a *Activities, sync Sync, d time.Duration, again int, logger log.Logger) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	if logger != nil {
		suite.SetLogger(logger)
	}
	env := suite.NewTestActivityEnvironment()
	run := func(ctx context.Context) error {
		ctx, p := startPulse(ctx)
		_, _, err := a.open(ctx, sync)
		for range again {
			_, _, err = a.open(ctx, sync)
		}
		<-time.After(d) // on the bubble's clock
		p.end(ctx, err)
		return err
	}
	env.RegisterActivity(run)
	if _, err := env.ExecuteActivity(run); err != nil {
		t.Fatal(err)
	}
}

// However many activities there are and however long each is, the mark is renewed once a minute.
func TestKeep_renewsTheMarkOnceAMinuteOfWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, sync, renewed, stop := owning(t, "mem://")
		defer stop()
		<-time.After(10 * time.Minute)
		work(t, a, sync, 0)
		if age := time.Since(renewed()); age != 0 {
			t.Errorf("the mark is %s old when an activity has begun after a wait", age)
		}
		for range 3 {
			work(t, a, sync, 15*time.Second)
		}
		if age := time.Since(renewed()); age != 45*time.Second {
			t.Errorf("the mark is %s old after 45 seconds of short activities, want that they renewed none", age)
		}
		work(t, a, sync, 9*time.Minute)
		if age := time.Since(renewed()); age > 2*renewEvery {
			t.Errorf("the mark is %s old at the end of an activity of nine minutes", age)
		}
	})
}

// A process must not go on for a minute that it slept through: nobody renewed the mark meanwhile.
func TestKeep_aClockThatWentBackRenewsTheMark(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, sync, renewed, stop := owning(t, "mem://")
		defer stop()
		a.keeper.of(sync).renewed = time.Now().Add(time.Hour)
		<-time.After(time.Second)
		work(t, a, sync, 0)
		if age := time.Since(renewed()); age != 0 {
			t.Errorf("the mark is %s old", age)
		}
	})
}

// A bucket that takes no mark for a while, as on a full disk, keeps no activity from its work: the next one renews the mark.
func TestKeep_aMarkThatCannotBeWrittenStopsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, sync, renewed, stop := owning(t, "file://"+dir)
	defer stop()
	mark := filepath.Join(dir, filepath.FromSlash(staging.OwnerKey("acme", sync.Owner.Number)))
	if err := errors.Join(os.Remove(mark), os.MkdirAll(filepath.Join(mark, "in the way"), 0o700)); err != nil {
		t.Fatal(err)
	}
	work(t, a, sync, 0)
	if err := os.RemoveAll(mark); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	work(t, a, sync, 0)
	if renewed().Before(before.UTC()) {
		t.Error("the mark was not renewed once it could be written")
	}
}

// warned counts the warnings of a log.
type warned struct {
	log.Logger
	n atomic.Int64
}

func (w *warned) Warn(string, ...any) { w.n.Add(1) }

// An activity that opens its sync twice, as one that looks up what is missing, renews the mark no more often. A mark that cannot
// be written shows how often it is tried.
func TestKeep_oneKeeperAnActivity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := map[int]int64{}
		for _, again := range []int{0, 2} {
			dir := t.TempDir()
			a, sync, _, stop := owning(t, "file://"+dir)
			defer stop()
			mark := filepath.Join(dir, filepath.FromSlash(staging.OwnerKey("acme", sync.Owner.Number)))
			if err := errors.Join(os.Remove(mark), os.MkdirAll(filepath.Join(mark, "in the way"), 0o700)); err != nil {
				t.Fatal(err)
			}
			w := &warned{Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}
			openAndWork(t, a, sync, 5*time.Minute+keepEvery/2, again, w) // it ends between two tries
			tries[again] = w.n.Load() - int64(again)
		}
		if tries[0] == 0 || tries[0] != tries[2] {
			t.Errorf("it is tried %d times, and %d times when the sync was opened twice more", tries[0], tries[2])
		}
	})
}

// A machine that has slept holds marks that look as if nobody had renewed them. They are new again before anybody has looked twice.
func TestKeep_anOldMarkIsNewBeforeItWasLookedAtTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, sync, renewed, stop := owning(t, "mem://")
		defer stop()
		work(t, a, sync, 0)
		a.keeper.of(sync).renewed = time.Now().Add(-2 * staging.LongAgo)
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestActivityEnvironment()
		slept := func(ctx context.Context) error {
			ctx, p := startPulse(ctx)
			a.ownership(sync).keepWhile(ctx)
			woken := time.Now()
			<-time.After(staging.LookEvery - time.Second)
			p.end(ctx, nil)
			if !renewed().After(woken) {
				return errors.New("the mark is as old as before the sleep")
			}
			return nil
		}
		env.RegisterActivity(slept)
		if _, err := env.ExecuteActivity(slept); err != nil {
			t.Error(err)
		}
	})
}

// A look that waited for a worker says nothing of the time in which no worker was there: the machine may have slept.
func TestSeenBy_aLateAttemptHasSeenNothing(t *testing.T) {
	t.Parallel()
	seen, due := staging.Seen{Mark: "1", For: staging.Silence}, time.Now()
	for late, want := range map[time.Duration]staging.Seen{time.Second: seen, time.Hour: {}} {
		if got := seenBy(activity.Info{ScheduledTime: due, StartedTime: due.Add(late)}, seen); got != want {
			t.Errorf("an attempt that begins %s late has seen %+v", late, got)
		}
	}
}
