package project

import "testing"

func TestNamesBecomeLabels(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Grant_Period": "Grant Period", "CloseDate": "Close Date", "CLOSE_DATE": "Close Date", "HHId": "HHId", "": "",
		"a__b": "a b", "Größe_Ä": "Größe Ä",
	} {
		if got := words(name); got != want {
			t.Errorf("words(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestBareDropsOnlyANamespace(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"npsp__Amount__c": "Amount__c", "Amount__c": "Amount__c", "Name": "Name", "ns__Things__r": "Things__r",
		"ns__Things": "Things", "__c": "__c", "": "", "ns__": "ns__", "X__pc": "X__pc",
	} {
		if got := bare(name); got != want {
			t.Errorf("bare(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestATypeIsReadOffAName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		dataType string
		known    knowledge
	}{
		"ns__Is_Late__c": {"boolean", fromName}, "Due_Date__c": {"date", fromName}, "TotalAmount__c": {"currency", fromName},
		"Number_of_Copies__c": {"double", fromName}, "Work_Email__c": {"email", fromName}, "Loan_Status__c": {"picklist", fromName},
		"CreatedTimestamp": {"datetime", fromName}, "Shelf_Mark__c": {"string", fromNothing}, "Time__c": {"string", fromNothing},
	} {
		if got := guess(name); got.dataType != want.dataType || got.known != want.known || got.label == "" {
			t.Errorf("guess(%s) = %+v, want %v", name, got, want)
		}
	}
}

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
	if got := loadLibrary(t).field("Loan__c", "Longest_Copy__c"); got.dataType != "datetime" {
		t.Errorf("the type is %s, want that of Copy__c.Bought_On__c, datetime", got.dataType)
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
