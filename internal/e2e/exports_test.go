package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	// account is a test of this package
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/monitor"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// folderKey is the secret of the made-up target.
const folderKey = "a-secret-of-the-folder"

// twoExports is a plant whose source makes castor's files and the made-up ones, as a settings file says.
type twoExports struct {
	*plant
	options server.Options
	folder  string // the target of the made-up export
}

func newTwoExports(t *testing.T) *twoExports {
	t.Helper()
	p := &twoExports{options: server.Options{Reports: 60, Columns: 2}, folder: t.TempDir()}
	dir := t.TempDir()
	text := `sources:
  acme:
    salesforce: {base_url: acme.my.salesforce.com, client_id: id, client_secret: 'env:S'}
    exports: [castor, made_up]
    made_up: {folder: '` + p.folder + `', key: 'env:KEY'}
`
	if err := os.WriteFile(filepath.Join(dir, config.DefaultFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, _, err := config.Read(config.Input{Dir: dir, Environment: config.Environment{"KEY=" + folderKey}})
	if err != nil {
		t.Fatal(err)
	}
	acme, err := cfg.Sources.Get("acme")
	if err != nil {
		t.Fatal(err)
	}
	p.plant = newPlant(t, p.options, func(s *source.Source) { s.Exports = append(s.Exports, acme.Exports[1:]...) })
	return p
}

// say makes the target refuse or hang.
func (p *twoExports) say(t *testing.T, what string) (undo func()) {
	t.Helper()
	path := filepath.Join(p.folder, what)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() { closed(t, os.Remove(path)) }
}

// delivered lists the lines of the files in the folder, by name.
func (p *twoExports) delivered(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	paths, err := filepath.Glob(filepath.Join(p.folder, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = strings.Split(strings.TrimSpace(string(content)), "\n")
	}
	return files
}

// A second export syncs beside castor's, and goes on after its worker was restarted in the middle of its delivery.
func TestExports_aSecondOneIsMadeDeliveredAndResumedLikeCastors(t *testing.T) {
	t.Parallel()
	p := newTwoExports(t)
	undo := p.say(t, "hang")
	run := p.start(t, "sync-acme")
	var shown workflows.Progress
	eventually(t, time.Minute, func() bool {
		shown = p.progress(t)
		return shown.Uploads["castor"].Done == 7 // whatever the other target does
	})
	wantFiles := map[string]workflows.Count{"castor": {Done: 7, Total: 7}, "made_up": {Done: 1, Total: 1}}
	wantUploads := map[string]workflows.Count{"castor": {Done: 7, Total: 7}, "made_up": {Total: 1}}
	if diff := cmp.Diff(wantFiles, shown.Files) + cmp.Diff(wantUploads, shown.Uploads); diff != "" || shown.Phase != workflows.PhaseUpload {
		t.Errorf("in phase %s the progress shows (-want +got):\n%s", shown.Phase, diff)
	}
	status := p.status(t)
	if want := "castor 7 of 7, made_up 0 of 1 files delivered"; !strings.Contains(status, want) {
		t.Errorf("status says nothing of %q:\n%s", want, status)
	}
	undo()
	p.stop()
	p.addWorker(t, p.options)
	var result workflows.Result
	if err := run.Get(t.Context(), &result); err != nil {
		t.Fatal(err)
	}
	requireDelivered(t, p.plant, result)
	made, files := result.Files["made_up"], p.delivered(t)
	if len(made) != 1 || made[0].Count != result.Kinds.Reports || len(files) != 1 {
		t.Fatalf("the result has %+v, the folder %d files", made, len(files))
	}
	lines := files[made[0].Name]
	if int64(len(lines)) != result.Kinds.Reports || slices.ContainsFunc(lines, func(l string) bool { return !strings.Contains(l, ",20") }) {
		t.Errorf("%d lines of %d reports, with their field CreatedDate: %.3q", len(lines), result.Kinds.Reports, lines)
	}
	if d := result.Exports["made_up"]; !d.Delivered || d.To != p.folder || !result.Uploaded || !result.Exports["castor"].Delivered {
		t.Errorf("the result says %+v", result.Exports)
	}
	status = p.status(t)
	const delivered = ": all files were delivered to"
	for _, want := range []string{"Export castor" + delivered, "Export made_up" + delivered + " " + p.folder, made[0].Name} {
		if !strings.Contains(status, want) {
			t.Errorf("status says nothing of %q:\n%s", want, status)
		}
	}
	for _, event := range p.history(t, "sync-acme", run.GetRunID()) {
		if strings.Contains(event.String(), folderKey) {
			t.Errorf("event %d holds the secret of the export", event.GetEventId())
		}
	}
}

// status is what the verb of that name prints.
func (p *twoExports) status(t *testing.T) string {
	t.Helper()
	status, err := monitor.NewStatus(t.Context(), p.client, "acme", monitor.UI{})
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	status.Print(&printed, false)
	return printed.String()
}

// An export that cannot be delivered fails alone: castor's files are delivered, the sync is recorded, and the next one delivers what
// is owed without describing anything again.
func TestExports_oneFailsAloneAndTheNextSyncDeliversWhatIsOwed(t *testing.T) {
	t.Parallel()
	p := newTwoExports(t)
	undo := p.say(t, "refuse")
	failed, result := failure(t, p.start(t, "sync-acme"))
	for _, want := range []string{"export made_up was not delivered: the folder takes no files: allow them", "castor was delivered"} {
		if !strings.Contains(failed.Message(), want) || !strings.Contains(p.status(t), want) {
			t.Errorf("it failed by %q, and status says\n%s\nwant %q", failed.Message(), p.status(t), want)
		}
	}
	if failed.Type() != string(fault.Invalid) || result.Uploaded || !result.Exports["castor"].Delivered || result.Exports["made_up"].Failure == nil {
		t.Errorf("it failed as %s with %+v", failed.Type(), result.Exports)
	}
	requireDelivered(t, p.plant, result)
	var record history.Record
	if err := p.store.ReadJSON(t.Context(), staging.RecordKey("acme", result.Sync), &record); err != nil {
		t.Fatal(err)
	}
	castors := record.Exports["castor"]
	if len(castors.Receipts) != len(result.Files["castor"]) || len(record.Exports["made_up"].Receipts) > 0 {
		t.Errorf("the receipts of castor's %d files are %+v, of the others %+v",
			len(result.Files["castor"]), castors.Receipts, record.Exports["made_up"].Receipts)
	}
	castors.Receipts = nil
	record.Exports["castor"] = castors
	want := map[string]history.Delivery{
		"castor": {Delivered: true, To: result.Exports["castor"].To}, "made_up": {Reason: "invalid", System: "catalog"},
	}
	if diff := cmp.Diff(want, record.Exports); diff != "" || record.Uploaded {
		t.Errorf("the record (-want +got):\n%s", diff)
	}

	undo()
	known, _ := p.sim.Describes()
	next := p.sync(t)
	if total, _ := p.sim.Describes(); total-known > known/10 { // those that may be seen by now are always asked for again
		t.Errorf("the next sync described %d reports of %d", total-known, known)
	}
	if !next.Uploaded || len(p.delivered(t)[next.Files["made_up"][0].Name]) == 0 || len(p.sim.Files()) != 14 {
		t.Errorf("the next sync delivered %+v, %d files of castor's in all", next.Exports, len(p.sim.Files()))
	}
}
