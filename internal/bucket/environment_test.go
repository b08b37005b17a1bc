package bucket

import (
	"os"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// TestOpen_readsVariablesAsTheyWereMeant sets the variables of stores as env files of other systems set them.
func TestOpen_readsVariablesAsTheyWereMeant(t *testing.T) {
	for _, row := range []struct{ kind, name, value, want, says string }{
		{"s3", "AWS_SECRET_ACCESS_KEY", "s3cret\r\n", "s3cret", ""},
		{"s3", "AWS_ACCESS_KEY_ID", "AKIA\r", "AKIA", ""},
		{"azblob", "AZURE_STORAGE_KEY", "a2V5\n", "a2V5", ""},
		{"gs", "GOOGLE_APPLICATION_CREDENTIALS", "/run/a key.json\r", "/run/a key.json", ""},
		{"s3", "AWS_PROFILE", "my profile", "my profile", ""},
		{"s3", "AWS_SECRET_ACCESS_KEY", `"s3cret"`, "", "begins and ends with a quote"},
		{"s3", "AWS_SECRET_ACCESS_KEY", "s3cret ", "", "ends with a space"},
		{"azblob", "AZURE_STORAGE_ACCOUNT", "s3cret\r\ns3cret", "", "holds a line break"},
	} {
		t.Setenv(row.name, row.value)
		err := trimVariables(row.kind)
		if row.says == "" && (err != nil || os.Getenv(row.name) != row.want) {
			t.Errorf("%s=%q: %q, %v", row.name, row.value, os.Getenv(row.name), err)
		}
		if row.says != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.name) ||
			!strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s=%q: %v", row.name, row.value, err)
		}
		t.Setenv(row.name, "")
	}
}
