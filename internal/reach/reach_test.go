package reach

import "testing"

func TestFarther_whicheverComesFirst(t *testing.T) {
	t.Parallel()
	order := []Reach{None, Proxy, Unknown}
	for i, near := range order {
		for _, far := range order[i:] {
			if a, b := Farther(near, far), Farther(far, near); a != far || b != far {
				t.Errorf("of %s and %s the farther is %s, and in the other order %s", near, far, a, b)
			}
		}
	}
}
