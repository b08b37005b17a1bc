package describe

import (
	"encoding/json"
	"testing"
)

func TestReportType(t *testing.T) {
	t.Parallel()
	for metadata, want := range map[string]string{
		`{"id":"x","reportType":{"label":"Deals","type":"Deal__c$Name"},"scope":"all"}`: "Deal__c$Name",
		`{"chart":{"reportType":{"type":"Other"}},"reportType":{"type":"Own"}}`:         "Own",
		`{"reportType":{"label":"Deals"}}`:                                              "",
		`{"reportType":{"type":null}}`:                                                  "",
		`{"reportType":"Deal__c"}`:                                                      "",
		`{"reportType":null}`:                                                           "",
		`{}`:                                                                            "",
		`[]`:                                                                            "",
		``:                                                                              "",
	} {
		if got, err := ReportType(json.RawMessage(metadata)); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", metadata, got, err, want)
		}
	}
}
