package server

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/faults"
)

// queryLies are the faults that make the answer to a query contradict itself.
func queryLies() []string {
	return slices.DeleteFunc(faults.Names(), func(name string) bool { return !strings.HasPrefix(name, "query_") })
}

// listed is an answer to a query as a test reads it.
type listed struct {
	TotalSize *int
	Done      bool
	Next      string `json:"nextRecordsUrl"`
	Records   []map[string]any
}

func (l listed) ids() (ids []string) {
	for _, record := range l.Records {
		id, _ := record["Id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func TestLies_everyAnswerToAQueryContradictsItself(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 40, Columns: 2, TypeMetadata: 1000})
	const soql = "SELECT Id, Name FROM Report ORDER BY Id LIMIT 2000"
	read := func() (l listed) {
		t.Helper()
		a := c.query(soql)
		if err := json.Unmarshal(a.body, &l); err != nil || a.status != 200 {
			t.Fatalf("%d %s: %v", a.status, a.body, err)
		}
		return l
	}
	whole := read()
	n := len(whole.Records)
	if n < 10 {
		t.Fatalf("only %d reports are listed", n)
	}
	left := queryLies()
	for name, lies := range map[string]func(listed) bool{
		"query_short":          func(l listed) bool { return *l.TotalSize == n && l.Done && len(l.Records) == n/2 },
		"query_no_records":     func(l listed) bool { return *l.TotalSize == n && l.Records == nil },
		"query_null_records":   func(l listed) bool { return *l.TotalSize == n && l.Records == nil },
		"query_more_than_said": func(l listed) bool { return *l.TotalSize == n-1 && len(l.Records) == n },
		"query_negative_total": func(l listed) bool { return *l.TotalSize == -1 && len(l.Records) == n },
		"query_no_total":       func(l listed) bool { return l.TotalSize == nil && len(l.Records) == n },
		"query_done_and_next":  func(l listed) bool { return l.Done && l.Next != "" },
		"query_without_end":    func(l listed) bool { return !l.Done && l.Next == "" },
		"query_no_id":          func(l listed) bool { return l.ids()[0] == "" && l.ids()[1] == whole.ids()[1] },
		"query_cut_id":         func(l listed) bool { return l.ids()[0] == whole.ids()[0][:10] },
		"query_foreign_id":     func(l listed) bool { return l.ids()[0] == "001"+whole.ids()[0][3:] },
		"query_repeats":        func(l listed) bool { return l.ids()[n-1] == l.ids()[0] },
		"query_backwards":      func(l listed) bool { return l.ids()[0] == whole.ids()[n-1] },
		"query_bare":           func(l listed) bool { _, named := l.Records[0]["Name"]; return !named && l.ids()[0] == whole.ids()[0] },
	} {
		c.set(Fault{Name: name})
		if got := read(); !lies(got) {
			t.Errorf("%s answers %+v", name, got)
		}
		left = slices.DeleteFunc(left, func(n string) bool { return n == name })
	}
	for _, name := range left {
		t.Errorf("%s is not looked at", name)
	}
	for _, name := range queryLies() {
		c.set(Fault{Name: name, Times: 1})
		read()
		if got := read(); len(got.Records) != n {
			t.Errorf("%s: %d records once it is over", name, len(got.Records))
		}
	}
}

func TestLies_aboutTimeAndUsage(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 40, Columns: 2, TypeMetadata: 1000, DailyLimit: 15000})
	for name, ahead := range map[string]bool{"date_ahead": true, "api_503_date": true, "usage_of_another": false} {
		c.set(Fault{Name: name})
		a := c.get("/services/data/v59.0/limits")
		date, err := time.Parse(time.RFC1123, a.header.Get("Date"))
		if err != nil || (date.Sub(c.s.Now()) > 24*time.Hour) != ahead {
			t.Errorf("%s: the date is %v, %v", name, date, err)
		}
		if usage := a.header.Get("Sforce-Limit-Info"); name == "usage_of_another" && usage != "api-usage=0/150000000" {
			t.Errorf("%s: the usage is %q", name, usage)
		}
	}
}

func TestLies_inThePlaceOfAnAnswer(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 40, Columns: 2, TypeMetadata: 1000})
	for name, begins := range map[string]string{
		"html_200_json": "\xef\xbb\xbf<!--", "json_null": "null", "json_array": "[", "empty_200": "",
	} {
		c.set(Fault{Name: name})
		a := c.send("describe")
		if a.status != 200 || !strings.HasPrefix(string(a.body), begins) || len(begins) == 0 && len(a.body) > 0 {
			t.Errorf("%s: %d, %.60q", name, a.status, a.body)
		}
	}
	c.set()
	described := c.send("describe")
	c.set(Fault{Name: "describe_of_another"})
	if a := c.send("describe"); a.status != 200 || len(a.body) != len(described.body) || !strings.Contains(string(a.body), `"id":"00O9zz0000000zzAAA"`) {
		t.Errorf("a description of another report: %d, %.200s", a.status, a.body)
	}
}

func TestLies_aboutColumnsLeaveTheirNames(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 40, Columns: 5, TypeMetadata: 1000})
	type description struct {
		Metadata struct {
			Columns []string `json:"detailColumns"`
		} `json:"reportMetadata"`
		Extended struct {
			Aggregates map[string]any `json:"aggregateColumnInfo"`
			Columns    map[string]any `json:"detailColumnInfo"`
		} `json:"reportExtendedMetadata"`
		Type map[string]any `json:"reportTypeMetadata"`
	}
	read := func() (d description) {
		t.Helper()
		a := c.send("describe")
		if a.decode(t, &d); a.status != 200 {
			t.Fatalf("%d", a.status)
		}
		return d
	}
	whole := read()
	if len(whole.Metadata.Columns) != 5 {
		t.Fatalf("the columns are %q", whole.Metadata.Columns)
	}
	for name, left := range map[string]int{"describe_no_columns": 0, "describe_some_columns": 3} {
		c.set(Fault{Name: name})
		got := read()
		if got.Extended.Columns == nil || len(got.Extended.Columns) != left {
			t.Errorf("%s leaves %v, want %d columns", name, got.Extended.Columns, left)
		}
		for column, info := range got.Extended.Columns {
			if diff := cmp.Diff(whole.Extended.Columns[column], info); diff != "" {
				t.Errorf("%s changes %s (-whole +got):\n%s", name, column, diff)
			}
		}
		got.Extended.Columns = whole.Extended.Columns
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("%s changes more than the columns (-whole +got):\n%s", name, diff)
		}
	}
}

func TestLies_ofAGatewayMeetQueriesAndDescribes(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 40, Columns: 2, TypeMetadata: 1000})
	c.set(Fault{Name: "api_404_gateway"})
	for _, route := range []string{"query", "describe"} {
		if a := c.send(route); a.status != 404 || string(a.body) != `{"message":"no Route matched with those values"}` {
			t.Errorf("%s: %d %s", route, a.status, a.body)
		}
	}
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("limits: %d", a.status)
	}
}
