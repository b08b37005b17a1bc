package castor

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// folder lists an output folder and what is ours in its .longhaul.
func folder(t *testing.T, path string) (names []string) {
	t.Helper()
	items, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		names = append(names, item.Name())
	}
	return names
}

func set(timestamp int64) (names []string) {
	for _, name := range Names {
		names = append(names, FileName(timestamp, name))
	}
	slices.Sort(names)
	return names
}

func TestDeliver_putsTheSetInPlaceOfTheOneBefore(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "a", "out")
	for _, ts := range []int64{timestamp, timestamp, timestamp + 86400} {
		f := assembled(t, ts)
		if err := Deliver(t.Context(), f.Store, f.in.Sync, out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]string{paths.StateDir}, set(ts)...), folder(t, out)); diff != "" {
			t.Errorf("the folder differs (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{accountFile, manifestFile}, folder(t, filepath.Join(out, paths.StateDir))); diff != "" {
			t.Errorf("the folder %s differs (-want +got):\n%s", paths.StateDir, diff)
		}
		for _, name := range set(ts) {
			content, err := os.ReadFile(filepath.Join(out, name))
			if err != nil || string(content) != f.Text(f.Sync.File(Name, name)) {
				t.Errorf("%s is not what lies in the bucket, %v", name, err)
			}
		}
	}
}

func TestDeliver_leavesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	foreign := []string{"1700000000-dashboards.json", "notes.txt"}
	for _, name := range foreign {
		if err := os.WriteFile(filepath.Join(out, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A list that names files outside the folder, or that no extract has, must not make them ours.
	outside := filepath.Join(filepath.Dir(out), filepath.Base(out)+"-outside.json")
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(out, paths.StateDir), 0o700); err != nil {
		t.Fatal(err)
	}
	list := `{"files":{"castor":[{"name":"notes.txt"},{"name":"../` + filepath.Base(outside) + `"}]}}`
	if err := os.WriteFile(filepath.Join(out, paths.StateDir, manifestFile), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	f := assembled(t, timestamp)
	if err := Deliver(t.Context(), f.Store, f.in.Sync, out); err != nil {
		t.Fatal(err)
	}
	got, err := Foreign(out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(foreign, got); diff != "" {
		t.Errorf("what is foreign differs (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

// Killed after any step, the folder holds the old or the new set whole, and the next delivery clears up.
func TestDeliver_survivesAKillAfterAnyStep(t *testing.T) {
	t.Parallel()
	const later = timestamp + 86400
	for steps := range 6 {
		out := t.TempDir()
		old, next := assembled(t, timestamp), assembled(t, later)
		if err := Deliver(t.Context(), old.Store, old.in.Sync, out); err != nil {
			t.Fatal(err)
		}
		d, err := newDelivery(t.Context(), next.Store, next.in.Sync, out)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range d.steps()[:steps] {
			if err := step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if steps == 3 { // and in the middle of the next one
			name := FileName(later, Dashboards)
			if err := os.Rename(filepath.Join(d.incoming, name), filepath.Join(out, name)); err != nil {
				t.Fatal(err)
			}
		}
		names := strings.Join(folder(t, out), " ")
		if !strings.Contains(names, strings.Join(set(timestamp), " ")) && !strings.Contains(names, strings.Join(set(later), " ")) {
			t.Errorf("after %d steps no set is whole: %s", steps, names)
		}
		if foreign, err := Foreign(out); err != nil || len(foreign) > 0 {
			t.Errorf("after %d steps there are files that are nobody's: %v, %v", steps, foreign, err)
		}
		third := assembled(t, later+86400)
		if err := Deliver(t.Context(), third.Store, third.in.Sync, out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]string{paths.StateDir}, set(later+86400)...), folder(t, out)); diff != "" {
			t.Errorf("after %d steps and a new delivery the folder differs (-want +got):\n%s", steps, diff)
		}
	}
}

func TestDeliver_refusesAFileThatIsNotTheListedOne(t *testing.T) {
	t.Parallel()
	f := assembled(t, timestamp)
	out := t.TempDir()
	if err := f.Store.Write(t.Context(), f.Sync.File(Name, FileName(timestamp, Users)), []byte("[ ]")); err != nil {
		t.Fatal(err)
	}
	err := Deliver(t.Context(), f.Store, f.in.Sync, out)
	if err == nil || fault.From(err) != nil || !strings.Contains(err.Error(), "is not the one the manifest lists") {
		t.Errorf("error %v", err)
	}
	if names := folder(t, out); len(names) != 1 {
		t.Errorf("the folder holds %v", names)
	}
}

func TestDeliver_saysThatTheFolderCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := assembled(t, timestamp)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{file, filepath.Join(file, "below")} {
		err := Deliver(t.Context(), f.Store, f.in.Sync, out)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "the output folder "+out+" cannot be written") {
			t.Errorf("error %v", err)
		}
	}
}

func TestDeliver_endsWhenCancelled(t *testing.T) {
	t.Parallel()
	f := assembled(t, timestamp)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Deliver(ctx, f.Store, f.in.Sync, t.TempDir()); err == nil {
		t.Error("no error")
	}
}
