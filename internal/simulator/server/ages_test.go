package server

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// all answers how many rows queryAll gives.
func (c *client) all(query string) (n int) {
	c.t.Helper()
	var p struct{ TotalSize int }
	c.get("/services/data/v59.0/queryAll?q="+url.QueryEscape(query)).decode(c.t, &p)
	return p.TotalSize
}

func TestBin_rowsAreGoneAfterFifteenDays(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Reports: 300, Columns: 2, TypeMetadata: 1000, Clock: clock, TokenTTL: 1000 * time.Hour})
	const binned = "SELECT Id FROM Report WHERE IsDeleted = TRUE"
	atFirst := c.all(binned)
	if n := len(c.rows(binned)); n != 0 || atFirst == 0 {
		t.Errorf("query gives %d rows of the recycle bin, queryAll %d", n, atFirst)
	}
	clock.add(24 * time.Hour)
	done := c.churn(`{"delete":2}`)
	if n := c.all(binned + " AND SystemModstamp >= 2026-08-02T00:00:00Z"); n != 2 {
		t.Errorf("%d rows of the recycle bin are dated by their deletion, want 2", n)
	}
	clock.add(14*24*time.Hour + time.Hour)
	if n := c.all(binned); n != 2 {
		t.Errorf("%d rows are left, want the 2 that were deleted a day later", n)
	}
	c.churn(fmt.Sprintf(`{"restore":[%q]}`, done.Deleted[0]))
	clock.add(24 * time.Hour)
	if n := c.all(binned); n != 0 {
		t.Errorf("%d rows are left after 15 days", n)
	}
	if n := c.all("SELECT Id FROM Report WHERE Id = '" + done.Deleted[1] + "'"); n != 0 || c.describeStatus(done.Deleted[0]) != 200 {
		t.Errorf("of the deleted report %d rows are left, and the restored one answers %d", n, c.describeStatus(done.Deleted[0]))
	}
	if a := c.do("POST", "/simulator/churn", fmt.Sprintf(`{"restore":[%q]}`, done.Deleted[1])); a.status != 400 {
		t.Errorf("what is gone can be restored: %d %s", a.status, a.body)
	}
}

func TestChurn_aClosedFolderIsClosedWithAllInIt(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 300, Columns: 2, TypeMetadata: 1000})
	before, _ := c.ids("SELECT Id FROM Report")
	folder := ""
	for _, id := range before {
		if owner := c.report(id).OwnerID; strings.HasPrefix(owner, "00l") && c.describeStatus(id) == 200 {
			folder = owner
			break
		}
	}
	inIt, _ := c.ids("SELECT Id FROM Report WHERE OwnerId = '" + folder + "'")
	stamp := c.report(inIt[0]).SystemModstamp
	if done := c.churn(fmt.Sprintf(`{"object":"Folder","close":[%q]}`, folder)); !slices.Equal(done.Closed, []string{folder}) {
		t.Fatalf("it answers %+v", done)
	}
	after, _ := c.ids("SELECT Id FROM Report")
	for _, id := range inIt {
		if slices.Contains(after, id) || len(c.rows("SELECT Id FROM Report WHERE Id = '"+id+"'")) != 0 || c.describeStatus(id) != 404 {
			t.Errorf("report %s of a closed folder is there", id)
		}
	}
	if n := len(c.rows("SELECT Id FROM Folder WHERE Id = '" + folder + "'")); n != 0 || c.all("SELECT Id FROM Report WHERE Id = '"+inIt[0]+"'") != 0 {
		t.Errorf("the closed folder is listed %d times, or its report by queryAll", n)
	}
	c.churn(fmt.Sprintf(`{"object":"Folder","open":[%q]}`, folder))
	again, _ := c.ids("SELECT Id FROM Report")
	if !slices.Equal(before, again) || c.report(inIt[0]).SystemModstamp != stamp {
		t.Error("the folder was given back, and the org differs from before")
	}
}

// columnsOf gives the labels of the columns that a describe names, in their order.
func (c *client) columnsOf(id string) (keys []string, labels map[string]string, reportType string) {
	c.t.Helper()
	var d struct {
		ReportMetadata struct {
			DetailColumns []string
			ReportType    struct{ Type string }
		}
		ReportExtendedMetadata struct {
			DetailColumnInfo map[string]struct{ Label string }
		}
	}
	c.get("/services/data/v59.0/analytics/reports/"+id+"/describe").decode(c.t, &d)
	labels = map[string]string{}
	for key, info := range d.ReportExtendedMetadata.DetailColumnInfo {
		labels[key] = info.Label
	}
	return d.ReportMetadata.DetailColumns, labels, d.ReportMetadata.ReportType.Type
}

func TestChurn_columnsAndRefusals(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Reports: 300, Columns: 5, TypeMetadata: 1000, Clock: clock})
	clock.add(time.Minute)
	const now = "2026-08-01T10:01:00.000+0000"
	done := c.churn(`{"gain":2,"lose":2,"widen":1,"join":1,"deny":2,"obsolete":1}`)
	for _, test := range []struct {
		ids           []string
		columns, code int
		dated         bool
	}{
		{done.Gained, 6, 200, true},
		{done.Lost, 4, 200, true},
		{done.Widened, 0, 400, true},
		{done.Joined, 0, 501, true},
		{done.Denied, 0, 403, false},
		{done.Obsolete, 0, 403, false},
	} {
		for _, id := range test.ids {
			status := c.describeStatus(id)
			if dated := c.report(id).SystemModstamp == now; status != test.code || dated != test.dated {
				t.Errorf("report %s answers %d, dated: %v; want %+v", id, status, dated, test)
			}
			if status != 200 {
				continue
			}
			if keys, labels, _ := c.columnsOf(id); len(keys) != test.columns || len(labels) != test.columns {
				t.Errorf("report %s has the columns %v, %v; want %d", id, keys, labels, test.columns)
			}
		}
	}
	c.churn(fmt.Sprintf(`{"allow":[%q]}`, done.Denied[0]))
	if status := c.describeStatus(done.Denied[0]); status != 200 {
		t.Errorf("an allowed report answers %d", status)
	}
	if a := c.do("POST", "/simulator/churn", `{"object":"Dashboard","gain":1}`); a.status != 400 {
		t.Errorf("a dashboard gains a column: %d", a.status)
	}
	boards := c.churn(`{"object":"Dashboard","runas":2,"private":1}`)
	for _, id := range boards.RunAs {
		if n := len(c.rows("SELECT Id FROM Dashboard WHERE SystemModstamp = 2026-08-01T10:01:00Z AND Id = '" + id + "'")); n != 1 {
			t.Errorf("dashboard %s runs as another user without a date", id)
		}
	}
	if n := len(c.rows("SELECT Id FROM Dashboard WHERE Id = '" + boards.Private[0] + "'")); n != 0 {
		t.Error("a dashboard in a private folder of another user is listed")
	}
}

func TestChurn_aTypeChangesWithoutADate(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Reports: 300, Columns: 5, TypeMetadata: 1000, Clock: clock})
	ids, _ := c.ids("SELECT Id FROM Report WHERE Format = 'Tabular'")
	ids = slices.DeleteFunc(ids, func(id string) bool { return c.describeStatus(id) != 200 })
	keys, labels, name := c.columnsOf(ids[0])
	relabelled, lost := keys[0], keys[1]
	clock.add(time.Minute)
	c.churn(fmt.Sprintf(`{"relabel":[{"type":%q,"column":%q,"label":"Umsatz"}],"drop":[{"type":%q,"column":%q}]}`, name, relabelled, name, lost))
	found := 0
	for _, id := range ids {
		keys, labels, its := c.columnsOf(id)
		if its != name {
			continue
		}
		if label, has := labels[relabelled]; has {
			found++
			if label != "Umsatz" {
				t.Errorf("report %s labels the field %q", id, label)
			}
		}
		if _, has := labels[lost]; has || slices.Contains(keys, lost) {
			t.Errorf("report %s has the field that its type lost", id)
		}
		if c.report(id).SystemModstamp >= "2026-08-01T10:01" {
			t.Errorf("report %s is dated", id)
		}
	}
	if found == 0 || labels[relabelled] == "Umsatz" {
		t.Error("no report has the field, so the test shows nothing")
	}
	body := c.get("/services/data/v59.0/analytics/reportTypes/" + name).body
	quoted, err := json.Marshal(lost)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"Umsatz"`) || strings.Contains(string(body), string(quoted)+":") {
		t.Errorf("the type is described as %.300s", body)
	}
	if a := c.do("POST", "/simulator/churn", `{"drop":[{"type":"Opportunity","column":"Nothing"}]}`); a.status != 400 {
		t.Errorf("a type lost a field that it does not have: %d", a.status)
	}
}
