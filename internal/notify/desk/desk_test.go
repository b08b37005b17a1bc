package desk_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

type events = map[string][]notify.Event

func TestTell_theEndsOfSyncs(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "all", Events: []notify.Event{notify.FirstSyncComplete, notify.Complete, notify.Gaps, notify.Failed, notify.Recovered}},
		notify.Configured{Name: "ops"}) // which gets what needs a person, the first completion, and what is over
	p.record(0, nil)
	p.want("the first sync", p.tell(ended(0, notify.Complete)), events{"all": {notify.FirstSyncComplete}, "ops": {notify.FirstSyncComplete}})
	p.record(1, nil)
	p.want("a later one", p.tell(ended(1, notify.Complete)), events{"all": {notify.Complete}})
	p.record(2, func(r *history.Record) { r.Outcome = "gaps" })
	p.want("gaps", p.tell(ended(2, notify.Gaps)), events{"all": {notify.Gaps}})
	failed := ended(3, notify.Failed)
	failed.Why = "the secret is wrong"
	p.want("a failure", p.tell(failed), events{"all": {notify.Failed}, "ops": {notify.Failed}})
	if s := p.standing(notify.Failed); !s.Open() || s.Sync != syncOf(3) || s.Times != 1 || s.Why != failed.Why || !s.Since.Equal(failed.At) {
		t.Errorf("it stands as %+v", s)
	}
	p.want("a cancel closes no failure", p.tell(ended(4, notify.Recovered)), events{"all": {notify.Recovered}, "ops": {notify.Recovered}})
	p.record(5, nil)
	p.want("it is over", p.tell(ended(5, notify.Complete)), events{"all": {notify.Complete}, "ops": {notify.Complete}})
	message := p.got["ops"][0]
	if !slices.Equal(message.Closed, []string{"longhaul/acme/failed"}) || !strings.Contains(message.Text, "the last sync failed: that is over") {
		t.Errorf("got %q, which closes %v", message.Text, message.Closed)
	}
	if s := p.standing(notify.Failed); s.Open() || s.Closed.IsZero() {
		t.Errorf("it still stands: %+v", s)
	}
	p.record(6, nil)
	p.want("what is over is not told again", p.tell(ended(6, notify.Complete)), events{"all": {notify.Complete}})
}

func TestTell_theFirstSyncThatHasGaps(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"}, notify.Configured{Name: "failures", Events: []notify.Event{notify.Failed}})
	p.record(0, func(r *history.Record) { r.Outcome, r.Uploaded = "failed", false })
	p.record(1, func(r *history.Record) { r.Outcome = "gaps" })
	p.want("the first delivery", p.tell(ended(1, notify.Gaps)), events{"ops": {notify.Gaps}})
	p.record(2, func(r *history.Record) { r.Outcome = "gaps" })
	p.want("the second", p.tell(ended(2, notify.Gaps)), events{})
}

// The files of a source without a target stay in the bucket.
func TestTell_aFailureIsOverWhereNothingIsToBeDelivered(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	p.want("a failure", p.tell(ended(0, notify.Failed)), events{"ops": {notify.Failed}})
	p.record(1, func(r *history.Record) { r.Uploaded = false })
	p.want("it is over", p.tell(ended(1, notify.Complete)), events{"ops": {notify.Complete}})
	if s := p.standing(notify.Failed); s.Open() {
		t.Errorf("it still stands: %+v", s)
	}
}

func TestTell_onlyWhoHeardOfItHearsThatItIsOver(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"}, notify.Configured{Name: "silent", Events: []notify.Event{notify.Waiting, notify.Recovered}})
	over := notify.Fact{Event: notify.Recovered, Sync: syncOf(0), Closes: []notify.Event{notify.Waiting}, At: start}
	p.want("a wait", p.tell(over), events{"silent": {notify.Recovered}})
	over.Closes, over.ID = []notify.Event{notify.Blocked}, "another"
	p.want("a block", p.tell(over), events{"ops": {notify.Recovered}})
}

func TestTell_whatStandsIsClosedByTheNextEnd(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	blocked := notify.Fact{Event: notify.Blocked, Sync: syncOf(0), At: start.Add(time.Minute), Since: start}
	p.want("a block", p.tell(blocked), events{"ops": {notify.Blocked}})
	blocked.Repeat, blocked.At, blocked.ID = 1, start.Add(24*time.Hour), "notify-acme-blocked-2"
	p.want("a day later", p.tell(blocked), events{"ops": {notify.Blocked}})
	if s := p.standing(notify.Blocked); !s.Open() || s.Times != 2 || !s.Since.Equal(start) || !s.Last.Equal(blocked.At) {
		t.Errorf("it stands as %+v", s)
	}
	p.record(2, nil) // the sync was terminated, and says nothing of its end
	p.tell(ended(2, notify.Complete))
	if s := p.standing(notify.Blocked); s.Open() || !slices.Equal(p.got["ops"][0].Closes, []notify.Event{notify.Blocked}) {
		t.Errorf("got %+v, and it stands as %+v", p.got["ops"], s)
	}
}

func TestTell_onceWhateverIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "one"}, notify.Configured{Name: "two"})
	held := notify.Fact{Event: notify.Held, Sync: syncOf(0), ID: "notify-acme-held-1", At: start}
	key := staging.ToldKey("acme", syncOf(0), held.ID)
	died := desk.Mark{ID: held.ID, Event: notify.Held, At: start}
	if err := p.Store.WriteJSON(t.Context(), key, died); err != nil {
		t.Fatal(err)
	}
	p.fails["two"] = true
	p.want("an attempt that died", p.tell(held), events{"one": {notify.Held}})
	if p.got["one"][0].ID != held.ID {
		t.Errorf("it was sent as %s", p.got["one"][0].ID)
	}
	var mark desk.Mark
	if err := p.Store.ReadJSON(t.Context(), key, &mark); err != nil || len(mark.Told) != 2 || mark.Told[1].Failure == "" {
		t.Errorf("the marker is %+v, %v", mark, err)
	}
	p.fails["two"] = false
	p.want("the one that failed", p.tell(held), events{"two": {notify.Held}})
	p.want("nobody any more", p.tell(held), events{})
	if s := p.standing(notify.Held); s.Times != 1 {
		t.Errorf("another try counts as another message: %+v", s)
	}
}

// A worker that is killed between the marker and the sending leaves what the message closes as closed: another one says so all the same.
func TestTell_whatAMessageClosesWhoseWorkerWasKilled(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	p.tell(notify.Fact{Event: notify.Blocked, Sync: syncOf(0), At: start})
	p.record(0, nil)
	p.record(1, nil)
	send := p.Send
	p.Send = func(context.Context, notify.Message, []notify.Asking) []notify.Told { panic("killed") }
	p.tell(ended(1, notify.Complete))
	if s := p.standing(notify.Blocked); s.Open() {
		t.Errorf("it stands as %+v", s)
	}
	p.Send = send
	p.want("again", p.tell(ended(1, notify.Complete)), events{"ops": {notify.Complete}})
	p.record(2, nil)
	p.want("the next", p.tell(ended(2, notify.Complete)), events{})
}

func TestTell_nobodyAsks(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	p.Own = func(string) source.Notify { return source.Notify{"ops": nil} }
	p.record(0, nil)
	p.want("a source that is silent", p.tell(ended(0, notify.Complete)), events{})
	if keys := streamtest.Keys(t, p.Store, staging.ToldSyncs("acme")); len(keys) > 0 {
		t.Errorf("it left %v", keys)
	}
}

func TestTell_theBucketIsAway(t *testing.T) {
	t.Parallel()
	folder := t.TempDir() + "/bucket"
	p := open(t, notify.Configured{Name: "ops"})
	p.Store = streamtest.Open(t, "file://"+folder)
	if _, err := p.Store.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	failed := ended(0, notify.Failed)
	failed.Why = "the bucket is away"
	p.want("a failure", p.tell(failed), events{"ops": {notify.Failed}})
	if text := p.got["ops"][0].Text; !strings.Contains(text, "The bucket is away") {
		t.Errorf("it says %q", text)
	}
}

func TestTell_aWorkerThatStopsIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	ctx, cancel := context.WithCancel(t.Context())
	send := p.Send
	p.Send = func(ctx context.Context, m notify.Message, asking []notify.Asking) []notify.Told {
		cancel()
		return send(ctx, m, asking)
	}
	_, err := p.Tell(ctx, notify.Fact{ID: "one", Event: notify.Stalled, Source: "acme", At: start})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	p.Send = send
	p.want("again", p.tell(notify.Fact{ID: "one", Event: notify.Stalled, At: start}), events{})
}
