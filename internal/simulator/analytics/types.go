package analytics

import (
	"net/http"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// Recent answers the lists of recently viewed reports and dashboards: the run-as user has viewed none.
func (a *API) Recent(*call.Call) wire.Reply {
	return wire.Reply{Status: http.StatusOK, Body: []byte("[]")}
}

// ReportTypes lists the report types by their folders.
func (*API) ReportTypes(c *call.Call) wire.Reply {
	type entry struct {
		DescribeURL          string  `json:"describeUrl"`
		Description          *string `json:"description"`
		IsHidden             bool    `json:"isHidden"`
		IsHistorical         bool    `json:"isHistorical"`
		Label                string  `json:"label"`
		SupportsJoinedFormat bool    `json:"supportsJoinedFormat"`
		Type                 string  `json:"type"`
	}
	type folder struct {
		Label       string  `json:"label"`
		ReportTypes []entry `json:"reportTypes"`
	}
	list := []folder{}
	place := map[string]int{}
	if catalog := catalogOf(c); catalog != nil {
		for _, t := range catalog.ReportTypes() {
			at, ok := place[t.Folder]
			if !ok {
				at = len(list)
				place[t.Folder] = at
				list = append(list, folder{Label: t.Folder})
			}
			e := entry{
				DescribeURL: c.Base + "/analytics/reportTypes/" + t.Type, IsHidden: t.Hidden, Label: t.Label,
				SupportsJoinedFormat: t.SupportsJoined, Type: t.Type,
			}
			if t.Description != "" {
				e.Description = &t.Description
			}
			list[at].ReportTypes = append(list[at].ReportTypes, e)
		}
	}
	return wire.JSON(http.StatusOK, list)
}

// ReportType answers the metadata of one type, with the empty report that a user would start from.
func (a *API) ReportType(c *call.Call) wire.Reply {
	catalog := catalogOf(c)
	if catalog == nil || catalog.TypeMetadata(c.Args[0]) == nil {
		return wire.Refusal(http.StatusNotFound, "NOT_FOUND", org.Gone.Message)
	}
	name := quote(nil, c.Args[0])
	b := append([]byte(`{"attributes":{"reportTypeDescribeUrl":`), quote(nil, c.Base+"/analytics/reportTypes/"+c.Args[0])...)
	b = append(b, `,"type":"ReportType"},"reportExtendedMetadata":{"aggregateColumnInfo":{},"detailColumnInfo":{},"groupingColumnInfo":{}},`...)
	b = append(b, `"reportMetadata":{"aggregates":["RowCount"],"detailColumns":[],"id":null,"name":null,"reportFormat":"TABULAR",`...)
	b = append(append(b, `"reportType":{"type":`...), name...)
	return wire.Reply{Status: http.StatusOK, Body: append(b, `}},"reportTypeMetadata":`...), Tail: a.tails.get(catalog, c.Args[0])}
}
