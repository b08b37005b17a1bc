package soql

import "strings"

// condition reads terms joined by AND or by OR. Salesforce requires parentheses where both are used.
func (p *parser) condition() (expr, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, refuseAt(p.text, p.peek().at, MalformedQuery, "the condition nests more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	first, bad := p.term()
	if bad != nil {
		return nil, bad
	}
	terms := []expr{first}
	joint := ""
	for _, word := range []string{"AND", "OR"} {
		if p.peek().is(word) {
			joint = word
		}
	}
	for joint != "" && p.accept(joint) {
		term, bad := p.term()
		if bad != nil {
			return nil, bad
		}
		terms = append(terms, term)
	}
	switch {
	case p.peek().is("AND") || p.peek().is("OR"):
		return nil, p.unexpected()
	case joint == "AND":
		return andExpr{terms}, nil
	case joint == "OR":
		return orExpr{terms}, nil
	}
	return first, nil
}

func (p *parser) term() (expr, *Error) {
	if p.accept("NOT") {
		if p.depth++; p.depth > maxDepth {
			return nil, refuseAt(p.text, p.peek().at, MalformedQuery, "the condition nests more than %d deep", maxDepth)
		}
		defer func() { p.depth-- }()
		t, bad := p.term()
		return notExpr{t}, bad
	}
	if p.acceptSign("(") {
		c, bad := p.condition()
		if bad != nil {
			return nil, bad
		}
		return c, p.expectSign(")")
	}
	return p.comparison()
}

func (p *parser) comparison() (expr, *Error) {
	path, at, bad := p.path()
	if bad != nil {
		return nil, bad
	}
	c := comparison{path: path, at: at}
	switch t := p.take(); {
	case t.is("LIKE"):
		c.operator = "LIKE"
	case t.is("IN"):
		c.operator = "IN"
	case t.is("NOT") && p.accept("IN"):
		c.operator = "NOT IN"
	case t.sign("<>"):
		c.operator = "!="
	case t.kind == signToken && strings.Contains("= != < > <= >=", t.text):
		c.operator = t.text
	default:
		return nil, refuseAt(p.text, t.at, MalformedQuery, "unexpected token: '%s'", t.shown())
	}
	c.valueAt = p.peek().at
	if c.operator == "IN" || c.operator == "NOT IN" {
		c.values, bad = p.list()
		return c, bad
	}
	value, bad := p.literal(c.operator == "LIKE")
	c.values = []literal{value}
	return c, bad
}

func (p *parser) list() ([]literal, *Error) {
	if bad := p.expectSign("("); bad != nil {
		return nil, bad
	}
	if t := p.peek(); t.is("SELECT") {
		return nil, refuseAt(p.text, t.at, NotSupported, "unexpected token: '%s' (this simulator does not know semi-joins)", t.text)
	}
	var values []literal
	for {
		value, bad := p.literal(false)
		if bad != nil {
			return nil, bad
		}
		values = append(values, value)
		if !p.acceptSign(",") {
			return values, p.expectSign(")")
		}
	}
}

func (p *parser) literal(pattern bool) (literal, *Error) {
	t := p.peek()
	switch {
	case t.kind == textToken:
		text, ok := unescape(t.text, pattern)
		if !ok {
			return literal{}, refuseAt(p.text, t.at, MalformedQuery, "Invalid string literal '%s'. Illegal character sequence", t.text)
		}
		if len(text) > maxText {
			return literal{}, refuseAt(p.text, t.at, MalformedQuery, "a text in WHERE cannot be longer than %d characters", maxText)
		}
		p.next++
		return literal{textLiteral, text}, nil
	case t.kind == numberToken:
		p.next++
		return literal{numberLiteral, t.text}, nil
	case t.kind == momentToken && len(t.text) == len("2006-01-02"):
		p.next++
		return literal{dateLiteral, t.text}, nil
	case t.kind == momentToken:
		p.next++
		return literal{datetimeLiteral, t.text}, nil
	case t.is("NULL"):
		p.next++
		return literal{kind: nullLiteral}, nil
	case t.is("TRUE"), t.is("FALSE"):
		p.next++
		return literal{boolLiteral, strings.ToLower(t.text)}, nil
	}
	return literal{}, p.unexpected()
}
