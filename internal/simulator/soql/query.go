// Package soql reads and answers the part of Salesforce's query language that clients of reporting metadata use.
package soql

import "math"

// Query is a parsed statement.
type Query struct {
	text string

	Count    bool // SELECT COUNT()
	Items    []Item
	Object   string
	Alias    string
	Scope    string
	Where    expr
	Order    []orderTerm
	Limit    int // NoLimit when absent
	Offset   int
	objectAt int
	scopeAt  int
	limitAt  int
	offsetAt int
}

// NoLimit is the limit of a query without one.
const NoLimit = math.MaxInt

// Item is one entry of the SELECT list: a field path, FIELDS(...), or a subquery.
type Item struct {
	Path   []string
	Fields string // ALL, STANDARD or CUSTOM
	Sub    *Query
	at     int
}

type orderTerm struct {
	path       []string
	at         int
	descending bool
	nullsLast  bool
}

// expr is a condition as it was written.
type expr interface{ isExpr() }

type (
	andExpr struct{ terms []expr }
	orExpr  struct{ terms []expr }
	notExpr struct{ term expr }

	comparison struct {
		path     []string
		at       int
		operator string // = != < > <= >= LIKE, IN, NOT IN
		values   []literal
		valueAt  int
	}
)

func (andExpr) isExpr()    {}
func (orExpr) isExpr()     {}
func (notExpr) isExpr()    {}
func (comparison) isExpr() {}

type literalKind int

const (
	textLiteral literalKind = iota
	numberLiteral
	boolLiteral
	nullLiteral
	datetimeLiteral
	dateLiteral
)

type literal struct {
	kind literalKind
	text string // as written, without quotes
}
