package castor_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"longhaul/internal/export/castor"
	"longhaul/internal/export/exporttest"
	"longhaul/internal/simulator/server"
)

func TestFormat(t *testing.T) {
	catalog, err := server.Start(server.Options{Reports: 1, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = catalog.Close() })
	at := catalog.Ready()
	exporttest.Run(t, castor.Format{}, exporttest.Place{
		Section: fmt.Sprintf("{url: '%s', source_id: %s, token: 'env:CATALOG_TOKEN'}", at.Catalog, at.SourceID),
		Secrets: map[string]string{"CATALOG_TOKEN": at.CatalogToken},
		Has: func(name string) (string, bool) {
			answer, err := http.Get(at.Catalog + "/simulator/files/" + name)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			content, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(content), answer.StatusCode == http.StatusOK
		},
	})
}
