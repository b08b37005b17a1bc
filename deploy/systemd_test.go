package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unit is what a unit of systemd sets, by key.
type unit map[string][]string

func readUnit(t *testing.T, path string) unit {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	u := unit{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found || strings.Contains(value, " #") { // systemd knows no comment behind a value
			t.Errorf("%s: %q is no setting", path, line)
		}
		u[key] = append(u[key], value)
	}
	return u
}

func (u unit) has(t *testing.T, key string, values ...string) {
	t.Helper()
	if !slices.Equal(u[key], values) {
		t.Errorf("%s is %q, want %q", key, u[key], values)
	}
}

// TestUnits_keepASyncGoing has the units start again what ends by itself, leave it time to store what it has, and keep what it writes to
// itself. Two workers of one machine share no address.
func TestUnits_keepASyncGoing(t *testing.T) {
	t.Parallel()
	for name, starts := range map[string]string{
		"longhaul-worker@.service": "/usr/local/bin/longhaul-worker --config /etc/longhaul/longhaul.yaml",
		"longhaul-serve.service":   "/usr/local/bin/longhaul serve --config /etc/longhaul/longhaul.yaml",
	} {
		path := filepath.Join("systemd", name)
		u := readUnit(t, path)
		for key, value := range map[string]string{
			"ExecStart": starts, "Restart": "always", "RestartPreventExitStatus": "2", "TimeoutStopSec": "45", "User": "longhaul", "UMask": "0077",
			"StateDirectory": "longhaul", "WorkingDirectory": "/var/lib/longhaul", "WantedBy": "multi-user.target",
		} {
			u.has(t, key, value)
		}
		if strings.Contains(name, "@") {
			u.has(t, "Environment", "LONGHAUL_METRICS_ADDRESS=%i LONGHAUL_REPORT_LISTEN=none")
		}
		verify(t, path)
	}
}

// verify asks systemd itself, where it is there, about a unit that starts a program that is there too.
func verify(t *testing.T, path string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	there := strings.NewReplacer("/usr/local/bin/longhaul-worker", "/bin/true", "/usr/local/bin/longhaul", "/bin/true").Replace(string(text))
	copied := filepath.Join(t.TempDir(), strings.Replace(filepath.Base(path), "@.", "@9464.", 1))
	if err := os.WriteFile(copied, []byte(there), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.CommandContext(t.Context(), analyze, "verify", copied).CombinedOutput(); err != nil || strings.Contains(string(said), filepath.Base(copied)) {
		t.Errorf("%s: %v\n%s", path, err, said)
	}
}
