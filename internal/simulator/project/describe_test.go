package project

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// described decodes a report's describe answer as a client would.
func described(t *testing.T, p *Project, developerName string) (metadata, extended map[string]any) {
	t.Helper()
	i, _ := rowNamed(t, p, "Report", developerName)
	answer := p.Describe(i)
	if answer.Status != 200 {
		t.Fatalf("%s answers %d %s", developerName, answer.Status, answer.Message)
	}
	recode(t, answer.ReportMetadata, &metadata)
	recode(t, answer.ReportExtendedMetadata, &extended)
	return metadata, extended
}

// want parses the JSON that an answer should be.
func want(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAMatrixReportTellsGroupingsAggregatesAndChart(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	meta, ext := described(t, p, "Loans_by_Branch")
	for key, text := range map[string]string{
		"reportFormat":  `"MATRIX"`,
		"reportType":    `{"type":"CustomEntity$Loan__c@Loan__c.Reader__c","label":"Loans with Reader"}`,
		"detailColumns": `["CUST_NAME","Loan__c.Fee__c","Loan__c.Vanished_Shelf_Mark__c"]`,
		"aggregates":    `["s!Loan__c.Fee__c","a!Loan__c.Fee__c","RowCount"]`,
		"groupingsDown": `[
			{"name":"Loan__c.Branch__c","sortOrder":"Desc","dateGranularity":"None","sortAggregate":"s!Loan__c.Fee__c"},
			{"name":"FK_NAME","sortOrder":"Asc","dateGranularity":"None","sortAggregate":null}]`,
		"groupingsAcross": `[{"name":"Loan__c.Due_Date__c","sortOrder":"Asc","dateGranularity":"Month","sortAggregate":null}]`,
		"chart": `{"chartType":"Vertical Bar","groupings":["Loan__c.Branch__c"],"hasLegend":true,"showChartValues":true,
			"summaries":["s!Loan__c.Fee__c"],"summaryAxisLocations":["Y"],"title":"Fees"}`,
		"standardDateFilter": `{"column":"CUST_CREATED_DATE","durationValue":"LAST_N_DAYS:90","startDate":null,"endDate":null}`,
		"hasDetailRows":      `false`, "topRows": `null`, "crossFilters": `[]`, "sortBy": `[]`,
	} {
		if diff := cmp.Diff(want(t, text), meta[key]); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
	if diff := cmp.Diff(want(t, `{
		"Loan__c.Branch__c":{"label":"Branch","dataType":"picklist","groupingLevel":0},
		"FK_NAME":{"label":"Reader Name","dataType":"string","groupingLevel":1},
		"Loan__c.Due_Date__c":{"label":"Due on","dataType":"date","groupingLevel":0}}`), ext["groupingColumnInfo"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want(t, `{
		"s!Loan__c.Fee__c":{"label":"Sum of Fee so far","dataType":"currency","acrossGroupingContext":null,"downGroupingContext":null},
		"a!Loan__c.Fee__c":{"label":"Average of Fee so far","dataType":"currency","acrossGroupingContext":null,
			"downGroupingContext":null},
		"RowCount":{"label":"Record Count","dataType":"int","acrossGroupingContext":null,"downGroupingContext":null}}`),
		ext["aggregateColumnInfo"]); diff != "" {
		t.Error(diff)
	}
}

func TestASummaryReportTellsFiltersBucketsAndFormulas(t *testing.T) {
	t.Parallel()
	meta, _ := described(t, loadLibrary(t), "Overdue_Loans")
	for key, text := range map[string]string{
		"description": `"Loans after their day,\n        with the fee so far"`,
		"reportType":  `{"type":"Loans_with_Copies__c","label":"Loans with copies"}`,
		"aggregates":  `["x!Loan__c.Fee__c","FORMULA1","RowCount"]`,
		"reportFilters": `[
			{"column":"Loan__c.Due_Date__c","filterType":"fieldValue","isRunPageEditable":true,"operator":"lessThan","value":"TODAY"},
			{"column":"Loan__c.Due_Date__c","filterType":"fieldToField","isRunPageEditable":false,"operator":"lessThan",
			 "value":"Loan__c.CreatedDate"}]`,
		"reportBooleanFilter": `"1 OR 2"`,
		"crossFilters": `[{"criteria":[{"column":"Status","filterType":"fieldValue","isRunPageEditable":false,"operator":"equals",
			"value":"Open"}],"includesObject":false,"primaryEntityField":"Loan__c.Id","relatedEntity":"Reminder__c",
			"relatedEntityJoinField":"Loan__c"}]`,
		"topRows": `{"rowLimit":25,"direction":"Desc"}`,
		"standardDateFilter": `{"column":"Loan__c.CreatedDate","durationValue":"CUSTOM","startDate":"2025-01-01",
			"endDate":"2025-12-31"}`,
		"standardFilters": `[{"name":"co","value":"1"}]`,
		"sortBy":          `[{"sortColumn":"Loan__c.Fee__c","sortOrder":"Desc"}]`,
		"buckets": `[
			{"developerName":"BucketField_1","label":"Fee size","bucketType":"number","sourceColumnName":"Loan__c.Fee__c",
			 "nullTreatedAsZero":true,"otherBucketLabel":null,"values":[
				{"label":"Small","rangeUpperBound":1000,"sourceDimensionValues":[]},
				{"label":"Large","rangeUpperBound":null,"sourceDimensionValues":[]}]},
			{"developerName":"BucketField_2","label":"Side of the river","bucketType":"picklist",
			 "sourceColumnName":"Loan__c.Branch__c","nullTreatedAsZero":false,"otherBucketLabel":"Elsewhere","values":[
				{"label":"Left bank","rangeUpperBound":null,"sourceDimensionValues":["North","Harbour"]}]}]`,
		"customSummaryFormula": `{
			"FORMULA1":{"label":"Fee per loan","description":null,"formula":"Loan__c.Fee__c:SUM / RowCount","formulaType":"currency",
			 "decimalPlaces":2,"downGroup":null,"downGroupType":"grand_total","acrossGroup":null,"acrossGroupType":"all"},
			"FORMULA2":{"label":"Unused","description":null,"formula":"1","formulaType":"number","decimalPlaces":0,
			 "downGroup":null,"downGroupType":"all","acrossGroup":null,"acrossGroupType":"all"}}`,
		"customDetailFormula": `{"CDF1":{"label":"Fee doubled","description":"What a second reminder costs",
			"formula":"Loan__c.Fee__c * 2","formulaType":"number","decimalPlaces":2}}`,
	} {
		if diff := cmp.Diff(want(t, text), meta[key]); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
}

func TestColumnInfoComesFromTheProjectsFields(t *testing.T) {
	t.Parallel()
	_, ext := described(t, loadLibrary(t), "Overdue_Loans")
	got, _ := ext["detailColumnInfo"].(map[string]any)
	plain := func(label, dataType, entity, qualified, lookup, unique, values, inactive string) string {
		return `{"label":"` + label + `","dataType":"` + dataType + `","entityColumnName":` + entity + `,"fullyQualifiedName":` +
			qualified + `,"isLookup":` + lookup + `,"filterable":true,"uniqueCountable":` + unique + `,"filterValues":` + values +
			`,"inactiveFilterValues":` + inactive + `}`
	}
	for key, text := range map[string]string{
		"Loan__c.Name":       plain("Loan number", "string", `"Loan__c.Name"`, `"Loan__c.Name"`, "true", "true", "[]", "[]"),
		"Loan__c.Fee__c":     plain("Fee so far", "currency", `"Loan__c.Fee__c"`, `"Loan__c.Fee__c"`, "false", "true", "[]", "[]"),
		"Loan__c.Is_Late__c": plain("Late?", "boolean", `"Loan__c.Is_Late__c"`, `"Loan__c.Is_Late__c"`, "false", "false", "[]", "[]"),
		"Loan__c.Reader__c.Card_Number__c": plain("Reader: Card number", "string", `"Reader__c.Card_Number__c"`,
			`"Loan__c.Reader__c.Card_Number__c"`, "false", "true", "[]", "[]"),
		"Loan__c.Copies__r.Shelf__c": plain("Shelf", "string", `"Copy__c.Shelf__c"`, `"Loan__c.Copies__r.Shelf__c"`,
			"false", "true", "[]", "[]"),
		"BucketField_1": plain("Fee size", "string", "null", "null", "false", "false", "[]", "[]"),
		"CDF1":          plain("Fee doubled", "double", `"CDF1"`, `"CDF1"`, "false", "false", "[]", "[]"),
		"Loan__c.Branch__c": plain("Branch", "picklist", `"Loan__c.Branch__c"`, `"Loan__c.Branch__c"`, "false", "true",
			`[{"apiName":"North","name":"North","label":"North side"},{"apiName":"Harbour","name":"Harbour","label":"Harbour"}]`,
			`[{"apiName":"Old","name":"Old","label":"Old hall"}]`),
	} {
		if diff := cmp.Diff(want(t, text), got[key]); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("detailColumnInfo has %v besides", got)
	}
}

func TestAFieldThatIsNowhereGetsALabelOutOfItsKey(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	for report, columns := range map[string]map[string][2]string{
		"Loans_by_Branch": {"Loan__c.Vanished_Shelf_Mark__c": {"Vanished Shelf Mark", "string"}, "CUST_NAME": {"Loan number", "string"}},
		"Plain_List":      {"SOME_ODD_KEY": {"Some Odd Key", "string"}, "ACCOUNT.NAME": {"Account Name", "string"}},
		"Shelves":         {"lib__Shelf__c.lib__Metres__c": {"Metres", "double"}},
	} {
		_, ext := described(t, p, report)
		infos, _ := ext["detailColumnInfo"].(map[string]any)
		for key, labelAndType := range columns {
			info, _ := infos[key].(map[string]any)
			if info["label"] != labelAndType[0] || info["dataType"] != labelAndType[1] {
				t.Errorf("%s: %s is %v %v, want %v", report, key, info["label"], info["dataType"], labelAndType)
			}
		}
	}
}

func TestAColumnThatStandsTwiceIsShownOnce(t *testing.T) {
	t.Parallel()
	meta, ext := described(t, loadLibrary(t), "Plain_List")
	if diff := cmp.Diff(want(t, `["ACCOUNT.NAME","RECORDTYPE","SOME_ODD_KEY"]`), meta["detailColumns"]); diff != "" {
		t.Error(diff)
	}
	infos, _ := ext["detailColumnInfo"].(map[string]any)
	recordType, _ := infos["RECORDTYPE"].(map[string]any)
	if diff := cmp.Diff(want(t, `[{"apiName":"School","name":"School","label":"School or college"}]`),
		recordType["filterValues"]); diff != "" {
		t.Errorf("active record types:\n%s", diff)
	}
}

func TestAJoinedReportIsNotSupported(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	i, _ := rowNamed(t, p, "Report", "Joined_Overview")
	answer := p.Describe(i)
	if answer.Status != 501 || answer.Message != "You’re requesting data for an unsupported report format." {
		t.Errorf("the answer is %d %q", answer.Status, answer.Message)
	}
}

func TestReportMetadataHasTheKeysOfTheAPI(t *testing.T) {
	t.Parallel()
	meta, ext := described(t, loadLibrary(t), "Plain_List")
	for _, key := range []string{
		"id", "name", "developerName", "description", "folderId", "reportFormat", "reportType", "detailColumns", "aggregates",
		"groupingsDown", "groupingsAcross", "reportFilters", "reportBooleanFilter", "crossFilters", "topRows", "standardDateFilter",
		"standardFilters", "scope", "sortBy", "buckets", "customSummaryFormula", "customDetailFormula", "chart", "currency",
		"dashboardSetting", "division", "hasDetailRows", "hasRecordCount", "showGrandTotal", "showSubtotals",
		"historicalSnapshotDates", "supportsRoleHierarchy", "userOrHierarchyFilterId", "presentationOptions",
	} {
		if _, ok := meta[key]; !ok {
			t.Errorf("%s is missing", key)
		}
		delete(meta, key)
	}
	if len(meta) > 0 || len(ext) != 3 {
		t.Errorf("%v besides, and %d parts of extended metadata", meta, len(ext))
	}
}

func TestTypeMetadataListsEveryColumnOfAType(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	var got struct {
		Objects    []map[string]string
		Categories []struct {
			Label   string
			Columns map[string]struct{ Label, DataType string }
		}
	}
	if err := json.Unmarshal(p.TypeMetadata("Loans_with_Copies__c"), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]string{
		{"apiName": "Loan__c", "label": "Loan", "joinType": "ROOT"}, {"apiName": "Copy__c", "label": "Copy", "joinType": "OUTER"},
	}, got.Objects); diff != "" {
		t.Error(diff)
	}
	if len(got.Categories) != 2 || got.Categories[1].Columns["Loan__c.Copies__r.Shelf__c"].Label != "Shelf" {
		t.Errorf("the categories are %v", got.Categories)
	}
	if p.TypeMetadata("Nobody_uses_this__c") != nil {
		t.Error("a type that does not exist has metadata")
	}
	for _, kind := range p.ReportTypes() {
		if p.TypeMetadata(kind.Type) == nil || kind.Label == "" || kind.Folder == "" {
			t.Errorf("report type %+v has no metadata, label or folder", kind)
		}
	}
}
