package soql

import (
	"strings"

	"longhaul/internal/simulator/org"
)

func (p *planner) checkSelection() *Error {
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

func (p *planner) addAll(item Item, seen map[string]bool) *Error {
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

func (p *planner) addPath(path []string, at int, seen map[string]bool) *Error {
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

// place adds a path to the tree of outputs: paths through one relationship share its object.
func (p *planner) place(list []output, object *org.Object, path []string, c column, from locator) []output {
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

func (p *planner) addSub(item Item) *Error {
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
