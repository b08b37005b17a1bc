package gate

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("down")

// entered is what Enter gave.
type entered struct {
	turn *Turn
	err  error
}

// enter calls Enter in a goroutine, and is back once that has returned or waits.
func enter(ctx context.Context, g *Gate) <-chan entered {
	got := make(chan entered, 1)
	go func() {
		turn, err := g.Enter(ctx)
		got <- entered{turn, err}
	}()
	synctest.Wait()
	return got
}

func TestGate_oneAsksAndTheOthersWait(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		ends func(*Turn)
		want error
	}{
		"an answer lets all go on":   {(*Turn).Open, nil},
		"a failure is that of all":   {func(t *Turn) { t.Fail(errDown, time.Minute) }, errDown},
		"the first end alone counts": {func(t *Turn) { t.Open(); t.Fail(errDown, time.Minute) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := new(Gates).Of("acme")
				first := <-enter(t.Context(), g)
				if first.turn == nil || first.err != nil {
					t.Fatalf("the first: got %+v", first)
				}
				others := []<-chan entered{enter(t.Context(), g), enter(t.Context(), g)}
				for _, other := range others {
					if len(other) > 0 {
						t.Errorf("another does not wait: %+v", <-other)
					}
				}
				row.ends(first.turn)
				for _, other := range others {
					if got := <-other; got.turn != nil || !errors.Is(got.err, row.want) {
						t.Errorf("another: got %+v, want %v", got, row.want)
					}
				}
				if got := <-enter(t.Context(), g); row.want != nil && !errors.Is(got.err, row.want) || row.want == nil && got.turn == nil {
					t.Errorf("the next: got %+v", got)
				}
				<-time.After(time.Minute)
				if row.want == nil { // the next has the task
					return
				}
				if got := <-enter(t.Context(), g); got.turn == nil || got.err != nil {
					t.Errorf("a minute after a failure: got %+v", got)
				}
			})
		})
	}
}

// TestGate_nobodyWaitsForEver: not for one that hangs, not beyond its own end, and not for another source.
func TestGate_nobodyWaitsForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var gates Gates
		g := gates.Of("acme")
		asking := <-enter(t.Context(), g)
		if other := <-enter(t.Context(), gates.Of("demo")); other.turn == nil {
			t.Errorf("another source: got %+v", other)
		}
		ctx, cancel := context.WithCancel(t.Context())
		stopped, patient := enter(ctx, g), enter(t.Context(), g)
		cancel()
		if got := <-stopped; !errors.Is(got.err, context.Canceled) {
			t.Errorf("who is stopped: got %+v", got)
		}
		if got := <-patient; got.turn != nil || got.err != nil {
			t.Errorf("who has waited for long: got %+v", got)
		}
		if late := enter(t.Context(), g); len(late) == 0 {
			t.Error("who comes after that waits as long again")
		}
		asking.turn.Open()
	})
}

// TestGate_anAnswerOfAnotherRunOpensIt: that Salesforce works is known then, whatever the one who asks meets.
func TestGate_anAnswerOfAnotherRunOpensIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := new(Gate)
		asking := <-enter(t.Context(), g)
		other := enter(t.Context(), g)
		g.Answered()
		if got := <-other; got.turn != nil || got.err != nil {
			t.Errorf("who has waited: got %+v", got)
		}
		asking.turn.Fail(errDown, time.Minute)
		next := <-enter(t.Context(), g)
		if next.turn == nil || next.err != nil {
			t.Fatalf("a failure counts that began before the answer: got %+v", next)
		}
		next.turn.Fail(errDown, time.Minute)
		g.Answered()
		if got := <-enter(t.Context(), g); got.turn == nil || got.err != nil {
			t.Errorf("after a failure and an answer: got %+v", got)
		}
	})
}

func TestGate_nilSparesNothing(t *testing.T) {
	t.Parallel()
	turn, err := (*Gate)(nil).Enter(t.Context())
	if turn != nil || err != nil {
		t.Errorf("got %v, %v", turn, err)
	}
	turn.Open()
	turn.Fail(errDown, time.Minute)
	(*Gate)(nil).Answered()
}
