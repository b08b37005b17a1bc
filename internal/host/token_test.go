package host

import (
	"strings"
	"testing"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// What cannot be a token is found when a worker starts, not after all describes.
func TestCheck_namesATokenThatCannotBeOne(t *testing.T) {
	t.Parallel()
	for token, says := range map[string]string{
		"one\ntwo": "holds a line break", `"quoted"`: "begins and ends with a quote", "two words": "holds a space",
	} {
		s := acme("acme", source.Held("a-client-secret"))
		s.Exports = castor.Catalog{Zone: "EU", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", Token: source.Held(token)}.Exports()
		err := open(t, 0, s).Check(t.Context())
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), `catalog.token of source "acme"`) ||
			strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
}
