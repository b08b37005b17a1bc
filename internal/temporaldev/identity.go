package temporaldev

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/primitives"
)

// namespaceSuffix is what the file beside a database is called by that keeps the id of its namespace. A new database in the
// place of one that was lost gets the same id, so that it counts as the same Temporal: whoever has the directory has what the
// lost one had, and nobody else works there.
const namespaceSuffix = ".namespace"

// knownNamespace is the id that the namespace of a database has, or had in the database before; empty where none is known.
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

// keepNamespace writes down the id that the namespace has, unless known is that.
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
