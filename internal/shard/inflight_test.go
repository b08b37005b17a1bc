package shard

import "testing"

// sentInTurn makes n requests in turn that are in flight.
func sentInTurn(n int) *inFlight {
	f := &inFlight{}
	for range n {
		f.add(&request{kind: inTurn})
	}
	return f
}

func TestInFlight_ordersPartsByTheOldestRequestInTurn(t *testing.T) {
	t.Parallel()
	f := &inFlight{}
	if f.firstInOrder() != noSequence {
		t.Error("nothing in flight holds up the order")
	}
	f.add(&request{kind: sample})
	if f.firstInOrder() != noSequence {
		t.Error("a canary holds up the order")
	}
	first, second := &request{kind: inTurn}, &request{kind: inTurn}
	f.add(first)
	f.add(second)
	if f.firstInOrder() != 1 || second.seq != 2 || second.sent.IsZero() || f.count() != 3 {
		t.Errorf("%d is the first in order of %d in flight", f.firstInOrder(), f.count())
	}
	f.markStragglers(2)
	if !first.straggler || second.straggler || f.firstInOrder() != 2 {
		t.Errorf("%d is the first in order beside a straggler", f.firstInOrder())
	}
	f.markStragglers(-1)
	f.remove(second)
	if !first.straggler || f.firstInOrder() != noSequence || f.count() != 2 {
		t.Errorf("%d is the first in order of %d in flight", f.firstInOrder(), f.count())
	}
}

func TestInFlight_fillsItsReorderWindow(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ window, width, want int }{
		{0, 1, minWindow}, {0, 8, minWindow}, {0, 9, 36}, {40, 4, 40}, {2, 20, 2},
	} {
		f := sentInTurn(row.want - 1)
		f.window = row.window
		if f.windowFull(row.width) {
			t.Errorf("%+v: full with %d in flight", row, f.count())
		}
		f.add(&request{kind: inTurn})
		if !f.windowFull(row.width) {
			t.Errorf("%+v: not full with %d in flight", row, f.count())
		}
		f.remove(f.requests[1]) // others that are answered make no room
		if !f.windowFull(row.width) {
			t.Errorf("%+v: not full while the first is in flight", row)
		}
		f.markStragglers(int64(row.want))
		if f.windowFull(row.width) {
			t.Errorf("%+v: full of stragglers", row)
		}
	}
}
