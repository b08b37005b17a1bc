package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.temporal.io/sdk/client"

	"longhaul/internal/source"
	"longhaul/workflows"
)

const (
	stateDir     = ".longhaul"   // of an output
	databaseFile = "temporal.db" // of a state directory
	sourceFile   = "source"      // whose sync is in the database, and which database that is
	anyPort      = "127.0.0.1:0"
)

// outDir makes the directory that an extract goes into and checks that it can be written to.
func outDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return unusablePath("the output", dir, err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return unusablePath("the output", dir, err)
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}

// sameSource drops an unfinished sync that another org or login began in this output: half of one org and half of
// another make no extract. Of a database that lies elsewhere it also drops the sync of an output that was removed meanwhile.
func sameSource(ctx context.Context, temporal client.Client, at place, s source.Source) error {
	parts := []string{
		s.Salesforce.BaseURL, string(s.Salesforce.Auth), s.Salesforce.ClientID, s.Salesforce.Username,
		s.Salesforce.APIVersion, fmt.Sprint(s.Scope.Private),
	}
	if at.owner != "" {
		parts = append(parts, at.owner)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	mark, file := hex.EncodeToString(sum[:]), filepath.Join(at.state, sourceFile)
	before, err := os.ReadFile(file)
	if (err == nil || at.owner != "") && string(before) != mark {
		if err := dropUnfinished(ctx, temporal, s.Name, "the command now names another org, login or scope"); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file, []byte(mark), 0o600); err != nil {
		return unusablePath("the file", file, err)
	}
	return nil
}

// dropUnfinished ends the sync that an earlier process left running. Nobody may be working on it any more.
func dropUnfinished(ctx context.Context, temporal client.Client, name, reason string) error {
	id := workflows.SyncID(name)
	run, err := running(ctx, temporal, id)
	if err != nil || run == "" {
		return err
	}
	if err := temporal.TerminateWorkflow(ctx, id, run, reason); err != nil {
		return temporalFault(err)
	}
	return nil
}
