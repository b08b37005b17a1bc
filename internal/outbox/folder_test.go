package outbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
)

func set(timestamp string, without ...string) []string {
	var files []string
	for _, name := range setFiles {
		if !slices.Contains(without, name) {
			files = append(files, timestamp+"-"+name)
		}
	}
	return files
}

func TestNewestSet(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		files []string
		send  []string
		left  []string
		fault string
	}{
		{"one whole set", set("1700000000"), set("1700000000"), nil, ""},
		{"the newer of two", append(set("1700000000"), set("1790000000")...), set("1790000000"), set("1700000000"), ""},
		{"newer by number, not by text", append(set("999999999"), set("1000000000")...), set("1000000000"), set("999999999"), ""},
		{
			"a newer torn set is left", append(set("1700000000"), set("1790000000", "users.json", "summary.json")...),
			set("1700000000"), set("1790000000", "users.json", "summary.json"), "",
		},
		{
			"what is no part of a set is left", append(set("1700000000"), "notes.json", "1700000000-extra.csv"),
			set("1700000000"),
			[]string{"notes.json", "1700000000-extra.csv"},
			"",
		},
		{"no summary means not whole", set("1700000000", "summary.json"), nil, nil, "lacks 1700000000-summary.json"},
		{"a name with a leading zero is no timestamp", set("0700000000"), nil, nil, "no Salesforce extract"},
		{"files of another technology", []string{"1700000000-views.json"}, nil, nil, "no Salesforce extract"},
	} {
		got, err := (&folder{dir: "DIR", files: row.files, now: time.Unix(1795451617, 0)}).newestSet()
		if row.fault != "" {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.fault) {
				t.Errorf("%s: got error %v", row.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if diff := cmp.Diff([][]string{row.send, row.left}, [][]string{got.send, got.left}); diff != "" {
			t.Errorf("%s:\n%s", row.name, diff)
		}
	}
}

func TestInOrder_putsTheSummaryOfEachSetLast(t *testing.T) {
	t.Parallel()
	got := inOrder([]string{
		"1790000000-summary.json", "1790000000-users.json", "1700000000-summary.json", "1700000000-dashboards.json", "a.csv", "1700000000-extra.json",
	})
	want := []string{
		"a.csv", "1700000000-dashboards.json", "1700000000-extra.json", "1700000000-summary.json",
		"1790000000-users.json", "1790000000-summary.json",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDeliverable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.json", "b.csv", "c.CSV", "d.txt", ".hidden.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "e.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	files, others, err := deliverable(dir)
	if diff := cmp.Diff([][]string{{"a.json", "b.csv"}, {"c.CSV", "d.txt"}}, [][]string{files, others}); diff != "" || err != nil {
		t.Errorf("error %v, difference:\n%s", err, diff)
	}
	for name, dir := range map[string]string{"an empty directory": t.TempDir(), "no directory": filepath.Join(dir, "none")} {
		if _, _, err := deliverable(dir); !fault.Is(err, fault.Invalid) || fault.From(err).System != fault.Longhaul {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
