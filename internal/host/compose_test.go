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

// None of these has a login, so nobody but this machine reaches them; and what runs tomorrow is what was tried today.
func TestCompose_isReachedFromThisMachineAndPinned(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image    string   `yaml:"image"`
			Ports    []string `yaml:"ports"`
			Profiles []string `yaml:"profiles"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for name, service := range file.Services {
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s is reached at %s", name, port)
			}
		}
		if _, tag, _ := strings.Cut(service.Image, ":"); service.Image != "" && !strings.Contains(tag, ".") {
			t.Errorf("%s runs %s, which is no version", name, service.Image)
		}
		if watches := name == "prometheus" || name == "grafana"; watches != slices.Equal(service.Profiles, []string{"metrics"}) {
			t.Errorf("%s is started in the profiles %q", name, service.Profiles)
		}
	}
}

// What the profile metrics mounts is there, and Prometheus asks the worker where it serves its metrics.
func TestCompose_watchesTheWorker(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
			Volumes     []string          `yaml:"volumes"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for name, service := range file.Services {
		for _, volume := range service.Volumes {
			if from, _, _ := strings.Cut(volume, ":"); strings.HasPrefix(from, ".") {
				if _, err := os.Stat("../../" + from); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
	var prometheus struct {
		Jobs []struct {
			Name string `yaml:"job_name"`
			DNS  []struct {
				Names []string `yaml:"names"`
				Port  string   `yaml:"port"`
			} `yaml:"dns_sd_configs"`
		} `yaml:"scrape_configs"`
	}
	if text, err = os.ReadFile("../../deploy/prometheus/prometheus.yml"); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &prometheus); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(file.Services["worker"].Environment["LONGHAUL_METRICS_ADDRESS"])
	if jobs := prometheus.Jobs; err != nil || len(jobs) != 1 || jobs[0].Name != "longhaul" || len(jobs[0].DNS) != 1 ||
		!slices.Equal(jobs[0].DNS[0].Names, []string{"worker"}) || jobs[0].DNS[0].Port != port {
		t.Errorf("Prometheus asks %+v, and the worker listens on port %s: %v", jobs, port, err)
	}
}
