package config

import (
	"testing"
	"time"

	"longhaul/internal/source"
)

// TestRead_takesDaysFromTheFileAndTheEnvironment has an audit that is off, in the file, in quotes and in the environment.
func TestRead_takesDaysFromTheFileAndTheEnvironment(t *testing.T) {
	t.Parallel()
	const variable = "LONGHAUL_SOURCES_ACME_REFRESH_AUDIT="
	for _, row := range []struct {
		text        string
		environment []string
		want        time.Duration
	}{
		{head, nil, 30 * 24 * time.Hour},
		{head + "    refresh: {audit: 0}\n", nil, source.Never},
		{head + "    refresh: {audit: \"0\"}\n", nil, source.Never},
		{head + "    refresh: {audit: 1d}\n", nil, 24 * time.Hour},
		{head + "    refresh: {audit: 0}\n", []string{variable + "365d"}, 365 * 24 * time.Hour},
		{head + "    refresh: {audit: 7d}\n", []string{variable + "0"}, source.Never},
	} {
		cfg, _, err := Read(settings(t, row.text, row.environment...))
		if err != nil {
			t.Fatalf("%q: %v", row.text, err)
		}
		acme, err := cfg.Sources.Get("acme")
		if err != nil || acme.Refresh.Audit != row.want {
			t.Errorf("%q with %q: %s, %v; want %s", row.text, row.environment, acme.Refresh.Audit, err, row.want)
		}
	}
}
