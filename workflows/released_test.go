package workflows_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unreleased names the histories of the code as it stands, which are recorded anew with each change of what a sync does.
const unreleased = "unreleased"

// TestReplay_releasesStayAsTheyWereRecorded holds the histories of each release to the list that `make record-histories` has written
// them down in: syncs of that release may still be running, so none is recorded anew, thinned out or lost.
func TestReplay_releasesStayAsTheyWereRecorded(t *testing.T) {
	t.Parallel()
	for _, complaint := range changedReleases(t, recorded) {
		t.Error(complaint)
	}
}

func TestChangedReleases(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write("v0.1.0/plain.json.gz", "a")
	write("unreleased/plain.json.gz", "b")
	const listed = "v0.1.0 6c2af8785a1cfc089360b5bb3eb93d5220247931b4676f049298cdd8f5ad8879\n"
	write("releases", listed)
	for _, step := range []struct {
		change func()
		want   []string
	}{
		{func() {}, nil},
		{func() { write("unreleased/plain.json.gz", "c") }, nil},
		{func() { write("v0.1.0/plain.json.gz", "c") }, []string{"the histories of v0.1.0 are not those that were recorded of it"}},
		{func() { write("v0.1.0/plain.json.gz", "a"); write("v0.1.0/more", "") }, []string{"the histories of v0.1.0 are not those that were recorded of it"}},
		{func() { write("releases", "") }, []string{"releases has no line for the histories of v0.1.0"}},
		{func() { write("releases", listed); _ = os.RemoveAll(filepath.Join(dir, "v0.1.0")) }, []string{"the histories of v0.1.0 are gone"}},
	} {
		step.change()
		if diff := cmp.Diff(step.want, changedReleases(t, dir)); diff != "" {
			t.Error(diff)
		}
	}
}

// changedReleases compares the folders of releases with their list, which has a line each: its name and the checksum of its files.
func changedReleases(t *testing.T, dir string) (complaints []string) {
	t.Helper()
	list, err := os.ReadFile(filepath.Join(dir, "releases"))
	if err != nil && !os.IsNotExist(err) { // there is none before the first release
		t.Fatal(err)
	}
	sums := checksums(t, dir)
	for _, line := range slices.Sorted(strings.Lines(string(list))) {
		var release, sum string
		if _, err := fmt.Sscanln(line, &release, &sum); err != nil {
			t.Fatalf("releases has the line %q: %v", line, err)
		}
		switch found, there := sums[release]; {
		case !there:
			complaints = append(complaints, "the histories of "+release+" are gone")
		case found != sum:
			complaints = append(complaints, "the histories of "+release+" are not those that were recorded of it")
		}
		delete(sums, release)
	}
	for release := range sums {
		complaints = append(complaints, "releases has no line for the histories of "+release)
	}
	slices.Sort(complaints)
	return complaints
}

// checksums gives, of each release, what `sha256sum -- * | sha256sum` says in its folder.
func checksums(t *testing.T, dir string) map[string]string {
	t.Helper()
	folders, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, folder := range folders {
		if !folder.IsDir() || folder.Name() == unreleased {
			continue
		}
		files, err := os.ReadDir(filepath.Join(dir, folder.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all := sha256.New()
		for _, file := range files { // sorted by name
			text, err := os.ReadFile(filepath.Join(dir, folder.Name(), file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = fmt.Fprintf(all, "%x  %s\n", sha256.Sum256(text), file.Name())
		}
		sums[folder.Name()] = fmt.Sprintf("%x", all.Sum(nil))
	}
	return sums
}
