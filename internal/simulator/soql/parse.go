package soql

import "strings"

// Bounds of a statement.
const (
	maxLength = 100_000
	maxText   = 4_000
	maxDepth  = 50
)

// Parse reads a statement. It knows nothing of objects and fields yet.
func Parse(text string) (*Query, error) {
	if len(text) > maxLength {
		return nil, refuse(MalformedQuery, "SOQL statements cannot be longer than %d characters.", maxLength)
	}
	if strings.TrimSpace(text) == "" {
		return nil, refuse(MalformedQuery, "unexpected token: <EOF>")
	}
	tokens, bad := lex(text)
	if bad != nil {
		return nil, bad
	}
	p := &parser{reader: reader{text: text, tokens: tokens}}
	q, bad := p.query(false)
	if bad == nil && p.peek().kind != endToken {
		bad = p.unexpected()
	}
	if bad != nil {
		return nil, bad
	}
	return q, nil
}

// parser reads the clauses of a statement.
type parser struct {
	reader
	depth int // of a condition
}

func (p *parser) query(sub bool) (*Query, *Error) {
	q := &Query{text: p.text, Limit: NoLimit}
	if bad := p.expect("SELECT"); bad != nil {
		return nil, bad
	}
	if bad := p.selection(q, sub); bad != nil {
		return nil, bad
	}
	if bad := p.expect("FROM"); bad != nil {
		return nil, bad
	}
	object, bad := p.name()
	if bad != nil {
		return nil, bad
	}
	q.Object, q.objectAt = object.text, object.at
	if t := p.peek(); t.kind == wordToken && !reserved[strings.ToLower(t.text)] {
		q.Alias = p.take().text
	}
	for _, clause := range []func(*Query) *Error{p.scope, p.where, p.orderBy, p.limits} {
		if bad := clause(q); bad != nil {
			return nil, bad
		}
	}
	for _, word := range []string{"GROUP", "HAVING", "WITH", "FOR", "ALL"} {
		if t := p.peek(); t.is(word) {
			return nil, refuseAt(p.text, t.at, NotSupported, "unexpected token: '%s' (this simulator does not know the clause)", t.text)
		}
	}
	return q, nil
}

func (p *parser) selection(q *Query, sub bool) *Error {
	if t := p.peek(); t.is("COUNT") && p.tokens[p.next+1].sign("(") {
		p.next += 2
		q.Count = true
		return p.expectSign(")")
	}
	for {
		item, bad := p.item(sub)
		if bad != nil {
			return bad
		}
		q.Items = append(q.Items, item)
		if !p.acceptSign(",") {
			return nil
		}
	}
}

func (p *parser) item(sub bool) (Item, *Error) {
	t := p.peek()
	if t.sign("(") && !sub {
		p.next++
		q, bad := p.query(true)
		if bad != nil {
			return Item{}, bad
		}
		return Item{Sub: q, at: t.at}, p.expectSign(")")
	}
	if t.is("FIELDS") && p.tokens[p.next+1].sign("(") {
		p.next += 2
		kind := p.take()
		if !kind.is("ALL") && !kind.is("STANDARD") && !kind.is("CUSTOM") {
			p.next--
			return Item{}, p.unexpected()
		}
		return Item{Fields: strings.ToUpper(kind.text), at: t.at}, p.expectSign(")")
	}
	path, at, bad := p.path()
	if bad == nil && p.peek().sign("(") {
		bad = p.unexpected()
	}
	return Item{Path: path, at: at}, bad
}

func (p *parser) scope(q *Query) *Error {
	if !p.accept("USING") {
		return nil
	}
	if bad := p.expect("SCOPE"); bad != nil {
		return bad
	}
	t, bad := p.name()
	q.Scope, q.scopeAt = t.text, t.at
	return bad
}

func (p *parser) where(q *Query) (bad *Error) {
	if p.accept("WHERE") {
		q.Where, bad = p.condition()
	}
	return bad
}

func (p *parser) orderBy(q *Query) *Error {
	if !p.accept("ORDER") {
		return nil
	}
	if bad := p.expect("BY"); bad != nil {
		return bad
	}
	for {
		path, at, bad := p.path()
		if bad != nil {
			return bad
		}
		term := orderTerm{path: path, at: at}
		if !p.accept("ASC") {
			term.descending = p.accept("DESC")
		}
		term.nullsLast = term.descending
		if p.accept("NULLS") {
			term.nullsLast = p.accept("LAST")
			if !term.nullsLast {
				if bad := p.expect("FIRST"); bad != nil {
					return bad
				}
			}
		}
		q.Order = append(q.Order, term)
		if !p.acceptSign(",") {
			return nil
		}
	}
}

func (p *parser) limits(q *Query) *Error {
	if p.accept("LIMIT") {
		q.limitAt = p.peek().at
		n, bad := p.number()
		if bad != nil {
			return bad
		}
		q.Limit = n
	}
	if p.accept("OFFSET") {
		q.offsetAt = p.peek().at
		n, bad := p.number()
		if bad != nil {
			return bad
		}
		if q.Offset = n; n > 2000 {
			return refuse(OutsideRange, "Maximum SOQL offset allowed is 2000")
		}
	}
	return nil
}
