package temporaldev

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/fault"
)

// realDatabase is what a server leaves: one whole file.
func realDatabase(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "temporal.db")
	makeDatabase(t, file, testAttributes)
	if err := checkpoint(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// torn is the beginning of a real database.
func torn(t *testing.T, share float64) string {
	t.Helper()
	whole, err := os.ReadFile(realDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "temporal.db")
	write(t, file, string(whole[:int(share*float64(len(whole)))]))
	return file
}

func TestFileStore_blamesWhatTheFileHolds(t *testing.T) {
	t.Parallel()
	songs := filepath.Join(t.TempDir(), "temporal.db")
	execute(t, songs, "CREATE TABLE songs (title TEXT)")
	garbage := filepath.Join(t.TempDir(), "temporal.db")
	write(t, garbage, strings.Repeat("this is no database ", 1000))
	for name, file := range map[string]string{
		"garbage": garbage, "the tables of another program": songs,
		"a real one cut to nine tenths": torn(t, 0.9), "cut to a half": torn(t, 0.5), "cut to a tenth": torn(t, 0.1),
		"cut within its header": torn(t, 0.0001),
	} {
		_, err := fileStore(t.Context(), file)
		var unusable *DatabaseError
		if !errors.As(err, &unusable) || !unusable.Content || unusable.File != file {
			t.Errorf("%s: got %v", name, err)
		}
		if !strings.Contains(err.Error(), "; move the file away to start with an empty one") {
			t.Errorf("%s: %q does not say what helps", name, err)
		}
	}
}

func TestFileStore_doesNotBlameTheFileForTroubleAroundIt(t *testing.T) {
	t.Parallel()
	held := filepath.Join(t.TempDir(), "temporal.db")
	holder, err := sql.Open("sqlite", held)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = holder.Close() })
	holder.SetMaxOpenConns(1)
	for _, statement := range []string{"CREATE TABLE songs (title TEXT)", "BEGIN EXCLUSIVE"} {
		if _, err := holder.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct{ name, file, says string }{
		{"another process holds it", held, "another process holds it; end that process first"},
		{"a folder", t.TempDir(), "the system cannot read or write it; check the path and the disk"},
		{"a folder that is not there", filepath.Join(t.TempDir(), "x", "temporal.db"), "the system cannot read or write it; check the path and the disk"},
	} {
		_, err := fileStore(t.Context(), row.file)
		var unusable *DatabaseError
		if !errors.As(err, &unusable) || unusable.Content || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", row.name, err)
		}
		if !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "move the file away") {
			t.Errorf("%s: got %q, want %q in it", row.name, err, row.says)
		}
	}
}

func TestFileStore_aStartThatWasGivenUpBlamesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fileStore(ctx, realDatabase(t)); !errors.Is(err, context.Canceled) || errors.Is(err, ErrDatabase) {
		t.Errorf("got %v", err)
	}
}

func TestOutside_saysWhatToChange(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err  error
		says string
	}{
		{syscall.ENOSPC, "the disk that holds /data is full; make room on it"},
		{syscall.EROFS, "it is read-only; make the file, the folder /data and its disk writable"},
		{syscall.EACCES, "this user may not open it"},
		{syscall.EIO, "the system cannot read or write it"},
	} {
		if got := outside(&fs.PathError{Op: "open", Path: "x", Err: row.err}, "/data/x"); !strings.HasPrefix(got, row.says) {
			t.Errorf("%v: got %q", row.err, got)
		}
	}
	if got := outside(errDamaged, "x"); got != "" {
		t.Errorf("damage is said to lie outside the file: %q", got)
	}
}

func TestIntact_aFileTooLargeForTheTimeIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	db, err := openFile(torn(t, 0.9))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := intact(t.Context(), db, time.Nanosecond); err != nil {
		t.Errorf("got %v", err)
	}
	if err := intact(t.Context(), db, time.Minute); err == nil {
		t.Error("with time enough the damage is not found")
	}
}
