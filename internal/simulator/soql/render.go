package soql

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/simulator/org"
)

// output is one key of a rendered row: a field, a row that a relationship leads to, or a subquery.
type output struct {
	name   string
	column column

	through *org.Field // of a relationship
	locate  locator
	inner   []output

	child org.Child // of a subquery
	sub   *Plan
}

// Append renders a row as JSON. base is the path of the version, as in /services/data/v59.0.
func (p *Plan) Append(b []byte, row int, base string) []byte {
	b = appendAttributes(b, p.object.Name, p.view.ID(p.object.Name, row), base)
	return append(p.appendOutputs(b, p.fields, row, base), '}')
}

func appendAttributes(b []byte, kind, id, base string) []byte {
	b = append(append(b, `{"attributes":{"type":"`...), kind...)
	b = append(append(append(b, `","url":"`...), base...), "/sobjects/"...)
	return append(append(append(append(b, kind...), '/'), id...), `"}`...)
}

func (p *Plan) appendOutputs(b []byte, list []output, row int, base string) []byte {
	for k := range list {
		out := &list[k]
		b = append(append(append(b, `,"`...), out.name...), `":`...)
		switch {
		case out.sub != nil:
			b = out.appendChildren(b, p.view.ID(p.object.Name, row), base)
		case out.through != nil:
			b = p.appendRelated(b, out, row, base)
		default:
			b = appendValue(b, out.column.read(row))
		}
	}
	return b
}

func (p *Plan) appendRelated(b []byte, out *output, row int, base string) []byte {
	kind, target, ok := out.locate(row)
	if !ok {
		return append(b, "null"...)
	}
	id := p.view.ID(kind, target)
	if out.through.Polymorphic() {
		kind = "Name"
	}
	return append(p.appendOutputs(appendAttributes(b, kind, id, base), out.inner, row, base), '}')
}

func (o *output) appendChildren(b []byte, parent, base string) []byte {
	rows := o.sub.children(o.sub.view.Children(o.child, parent))
	if len(rows) == 0 {
		return append(b, "null"...)
	}
	b = strconv.AppendInt(append(b, `{"totalSize":`...), int64(len(rows)), 10)
	b = append(b, `,"done":true,"records":[`...)
	for k, row := range rows {
		if k > 0 {
			b = append(b, ',')
		}
		b = o.sub.Append(b, int(row), base)
	}
	return append(b, "]}"...)
}

func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		quoted, err := jsontext.AppendQuote(b, v)
		if err != nil { // invalid UTF-8, replaced
			return quoted
		}
		return quoted
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return append(b, "null"...)
}
