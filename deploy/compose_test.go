package deploy_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"longhaul/internal/config"
)

// The worker of the compose file finds its settings and its bucket where they are mounted, and each secret that the settings name.
func TestCompose_workerReadsItsSettings(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Environment map[string]string
			Volumes     []string
		}
	}
	if err := yaml.Unmarshal(read(t, "../docker-compose.yml"), &file); err != nil {
		t.Fatal(err)
	}
	worker := file.Services["worker"]
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "longhaul.yaml"), read(t, "longhaul.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	var environment config.Environment
	for name, value := range worker.Environment {
		if name == "LONGHAUL_CONFIG" {
			if !slices.Contains(worker.Volumes, "./deploy/longhaul.yaml:"+value+":ro,z") {
				t.Errorf("the settings are looked for at %s, and these are mounted: %q", value, worker.Volumes)
			}
			continue
		}
		environment = append(environment, name+"="+value)
	}
	settings, _, err := config.Read(config.Input{Dir: dir, Environment: environment, NeedStorage: true, NeedSources: true})
	if err != nil || len(settings.Warnings) > 0 {
		t.Fatalf("%v, warnings %q", err, settings.Warnings)
	}
	if place := strings.TrimPrefix(settings.Storage, "file://"); !slices.Contains(worker.Volumes, "bucket:"+place) {
		t.Errorf("the bucket is %s, and these are mounted: %q", settings.Storage, worker.Volumes)
	}
	for line := range strings.Lines(string(read(t, "longhaul.yaml"))) {
		line, _, _ = strings.Cut(line, "#")
		if _, variable, names := strings.Cut(strings.TrimSpace(line), ": env:"); names && worker.Environment[variable] == "" {
			t.Errorf("the settings name %s, which the worker does not have", variable)
		}
	}
}
