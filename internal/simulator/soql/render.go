package soql

import (
	"strconv"
	"strings"

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

func (p *Plan) checkSelection() *Error {
	seen := map[string]bool{}
	for _, item := range p.query.Items {
		switch {
		case item.Sub != nil:
			if bad := p.addSub(item); bad != nil {
				return bad
			}
		case item.Fields != "":
			if bad := p.addAll(item, seen); bad != nil {
				return bad
			}
		default:
			if bad := p.addPath(item.Path, item.at, seen); bad != nil {
				return bad
			}
		}
	}
	return nil
}

func (p *Plan) addAll(item Item, seen map[string]bool) *Error {
	if item.Fields != "STANDARD" && p.query.Limit > 200 {
		return refuse(MalformedQuery, "The SOQL FIELDS function must have a LIMIT of at most 200")
	}
	if item.Fields == "CUSTOM" {
		return nil
	}
	for k := range p.object.Fields {
		f := &p.object.Fields[k]
		if p.view.Knows(p.object, f) && !seen[f.Name] {
			if bad := p.addPath([]string{f.Name}, item.at, seen); bad != nil {
				return bad
			}
		}
	}
	return nil
}

func (p *Plan) addPath(path []string, at int, seen map[string]bool) *Error {
	c, bad := p.resolve(path, at)
	if bad != nil {
		return bad
	}
	if len(path) > 1 && (strings.EqualFold(path[0], p.object.Name) || strings.EqualFold(path[0], p.query.Alias)) {
		path = path[1:]
	}
	key := strings.ToLower(strings.Join(path, "."))
	if seen[key] || seen[c.field.Name] && len(path) == 1 {
		return refuseAt(p.query.text, at, MalformedQuery, "duplicate field selected: %s", strings.Join(path, "."))
	}
	seen[key] = true
	if len(path) == 1 {
		seen[c.field.Name] = true
	}
	p.fields = p.place(p.fields, p.object, path, c, func(i int) (string, int, bool) { return p.object.Name, i, true })
	return nil
}

// place puts a path into the tree of what is rendered: paths through one relationship share its object.
func (p *Plan) place(list []output, object *org.Object, path []string, c column, from locator) []output {
	if len(path) == 1 {
		return append(list, output{name: c.field.Name, column: c})
	}
	reference, _ := object.Relation(path[0])
	next, _ := org.Lookup("Name")
	if !reference.Polymorphic() {
		next, _ = org.Lookup(reference.To[0])
	}
	for k := range list {
		if list[k].through == reference {
			list[k].inner = p.place(list[k].inner, next, path[1:], c, list[k].locate)
			return list
		}
	}
	out := output{name: reference.Relationship, through: reference, locate: p.follow(from, reference)}
	out.inner = p.place(nil, next, path[1:], c, out.locate)
	return append(list, out)
}

func (p *Plan) addSub(item Item) *Error {
	child, ok := p.object.Child(item.Sub.Object)
	if !ok {
		return refuseAt(p.query.text, item.Sub.objectAt, InvalidType, "Didn't understand relationship '%s' in FROM part of query call. "+
			"If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. "+
			"Please reference your WSDL or the describe call for the appropriate names.", item.Sub.Object)
	}
	inner := *item.Sub
	inner.Object = child.Object
	if inner.Count || inner.Scope != "" {
		return refuseAt(p.query.text, item.at, MalformedQuery, "a subquery selects fields, without a scope")
	}
	sub, bad := prepare(&inner, p.view)
	if bad != nil {
		return bad
	}
	p.fields = append(p.fields, output{name: child.Name, child: child, sub: sub})
	return nil
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
