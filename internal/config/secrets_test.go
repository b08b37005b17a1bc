package config

import (
	"strings"
	"testing"

	"longhaul/internal/seal"
)

func TestRead_theKeeperOfAMachineAndOfACluster(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text         string
		keeper, file string
	}{
		"one machine":                 {"data_dir: /var/lib/longhaul\n", seal.Local, "/var/lib/longhaul.key"},
		"one machine, said":           {"data_dir: /var/lib/longhaul\nsecrets: {keeper: 'base64key://'}\n", seal.Local, "/var/lib/longhaul.key"},
		"one machine, its own key":    {"data_dir: /d\nsecrets: {keeper: 'base64key://', key: 'file:/run/key'}\n", seal.Local, ""},
		"a bucket of others":          {"data_dir: /d\nstorage: s3://b\n", "", ""},
		"a bucket of others, a vault": {"storage: s3://b\nsecrets: {keeper: 'hashivault://longhaul'}\n", "hashivault://longhaul", ""},
		"nothing":                     {"log: {level: info}\n", "", ""},
	} {
		cfg, _, err := Read(settings(t, row.text))
		if err != nil || cfg.Secrets.Keeper != row.keeper || cfg.Secrets.File != row.file {
			t.Errorf("%s: %+v, %v", name, cfg.Secrets, err)
		}
	}
	cfg, _, err := Read(settings(t, "data_dir: /d\nsecrets:\n  keeper: base64key://\n  key: env:NEW\n  previous: {keeper: 'base64key://', key: 'file:/run/old'}\n"))
	if err != nil || cfg.Secrets.Key.String() != "env:NEW" || cfg.Secrets.Previous == nil || cfg.Secrets.Previous.Key.String() != "file:/run/old" {
		t.Errorf("%+v, %v", cfg.Secrets, err)
	}
}

func TestRead_mistakesOfKeepers(t *testing.T) {
	t.Parallel()
	const key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
	for name, row := range map[string]struct{ text, says string }{
		"a key in the URL":        {"secrets: {keeper: 'base64key://" + key + "'}\n", "longhaul.yaml:1: secrets.keeper: holds more than base64key://"},
		"a key in place of a URL": {"secrets: {keeper: '" + key + "'}\n", "secrets.keeper: is not the URL of a keeper"},
		"a key itself":            {"data_dir: /d\nsecrets: {keeper: 'base64key://', key: '" + key + "'}\n", "secrets.key: holds the secret itself"},
		"no key":                  {"storage: s3://b\nsecrets: {keeper: 'base64key://'}\n", "secrets.keeper is base64key:// and secrets.key is missing"},
		"no key of before": {
			"data_dir: /d\nsecrets: {previous: {keeper: 'base64key://'}}\n", "secrets.previous.keeper is base64key:// and secrets.previous.key is missing",
		},
		"a key alone":     {"data_dir: /d\nsecrets: {key: 'env:K'}\n", "secrets.key is set and secrets.keeper is not"},
		"a key too many":  {"storage: s3://b\nsecrets: {keeper: 'hashivault://x', key: 'env:K'}\n", "secrets.key is for base64key:// only"},
		"another service": {"storage: s3://b\nsecrets: {keeper: 'vault://x'}\n", `secrets.keeper: "vault" is not a keeper`},
	} {
		_, _, err := Read(settings(t, row.text))
		if err == nil || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A process that may serve connected sources needs none in its settings.
func TestRead_needsNoSourceWhereOneCanBeConnected(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"a key file beside data_dir": settings(t, "data_dir: data\n"),
		"a keeper":                   settings(t, "storage: s3://bucket\nsecrets: {keeper: hashivault://longhaul}\n"),
		"a flag and no file":         withFlags(t, Input{Dir: t.TempDir()}, "--data-dir", "data"),
	} {
		if cfg, _, err := Read(needing(in)); err != nil || cfg.Secrets.IsZero() || len(cfg.Sources.Names()) > 0 {
			t.Errorf("%s: %v, %v", name, cfg.Secrets, err)
		}
	}
}
