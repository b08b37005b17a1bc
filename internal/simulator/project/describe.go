package project

import (
	"strconv"
	"strings"

	"longhaul/internal/simulator/project/source"
)

// describer turns one report's definition into the Analytics API's words.
type describer struct {
	p    *Project
	r    *report
	kind reportType
}

// reportMetadata has the keys of the API in the API's order.
type reportMetadata struct {
	ID                 string           `json:"id"`
	Name               string           `json:"name"`
	DeveloperName      string           `json:"developerName"`
	Description        *string          `json:"description"`
	FolderID           string           `json:"folderId"`
	ReportFormat       string           `json:"reportFormat"`
	ReportType         typeName         `json:"reportType"`
	DetailColumns      []string         `json:"detailColumns"`
	Aggregates         []string         `json:"aggregates"`
	GroupingsDown      []grouping       `json:"groupingsDown"`
	GroupingsAcross    []grouping       `json:"groupingsAcross"`
	ReportFilters      []filter         `json:"reportFilters"`
	BooleanFilter      *string          `json:"reportBooleanFilter"`
	CrossFilters       []crossFilter    `json:"crossFilters"`
	TopRows            *topRows         `json:"topRows"`
	StandardDateFilter *dateFilter      `json:"standardDateFilter"`
	StandardFilters    []standardFilter `json:"standardFilters"`
	Scope              *string          `json:"scope"`
	SortBy             []sorting        `json:"sortBy"`
	Buckets            []bucket         `json:"buckets"`
	SummaryFormulas    object           `json:"customSummaryFormula"`
	DetailFormulas     object           `json:"customDetailFormula"`
	Chart              *chart           `json:"chart"`
	Currency           *string          `json:"currency"`
	DashboardSetting   *string          `json:"dashboardSetting"`
	Division           *string          `json:"division"`
	HasDetailRows      bool             `json:"hasDetailRows"`
	HasRecordCount     bool             `json:"hasRecordCount"`
	ShowGrandTotal     bool             `json:"showGrandTotal"`
	ShowSubtotals      bool             `json:"showSubtotals"`
	SnapshotDates      []string         `json:"historicalSnapshotDates"`
	RoleHierarchy      bool             `json:"supportsRoleHierarchy"`
	UserFilterID       *string          `json:"userOrHierarchyFilterId"`
	Presentation       presentation     `json:"presentationOptions"`
}

type typeName struct {
	Type  string `json:"type"`
	Label string `json:"label"`
}

type grouping struct {
	Name        string  `json:"name"`
	SortOrder   string  `json:"sortOrder"`
	Granularity string  `json:"dateGranularity"`
	SortBy      *string `json:"sortAggregate"`
}

type topRows struct {
	RowLimit  int    `json:"rowLimit"`
	Direction string `json:"direction"`
}

type sorting struct {
	Column string `json:"sortColumn"`
	Order  string `json:"sortOrder"`
}

type presentation struct {
	StackedSummaries  bool    `json:"hasStackedSummaries"`
	HistoricalColumns *string `json:"historicalColumns"`
}

func (d *describer) metadata() *reportMetadata {
	def := d.r.def
	folderID, _ := d.r.folderID(d.p)
	return &reportMetadata{
		ID: d.r.id, Name: d.r.label(), DeveloperName: d.r.developerName(), Description: opt(def.Description),
		FolderID: folderID, ReportFormat: d.r.format(), ReportType: typeName{d.kind.name, d.kind.label},
		DetailColumns: d.detailColumns(), Aggregates: d.aggregates(),
		GroupingsDown: d.groupings(def.GroupingsDown), GroupingsAcross: d.groupings(def.GroupingsAcross),
		ReportFilters: filters(def.Filter.Criteria), BooleanFilter: opt(def.Filter.Boolean),
		CrossFilters: crossFilters(def.CrossFilters), TopRows: d.topRows(),
		StandardDateFilter: standardDate(def.TimeFrame), StandardFilters: standardFilters(def.Params),
		Scope: opt(def.Scope), SortBy: d.sortBy(), Buckets: buckets(def.Buckets),
		SummaryFormulas: summaryFormulas(def.Aggregates), DetailFormulas: detailFormulas(def.DetailFormulas),
		Chart: describeChart(def.Chart), Currency: opt(def.Currency), Division: opt(def.Division),
		HasDetailRows: !source.IsNo(def.ShowDetails), HasRecordCount: true,
		ShowGrandTotal: !source.IsNo(def.ShowGrandTotal), ShowSubtotals: !source.IsNo(def.ShowSubTotals),
		SnapshotDates: append([]string{}, def.Snapshots...), RoleHierarchy: !strings.HasSuffix(d.kind.base, "__c"),
		Presentation: presentation{StackedSummaries: true},
	}
}

// shown are the columns of the report as the XML names them, each once.
func (d *describer) shown() []string {
	seen := map[string]bool{}
	all := make([]string, 0, len(d.r.def.Columns))
	for _, c := range d.r.def.Columns {
		if key := columnKey(c.Field); key != "" && !seen[key] {
			seen[key] = true
			all = append(all, strings.TrimSpace(c.Field))
		}
	}
	return all
}

func (d *describer) detailColumns() []string {
	keys := d.shown()
	for i := range keys {
		keys[i] = columnKey(keys[i])
	}
	return keys
}

// aggregateMarks come before the key of a column that is summed up.
var aggregateMarks = map[string]struct{ mark, label string }{
	"Sum": {"s!", "Sum of "}, "Average": {"a!", "Average of "}, "Minimum": {"m!", "Smallest "},
	"Maximum": {"x!", "Largest "}, "Unique": {"u!", "Unique Count of "},
}

func (d *describer) aggregates() []string {
	keys := []string{}
	for _, a := range d.aggregated() {
		keys = append(keys, a.key)
	}
	for i := range d.r.def.Aggregates {
		if f := &d.r.def.Aggregates[i]; !source.IsNo(f.IsActive) && f.key() != "" {
			keys = append(keys, f.key())
		}
	}
	return append(keys, "RowCount")
}

// aggregate is one way in which one column is summed up.
type aggregate struct{ key, field, kind string }

func (d *describer) aggregated() []aggregate {
	var all []aggregate
	seen := map[string]bool{}
	for _, c := range d.r.def.Columns {
		for _, kind := range c.Aggregates {
			kind = strings.TrimSpace(kind)
			a := aggregate{aggregateMarks[kind].mark + columnKey(c.Field), strings.TrimSpace(c.Field), kind}
			if aggregateMarks[kind].mark != "" && a.field != "" && !seen[a.key] {
				seen[a.key] = true
				all = append(all, a)
			}
		}
	}
	return all
}

func (d *describer) groupings(list []groupingXML) []grouping {
	all := make([]grouping, 0, len(list))
	for _, g := range list {
		out := grouping{
			Name: columnKey(g.Field), SortOrder: source.First(g.SortOrder, "Asc"), Granularity: "None",
		}
		if t := d.column(g.Field).dataType; t == "date" || t == "datetime" {
			out.Granularity = source.First(g.Granularity, "Day") // the XML has one for every type of column
		}
		if by := columnKey(g.SortByName); by != "" {
			out.SortBy = opt(aggregateMarks[strings.TrimSpace(g.AggregateType)].mark + by)
		}
		all = append(all, out)
	}
	return all
}

func (d *describer) topRows() *topRows {
	n, err := strconv.Atoi(strings.TrimSpace(d.r.def.RowLimit))
	if err != nil || n <= 0 {
		return nil
	}
	return &topRows{n, source.First(d.r.def.SortOrder, "Asc")}
}

func (d *describer) sortBy() []sorting {
	if key := columnKey(d.r.def.SortColumn); key != "" {
		return []sorting{{key, source.First(d.r.def.SortOrder, "Asc")}}
	}
	return []sorting{}
}

// opt is the text without blanks around it, or null.
func opt(s string) *string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return &s
}
