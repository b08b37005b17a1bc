package bucket

import (
	"os"
	"strings"

	"longhaul/internal/plaintext"
)

// variables are those from which the drivers take credentials. They read the environment by themselves.
var variables = map[string][]string{
	kindS3: {
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CA_BUNDLE",
		"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
	},
	kindAzure: {
		"AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_DOMAIN",
		"AZURE_STORAGE_PROTOCOL", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID",
	},
	kindGoogle: {"GOOGLE_APPLICATION_CREDENTIALS", "STORAGE_EMULATOR_HOST"},
}

// trimVariables removes the line ends from the variables of a kind of store, which files with Windows line ends leave there,
// and refuses what a store would call a wrong key without saying why. It never repeats a value.
func trimVariables(kind string) error {
	for _, name := range variables[kind] {
		value, set := os.LookupEnv(name) //nolint:forbidigo // the drivers read these by themselves, past the settings
		line := plaintext.Line(value)
		if set && line != value {
			if err := os.Setenv(name, line); err != nil {
				return invalid("the variable %s ends with a line break that cannot be taken off; set it without", name)
			}
		}
		switch {
		case strings.ContainsAny(line, "\r\n"):
			return invalid("the variable %s holds a line break; put the value there alone, on one line", name)
		case strings.TrimSpace(line) != line:
			return invalid("the variable %s begins or ends with a space; leave it out", name)
		case len(line) > 1 && strings.ContainsRune(`"'`, rune(line[0])) && line[len(line)-1] == line[0]:
			return invalid("the variable %s begins and ends with a quote; leave the quotes out", name)
		}
	}
	return nil
}
