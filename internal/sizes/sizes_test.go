package sizes_test

import (
	"maps"
	"os"
	"slices"
	"testing"
)

// bounds are the most that one piece of code may have.
type bounds struct {
	methods  int            // of a type that can hold a state; functions that take it first count
	function int            // lines of a function
	file     int            // lines of a file, tests too
	files    int            // files of a package, without tests
	lines    map[string]int // of files with a bound of their own
}

var house = bounds{
	methods: 20, function: 60, file: 300, files: 20,
	lines: map[string]int{"workflows/sync.go": 199}, // it tells the whole sync
}

// exceptions has the reason of each piece that may be beyond its bound.
var exceptions = map[string]string{
	"type activities.Activities": "Temporal registers each activity as a method; the type holds only what they share",
	"type internal/staging.Sync": "a value that builds keys, one a method; it holds no state",
}

func TestTree_keepsItsBounds(t *testing.T) {
	excesses, err := measure(os.DirFS("../.."), house)
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range complaints(excesses, exceptions) {
		t.Error(complaint)
	}
}

// complaints are about excesses without a reason, and about reasons without an excess.
func complaints(excesses []excess, reasons map[string]string) (all []string) {
	needless := maps.Clone(reasons)
	for _, e := range excesses {
		delete(needless, e.piece)
		if reasons[e.piece] == "" {
			all = append(all, e.String())
		}
	}
	for _, piece := range slices.Sorted(maps.Keys(needless)) {
		all = append(all, piece+": the exception is needed no more")
	}
	return all
}
