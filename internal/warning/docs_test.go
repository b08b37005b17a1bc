package warning

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

const page = "../../docs/warnings.md"

// docRow is the line of a code in the page.
func docRow(code Code) string {
	text := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(table[code].text, func(hole string) string {
		name, form, _ := strings.Cut(strings.Trim(hole, "{}"), "|")
		name = "`" + name + "`"
		switch form {
		case "because":
			return " (" + name + ")"
		case "after":
			return ": " + name
		case "called":
			return " called " + name
		case "cost":
			return "what is lost without " + name
		case "report", "dashboard", "folder", "component", "user":
			return name + " " + form + "s"
		case "have":
			return name + " reports have"
		}
		return name
	})
	return fmt.Sprintf("| `%s` | %s |\n", code, text)
}

func TestTable_isDocumented(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for code := range table {
		if row := docRow(code); !strings.Contains(string(content), "\n"+row) {
			t.Errorf("%s lacks\n%s", page, row)
		}
	}
	if n := strings.Count(string(content), "\n| `"); n != len(table) {
		t.Errorf("%s has %d codes, the table %d", page, n, len(table))
	}
}
