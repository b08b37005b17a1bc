package inventory

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// fat makes records so large that few of them fill a run.
func fat(id string, version int) string {
	return fmt.Sprintf(`{"attributes":{},"Id":"%s","Name":"n%d","Description":"%s"}`, id, version, strings.Repeat("x", 1800))
}

func enumerate(t *testing.T, store *staging.Store, client Pager, private bool) Enumerated {
	t.Helper()
	got, err := Enumerate(t.Context(), EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Private: private})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// sorted fails unless the inventory holds exactly these ids, in order.
func sorted(t *testing.T, store *staging.Store, got Enumerated, want []string) []string {
	t.Helper()
	lines := read(t, store, current.Inventory("reports"))
	if got.Count != int64(len(want)) || len(lines) != len(want) {
		t.Fatalf("count %d and %d lines, want %d", got.Count, len(lines), len(want))
	}
	for i, line := range lines {
		if id, err := LineID([]byte(line)); err != nil || string(id) != want[i] {
			t.Fatalf("line %d has id %q, %v; want %q", i, id, err, want[i])
		}
	}
	if left := keys(t, store, current.InventoryRuns("reports")); len(left) > 0 {
		t.Errorf("runs are left: %q", left)
	}
	return lines
}

func TestEnumerate_sortsWhateverTheServersOrder(t *testing.T) {
	t.Parallel()
	orders := map[string]func(a, b string) int{
		"by bytes": binary, "without case": caseless,
		"backwards": func(a, b string) int { return -binary(a, b) },
	}
	sizes := map[string]struct {
		n      int
		record func(string, int) string
	}{"nothing": {0, record}, "one page": {100, record}, "some pages": {7000, record}, "many runs": {12000, fat}}
	for order, compare := range orders {
		for size, test := range sizes {
			t.Run(size+" "+order, func(t *testing.T) {
				t.Parallel()
				store := openStore(t, "mem://")
				client := newServer(compare, map[string][]string{"": idRange(0, test.n)})
				client.record = test.record
				sorted(t, store, enumerate(t, store, client, false), idRange(0, test.n))
			})
		}
	}
}

func TestEnumerate_mergesInLevelsWhenTooManyRunsOverlap(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	e := &enumeration{EnumerateInput: EnumerateInput{Store: store, Sync: current, Kind: Reports, Progress: func(int64) {}}}
	const runs, each = 2*fanIn + 5, 50
	for r := range runs { // run r holds every runs-th id: all overlap
		for i := range each {
			id := reportID(i*runs + r)
			e.sorter.add([]byte(record(id, r)), id, id)
		}
		if err := e.spill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	sorted(t, store, *e.state.Result, idRange(0, runs*each))
}

func TestEnumerate_takesAnIdOnceAndAsItCameLast(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		n      int
		record func(string, int) string
	}{"in one run": {4100, record}, "in two runs": {4100, fat}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t, "mem://")
			client := newServer(binary, map[string][]string{"": idRange(0, test.n)})
			client.record, client.again = test.record, []string{reportID(7), reportID(1999)}
			lines := sorted(t, store, enumerate(t, store, client, false), idRange(0, test.n))
			for _, n := range []int{7, 1999} {
				if !strings.Contains(lines[n], `"n2"`) {
					t.Errorf("report %d is %.80s, want the one of the second page", n, lines[n])
				}
			}
		})
	}
}

func TestEnumerate_addsPrivateRecords(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	client := newServer(binary, map[string][]string{"": idRange(0, 300), "allPrivate": idRange(290, 500)})
	got := enumerate(t, store, client, true)
	sorted(t, store, got, idRange(0, 500))
	if len(client.asked) != 2 || client.asked[1].Scope != "allPrivate" || client.asked[1].After != "" {
		t.Errorf("asked %+v", client.asked)
	}
}

func TestEnumerate_goesOnWithoutPrivateRecords(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	client := newServer(binary, map[string][]string{"": idRange(0, 300)})
	client.failure = &salesforce.Error{Class: fault.PermissionMissing, Status: 403}
	got := enumerate(t, store, client, true)
	sorted(t, store, got, idRange(0, 300))
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "Manage All Private Reports and Dashboards") {
		t.Errorf("warnings %q", got.Warnings)
	}
}

func TestEnumerate_takesOnlyTheRefusalOfAScopeForAMissingPermission(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		refusal error
		warns   bool
	}{
		{"the scope is forbidden", &salesforce.Error{Class: fault.PermissionMissing, Status: 403, Code: "INSUFFICIENT_ACCESS"}, true},
		{"the scope is not known as an object is not", &salesforce.Error{Class: fault.PermissionMissing, Status: 400, Code: "INVALID_TYPE"}, true},
		{"the query does not parse", &salesforce.Error{Class: fault.Invalid, Status: 400, Code: "MALFORMED_QUERY", Whole: true}, true},
		{"a code that nobody has written down", &salesforce.Error{Class: fault.Invalid, Status: 400, Code: "INVALID_QUERY_SCOPE", Whole: true}, true},
		{"the user may not use the API any more", &salesforce.Error{
			Class: fault.PermissionMissing, Status: 403, Code: "API_CURRENTLY_DISABLED", Whole: true,
		}, false},
		{"the API version is retired", &salesforce.Error{Class: fault.Invalid, Status: 410, Whole: true}, false},
		{"the API version is not there", &salesforce.Error{Class: fault.Invalid, Status: 400, Code: "UNSUPPORTED_API_VERSION", Whole: true}, false},
		{"the proxy asks for a login", &salesforce.Error{Class: fault.Invalid, Status: 407, Whole: true}, false},
		{"the org asks for a high assurance session", &salesforce.Error{Class: fault.SessionPolicy, Status: 403, Whole: true}, false},
		{"the app is blocked", &salesforce.Error{Class: fault.LoginRefused, Status: 403, Whole: true}, false},
		{"the quota is used up", &salesforce.Error{Class: fault.QuotaExhausted, Status: 403, Whole: true}, false},
		{"Salesforce is in trouble", &salesforce.Error{Class: fault.Transient, Status: 503}, false},
		{"the login is of another org now", fault.Invalidf("the credentials now lead to another org"), false},
		{"the bucket lost something", &fault.Error{Class: fault.PermissionMissing, System: fault.Bucket, Message: "no"}, false},
	} {
		client := newServer(binary, map[string][]string{"": idRange(0, 3)})
		client.failure = row.refusal
		got, err := Enumerate(t.Context(), EnumerateInput{
			Client: client, Store: openStore(t, "mem://"), Sync: current, Kind: Reports, Private: true,
		})
		if row.warns && (err != nil || len(got.Warnings) != 1) || !row.warns && !errors.Is(err, row.refusal) {
			t.Errorf("%s: %q, %v", row.name, got.Warnings, err)
		}
	}
}

func TestEnumerate_warnsOfHiddenFields(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	client := newServer(binary, map[string][]string{"": idRange(0, 5000)})
	client.dropped = []string{"NamespacePrefix"}
	got := enumerate(t, store, client, false)
	if diff := cmp.Diff(client.dropped, got.Dropped); diff != "" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "NamespacePrefix") {
		t.Errorf("dropped %q, warnings %q", got.Dropped, got.Warnings)
	}
}

func TestEnumerate_goesOnAfterTheLastRun(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]func(a, b string) int{"by bytes": binary, "without case": caseless} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t, "mem://")
			client := newServer(order, map[string][]string{"": idRange(0, 8000), "allPrivate": idRange(8000, 14000)})
			client.record, client.page = fat, 1000
			broken := errors.New("the line was cut")
			in := EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Private: true}
			for _, page := range []int{2, 6, 13, 16} { // in both passes
				client.failAt, client.failure = page, broken
				if _, err := Enumerate(t.Context(), in); !errors.Is(err, broken) {
					t.Fatalf("page %d: %v, want the server's error", page, err)
				}
			}
			client.failAt = 0
			sorted(t, store, enumerate(t, store, client, true), idRange(0, 14000))
			last := client.asked[len(client.asked)-1]
			if last.Scope != "allPrivate" || last.After == "" {
				t.Errorf("the last attempt asked %+v, want it to go on in the second pass", last)
			}
			if pages := client.version; pages != 14+4 {
				t.Errorf("%d pages were asked for, want 14 and the 4 that failed", pages)
			}
		})
	}
}

func TestEnumerate_answersTheSameWhenAskedAgain(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	client := newServer(binary, map[string][]string{"": idRange(0, 100)})
	client.dropped = []string{"Description"}
	want := enumerate(t, store, client, false)
	if diff := cmp.Diff(want, enumerate(t, store, client, false)); diff != "" || len(client.asked) != 1 {
		t.Errorf("asked %d times; (-first +second):\n%s", len(client.asked), diff)
	}

	// A process may die between the inventory and its result.
	var state checkpoint
	if err := store.ReadJSON(t.Context(), current.InventoryState("reports"), &state); err != nil {
		t.Fatal(err)
	}
	state.Result = nil
	if err := store.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, enumerate(t, store, client, false)); diff != "" || len(client.asked) != 1 {
		t.Errorf("after a kill: asked %d times; (-first +second):\n%s", len(client.asked), diff)
	}
}

// What cannot be removed once the inventory is there makes no difference to it.
func TestEnumerate_endsThoughItsRunsCannotBeRemoved(t *testing.T) {
	t.Parallel()
	store := openStore(t, "file://"+filepath.ToSlash(t.TempDir()))
	runs := strings.TrimSuffix(current.InventoryRuns("reports"), "/")
	if err := store.Write(t.Context(), runs, nil); err != nil { // a file where the folder of the runs would be
		t.Fatal(err)
	}
	if _, err := store.DeleteAll(t.Context(), runs+"/"); err == nil {
		t.Fatal("the runs could be removed")
	}
	client := newServer(binary, map[string][]string{"": idRange(0, 100)})
	want := enumerate(t, store, client, false)
	if diff := cmp.Diff(want, enumerate(t, store, client, false)); diff != "" || want.Count != 100 || len(client.asked) != 1 {
		t.Errorf("asked %d times for %d records; (-first +second):\n%s", len(client.asked), want.Count, diff)
	}
}

func TestEnumerate_makesADamagedInventoryAnew(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, s *staging.Store){
		"a torn inventory without a result": func(t *testing.T, s *staging.Store) {
			if err := errors.Join(s.Write(t.Context(), current.Inventory("reports"), []byte("x")),
				s.Delete(t.Context(), current.InventoryState("reports"))); err != nil {
				t.Fatal(err)
			}
		},
		"a result without an inventory": func(t *testing.T, s *staging.Store) {
			if err := s.Delete(t.Context(), current.Inventory("reports")); err != nil {
				t.Fatal(err)
			}
		},
		"a checkpoint of what was only in memory": func(t *testing.T, s *staging.Store) {
			if err := errors.Join(s.Delete(t.Context(), current.Inventory("reports")),
				s.WriteJSON(t.Context(), current.InventoryState("reports"), checkpoint{Pass: 1, Seen: 100})); err != nil {
				t.Fatal(err)
			}
		},
		"a checkpoint of lost runs": func(t *testing.T, s *staging.Store) {
			if err := errors.Join(s.Delete(t.Context(), current.Inventory("reports")),
				s.WriteJSON(t.Context(), current.InventoryState("reports"), checkpoint{Cursor: reportID(50), Runs: []run{{Key: "none"}}})); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t, "mem://")
			client := newServer(binary, map[string][]string{"": idRange(0, 100)})
			enumerate(t, store, client, false)
			damage(t, store)
			sorted(t, store, enumerate(t, store, client, false), idRange(0, 100))
		})
	}
}

func TestEnumerate_mergesAgainAfterAnErrorInTheMerge(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	client := newServer(binary, map[string][]string{"": idRange(0, 9000)})
	client.record, client.dropped = fat, []string{"Format"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := 0
	_, err := Enumerate(ctx, EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Progress: func(int64) {
		if told++; told == 6 { // five pages, then the merge
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's error", err)
	}
	got := enumerate(t, store, client, false)
	sorted(t, store, got, idRange(0, 9000))
	if len(client.asked) != 1 || len(got.Warnings) != 1 {
		t.Errorf("asked %d times, warnings %q; want one each", len(client.asked), got.Warnings)
	}
}

func TestEnumerate_joinsByLongIds(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	client := newServer(binary, map[string][]string{"": idRange(0, 100)})
	client.record = func(id string, version int) string { return "{\n \"Id\": \"" + id[:15] + "\",\n \"Name\": null}" }
	lines := sorted(t, store, enumerate(t, store, client, false), idRange(0, 100))
	if want := `{"Id":"` + reportID(3) + `","Name":null}`; lines[3] != want {
		t.Errorf("got %s, want %s", lines[3], want)
	}
}

func TestEnumerate_refusesARecordWithoutId(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`{}`, `{"Id":null}`, `{"Id":"short"}`, `{"CreatedBy":{"Id":"005000000000001AAA"}}`, `[]`, ``} {
		client := newServer(binary, map[string][]string{"": idRange(0, 1)})
		client.record = func(string, int) string { return bad }
		if _, err := Enumerate(t.Context(), EnumerateInput{Client: client, Store: openStore(t, "mem://"), Sync: current, Kind: Users}); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

func TestEnumerate_tellsProgressAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	client := newServer(binary, map[string][]string{"": idRange(0, 5000)})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told []int64
	_, err := Enumerate(ctx, EnumerateInput{
		Client: client, Store: openStore(t, "mem://"), Sync: current, Kind: Reports,
		Progress: func(n int64) {
			told = append(told, n)
			if n == 5000 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if diff := cmp.Diff([]int64{2000, 4000, 5000}, told); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestKinds_askForWhatCastorWrites(t *testing.T) {
	t.Parallel()
	want := map[Kind]salesforce.Query{
		Folders: {
			Object: "Folder", Fields: []string{"Id"}, Optional: []string{"DeveloperName", "Name", "NamespacePrefix", "ParentId", "Type"},
			Where: "Type IN ('Dashboard', 'Report')",
		},
		Reports: {
			Object: "Report", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"CreatedBy.Id", "Description", "DeveloperName", "FolderName", "Format", "IsDeleted", "LastReferencedDate",
				"LastRunDate", "LastViewedDate", "Name", "NamespacePrefix", "OwnerId", "LastModifiedDate", "SystemModstamp",
			},
		},
		Dashboards: {
			Object: "Dashboard", Fields: []string{"Id"}, Where: "IsDeleted = FALSE",
			Optional: []string{
				"CreatedBy.Id", "CreatedDate", "Description", "DeveloperName", "FolderId", "FolderName", "IsDeleted",
				"LastReferencedDate", "LastViewedDate", "NamespacePrefix", "RunningUserId", "Title", "Type", "LastModifiedDate", "SystemModstamp",
			},
		},
		Components: {Object: "DashboardComponent", Fields: []string{"Id"}, Optional: []string{"CustomReportId", "DashboardId", "Name"}},
		Users: {
			Object: "User", Fields: []string{"Id"}, Optional: []string{"Email", "FirstName", "LastName", "CreatedDate"},
			Where: "UserType = 'Standard'",
		},
	}
	for _, kind := range Kinds {
		if diff := cmp.Diff(want[kind], kind.Query()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	if len(Kinds) != len(want) || Components.File() != "dashboard_components" || Reports.File() != "reports" {
		t.Error("kinds or their files are not castor's")
	}
}
