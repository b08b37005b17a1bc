package soql

import (
	"encoding/json"
	"strings"
	"testing"

	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/recordid"
)

const webPage = `<html><head><title>Error Page</title></head><body>An unexpected connection error occurred</body></html>`

func TestLocalPath(t *testing.T) {
	t.Parallel()
	here := origin.Origin{Scheme: "https", Host: "acme.my.salesforce.com"}
	for next, want := range map[string]string{
		"/services/data/v59.0/query/01gRO0000016PIAYA2-2000":                 "/services/data/v59.0/query/01gRO0000016PIAYA2-2000",
		"https://acme.my.salesforce.com/services/data/v59.0/query/01g-1?x=1": "/services/data/v59.0/query/01g-1?x=1",
		"https://evil.example/services/data/v59.0/query/01g-1":               "",
		"http://acme.my.salesforce.com/services/data/v59.0/query/01g-1":      "",
		"//evil.example/services/data/v59.0/query/01g-1":                     "",
		"https://u:p@acme.my.salesforce.com/services/data/v59.0/query/01g-1": "",
		"/services/oauth2/token":                                             "",
		"/services/data/../oauth2/token":                                     "",
		"/services/data/v59.0/query/%2e%2e/%2e%2e/":                          "",
		"services/data/v59.0/query/x":                                        "",
		"":                                                                   "",
		"%zz":                                                                "",
	} {
		if got := localPath(next, here); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func FuzzReadRecords(f *testing.F) {
	for _, seed := range []string{
		`{"totalSize":1,"done":true,"records":[{"Id":"00Oxx0000004abcEAA"}]}`, `{"done":false,"nextRecordsUrl":"/x","records":[]}`,
		`{"records":null}`, `[]`, `{"done":true,"records":[1,null,"a",[]]}`, `{"totalSize":1e99,"done":true}`,
		"{\"done\":true,\"records\":[{\"Id\":\"\xff\"}]}",
		`{"totalSize":3214,"done":false,"nextRecordsUrl":"/services/data/v67.0/query/01gRO0000016PIAYA2-500","records":[` +
			`{"attributes":{"type":"Report","url":"/services/data/v67.0/sobjects/Report/00Oxx0000004abcEAA"},"Id":"00Oxx0000004abcEAA",` +
			`"Owner":{"Name":null}}]}`,
		`{"totalSize":7,"done":true,"records":[]}`, `[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]`, webPage,
		`{"totalSize":1,"done":true,"records":[{"Id":"00Oxx00000`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := readRecords(strings.NewReader(string(body)))
		if err != nil {
			return
		}
		for _, record := range found.records {
			if !json.Valid(record) {
				t.Fatalf("%q gives a record that is no JSON: %q", body, record)
			}
			if id, err := (shape{object: "Report"}).id(record); err == nil && !recordid.Is(id) {
				t.Fatalf("%q gives the id %q", body, id)
			}
		}
	})
}
