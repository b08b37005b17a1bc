package analytics

import (
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// tails makes once for each report type the end of its reports' descriptions, which is the metadata of the type.
type tails struct {
	catalog org.TypeCatalog // nil when the org knows no types
	size    int             // bytes of made-up metadata

	mu   sync.Mutex
	made map[string]*wire.Tail
}

func (t *tails) get(reportType string) *wire.Tail {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made[reportType] == nil {
		t.made[reportType] = wire.NewTail(slices.Concat(t.metadata(reportType), []byte("}")))
	}
	return t.made[reportType]
}

// metadata is the org's own, or one with made-up columns for an org that has none.
func (t *tails) metadata(reportType string) json.RawMessage {
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
