package node

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestOnDatabase_leavesTheFileAloneWhereMovingDoesNotHelp(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), DatabaseFile)
	if err := os.WriteFile(database, []byte("held by another"), 0o600); err != nil {
		t.Fatal(err)
	}
	noted := 0
	note := func(string, ...any) { noted++ }
	held := errors.New("another process holds it")
	_, moved, err := OnDatabase(database, note, nil, func() (Temporal, error) { return nil, held })
	if _, there := os.Stat(database); !errors.Is(err, held) || moved || there != nil || noted > 0 {
		t.Errorf("got %v, moved %t, %v, noted %d times", err, moved, there, noted)
	}
}
