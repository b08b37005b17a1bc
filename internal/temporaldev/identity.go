package temporaldev

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/primitives"
)

// namespaceSuffix ends the name of the file beside a database that keeps the id of its namespace. A new database in place of a
// lost one gets the same id, so that it counts as the same Temporal: the process that has the directory has the state of the
// lost one, and no other process works there.
const namespaceSuffix = ".namespace"

// knownNamespace returns the id of the namespace of a database, or of the database before it; empty if none is known.
func knownNamespace(database string) string {
	if database == "" {
		return ""
	}
	text, err := os.ReadFile(database + namespaceSuffix)
	if err != nil {
		return ""
	}
	id, err := primitives.ParseUUID(strings.TrimSpace(string(text)))
	if err != nil || id == nil {
		return ""
	}
	return id.String()
}

// keepNamespace writes the id of the namespace to its file, unless it is the known one.
func keepNamespace(ctx context.Context, db sqlplugin.DB, o Options, known string) error {
	if o.Database == "" {
		return nil
	}
	rows, err := db.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &o.Namespace})
	if err != nil {
		return fmt.Errorf("read namespace %s: %w", o.Namespace, err)
	}
	id := rows[0].ID.String()
	if id == known {
		return nil
	}
	return os.WriteFile(o.Database+namespaceSuffix, []byte(id+"\n"), 0o600)
}
