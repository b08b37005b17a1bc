package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/workflows"
)

// accountLine is one line of the account.
type accountLine struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// account is what the bucket keeps of a sync's completeness, by kind and id.
type account map[string]map[string]accountLine

// manifest is the part of manifest.json that the account is held against.
type manifest struct {
	Outcome  string                      `json:"outcome"`
	Kinds    map[string]int64            `json:"kinds"`
	States   map[string]int64            `json:"states"`
	Items    map[string]map[string]int64 `json:"accounted"`
	Vanished map[string]int64            `json:"vanished"`
}

// kindOf is the inventory's kind of an account's line.
var kindOf = map[string]listing.Kind{
	"report": listing.Reports, "dashboard": listing.Dashboards, "component": listing.Components,
}

// audit holds the account of a sync that came to its end against the inventory, the manifest, the files and the
// result: one line for each report, dashboard and component and for each that vanished, with a reason where something is
// missing, and totals that are equal everywhere.
func audit(t *testing.T, store *staging.Store, result workflows.Result) account {
	t.Helper()
	sync := staging.Sync{Source: result.Source, ID: result.Sync}
	lines := readAccount(t, store, sync)
	var m manifest
	if err := store.ReadJSON(t.Context(), sync.Manifest(), &m); err != nil {
		t.Fatal(err)
	}
	listed := map[string]map[string]bool{}
	for kind := range kindOf {
		listed[kind] = inventoryIDs(t, store, sync, kindOf[kind])
	}
	items, vanished := map[string]map[string]int64{}, map[string]int64{"reports": 0, "dashboards": 0}
	for kind, byID := range lines {
		counts := map[string]int64{}
		for id, line := range byID {
			switch {
			case listed[kind][id]:
				counts[line.State]++
			case line.State == "gone" && line.Reason == "vanished":
				vanished[string(kindOf[kind])]++
			default:
				t.Errorf("the account has %s %s as %s, which is not in the inventory", kind, id, line.State)
			}
			if best := line.State == "described" || line.State == "reused" || line.State == "listed"; !best && (line.Reason == "" || line.Message == "") {
				t.Errorf("%s %s is %s, and nothing says why", kind, id, line.State)
			}
		}
		items[string(kindOf[kind])] = counts
		for id := range listed[kind] {
			if _, ok := byID[id]; !ok {
				t.Errorf("the account has no line for %s %s", kind, id)
			}
		}
	}
	want := manifest{
		Outcome: string(result.Outcome), Kinds: kindsOf(result.Kinds), States: withoutZero(statesOf(result.States)), Items: items, Vanished: vanished,
	}
	m.States = withoutZero(m.States)
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("the manifest is not what account, inventory and result have (-counted +manifest):\n%s", diff)
	}
	if n := int64(len(listed["report"])); n != result.States.Total() {
		t.Errorf("%d reports are in the inventory, %d have a state", n, result.States.Total())
	}
	requireFilesAsAccounted(t, store, result, lines)
	return lines
}

// readAccount reads account.jsonl, and refuses a second line for an item.
func readAccount(t *testing.T, store *staging.Store, sync staging.Sync) account {
	t.Helper()
	text, err := store.Read(t.Context(), sync.Account())
	if err != nil {
		t.Fatal(err)
	}
	lines := account{"report": {}, "dashboard": {}, "component": {}}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		var line accountLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v", scanner.Text(), err)
		}
		if _, twice := lines[line.Kind][line.ID]; twice {
			t.Errorf("the account has two lines for %s %s", line.Kind, line.ID)
		}
		lines[line.Kind][line.ID] = line
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func inventoryIDs(t *testing.T, store *staging.Store, sync staging.Sync, kind listing.Kind) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for line, err := range listing.Read(t.Context(), store, sync, kind) {
		if err != nil {
			t.Fatal(err)
		}
		id, err := stream.LineID(line)
		if err != nil {
			t.Fatal(err)
		}
		ids[string(id)] = true
	}
	return ids
}

// requireFilesAsAccounted checks that reports and reports_metadata hold just those reports that the account says they do,
// each once.
func requireFilesAsAccounted(t *testing.T, store *staging.Store, result workflows.Result, lines account) {
	t.Helper()
	files := readExtract(t, store, result)
	for kind, in := range map[string]func(state string) bool{
		"reports":          func(state string) bool { return state != "gone" && state != "filtered" },
		"reports_metadata": func(state string) bool { return state == "described" || state == "reused" },
	} {
		want := map[string]bool{}
		for id, line := range lines["report"] {
			if in(line.State) {
				want[id] = true
			}
		}
		got := map[string]bool{}
		for id := range files[kind] {
			got[id] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is not as the account says (-account +file):\n%s", kind, diff)
		}
	}
}

func kindsOf(k activities.Kinds) map[string]int64 {
	return map[string]int64{
		"folders": k.Folders, "reports": k.Reports, "dashboards": k.Dashboards, "components": k.Components, "users": k.Users,
	}
}

func statesOf(s activities.States) map[string]int64 {
	return map[string]int64{
		"described": s.Described, "reused": s.Reused, "obsolete": s.Obsolete, "unsupported": s.Unsupported,
		"denied": s.Denied, "failed": s.Failed, "filtered": s.Filtered, "gone": s.Gone,
	}
}

func withoutZero(counts map[string]int64) map[string]int64 {
	kept := map[string]int64{}
	for name, n := range counts {
		if n != 0 {
			kept[name] = n
		}
	}
	return kept
}
