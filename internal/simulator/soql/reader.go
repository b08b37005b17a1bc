package soql

import (
	"strconv"
	"strings"
)

// reader reads the tokens of a statement one after another.
type reader struct {
	text   string
	tokens []token
	next   int
}

func (r *reader) peek() token { return r.tokens[r.next] }

func (r *reader) take() token {
	t := r.tokens[r.next]
	if t.kind != endToken {
		r.next++
	}
	return t
}

func (r *reader) accept(word string) bool {
	if r.peek().is(word) {
		r.next++
		return true
	}
	return false
}

func (r *reader) acceptSign(s string) bool {
	if r.peek().sign(s) {
		r.next++
		return true
	}
	return false
}

func (r *reader) unexpected() *Error {
	t := r.peek()
	return refuseAt(r.text, t.at, MalformedQuery, "unexpected token: '%s'", t.shown())
}

func (r *reader) expect(word string) *Error {
	if !r.accept(word) {
		return r.unexpected()
	}
	return nil
}

func (r *reader) expectSign(s string) *Error {
	if !r.acceptSign(s) {
		return r.unexpected()
	}
	return nil
}

// reserved words end a list of fields or an alias.
var reserved = map[string]bool{
	"select": true, "from": true, "where": true, "order": true, "limit": true, "offset": true, "using": true, "and": true,
	"or": true, "not": true, "in": true, "like": true, "group": true, "having": true, "with": true, "for": true, "null": true,
	"true": true, "false": true, "by": true, "all": true, "includes": true, "excludes": true,
}

func (r *reader) name() (token, *Error) {
	if t := r.peek(); t.kind != wordToken || reserved[strings.ToLower(t.text)] {
		return t, r.unexpected()
	}
	return r.take(), nil
}

func (r *reader) path() ([]string, int, *Error) {
	t, bad := r.name()
	if bad != nil {
		return nil, 0, bad
	}
	path := []string{t.text}
	for r.acceptSign(".") {
		part, bad := r.name()
		if bad != nil {
			return nil, 0, bad
		}
		path = append(path, part.text)
	}
	return path, t.at, nil
}

func (r *reader) number() (int, *Error) {
	t := r.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != numberToken || err != nil || n < 0 || n > 1<<31-1 {
		return 0, r.unexpected()
	}
	r.next++
	return n, nil
}
