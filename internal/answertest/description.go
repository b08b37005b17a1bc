package answertest

import (
	"fmt"
	"strings"
)

// Description makes the description of a report with columns and about size bytes of type metadata.
func Description(report string, columns, size int) string {
	var names, infos, kind strings.Builder
	for i := range columns {
		if i > 0 {
			names.WriteByte(',')
			infos.WriteByte(',')
		}
		fmt.Fprintf(&names, `"Plan__c.Field_%d__c"`, i)
		fmt.Fprintf(&infos, `"Plan__c.Field_%d__c":{"label":"Größe %d","dataType":"picklist","entityColumnName":"Plan__c.Field_%d__c",`+
			`"filterValues":[{"apiName":"EMEA","name":"EMEA","label":"EMEA"}]}`, i, i, i)
	}
	for i := 0; kind.Len() < size; i++ {
		if i > 0 {
			kind.WriteByte(',')
		}
		fmt.Fprintf(&kind, `"COLUMN_%d":{"label":"A label \"%d\"","dataType":"currency","isCustom":false,"maxLength":null,`+
			`"filterValues":[],"scale":1.5e3}`, i, i)
	}
	return `{"attributes":{"type":"Report"},"reportMetadata":{"id":"` + report + `","detailColumns":[` + names.String() +
		`]},"reportTypeMetadata":{"categories":[{"label":"c","columns":{` + kind.String() +
		`}}]},"reportExtendedMetadata":{"detailColumnInfo":{` + infos.String() + `}}}`
}

// ColumnNames writes the names of n columns, each in quotes and followed by after, with commas between them.
func ColumnNames(n int, after string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"Plan__c.Field_%d__c"%s`, i, after)
	}
	return b.String()
}
