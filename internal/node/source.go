package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/paths"
	"longhaul/internal/source"
)

// sourceFile, in the state of an output, says which source's sync is in the database, and which database that is.
const sourceFile = "source"

// KeepSource drops an unfinished sync that another org or login began in this output: half of one org and half of another
// make no extract. Where the database lies elsewhere, it also drops the sync of an output that was removed meanwhile.
func (p Place) KeepSource(ctx context.Context, temporal client.Client, s source.Source) error {
	parts := []string{
		s.Salesforce.BaseURL, string(s.Salesforce.Auth), s.Salesforce.ClientID, s.Salesforce.Username,
		s.Salesforce.APIVersion, fmt.Sprint(s.Scope.Private),
	}
	if p.owner != "" {
		parts = append(parts, p.owner)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	mark, file := hex.EncodeToString(sum[:]), filepath.Join(p.State, sourceFile)
	before, err := os.ReadFile(file)
	if (err == nil || p.owner != "") && string(before) != mark {
		if err := control.Drop(ctx, temporal, s.Name, "the command now names another org, login or scope"); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file, []byte(mark), 0o600); err != nil {
		return paths.Unusable("the file", file, err)
	}
	return nil
}
