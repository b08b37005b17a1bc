package exporttest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"longhaul/internal/export"
)

// set is what one sync has to deliver, in the order of its delivery.
type set struct {
	*target
	in    export.Input
	files []written
}

// stage writes the files of a sync, under a timestamp of its own.
func (g *target) stage(t *testing.T) *set {
	t.Helper()
	s := &set{target: g, in: Stage(t, g.format)}
	g.sets++
	s.in.Timestamp += g.sets
	for _, file := range g.format.Files() {
		s.files = append(s.files, write(t, g.format, s.in, file))
	}
	t.Cleanup(func() { g.requireNoSecret(t, s.in.Store) })
	return s
}

// delivery is that of a file.
func (s *set) delivery(w written) export.Delivery {
	return export.Delivery{
		Store: s.in.Store, Sync: s.in.Sync, Export: s.in.Export, Target: s.Target,
		File: export.File{Name: w.name, Bytes: w.Bytes, SHA256: w.SHA256, Count: w.Count},
	}
}

func (s *set) receiptKey(w written) string { return s.in.Sync.Receipt(s.in.Export, w.name) }

// requireThere looks whether a file is at the target, as it was written.
func (s *set) requireThere(t *testing.T, w written, after string) {
	t.Helper()
	if content, has := s.place.Has(w.name); !has {
		t.Errorf("%s: the target has no %s", after, w.name)
	} else if content != w.content {
		t.Errorf("%s: the target has another %s, of %d bytes: want %d", after, w.name, len(content), len(w.content))
	}
}

// requireSent delivers a file.
func (s *set) requireSent(t *testing.T, w written, after string) (fresh bool) {
	t.Helper()
	fresh, err := s.delivery(w).Send(t.Context())
	if err != nil {
		t.Errorf("%s: %s is not delivered: %v", after, w.name, err)
		return fresh
	}
	s.requireThere(t, w, after)
	receipt, found, err := export.Delivered(t.Context(), s.in.Store, s.in.Sync, s.in.Export, s.delivery(w).File)
	if err != nil || !found || receipt.Path == "" {
		t.Errorf("%s: the receipt of %s is %+v, %v: it names no path", after, w.name, receipt, err)
	}
	return fresh
}

func testDelivered(t *testing.T, format export.Format, place Place) {
	t.Helper()
	g := newTarget(t, format, place)
	if err := g.Ready(t.Context()); err != nil {
		t.Fatalf("it is not ready: %v", err)
	}
	if to := g.Destination(); to == "" {
		t.Error("it has no destination to tell people")
	}
	t.Run("a set", func(t *testing.T) { testSet(t, g.stage(t)) })
	t.Run("a worker that stops in the middle of a file", func(t *testing.T) { testCut(t, g.stage(t)) })
	t.Run("a worker that was stopped before", func(t *testing.T) { testBefore(t, g.stage(t)) })
	t.Run("a name that is taken", func(t *testing.T) { testTaken(t, g) })
	for name, secret := range place.Secrets {
		if strings.Contains(g.log.String(), secret) {
			t.Errorf("the log holds the secret %s", name)
		}
	}
}

// testSet delivers a set. Each file is delivered once, also where the worker ends before it keeps the receipt.
func testSet(t *testing.T, s *set) {
	t.Helper()
	for _, w := range s.files {
		if fresh := s.requireSent(t, w, "at the first try"); !fresh {
			t.Errorf("%s is said to have been there before", w.name)
		}
		if fresh := s.requireSent(t, w, "once more"); fresh {
			t.Errorf("%s was sent again", w.name)
		}
		if err := s.in.Store.Delete(t.Context(), s.receiptKey(w)); err != nil {
			t.Fatal(err)
		}
		s.requireSent(t, w, "after a worker that ended before it kept the receipt")
		ctx, stop := context.WithCancel(t.Context())
		f := s.outgoing(w.content, w.name)
		f.Open = func() (io.ReadCloser, error) { return &ending{Reader: strings.NewReader(w.content), stop: stop}, nil }
		if _, err := s.Target.Send(ctx, f); errors.Is(err, export.ErrForeign) {
			t.Errorf("stopped while it looks at %s, it says that the file is another's: only a whole look can tell", w.name)
		}
		stop()
	}
}

// testCut stops the worker when half of a file has gone.
func testCut(t *testing.T, s *set) {
	t.Helper()
	for _, w := range s.files {
		ctx, stop := context.WithCancel(t.Context())
		d := s.delivery(w)
		d.Target = &cutting{Target: s.Target, stop: stop, half: len(w.content) / 2}
		if _, err := d.Send(ctx); err == nil {
			t.Errorf("half of %s is said to be a delivery", w.name)
		}
		stop()
		if content, has := s.place.Has(w.name); has && content != w.content {
			t.Errorf("the target shows %d of %d bytes under the name %s: give a file its name once it is whole", len(content), len(w.content), w.name)
		}
		s.requireSent(t, w, "after a worker that was stopped in the middle")
	}
}

// testBefore sends nothing once the worker was told to stop.
func testBefore(t *testing.T, s *set) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	w := s.files[0]
	_, err := s.Target.Send(ctx, s.outgoing(w.content, w.name))
	if _, has := s.place.Has(w.name); err == nil || has {
		t.Errorf("it sent %s when the worker had been stopped, and says %v", w.name, err)
	}
}

// testTaken delivers where others have delivered under the same names.
func testTaken(t *testing.T, g *target) {
	t.Helper()
	s, next := g.stage(t), g.stage(t)
	const foreign = "what another program has delivered"
	replaces := false
	for _, w := range s.files {
		if _, err := s.Target.Send(t.Context(), s.outgoing(foreign, w.name)); err != nil {
			t.Fatalf("another program cannot deliver %s: %v", w.name, err)
		}
		for attempt := range 2 { // the next one comes to the same
			_, err := s.delivery(w).Send(t.Context())
			taken, is := errors.AsType[*export.TakenError](err)
			switch content, _ := s.place.Has(w.name); {
			case err == nil && content == w.content:
				replaces = true
			case err == nil:
				t.Errorf("attempt %d: %s is said to be delivered, and the target has the file of another", attempt, w.name)
			case !is || taken.By != export.TakenByOther:
				t.Errorf("attempt %d: %v, want ErrTaken with reach.None, or ErrForeign: the set takes another name then", attempt, err)
			case content != foreign:
				t.Errorf("attempt %d: %s is taken, and what another program had delivered is changed", attempt, w.name)
			}
		}
	}
	if replaces {
		t.Log("the target replaces files: the timestamp in the names is all that keeps those of two programs apart")
	}
	for _, w := range next.files {
		next.requireSent(t, w, "under the next timestamp")
	}
}

// outgoing is a file of any content.
func (s *set) outgoing(content, name string) export.Outgoing {
	return export.Outgoing{
		File:      export.File{Name: name, Bytes: int64(len(content)), SHA256: sumOf(content), Count: 1},
		Renamable: true,
		Open:      func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

// cutting is a target that gets half of a file before the worker is told to stop.
type cutting struct {
	export.Target
	stop context.CancelFunc
	half int
}

// Send sends a file that breaks off.
func (c *cutting) Send(ctx context.Context, f export.Outgoing) (export.Receipt, error) {
	open := f.Open
	f.Open = func() (io.ReadCloser, error) {
		from, err := open()
		if err != nil {
			return nil, err
		}
		return &broken{ReadCloser: from, ctx: ctx, stop: c.stop, left: c.half}, nil
	}
	return c.Target.Send(ctx, f)
}

// ending stops the worker at its end.
type ending struct {
	io.Reader
	stop context.CancelFunc
}

// Read reads, and at the end stops the worker.
func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		e.stop()
	}
	return n, err
}

// Close has nothing to close.
func (*ending) Close() error { return nil }

// broken reads some bytes, stops the worker, and fails from then on, as an object of the bucket does then.
type broken struct {
	io.ReadCloser
	ctx  context.Context
	stop context.CancelFunc
	left int
}

// Read reads up to where it breaks off.
func (b *broken) Read(p []byte) (int, error) {
	if b.left == 0 {
		b.stop()
		return 0, context.Cause(b.ctx)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
