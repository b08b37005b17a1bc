package gather

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/orgtest"
	"longhaul/internal/report"
	"longhaul/internal/staging"
)

const (
	orgID = "00D000000000001AAA"
	user  = "005000000000001AAA"
)

var start = time.Unix(orgtest.Began, 0).UTC()

// org is a sync of an org in memory, whose account was written as a sync writes it.
type org struct {
	*orgtest.Staged
	t *testing.T
}

func id(prefix string, n int) string { return orgtest.ID(prefix, n) }

// folderOf is where the n-th report lies: in a folder that lies in another one, in a top folder, in a private one, in none, or in one that
// nobody sees.
func folderOf(n int) string {
	return []string{id("00l", 1), id("00l", 2), user, orgID, id("00l", 99), id("005", n)}[n%6]
}

// stateOf is the state of the n-th report.
func stateOf(n int) description.State { return description.States[n%len(description.States)] }

func nameOf(n int) string {
	if n == 4 { // which is denied
		return `=HYPERLINK("http://evil.example")`
	}
	return fmt.Sprintf("Report %d", n)
}

func stage(t *testing.T) org {
	t.Helper()
	o := org{orgtest.Stage(t), t}
	o.Sync.ID = staging.SyncID(start, "ab12cd34")
	return o
}

// newOrg stages a sync of n reports.
func newOrg(t *testing.T, n int) org {
	t.Helper()
	o := stage(t)
	var reports, described []string
	for i := range n {
		reports = append(reports, fmt.Sprintf(`{"Id":%q,"Name":%q,"OwnerId":%q,"LastModifiedDate":%q}`,
			id("00O", i), nameOf(i), folderOf(i), orgtest.Changed))
		d := description.Description{ID: id("00O", i), State: stateOf(i), Modified: orgtest.Changed, At: start.Add(time.Duration(i) * time.Second)}
		if !d.State.HasColumns() {
			d.Reason, d.Answer = description.ReasonServerError, "It is broken"
		}
		if d.State == description.StateDenied {
			d.Reason, d.Answer, d.Denials = description.ReasonNoAccess, "", 3
		}
		line, err := d.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		described = append(described, string(line))
	}
	o.Put(o.Sync.Inventory("reports"), reports...)
	o.Put(o.Sync.Inventory("folders"),
		fmt.Sprintf(`{"Id":%q,"Name":"EMEA","ParentId":%q}`, id("00l", 1), id("00l", 3)),
		fmt.Sprintf(`{"Id":%q,"Name":"Service"}`, id("00l", 2)),
		fmt.Sprintf(`{"Id":%q,"Name":"Sales"}`, id("00l", 3)))
	o.Put(o.Sync.Inventory("dashboards"), fmt.Sprintf(`{"Id":%q,"Title":"Board","FolderId":%q}`, id("01Z", 1), id("00l", 3)))
	for _, kind := range []string{"components", "users"} {
		o.Put(o.Sync.Inventory(kind))
	}
	o.Put(o.Sync.Described(), described...)
	if _, err := account.Write(t.Context(), account.Input{Store: o.Store, Sync: o.Sync}, account.Manifest{}); err != nil {
		t.Fatal(err)
	}
	return o
}

// record writes the record of the sync from its manifest.
func (o org) record(edit ...func(*history.Record)) {
	o.t.Helper()
	var doc account.Document
	if err := o.Store.ReadJSON(o.t.Context(), o.Sync.Manifest(), &doc); err != nil {
		o.t.Fatal(err)
	}
	r := history.Record{
		Sync: o.Sync.ID, Source: o.Sync.Source, Started: start, Finished: start.Add(time.Hour), Outcome: doc.Outcome, Kinds: doc.Kinds, States: doc.States,
		Coverage: doc.Coverage, APICalls: 500,
	}
	r.Seconds, r.OrgURL = 3600, "https://acme.my.salesforce.com"
	if err := r.Take(o.t.Context(), o.Store, o.Sync); err != nil {
		o.t.Fatal(err)
	}
	for _, one := range edit {
		one(&r)
	}
	if err := o.Store.WriteJSON(o.t.Context(), staging.RecordKey(r.Source, r.Sync), &r); err != nil {
		o.t.Fatal(err)
	}
}

func (o org) gather() *report.Data {
	o.t.Helper()
	d, err := Source{Store: o.Store, Name: o.Sync.Source, Version: "1.2.3"}.Gather(o.t.Context(), o.Sync.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func gapsOf(t *testing.T, d *report.Data) (all []report.Gap) {
	t.Helper()
	if err := d.Gaps(func(g report.Gap) bool { all = append(all, g); return true }); err != nil {
		t.Fatal(err)
	}
	return all
}

// account counts what account.jsonl, which people read, says of the reports.
func (o org) account() (states map[description.State]int64, reasons map[string]int64, messages map[string]string) {
	o.t.Helper()
	states, reasons, messages = map[description.State]int64{}, map[string]int64{}, map[string]string{}
	for line := range strings.Lines(o.Text(o.Sync.Account())) {
		var one struct {
			Kind, ID, Reason, Message string
			State                     description.State
		}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			o.t.Fatal(err)
		}
		if one.Kind != "report" {
			continue
		}
		states[one.State]++
		if one.State == description.StateDenied || one.State == description.StateFailed {
			reasons[one.Reason]++
			messages[one.ID] = one.Message
		}
	}
	return states, reasons, messages
}
