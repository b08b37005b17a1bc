package rest

import (
	"net/http"
	"strings"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
	"longhaul/internal/simulator/wire"
)

// Objects lists the objects that the run-as user knows.
func (a *API) Objects(c *call.Call) wire.Reply {
	list := []any{}
	for _, o := range org.Objects() {
		if _, ok := c.Tenant.Object(o.Name); ok {
			list = append(list, objectSummary(c, o))
		}
	}
	return wire.JSON(http.StatusOK, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list})
}

func objectSummary(c *call.Call, o *org.Object) map[string]any {
	address := c.Base + "/sobjects/" + o.Name
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

// DescribeObject lists the fields of an object as far as the run-as user knows them.
func (a *API) DescribeObject(c *call.Call) wire.Reply {
	o, ok := c.Tenant.Object(c.Args[0])
	if !ok {
		return call.NotFound
	}
	body := objectSummary(c, o)
	fields, children := []any{}, []any{}
	for k := range o.Fields {
		if f := &o.Fields[k]; c.Tenant.Knows(o, f) {
			fields = append(fields, describeField(f))
		}
	}
	for _, child := range o.Children {
		children = append(children, map[string]any{"childSObject": child.Object, "field": child.Field, "relationshipName": child.Name})
	}
	body["fields"], body["childRelationships"] = fields, children
	return wire.JSON(http.StatusOK, body)
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

// Object answers one row by its id, as a query of it would.
func (a *API) Object(c *call.Call) wire.Reply {
	o, ok := c.Tenant.Object(c.Args[0])
	if !ok {
		return call.NotFound
	}
	id, ok := org.Normalize(c.Args[1])
	if !ok || !strings.HasPrefix(id, o.KeyPrefix) || o.KeyPrefix == "" {
		return wire.Refusal(http.StatusBadRequest, "MALFORMED_ID", o.Label+" ID: id value of incorrect type: "+c.Args[1])
	}
	i, ok := c.Tenant.FindRow(o.Name, id)
	if !ok {
		return call.NotFound
	}
	fields := c.Query.Get("fields")
	if fields == "" {
		fields = "FIELDS(STANDARD)"
	}
	parsed, err := soql.Parse("SELECT " + fields + " FROM " + o.Name)
	if err != nil {
		return queryRefusal(err)
	}
	plan, err := soql.Prepare(parsed, c.Tenant)
	if err != nil {
		return queryRefusal(err)
	}
	return wire.Reply{Status: http.StatusOK, Body: plan.Append(nil, i, c.Base)}
}
