package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/staging"
	"longhaul/workflows"
)

// extracted is the content of an extract: by file without the timestamp, and in it by Id. The summary, which says when
// and with what the extract was made, is left out.
type extracted map[string]map[string]map[string]any

// readExtract reads the files of a sync from the bucket and refuses an Id that is there twice.
func readExtract(t *testing.T, store *staging.Store, result workflows.Result) extracted {
	t.Helper()
	files := extracted{}
	for _, f := range result.Files["castor"] {
		_, name, _ := strings.Cut(strings.TrimSuffix(f.Name, ".json"), "-")
		if name == "summary" {
			continue
		}
		content, err := store.Read(t.Context(), staging.Sync{Source: result.Source, ID: result.Sync}.File("castor", f.Name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = recordsOf(t, f.Name, content)
	}
	return files
}

// recordsOf reads one file. A component has no Id in castor's files, so its address stands for it.
func recordsOf(t *testing.T, name string, content []byte) map[string]map[string]any {
	t.Helper()
	var records []map[string]any
	if err := json.Unmarshal(content, &records); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	byID := map[string]map[string]any{}
	for _, record := range records {
		id, _ := record["Id"].(string)
		if id == "" {
			id, _ = record["reportId"].(string)
		}
		if attributes, _ := record["attributes"].(map[string]any); id == "" {
			id, _ = attributes["url"].(string)
		}
		if _, twice := byID[id]; twice || id == "" {
			t.Errorf("%s has %q twice, or a record without an Id", name, id)
		}
		byID[id] = record
	}
	return byID
}

// against compares an extract with that of an undisturbed sync of the same org: what it lacks, and what it has in excess,
// by file and Id. Anything that is there, but different, is an error.
func (e extracted) against(t *testing.T, undisturbed extracted) (lacks, exceeds map[string][]string) {
	t.Helper()
	lacks, exceeds = map[string][]string{}, map[string][]string{}
	for name, want := range undisturbed {
		got := e[name]
		for id, record := range want {
			same, ok := got[id]
			if !ok {
				lacks[name] = append(lacks[name], id)
				continue
			}
			if diff := cmp.Diff(record, same); diff != "" {
				t.Errorf("%s: %s differs from the undisturbed extract (-undisturbed +this):\n%s", name, id, diff)
			}
		}
		for id := range got {
			if _, ok := want[id]; !ok {
				exceeds[name] = append(exceeds[name], id)
			}
		}
	}
	return lacks, exceeds
}

// fillIn gives each report that has some of its columns only those of the undisturbed extract, and counts these reports.
func (e extracted) fillIn(undisturbed extracted) (partial int) {
	const file = "reports_metadata"
	for id, record := range e[file] {
		got, _ := record["detailColumnInfo"].(map[string]any)
		want, _ := undisturbed[file][id]["detailColumnInfo"].(map[string]any)
		same := true
		for name, info := range got {
			same = same && cmp.Equal(want[name], info)
		}
		if same && len(got) > 0 && len(got) < len(want) {
			e[file][id] = undisturbed[file][id]
			partial++
		}
	}
	return partial
}
