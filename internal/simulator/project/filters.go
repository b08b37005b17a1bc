package project

import (
	"strconv"
	"strings"

	"longhaul/internal/simulator/project/source"
)

type filter struct {
	Column     string `json:"column"`
	FilterType string `json:"filterType"`
	Editable   bool   `json:"isRunPageEditable"`
	Operator   string `json:"operator"`
	Value      string `json:"value"`
}

func filters(criteria []criteriaXML) []filter {
	all := make([]filter, 0, len(criteria))
	for _, c := range criteria {
		f := filter{
			Column: columnKey(c.Column), FilterType: "fieldValue", Editable: source.IsYes(c.IsUnlocked),
			Operator: source.First(c.Operator, "equals"), Value: strings.TrimSpace(c.Value),
		}
		if source.IsYes(c.ColumnToColumn) {
			f.FilterType, f.Value = "fieldToField", columnKey(c.Value)
		}
		all = append(all, f)
	}
	return all
}

type crossFilter struct {
	Criteria     []filter `json:"criteria"`
	Includes     bool     `json:"includesObject"`
	PrimaryField string   `json:"primaryEntityField"`
	Related      string   `json:"relatedEntity"`
	RelatedField string   `json:"relatedEntityJoinField"`
}

func crossFilters(list []crossXML) []crossFilter {
	all := make([]crossFilter, 0, len(list))
	for _, c := range list {
		all = append(all, crossFilter{
			Criteria: filters(c.Criteria), Includes: strings.TrimSpace(c.Operation) != "without",
			PrimaryField: columnKey(c.PrimaryColumn), Related: strings.TrimSpace(c.RelatedTable),
			RelatedField: columnKey(c.RelatedColumn),
		})
	}
	return all
}

type dateFilter struct {
	Column   string  `json:"column"`
	Duration string  `json:"durationValue"`
	Start    *string `json:"startDate"`
	End      *string `json:"endDate"`
}

// durations are the API's words for the intervals whose words differ by more than the prefix.
var durations = map[string]string{
	"CURFY": "THIS_FISCAL_YEAR", "PREVFY": "LAST_FISCAL_YEAR", "NEXTFY": "NEXT_FISCAL_YEAR",
	"PREVCURFY": "LAST_AND_THIS_FISCAL_YEAR", "PREVCUR2FY": "THIS_AND_LAST_TWO_FISCAL_YEARS",
	"CURRENT": "THIS_FISCAL_QUARTER", "PREV1": "LAST_FISCAL_QUARTER", "NEXT1": "NEXT_FISCAL_QUARTER",
	"CURY": "THIS_YEAR", "PREVY": "LAST_YEAR", "NEXTY": "NEXT_YEAR",
	"CURRENTQ": "THIS_QUARTER", "PREVQ": "LAST_QUARTER", "NEXTQ": "NEXT_QUARTER",
	"THISMONTH": "THIS_MONTH", "LASTMONTH": "LAST_MONTH", "NEXTMONTH": "NEXT_MONTH",
	"THISWEEK": "THIS_WEEK", "LASTWEEK": "LAST_WEEK", "NEXTWEEK": "NEXT_WEEK",
}

func standardDate(x *timeFrameXML) *dateFilter {
	if x == nil {
		return nil
	}
	return &dateFilter{
		Column: columnKey(x.Column), Duration: duration(strings.TrimSpace(x.Interval)), Start: opt(x.Start), End: opt(x.End),
	}
}

func duration(interval string) string {
	word := strings.TrimPrefix(interval, "INTERVAL_")
	if known, ok := durations[word]; ok {
		return known
	}
	for _, side := range []string{"LAST", "NEXT"} {
		if days, ok := strings.CutPrefix(word, side); ok {
			if _, err := strconv.Atoi(days); err == nil {
				return side + "_N_DAYS:" + days
			}
		}
	}
	return source.First(word, "CUSTOM")
}

type standardFilter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func standardFilters(params []paramXML) []standardFilter {
	all := make([]standardFilter, 0, len(params))
	for _, p := range params {
		all = append(all, standardFilter{strings.TrimSpace(p.Name), strings.TrimSpace(p.Value)})
	}
	return all
}
