// Package soql reads records by SOQL: it writes the query, pages by key, and takes no answer that contradicts itself.
package soql

import (
	"slices"
	"strconv"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/recordid"
	"longhaul/internal/salesforce/redact"
)

// Query says which records to read. Object, Fields and Scope are names; Where is a condition in SOQL whose texts Quote has made safe.
type Query struct {
	Object   string
	Fields   []string // Id comes first in any case
	Optional []string // read when the run-as user can see them, dropped otherwise
	Where    string   // may be empty
	Scope    string   // as allPrivate; may be empty
	After    string   // the Id to go on after; may be empty
	Only     []string // the Ids that Where names, if it does: a record with another Id is refused
}

// wants reports whether a record may be among the answers, by the 15 characters of its Id.
func (q Query) wants(id string) bool {
	return len(q.Only) == 0 || slices.ContainsFunc(q.Only, func(only string) bool { return strings.HasPrefix(only, id) })
}

// Quote writes text as a string literal of SOQL.
func Quote(text string) string { return "'" + soqlEscapes.Replace(text) + "'" }

var soqlEscapes = strings.NewReplacer(
	`\`, `\\`, `'`, `\'`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`,
)

// soql writes the query for one page by key.
func (q Query) soql(limit int) string {
	var b strings.Builder
	b.WriteString("SELECT ")
	b.WriteString(strings.Join(q.columns(), ", "))
	q.from(&b)
	b.WriteString(" ORDER BY Id LIMIT ")
	b.WriteString(strconv.Itoa(limit))
	return b.String()
}

// counting writes the query that counts the records.
func (q Query) counting() string {
	var b strings.Builder
	b.WriteString("SELECT COUNT()")
	q.from(&b)
	return b.String()
}

// from writes what the records come from, and the conditions.
func (q Query) from(b *strings.Builder) {
	b.WriteString(" FROM ")
	b.WriteString(q.Object)
	if q.Scope != "" {
		b.WriteString(" USING SCOPE ")
		b.WriteString(q.Scope)
	}
	conditions := make([]string, 0, 2)
	if q.Where != "" {
		conditions = append(conditions, "("+q.Where+")")
	}
	if q.After != "" {
		conditions = append(conditions, "Id > "+Quote(q.After))
	}
	if len(conditions) > 0 {
		b.WriteString(" WHERE ")
		b.WriteString(strings.Join(conditions, " AND "))
	}
}

// columns lists the selected fields, each once, Id first.
func (q Query) columns() []string {
	all := make([]string, 0, 1+len(q.Fields)+len(q.Optional))
	all = append(all, "Id")
	for _, field := range slices.Concat(q.Fields, q.Optional) {
		if !containsName(all, field) {
			all = append(all, field)
		}
	}
	return all
}

func containsName(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// check refuses what is no name before it becomes part of a query.
func (q Query) check() error {
	names := append([]string{q.Object}, slices.Concat(q.Fields, q.Optional)...)
	if q.Scope != "" {
		names = append(names, q.Scope)
	}
	for _, name := range names {
		if !isName(name) {
			return fault.Invalidf("%q is no name of a Salesforce object, field or scope", redact.Clean(name, 60))
		}
	}
	if q.After == "" {
		return nil
	}
	return recordid.Check(q.After)
}

// isName reports whether a text can be a field, an object, a scope or a path of relationships.
func isName(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if part == "" || !isLetter(part[0]) {
			return false
		}
		for i := range len(part) {
			if !isAlphanumeric(part[i]) && part[i] != '_' {
				return false
			}
		}
	}
	return true
}

// without returns the query without the optional fields that a refusal names, and these fields; none means that a needed field was
// refused.
func (q Query) without(refused apierror.Column) (Query, []string) {
	matches := func(field string) bool { return strings.EqualFold(field, refused.Name) }
	switch {
	case refused.Name == "" || !refused.Relationship && containsName(q.Fields, refused.Name):
		return q, nil
	case refused.Relationship:
		matches = func(field string) bool { return hasFold("."+field, "."+refused.Name+".", strings.Contains) }
	case !containsName(q.Optional, refused.Name): // the last part of a path
		matches = func(field string) bool { return hasFold(field, "."+refused.Name, strings.HasSuffix) }
	}
	var dropped, kept []string
	for _, field := range q.Optional {
		if matches(field) {
			dropped = append(dropped, field)
		} else {
			kept = append(kept, field)
		}
	}
	q.Optional = kept
	return q, dropped
}

func hasFold(text, part string, has func(text, part string) bool) bool {
	return has(strings.ToLower(text), strings.ToLower(part))
}

func isAlphanumeric(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
