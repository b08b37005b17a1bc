package hang_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
)

// soon is a context that ends by its deadline, late enough for a question to count as one that hangs.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 1100*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestAsk_givesTheAnswer(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	if got, err := hang.Ask(t.Context(), t.Name(), func() (int, error) { return 7, refused }); got != 7 || !errors.Is(err, refused) {
		t.Errorf("got %d, %v", got, err)
	}
	_, err := hang.Ask(t.Context(), t.Name(), func() (int, error) { panic("boom") })
	if !errors.As(err, new(*fault.PanicError)) {
		t.Errorf("a panic: got %v", err)
	}
}

// TestAsk_hangsOnceForAThing asks a thing that does not answer, by many at one time and again later. One goroutine alone hangs.
func TestAsk_hangsOnceForAThing(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var begun atomic.Int64
	f := func() (string, error) {
		begun.Add(1)
		<-release
		return "late", nil
	}
	ctx := soon(t)
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			if _, err := hang.Ask(ctx, t.Name(), f); !errors.As(err, new(*hang.Error)) {
				t.Errorf("got %v", err)
			}
		})
	}
	asking.Wait()
	_, err := hang.Ask(t.Context(), t.Name(), f) // which has no bound of its own, and returns all the same
	var silent *hang.Error
	if !errors.As(err, &silent) || silent.Seconds() < 1 {
		t.Errorf("a later question: got %v", err)
	}
	if n := begun.Load(); n != 1 {
		t.Errorf("%d goroutines hang", n)
	}
	if _, err := hang.Ask(t.Context(), t.Name()+" another thing", func() (int, error) { return 1, nil }); err != nil {
		t.Errorf("another thing: got %v", err)
	}
	close(release)
	for { // until the first question has ended
		got, err := hang.Ask(t.Context(), t.Name(), f)
		if err == nil && got == "late" {
			return
		}
		if !errors.As(err, new(*hang.Error)) {
			t.Fatalf("after it answered: got %q, %v", got, err)
		}
	}
}

// TestAsk_aStopIsNoHang: who is stopped says nothing of the thing, which others go on to ask.
func TestAsk_aStopIsNoHang(t *testing.T) {
	t.Parallel()
	release, begun := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() {
		_, err := hang.Ask(ctx, t.Name(), func() (int, error) {
			close(begun)
			<-release
			return 1, nil
		})
		stopped <- err
	}()
	<-begun
	cancel()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	late, end := context.WithTimeout(t.Context(), time.Nanosecond)
	defer end()
	if _, err := hang.Ask(late, t.Name(), func() (int, error) { return 2, nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who has no time: got %v", err)
	}
	close(release)
	if got, err := hang.Ask(t.Context(), t.Name(), func() (int, error) { return 3, nil }); got != 3 || err != nil {
		t.Errorf("the next: got %d, %v", got, err)
	}
}
