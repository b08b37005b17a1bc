package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/cli"
	"longhaul/internal/fault"
	"longhaul/internal/node"
)

func TestRun_servesEveryVerb(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	code := run(t.Context(), []string{"longhaul", "--help"}, nil, &out, &out)
	for _, verb := range []string{"demo", "check", "extract", "serve", "sync", "status", "upload", "worker", "temporal"} {
		if code != 0 || !strings.Contains(out.String(), "\n  "+verb+" ") {
			t.Errorf("code %d, %s is missing in:\n%s", code, verb, out.String())
		}
	}
}

func TestStartTemporal_blamesTheDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.db")
	if err := os.WriteFile(file, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := startTemporal(t.Context(), node.TemporalOptions{Database: file, Addr: "127.0.0.1:0"})
	if !errors.Is(err, node.ErrDatabase) || !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestStartSimulator_aProjectThatIsNone(t *testing.T) {
	t.Parallel()
	if _, err := startSimulator(cli.SimulatorOptions{Org: t.TempDir()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestStartTemporal_doesNotBlameTheDatabaseForTroubleAroundIt(t *testing.T) {
	t.Parallel()
	_, err := startTemporal(t.Context(), node.TemporalOptions{Database: t.TempDir(), Addr: "127.0.0.1:0"})
	if errors.Is(err, node.ErrDatabase) || !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
