package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/staging"
)

const (
	// renewEvery is how old the mark of a source gets while a process works on its sync.
	renewEvery = time.Minute
	// keepEvery is how often it looks whether that is due. A machine that has slept renews an old mark within this time.
	keepEvery = 20 * time.Second
	// releaseWithin bounds the try to free a source at the end of a login that failed.
	releaseWithin = 5 * time.Second
)

// Ownership is a sync's right to its source in the bucket: of all Temporals that use it, one syncs a source at a time.
type Ownership struct {
	Number   int    `json:"number"`       // of the mark
	Temporal string `json:"namespace_id"` // that the sync runs on: the id of its namespace
}

// keeper remembers when this process last renewed the mark of each source.
type keeper struct {
	mu   sync.Mutex
	kept map[string]*renewal
}

// renewal is what a process knows of the mark of one sync.
type renewal struct {
	sync    string
	turn    chan struct{} // holds one: who has it may renew
	renewed time.Time     // by the wall clock, which goes on while a machine sleeps
}

// of gives what is kept of a sync. Only the last sync of a source is remembered.
func (k *keeper) of(sync Sync) *renewal {
	k.mu.Lock()
	defer k.mu.Unlock()
	if one := k.kept[sync.Source]; one != nil && one.sync == sync.ID {
		return one
	}
	if k.kept == nil {
		k.kept = map[string]*renewal{}
	}
	one := &renewal{sync: sync.ID, turn: make(chan struct{}, 1)}
	k.kept[sync.Source] = one
	return one
}

// forget makes the next activity of a sync look at the mark: a sync that was reset after its end may have lost it.
func (k *keeper) forget(sync Sync) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if one := k.kept[sync.Source]; one != nil && one.sync == sync.ID {
		delete(k.kept, sync.Source)
	}
}

// ownership is what an activity does about the mark of its sync's source.
type ownership struct {
	sync   Sync
	store  *staging.Store
	keeper *keeper
}

func (a *Activities) ownership(sync Sync) ownership { return ownership{sync, a.Store, &a.keeper} }

// marks are those of the source.
func (o ownership) marks() *staging.Owners { return o.store.Owners(o.sync.Source) }

// take makes the sync the owner of its source on a Temporal, and gives the newest record, whose sync has owned the source before.
// The mark of the claim names the id that the sync must use.
func (o ownership) take(ctx context.Context, temporal string, seen staging.Seen) (claim staging.Claim, last history.Record, err error) {
	o.sync.Owner.Temporal = temporal
	if claim, err = o.claim(ctx, seen); err != nil {
		return claim, last, err
	}
	if last, err = lastRecord(ctx, o.store, o.sync.Source); err != nil {
		return claim, last, err
	}
	o.sync.ID = staging.IDAfter(claim.Mark.Sync, last.Sync, activity.GetInfo(ctx).StartedTime)
	if o.sync.ID == claim.Mark.Sync {
		return claim, last, nil
	}
	again, err := o.claim(ctx, seen) // the record is of before owners left marks
	if err != nil {
		return claim, last, err
	}
	return again, last, nil
}

// lastRecord is the newest record of source: no more than its sync where it cannot be read, and nothing where there is none. The
// catalog refuses a name that it has, so a timestamp that is not known here is noticed there.
func lastRecord(ctx context.Context, store *staging.Store, source string) (history.Record, error) {
	record, err := history.LastRecord(ctx, store, source)
	if errors.Is(err, staging.ErrNotExist) || errors.Is(err, history.ErrRecordUnreadable) {
		err = nil
	}
	return record, err
}

// seenBy is what counts of what the workflow has seen of another Temporal: nothing in an attempt that comes late. The machine
// may have slept, and hold the other Temporal too.
func seenBy(attempt activity.Info, seen staging.Seen) staging.Seen {
	if attempt.StartedTime.Sub(attempt.ScheduledTime) > staging.LookEvery {
		return staging.Seen{}
	}
	return seen
}

// claim takes the source. Where another Temporal is at work on it, the workflow waits.
func (o ownership) claim(ctx context.Context, seen staging.Seen) (staging.Claim, error) {
	info := activity.GetInfo(ctx)
	claim, err := o.marks().Take(ctx, owner(ctx, o.sync), info.StartedTime, seenBy(info, seen))
	other, ok := errors.AsType[*staging.OwnedError](err)
	if !ok {
		return claim, err
	}
	return claim, &waitInWorkflow{error: &fault.Error{
		Class: fault.Throttled, System: fault.Bucket, RetryAfter: staging.LookEvery, Err: err,
		Message: fmt.Sprintf("source %s is being synced into this bucket by another Temporal (%s): use one Temporal for a bucket; this sync "+
			"continues when that one has ended; if that Temporal is lost, nothing is to be done, and this sync takes the source over at its first look "+
			"from %s on", o.sync.Source, words(other.By), humanize.Moment(info.StartedTime.Add(other.Left+time.Minute-1).Truncate(time.Minute))),
	}}
}

// keep renews the sync's mark when that is due, and is an error once another Temporal has taken the source over, or where a reset
// has brought back a sync after which another one is recorded. A sync that began with a version which took no mark has none to lose.
func (o ownership) keep(ctx context.Context) error {
	sync := o.sync
	if sync.Owner.Number == 0 {
		return nil
	}
	one := o.keeper.of(sync)
	select {
	case one.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-one.turn }()
	now := time.Now().Round(0)
	if age := now.Sub(one.renewed); age >= 0 && age < renewEvery {
		return nil
	}
	later, err := history.LastRecorded(ctx, o.store, sync.Source)
	owners, me, holds := o.marks(), owner(ctx, sync), true
	if staging.Later(later, sync.ID) { // nothing is renewed: the mark is of one that came later
		return cmp.Or(takenOver(sync, owners.Check(ctx, me, sync.Owner.Number)), overtaken(later))
	}
	if err == nil {
		holds, err = owners.Renew(ctx, me, sync.Owner.Number)
	}
	switch {
	case !holds:
		return takenOver(sync, err)
	case err != nil: // a full disk, or a store that takes an object only so often: it is enough that somebody's next try succeeds
		activity.GetLogger(ctx).Warn("the source's mark in the bucket could not be renewed; the next activity tries again", "event", "warning", "error", err.Error())
	default:
		one.renewed = now
	}
	return nil
}

// keepWhile renews the mark for as long as an activity runs, however often that opens its sync. An error does not end the
// activity: the next one that begins meets it again.
func (o ownership) keepWhile(ctx context.Context) {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok || o.sync.Owner.Number == 0 || !p.keeping.CompareAndSwap(false, true) {
		return
	}
	p.each(ctx, keepEvery, func(ctx context.Context) { _ = o.keep(ctx) })
}

// release frees the source, for another Temporal too.
func (o ownership) release(ctx context.Context) error {
	if o.sync.Owner.Number == 0 {
		return nil
	}
	defer o.keeper.forget(o.sync)
	return takenOver(o.sync, o.marks().Release(ctx, owner(ctx, o.sync), o.sync.Owner.Number))
}

// releaseAfter frees the source when a login has failed that took it: the workflow has not come to own it then.
func (o ownership) releaseAfter(ctx context.Context, claim staging.Claim) {
	if claim.Number == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseWithin)
	defer cancel()
	if err := o.marks().Release(ctx, claim.Mark, claim.Number); err != nil {
		activity.GetLogger(ctx).Warn("the source could not be freed for other Temporals", "event", "warning", "error", err.Error())
	}
}

// takenOver says in plain words that another Temporal owns the source now. Any other error stays as it is.
func takenOver(sync Sync, err error) error {
	other, ok := errors.AsType[*staging.OwnedError](err)
	if !ok {
		return err
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: err,
		Message: fmt.Sprintf("another Temporal (%s) has taken source %s over in this bucket, as this sync had ended there or nothing was heard "+
			"of it for %d minutes: use one Temporal for a bucket; what this sync had described is reused there",
			words(other.By), sync.Source, int(staging.Silence.Minutes())),
	}
}

// overtakenError says that a later sync of the source is recorded.
type overtakenError struct{ by string }

// Error names that one for engineers.
func (e *overtakenError) Error() string { return "it was reset to before " + e.by }

// overtaken says that a sync must not go on beside what a later one has left. That one has removed what this one had read, and this
// one's files would be named as older than what is delivered. Only a reset to after the login brings such a sync back: a login
// gives it another id.
func overtaken(by string) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: &overtakenError{by},
		Message: fmt.Sprintf("sync %s came after this sync and is recorded, so what this one had read is removed, and its files would count as "+
			"older than those: start a new sync in its place", by),
	}
}

// owner is what the mark of a sync says.
func owner(ctx context.Context, sync Sync) staging.Owner {
	info := activity.GetInfo(ctx)
	host, _ := os.Hostname() // it only helps people to find the worker
	return staging.Owner{
		Temporal: sync.Owner.Temporal, Namespace: info.Namespace, Workflow: info.WorkflowExecution.ID, Sync: sync.ID, Host: host,
	}
}

// longestWord bounds what is shown of a mark, which somebody else has written.
const longestWord = 100

// words names an owner.
func words(o staging.Owner) string {
	return fmt.Sprintf("namespace %s, workflow %s, on host %s, last heard of at %s", fault.Short(o.Namespace, longestWord),
		fault.Short(o.Workflow, longestWord), fault.Short(o.Host, longestWord), o.Renewed.UTC().Format("2 Jan 15:04:05 UTC"))
}

// markOf is the mark of the Temporal that an error says to own the source, or the sync that came later; empty where it says nothing
// of that.
func markOf(err error) string {
	if other, ok := errors.AsType[*staging.OwnedError](err); ok {
		return other.Mark
	}
	if later, ok := errors.AsType[*overtakenError](err); ok {
		return later.by
	}
	return ""
}
