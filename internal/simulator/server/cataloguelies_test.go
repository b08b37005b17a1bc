package server

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"
)

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
	left := maps.Clone(queryLies)
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
		delete(left, name)
	}
	for name := range left {
		t.Errorf("%s is not looked at", name)
	}
	for name := range queryLies {
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
