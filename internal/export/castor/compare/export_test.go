package compare

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"longhaul/internal/account"
	"longhaul/internal/export"
	"longhaul/internal/export/castor"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
)

// extract writes the files of a sync of an org with some users into a folder.
func extract(t *testing.T, timestamp int64, users int) string {
	t.Helper()
	s, dir := orgtest.Stage(t), t.TempDir()
	s.Fill()
	s.Put(s.Sync.Inventory(string(listing.Components)), fmt.Sprintf(
		`{"attributes":{"type":"DashboardComponent","url":"/services/data/v59.0/sobjects/DashboardComponent/%[1]s"},"Id":"%[1]s","Name":"Chart"}`,
		orgtest.ID("01a", 1)))
	s.Put(s.Sync.Inventory(string(listing.Dashboards)), `{"Id":"`+orgtest.ID("01Z", 1)+`","Title":"Board"}`)
	var lines []string
	for n := range users {
		lines = append(lines, `{"Id":"`+orgtest.ID("005", n)+`"}`)
	}
	s.Put(s.Sync.Inventory(string(listing.Users)), lines...)
	if _, err := account.MergeDescriptions(t.Context(), account.Input{Store: s.Store, Sync: s.Sync}, 2, 0); err != nil {
		t.Fatal(err)
	}
	in := export.Input{
		Store: s.Store, Sync: s.Sync, Export: castor.Name, Timestamp: timestamp, BaseURL: "https://acme.my.salesforce.com", Version: "1.2.3",
	}
	for _, name := range castor.Names {
		if _, err := (castor.Format{}).Write(t.Context(), in, name); err != nil {
			t.Fatal(err)
		}
		file := castor.FileName(timestamp, name)
		if err := os.WriteFile(filepath.Join(dir, file), []byte(s.Text(s.Sync.File(castor.Name, file))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What an export writes is what is read here.
func TestFolders_ofTwoExtracts(t *testing.T) {
	t.Parallel()
	first := extract(t, 100, 3)
	again := folders(t, first, extract(t, 200, 3))
	if !again.Equal || len(again.Notes) > 0 {
		t.Errorf("%+v", again)
	}
	for _, f := range again.Files {
		if f.Absent != "" || f.Same != f.From || f.From != f.To || f.From == 0 {
			t.Errorf("%+v", f)
		}
	}
	if changed := folders(t, first, extract(t, 300, 2)); changed.Equal || len(changed.Diff.Users.Gone) != 1 {
		t.Errorf("%+v", changed.Diff)
	}
}
