package limiter

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimiter_Observe(t *testing.T) {
	t.Parallel()
	answered := func(seq int64) Observation { return Observation{Seq: seq, Next: seq + 1, Share: 16} }
	throttled := func(seq, next int64) Observation {
		return Observation{Throttled: true, Seq: seq, Next: next, Share: 16}
	}
	for name, row := range map[string]struct {
		seen []Observation
		want []int // the limit after each
	}{
		"answers leave the whole share": {
			[]Observation{answered(0), answered(1)},
			[]int{16, 16},
		},
		"a complaint halves it": {
			[]Observation{throttled(0, 16)},
			[]int{8},
		},
		"complaints of one round trip halve it once": {
			[]Observation{throttled(0, 16), throttled(1, 16), throttled(15, 16)},
			[]int{8, 8, 8},
		},
		"a complaint about the new limit halves it again": {
			[]Observation{throttled(0, 16), throttled(16, 24), throttled(17, 24), throttled(24, 28)},
			[]int{8, 4, 4, 2},
		},
		"it is never less than one": {
			[]Observation{throttled(0, 1), throttled(1, 2), throttled(2, 3), throttled(3, 4), throttled(4, 5)},
			[]int{8, 4, 2, 1, 1},
		},
		"a round of answers brings one more": {
			[]Observation{throttled(0, 1), throttled(1, 2), throttled(2, 3), answered(3), answered(4), answered(5)},
			[]int{8, 4, 2, 2, 2, 3},
		},
		"it grows to a smaller share and no further": {
			[]Observation{throttled(0, 1), {Seq: 1, Next: 2, Share: 3}, {Seq: 2, Next: 3, Share: 16}},
			[]int{8, 3, 16},
		},
		"it keeps to a share that shrinks": {
			[]Observation{throttled(0, 1), {Throttled: true, Seq: 0, Next: 2, Share: 4}},
			[]int{8, 4},
		},
		"half of what a smaller share allows is less": {
			[]Observation{throttled(0, 1), {Throttled: true, Seq: 1, Next: 2, Share: 4}},
			[]int{8, 2},
		},
		"a late answer to an older request raises it as well": {
			[]Observation{throttled(5, 9), throttled(9, 12), answered(3), answered(4), answered(6), answered(7), answered(8)},
			[]int{8, 4, 4, 4, 4, 4, 5},
		},
	} {
		var l Limiter
		got := make([]int, 0, len(row.seen))
		for _, o := range row.seen {
			l.Observe(o)
			got = append(got, l.Limit(o.Share))
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever is observed, the limit stays between one and the share, and answers bring the whole share back in the end.
func TestLimiter_staysWithinItsBoundsAndRecovers(t *testing.T) {
	t.Parallel()
	for share := 1; share <= 24; share++ {
		var l Limiter
		for seq := range int64(500) {
			l.Observe(Observation{Throttled: seq%7 == 0 || seq < 50, Seq: seq, Next: seq + 1, Share: share})
			if got := l.Limit(share); got < 1 || got > share {
				t.Fatalf("share %d: the limit is %d", share, got)
			}
		}
		answers := 0
		for ; l.Limit(share) < share; answers++ {
			l.Observe(Observation{Seq: 1000, Next: 1001, Share: share})
		}
		if rounds := share * (share + 1) / 2; answers > rounds {
			t.Errorf("share %d: it took %d answers to have all of it again, want at most %d", share, answers, rounds)
		}
	}
}

func TestLimiter_startsAtHalfAndKeepsToOneWhileSerial(t *testing.T) {
	t.Parallel()
	for share, want := range map[int]int{1: 1, 2: 1, 5: 2, 16: 8} {
		var l Limiter
		if l.Limit(share) != share || l.Throttled(share) {
			t.Errorf("share %d: a new limiter allows %d", share, l.Limit(share))
		}
		l.StartAtHalf(share)
		if l.Limit(share) != want || l.Throttled(share) != (want < share) {
			t.Errorf("share %d: half is %d, want %d", share, l.Limit(share), want)
		}
		l.SetSerial(true)
		if l.Limit(share) != 1 || l.Throttled(share) != (want < share) {
			t.Errorf("share %d: a serial limiter allows %d", share, l.Limit(share))
		}
		l.SetSerial(false)
		if l.Limit(share) != want {
			t.Errorf("share %d: after that it allows %d, want %d", share, l.Limit(share), want)
		}
	}
}

func TestLimiter_pausesUntilTheLatestTimeItWasGiven(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l Limiter
		if got := l.Pause(time.Now()); got != 0 {
			t.Errorf("a new limiter pauses for %v", got)
		}
		l.PauseUntil(time.Now().Add(7 * time.Second))
		l.PauseUntil(time.Now().Add(2 * time.Second))
		<-time.After(3 * time.Second)
		if got := l.Pause(time.Now()); got != 4*time.Second {
			t.Errorf("the pause is %v, want 4s", got)
		}
		<-time.After(4 * time.Second)
		if got := l.Pause(time.Now()); got != 0 {
			t.Errorf("after the pause there are %v left", got)
		}
	})
}
