package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestErrorsPage_hasTheExitCodes holds the page against the table that the help texts end with.
func TestErrorsPage_hasTheExitCodes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| Exit code | Meaning |\n| --- | --- |\n")
	for _, row := range exitCodes {
		fmt.Fprintf(&want, "| %d | %s |\n", row.code, row.meaning)
	}
	want.WriteString("\n")
	if !strings.Contains(string(page), want.String()) {
		t.Errorf("the page has another table than\n%s", want.String())
	}
}
