package analytics

import (
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// tails makes once for each report type the end of its reports' descriptions, which is the metadata of the type, and again when that
// has changed.
type tails struct {
	size int // bytes of made-up metadata

	mu   sync.Mutex
	made map[string]tail
}

// tail is the end that was made of the metadata of a type; nil of made-up ones.
type tail struct {
	of   json.RawMessage
	made *wire.Tail
}

// catalogOf is the list of types of the org as a call sees it; nil when the org knows none.
func catalogOf(c *call.Call) org.TypeCatalog {
	catalog, _ := c.Tenant.Org().(org.TypeCatalog)
	return catalog
}

func (t *tails) get(catalog org.TypeCatalog, reportType string) *wire.Tail {
	var own json.RawMessage
	if catalog != nil {
		own = catalog.TypeMetadata(reportType)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	last, ok := t.made[reportType]
	if !ok || len(own) != len(last.of) || len(own) > 0 && &own[0] != &last.of[0] {
		last = tail{own, wire.NewTail(slices.Concat(t.metadata(own, reportType), []byte("}")))}
		t.made[reportType] = last
	}
	return last.made
}

// metadata is the org's own, or one with made-up columns for an org that has none.
func (t *tails) metadata(own json.RawMessage, reportType string) json.RawMessage {
	if own != nil {
		return own
	}
	var columns []org.TypeColumn
	for n := range t.size / 370 {
		name := "Field" + strconv.Itoa(n)
		columns = append(columns, org.TypeColumn{Key: name, Label: name, DataType: "string", Source: "Account." + name})
	}
	return org.WriteTypeMetadata(org.ReportType{Type: reportType, Label: reportType}, "Account", columns)
}
