package server

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"
)

// lieFaults are answers that are whole, come with the status of success, and are not true: they contradict themselves, are for
// another question, are a page that says it is JSON, or tell another time than Salesforce's.
func lieFaults() []FaultKind {
	all := countedRoutes()
	lie := func(name string, routes []string, edit func(*reply)) FaultKind {
		return FaultKind{Name: name, Group: GroupWire, Body: BodyReal, Routes: routes, place: atEdge, edit: edit, free: true}
	}
	late := FaultKind{
		Name: "api_503_date", Group: GroupWire, Status: http.StatusServiceUnavailable, Body: BodyHTML, title: "Service Unavailable",
		Routes: all, place: atEdge, free: true, edit: func(a *reply) { a.ahead = dateAhead },
	}
	faults := []FaultKind{
		lie("html_200_json", all, func(a *reply) { a.body, a.tail = oddPage, nil }),
		lie("json_null", all, func(a *reply) { a.body, a.tail = []byte("null"), nil }),
		lie("json_array", all, func(a *reply) { a.body, a.tail = []byte(`[{"ok":true}]`), nil }),
		lie("empty_200", all, func(a *reply) { a.body, a.tail = nil, nil }),
		lie("date_ahead", all, func(a *reply) { a.ahead = dateAhead }),
		lie("usage_of_another", all, func(a *reply) { a.usage = "api-usage=0/150000000" }),
		late,
		lie("describe_of_another", []string{"describe"}, describeAnother),
		lie("describe_no_columns", []string{"describe"}, func(a *reply) { editColumns(a, func(int) int { return 0 }) }),
		lie("describe_some_columns", []string{"describe"}, func(a *reply) { editColumns(a, func(all int) int { return (all + 1) / 2 }) }),
	}
	faults = append(faults, FaultKind{
		Name: "oauth_html_200", Group: GroupOAuth, Status: http.StatusOK, Body: BodyHTML, title: "Sign in to the network",
		Routes: []string{"token"}, place: atLogin,
	})
	for _, k := range slices.Sorted(slices.Values(queryLieNames())) {
		edit := queryLies[k]
		faults = append(faults, lie(k, []string{"query", "query_more"}, func(a *reply) { editQuery(a, edit) }))
	}
	return faults
}

// dateAhead is how far the clock of a proxy runs before Salesforce's.
const dateAhead = 25 * time.Hour

// oddPage is a page that does not begin as pages do.
var oddPage = []byte("\xef\xbb\xbf<!-- edge 7 -->\n<script>top.location = '/login'</script>\n" +
	"<html><head><title>Sign in to the network</title></head><body></body></html>\n")

// queryAnswer is the body of an answer to a query. A nil pointer is left out.
type queryAnswer struct {
	Total   *int              `json:"totalSize,omitempty"`
	Done    bool              `json:"done"`
	Next    string            `json:"nextRecordsUrl,omitempty"`
	Records []json.RawMessage `json:"records"`
}

// bareAnswer is one without records.
type bareAnswer struct {
	Total *int `json:"totalSize,omitempty"`
	Done  bool `json:"done"`
}

// queryLies make the answer to a query contradict itself. They give what is written instead.
var queryLies = map[string]func(*queryAnswer) any{
	"query_short": func(q *queryAnswer) any {
		q.Records, q.Done, q.Next = q.Records[:len(q.Records)/2], true, ""
		return q
	},
	"query_no_records":   func(q *queryAnswer) any { return bareAnswer{q.Total, true} },
	"query_null_records": func(q *queryAnswer) any { q.Records = nil; return q },
	"query_more_than_said": func(q *queryAnswer) any {
		*q.Total = len(q.Records) - 1
		return q
	},
	"query_negative_total": func(q *queryAnswer) any { *q.Total = -1; return q },
	"query_no_total":       func(q *queryAnswer) any { q.Total = nil; return q },
	"query_done_and_next": func(q *queryAnswer) any {
		q.Done, q.Next = true, "/services/data/v59.0/query/01gHs0000000000AAA-2000"
		return q
	},
	"query_without_end": func(q *queryAnswer) any { q.Done, q.Next = false, ""; return q },
	"query_no_id":       func(q *queryAnswer) any { return q.ids(func(string) any { return nil }) },
	"query_cut_id":      func(q *queryAnswer) any { return q.ids(func(id string) any { return id[:min(len(id), 10)] }) },
	"query_foreign_id":  func(q *queryAnswer) any { return q.ids(func(id string) any { return "001" + id[min(len(id), 3):] }) },
	"query_repeats": func(q *queryAnswer) any {
		if n := len(q.Records); n > 1 {
			q.Records[n-1] = q.Records[0]
		}
		return q
	},
	"query_backwards": func(q *queryAnswer) any { slices.Reverse(q.Records); return q },
	"query_bare": func(q *queryAnswer) any {
		return q.each(func(record map[string]any) {
			for name := range record {
				if name != "Id" && name != "attributes" {
					delete(record, name)
				}
			}
		})
	},
}

func queryLieNames() (names []string) {
	for name := range queryLies {
		names = append(names, name)
	}
	return names
}

// editQuery lies about the answer to a query. A refusal, and an answer without records, stay as they are.
func editQuery(a *reply, edit func(*queryAnswer) any) {
	var q queryAnswer
	if a.status != http.StatusOK || json.Unmarshal(a.body, &q) != nil || q.Total == nil || len(q.Records) == 0 {
		return
	}
	a.body, a.tail = jsonReply(http.StatusOK, edit(&q)).body, nil
}

// ids changes the Id of the first record that has one; nil takes it away.
func (q *queryAnswer) ids(change func(string) any) *queryAnswer {
	changed := false
	return q.each(func(record map[string]any) {
		id, ok := record["Id"].(string)
		if !ok || changed {
			return
		}
		changed = true
		if record["Id"] = change(id); record["Id"] == nil {
			delete(record, "Id")
		}
	})
}

// each changes the records.
func (q *queryAnswer) each(change func(map[string]any)) *queryAnswer {
	for k, raw := range q.Records {
		var record map[string]any
		if json.Unmarshal(raw, &record) == nil {
			change(record)
			q.Records[k] = jsonReply(http.StatusOK, record).body
		}
	}
	return q
}

// describeAnother gives the description another report's Id.
func describeAnother(a *reply) {
	if a.status != http.StatusOK {
		return
	}
	var described struct {
		ReportMetadata struct {
			ID string `json:"id"`
		} `json:"reportMetadata"`
	}
	if json.Unmarshal(a.whole(), &described) != nil || described.ReportMetadata.ID == "" {
		return
	}
	id := described.ReportMetadata.ID
	a.body = bytes.ReplaceAll(a.body, []byte(`"`+id+`"`), []byte(`"00O9zz0000000zzAAA"`))
}

// editColumns leaves so many of the columns in a description, and the list of their names as it is.
func editColumns(a *reply, left func(all int) int) {
	var described, extended, columns map[string]json.RawMessage
	if a.status != http.StatusOK || json.Unmarshal(a.whole(), &described) != nil ||
		json.Unmarshal(described["reportExtendedMetadata"], &extended) != nil ||
		json.Unmarshal(extended["detailColumnInfo"], &columns) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(columns))[left(len(columns)):] {
		delete(columns, name)
	}
	extended["detailColumnInfo"] = jsonReply(http.StatusOK, columns).body
	described["reportExtendedMetadata"] = jsonReply(http.StatusOK, extended).body
	a.body, a.tail = jsonReply(http.StatusOK, described).body, nil
}

// whole is the body with its tail.
func (a *reply) whole() []byte {
	if a.tail == nil {
		return a.body
	}
	return slices.Concat(a.body, a.tail.plain)
}
