package salesforce

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/analytics"
	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/oauth"
	"longhaul/internal/simulator/rest"
)

func TestResources_everyRouteHasOneHandler(t *testing.T) {
	t.Parallel()
	s := New(t.Context(), Settings{}, Parts{OAuth: &oauth.Server{}, REST: &rest.API{}, Analytics: &analytics.API{}})
	var paths []string
	for _, route := range call.Routes() {
		paths = append(paths, route.Path)
	}
	slices.Sort(paths)
	if diff := cmp.Diff(paths, slices.Sorted(maps.Keys(s.handlers))); diff != "" {
		t.Errorf("the handlers (-routes +handlers):\n%s", diff)
	}
}
