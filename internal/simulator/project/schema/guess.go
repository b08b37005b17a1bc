package schema

import (
	"slices"
	"strings"
	"unicode"

	"longhaul/internal/simulator/project/source"
)

// Guess derives a field's type from its name: most fields that a project does not hold, those of other packages above all, are
// named after their type.
func Guess(name string) Field {
	stem := Bare(name)
	if i := strings.LastIndex(stem, "__"); i > 0 {
		stem = stem[:i]
	}
	label := Words(stem)
	info := Field{Label: source.First(label, name), DataType: "string", Origin: FromNothing}
	if t := typeOf(strings.Fields(strings.ToLower(label))); t != "" {
		info.DataType, info.Origin = t, FromName
	}
	return info
}

// hint is a type that certain words in a name give away: as the first word, as the last one, or anywhere.
type hint struct {
	dataType          string
	first, last, some []string
}

// hints go from the words that leave no doubt to those that leave some.
var hints = []hint{
	{
		dataType: "boolean", first: []string{"is", "has", "do", "enable", "disable", "allow", "exclude"},
		last: []string{"active", "deceased", "paid"},
	},
	{dataType: "datetime", last: []string{"timestamp", "datetime"}},
	{dataType: "date", last: []string{"date", "birthdate"}},
	{dataType: "percent", some: []string{"percent", "percentage", "probability"}},
	{
		dataType: "double", first: []string{"number", "num", "count"},
		last: []string{"count", "quantity", "latitude", "longitude", "employees"},
	},
	{dataType: "currency", some: []string{"amount", "revenue", "cost", "price", "balance"}},
	{dataType: "email", last: []string{"email"}},
	{dataType: "phone", last: []string{"phone", "fax", "mobile"}},
	{dataType: "url", last: []string{"url", "website"}},
	{dataType: "textarea", last: []string{"description", "comments", "notes"}},
	{dataType: "picklist", last: []string{"status", "type", "stage", "priority", "rating", "reason", "industry"}},
}

// typeOf is the type that the words of a name give away, or none.
func typeOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	first, last := words[0], words[len(words)-1]
	for _, h := range hints {
		some := func(word string) bool { return slices.Contains(h.some, word) }
		if slices.Contains(h.first, first) || slices.Contains(h.last, last) || slices.ContainsFunc(words, some) {
			return h.dataType
		}
	}
	return ""
}

// Words makes a label out of a name: Grant_Period and GrantPeriod are Grant Period, CLOSE_DATE is Close Date.
func Words(name string) string {
	var b strings.Builder
	var before rune
	shouted := name == strings.ToUpper(name)
	for _, r := range name {
		switch {
		case r == '_' || r == '.' || r == '$' || r == '*':
			r = ' '
		case shouted && unicode.IsLetter(before):
			r = unicode.ToLower(r)
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
