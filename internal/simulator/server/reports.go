package server

import (
	"encoding/json"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/flate"

	"longhaul/internal/simulator/org"
)

// typeBody is how every description of a report of one type ends, plain and compressed.
type typeBody struct{ plain, packed []byte }

// typeBodies makes each ending once.
type typeBodies struct {
	catalog org.TypeCatalog // nil when the org knows no types
	size    int

	mu   sync.Mutex
	made map[string]*typeBody
}

func newTypeBodies(o Options) *typeBodies {
	catalog, _ := o.Org.(org.TypeCatalog)
	return &typeBodies{catalog: catalog, size: o.TypeMetadata, made: map[string]*typeBody{}}
}

func (t *typeBodies) get(reportType string) *typeBody {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made[reportType] == nil {
		body := &typeBody{plain: append(append([]byte{}, t.metadata(reportType)...), '}')}
		packer := &packer{}
		writer, _ := flate.NewWriter(packer, flate.DefaultCompression) // the level is a valid one
		_, _ = writer.Write(body.plain)                                // a packer takes all that is written
		_ = writer.Close()
		body.packed = packer.out
		t.made[reportType] = body
	}
	return t.made[reportType]
}

// metadata is the org's own, or one with made-up columns for an org that has none.
func (t *typeBodies) metadata(reportType string) json.RawMessage {
	if t.catalog != nil {
		if metadata := t.catalog.TypeMetadata(reportType); metadata != nil {
			return metadata
		}
	}
	var columns []org.TypeColumn
	for n := range t.size / 370 {
		name := "Field" + strconv.Itoa(n)
		columns = append(columns, org.TypeColumn{Key: name, Label: name, DataType: "string", Source: "Account." + name})
	}
	return org.WriteTypeMetadata(org.ReportType{Type: reportType, Label: reportType}, "Account", columns)
}

func describeRefusal(d org.Describe) reply { return refusal(d.Status, d.ErrorCode, d.Message) }

// describeReport answers a report's description.
func (s *Server) describeReport(c *call) reply {
	if _, ok := org.Normalize(c.args[0]); !ok {
		return refusal(404, "NOT_FOUND", "Use a valid URL, for example, /services/data/(apiversion)/analytics/reports/(reportID)/describe, "+
			"to access the Reports and Dashboards REST API.")
	}
	i, ok := c.tenant.findRow("Report", c.args[0])
	if !ok {
		return describeRefusal(org.Gone)
	}
	d := c.tenant.org.Describe(i)
	if d.Status != 0 && d.Status != 200 {
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
	id := c.tenant.ID("Report", i)
	b := make([]byte, 0, len(metadata)+len(extended)+1024)
	b = append(append(append(b, `{"attributes":{"describeUrl":"`...), c.base...), "/analytics/reports/"...)
	b = append(append(append(b, id...), `/describe","instancesUrl":"`...), c.base...)
	b = append(append(append(b, "/analytics/reports/"...), id...), `/instances","reportId":"`...)
	b = append(append(b, id...), `","reportName":`...)
	b = quote(b, c.tenant.text("Report", i, "Name"))
	b = append(b, `,"type":"Report"},`...)
	if !c.bare {
		b = append(append(append(b, `"reportExtendedMetadata":`...), extended...), ',')
	}
	b = append(append(b, `"reportMetadata":`...), metadata...)
	return reply{status: 200, body: append(b, `,"reportTypeMetadata":`...), tail: s.bodies.get(d.ReportType)}
}

func raw(value any) (json.RawMessage, error) {
	if ready, ok := value.(json.RawMessage); ok && ready != nil {
		return ready, nil
	}
	return json.Marshal(value)
}

// quote appends a JSON string; invalid UTF-8 comes out replaced.
func quote(b []byte, s string) []byte {
	quoted, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return quoted
	}
	return quoted
}

// recent answers the lists of recently viewed reports and dashboards: the run-as user has looked at none.
func (s *Server) recent(*call) reply { return reply{status: 200, body: []byte("[]")} }

func (s *Server) reportTypes(c *call) reply {
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
	if s.bodies.catalog != nil {
		for _, t := range s.bodies.catalog.ReportTypes() {
			at, ok := place[t.Folder]
			if !ok {
				at = len(list)
				place[t.Folder] = at
				list = append(list, folder{Label: t.Folder})
			}
			e := entry{
				DescribeURL: c.base + "/analytics/reportTypes/" + t.Type, IsHidden: t.Hidden, Label: t.Label,
				SupportsJoinedFormat: t.SupportsJoined, Type: t.Type,
			}
			if t.Description != "" {
				e.Description = &t.Description
			}
			list[at].ReportTypes = append(list[at].ReportTypes, e)
		}
	}
	return jsonReply(200, list)
}

// reportType answers the metadata of one type, with the empty report that a user would start from.
func (s *Server) reportType(c *call) reply {
	if s.bodies.catalog == nil || s.bodies.catalog.TypeMetadata(c.args[0]) == nil {
		return refusal(404, "NOT_FOUND", org.Gone.Message)
	}
	name := quote(nil, c.args[0])
	b := append([]byte(`{"attributes":{"reportTypeDescribeUrl":`), quote(nil, c.base+"/analytics/reportTypes/"+c.args[0])...)
	b = append(b, `,"type":"ReportType"},"reportExtendedMetadata":{"aggregateColumnInfo":{},"detailColumnInfo":{},"groupingColumnInfo":{}},`...)
	b = append(b, `"reportMetadata":{"aggregates":["RowCount"],"detailColumns":[],"id":null,"name":null,"reportFormat":"TABULAR",`...)
	b = append(append(b, `"reportType":{"type":`...), name...)
	return reply{status: 200, body: append(b, `}},"reportTypeMetadata":`...), tail: s.bodies.get(c.args[0])}
}
