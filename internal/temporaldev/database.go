package temporaldev

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema/sqlite"
	_ "modernc.org/sqlite" // the database/sql driver that Temporal's plugin uses too
)

// pragmas hold for every connection to a file: a write-ahead log, and a commit that is on the disk before it is answered.
// The plugin takes them by their plain names; a leading underscore, as other SQLite drivers want it, would be ignored.
var pragmas = map[string]string{"journal_mode": "wal", "synchronous": "full", "busy_timeout": "5000"}

func memoryStore() *config.SQL {
	return &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      "longhaul-" + rand.Text(), // servers of one process must not share
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
}

// fileStore checks the file, creates Temporal's tables in a new one, and returns how the server opens it.
func fileStore(ctx context.Context, file string) (*config.SQL, error) {
	if err := prepareFile(ctx, file); err != nil {
		return nil, inDatabase(ctx, file, err)
	}
	name, err := uriPath(file)
	if err != nil {
		return nil, err
	}
	attributes := maps.Clone(pragmas)
	attributes["mode"] = "rw"
	// The plugin keeps connections open for the life of the process and finds them by their parameters. A value without meaning
	// keeps a new server from the connection to a file that was moved away in between.
	attributes["setup"] = "no-" + rand.Text()
	return &config.SQL{PluginName: sqliteplugin.PluginName, DatabaseName: name, ConnectAttributes: attributes}, nil
}

func prepareFile(ctx context.Context, file string) error {
	// Histories are for this user alone; SQLite creates the files beside it with the same mode.
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := openFile(file)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	has, err := tables(ctx, db)
	if err != nil {
		return err
	}
	if len(has) == 0 {
		return createTables(ctx, db)
	}
	want, err := expectedTables(ctx)
	if err != nil {
		return err
	}
	if !maps.Equal(has, want) {
		return errOtherTables
	}
	return intact(ctx, db, checkWithin)
}

func openFile(file string) (*sql.DB, error) {
	path, err := uriPath(file)
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"rw"}}
	for name, value := range pragmas {
		query.Add("_pragma", name+"="+value)
	}
	return sql.Open("sqlite", "file:"+path+"?"+query.Encode())
}

// uriPath escapes a path for SQLite, which reads it as part of a URI.
func uriPath(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", file, err)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	return (&url.URL{Path: path}).EscapedPath(), nil
}

// tables returns the statement that created each table and index of a database, by name.
func tables(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	statements := map[string]string{}
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, err
		}
		statements[name] = statement
	}
	return statements, rows.Err()
}

// expectedTables creates Temporal's tables in memory, to compare with: its schema for SQLite carries no version.
func expectedTables(ctx context.Context) (map[string]string, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	if err := createTables(ctx, db); err != nil {
		return nil, err
	}
	return tables(ctx, db)
}

// createTables creates all of Temporal's tables or none, so that a kill leaves an empty file.
func createTables(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if err := sqlite.SetupSchemaOnDB(schemaDB{ctx: ctx, tx: tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// schemaDB lets Temporal's schema set-up, which only executes statements, work inside a transaction.
type schemaDB struct {
	sqlplugin.AdminDB
	ctx context.Context //nolint:containedctx // the interface has no place for it
	tx  *sql.Tx
}

// Exec executes one statement.
func (d schemaDB) Exec(statement string, args ...any) error {
	_, err := d.tx.ExecContext(d.ctx, statement, args...)
	return err
}

// checkpoint moves the write-ahead log into the file, so that a copy of the one file is a whole backup.
func checkpoint(file string) error {
	db, err := openFile(file)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("fold the write-ahead log into %s: %w", file, err)
	}
	return nil
}
