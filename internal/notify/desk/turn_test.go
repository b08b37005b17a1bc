package desk_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/staging"
)

// numbered is the n-th message of the first sync.
func numbered(n int, event notify.Event, closes ...notify.Event) notify.Fact {
	return notify.Fact{
		ID: notify.IDOf("acme", syncOf(0), event, n), Event: event, Source: "acme", Sync: syncOf(0), At: start.Add(time.Duration(n) * time.Minute),
		Closes: closes,
	}
}

// The workflows of two messages are not ordered. That something stands is not told after that it is over.
func TestTell_aMessageThatComesLate(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	p.want("it is over", p.tell(numbered(2, notify.Recovered, notify.Stalled)), events{"ops": {notify.Recovered}})
	p.want("that it stood", p.tell(numbered(1, notify.Stalled)), events{})
	p.want("that it stood, again", p.tell(numbered(1, notify.Stalled)), events{})
	if s := p.standing(notify.Stalled); s.Open() {
		t.Errorf("it stands as %+v", s)
	}
	var mark desk.Mark
	late := numbered(1, notify.Stalled)
	if err := p.Store.ReadJSON(t.Context(), staging.ToldKey("acme", late.Sync, late.ID), &mark); err != nil || len(mark.Told) != 1 ||
		mark.Told[0].Receiver != "ops" || !strings.HasPrefix(mark.Told[0].Failure, "not sent: ") || mark.Told[0].ID != late.ID {
		t.Errorf("the marker is %+v, %v", mark, err)
	}
	p.want("another one", p.tell(numbered(12, notify.Blocked)), events{"ops": {notify.Blocked}})
	p.want("the same, of the day before", p.tell(numbered(10, notify.Blocked)), events{})
	p.want("what closes something is told late too", p.tell(numbered(11, notify.Recovered, notify.Stalled)), events{"ops": {notify.Recovered}})
	other := numbered(3, notify.Stalled)
	other.Sync = syncOf(1)
	other.ID = notify.IDOf("acme", other.Sync, notify.Stalled, 3)
	p.want("of another sync", p.tell(other), events{"ops": {notify.Stalled}})
}

// What stands is told though a later message of the sync is there that says nothing of it: for some receivers it is the only one.
func TestTell_aMessageThatComesLateAndIsNews(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops", Events: []notify.Event{notify.Held}}, notify.Configured{Name: "team", Events: []notify.Event{notify.Blocked}})
	p.want("the later one", p.tell(numbered(2, notify.Blocked)), events{"team": {notify.Blocked}})
	p.want("the earlier one", p.tell(numbered(1, notify.Held)), events{"ops": {notify.Held}})
	if s := p.standing(notify.Held); !s.Open() {
		t.Errorf("it stands as %+v", s)
	}
}

// A worker that was killed between the marker and the sending of a message has another one send it, unless a later one was told meanwhile.
func TestTell_aMessageThatIsSentAgain(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"})
	send := p.Send
	p.Send = func(context.Context, notify.Message, []notify.Asking) []notify.Told { panic("killed") }
	p.tell(numbered(1, notify.Stalled))
	p.Send = send
	p.want("again", p.tell(numbered(1, notify.Stalled)), events{"ops": {notify.Stalled}})
}

// A message waits for the one before it, which a receiver keeps, and for a quarter of a minute at most.
func TestTell_inTheOrderOfTheSync(t *testing.T) {
	for name, row := range map[string]struct {
		takes time.Duration // until the receiver has the first one
		want  []notify.Event
		after time.Duration // until it has the second
	}{
		"it is slow": {takes: 8 * time.Second, want: []notify.Event{notify.Stalled, notify.Recovered}, after: 10 * time.Second},
		"it hangs":   {takes: time.Hour, want: []notify.Event{notify.Recovered, notify.Stalled}, after: 17 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, notify.Configured{Name: "ops"})
				began, send := time.Now(), p.Send
				var second time.Duration
				p.Send = func(ctx context.Context, m notify.Message, asking []notify.Asking) []notify.Told {
					if m.Event == notify.Stalled {
						time.Sleep(row.takes) //nolint:forbidigo // of a clock that is not real
					} else {
						second = time.Since(began)
					}
					return send(ctx, m, asking)
				}
				done := make(chan error, 1)
				go func() {
					_, err := p.Tell(t.Context(), numbered(1, notify.Stalled))
					done <- err
				}()
				synctest.Wait()
				if _, err := p.Tell(t.Context(), numbered(2, notify.Recovered, notify.Stalled)); err != nil {
					t.Error(err)
				}
				if err := <-done; err != nil {
					t.Error(err)
				}
				var got []notify.Event
				for _, m := range p.got["ops"] {
					got = append(got, m.Event)
				}
				if !slices.Equal(got, row.want) || second > row.after {
					t.Errorf("got %v, the second after %s", got, second)
				}
				if p.standing(notify.Stalled).Open() {
					t.Error("it stands")
				}
			})
		})
	}
}
