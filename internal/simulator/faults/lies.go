package faults

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"longhaul/internal/simulator/wire"
)

// lieKinds are answers that are whole, come with the status of success, and are not true: they contradict themselves, are for
// another question, are a page that claims to be JSON, or show another time than Salesforce's.
func lieKinds() []Kind {
	all := countedRoutes()
	lie := func(name string, routes []string, edit func(*wire.Reply)) Kind {
		return Kind{Name: name, Group: GroupWire, Body: BodyReal, Routes: routes, place: AtEdge, edit: edit, anyRoute: true}
	}
	wrongDate := Kind{
		Name: "api_503_date", Group: GroupWire, Status: http.StatusServiceUnavailable, Body: BodyHTML, title: "Service Unavailable",
		Routes: all, place: AtEdge, anyRoute: true, edit: func(a *wire.Reply) { a.Ahead = dateAhead },
	}
	kinds := []Kind{
		lie("html_200_json", all, func(a *wire.Reply) { a.Body, a.Tail = oddPage, nil }),
		lie("json_null", all, func(a *wire.Reply) { a.Body, a.Tail = []byte("null"), nil }),
		lie("json_array", all, func(a *wire.Reply) { a.Body, a.Tail = []byte(`[{"ok":true}]`), nil }),
		lie("empty_200", all, func(a *wire.Reply) { a.Body, a.Tail = nil, nil }),
		lie("date_ahead", all, func(a *wire.Reply) { a.Ahead = dateAhead }),
		lie("usage_of_another", all, func(a *wire.Reply) { a.Usage = "api-usage=0/150000000" }),
		wrongDate,
		lie("describe_of_another", []string{"describe"}, describeAnother),
		lie("describe_no_columns", []string{"describe"}, func(a *wire.Reply) { editColumns(a, func(int) int { return 0 }) }),
		lie("describe_some_columns", []string{"describe"}, func(a *wire.Reply) { editColumns(a, func(all int) int { return (all + 1) / 2 }) }),
	}
	kinds = append(kinds, Kind{
		Name: "oauth_html_200", Group: GroupOAuth, Status: http.StatusOK, Body: BodyHTML, title: "Sign in to the network",
		Routes: []string{"token"}, place: AtLogin,
	})
	for _, name := range slices.Sorted(maps.Keys(queryLies)) {
		edit := queryLies[name]
		kinds = append(kinds, lie(name, []string{"query", "query_more"}, func(a *wire.Reply) { editQuery(a, edit) }))
	}
	return kinds
}

// dateAhead is how far the clock of a proxy is ahead of Salesforce's.
const dateAhead = 25 * time.Hour

// oddPage is a page that does not begin as pages do.
var oddPage = []byte("\xef\xbb\xbf<!-- edge 7 -->\n<script>top.location = '/login'</script>\n" +
	"<html><head><title>Sign in to the network</title></head><body></body></html>\n")

// describeAnother replaces the Id in a description by another report's.
func describeAnother(a *wire.Reply) {
	if a.Status != http.StatusOK {
		return
	}
	var described struct {
		ReportMetadata struct {
			ID string `json:"id"`
		} `json:"reportMetadata"`
	}
	if json.Unmarshal(a.Whole(), &described) != nil || described.ReportMetadata.ID == "" {
		return
	}
	id := described.ReportMetadata.ID
	a.Body = bytes.ReplaceAll(a.Body, []byte(`"`+id+`"`), []byte(`"00O9zz0000000zzAAA"`))
}

// editColumns leaves some of the columns in a description, and the list of their names as it is.
func editColumns(a *wire.Reply, left func(all int) int) {
	var described, extended, columns map[string]json.RawMessage
	if a.Status != http.StatusOK || json.Unmarshal(a.Whole(), &described) != nil ||
		json.Unmarshal(described["reportExtendedMetadata"], &extended) != nil ||
		json.Unmarshal(extended["detailColumnInfo"], &columns) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(columns))[left(len(columns)):] {
		delete(columns, name)
	}
	extended["detailColumnInfo"] = wire.JSON(http.StatusOK, columns).Body
	described["reportExtendedMetadata"] = wire.JSON(http.StatusOK, extended).Body
	a.Body, a.Tail = wire.JSON(http.StatusOK, described).Body, nil
}
