package stream

import (
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// While one attempt writes, others may leave anything under the same key.
func TestWriteOnce_whileOthersWriteTheSame(t *testing.T) {
	t.Parallel()
	key := current.Inventory(staging.Found("reports"))
	torn := func(s *staging.Store) {
		if err := s.Write(t.Context(), key, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	whole := func(s *staging.Store) {
		streamtest.Write(t, s, key, lineOf(1), lineOf(2))
	}
	for _, row := range []struct {
		name   string
		others []func(*staging.Store) // one for each time it is written
		count  int64
		class  fault.Class // of the error
	}{
		{"nobody", nil, 1, ""},
		{"another is faster", []func(*staging.Store){whole}, 2, ""},
		{"another leaves a torn one", []func(*staging.Store){torn}, 1, ""},
		{"another replaces a torn one first", []func(*staging.Store){torn, whole}, 2, ""},
		{"it is torn twice", []func(*staging.Store){torn, torn}, 1, ""},
		{"it is torn again and again", []func(*staging.Store){torn, torn, torn}, 0, fault.Transient},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			times := 0
			object, err := WriteOnce(t.Context(), s, key, func(w *staging.Writer) error {
				if times++; times <= len(row.others) {
					row.others[times-1](s)
				}
				return w.Append([]byte(lineOf(9)))
			})
			if object.Count != row.count || (err != nil) != (row.class != "") || err != nil && !fault.Is(err, row.class) {
				t.Errorf("%d lines, %v; want %d, class %q", object.Count, err, row.count, row.class)
			}
		})
	}
}
