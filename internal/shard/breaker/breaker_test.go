package breaker

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBreaker_opensAfterFailuresInARow(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ inFlight, failures int }{{1, 8}, {4, 8}, {5, 10}, {16, 32}} {
		b := New(1, 3)
		for n := 1; n < row.failures; n++ {
			if b.Failure(row.inFlight); b.State() != Closed || !b.Failing() {
				t.Errorf("%d in flight: state %d after %d failures", row.inFlight, b.State(), n)
			}
		}
		if b.Success(); b.Failing() {
			t.Error("an answer does not end the failures in a row")
		}
		for range row.failures {
			b.Failure(row.inFlight)
		}
		if b.State() != Open {
			t.Errorf("%d in flight: not open after %d failures", row.inFlight, row.failures)
		}
		if b.Success(); b.State() != Closed { // of a request that was sent before it opened
			t.Error("an answer does not close it")
		}
	}
}

func TestBreaker_isHalfOpenWhileACanaryIsInFlight(t *testing.T) {
	t.Parallel()
	known := Candidates{Described: []int{7}}
	for name, row := range map[string]struct {
		ends func(b *Breaker)
		want State
	}{
		"an answer closes it":             {(*Breaker).Success, Closed},
		"a failure opens it again":        {func(b *Breaker) { b.Failure(4) }, Open},
		"a canary that is not there does": {(*Breaker).Undecided, Open},
	} {
		b := New(1, 3)
		b.Trip()
		if _, ok := b.Choose(known); !ok || b.State() != HalfOpen {
			t.Errorf("%s: state %d with a canary in flight", name, b.State())
		}
		if row.ends(b); b.State() != row.want {
			t.Errorf("%s: state %d, want %d", name, b.State(), row.want)
		}
	}
	b := New(1, 3)
	if b.Choose(known); b.State() != Closed {
		t.Error("a canary at the end of a slice opened it")
	}
	if b.Undecided(); b.State() != Closed {
		t.Error("a canary that is not there opened it")
	}
}

func TestBreaker_choosesTheLikeliestCanary(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		from Candidates
		want []Canary // one after the other, without an answer
	}{
		"one that was described before all others": {
			Candidates{Described: []int{10, 20, 30}, Answered: []int{40}, Queued: 5, Probe: true},
			[]Canary{{Kind: Known, Report: 20}, {Kind: Known, Report: 30}, {Kind: Known, Report: 10}},
		},
		"a few of the queue before one with another answer": {
			Candidates{Answered: []int{40, 50}, Queued: 6, Probe: true},
			[]Canary{{Kind: Sample, Place: 2}, {Kind: Sample, Place: 4}, {Kind: Sample}, {Kind: Known, Report: 40}},
		},
		"the caller's after a few of the queue": {
			Candidates{Queued: 1, Probe: true},
			[]Canary{{Kind: Sample}, {Kind: Sample}, {Kind: Sample}, {Kind: Probe}, {Kind: Probe}},
		},
	} {
		b := New(1, 3)
		b.Trip()
		var got []Canary
		for range row.want {
			canary, ok := b.Choose(row.from)
			if !ok {
				t.Fatalf("%s: none after %v", name, got)
			}
			got = append(got, canary)
			b.Failure(1)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	b := New(1, 3)
	b.Trip()
	if _, ok := b.Choose(Candidates{}); ok || b.State() != Open {
		t.Error("a canary was chosen from no candidates")
	}
}

// A run that follows one which failed asks for an untried report first, and for a known one after it.
func TestBreaker_startsOpenWithAReportOfTheQueue(t *testing.T) {
	t.Parallel()
	from := Candidates{Described: []int{10, 20}, Queued: 4}
	b := New(2, 3)
	b.StartOpen()
	if b.State() != Open {
		t.Error("it is not open")
	}
	if canary, _ := b.Choose(from); canary.Kind != Sample {
		t.Errorf("the first canary is %+v", canary)
	}
	b.Failure(4)
	if canary, _ := b.Choose(from); canary.Kind != Known {
		t.Errorf("the second canary is %+v", canary)
	}
	empty := New(2, 3)
	empty.StartOpen()
	if canary, _ := empty.Choose(Candidates{Described: []int{10}}); canary.Kind != Known {
		t.Errorf("without a queue the first canary is %+v", canary)
	}
}

// Samples lie apart from each other, at other places at each attempt, and always in the queue.
func TestBreaker_spreadsItsSamples(t *testing.T) {
	t.Parallel()
	for attempt := range 40 {
		for _, most := range []int{3, 12} {
			for queued := 1; queued < 60; queued++ {
				b, seen := New(attempt, most), map[int]bool{}
				b.Trip()
				for range min(most, queued) {
					canary, ok := b.Choose(Candidates{Queued: queued})
					if !ok || canary.Kind != Sample || canary.Place < 0 || canary.Place >= queued {
						t.Fatalf("attempt %d of %d in the queue: %+v", attempt, queued, canary)
					}
					seen[canary.Place] = true
					b.Failure(1)
				}
				if queued >= most && len(seen) != most {
					t.Errorf("attempt %d: %d places of %d for %d samples", attempt, len(seen), queued, most)
				}
			}
		}
	}
}

func TestBreaker_hasNewSamplesAfterAnAnswer(t *testing.T) {
	t.Parallel()
	b := New(1, 1)
	for range 3 {
		b.Trip()
		if canary, ok := b.Choose(Candidates{Queued: 5}); !ok || canary.Kind != Sample {
			t.Fatalf("got %+v, %v", canary, ok)
		}
		if _, ok := b.Choose(Candidates{Queued: 5}); ok {
			t.Error("a sample more than allowed")
		}
		b.Success()
	}
}
