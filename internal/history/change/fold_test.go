package change

import (
	"iter"
	"testing"

	"longhaul/internal/history/item"
)

// logOf is a log of some changes, in the order of their Ids.
func logOf(t *testing.T, changes ...Change) iter.Seq2[[]byte, error] {
	t.Helper()
	return func(yield func([]byte, error) bool) {
		for _, one := range changes {
			line, err := one.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// TestMadeBy_keepsWhichSyncMadeAChange puts two logs together: what the later one did not touch was made by the sync of the earlier one, or
// by the one that it names.
func TestMadeBy_keepsWhichSyncMadeAChange(t *testing.T) {
	t.Parallel()
	change := func(id, was, now, at string) Change {
		return Change{ID: id, Kind: item.Report, Was: Fields{Name: was}, Now: Fields{Name: now}, At: at}
	}
	const first, second, third = "00O000000000001AAA", "00O000000000002AAA", "00O000000000003AAA"
	early := logOf(t, change(first, "a", "b", ""), change(second, "a", "b", "before"), change(third, "a", "b", ""))
	late := logOf(t, change(third, "b", "c", ""))
	got := map[string]string{}
	for one, err := range Fold(MadeBy("early", early), late) {
		if err != nil {
			t.Fatal(err)
		}
		got[one.ID] = one.At
	}
	for id, want := range map[string]string{first: "early", second: "before", third: ""} {
		if got[id] != want {
			t.Errorf("the change of %s was made by %q, want %q", id, got[id], want)
		}
	}
}
