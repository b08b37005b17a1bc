package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/soql"
)

// churn posts a churn and gives the answer.
func (c *client) churn(body string) (done Churned) {
	c.t.Helper()
	a := c.do("POST", "/simulator/churn", body)
	if a.status != 200 {
		c.t.Fatalf("%s: %d %s", body, a.status, a.body)
	}
	a.decode(c.t, &done)
	return done
}

// row is a record of Report or Dashboard.
type row struct {
	ID, Name, Title, OwnerID, FolderName, LastModifiedDate, SystemModstamp, CreatedDate string
	IsDeleted                                                                           bool
}

func (c *client) rows(query string) []row {
	c.t.Helper()
	a := c.query(query)
	var p struct{ Records []row }
	a.decode(c.t, &p)
	return p.Records
}

func (c *client) report(id string) row {
	c.t.Helper()
	rows := c.rows("SELECT Id, Name, OwnerId, FolderName, LastModifiedDate, SystemModstamp, CreatedDate FROM Report WHERE Id = '" + id + "'")
	if len(rows) != 1 {
		c.t.Fatalf("%d rows have the id %s", len(rows), id)
	}
	return rows[0]
}

func (c *client) describeStatus(id string) int {
	c.t.Helper()
	return c.get("/services/data/v59.0/analytics/reports/" + id + "/describe").status
}

func TestChurn_changesReports(t *testing.T) {
	t.Parallel()
	for _, order := range []soql.Order{soql.Binary, soql.IgnoreCase} {
		clock := newClock()
		c := start(t, Options{Reports: 300, Columns: 2, TypeMetadata: 1000, Clock: clock, IDOrder: order})
		before, _ := c.ids("SELECT Id FROM Report")
		clock.add(time.Minute)
		done := c.churn(`{"create":20,"rename":3,"move":3,"delete":3}`)
		after, _ := c.ids("SELECT Id FROM Report")
		want := slices.Concat(before, done.Created)
		want = slices.DeleteFunc(want, func(id string) bool { return slices.Contains(done.Deleted, id) })
		slices.SortFunc(want, order.Compare)
		if diff := cmp.Diff(want, after); diff != "" || len(done.Created) != 20 || len(done.Deleted) != 3 {
			t.Errorf("%s: the listing (-want +got):\n%s", order, diff)
		}
		changed := c.rows("SELECT Id, Name, CreatedDate FROM Report WHERE LastModifiedDate >= 2026-08-01T10:01:00Z")
		if len(changed) != 26 {
			t.Errorf("%s: %d reports changed since, want 26", order, len(changed))
		}
		for _, id := range done.Created {
			const now = "2026-08-01T10:01:00.000+0000"
			if r := c.report(id); c.describeStatus(id) != 200 || r.CreatedDate != now || r.SystemModstamp != now {
				t.Errorf("%s: a new report is %+v, and its describe answers %d", order, r, c.describeStatus(id))
			}
		}
		for _, id := range done.Deleted {
			if status := c.describeStatus(id); status != 404 {
				t.Errorf("%s: a deleted report answers %d", order, status)
			}
		}
		deleted := c.get("/services/data/v59.0/queryAll?q=SELECT+IsDeleted+FROM+Report+WHERE+Id+=+'" + done.Deleted[0] + "'")
		if !strings.Contains(string(deleted.body), `"IsDeleted":true`) {
			t.Errorf("%s: queryAll answers %s for a deleted report", order, deleted.body)
		}
	}
}

func TestChurn_changesTheReportsThatAreNamed(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 300, Columns: 2, TypeMetadata: 1000})
	ids, _ := c.ids("SELECT Id FROM Report WHERE Format = 'Tabular' LIMIT 50")
	ids = slices.DeleteFunc(ids, func(id string) bool {
		return c.describeStatus(id) != 200 || !strings.HasPrefix(c.report(id).OwnerID, "00l")
	})
	rename, move := c.report(ids[0]), c.report(ids[1])
	done := c.churn(fmt.Sprintf(`{"rename":[%q],"move":[%q],"delete":[]}`, ids[0][:15], ids[1]))
	if !slices.Equal(done.Renamed, ids[:1]) || !slices.Equal(done.Moved, ids[1:2]) || done.Deleted == nil {
		t.Errorf("it answers %+v", done)
	}
	renamed, moved := c.report(ids[0]), c.report(ids[1])
	if renamed.Name == rename.Name || renamed.OwnerID != rename.OwnerID || moved.Name != move.Name || moved.OwnerID == move.OwnerID {
		t.Errorf("renamed %+v to %+v, moved %+v to %+v", rename, renamed, move, moved)
	}
	folder := c.rows("SELECT Name FROM Folder WHERE Id = '" + moved.OwnerID + "' AND Type = 'Report'")
	if len(folder) != 1 || folder[0].Name != moved.FolderName {
		t.Errorf("the report lies in %+v, and says it is %s", folder, moved.FolderName)
	}
	var described struct {
		ReportMetadata struct{ Name, FolderID string }
	}
	c.get("/services/data/v59.0/analytics/reports/"+ids[0]+"/describe").decode(t, &described)
	if described.ReportMetadata.Name != renamed.Name {
		t.Errorf("the describe knows the report as %s", described.ReportMetadata.Name)
	}
	c.get("/services/data/v59.0/analytics/reports/"+ids[1]+"/describe").decode(t, &described)
	if described.ReportMetadata.FolderID != moved.OwnerID {
		t.Errorf("the describe knows the report in %s", described.ReportMetadata.FolderID)
	}
}

func TestChurn_hidesFromListingsOnly(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 300, Columns: 2, TypeMetadata: 1000})
	before, _ := c.ids("SELECT Id FROM Report")
	one := c.churn(`{"hide":1}`).Hidden[0]
	c.churn(`{"create":5}`) // the rows move, and it stays hidden
	after, _ := c.ids("SELECT Id FROM Report")
	if len(after) != len(before)+4 || slices.Contains(after, one) {
		t.Errorf("of %d reports and 5 new ones %d are listed", len(before), len(after))
	}
	found, _ := c.ids("SELECT Id FROM Report WHERE Id IN ('" + one + "')")
	if len(found) != 1 || c.report(one).ID != one || c.describeStatus(one) == 404 {
		t.Errorf("a query by id finds %v", found)
	}
	if done := c.churn(fmt.Sprintf(`{"show":[%q]}`, one)); !slices.Equal(done.Shown, []string{one}) {
		t.Errorf("it answers %+v", done)
	}
	if again, _ := c.ids("SELECT Id FROM Report"); !slices.Contains(again, one) {
		t.Error("what is shown again is not listed")
	}
}

func TestChurn_restoresWhatWasDeleted(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Reports: 300, Columns: 1, Clock: clock})
	before := map[string][]string{}
	for _, object := range []string{"Report", "Dashboard", "DashboardComponent"} {
		before[object], _ = c.ids("SELECT Id FROM " + object)
	}
	deleted := slices.Concat(c.churn(`{"delete":2}`).Deleted, c.churn(`{"object":"Dashboard","delete":1}`).Deleted)
	clock.add(time.Minute)
	restored := slices.Concat(c.churn(`{"restore":2}`).Restored, c.churn(fmt.Sprintf(`{"object":"Dashboard","restore":[%q]}`, deleted[2])).Restored)
	slices.Sort(deleted)
	if slices.Sort(restored); !slices.Equal(deleted, restored) {
		t.Errorf("deleted were %v, and restored %v", deleted, restored)
	}
	for object, want := range before {
		if after, _ := c.ids("SELECT Id FROM " + object); !slices.Equal(want, after) {
			t.Errorf("of %d rows of %s %d are listed", len(want), object, len(after))
		}
	}
	if changed, _ := c.ids("SELECT Id FROM Report WHERE LastModifiedDate >= 2026-08-01T10:01:00Z"); len(changed) != 2 {
		t.Errorf("%d reports changed when two were restored", len(changed))
	}
}

func TestChurn_changesDashboards(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 300, Columns: 1})
	before, _ := c.ids("SELECT Id FROM DashboardComponent")
	done := c.churn(`{"object":"Dashboard","create":2,"rename":1,"move":1,"delete":1}`)
	after, _ := c.ids("SELECT Id FROM DashboardComponent")
	if len(after) != len(before)-6+2*3 {
		t.Errorf("there are %d components, were %d", len(after), len(before))
	}
	for _, id := range done.Created {
		components, _ := c.ids("SELECT Id, CustomReportId FROM DashboardComponent WHERE DashboardId = '" + id + "'")
		var described struct{ Components []struct{ ID string } }
		c.get("/services/data/v59.0/analytics/dashboards/"+id+"/describe").decode(t, &described)
		if len(components) != 3 || len(described.Components) != 3 {
			t.Errorf("a new dashboard has %d components by query, %d by describe", len(components), len(described.Components))
		}
	}
	rows := c.rows("SELECT Id, Title FROM Dashboard WHERE Id = '" + done.Renamed[0] + "'")
	if len(rows) != 1 || !strings.HasPrefix(rows[0].Title, "Renamed ") {
		t.Errorf("the renamed dashboard is %+v", rows)
	}
	if status := c.get("/services/data/v59.0/analytics/dashboards/" + done.Deleted[0] + "/describe").status; status != 404 {
		t.Errorf("a deleted dashboard answers %d", status)
	}
}

func TestChurn_isTheSameForTheSameOrg(t *testing.T) {
	t.Parallel()
	const body = `{"create":3,"rename":3,"move":3,"delete":3,"hide":3}`
	a, b := start(t, Options{Reports: 200, Columns: 1}), start(t, Options{Reports: 200, Columns: 1})
	first, second := a.churn(body), a.churn(body)
	if diff := cmp.Diff([]Churned{first, second}, []Churned{b.churn(body), b.churn(body)}); diff != "" {
		t.Errorf("two orgs differ:\n%s", diff)
	}
	if slices.Contains(first.Renamed, second.Renamed[0]) || slices.Contains(first.Created, second.Created[0]) {
		t.Errorf("the same rows are chosen twice: %+v, %+v", first, second)
	}
}

func TestChurn_refusesAndThenChangesNothing(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 30, Columns: 1})
	before, _ := c.ids("SELECT Id FROM Report")
	for body, want := range map[string]string{
		`{"object":"UserRole","create":1}`:          "may be Report, Dashboard, Folder, User",
		`{"create":-1}`:                             "0 to 10000",
		`{"create":10001}`:                          "0 to 10000",
		`{"delete":-1}`:                             "0 to 10000",
		`{"create":5,"delete":1000}`:                "no 1000 of Report left",
		`{"create":5,"rename":["00O000000000001"]}`: "no Report 00O000000000001",
		`{"create":5,"rename":["x"]}`:               "no Report x",
		fmt.Sprintf(`{"rename":[%q],"delete":[%q]}`, before[0], before[0]): "twice at once",
		`{"show":1}`: "no 1 of Report left",
		fmt.Sprintf(`{"restore":[%q]}`, before[0]): "no Report",
		`{"delete":"all"}`:                         "of the form",
		`{"destroy":1}`:                            "of the form",
	} {
		if a := c.do("POST", "/simulator/churn", body); a.status != 400 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
	if after, _ := c.ids("SELECT Id FROM Report"); !slices.Equal(before, after) {
		t.Error("what was refused changed the org")
	}
}

func TestChurn_underConcurrentQueries(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 1000, Columns: 1, TypeMetadata: 1000, PageSize: 200, IDOrder: soql.IgnoreCase})
	before, _ := c.ids("SELECT Id FROM Report")
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for n := range 4 {
		readers.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				switch (n + k) % 3 {
				case 0: // pages by locator see the org as it was when the query began
					if ids, _ := c.ids("SELECT Id, Name, Owner.Name FROM Report"); !slices.IsSortedFunc(ids, soql.IgnoreCase.Compare) ||
						len(slices.Compact(ids)) != len(ids) {
						t.Errorf("a listing has rows twice or out of order")
					}
				case 1:
					if a := c.query("SELECT Id, Title, (SELECT Id FROM DashboardComponents) FROM Dashboard"); a.status != 200 || !json.Valid(a.body) {
						t.Errorf("%d %.100s", a.status, a.body)
					}
				case 2:
					_ = c.describeStatus(before[(n*97+k*31)%len(before)])
				}
			}
		})
	}
	for range 15 {
		c.churn(`{"create":20,"rename":5,"move":5,"delete":10,"hide":1}`)
		c.churn(`{"object":"Dashboard","create":1,"delete":1}`)
	}
	close(stop)
	readers.Wait()
	if after, _ := c.ids("SELECT Id FROM Report"); len(after) != len(before)+15*(20-10-1) {
		t.Errorf("of %d reports %d are left", len(before), len(after))
	}
}
