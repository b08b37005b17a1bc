package csv_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/export"
	"longhaul/internal/export/csv"
	"longhaul/internal/export/exporttest"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// in is a folder as a place.
func in(dir string) exporttest.Place {
	return exporttest.Place{
		Section: "{folder: '" + dir + "'}",
		Has: func(name string) (string, bool) {
			content, err := os.ReadFile(filepath.Join(dir, name))
			return string(content), err == nil
		},
	}
}

func TestFormat(t *testing.T) { exporttest.Run(t, csv.Format{}, in(t.TempDir())) }

// lines are the reports of the org of package exporttest, without their links.
const lines = `
00O000000000000EAA,plain,folder name,00l000000000000AAA,Tabular,described,3,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000001EAA,reused,folder name,00l000000000000AAA,Tabular,reused,3,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000002EAA,empty,folder name,00l000000000000AAA,Tabular,described,0,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000003EAA,joined,folder name,00l000000000000AAA,Multiblock,unsupported,,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000004EAA,obsolete,folder name,00l000000000000AAA,Tabular,obsolete,,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000005EAA,unfiled,Public Reports,00D000000000001EAA,Tabular,described,3,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000006EAA,private,,005000000000000AAA,Tabular,described,3,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000007EAA,null,,00l000000000000AAA,Tabular,described,0,2026-11-20 10:00:00,
00O000000000008EAA,denied,folder name,00l000000000000AAA,Tabular,denied,,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000009EAA,failed,folder name,00l000000000000AAA,Tabular,failed,,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000010EAA,found,folder name,00l000000000000AAA,Tabular,described,3,2026-11-20 10:00:00,2026-11-20 10:00:00
00O000000000011EAA,changed,folder name,00l000000000000AAA,Tabular,described,3,2026-11-23 18:30:00,2026-11-20 10:00:00`

func TestFormat_listsTheReports(t *testing.T) {
	t.Parallel()
	want := []string{"id,name,folder,owner_id,format,state,columns,last_modified,last_run,url"}
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		id, _, _ := strings.Cut(line, ",")
		want = append(want, line+",https://acme.my.salesforce.com/lightning/r/Report/"+id+"/view")
	}
	got := strings.Split(exporttest.Files(t, csv.Format{})["reports"], "\n")
	if diff := cmp.Diff(want, got[:min(len(want), len(got))]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if last := strings.Join(got[len(want):], "\n"); !strings.HasPrefix(last, exporttest.ID(exporttest.Awkward)+`,"'=""A"", 'B'`) {
		t.Errorf("a name that spreadsheets would take for a formula is written as %.60q", last)
	}
}

// target makes the target of a folder, as a worker does.
func target(t *testing.T, dir string) export.Target {
	t.Helper()
	made, err := csv.Format{}.Target(source.Source{
		Exports: []source.Export{{Name: csv.Name, Section: "csv", Texts: map[string]string{"folder": dir}}},
	}, export.Process{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A folder that takes no files is found before a sync, and keeps no other export from being delivered.
func TestTarget_ofAFolderThatTakesNoFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ dir, want string }{
		"that is not there":   {filepath.Join(t.TempDir(), "none"), "does not exist"},
		"that is no folder":   {file, "cannot be used"},
		"that is an open one": {t.TempDir(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := target(t, row.dir)
			rows := folder.Examine(t.Context())
			_, err := folder.Check(t.Context())
			if row.want == "" {
				left, unread := os.ReadDir(row.dir)
				if err != nil || rows[0].Status != doctor.Pass || unread != nil || len(left) > 0 {
					t.Errorf("%v, %+v, and left are %v, %v", err, rows, left, unread)
				}
				return
			}
			said := fault.From(err)
			if said == nil || said.Class != fault.Invalid || said.System != fault.Catalog ||
				!strings.Contains(said.Message, row.want) || strings.Contains(said.Error(), "longhaul-check") {
				t.Errorf("it says %v", err)
			}
			if len(rows) != 1 || rows[0].Status != doctor.Fail || !strings.Contains(rows[0].Found, row.want) || rows[0].Fix == "" {
				t.Errorf("check says %+v", rows)
			}
		})
	}
}

// What lies under the name decides whose it is, whatever came of earlier tries.
func TestTarget_looksAtWhatLiesThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := target(t, dir)
	send := func(content string) (export.Receipt, error) {
		sum := sha256.Sum256([]byte(content))
		return folder.Send(t.Context(), export.Outgoing{
			File: export.File{Name: "1-reports.csv", SHA256: hex.EncodeToString(sum[:])},
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
		})
	}
	if got, err := send("ours"); err != nil || got.DeliveredBefore || got.Path != filepath.Join(dir, "1-reports.csv") {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := send("ours"); err != nil || !got.DeliveredBefore {
		t.Errorf("once more: %+v, %v", got, err)
	}
	if _, err := send("another"); !errors.Is(err, export.ErrForeign) {
		t.Errorf("another file of the name: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("in the folder lie %v, %v", left, err)
	}
}

// A disk that gives no answer holds up no delivery beyond its time, and no check.
func TestTarget_ofADiskThatHangs(t *testing.T) {
	t.Parallel()
	folder, dead := target(t, t.TempDir()), make(chan struct{})
	ctx, stop := context.WithTimeout(t.Context(), 1200*time.Millisecond)
	defer stop()
	_, err := folder.Send(ctx, export.Outgoing{
		File: export.File{Name: "1-reports.csv"},
		Open: func() (io.ReadCloser, error) { <-dead; return nil, io.ErrUnexpectedEOF },
	})
	_, checked := folder.Check(t.Context())
	for what, err := range map[string]error{"a delivery": err, "a check": checked} {
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "gave no answer within") {
			t.Errorf("%s says %v", what, err)
		}
	}
	close(dead)
}
