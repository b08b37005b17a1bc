package server

import (
	"strings"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
)

func (s *Server) listObjects(c *call) reply {
	list := []any{}
	for _, o := range org.Objects() {
		if _, ok := c.tenant.Object(o.Name); ok {
			list = append(list, objectSummary(c, o))
		}
	}
	return jsonReply(200, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list})
}

func objectSummary(c *call, o *org.Object) map[string]any {
	address := c.base + "/sobjects/" + o.Name
	var prefix any
	if o.KeyPrefix != "" {
		prefix = o.KeyPrefix
	}
	return map[string]any{
		"name": o.Name, "label": o.Label, "labelPlural": o.Plural, "keyPrefix": prefix, "custom": false, "queryable": true,
		"retrieveable": true, "createable": false, "updateable": false, "deletable": false, "searchable": o.Name == "Report",
		"urls": map[string]string{"sobject": address, "describe": address + "/describe", "rowTemplate": address + "/{ID}"},
	}
}

var unknownObject = refusal(404, "NOT_FOUND", "The requested resource does not exist")

// describeObject lists the fields of an object as far as the run-as user knows them.
func (s *Server) describeObject(c *call) reply {
	o, ok := c.tenant.Object(c.args[0])
	if !ok {
		return unknownObject
	}
	body := objectSummary(c, o)
	fields, children := []any{}, []any{}
	for k := range o.Fields {
		if f := &o.Fields[k]; c.tenant.Knows(o, f) {
			fields = append(fields, describeField(f))
		}
	}
	for _, child := range o.Children {
		children = append(children, map[string]any{"childSObject": child.Object, "field": child.Field, "relationshipName": child.Name})
	}
	body["fields"], body["childRelationships"] = fields, children
	return jsonReply(200, body)
}

func describeField(f *org.Field) map[string]any {
	values := []any{}
	for _, v := range f.Values {
		values = append(values, map[string]any{"active": true, "defaultValue": false, "label": v, "value": v, "validFor": nil})
	}
	targets := f.To
	if targets == nil {
		targets = []string{}
	}
	var relationship any
	if f.Relationship != "" {
		relationship = f.Relationship
	}
	return map[string]any{
		"name": f.Name, "label": f.Label, "type": f.Type, "length": f.Length, "nillable": f.Nillable, "filterable": !f.NoFilter,
		"sortable": !f.NoSort, "groupable": !f.NoGroup && f.Type != "datetime", "custom": false, "picklistValues": values,
		"referenceTo": targets, "relationshipName": relationship, "polymorphicForeignKey": f.Polymorphic(),
	}
}

// readObject answers one row by its id, as a query of it would.
func (s *Server) readObject(c *call) reply {
	o, ok := c.tenant.Object(c.args[0])
	if !ok {
		return unknownObject
	}
	id, ok := org.Normalize(c.args[1])
	if !ok || !strings.HasPrefix(id, o.KeyPrefix) || o.KeyPrefix == "" {
		return refusal(400, "MALFORMED_ID", o.Label+" ID: id value of incorrect type: "+c.args[1])
	}
	i, ok := c.tenant.findRow(o.Name, id)
	if !ok {
		return notFound
	}
	fields := c.query.Get("fields")
	if fields == "" {
		fields = "FIELDS(STANDARD)"
	}
	parsed, err := soql.Parse("SELECT " + fields + " FROM " + o.Name)
	if err != nil {
		return queryRefusal(err)
	}
	plan, err := soql.Prepare(parsed, c.tenant)
	if err != nil {
		return queryRefusal(err)
	}
	return reply{status: 200, body: plan.Append(nil, i, c.base)}
}
