package storetest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"longhaul/internal/staging"
)

var parameter = regexp.MustCompile("`([a-z_]+=[^` ]+)`")

// TestDocs_nameParametersThatTheDriversKnow opens a bucket with each parameter that docs/configuration.md lists.
func TestDocs_nameParametersThatTheDriversKnow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "### Stores and their parameters")
	addresses := map[string]string{"S3": "s3://longhaul?region=us-east-1&", "Google": "gs://longhaul?", "Azure": "azblob://longhaul?"}
	store, opened := "", 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		if name := strings.TrimSpace(cells[1]); name != "" {
			store = name
		}
		for _, found := range parameter.FindAllStringSubmatch(cells[2], -1) {
			if strings.HasPrefix(found[1], "profile=") { // which asks for a file of this machine
				continue
			}
			s, err := staging.Open(t.Context(), addresses[store]+strings.ReplaceAll(found[1], "arn:...", "arn:aws:iam::1:role/x"))
			if err != nil {
				t.Errorf("%s, %s: %v", store, found[1], err)
				continue
			}
			_ = s.Close()
			opened++
		}
	}
	if opened < 12 {
		t.Errorf("only %d parameters were found", opened)
	}
}
