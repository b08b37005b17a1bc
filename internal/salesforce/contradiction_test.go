package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/soql"
)

// rowsOf writes the records of these numbers.
func rowsOf(numbers ...int) string {
	var rows []string
	for _, n := range numbers {
		rows = append(rows, fmt.Sprintf(`{"attributes":{"type":"Report"},"Id":%q,"Name":"n%d"}`, reportID(n), n))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

// contradictions are answers to a query for reports that cannot be true.
var contradictions = map[string]string{
	"fewer records than it says":    `{"totalSize":4,"done":true,"records":` + rowsOf(0, 1) + `}`,
	"no records of many":            `{"totalSize":60,"done":true,"records":[]}`,
	"no list of records":            `{"totalSize":60,"done":true}`,
	"no list of no records":         `{"totalSize":0,"done":true}`,
	"records that are null":         `{"totalSize":60,"done":true,"records":null}`,
	"records that are an object":    `{"totalSize":1,"done":true,"records":{}}`,
	"more records than it says":     `{"totalSize":1,"done":true,"records":` + rowsOf(0, 1) + `}`,
	"a negative number of records":  `{"totalSize":-1,"done":true,"records":[]}`,
	"no number of records":          `{"done":true,"records":[]}`,
	"a number that is a text":       `{"totalSize":"2","done":true,"records":` + rowsOf(0, 1) + `}`,
	"more than were asked for":      `{"totalSize":2001,"done":false,"nextRecordsUrl":"/services/data/v59.0/query/x","records":` + rowsOf(0, 1) + `}`,
	"an end and a next page":        `{"totalSize":2,"done":true,"nextRecordsUrl":"/services/data/v59.0/query/x","records":` + rowsOf(0, 1) + `}`,
	"no end and no next page":       `{"totalSize":4,"done":false,"records":` + rowsOf(0, 1) + `}`,
	"no end after the last record":  `{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v59.0/query/x","records":` + rowsOf(0, 1) + `}`,
	"an end that is a text":         `{"totalSize":2,"done":"true","records":` + rowsOf(0, 1) + `}`,
	"a record without Id":           `{"totalSize":2,"done":true,"records":[{"Name":"a"},` + rowsOf(1)[1:] + `}`,
	"a last record without Id":      `{"totalSize":1,"done":true,"records":[{"Name":"a"}]}`,
	"an Id that is cut":             `{"totalSize":1,"done":true,"records":[{"Id":"00O5g00000","Name":"a"}]}`,
	"the Id of another object":      `{"totalSize":1,"done":true,"records":[{"Id":"01Z5g0000000001AAA","Name":"a"}]}`,
	"a record of another object":    `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Dashboard"},"Id":"00O5g0000000001AAA","Name":"a"}]}`,
	"a record that comes twice":     `{"totalSize":3,"done":true,"records":` + rowsOf(0, 1, 0) + `}`,
	"records that go back":          `{"totalSize":3,"done":true,"records":` + rowsOf(2, 1, 0) + `}`,
	"a record without its Name":     `{"totalSize":1,"done":true,"records":[{"Id":"00O5g0000000001AAA"}]}`,
	"a record that is null":         `{"totalSize":2,"done":true,"records":[null,` + rowsOf(1)[1:] + `}`,
	"records that are an error":     `{"totalSize":1,"done":true,"records":[{"message":"no","errorCode":"NO"}]}`,
	"an object of something else":   `{"status":"ok"}`,
	"nothing but an empty object":   `{}`,
	"nothing":                       ``,
	"null":                          `null`,
	"an array":                      `[]`,
	"the records without their box": rowsOf(0, 1),
}

// answeringInTurn makes a client of an org whose answer n, counted from one, is a text, and a counter of requests.
func answeringInTurn(t *testing.T, answer func(n int) string) (client *Client, asked *int) {
	t.Helper()
	asked = new(int)
	return inside(t, inProcess(&fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) {
		if *asked++; *asked > 10 {
			t.Fatal("it is asked for ever")
		}
		writeJSON(w, answer(*asked))
	}})), asked
}

// reportsIn reads all reports, and returns their names and the error that ended the sequence.
func reportsIn(t *testing.T, client *Client, q Query) (names []string, last error) {
	t.Helper()
	for page, err := range client.Pages(t.Context(), q) {
		if last = err; err != nil {
			break
		}
		for _, raw := range page.Records {
			var record struct{ Name string }
			if err := json.Unmarshal(raw, &record); err != nil {
				t.Fatal(err)
			}
			names = append(names, record.Name)
		}
	}
	return names, last
}

func TestPages_anAnswerThatContradictsItselfIsNone(t *testing.T) {
	t.Parallel()
	for name, body := range contradictions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, q := range []Query{
					{Object: "Report", Fields: []string{"Name"}},
					{Object: "Report", Optional: []string{"Name"}}, // the listings read most of their fields so
				} {
					client, asked := answeringInTurn(t, func(int) string { return body })
					names, err := reportsIn(t, client, q)
					e := apierror.From(err)
					if e == nil || e.Class != fault.Transient || e.Whole || len(names) > 0 || *asked < 3 {
						t.Errorf("%+v: %q and %v after %d requests; want nothing, a transient fault and a few tries", q, names, err, *asked)
					}
				}
			})
		})
	}
}

func TestPages_anAnswerThatContradictedItselfIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, body := range contradictions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, asked := answeringInTurn(t, func(n int) string {
					if n == 1 {
						return body
					}
					return `{"totalSize":4,"done":true,"records":` + rowsOf(0, 1, 2, 3) + `}`
				})
				names, err := reportsIn(t, client, Query{Object: "Report", Fields: []string{"Name"}})
				if err != nil || strings.Join(names, " ") != "n0 n1 n2 n3" || *asked != 2 {
					t.Errorf("%q, %v after %d requests, want all four after two", names, err, *asked)
				}
			})
		})
	}
}

// A page in the middle lacks records, which only the sum of all pages shows: they were deleted meanwhile, or something on the way removed
// them.
func TestPages_whatOnePageLeftOutIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queries := 0
		client := inside(t, inProcess(&fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
			const next = `"done":false,"nextRecordsUrl":"/services/data/v59.0/query/`
			switch {
			case strings.HasSuffix(r.URL.Path, "/query/b"):
				writeJSON(w, `{"totalSize":6,`+next+`c","records":`+map[bool]string{true: rowsOf(2), false: rowsOf(2, 3)}[queries == 1]+`}`)
			case strings.HasSuffix(r.URL.Path, "/query/c"):
				writeJSON(w, `{"totalSize":6,"done":true,"records":`+rowsOf(4, 5)+`}`)
			default:
				queries++
				writeJSON(w, `{"totalSize":6,`+next+`b","records":`+rowsOf(0, 1)+`}`)
			}
		}}))
		names, err := reportsIn(t, client, Query{Object: "Report", Fields: []string{"Name"}})
		if err != nil || strings.Join(names, " ") != "n0 n1 n2 n3 n4 n5" || queries != 2 {
			t.Errorf("%q, %v after %d queries", names, err, queries)
		}
	})
}

// Salesforce's locators end with an offset, which shows a page that was skipped.
func TestPages_aLocatorThatSkipsIsNotFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queries := 0
		client := inside(t, inProcess(&fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "-3") {
				writeJSON(w, `{"totalSize":4,"done":true,"records":`+rowsOf(3)+`}`)
				return
			}
			rows := rowsOf(0, 1, 2)
			if queries++; queries == 1 {
				rows = rowsOf(0, 2)
			}
			writeJSON(w, `{"totalSize":4,"done":false,"nextRecordsUrl":"/services/data/v59.0/query/01gRO0000016PIAYA2-3","records":`+rows+`}`)
		}}))
		names, err := reportsIn(t, client, Query{Object: "Report", Fields: []string{"Name"}})
		if err != nil || strings.Join(names, " ") != "n0 n1 n2 n3" || queries != 2 {
			t.Errorf("%q, %v after %d queries", names, err, queries)
		}
	})
}

func TestPages_aPageOfWhatWasReadIsNone(t *testing.T) {
	t.Parallel()
	full := make([]int, soql.PageSize)
	for i := range full {
		full[i] = i
	}
	for name, second := range map[string]string{
		"the first page again":         `{"totalSize":2000,"done":true,"records":` + rowsOf(full...) + `}`,
		"records from before":          `{"totalSize":2,"done":true,"records":` + rowsOf(1998, 2001) + `}`,
		"records that lie before":      `{"totalSize":1,"done":true,"records":[{"Id":"00O1g0000000001AAA","Name":"a"}]}`,
		"the last record of the first": `{"totalSize":1,"done":true,"records":` + rowsOf(1999) + `}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, asked := answeringInTurn(t, func(n int) string {
				switch n {
				case 1:
					return `{"totalSize":2000,"done":true,"records":` + rowsOf(full...) + `}`
				case 2:
					return second
				default:
					return `{"totalSize":1,"done":true,"records":` + rowsOf(2000) + `}`
				}
			})
			names, err := reportsIn(t, client, Query{Object: "Report", Fields: []string{"Name"}})
			if err != nil || len(names) != 2001 || names[2000] != "n2000" || *asked != 3 {
				t.Errorf("%s: %d records, %v after %d requests", name, len(names), err, *asked)
			}
		})
	}
}

// These answers are unusual, and Salesforce may well give them.
func TestPages_refusesNoTrueAnswer(t *testing.T) {
	t.Parallel()
	mixed := []string{"00O5g000000000a", "00O5g000000000B", "00O5g000000000c", "00O5g000000000D"} // as an order without case has them
	var rows []string
	for _, id := range mixed {
		rows = append(rows, fmt.Sprintf(`{"Id":%q,"Name":null}`, id))
	}
	for name, pages := range map[string][]string{
		"nothing":                    {`{"totalSize":0,"done":true,"records":[]}`},
		"an order without case":      {`{"totalSize":4,"done":true,"records":[` + strings.Join(rows, ",") + `]}`},
		"members that nobody knows":  {`{"totalSize":1,"done":true,"records":` + rowsOf(0) + `,"hint":{"a":1}}`},
		"a null in place of no next": {`{"totalSize":1,"done":true,"nextRecordsUrl":null,"records":` + rowsOf(0) + `}`},
		"an empty page in the middle": {
			`{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v59.0/query/a","records":` + rowsOf(0) + `}`,
			`{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v59.0/query/b","records":[]}`,
			`{"totalSize":2,"done":true,"records":` + rowsOf(1) + `}`,
		},
	} {
		asked := 0
		client := connect(t, &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, pages[min(asked, len(pages)-1)])
			asked++
		}})
		if _, err := reportsIn(t, client, Query{Object: "Report", Fields: []string{"Name"}}); err != nil || asked != len(pages) {
			t.Errorf("%s: %v after %d requests, want %d", name, err, asked, len(pages))
		}
	}
}

// A record without a field that the run-as user can see is refused: the field would be written as null.
func TestPages_aRecordHasEveryFieldThatWasAskedFor(t *testing.T) {
	t.Parallel()
	q := Query{Object: "Report", Fields: []string{"Id"}, Optional: []string{"Name", "Description", "Owner.Name"}}
	whole := fmt.Sprintf(`{"Id":%q,"Name":"n0","Description":null,"Owner":null}`, reportID(0))
	for _, record := range []string{
		fmt.Sprintf(`{"Id":%q}`, reportID(0)),
		fmt.Sprintf(`{"Id":%q,"Name":"n0","Owner":null}`, reportID(0)),
		fmt.Sprintf(`{"Id":%q,"Name":"n0","Description":null}`, reportID(0)),
	} {
		synctest.Test(t, func(t *testing.T) {
			client, asked := answeringInTurn(t, func(n int) string {
				if n > 1 {
					record = whole
				}
				return `{"totalSize":1,"done":true,"records":[` + record + `]}`
			})
			names, err := reportsIn(t, client, q)
			if err != nil || len(names) != 1 || *asked != 2 {
				t.Errorf("%s: %q, %v after %d requests", record, names, err, *asked)
			}
		})
	}
}

// An answer that contradicts itself is no outage. It differs from what is no answer to a query at all, and from a contradiction in the
// description of one report.
func TestError_contradicts(t *testing.T) {
	t.Parallel()
	no := map[string]bool{
		"an object of something else": true, "nothing but an empty object": true, "nothing": true, "null": true, "an array": true,
		"the records without their box": true, "an end that is a text": true,
		"records that are an object": true,
	}
	for name, body := range contradictions {
		synctest.Test(t, func(t *testing.T) {
			client, _ := answeringInTurn(t, func(int) string { return body })
			_, err := reportsIn(t, client, Query{Object: "Report", Fields: []string{"Name"}})
			e := mustError(t, err)
			if e.Contradicts() == no[name] {
				t.Errorf("%s contradicts itself: %v (%v)", name, e.Contradicts(), e)
			}
			if e.Contradicts() && !strings.Contains(e.Fault().Message, "the query for Report") {
				t.Errorf("%s: %q names no listing", name, e.Fault().Message)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client, _ := answeringInTurn(t, func(int) string { return `{"reportMetadata":{"id":"00O5g0000000009AAA"},"reportExtendedMetadata":{}}` })
		_, err := client.DescribeReport(t.Context(), reportID(1))
		if e := mustError(t, err); e.Class != fault.Transient || e.Contradicts() {
			t.Errorf("the description of another report is %s, and ends more than its report: %v", e.Class, e.Contradicts())
		}
	})
}
