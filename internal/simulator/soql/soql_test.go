package soql_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
)

// table is a view of a few reports and dashboards.
type table struct {
	order    soql.Order
	rows     map[string][]org.Record
	lacks    string
	prepared map[string]*soql.Ranking
	examined int

	concealed string // the id of a row that only a query by its Id returns
}

func id(prefix, rest string) string { return org.ID18(prefix + "Hs0" + rest) }

var (
	folderID  = id("00l", "000000001")
	reportIDs = []string{id("00O", "00000000a"), id("00O", "00000000B"), id("00O", "00000000c"), id("00O", "00000000D")}
)

func newTable(order soql.Order) *table {
	report := func(i int, name string, rest map[string]any) org.Record {
		fields := map[string]any{"Name": name, "OwnerId": folderID, "IsDeleted": false}
		for k, v := range rest {
			fields[k] = v
		}
		return org.Record{ID: reportIDs[i], Fields: fields}
	}
	t := &table{order: order, rows: map[string][]org.Record{
		"Folder": {{ID: folderID, Fields: map[string]any{"Name": "Public", "Type": "Report"}}},
		"Report": {
			report(0, "alpha", map[string]any{"LastRunDate": "2026-01-02T00:00:00.000+0000", "Format": "Tabular"}),
			report(1, "Beta 100%", map[string]any{"LastRunDate": "2026-03-01T00:00:00.000+0000", "Format": "Summary"}),
			report(2, "it's 日本", map[string]any{"Description": "x_y", "Format": "Matrix"}),
			report(3, "gone", map[string]any{"IsDeleted": true}),
		},
		"Dashboard": {{ID: id("01Z", "000000001"), Fields: map[string]any{"Title": "D", "TextColor": 3}}},
		"DashboardComponent": {
			{ID: id("01a", "000000001"), Fields: map[string]any{"DashboardId": id("01Z", "000000001"), "CustomReportId": reportIDs[0]}},
			{ID: id("01a", "000000002"), Fields: map[string]any{"DashboardId": id("01Z", "000000001")}},
		},
	}, prepared: map[string]*soql.Ranking{}}
	for _, rows := range t.rows {
		slices.SortFunc(rows, func(a, b org.Record) int { return strings.Compare(a.ID, b.ID) })
	}
	return t
}

func (t *table) Object(name string) (*org.Object, bool)      { return org.Lookup(name) }
func (t *table) Knows(o *org.Object, f *org.Field) bool      { return o.Name+"."+f.Name != t.lacks }
func (t *table) Count(object string) int                     { return len(t.rows[object]) }
func (t *table) ID(object string, i int) string              { return t.rows[object][i].ID }
func (t *table) Field(object string, i int, name string) any { return t.rows[object][i].Fields[name] }

func (t *table) Find(object, id string) (int, bool) {
	i := slices.IndexFunc(t.rows[object], func(r org.Record) bool { return r.ID == id })
	return i, i >= 0
}

func (t *table) Concealed(object string, i int) bool { return t.ID(object, i) == t.concealed }

func (t *table) In(object string, i int, _ string, deleted bool) bool {
	t.examined++
	return deleted || t.Field(object, i, "IsDeleted") != true
}

func (t *table) Ranking(object string) *soql.Ranking {
	if t.prepared[object] == nil {
		t.prepared[object] = soql.NewRanking(t.order, t.Count(object), func(i int) string { return t.ID(object, i) })
	}
	return t.prepared[object]
}

func (t *table) Children(child org.Child, parent string) (rows []int) {
	for i := range t.rows[child.Object] {
		if t.Field(child.Object, i, child.Field) == parent {
			rows = append(rows, i)
		}
	}
	return rows
}

// ask runs a query and gives its rows as JSON.
func ask(t *table, text string, deleted bool) ([]string, error) {
	q, err := soql.Parse(text)
	if err != nil {
		return nil, err
	}
	p, err := soql.Prepare(q, t)
	if err != nil {
		return nil, err
	}
	rows, err := p.Run(context.Background(), deleted)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, row := range rows {
		out = append(out, string(p.Append(nil, int(row), "/services/data/v59.0")))
	}
	return out, nil
}

// names asks for reports and gives their names.
func names(t *testing.T, view *table, clauses string) []string {
	t.Helper()
	rows, err := ask(view, "SELECT Name FROM Report "+clauses, false)
	if err != nil {
		t.Fatalf("%s: %v", clauses, err)
	}
	got := []string{}
	for _, row := range rows {
		var r struct{ Name string }
		if err := json.Unmarshal([]byte(row), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Name)
	}
	return got
}

func TestConditions(t *testing.T) {
	t.Parallel()
	a, b, c := "alpha", "Beta 100%", "it's 日本"
	for clauses, want := range map[string][]string{
		"":                                               {b, a, c},
		"WHERE Name = 'ALPHA'":                           {a},
		"where name != 'alpha'":                          {b, c},
		"WHERE Name <> 'alpha'":                          {b, c},
		`WHERE Name = 'it\'s 日本'`:                        {c},
		"WHERE Name LIKE '%a%'":                          {b, a},
		"WHERE Name LIKE '_lpha'":                        {a},
		`WHERE Name LIKE '%100\%'`:                       {b},
		`WHERE Description LIKE 'x\_y'`:                  {c},
		`WHERE Description LIKE 'xy'`:                    {},
		"WHERE NOT Name LIKE '%a%'":                      {c},
		"WHERE (NOT (Name = 'alpha'))":                   {b, c},
		"WHERE Name IN ('alpha', 'Beta 100%')":           {b, a},
		"WHERE Name NOT IN ('alpha')":                    {b, c},
		"WHERE Description = null":                       {b, a},
		"WHERE Description != null":                      {c},
		"WHERE Description = ''":                         {b, a},
		"WHERE Description != 'x_y'":                     {b, a},
		"WHERE IsDeleted = FALSE":                        {b, a, c},
		"WHERE IsDeleted = true":                         {},
		"WHERE LastRunDate > 2026-01-02T00:00:00Z":       {b},
		"WHERE LastRunDate >= 2026-01-02T01:00:00+01:00": {b, a},
		"WHERE LastRunDate < 2026-02-01T00:00:00.000Z":   {a},
		"WHERE Owner.Name = 'public'":                    {b, a, c},
		"WHERE Owner.Type = 'Folder' AND Name > 'b'":     {b, c},
		"WHERE (Name = 'alpha' AND Format = 'Tabular') OR Format IN ('Matrix')": {a, c},
		"WHERE Id = '" + reportIDs[0][:15] + "'":                                {a},
		"WHERE Id IN ('" + reportIDs[0][:15] + "','" + reportIDs[2] + "')":      {a, c},
		"WHERE Id > '" + reportIDs[1] + "'":                                     {a, c},
		"WHERE Id >= '" + reportIDs[0] + "' AND Id <= '" + reportIDs[0] + "'":   {a},
		"WHERE Id < '" + reportIDs[2] + "' ORDER BY Id DESC LIMIT 1":            {a},
		"WHERE NOT Id > '" + reportIDs[1] + "'":                                 {b},
		"ORDER BY Name DESC":                                                    {c, b, a},
		"ORDER BY LastRunDate DESC NULLS FIRST":                                 {c, b, a},
		"ORDER BY LastRunDate":                                                  {c, a, b},
		"ORDER BY LastRunDate NULLS LAST":                                       {a, b, c},
		"ORDER BY IsDeleted, Format DESC":                                       {a, b, c},
		"ORDER BY Id LIMIT 1 OFFSET 1":                                          {a},
		"LIMIT 0":                                                               {},
		"OFFSET 9":                                                              {},
		"USING SCOPE everything WHERE Name='alpha'":                             {a},
		"r WHERE r.Name = 'alpha'":                                              {a},
	} {
		if diff := cmp.Diff(want, names(t, newTable(soql.Binary), clauses)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", clauses, diff)
		}
	}
}

func TestIdsAreComparedAsTheServerOrdersThem(t *testing.T) {
	t.Parallel()
	a, b, c := "alpha", "Beta 100%", "it's 日本"
	for clauses, want := range map[string][]string{
		"ORDER BY Id":                            {a, b, c},
		"":                                       {a, b, c},
		"ORDER BY Id DESC":                       {c, b, a},
		"WHERE Id > '" + reportIDs[0] + "'":      {b, c},
		"WHERE Id <= '" + reportIDs[0] + "'":     {a},
		"WHERE NOT Id <= '" + reportIDs[1] + "'": {c},
		"ORDER BY OwnerId, Id":                   {a, b, c},
	} {
		if diff := cmp.Diff(want, names(t, newTable(soql.IgnoreCase), clauses)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", clauses, diff)
		}
	}
}

func TestAKeysetPageExaminesNoMoreRowsThanItGives(t *testing.T) {
	t.Parallel()
	for _, order := range []soql.Order{soql.Binary, soql.IgnoreCase} {
		for clauses, want := range map[string]int{
			"WHERE Id > '" + reportIDs[0] + "' ORDER BY Id LIMIT 1":                       1,
			"WHERE IsDeleted = false AND Id > '" + reportIDs[0] + "' ORDER BY Id LIMIT 1": 1,
			"WHERE Id = '" + reportIDs[2] + "'":                                           1,
			"WHERE Id > '" + reportIDs[0] + "' AND Id < '" + reportIDs[0] + "'":           0,
			"ORDER BY Id DESC LIMIT 2":                                                    2 + map[soql.Order]int{soql.IgnoreCase: 1}[order],
		} {
			view := newTable(order)
			if names(t, view, clauses); view.examined != want {
				t.Errorf("%s: %s examines %d rows, want %d", order, clauses, view.examined, want)
			}
		}
	}
}

func TestRefusalsPointAtThePlace(t *testing.T) {
	t.Parallel()
	var refused *soql.Error
	_, err := ask(newTable(soql.Binary), "SELECT Id,\n Foo FROM Report", false)
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	want := "\n Foo FROM Report\n ^\nERROR at Row:2:Column:2\nNo such column 'Foo' on entity 'Report'."
	if !strings.HasPrefix(refused.Message, want) {
		t.Errorf("the message is %q, want it to begin %q", refused.Message, want)
	}
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"SELECT Id, CreatedBy.Id FROM Report WHERE IsDeleted = FALSE AND Id > '00Oxx0000004abcEAA' ORDER BY Id LIMIT 2000",
		"SELECT Title, (SELECT Id FROM DashboardComponents) FROM Dashboard USING SCOPE allPrivate",
		`SELECT COUNT() FROM User WHERE NOT (Name LIKE 'a\_%' OR CreatedDate < 2026-01-01T00:00:00+01:00) LIMIT 5 OFFSET 2`,
		"SELECT FIELDS(ALL) FROM Folder LIMIT 200", "SELECT Id FROM Report WHERE Name = '\\u00e9'", "SELECT é", "'",
	} {
		f.Add(seed)
	}
	view := newTable(soql.IgnoreCase)
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ask(view, text, false)
		var refused *soql.Error
		if err != nil && (!errors.As(err, &refused) || refused.Code == "" || refused.Message == "") {
			t.Fatalf("%q: %v is no refusal", text, err)
		}
		for _, row := range rows {
			if !json.Valid([]byte(row)) {
				t.Fatalf("%q renders %s", text, row)
			}
		}
	})
}

func TestConcealedRowsComeOnlyByTheirID(t *testing.T) {
	t.Parallel()
	one := reportIDs[1]
	for condition, want := range map[string]int{
		"":                            2,
		"WHERE Id > '" + reportIDs[0]: 1,
		"WHERE Name != 'nothing":      2,
		"WHERE Id = '" + one:          1,
		"WHERE Id = '" + one[:15]:     1,
		"WHERE Name = 'Beta 100%":     0,
		"WHERE IsDeleted = false AND Id = '" + one:         1,
		"WHERE Name = 'nothing' OR Id = '" + one:           0,
		"WHERE Id IN ('" + reportIDs[0] + "', '" + one:     2,
		"WHERE Id NOT IN ('" + reportIDs[0] + "', '" + one: 1,
	} {
		view := newTable(soql.Binary)
		view.concealed = one
		switch {
		case strings.Contains(condition, " IN ("):
			condition += "')"
		case condition != "":
			condition += "'"
		}
		rows, err := ask(view, "SELECT Id FROM Report "+condition, false)
		if err != nil || len(rows) != want {
			t.Errorf("%s: %v, %v; want %d rows", condition, rows, err, want)
		}
	}
}
