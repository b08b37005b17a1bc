package e2e_test

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// composed is a Temporal cluster as docker-compose.yml describes it, without Docker: Temporal's own server as a process, on PostgreSQL,
// with the schema, namespace and search attributes that the file has made by its commands.
type composed struct {
	tools    string // folder of Temporal's programs
	services map[string]composedService
	database *database
	temporal *process
}

type composedService struct {
	Environment map[string]string `yaml:"environment"`
	Command     []string          `yaml:"command"`
}

// newComposed starts one for as long as the test lives. tools is where `make cluster` has built Temporal's programs.
func newComposed(t *testing.T, tools string) *composed {
	t.Helper()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]composedService `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	c := &composed{tools: tools, services: file.Services, database: newDatabase(t, ownLoopback())}
	c.once(t, "schema", nil, 1)
	c.start(t)
	c.once(t, "namespace", []string{"TEMPORAL_ADDRESS=" + c.address()}, 10)
	return c
}

// logged is what Temporal's server has said since it was started last.
func (c *composed) logged(t *testing.T) string {
	t.Helper()
	if c.temporal == nil {
		return ""
	}
	return c.temporal.logged(t)
}

// ownLoopback is an address of loopback that this process has for itself, so that all ports are those of the file. Temporal's ports have to
// be low ones: PostgreSQL keeps them as smallint.
func ownLoopback() string {
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", 64+pid>>16&63, pid>>8&255, 1+pid%254)
}

func (c *composed) address() string { return net.JoinHostPort(c.database.host, "7233") }

// environ is the environment of a service: as in the file, but on this machine.
func (c *composed) environ(name string) (environ []string) {
	all := maps.Clone(c.services[name].Environment)
	for variable, value := range map[string]string{
		"POSTGRES_SEEDS": c.database.host, "SQL_HOST": c.database.host, "BIND_ON_IP": c.database.host,
		"POSTGRES_PWD": databasePassword, "SQL_PASSWORD": databasePassword, "DYNAMIC_CONFIG_FILE_PATH": dynamicConfig,
	} {
		if _, known := all[variable]; known {
			all[variable] = value
		}
	}
	delete(all, "NO_PROXY")
	for _, variable := range slices.Sorted(maps.Keys(all)) {
		environ = append(environ, variable+"="+all[variable])
	}
	return environ
}

// once runs a service that ends by itself, at most so many times until it ends well.
func (c *composed) once(t *testing.T, name string, more []string, times int) {
	t.Helper()
	script := strings.ReplaceAll(c.services[name].Command[0], "$$", "$")
	script = strings.ReplaceAll(script, "/etc/temporal/schema", schemaDir(t))
	environ := append(append(c.environ(name), "PATH="+c.tools+":"+os.Getenv("PATH")), more...)
	var got ended
	for range times {
		if got = run(t, environ, "sh", "-euc", script); got.code == 0 {
			return
		}
	}
	t.Fatalf("the service %s ends with %d:\n%s%s", name, got.code, got.stdout, got.stderr+c.logged(t))
}

// dynamicConfig is the file that docker-compose.yml mounts, from the folder of this package.
const dynamicConfig = "../../deploy/temporal/dynamicconfig.yaml"

// schemaDir is where Temporal's module has the tables that its container has in /etc/temporal/schema.
func schemaDir(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "go.temporal.io/server").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "schema")
}

// start starts Temporal's server and waits until it takes connections.
func (c *composed) start(t *testing.T) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "temporal.log") // it logs to stdout
	c.temporal, _ = launch(t, c.environ("temporal"), "sh", "-c", `exec "$0" start >"$1" 2>&1`, filepath.Join(c.tools, "temporal-server"), log)
	c.temporal.log, c.temporal.ready = log, map[string]string{"temporal": c.address()}
	eventually(t, time.Minute, func() bool {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", c.address())
		if err != nil {
			return false
		}
		return connection.Close() == nil
	})
}
