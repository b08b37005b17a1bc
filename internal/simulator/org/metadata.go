package org

import (
	"encoding/json"
	"strconv"
)

// TypeColumn is one column that a report of a type may show. Source is its path from the root object.
type TypeColumn struct{ Key, Label, DataType, Source string }

// WriteTypeMetadata writes the reportTypeMetadata of a type whose root is object.
func WriteTypeMetadata(t ReportType, object string, columns []TypeColumn) json.RawMessage {
	b := []byte(`{"categories":[{"columns":{`)
	for n, c := range columns {
		switch {
		case n > 0 && n%40 == 0:
			b = append(quote(append(b, `},"label":`...), t.Label+" "+strconv.Itoa(n/40)), `},{"columns":{`...)
		case n > 0:
			b = append(b, ',')
		}
		b = appendTypeColumn(b, c)
	}
	b = append(quote(append(b, `},"label":`...), t.Label+" Information"), `}],`...)
	b = append(b, typeOperators...)
	b = append(quote(append(b, `,"divisionInfo":null,"objects":[{"apiName":`...), object), `,"joinType":"ROOT","label":`...)
	b = append(quote(b, t.Label), `}],"reportType":{"label":`...)
	b = append(quote(append(quote(b, t.Label), `,"type":`...), t.Type), `},"scopeInfo":`...)
	b = append(b, `{"defaultValue":"organization","values":[{"allowsDivision":false,"label":"All","value":"organization"},`...)
	b = append(b, `{"allowsDivision":false,"label":"Mine","value":"user"}]},"standardDateFilterDurationGroups":[],`...)
	b = strconv.AppendBool(append(b, `"standardFilterInfos":{},"supportsJoinedFormat":`...), t.SupportsJoined)
	return append(b, '}')
}

func appendTypeColumn(b []byte, c TypeColumn) []byte {
	b = append(quote(b, c.Key), `:{"allowedInCustomDetailFormula":true,"bucketable":true,"dataType":`...)
	b = append(quote(b, c.DataType), `,"entityColumnName":`...)
	b = append(quote(b, c.Source), `,"fieldToFieldFilterable":true,"filterValues":`...)
	if c.DataType == "picklist" || c.DataType == "multipicklist" {
		b = appendValues(b, picks)
	} else {
		b = append(b, "[]"...)
	}
	b = append(b, `,"filterable":true,"inactiveFilterValues":[],"isCustom":false,"isLookup":false,"label":`...)
	return append(quote(b, c.Label), `,"maxLength":null,"uniqueCountable":true}`...)
}

// typeOperators is the part that is the same for every type.
var typeOperators = func() []byte {
	text := []string{"equals", "notEqual", "lessThan", "greaterThan", "lessOrEqual", "greaterOrEqual", "contains", "notContain", "startsWith"}
	b := []byte(`"dataTypeFilterOperatorMap":{`)
	for i, dataType := range []string{"boolean", "currency", "date", "datetime", "double", "id", "picklist", "string"} {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(quote(b, dataType), ":["...)
		for k, operator := range text {
			if k > 0 {
				b = append(b, ',')
			}
			b = append(quote(append(b, `{"label":`...), operator), `,"name":`...)
			b = append(quote(b, operator), '}')
		}
		b = append(b, ']')
	}
	return append(b, `},"dateGranularityInfos":[{"label":"Day","value":"DAY"},{"label":"Month","value":"MONTH"}]`...)
}()
