package parts

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

func ids(n int) (all []string) {
	for i := range n {
		all = append(all, reportID(i))
	}
	return all
}

// reopened makes a writer that found the parts of a store.
func reopened(t *testing.T, m *memory) *Writer {
	t.Helper()
	shard := Shard{Store: m, Sync: testSync}
	found, _, err := shard.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return NewWriter(shard, found, Options{Attempt: 3, FlushEvery: every})
}

func TestWriter_joinsItsPartsAndWhatIsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const described, deferred, gone = description.StateDescribed, description.StateDeferred, description.StateGone
		m := newMemory()
		m.streams[part(0, 2, 2)] = [][]byte{line(0, described), line(1, described), line(2, described)}
		m.streams[part(1, 9, 1)] = [][]byte{line(1, gone), line(2, deferred), line(9, gone)} // 9 is of another plan
		w := reopened(t, m)
		w.Add(added(4, 1))
		w.Add(added(3, 2))
		object, err := w.Join(t.Context(), ids(5))
		if err != nil || object.Count != 5 {
			t.Fatalf("object %+v, error %v", object, err)
		}
		entries, err := ReadEntries(t.Context(), m, object.Key)
		want := []Entry{
			{ID: reportID(0), State: described},
			{ID: reportID(1), State: gone},      // of two answers the lower attempt's
			{ID: reportID(2), State: described}, // an answer rather than none
			{ID: reportID(3), State: described},
			{ID: reportID(4), State: described},
		}
		if diff := cmp.Diff(want, entries); diff != "" || err != nil {
			t.Errorf("error %v, entries (-want +got):\n%s", err, diff)
		}
		if got := len(w.TakePending()); got != 2 || w.Pending() != 0 {
			t.Errorf("%d lines were pending, %d are", got, w.Pending())
		}
		Shard{Store: m, Sync: testSync}.Clear(t.Context())
		if len(m.streams) != 1 {
			t.Errorf("%d objects are left", len(m.streams))
		}
	})
}

func TestWriter_joinsNothingThatIsNotWhole(t *testing.T) {
	for name, row := range map[string]struct {
		prepare func(m *memory)
		want    func(err error) bool
	}{
		"a report is missing": {
			func(m *memory) {
				m.streams[part(0, 1, 1)] = [][]byte{line(0, description.StateGone), line(2, description.StateGone)}
			},
			func(err error) bool { return err != nil && !fault.Is(err, fault.Transient) },
		},
		"a part was torn since": {
			func(m *memory) { m.torn[part(0, 2, 1)] = true },
			func(err error) bool { return errors.Is(err, staging.ErrTorn) && fault.Is(err, fault.Transient) },
		},
		"a part was removed since": {
			func(m *memory) { delete(m.streams, part(0, 2, 1)) },
			func(err error) bool { return errors.Is(err, staging.ErrNotExist) },
		},
		"another process was faster": {
			func(m *memory) { m.streams[testSync.Shard(0)] = nil },
			func(err error) bool { return errors.Is(err, staging.ErrExist) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				gone := description.StateGone
				m.streams[part(0, 2, 1)] = [][]byte{line(0, gone), line(1, gone), line(2, gone)}
				if name == "a report is missing" {
					delete(m.streams, part(0, 2, 1))
					row.prepare(m)
				}
				w := reopened(t, m)
				row.prepare(m)
				if _, err := w.Join(t.Context(), ids(3)); !row.want(err) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func TestShard_Read(t *testing.T) {
	t.Parallel()
	m := newMemory()
	gone := description.StateGone
	m.keeps = errors.New("deletes are refused")
	m.streams[part(0, 1, 2)] = [][]byte{line(0, gone), line(1, gone)}
	m.streams[part(2, 3, 1)] = [][]byte{line(2, gone), line(3, gone)}
	m.streams[part(4, 5, 1)] = [][]byte{line(5, gone), line(4, gone)} // out of order
	m.streams[part(6, 6, 1)] = [][]byte{line(6, gone)}
	m.torn[part(6, 6, 1)] = true
	m.streams[part(7, 7, 1)] = [][]byte{[]byte(`{"Id":`)}
	for range 2 {
		found, entries, err := Shard{Store: m, Sync: testSync}.Read(t.Context())
		if err != nil || len(found) != 2 {
			t.Fatalf("%d parts, error %v", len(found), err)
		}
		want := []Entry{
			{ID: reportID(2), State: gone},
			{ID: reportID(3), State: gone},
			{ID: reportID(0), State: gone},
			{ID: reportID(1), State: gone},
		}
		if diff := cmp.Diff(want, entries); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
		if m.keeps == nil && len(m.streams) != 2 {
			t.Errorf("%d parts are left", len(m.streams))
		}
		m.keeps = nil // the second time torn parts can be removed
	}
}
