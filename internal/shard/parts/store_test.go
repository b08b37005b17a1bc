package parts

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testSync = staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}

func reportID(i int) string { return fmt.Sprintf("00O%012dAAA", i) }

// memory is a Store without goroutines, for tests on a virtual clock. One goroutine at a time uses it.
type memory struct {
	streams map[string][][]byte
	torn    map[string]bool
	latency time.Duration          // of a write
	fail    func(key string) error // of a write
	keeps   error                  // the answer to a delete, if nothing is ever removed
	writes  []time.Time            // when they began
}

func newMemory() *memory {
	return &memory{streams: map[string][][]byte{}, torn: map[string]bool{}, fail: func(string) error { return nil }}
}

func (m *memory) Lines(_ context.Context, key string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines, ok := m.streams[key]
		if !ok {
			yield(nil, fmt.Errorf("%s: %w", key, staging.ErrNotExist))
			return
		}
		for _, line := range lines {
			if !yield(line, nil) {
				return
			}
		}
		if m.torn[key] {
			yield(nil, fmt.Errorf("%s: %w", key, staging.ErrTorn))
		}
	}
}

func (m *memory) WriteLines(ctx context.Context, key string, lines iter.Seq2[[]byte, error]) (staging.Object, error) {
	m.writes = append(m.writes, time.Now())
	var kept [][]byte
	for line, err := range lines {
		if err != nil {
			return staging.Object{}, err
		}
		kept = append(kept, slices.Clone(line))
	}
	select {
	case <-time.After(m.latency):
	case <-ctx.Done():
		return staging.Object{}, ctx.Err()
	}
	if err := m.fail(key); err != nil {
		return staging.Object{}, err
	}
	if _, taken := m.streams[key]; taken {
		return staging.Object{}, staging.ErrExist
	}
	m.streams[key] = kept
	return staging.Object{Key: key, Count: int64(len(kept))}, nil
}

func (m *memory) Verify(_ context.Context, key string) (staging.Object, error) {
	return staging.Object{Key: key, Count: int64(len(m.streams[key]))}, nil
}

func (m *memory) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(m.streams)) {
			if strings.HasPrefix(key, prefix) && !yield(key, nil) {
				return
			}
		}
	}
}

func (m *memory) Exists(_ context.Context, key string) (bool, error) {
	_, ok := m.streams[key]
	return ok, nil
}

func (m *memory) Delete(_ context.Context, key string) error {
	if m.keeps == nil {
		delete(m.streams, key)
	}
	return m.keeps
}

func (m *memory) DeleteAll(ctx context.Context, prefix string) (n int, err error) {
	for key, err := range m.List(ctx, prefix) {
		if err != nil {
			return n, err
		}
		if err := m.Delete(ctx, key); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// line is the stored line of report i.
func line(i int, state description.State) []byte {
	data, _ := (&description.Description{ID: reportID(i), State: state}).Append(nil)
	return data
}

// added is a line of report i that came now, by the request of a number.
func added(i int, seq int64) Line {
	return Line{Report: i, ID: reportID(i), Seq: seq, At: time.Now(), Data: line(i, description.StateDescribed)}
}

func part(first, last, attempt int) string {
	return testSync.Part(0, reportID(first), reportID(last), attempt)
}

func reports(lines []Line) (all []int) {
	for _, l := range lines {
		all = append(all, l.Report)
	}
	return all
}
