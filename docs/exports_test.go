package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quoted is code of a page, and the file that it is quoted from.
var quoted = regexp.MustCompile("(?s)`([a-z/_]+\\.go)`:\n\n```go\n(.*?)```")

// What exports.md shows of the example is what runs.
func TestExports_quotesTheCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("exports.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := quoted.FindAllStringSubmatch(string(page), -1)
	if all := strings.Count(string(page), "```go\n"); len(blocks) != all || all == 0 {
		t.Errorf("%d of %d pieces of code say which file they are from", len(blocks), all)
	}
	for _, block := range blocks {
		file, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(block[1])))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(file), block[2]) {
			t.Errorf("%s does not hold what the page quotes:\n%s", block[1], block[2])
		}
	}
}
