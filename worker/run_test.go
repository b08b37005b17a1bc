package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun_saysWhatIsWrongBeforeItDials(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte("storage: mem://\nsources:\n  acme:\n    salesforce: {base_url: x.my.salesforce.com}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"help", []string{"longhaul-worker", "--help"}, 0, "USAGE\n  longhaul-worker --config FILE\n"},
		{"a file that is not there", []string{"longhaul-worker", "--config", file + ".none"}, 2, "longhaul.yaml.none cannot be read"},
		{"settings that lack something", []string{"longhaul-worker", "--config", file}, 2, "client_id"},
	} {
		var out bytes.Buffer
		if code := run(t.Context(), row.args, nil, &out, &out); code != row.code || !strings.Contains(out.String(), row.says) {
			t.Errorf("%s: code %d:\n%s", row.name, code, out.String())
		}
	}
}
