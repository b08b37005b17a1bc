package lookback

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// column is what a file says of a column of a report.
type column struct {
	Label    string `json:"label"`
	DataType string `json:"dataType"`
}

// record is what the files of one sync say of one record. Users have only their Id.
type record struct {
	kind, name, folder, format, runningUser string
	state, reason                           string // of a report
	createdBy, modifiedBy                   string
	columns                                 map[string]column
}

// exists says whether the record is in the files of an export.
func (r *record) exists() bool {
	return r != nil && r.state != "gone" && r.state != "filtered"
}

func (r *record) same(other *record) bool {
	return other != nil && r.kind == other.kind && r.name == other.name && r.folder == other.folder && r.format == other.format &&
		r.runningUser == other.runningUser && r.state == other.state && r.reason == other.reason && r.createdBy == other.createdBy &&
		r.modifiedBy == other.modifiedBy && maps.Equal(r.columns, other.columns)
}

// truth is what the files of one sync say, by Id.
type truth struct {
	sync    string
	result  workflows.Result
	deliver bool // it was started to deliver
	records map[string]*record
}

// past is a plant, and what the files of all its syncs said.
type past struct {
	*plant
	syncs []*truth
}

// inventories are the kinds in the words of the answers.
var inventories = map[listing.Kind]string{
	listing.Reports: "report", listing.Dashboards: "dashboard", listing.Components: "component", listing.Folders: "folder", listing.Users: "user",
}

// keepAside reads the inventories, the account for people and reports_metadata of a sync. What is equal to the truth before shares its
// memory.
func (p *plant) keepAside(t *testing.T, result workflows.Result, before *truth) *truth {
	t.Helper()
	sync := staging.Sync{Source: result.Source, ID: result.Sync}
	out := &truth{sync: result.Sync, result: result, records: map[string]*record{}}
	for kind, name := range inventories {
		for line, err := range listing.Read(t.Context(), p.store, sync, kind) {
			if err != nil {
				t.Fatal(err)
			}
			var row struct {
				ID, Name, Title, OwnerID, FolderID, ParentID, Format, RunningUserID, CreatedByID, LastModifiedByID string
			}
			if err := json.Unmarshal(line, &row); err != nil {
				t.Fatal(err)
			}
			one := &record{kind: name, name: row.Name + row.Title, createdBy: row.CreatedByID, modifiedBy: row.LastModifiedByID}
			one.folder, one.format, one.runningUser = row.OwnerID+row.FolderID+row.ParentID, row.Format, row.RunningUserID
			if name == "user" {
				one = &record{kind: name}
			}
			out.records[row.ID] = one
		}
	}
	p.states(t, sync, out)
	p.columns(t, sync, out)
	if before != nil {
		for id, one := range out.records {
			if old := before.records[id]; one.same(old) {
				out.records[id] = old
			}
		}
	}
	return out
}

// states reads the account for people. A report that was described by an earlier sync is described.
func (p *plant) states(t *testing.T, sync staging.Sync, out *truth) {
	t.Helper()
	content, err := p.store.Read(t.Context(), sync.Account())
	if err != nil {
		t.Fatalf("%+v: %v", out.result, err)
	}
	for line := range strings.Lines(string(content)) {
		var entry struct{ Kind, ID, State, Reason string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		one := out.records[entry.ID]
		if entry.Kind != "report" || one == nil {
			continue
		}
		one.state, one.reason = strings.Replace(entry.State, "reused", "described", 1), entry.Reason
	}
}

func (p *plant) columns(t *testing.T, sync staging.Sync, out *truth) {
	t.Helper()
	for _, file := range out.result.Files["castor"] {
		if !strings.HasSuffix(file.Name, "-reports_metadata.json") {
			continue
		}
		content, err := p.store.Read(t.Context(), sync.File("castor", file.Name))
		if err != nil {
			t.Fatal(err)
		}
		var reports []struct {
			ReportID         string
			DetailColumnInfo map[string]column
		}
		if err := json.Unmarshal(content, &reports); err != nil {
			t.Fatal(err)
		}
		for _, one := range reports {
			out.records[one.ReportID].columns = one.DetailColumnInfo
		}
	}
}

// compare says what differs from one truth to another, a line for each thing, in any order.
func compare(from, to *truth) (lines []string) {
	ids := maps.Clone(from.records)
	maps.Copy(ids, to.records)
	for id := range ids {
		was, now := from.records[id], to.records[id]
		say := func(kind, what string, args ...any) {
			lines = append(lines, kind+" "+id+" "+fmt.Sprintf(what, args...))
		}
		switch {
		case !was.exists() && !now.exists(), was == now:
		case !was.exists():
			say(now.kind, "added %q in %s", now.name, now.folder)
		case !now.exists():
			say(was.kind, "gone %q in %s", was.name, was.folder)
		default:
			differences(was, now, say)
		}
	}
	return lines
}

func differences(was, now *record, say func(kind, what string, args ...any)) {
	for _, one := range []struct{ what, was, now string }{
		{"renamed", was.name, now.name},
		{"moved", was.folder, now.folder},
		{"format", was.format, now.format},
		{"runs as", was.runningUser, now.runningUser},
	} {
		if one.was != one.now {
			say(now.kind, "%s %q to %q", one.what, one.was, one.now)
		}
	}
	if was.state != now.state || was.reason != now.reason {
		say(now.kind, "state %s to %s %s", was.state, now.state, now.reason)
	}
	if was.state != now.state && len(now.columns) > 0 { // it has its columns again
		return
	}
	for _, key := range slices.Sorted(maps.Keys(was.columns)) {
		if _, has := now.columns[key]; !has {
			say(now.kind, "lost %s", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(now.columns)) {
		old, had := was.columns[key]
		switch is := now.columns[key]; {
		case !had:
			say(now.kind, "gained %s", key)
		case old != is:
			say(now.kind, "column %s %v to %v", key, old, is)
		}
	}
}
