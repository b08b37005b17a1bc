package project

import (
	"strconv"
	"strings"

	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

type bucket struct {
	DeveloperName     string        `json:"developerName"`
	Label             string        `json:"label"`
	Type              string        `json:"bucketType"`
	Source            string        `json:"sourceColumnName"`
	NullTreatedAsZero bool          `json:"nullTreatedAsZero"`
	OtherLabel        *string       `json:"otherBucketLabel"`
	Values            []bucketValue `json:"values"`
}

type bucketValue struct {
	Label   string   `json:"label"`
	Upper   *float64 `json:"rangeUpperBound"`
	Sources []string `json:"sourceDimensionValues"`
}

func buckets(list []bucketXML) []bucket {
	all := make([]bucket, 0, len(list))
	for _, x := range list {
		b := bucket{
			DeveloperName: strings.TrimSpace(x.DeveloperName), Type: source.First(x.Type, "text"),
			Label:  source.First(x.MasterLabel, schema.Words(x.DeveloperName)),
			Source: columnKey(x.Source), NullTreatedAsZero: strings.TrimSpace(x.NullTreatment) == "z",
			Values: make([]bucketValue, 0, len(x.Values)),
		}
		if source.IsYes(x.UseOther) {
			b.OtherLabel = opt(source.First(x.OtherLabel, "Other"))
		}
		for _, v := range x.Values {
			b.Values = append(b.Values, v.describe())
		}
		all = append(all, b)
	}
	return all
}

func (x *bucketValueXML) describe() bucketValue {
	v := bucketValue{Label: strings.TrimSpace(x.Value), Sources: []string{}}
	for _, s := range x.Sources {
		if s.Name != "" {
			v.Sources = append(v.Sources, s.Name)
		}
		if n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s.To), ",", ""), 64); err == nil && n-n == 0 {
			v.Upper = &n // n-n is not zero for what JSON cannot hold: infinity and no number
		}
	}
	return v
}

type detailFormula struct {
	Label       string  `json:"label"`
	Description *string `json:"description"`
	Formula     string  `json:"formula"`
	Type        string  `json:"formulaType"`
	Decimals    int     `json:"decimalPlaces"`
}

type summaryFormula struct {
	detailFormula
	Down       *string `json:"downGroup"`
	DownType   string  `json:"downGroupType"`
	Across     *string `json:"acrossGroup"`
	AcrossType string  `json:"acrossGroupType"`
}

func summaryFormulas(list []formulaXML) object {
	all := object{}
	for i := range list {
		f := &list[i]
		s := summaryFormula{detailFormula: f.describe()}
		s.Down, s.DownType = groupOf(f.Down)
		s.Across, s.AcrossType = groupOf(f.Across)
		all = all.with(f.key(), s)
	}
	return all
}

// groupOf is the level at which a summary formula is computed.
func groupOf(context string) (group *string, kind string) {
	switch context = columnKey(context); context {
	case "":
		return nil, "all"
	case grandSummary:
		return nil, "grand_total"
	}
	return &context, "custom"
}

const (
	grandSummary = "GRAND_SUMMARY"
	allLevels    = "ALL_SUMMARY_LEVELS"
)

func detailFormulas(list []formulaXML) object {
	all := object{}
	for i := range list {
		all = all.with(list[i].key(), list[i].describe())
	}
	return all
}

func (f *formulaXML) key() string { return strings.TrimSpace(f.DeveloperName) }
func (f *formulaXML) label() string {
	return source.First(f.MasterLabel, f.Label, f.DeveloperName, "Formula")
}

func (f *formulaXML) describe() detailFormula {
	decimals, err := strconv.Atoi(strings.TrimSpace(f.Scale))
	if err != nil {
		decimals = 0
	}
	return detailFormula{
		Label: f.label(), Description: opt(f.Description), Formula: strings.TrimSpace(f.Formula),
		Type: f.formulaType(), Decimals: decimals,
	}
}

func (f *formulaXML) formulaType() string {
	switch t := strings.ToLower(source.First(f.Datatype, f.DataType)); t {
	case "", "double":
		return "number"
	case "dateonly":
		return "date"
	default:
		return t
	}
}

// dataType is the type of the formula's column.
func (f *formulaXML) dataType() string {
	switch t := f.formulaType(); t {
	case "number":
		return "double"
	case "text":
		return "string"
	default:
		return t
	}
}

type chart struct {
	Type       string   `json:"chartType"`
	Groupings  []string `json:"groupings"`
	Legend     bool     `json:"hasLegend"`
	ShowValues bool     `json:"showChartValues"`
	Summaries  []string `json:"summaries"`
	Axes       []string `json:"summaryAxisLocations"`
	Title      string   `json:"title"`
}

func describeChart(x *chartXML) *chart {
	if x == nil {
		return nil
	}
	c := &chart{
		Type: chartType(strings.TrimSpace(x.Type)), Title: strings.TrimSpace(x.Title), Legend: strings.TrimSpace(x.Legend) != "",
		ShowValues: source.IsYes(x.ShowValues), Groupings: []string{}, Summaries: []string{}, Axes: []string{},
	}
	for _, g := range []string{x.Grouping, x.Secondary} {
		if key := columnKey(g); key != "" {
			c.Groupings = append(c.Groupings, key)
		}
	}
	for _, s := range x.Summaries {
		c.Summaries = append(c.Summaries, aggregateMarks[strings.TrimSpace(s.Aggregate)].mark+columnKey(s.Column))
		c.Axes = append(c.Axes, strings.ToUpper(source.First(s.Axis, "y")))
	}
	return c
}

func chartType(x string) string {
	for prefix, name := range map[string]string{
		"HorizontalBar": "Horizontal Bar", "VerticalColumn": "Vertical Bar", "Line": "Line",
	} {
		if strings.HasPrefix(x, prefix) {
			return name
		}
	}
	return x
}
