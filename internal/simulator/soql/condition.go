package soql

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/simulator/org"
)

type test = func(i int) bool

func (p *planner) condition(e expr) (test, *Error) {
	switch e := e.(type) {
	case andExpr:
		tests, bad := p.conditions(e.terms)
		return func(i int) bool {
			return !slices.ContainsFunc(tests, func(t test) bool { return !t(i) })
		}, bad
	case orExpr:
		tests, bad := p.conditions(e.terms)
		return func(i int) bool {
			return slices.ContainsFunc(tests, func(t test) bool { return t(i) })
		}, bad
	case notExpr:
		t, bad := p.condition(e.term)
		return func(i int) bool { return !t(i) }, bad
	case comparison:
		return p.comparison(e)
	}
	return nil, refuse(MalformedQuery, "unexpected token")
}

func (p *planner) conditions(terms []expr) ([]test, *Error) {
	tests := make([]test, 0, len(terms))
	for _, e := range terms {
		t, bad := p.condition(e)
		if bad != nil {
			return nil, bad
		}
		tests = append(tests, t)
	}
	return tests, nil
}

func (p *planner) comparison(c comparison) (test, *Error) {
	col, bad := p.resolve(c.path, c.at)
	if bad != nil {
		return nil, bad
	}
	if col.field.NoFilter {
		return nil, refuseAt(p.query.text, c.at, InvalidField, "field '%s' can not be filtered in a query call", col.field.Name)
	}
	if c.operator == "LIKE" {
		return p.like(col, c)
	}
	values := make([]any, 0, len(c.values))
	for _, l := range c.values {
		v, bad := p.value(col.field, l, c)
		if bad != nil {
			return nil, bad
		}
		values = append(values, v)
	}
	order := p.view.Ranking(p.object.Name).order
	compare := func(a, b any) (int, bool) { return compareValues(col.field, order, a, b) }
	switch c.operator {
	case "IN":
		in := membership(col.field, values, compare)
		return func(i int) bool { return in(col.read(i)) }, nil
	case "NOT IN":
		in := membership(col.field, values, compare)
		return func(i int) bool { return !in(col.read(i)) }, nil
	}
	want := values[0]
	return func(i int) bool { return holds(c.operator, col.read(i), want, compare) }, nil
}

// holds treats null as SOQL does: it is equal to null only, and less or greater than nothing.
func holds(operator string, have, want any, compare func(a, b any) (int, bool)) bool {
	if have == nil || want == nil {
		same := have == nil && want == nil
		return operator == "=" && same || operator == "!=" && !same
	}
	n, ok := compare(have, want)
	if !ok {
		return operator == "!="
	}
	switch operator {
	case "=":
		return n == 0
	case "!=":
		return n != 0
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	}
	return n >= 0
}

// membership is a set for ids and a search for the rest.
func membership(f *org.Field, values []any, compare func(a, b any) (int, bool)) func(any) bool {
	if f.Type == "id" || f.Type == "reference" {
		set := map[any]bool{}
		for _, v := range values {
			set[v] = true
		}
		return func(have any) bool { return set[have] }
	}
	return func(have any) bool {
		return slices.ContainsFunc(values, func(want any) bool { return holds("=", have, want, compare) })
	}
}

// value checks a literal against the type of the field that it is compared with.
func (p *planner) value(f *org.Field, l literal, c comparison) (any, *Error) {
	if l.kind == nullLiteral {
		return p.null(c)
	}
	switch f.Type {
	case "id", "reference":
		return p.idValue(f, l, c)
	case "boolean":
		if l.kind != boolLiteral {
			return nil, p.mistyped(f, c, false)
		}
		if c.operator != "=" && c.operator != "!=" {
			return nil, refuseAt(p.query.text, c.at, InvalidFilter, "invalid operator on boolean field: %s", c.operator)
		}
		return l.text == "true", nil
	case "int", "double":
		n, err := strconv.ParseFloat(l.text, 64)
		if l.kind != numberLiteral || err != nil {
			return nil, p.mistyped(f, c, false)
		}
		return n, nil
	case "datetime":
		at, ok := parseMoment(l.text)
		if l.kind != datetimeLiteral || !ok {
			return nil, p.mistyped(f, c, false)
		}
		return at, nil
	}
	if l.kind != textLiteral {
		return nil, p.mistyped(f, c, true)
	}
	if l.text == "" && c.operator != "<" && c.operator != ">" {
		return p.null(c)
	}
	return l.text, nil
}

func (p *planner) idValue(f *org.Field, l literal, c comparison) (any, *Error) {
	if l.kind != textLiteral {
		return nil, p.mistyped(f, c, true)
	}
	if l.text == "" {
		return p.null(c)
	}
	id, ok := org.Normalize(l.text)
	if !ok {
		return nil, refuseAt(p.query.text, c.valueAt, InvalidFilter, "invalid ID field: %s", l.text)
	}
	return id, nil
}

func (p *planner) null(c comparison) (any, *Error) {
	if c.operator != "=" && c.operator != "!=" && c.operator != "IN" && c.operator != "NOT IN" {
		return nil, refuseAt(p.query.text, c.valueAt, InvalidFilter, "invalid operator %s with null", c.operator)
	}
	return nil, nil
}

func (p *planner) mistyped(f *org.Field, c comparison, quoted bool) *Error {
	kind, not := f.Type, "not "
	if kind == "datetime" {
		kind = "dateTime"
	}
	if quoted {
		not = ""
	}
	return refuseAt(p.query.text, c.at, InvalidField, "value of filter criterion for field '%s' must be of type %s and should %sbe "+
		"enclosed in quotes", f.Name, kind, not)
}

func (p *planner) like(col column, c comparison) (test, *Error) {
	switch col.field.Type {
	case "string", "textarea", "picklist", "email", "url":
	default:
		return nil, refuseAt(p.query.text, c.at, InvalidFilter, "invalid operator on %s field: LIKE", col.field.Type)
	}
	if c.values[0].kind != textLiteral {
		return nil, p.mistyped(col.field, c, true)
	}
	pattern := []rune(strings.ToLower(c.values[0].text))
	return func(i int) bool {
		have, ok := col.read(i).(string)
		return ok && likes([]rune(strings.ToLower(have)), pattern)
	}, nil
}

// likes matches % with any text and _ with any one character; a backslash makes the next character plain.
func likes(text, pattern []rune) bool {
	at, on := 0, 0
	backText, backPattern := -1, 0
	for at < len(text) {
		switch {
		case on < len(pattern) && pattern[on] == '%':
			backText, backPattern = at, on+1
			on++
			continue
		case on < len(pattern) && pattern[on] == '\\' && on+1 < len(pattern) && pattern[on+1] == text[at]:
			at, on = at+1, on+2
			continue
		case on < len(pattern) && pattern[on] != '\\' && (pattern[on] == '_' || pattern[on] == text[at]):
			at, on = at+1, on+1
			continue
		case backText < 0:
			return false
		}
		backText++
		at, on = backText, backPattern
	}
	for on < len(pattern) && pattern[on] == '%' {
		on++
	}
	return on == len(pattern)
}

// compareValues compares two values of a field; neither is nil.
func compareValues(f *org.Field, order Order, a, b any) (int, bool) {
	switch f.Type {
	case "id", "reference":
		x, okX := a.(string)
		y, okY := b.(string)
		return order.Compare(x, y), okX && okY
	case "datetime":
		x, okX := momentOf(a)
		y, okY := momentOf(b)
		return x.Compare(y), okX && okY
	case "int", "double":
		x, okX := numberOf(a)
		y, okY := numberOf(b)
		return cmp.Compare(x, y), okX && okY
	case "boolean":
		x, _ := a.(bool)
		y, _ := b.(bool)
		return truth(x) - truth(y), true
	}
	x, okX := a.(string)
	y, okY := b.(string)
	if x == y {
		return 0, okX && okY
	}
	return strings.Compare(strings.ToLower(x), strings.ToLower(y)), okX && okY
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func numberOf(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

func momentOf(v any) (time.Time, bool) {
	switch m := v.(type) {
	case time.Time:
		return m, true
	case string:
		return parseMoment(m)
	}
	return time.Time{}, false
}

func parseMoment(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
