package soql

import (
	"strings"

	"longhaul/internal/simulator/org"
)

// Plan is a query that has been checked against the schema: it can be run and its rows be rendered.
type Plan struct {
	view    View
	query   *Query
	object  *org.Object
	fields  []output
	accepts func(i int) bool // nil accepts every row
	order   []sortKey
	scope   string
	low     int // the ranks that the conditions on Id leave
	high    int
	pinned  bool // the conditions name the wanted ids
}

// column reads a field of a row, perhaps of another row that it leads to.
type column struct {
	field *org.Field
	read  func(i int) any
}

type sortKey struct {
	column
	term orderTerm
}

// planner checks a query against the schema, and makes the plan of it.
type planner struct{ *Plan }

// Prepare checks a query.
func Prepare(q *Query, view View) (*Plan, error) {
	p, bad := prepare(q, view)
	if bad != nil {
		return nil, bad
	}
	return p, nil
}

func prepare(q *Query, view View) (*Plan, *Error) {
	object, ok := view.Object(q.Object)
	if !ok || object.NotQueryable {
		return nil, refuseAt(q.text, q.objectAt, InvalidType, "sObject type '%s' is not supported. If you are attempting to use a "+
			"custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call "+
			"for the appropriate names.", q.Object)
	}
	p := &planner{&Plan{view: view, query: q, object: object, scope: "everything", high: view.Ranking(object.Name).count}}
	for _, step := range []func() *Error{p.checkScope, p.checkSelection, p.checkOrder} {
		if bad := step(); bad != nil {
			return nil, bad
		}
	}
	if q.Where != nil {
		accepts, bad := p.condition(q.Where)
		if bad != nil {
			return nil, bad
		}
		p.accepts = accepts
		p.narrow(q.Where)
	}
	return p.Plan, nil
}

func (p *planner) checkScope() *Error {
	if p.query.Scope == "" {
		return nil
	}
	for _, scope := range append([]string{"everything"}, p.object.Scopes...) {
		if strings.EqualFold(scope, p.query.Scope) {
			p.scope = scope
			return nil
		}
	}
	return refuseAt(p.query.text, p.query.scopeAt, InvalidScope, "The specified search scope '%s' is invalid for %s",
		p.query.Scope, p.object.Name)
}

// Scope is the scope that the query asks for, everything by default.
func (p *Plan) Scope() string { return p.scope }

// resolve follows a path from an object to a field.
func (p *planner) resolve(path []string, at int) (column, *Error) {
	if len(path) > 1 && (strings.EqualFold(path[0], p.object.Name) || p.query.Alias != "" && strings.EqualFold(path[0], p.query.Alias)) {
		path = path[1:]
	}
	object := p.object
	locate := func(i int) (string, int, bool) { return p.object.Name, i, true }
	for len(path) > 1 {
		reference, ok := object.Relation(path[0])
		if !ok || !p.view.Knows(object, reference) {
			return column{}, refuseAt(p.query.text, at, InvalidField, "Didn't understand relationship '%s' in field path. If you are "+
				"attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please "+
				"reference your WSDL or the describe call for the appropriate names.", path[0])
		}
		locate = p.follow(locate, reference)
		if reference.Polymorphic() {
			object, _ = org.Lookup("Name")
		} else {
			object, _ = org.Lookup(reference.To[0])
		}
		path = path[1:]
	}
	field, ok := object.Field(path[0])
	if !ok || !p.view.Knows(object, field) {
		return column{}, refuseAt(p.query.text, at, InvalidField, "No such column '%s' on entity '%s'. If you are attempting to use "+
			"a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe "+
			"call for the appropriate names.", path[0], object.Name)
	}
	return column{field, func(i int) any {
		name, row, ok := locate(i)
		if !ok {
			return nil
		}
		return p.read(object, name, row, field)
	}}, nil
}

type locator = func(i int) (object string, row int, ok bool)

// follow leads from a row to the one that its reference names.
func (p *Plan) follow(from locator, reference *org.Field) locator {
	return func(i int) (string, int, bool) {
		name, row, ok := from(i)
		if !ok {
			return "", 0, false
		}
		id, _ := p.view.Field(name, row, reference.Name).(string)
		target, known := org.ObjectOf(id)
		if !known {
			return "", 0, false
		}
		row, ok = p.view.Find(target, id)
		return target, row, ok
	}
}

// read reads a field of a row; through a polymorphic relationship the row answers as a Name.
func (p *Plan) read(as *org.Object, name string, row int, field *org.Field) any {
	if field.Name == "Id" {
		return p.view.ID(name, row)
	}
	if as.Name != "Name" {
		return p.view.Field(name, row, field.Name)
	}
	if field.Name == "Type" {
		return name
	}
	if object, ok := org.Lookup(name); ok {
		if f, ok := object.Field(field.Name); ok {
			return p.view.Field(name, row, f.Name)
		}
	}
	return nil
}

func (p *planner) checkOrder() *Error {
	for _, term := range p.query.Order {
		c, bad := p.resolve(term.path, term.at)
		if bad != nil {
			return bad
		}
		if c.field.NoSort {
			return refuseAt(p.query.text, term.at, InvalidField, "field '%s' can not be sorted in a query call", c.field.Name)
		}
		p.order = append(p.order, sortKey{c, term})
	}
	return nil
}

// narrow bounds the ranks by the comparisons of Id in a conjunction.
func (p *planner) narrow(e expr) {
	switch e := e.(type) {
	case andExpr:
		for _, term := range e.terms {
			p.narrow(term)
		}
	case comparison:
		if len(e.path) != 1 || !strings.EqualFold(e.path[0], "Id") || e.values[0].kind != textLiteral {
			return
		}
		p.pinned = p.pinned || e.operator == "=" || e.operator == "IN"
		id, ok := org.Normalize(e.values[0].text)
		if !ok {
			return
		}
		ranking := p.view.Ranking(p.object.Name)
		switch e.operator {
		case ">":
			p.low = max(p.low, ranking.Search(id, true))
		case ">=":
			p.low = max(p.low, ranking.Search(id, false))
		case "<":
			p.high = min(p.high, ranking.Search(id, false))
		case "<=":
			p.high = min(p.high, ranking.Search(id, true))
		case "=":
			p.low, p.high = max(p.low, ranking.Search(id, false)), min(p.high, ranking.Search(id, true))
		}
	}
}
