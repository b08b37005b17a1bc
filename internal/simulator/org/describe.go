package org

import "encoding/json"

// Answers of the describe call for reports that it cannot describe, in Salesforce's words and typographic apostrophes.
var (
	Obsolete = Describe{Status: 403, ErrorCode: "FORBIDDEN", Message: "The report definition is obsolete. Your administrator " +
		"has disabled all reports for the custom object, or its relationships have changed."}
	NoRunReports = Describe{Status: 403, ErrorCode: "FORBIDDEN", Message: "You don’t have permission to run reports. " +
		"Check that you have the “Run Reports” user permission."}
	Forbidden = Describe{
		Status: 403, ErrorCode: "FORBIDDEN",
		Message: "You don’t have sufficient privileges to perform this operation.",
	}
	Gone   = Describe{Status: 404, ErrorCode: "NOT_FOUND", Message: "The data you’re trying to access is unavailable."}
	Joined = Describe{
		Status: 501, ErrorCode: "NOT_IMPLEMENTED",
		Message: "You’re requesting data for an unsupported report format.",
	}
	NoColumns = Describe{Status: 400, ErrorCode: "BAD_REQUEST", Message: "Can’t run the report because it doesn’t have any " +
		"columns selected. Be sure to add fields as columns to the report through the user interface."}
	TooManyColumns = Describe{Status: 400, ErrorCode: "BAD_REQUEST", Message: "Only a report with fewer than 100 columns can be run. " +
		"The columns are fields specified as detail columns, summaries, or custom summary formulas. Remove unneeded columns from the " +
		"report and try again."}
	MetadataError = Describe{
		Status: 500, ErrorCode: "UNKNOWN_EXCEPTION",
		Message: "We ran into an error when fetching this report’s metadata. Try to re-submit your query.",
	}
)

// Describe answers for report i.
func (g *generated) Describe(i int) Describe {
	z, place := g.sizes, g.reports.order.at(i)
	switch {
	case g.Deleted("Report", i):
		return Gone
	case place < z.obsolete:
		return Obsolete
	case place < z.obsolete+z.forbidden:
		return Forbidden
	case place < z.obsolete+z.forbidden+z.gone:
		return Gone
	case g.joined(place):
		return Joined
	}
	t := g.types[g.reports.roll(i, 7)%uint64(len(g.types))]
	s := g.shapeOf(i, t)
	return Describe{
		Status: 200, ReportType: t.Type,
		ReportMetadata: s.metadata(g, i, t), ReportExtendedMetadata: s.extended(),
	}
}

func (c *content) joined(place int) bool {
	first := c.sizes.obsolete + c.sizes.forbidden + c.sizes.gone
	return place >= first && place < first+c.sizes.joined
}

// format is the format of a report as its row gives it.
func (c *content) format(i int) string {
	if c.joined(c.reports.order.at(i)) {
		return "Multiblock"
	}
	switch roll := c.reports.roll(i, 8) % 10; {
	case roll < 6:
		return "Tabular"
	case roll < 9:
		return "Summary"
	}
	return "Matrix"
}

// shape is what a report makes of its type: its columns; the last may be a bucket and a row formula.
type shape struct {
	format          string
	columns         []column
	bucket, formula bool
	down, across    []column
	sum             *column
}

func (g *generated) shapeOf(i int, t *reportType) shape {
	roll := g.reports.roll(i, 9)
	n := g.spec.Columns
	s := shape{format: g.format(i), bucket: n >= 4 && roll%5 == 0, formula: n >= 4 && roll%7 == 0}
	if s.bucket {
		n--
	}
	if s.formula {
		n--
	}
	first := int(roll >> 8 % uint64(len(t.columns)))
	at := func(k int) column { return t.columns[(first+k)%len(t.columns)] }
	for k := range n {
		s.columns = append(s.columns, at(k))
		if c := at(k); s.sum == nil && (c.dataType == "currency" || c.dataType == "double") {
			s.sum = &c
		}
	}
	if s.format != "Tabular" {
		s.down = []column{at(n), at(n + 1)}[:1+roll>>16%2]
	}
	if s.format == "Matrix" {
		s.across = []column{at(n + 2)}
	}
	return s
}

var formats = map[string]string{"Tabular": "TABULAR", "Summary": "SUMMARY", "Matrix": "MATRIX"}

const (
	bucketName  = "BucketField_34840671"
	formulaName = "CDF1"
)

func (s *shape) metadata(g *generated, i int, t *reportType) json.RawMessage {
	b := make([]byte, 0, 2048+40*len(s.columns))
	b = append(b, `{"aggregates":[`...)
	if s.sum != nil {
		b = append(quote(b, "s!"+s.sum.key), ',')
	}
	if len(s.down) > 0 {
		b = append(b, `"FORMULA1",`...)
	}
	b = append(b, `"RowCount"],"buckets":[`...)
	if s.bucket {
		b = append(b, `{"bucketType":"picklist","developerName":"`+bucketName+`","label":"Size","nullTreatedAsZero":false,`+
			`"otherBucketLabel":"Other","sourceColumnName":`...)
		b = append(quote(b, s.columns[0].key), `,"values":[{"label":"Small","rangeUpperBound":null,"sourceDimensionValues":["EMEA"]}]}`...)
	}
	b = append(b, `],"chart":null,"crossFilters":[],"currency":null,"customDetailFormula":{`...)
	if s.formula {
		b = append(b, `"`+formulaName+`":{"decimalPlaces":2,"description":null,"formula":`...)
		b = append(quote(b, s.columns[0].key+" * 2"), `,"formulaType":"number","label":"Twice"}`...)
	}
	b = append(b, `},"customSummaryFormula":{`...)
	if len(s.down) > 0 {
		b = append(b, `"FORMULA1":{"acrossGroup":null,"acrossGroupType":"all","decimalPlaces":2,"description":null,`+
			`"downGroup":null,"downGroupType":"all","formula":"RowCount / 2","formulaType":"number","label":"Half"}`...)
	}
	b = append(b, `},"dashboardSetting":null,"description":`...)
	b = appendText(b, g.reportField(i, "Description"))
	b = append(b, `,"detailColumns":[`...)
	b = s.appendDetailColumns(b)
	b = appendText(append(b, `],"developerName":`...), g.reportField(i, "DeveloperName"))
	b = appendText(append(b, `,"division":null,"folderId":`...), g.reportField(i, "OwnerId"))
	b = appendGroupings(append(b, `,"groupingsAcross":`...), s.across)
	b = appendGroupings(append(b, `,"groupingsDown":`...), s.down)
	b = append(b, `,"hasDetailRows":true,"hasRecordCount":true,"historicalSnapshotDates":[],"id":"`...)
	b = append(append(b, g.reports.id(i)...), `","name":`...)
	b = appendText(b, g.reportField(i, "Name"))
	b = append(b, `,"presentationOptions":{"hasStackedSummaries":true},"reportBooleanFilter":null,"reportFilters":[{"column":`...)
	b = append(quote(b, s.columns[0].key), `,"filterType":"fieldValue","isRunPageEditable":true,"operator":"notEqual","value":"x"}],`...)
	b = append(append(append(b, `"reportFormat":"`...), formats[s.format]...), `","reportType":{"label":`...)
	b = append(quote(append(quote(b, t.Label), `,"type":`...), t.Type), `},"scope":"organization","showGrandTotal":true,`...)
	b = append(b, `"showSubtotals":true,"sortBy":[],"standardDateFilter":{"column":"CREATED_DATE","durationValue":"CUSTOM",`...)
	return append(b, `"endDate":null,"startDate":null},"standardFilters":[],"supportsRoleHierarchy":false,"topRows":null,`+
		`"userOrHierarchyFilterId":null}`...)
}

func (s *shape) appendDetailColumns(b []byte) []byte {
	for k, c := range s.columns {
		if k > 0 {
			b = append(b, ',')
		}
		b = quote(b, c.key)
	}
	if s.bucket {
		b = append(b, `,"`+bucketName+`"`...)
	}
	if s.formula {
		b = append(b, `,"`+formulaName+`"`...)
	}
	return b
}

func appendText(b []byte, value any) []byte {
	if s, ok := value.(string); ok {
		return quote(b, s)
	}
	return append(b, "null"...)
}

func appendGroupings(b []byte, columns []column) []byte {
	b = append(b, '[')
	for k, c := range columns {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(quote(append(b, `{"dateGranularity":"None","name":`...), c.key), `,"sortAggregate":null,"sortOrder":"Asc"}`...)
	}
	return append(b, ']')
}
