package schema

import "testing"

func TestNamesBecomeLabels(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Grant_Period": "Grant Period", "CloseDate": "Close Date", "CLOSE_DATE": "Close Date", "HHId": "HHId", "": "",
		"a__b": "a b", "Größe_Ä": "Größe Ä",
	} {
		if got := Words(name); got != want {
			t.Errorf("Words(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestBareDropsOnlyANamespace(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"npsp__Amount__c": "Amount__c", "Amount__c": "Amount__c", "Name": "Name", "ns__Things__r": "Things__r",
		"ns__Things": "Things", "__c": "__c", "": "", "ns__": "ns__", "X__pc": "X__pc",
	} {
		if got := Bare(name); got != want {
			t.Errorf("Bare(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestATypeIsReadOffAName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		dataType string
		known    Origin
	}{
		"ns__Is_Late__c": {"boolean", FromName}, "Due_Date__c": {"date", FromName}, "TotalAmount__c": {"currency", FromName},
		"Number_of_Copies__c": {"double", FromName}, "Work_Email__c": {"email", FromName}, "Loan_Status__c": {"picklist", FromName},
		"CreatedTimestamp": {"datetime", FromName}, "Shelf_Mark__c": {"string", FromNothing}, "Time__c": {"string", FromNothing},
	} {
		if got := Guess(name); got.DataType != want.dataType || got.Origin != want.known || got.Label == "" {
			t.Errorf("Guess(%s) = %+v, want %v", name, got, want)
		}
	}
}
