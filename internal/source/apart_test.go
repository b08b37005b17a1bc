package source

import (
	"context"
	"testing"

	"longhaul/internal/fault"
)

// A sentence that names its source does not name it twice, however the error below begins.
func TestApart_namesTheSourceOnce(t *testing.T) {
	t.Parallel()
	for below, want := range map[string]string{
		`source "beta": sealed with another key`:         `catalog.token of source "beta": sealed with another key`,
		`source "beta" is not connected: connect it`:     `catalog.token of source "beta": the source is not connected: connect it`,
		`source "betamax" is not connected`:              `catalog.token of source "beta": source "betamax" is not connected`,
		`the environment variable TOKEN is not set`:      `catalog.token of source "beta": the environment variable TOKEN is not set`,
		`source "gamma" took the place of source "beta"`: `catalog.token of source "beta": source "gamma" took the place of source "beta"`,
	} {
		s := Source{Name: "beta", Exports: []Export{{Name: "castor", Section: "catalog", Secrets: map[string]Secret{
			"token": Sealed(func(context.Context) (string, error) { return "", fault.Invalidf("%s", below) }),
		}}}}
		if _, err := s.ExportSecret(t.Context(), "castor", "token"); fault.Sentence(err) != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}
