package stream

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/streamtest"
)

func TestUnique_givesTheFirstOfAnId(t *testing.T) {
	t.Parallel()
	a, b := &source{ids: []int{1, 2, 2, 4}}, &source{ids: []int{2, 3, 4}}
	var got []string
	for item, err := range Unique(Merge(Stream{Lines: a.lines()}, Stream{Lines: b.lines()})) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d@%d", streamtest.Number(string(item.ID)), item.Stream))
	}
	if diff := cmp.Diff([]string{"1@0", "2@0", "3@1", "4@0"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
