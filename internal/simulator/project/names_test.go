package project

import "testing"

func TestReportTypesAreReadOffTheirNames(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	for name, want := range map[string]reportType{
		"AccountList":                            {label: "Accounts", base: "Account"},
		"CustomEntity$Loan__c":                   {label: "Loans", base: "Loan__c", custom: "Loan__c"},
		"AccountCustomEntity$Loan__c":            {label: "Accounts with Loans", base: "Account", custom: "Loan__c"},
		"CustomEntity$Loan__c@Loan__c.Reader__c": {label: "Loans with Reader", base: "Loan__c", custom: "Loan__c", foreign: "Reader__c"},
		"Opportunity@Opportunity.lib__Visitor__c": {
			label: "Opportunities with Visitor", base: "Opportunity", custom: "Opportunity", foreign: "lib__Visitor__c",
		},
		"Never_Heard_Of__c": {label: "Never Heard Of", base: "Never_Heard_Of__c"},
		"":                  {label: "Reports"},
	} {
		want.name = name
		if got := p.reportType(name); got != want {
			t.Errorf("reportType(%s) = %+v, want %+v", name, got, want)
		}
	}
}

func TestARollUpHasTheTypeOfWhatItSumsUp(t *testing.T) {
	t.Parallel()
	if got := loadLibrary(t).schema.Field("Loan__c", "Longest_Copy__c"); got.DataType != "datetime" {
		t.Errorf("the type is %s, want that of Copy__c.Bought_On__c, datetime", got.DataType)
	}
}

func TestIntervalsBecomeDurations(t *testing.T) {
	t.Parallel()
	for interval, want := range map[string]string{
		"INTERVAL_CUSTOM": "CUSTOM", "": "CUSTOM", "INTERVAL_CURFY": "THIS_FISCAL_YEAR", "INTERVAL_NEXT90": "NEXT_N_DAYS:90",
		"INTERVAL_LASTWEEK": "LAST_WEEK", "INTERVAL_LASTX": "LASTX",
	} {
		if got := duration(interval); got != want {
			t.Errorf("duration(%s) = %s, want %s", interval, got, want)
		}
	}
}
