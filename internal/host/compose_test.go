package host

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// SELinux lets a container read no file of the machine unless the mount says so.
func TestCompose_relabelsWhatItMounts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Volumes []string `yaml:"volumes"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	mounts := 0
	for name, service := range file.Services {
		for _, volume := range service.Volumes {
			if !strings.HasPrefix(volume, ".") {
				continue // one of Docker's own
			}
			mounts++
			parts := strings.Split(volume, ":")
			if options := strings.Split(parts[len(parts)-1], ","); !slices.Contains(options, "z") || !slices.Contains(options, "ro") {
				t.Errorf("%s mounts %s without ro,z", name, volume)
			}
		}
	}
	if mounts < 2 {
		t.Errorf("%d folders of the machine are mounted", mounts)
	}
}

// Docker hands its own proxy to containers, and that one does not know the names of a compose file.
func TestCompose_reachesTemporalWithoutAProxy(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	clients := 0
	for name, service := range file.Services {
		address, asks := service.Environment["TEMPORAL_ADDRESS"]
		if !asks {
			continue
		}
		clients++
		host, _, err := net.SplitHostPort(address)
		if exempt := strings.Split(service.Environment["NO_PROXY"], ","); err != nil || !slices.Contains(exempt, host) {
			t.Errorf("%s reaches %s past NO_PROXY %q: %v", name, address, exempt, err)
		}
	}
	if clients < 2 {
		t.Errorf("%d services reach Temporal", clients)
	}
}

// docs/security.md says with whom the programs speak; Temporal's server would speak with somebody else.
func TestCompose_tellsNobodyOfTheCluster(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/temporal/dynamicconfig.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string][]struct{ Value any }
	if err := yaml.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	const setting = "frontend.enableServerVersionCheck"
	if values := settings[setting]; len(values) != 1 || values[0].Value != false {
		t.Errorf("%s is %v", setting, values)
	}
}
