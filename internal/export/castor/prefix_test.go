package castor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/account"
	"longhaul/internal/paths"
)

func write(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("[]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// castor-extract names files hours ahead where the time zone is west of UTC. A set that is delivered beside them gets a
// later name, so that it is the newest by name too; what is no time in seconds does not lead it astray.
func TestDeliver_namesTheSetAfterAllThatLiesThere(t *testing.T) {
	t.Parallel()
	const hours = timestamp + 5*3600
	for name, row := range map[string]struct {
		lying []string
		want  int64
	}{
		"nothing":                      {nil, timestamp},
		"an older set":                 {set(timestamp - 86400), timestamp},
		"a set of the same second":     {[]string{FileName(timestamp, Users), "notes.txt"}, timestamp + 1},
		"a set some hours ahead":       {set(hours), hours + 1},
		"a torn set some hours ahead":  {set(hours)[:3], hours + 1},
		"two sets ahead":               {append(set(hours), set(hours+7)...), hours + 8},
		"a set some years ahead":       {set(4102444800), 4102444801},
		"milliseconds":                 {[]string{"1795451617000-reports.json"}, timestamp},
		"all nines":                    {[]string{"9999999999-reports.json"}, timestamp},
		"a leading zero":               {[]string{"04102444800-reports.json"}, timestamp},
		"files of something else":      {[]string{"4102444800-views.json", "4102444800-reports.csv", "4102444800.json", "x-reports.json"}, timestamp},
		"a number larger than numbers": {[]string{strings.Repeat("9", 30) + "-reports.json"}, timestamp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			write(t, out, row.lying...)
			f := assembled(t, timestamp)
			if err := Deliver(t.Context(), f.Store, f.in.Sync, out); err != nil {
				t.Fatal(err)
			}
			want := slices.Concat([]string{paths.StateDir}, row.lying, set(row.want))
			slices.Sort(want)
			if diff := cmp.Diff(want, folder(t, out)); diff != "" {
				t.Errorf("the folder (-want +got):\n%s", diff)
			}
			placed := LastPlaced(out)
			if len(placed) != 1 || placed[0].Timestamp != row.want || placed[0].Sync != f.Sync.ID {
				t.Fatalf("the record says %+v", placed)
			}
			for _, name := range Names {
				here, inBucket := FileName(row.want, name), FileName(timestamp, name)
				content, err := os.ReadFile(filepath.Join(out, here))
				if err != nil || string(content) != f.Text(f.Sync.File(Name, inBucket)) || placed[0].SHA256[here] == "" {
					t.Errorf("%s is not what lies in the bucket as %s, or not in the record: %v", here, inBucket, err)
				}
			}
			if foreign, err := Foreign(out); err != nil || len(foreign) != len(row.lying) {
				t.Errorf("foreign are %q, %v", foreign, err)
			}
		})
	}
}

// The sets of later syncs go on after the one that was named ahead, also when somebody has moved that one away.
func TestDeliver_staysAfterWhatItDeliveredAhead(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	const ahead = timestamp + 5*3600
	write(t, out, FileName(ahead, Reports))
	for n, want := range []int64{ahead + 1, ahead + 1, ahead + 2, ahead + 3} {
		f := assembled(t, timestamp+int64(n))
		if n > 1 { // the second is the first sync once more, after a kill
			f = assembledAs(t, "20261123T163337Z-0000000"+strconv.Itoa(n), timestamp+int64(n))
		}
		if err := Deliver(t.Context(), f.Store, f.in.Sync, out); err != nil {
			t.Fatal(err)
		}
		wanted := append([]string{paths.StateDir, FileName(ahead, Reports)}, set(want)...)
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, folder(t, out)); diff != "" {
			t.Errorf("delivery %d (-want +got):\n%s", n, diff)
		}
		if n != 2 {
			continue
		}
		for _, name := range set(want) {
			if err := os.Remove(filepath.Join(out, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func assembledAs(t *testing.T, sync string, timestamp int64) *fixture {
	t.Helper()
	f := wholeSyncAs(t, sync)
	f.in.Timestamp = timestamp
	f.assemble()
	return f
}

// A record that was damaged, or that names no time, is none.
func TestLastPlaced_ofADamagedRecord(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "{", `{"timestamp":-1}`, `{"timestamp":"x"}`, `[]`} {
		out := t.TempDir()
		if err := os.Mkdir(filepath.Join(out, paths.StateDir), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(out, paths.StateDir, manifestFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if placed := LastPlaced(out); len(placed) != 0 {
			t.Errorf("%q: %+v", content, placed)
		}
	}
}

// Killed in the middle, the folder's own record names the new set from the moment on that its files come.
func TestLastPlaced_whileASetComes(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	old, next := assembledAs(t, "20261123T163337Z-00000001", timestamp), assembledAs(t, "20261124T163337Z-00000002", timestamp+86400)
	if err := Deliver(t.Context(), old.Store, old.in.Sync, out); err != nil {
		t.Fatal(err)
	}
	d, err := newDelivery(t.Context(), next.Store, next.in.Sync, out)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range d.steps()[:5] {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var got []int64
	for _, placed := range LastPlaced(out) {
		got = append(got, placed.Timestamp)
	}
	if diff := cmp.Diff([]int64{timestamp + 86400, timestamp}, got); diff != "" {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
	var kept account.Document
	content, err := os.ReadFile(filepath.Join(out, paths.StateDir, pendingFile))
	if err != nil || json.Unmarshal(content, &kept) != nil || len(kept.Files[Name]) != 2*len(Names) {
		t.Errorf("the list of what comes has %d files, %v", len(kept.Files[Name]), err)
	}
}
