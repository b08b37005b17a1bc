package planning

import (
	"testing"
)

func TestShards_areFullWavesOfNearlyEqualSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reports         int64
		maxShards, want int
		smallest, most  int64
	}{
		{0, 8, 0, 0, 0},
		{1, 8, 1, 1, 1},
		{5, 8, 5, 1, 1},
		{8, 8, 8, 1, 1},
		{9, 8, 8, 1, 2},
		{250, 8, 8, 31, 32},
		{2000, 8, 8, 250, 250},
		{2001, 8, 16, 125, 126},
		{5000, 8, 24, 208, 209},
		{5000, 1, 20, 250, 250},
		{5001, 1, 21, 238, 239},
		{200_000, 8, 800, 250, 250},
		{1_000_001, 7, 4004, 249, 250},
		{3, 0, 1, 3, 3},
	}
	for _, test := range tests {
		n := shardCount(test.reports, test.maxShards, 250)
		if n != test.want {
			t.Errorf("%d reports, %d at once: %d shards, want %d", test.reports, test.maxShards, n, test.want)
			continue
		}
		var sum int64
		smallest, most := test.reports, int64(0)
		for i := range n {
			size := shardSize(test.reports, n, i)
			sum += size
			smallest, most = min(smallest, size), max(most, size)
		}
		if sum != test.reports || smallest != test.smallest || most != test.most {
			t.Errorf("%d reports in %d shards: %d to %d, %d in all", test.reports, n, smallest, most, sum)
		}
	}
}
