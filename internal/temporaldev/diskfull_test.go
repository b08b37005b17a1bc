package temporaldev

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"longhaul/internal/fault"
)

// The server reports a full disk only in its log. The texts are those of a real one.
func TestDiskTrouble_isHeardInTheLog(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		log  func(*zap.Logger)
		says string // empty: it is no trouble with the disk
	}{
		{func(l *zap.Logger) {
			l.Error("Operation failed with internal error.", zap.Error(errors.New(
				"UpdateWorkflowExecution operation failed. Failed to commit transaction. Error: database or disk is full (13)")))
		}, "the disk that holds /data is full; make room on it"},
		{func(l *zap.Logger) {
			l.Warn("x", zap.String("error", "attempt to write a readonly database (1032)"))
		}, "it is read-only; make the file, the folder /data and its disk writable"},
		{func(l *zap.Logger) { l.Named("y").Error("disk I/O error (778)") }, "the system cannot read or write it"},
		{func(l *zap.Logger) { l.Error("x", zap.Error(errors.New("database is locked (5)"))) }, ""},
		{func(l *zap.Logger) { l.Error("x", zap.Error(errors.New("database or disk is full"))) }, ""},
		{func(l *zap.Logger) { l.Info("x", zap.Error(errors.New("database or disk is full (13)"))) }, ""},
		{func(l *zap.Logger) { l.Error("x", zap.Int("error", 13)) }, ""},
	} {
		var told []string
		row.log(zap.New(zapcore.NewTee(zapcore.NewNopCore(), diskTrouble{database: "/data/temporal.db", report: func(e *DatabaseError) {
			told = append(told, e.Fault().Message)
			if e.Content || !fault.Is(e, fault.Invalid) {
				t.Errorf("told %+v", e)
			}
		}})))
		if (row.says != "") != (len(told) == 1) || len(told) == 1 && !strings.Contains(told[0], "/data/temporal.db cannot be used: "+row.says) {
			t.Errorf("want %q, told %q", row.says, told)
		}
	}
}

// tinyDisk mounts a file system of this many megabytes.
func tinyDisk(t *testing.T, megabytes string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size="+megabytes+"m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.Background(), "umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return dir
}

func TestServer_saysThatItsDiskIsFull_andGoesOnWithRoom(t *testing.T) {
	t.Parallel()
	dir := tinyDisk(t, "8")
	told := make(chan *DatabaseError, 1)
	s := start(t, Options{Database: filepath.Join(dir, "temporal.db"), Trouble: func(e *DatabaseError) {
		select {
		case told <- e:
		default:
		}
	}})
	defer stop(t, s)
	c := dial(t, s)
	defer c.Close()
	begin := func(id string, within time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: "nobody"}, "w", strings.Repeat("x", 100_000))
		return err
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 64<<20), 0o600); err == nil {
		t.Fatal("the disk took it")
	}
	for id := 'a'; id <= 'z'; id++ { // what is open already may take some
		if begin(string(id), 2*time.Second) != nil {
			break
		}
	}
	select {
	case e := <-told:
		if !strings.Contains(e.Fault().Message, "the disk that holds "+dir+" is full; make room on it") {
			t.Errorf("told %v", e)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was told")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	var err error
	for range 20 {
		if err = begin("again", 3*time.Second); err == nil {
			return
		}
	}
	t.Errorf("with room again: %v", err)
}

func TestStart_saysThatItsDiskIsFull(t *testing.T) {
	t.Parallel()
	dir := tinyDisk(t, "1")
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 300<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	_, err := Start(t.Context(), Options{Database: filepath.Join(dir, "temporal.db")})
	var unusable *DatabaseError
	want := "the disk that holds " + dir + " is full"
	if !errors.As(err, &unusable) || unusable.Content || !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begun); took > startTimeout/2 {
		t.Errorf("said after %s", took)
	}
}
