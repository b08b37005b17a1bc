package org

import (
	"encoding/json"
	"strconv"
)

// extended is the part of a description that describes columns.
func (s *shape) extended() json.RawMessage {
	size := 1024
	for _, c := range s.columns {
		size += len(c.detail) + 1
	}
	b := append(make([]byte, 0, size), `{"aggregateColumnInfo":{`...)
	if s.sum != nil {
		b = append(quote(b, "s!"+s.sum.key), `:{"acrossGroupingContext":null,"dataType":"`+s.sum.dataType+`","downGroupingContext":null,"label":`...)
		b = append(quote(b, "Sum of "+s.sum.label), `},`...)
	}
	if len(s.down) > 0 {
		b = append(b, `"FORMULA1":{"acrossGroupingContext":"ALL_SUMMARY_LEVELS","dataType":"double",`+
			`"downGroupingContext":"ALL_SUMMARY_LEVELS","label":"Half"},`...)
	}
	b = append(b, `"RowCount":{"acrossGroupingContext":null,"dataType":"int","downGroupingContext":null,"label":"Record Count"}},`...)
	b = append(b, `"detailColumnInfo":{`...)
	for k, c := range s.columns {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, c.detail...)
	}
	if s.bucket {
		b = append(b, `,"`+bucketName+`":{"dataType":"string","entityColumnName":null,"filterValues":[],"filterable":true,`+
			`"fullyQualifiedName":null,"inactiveFilterValues":[],"isLookup":false,"label":"Size","uniqueCountable":false}`...)
	}
	if s.formula {
		b = append(b, `,"`+formulaName+`":{"dataType":"double","entityColumnName":"CDF1","filterValues":[],"filterable":true,`+
			`"fullyQualifiedName":"CDF1","inactiveFilterValues":[],"isLookup":false,"label":"Twice","uniqueCountable":false}`...)
	}
	b = append(b, `},"groupingColumnInfo":{`...)
	for k, c := range append(s.down[:len(s.down):len(s.down)], s.across...) {
		if k > 0 {
			b = append(b, ',')
		}
		level := k
		if k >= len(s.down) {
			level = k - len(s.down)
		}
		b = append(quote(b, c.key), `:{"dataType":"`+c.dataType+`","groupingLevel":`...)
		b = append(strconv.AppendInt(b, int64(level), 10), `,"label":`...)
		b = append(quote(b, c.label), '}')
	}
	return append(b, `}}`...)
}
