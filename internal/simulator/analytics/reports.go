package analytics

import (
	"encoding/json"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

func describeRefusal(d org.Describe) wire.Reply {
	return wire.Refusal(d.Status, d.ErrorCode, d.Message)
}

// DescribeReport answers a report's description.
func (a *API) DescribeReport(c *call.Call) wire.Reply {
	if _, ok := org.Normalize(c.Args[0]); !ok {
		return wire.Refusal(http.StatusNotFound, "NOT_FOUND", "Use a valid URL, for example, /services/data/(apiversion)/analytics/reports/(reportID)/describe, "+
			"to access the Reports and Dashboards REST API.")
	}
	i, ok := c.Tenant.FindRow("Report", c.Args[0])
	if !ok {
		return describeRefusal(org.Gone)
	}
	d := c.Tenant.Org().Describe(i)
	if d.Status != 0 && d.Status != http.StatusOK {
		return describeRefusal(d)
	}
	metadata, err := raw(d.ReportMetadata)
	if err != nil {
		return describeRefusal(org.MetadataError)
	}
	extended, err := raw(d.ReportExtendedMetadata)
	if err != nil {
		return describeRefusal(org.MetadataError)
	}
	id := c.Tenant.ID("Report", i)
	b := make([]byte, 0, len(metadata)+len(extended)+1024)
	b = append(append(append(b, `{"attributes":{"describeUrl":"`...), c.Base...), "/analytics/reports/"...)
	b = append(append(append(b, id...), `/describe","instancesUrl":"`...), c.Base...)
	b = append(append(append(b, "/analytics/reports/"...), id...), `/instances","reportId":"`...)
	b = append(append(b, id...), `","reportName":`...)
	b = quote(b, c.Tenant.Text("Report", i, "Name"))
	b = append(b, `,"type":"Report"},`...)
	if !c.NoExtended {
		b = append(append(append(b, `"reportExtendedMetadata":`...), extended...), ',')
	}
	b = append(append(b, `"reportMetadata":`...), metadata...)
	return wire.Reply{Status: http.StatusOK, Body: append(b, `,"reportTypeMetadata":`...), Tail: a.tails.get(catalogOf(c), d.ReportType)}
}

func raw(value any) (json.RawMessage, error) {
	if ready, ok := value.(json.RawMessage); ok && ready != nil {
		return ready, nil
	}
	return json.Marshal(value)
}

// quote appends a JSON string, with invalid UTF-8 replaced.
func quote(b []byte, s string) []byte {
	quoted, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return quoted
	}
	return quoted
}
