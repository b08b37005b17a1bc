package connect_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/saved"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

func TestConnect_asksWhatTheGuideAsks(t *testing.T) {
	t.Parallel()
	w, who := newWorld(t), answered()
	w.run(t.Context(), who, "connect", "acme").says(t, 0,
		"acme: A sync can run. 1 question: 0 failed", "acme is connected to acme.my.salesforce.com.", "A worker serves it. Next:\n  longhaul plan acme\n  longhaul sync acme\n")
	want := []string{
		"Current My Domain URL: ", "Consumer Key: ", "Consumer Secret (not shown): ",
		"Catalog Identifier (Enter: nothing is delivered, the files stay in the bucket): ", "Catalog Token (not shown): ",
		"Zone of the catalog, EU or US (Enter: the default): ",
	}
	if !slices.Equal(who.asked, want) {
		t.Errorf("asked %q", who.asked)
	}
	d, err := w.login()
	if err != nil || d.Salesforce.ClientSecret != secret || len(d.Exports) != 1 || d.Exports[0].Secrets["token"] != token ||
		d.Exports[0].Texts["source_id"] != id || len(w.candidates()) > 0 {
		t.Errorf("saved %+v, %v; left %v", d, err, w.candidates())
	}
}

func TestConnect_withoutATerminal(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"a document": {"--credentials", "-", "--catalog-source-id", id, "--catalog-token", "env:TOKEN"},
		"a file":     {"--credentials", "acme.json", "--catalog-source-id", id, "--catalog-token", "env:TOKEN"},
		"flags": {
			"--base-url", "acme.my.salesforce.com", "--client-id", "3MVG9", "--client-secret", "env:SECRET", "--catalog-source-id", strings.ToUpper(id),
			"--catalog-token", "env:TOKEN",
		},
	} {
		w := newWorld(t)
		if err := os.WriteFile(filepath.Join(w.dir, "acme.json"), []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		w.run(t.Context(), nil, append([]string{"connect", "acme", "--json"}, args...)...).says(t, 0, `"source":"acme"`, `"served":true`, `"org_id":"00D`)
		d, err := w.login()
		if err != nil || d.Salesforce.ClientSecret != secret || d.Exports[0].Texts["source_id"] != id {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConnect_saysWhatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	org, catalog := []string{"connect", "acme", "--credentials", "-"}, []string{"--catalog-source-id", id, "--catalog-token", "env:TOKEN"}
	for name, row := range map[string]struct {
		args []string
		says string
	}{
		"nothing":             {[]string{"connect", "acme"}, "missing: --base-url (Current My Domain URL), --client-id (Consumer Key), --client-secret"},
		"no name":             {[]string{"connect"}, "takes the name of one source"},
		"a name that is none": {[]string{"connect", "Acme"}, "is not a source name"},
		"the secret itself":   {[]string{"connect", "acme", "--client-secret", secret}, "--client-secret: holds the secret itself"},
		"a token itself":      {slices.Concat(org, []string{"--catalog-token", token}), "--catalog-token: holds the secret itself"},
		"no variable":         {[]string{"connect", "acme", "--client-secret", "env:NONE"}, "the environment variable NONE is not set"},
		"twice":               {slices.Concat(org, []string{"--client-id", "x"}), "--client-id is given beside --credentials"},
		"no document":         {[]string{"connect", "acme", "--credentials", "none.json"}, "none.json"},
		"half a catalog":      {slices.Concat(org, []string{"--catalog-source-id", id}), "missing: --catalog-token"},
		"no identifier":       {slices.Concat(org, []string{"--catalog-source-id", "acme"}), "--catalog-source-id: "},
		"two addresses": {
			slices.Concat(org, catalog, []string{"--catalog-zone", "US", "--catalog-url", "https://x"}), "both a zone and a url",
		},
		"a catalog and none":   {slices.Concat(org, catalog, []string{"--no-catalog"}), "--no-catalog is given beside another flag of catalog"},
		"no address of an org": {[]string{"connect", "acme", "--base-url", "a b"}, "--base-url: holds a space"},
		"reseal with a name":   {[]string{"connect", "acme", "--reseal"}, "leave acme out"},
	} {
		w := newWorld(t)
		w.run(t.Context(), nil, row.args...).says(t, 2, row.says)
		if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || len(w.candidates()) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConnect_aCheckThatFailsSavesNothing has the code of the first row that fails, and leaves what was connected before.
func TestConnect_aCheckThatFailsSavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	right := w.rows
	w.rows = func(login source.Credentials) []doctor.Finding {
		if login.ClientSecret == secret {
			return right(login)
		}
		return []doctor.Finding{doctor.Finding{ID: "login", Title: "Login"}.Failed(&fault.Error{
			Class: fault.LoginRefused, System: fault.Salesforce, Message: "the client secret is wrong",
		}, "", "")}
	}
	args := []string{"connect", "acme", "--base-url", "acme.my.salesforce.com", "--client-id", "3MVG9", "--client-secret"}
	w.run(t.Context(), nil, append(args, "env:NEW_SECRET")...).says(t, 3, "FAIL Login", "Nothing was saved.", "the client secret is wrong")
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || len(w.candidates()) > 0 {
		t.Errorf("%v, %v", err, w.candidates())
	}
	w.run(t.Context(), nil, append(args, "env:SECRET")...).says(t, 0, "acme is connected")
	w.run(t.Context(), nil, "connect", "acme", "--client-secret", "env:NEW_SECRET").says(t, 3, "Nothing was saved.")
	if d, err := w.login(); err != nil || d.Salesforce.ClientSecret != secret {
		t.Errorf("%v", err)
	}
	w.keyless = true
	w.run(t.Context(), nil, append(args, "env:SECRET")...).says(t, 2, "secrets.keeper is not set, so this process can neither")
}

// TestConnect_againReplacesWhatIsGivenAndKeepsTheRest is the guide's "Reset Keys", while a sync is blocked on the former secret.
func TestConnect_againReplacesWhatIsGivenAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(t.Context(), answered(), "connect", "acme").says(t, 0, "is connected")
	w.running = &workflows.Progress{Phase: workflows.PhaseBlocked, Blocked: &activities.Failure{Class: fault.LoginRefused}}
	w.run(t.Context(), nil, "connect", "acme", "--client-secret", "env:NEW_SECRET").says(t, 0,
		"acme is connected to acme.my.salesforce.com since", "The credentials of acme are replaced.", "goes on")
	d, err := w.login()
	if err != nil || d.Salesforce.ClientSecret != "a-new-secret" || d.Salesforce.ClientID != "3MVG9" || d.Exports[0].Secrets["token"] != token {
		t.Errorf("%+v, %v", d, err)
	}
	if !slices.Equal(w.signals, []string{"sync-acme resume"}) {
		t.Errorf("signals: %v", w.signals)
	}
	// On a terminal, Enter keeps; another zone takes the place of an address.
	who := &person{answers: map[string]string{"Zone": "US"}}
	again := w.run(t.Context(), who, "connect", "acme")
	again.says(t, 0, "are replaced", "longhaul schedule acme\n")
	if strings.Contains(again.out, "--every") {
		t.Errorf("it offers to overwrite the schedule:\n%s", again.out)
	}
	for _, question := range []string{"Current My Domain URL [acme.my.salesforce.com]: ", "Consumer Secret (not shown; Enter keeps the saved one): "} {
		if !slices.Contains(who.asked, question) {
			t.Errorf("asked %q", who.asked)
		}
	}
	d, err = w.login()
	if err != nil || d.Salesforce.ClientSecret != "a-new-secret" || d.Exports[0].Texts["zone"] != "US" || d.Exports[0].Secrets["token"] != token {
		t.Errorf("%v", err)
	}
	w.running = &workflows.Progress{Phase: workflows.PhaseBlocked, Blocked: &activities.Failure{Class: fault.PermissionMissing}}
	w.run(t.Context(), nil, "connect", "acme", "--no-catalog").says(t, 0, "are replaced")
	if d, err = w.login(); err != nil || len(d.Exports) > 0 || len(w.signals) != 2 {
		t.Errorf("%v, %v", err, w.signals)
	}
	w.running = &workflows.Progress{Phase: workflows.PhaseBlocked, Blocked: &activities.Failure{Class: fault.LoginRefused}, Pausing: true}
	w.run(t.Context(), nil, "connect", "acme", "--client-secret", "env:NEW_SECRET").says(t, 0, "is paused as well", "longhaul resume acme")
	if len(w.signals) != 2 {
		t.Errorf("a pause was ended: %v", w.signals)
	}
}

func TestConnect_aNameThatStandsInTheSettingsNamesBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings += "sources: {acme: {salesforce: {credentials: 'file:/x'}}}\n"
	w.run(t.Context(), answered(), "connect", "acme").says(t, 2, "stands in the settings ("+filepath.Join(w.dir, "longhaul.yaml")+")", "in the bucket")
}

// TestConnect_anotherOrgIsSaidBeforeItIsSaved has a source whose last sync was of another org.
func TestConnect_anotherOrgIsSaidBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	record := history.Record{Sync: staging.SyncID(time.Now(), "aaaaaaaa"), Source: "acme", Identity: description.Identity{OrgID: "00D000000000009EAA"}}
	if err := w.store.WriteJSON(t.Context(), staging.RecordKey("acme", record.Sync), record); err != nil {
		t.Fatal(err)
	}
	args := []string{"connect", "acme", "--credentials", "-", "--no-catalog"}
	w.run(t.Context(), nil, args...).says(t, 2, "were of the org 00D000000000009EAA, and these credentials open the org 00D000000000001EAA", "--another-org")
	who := answered()
	w.run(t.Context(), who, "connect", "acme").says(t, 2, "as acme was not typed")
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || len(w.candidates()) > 0 {
		t.Errorf("%v, %v", err, w.candidates())
	}
	who.answers["If that is meant"] = "acme"
	w.run(t.Context(), who, "connect", "acme").says(t, 0, "acme is connected")
	w.run(t.Context(), nil, append(args, "--another-org")...).says(t, 0, "Warning: the syncs of acme so far", "are replaced")
	w.org = "" // the time of the check was over
	w.run(t.Context(), nil, append(args, "--another-org")...).says(t, 7, "did not find out in time which org")
}

// TestConnect_anInterruptLeavesNoCandidate interrupts at each question, and while a worker checks.
func TestConnect_anInterruptLeavesNoCandidate(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"Current", "Catalog Token", "the check"} {
		w, who := newWorld(t), answered()
		ctx, interrupt := context.WithCancel(t.Context())
		who.hook = func(question string) error {
			if strings.HasPrefix(question, at) {
				interrupt()
			}
			return ctx.Err()
		}
		w.started = func() {
			if len(w.candidates()) != 1 {
				t.Errorf("a check of %v", w.candidates())
			}
			if at == "the check" {
				interrupt()
			}
		}
		w.run(ctx, who, "connect", "acme").says(t, 130, "interrupted")
		if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || len(w.candidates()) > 0 {
			t.Errorf("%s: %v, left %v", at, err, w.candidates())
		}
		interrupt()
	}
}

func TestConnect_saysThatNoWorkerServesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = false
	ctx, cancel := context.WithCancel(t.Context())
	w.rows = func(source.Credentials) []doctor.Finding {
		time.AfterFunc(2*time.Second, cancel)
		return nil
	}
	w.run(ctx, answered(), "connect", "acme").says(t, 130, "acme is connected and saved; the wait for a worker that serves it was interrupted.")
	if _, err := w.login(); err != nil {
		t.Error(err)
	}
}
