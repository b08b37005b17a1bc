package temporaldev

import (
	"os"
	"path/filepath"
	"testing"

	"go.temporal.io/api/workflowservice/v1"
)

// namespaceOf starts a server on a database and returns the id of its namespace.
func namespaceOf(t *testing.T, database string) string {
	t.Helper()
	s := start(t, Options{Database: database})
	defer stop(t, s)
	c := dial(t, s)
	defer c.Close()
	answer, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: DefaultNamespace})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetNamespaceInfo().GetId()
}

// A database in place of a lost one has the same id of its namespace. The id in a database counts before the one in the file.
func TestNamespace_keepsItsIDWhenItsDatabaseIsLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, "temporal.db")
	first := namespaceOf(t, database)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(database + suffix); err != nil {
			t.Fatal(err)
		}
	}
	if again := namespaceOf(t, database); again != first || first == "" {
		t.Errorf("the namespace of the new database has the id %q, that of the lost one had %q", again, first)
	}
	for name, text := range map[string]string{"no file": "", "rubbish": "rubbish", "another's": "7e1b1a52-5c5f-4b2e-9d6c-6a2f7f0e9f11\n"} {
		if err := os.WriteFile(database+namespaceSuffix, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if again := namespaceOf(t, database); again != first {
			t.Errorf("with %s beside it, the same database has the id %q, and had %q", name, again, first)
		}
		if known := knownNamespace(database); known != first {
			t.Errorf("with %s beside it, %q is written down", name, known)
		}
	}
	if other := namespaceOf(t, filepath.Join(t.TempDir(), "temporal.db")); other == first {
		t.Errorf("another database has the same id %q", other)
	}
}
