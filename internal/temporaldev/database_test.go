package temporaldev

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	persistencespb "go.temporal.io/server/api/persistence/v1"
	"modernc.org/sqlite"

	"longhaul/internal/fault"
)

// The plugin hides its connection, so the driver is asked what each new one is like. Not parallel: the hook is global.
func TestFile_isWrittenAheadAndSyncedAtEveryCommit(t *testing.T) {
	var mu sync.Mutex
	got := map[string]string{}
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, dsn string) error {
		if !strings.Contains(dsn, "setup=") {
			return nil // not opened by Temporal's plugin
		}
		mu.Lock()
		defer mu.Unlock()
		for _, pragma := range []string{"journal_mode", "synchronous", "busy_timeout"} {
			got[pragma] = queryPragma(t, conn, pragma)
		}
		return nil
	})
	file := filepath.Join(t.TempDir(), "temporal.db")
	makeDatabase(t, file, nil)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Temporal's connection (-want +got):\n%s", diff)
	}

	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var mode string
	if err := db.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("the file is in journal mode %q (%v), want wal", mode, err)
	}
}

func queryPragma(t *testing.T, conn sqlite.ExecQuerierContext, name string) string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), "PRAGMA "+name, nil)
	if err != nil {
		t.Errorf("PRAGMA %s: %v", name, err)
		return ""
	}
	defer func() { _ = rows.Close() }()
	row := make([]driver.Value, 1)
	if err := rows.Next(row); err != nil {
		t.Errorf("PRAGMA %s: %v", name, err)
	}
	return fmt.Sprint(row[0])
}

func TestFile_isRefusedWhenItIsNotTemporals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		make func(t *testing.T, file string)
		want string // part of the sentence
	}{
		"no database at all": {
			make: func(t *testing.T, file string) { write(t, file, strings.Repeat("not a database ", 1000)) },
			want: "cannot be used",
		},
		"the tables of another program": {
			make: func(t *testing.T, file string) { execute(t, file, "CREATE TABLE songs (title TEXT)") },
			want: "another version of Temporal or by another program",
		},
		"a table of another version": {
			make: func(t *testing.T, file string) {
				makeDatabase(t, file, nil)
				execute(t, file, "ALTER TABLE shards ADD COLUMN colour TEXT")
			},
			want: "another version of Temporal or by another program",
		},
		"a folder": {
			make: func(t *testing.T, file string) {
				if err := os.Mkdir(file, 0o700); err != nil {
					t.Fatal(err)
				}
			},
			want: "cannot be used",
		},
		"a file in a folder that is not there": {
			make: func(t *testing.T, file string) {
				if err := os.Remove(filepath.Dir(file)); err != nil {
					t.Fatal(err)
				}
			},
			want: "cannot be used",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "temporal.db")
			tt.make(t, file)
			_, err := Start(t.Context(), Options{Database: file})
			if !errors.Is(err, ErrDatabase) {
				t.Fatalf("Start: %v, want a database error", err)
			}
			var dbErr *DatabaseError
			if !errors.As(err, &dbErr) || dbErr.File != file || !fault.Is(err, fault.Invalid) {
				t.Errorf("Start: %#v, want a *DatabaseError of class invalid that names %s", err, file)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), file) {
				t.Errorf("Start: %q, want the file and %q in it", err, tt.want)
			}
		})
	}
}

func TestSearchAttributes_areAddedOnceAndKeepTheirTypes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.db")
	makeDatabase(t, file, map[string]enumspb.IndexedValueType{"B": enumspb.INDEXED_VALUE_TYPE_KEYWORD})
	both := map[string]enumspb.IndexedValueType{"A": enumspb.INDEXED_VALUE_TYPE_KEYWORD, "B": enumspb.INDEXED_VALUE_TYPE_KEYWORD}
	makeDatabase(t, file, both)
	makeDatabase(t, file, both)

	store, err := fileStore(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	logger, _ := newLogger(nil, diskTrouble{})
	other := Options{SearchAttributes: map[string]enumspb.IndexedValueType{"A": enumspb.INDEXED_VALUE_TYPE_DOUBLE}}.withDefaults()
	err = ensureNamespace(t.Context(), store, other, logger)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "has the type Keyword and should have the type Double") {
		t.Errorf("an attribute of another type gives %v, want an error that names both types", err)
	}
}

func TestAssignFields_takesTheLowestFreeColumnOfTheType(t *testing.T) {
	t.Parallel()
	ns := &persistencespb.NamespaceConfig{CustomSearchAttributeAliases: map[string]string{"Keyword01": "Theirs", "Double02": "Cost"}}
	wanted := map[string]enumspb.IndexedValueType{
		"Coverage": enumspb.INDEXED_VALUE_TYPE_DOUBLE,
		"Phase":    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"Source":   enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}
	want := map[string]string{
		"Keyword01": "Theirs", "Double02": "Cost",
		"Double01": "Coverage", "Keyword02": "Phase", "Keyword03": "Source",
	}
	for _, wantChanged := range []bool{true, false} {
		changed, err := assignFields(ns, wanted)
		if err != nil || changed != wantChanged {
			t.Fatalf("assignFields = %v, %v, want %v", changed, err, wantChanged)
		}
		if diff := cmp.Diff(want, ns.CustomSearchAttributeAliases); diff != "" {
			t.Errorf("columns (-want +got):\n%s", diff)
		}
	}
	for _, field := range []string{"Double01", "Double02", "Double03", "Double04", "Double05"} {
		ns.CustomSearchAttributeAliases[field] = "taken " + field
	}
	if _, err := assignFields(ns, wanted); !fault.Is(err, fault.Invalid) {
		t.Errorf("with all columns taken: %v, want an error of class invalid", err)
	}
}

// makeDatabase does what Start does before the server runs.
func makeDatabase(t *testing.T, file string, attributes map[string]enumspb.IndexedValueType) {
	t.Helper()
	store, err := fileStore(t.Context(), file)
	if err != nil {
		t.Fatalf("prepare %s: %v", file, err)
	}
	logger, _ := newLogger(nil, diskTrouble{})
	if err := ensureNamespace(t.Context(), store, Options{SearchAttributes: attributes}.withDefaults(), logger); err != nil {
		t.Fatalf("prepare the namespace: %v", err)
	}
}

func execute(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
