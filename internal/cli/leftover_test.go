package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDemo_removesWhatKilledDemosLeft(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	left := func(name string, locked bool, age time.Duration) string {
		t.Helper()
		dir := filepath.Join(temp, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if locked {
			if err := os.WriteFile(filepath.Join(dir, lockFile), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	killed := left(onceDir+"1", true, time.Hour)
	running := left(onceDir+"2", true, 0)
	release, err := lock(running, "x")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := os.Chtimes(running, time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	beginning := left(onceDir+"3", true, 0)
	another := left(onceDir+"4", false, time.Hour)
	unlike := left("longhaul-else", true, time.Hour)

	app, said := newTestApp(t, "longhaul", "demo", "--exit")
	app.Environ = []string{"TMPDIR=" + temp}
	withPlant(&app, &fakeTemporal{result: demoResult()})
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files}, nil }
	if code := Main(t.Context(), app); code != 0 {
		t.Errorf("code %d: %s", code, said.stderr.String())
	}
	if exists(killed) {
		t.Error("the folder of a demo that was killed is still there")
	}
	for _, dir := range []string{running, beginning, another, unlike} {
		if !exists(dir) {
			t.Errorf("%s was removed", filepath.Base(dir))
		}
	}
	entries, err := os.ReadDir(temp)
	if err != nil || len(entries) != 4 {
		t.Errorf("%v are there, %v; the demo's own folder should be gone", entries, err)
	}
}
