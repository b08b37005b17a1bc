package org

import (
	"encoding/json"
	"testing"
)

func rawOf(t *testing.T, value any) json.RawMessage {
	t.Helper()
	raw, ok := value.(json.RawMessage)
	if !ok {
		t.Fatalf("%T is no JSON", value)
	}
	return raw
}

func TestDescriptionsAreJSONWithTheWantedColumns(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{1, 4, 25, 130} {
		o := generate(t, Spec{Reports: 120, Columns: columns, Seed: 2})
		for i := range o.Count("Report") {
			d := o.Describe(i)
			if d.Status != 200 {
				continue
			}
			var extended struct {
				DetailColumnInfo map[string]struct {
					Label, DataType string
					FilterValues    []map[string]string
				}
				GroupingColumnInfo map[string]any
			}
			var metadata struct {
				ID, Name, ReportFormat string
				DetailColumns          []string
				GroupingsDown          []any
			}
			if err := json.Unmarshal(rawOf(t, d.ReportExtendedMetadata), &extended); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(rawOf(t, d.ReportMetadata), &metadata); err != nil {
				t.Fatal(err)
			}
			if len(extended.DetailColumnInfo) != columns || len(metadata.DetailColumns) != columns {
				t.Fatalf("report %d has %d columns and lists %d, want %d", i, len(extended.DetailColumnInfo), len(metadata.DetailColumns), columns)
			}
			for _, key := range metadata.DetailColumns {
				if extended.DetailColumnInfo[key].Label == "" || extended.DetailColumnInfo[key].DataType == "" {
					t.Fatalf("column %s of report %d is not described", key, i)
				}
			}
			if metadata.ID != o.ID("Report", i) || metadata.Name != o.Field("Report", i, "Name") {
				t.Fatalf("report %d is described as %+v", i, metadata)
			}
			if (metadata.ReportFormat == "TABULAR") != (len(metadata.GroupingsDown) == 0) {
				t.Fatalf("report %d is %s with %d groupings", i, metadata.ReportFormat, len(metadata.GroupingsDown))
			}
		}
	}
}

func TestTypeMetadataIsOfTheWantedSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{40_000, 1_000_000} {
		o := generate(t, Spec{Reports: 1, Columns: 25, TypeMetadata: size})
		for _, rt := range o.ReportTypes()[:3] {
			body := o.TypeMetadata(rt.Type)
			if !json.Valid(body) || len(body) < size*8/10 || len(body) > size*12/10 {
				t.Errorf("metadata of %s has %d bytes (JSON: %v), want about %d", rt.Type, len(body), json.Valid(body), size)
			}
		}
		if o.TypeMetadata("Nothing") != nil {
			t.Error("an unknown type has metadata")
		}
	}
}

func BenchmarkDescribe(b *testing.B) {
	o := generate(b, Spec{Reports: 100_000, Columns: 25})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.Describe(i % 100_000)
	}
}
