package overview_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"longhaul/internal/overview"
)

// The document of what --json prints names each field of a source.
func TestDocs_nameTheFieldsOfARow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n| `sources` | ")
	row, _, _ := strings.Cut(after, "\n")
	for field := range reflect.TypeFor[overview.Row]().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); !strings.Contains(row, "`"+name+"`") {
			t.Errorf("docs/operations.md does not name %s of sources: %s", name, row)
		}
	}
}
