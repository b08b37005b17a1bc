package monitor

import (
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"

	"longhaul/internal/fault"
)

// A Temporal whose database was lost answers, and no setting of the client is wrong.
func TestEnd_ofASyncThatTemporalLost(t *testing.T) {
	t.Parallel()
	result, err := End(fmt.Errorf("watching: %w", serviceerror.NewNotFound("workflow execution not found")))
	f := fault.From(err)
	if result != nil || f == nil || f.Class != fault.Transient || f.System != fault.Temporal ||
		!strings.Contains(f.Message, "no longer knows this sync") || !strings.Contains(f.Message, "start the sync again") {
		t.Errorf("got %+v, %v", result, err)
	}
	if _, err := End(serviceerror.NewNamespaceNotFound("other")); !strings.Contains(fault.Sentence(err), "TEMPORAL_NAMESPACE") {
		t.Errorf("a namespace that is not there: %v", err)
	}
}
