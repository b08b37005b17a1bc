package project

// reportXML is a report's definition. All leaves are text: what an element means is decided where it is used, so that
// an odd value never makes a file unreadable.
type reportXML struct {
	Name        string `xml:"name"`
	Description string `xml:"description"`
	Format      string `xml:"format"`
	ReportType  string `xml:"reportType"`
	Scope       string `xml:"scope"`
	Currency    string `xml:"currency"`
	Division    string `xml:"division"`
	RowLimit    string `xml:"rowLimit"`

	ShowDetails    string `xml:"showDetails"`
	ShowGrandTotal string `xml:"showGrandTotal"`
	ShowSubTotals  string `xml:"showSubTotals"`
	SortColumn     string `xml:"sortColumn"`
	SortOrder      string `xml:"sortOrder"`

	Columns         []columnXML   `xml:"columns"`
	Aggregates      []formulaXML  `xml:"aggregates"`
	DetailFormulas  []formulaXML  `xml:"customDetailFormulas"`
	Buckets         []bucketXML   `xml:"buckets"`
	Filter          filterXML     `xml:"filter"`
	CrossFilters    []crossXML    `xml:"crossFilters"`
	GroupingsDown   []groupingXML `xml:"groupingsDown"`
	GroupingsAcross []groupingXML `xml:"groupingsAcross"`
	Params          []paramXML    `xml:"params"`
	TimeFrame       *timeFrameXML `xml:"timeFrameFilter"`
	Chart           *chartXML     `xml:"chart"`
	Blocks          []blockXML    `xml:"block"`
	Snapshots       []string      `xml:"historicalSelector>snapshot"`
}

type columnXML struct {
	Field      string   `xml:"field"`
	Aggregates []string `xml:"aggregateTypes"`
}

// formulaXML is a summary formula (FORMULA1) or a row formula (CDF1), which spell two of the elements differently.
type formulaXML struct {
	DeveloperName string `xml:"developerName"`
	MasterLabel   string `xml:"masterLabel"`
	Label         string `xml:"label"`
	Description   string `xml:"description"`
	Formula       string `xml:"calculatedFormula"`
	Datatype      string `xml:"datatype"`
	DataType      string `xml:"dataType"`
	Scale         string `xml:"scale"`
	IsActive      string `xml:"isActive"`
	Down          string `xml:"downGroupingContext"`
	Across        string `xml:"acrossGroupingContext"`
}

type bucketXML struct {
	DeveloperName string           `xml:"developerName"`
	MasterLabel   string           `xml:"masterLabel"`
	Type          string           `xml:"bucketType"`
	Source        string           `xml:"sourceColumnName"`
	NullTreatment string           `xml:"nullTreatment"`
	UseOther      string           `xml:"useOther"`
	OtherLabel    string           `xml:"otherBucketLabel"`
	Values        []bucketValueXML `xml:"values"`
}

type bucketValueXML struct {
	Value   string `xml:"value"`
	Sources []struct {
		Name string `xml:"sourceName"`
		To   string `xml:"to"`
	} `xml:"sourceValues"`
}

type filterXML struct {
	Boolean  string        `xml:"booleanFilter"`
	Criteria []criteriaXML `xml:"criteriaItems"`
}

type criteriaXML struct {
	Column         string `xml:"column"`
	ColumnToColumn string `xml:"columnToColumn"`
	IsUnlocked     string `xml:"isUnlocked"`
	Operator       string `xml:"operator"`
	Value          string `xml:"value"`
}

type crossXML struct {
	Operation     string        `xml:"operation"`
	PrimaryColumn string        `xml:"primaryTableColumn"`
	RelatedTable  string        `xml:"relatedTable"`
	RelatedColumn string        `xml:"relatedTableJoinColumn"`
	Criteria      []criteriaXML `xml:"criteriaItems"`
}

type groupingXML struct {
	Field         string `xml:"field"`
	Granularity   string `xml:"dateGranularity"`
	SortOrder     string `xml:"sortOrder"`
	SortType      string `xml:"sortType"`
	SortByName    string `xml:"sortByName"`
	AggregateType string `xml:"aggregateType"`
}

type paramXML struct {
	Name  string `xml:"name"`
	Value string `xml:"value"`
}

type timeFrameXML struct {
	Column   string `xml:"dateColumn"`
	Interval string `xml:"interval"`
	Start    string `xml:"startDate"`
	End      string `xml:"endDate"`
}

type chartXML struct {
	Type       string `xml:"chartType"`
	Title      string `xml:"title"`
	Grouping   string `xml:"groupingColumn"`
	Secondary  string `xml:"secondaryGroupingColumn"`
	Legend     string `xml:"legendPosition"`
	ShowValues string `xml:"showValues"`
	Summaries  []struct {
		Aggregate string `xml:"aggregate"`
		Axis      string `xml:"axisBinding"`
		Column    string `xml:"column"`
	} `xml:"chartSummaries"`
}

// blockXML is one part of a joined report.
type blockXML struct {
	ReportType string      `xml:"reportType"`
	Columns    []columnXML `xml:"columns"`
}

type folderXML struct {
	Name string `xml:"name"`
}

type dashboardXML struct {
	Title         string         `xml:"title"`
	Description   string         `xml:"description"`
	Type          string         `xml:"dashboardType"`
	RunningUser   string         `xml:"runningUser"`
	TitleColor    string         `xml:"titleColor"`
	TitleSize     string         `xml:"titleSize"`
	TextColor     string         `xml:"textColor"`
	Start         string         `xml:"backgroundStartColor"`
	End           string         `xml:"backgroundEndColor"`
	FadeDirection string         `xml:"backgroundFadeDirection"`
	ChartTheme    string         `xml:"dashboardChartTheme"`
	ColorPalette  string         `xml:"dashboardColorPalette"`
	Left          sectionXML     `xml:"leftSection"`
	Middle        *sectionXML    `xml:"middleSection"`
	Right         sectionXML     `xml:"rightSection"`
	Grid          []componentXML `xml:"dashboardGridLayout>dashboardGridComponents>dashboardComponent"`
}

type sectionXML struct {
	Size       string         `xml:"columnSize"`
	Components []componentXML `xml:"components"`
}

type componentXML struct {
	Header string `xml:"header"`
	Title  string `xml:"title"`
	Report string `xml:"report"`
}
